//! Regulations: what is in force, what acts on what, and which answers rest on it.

mod document;
mod graph;

use askama::Template;
use axum::{Router, extract::RawQuery, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::documents,
    gate::Guest,
    lists::{Choice, Listed, Pages},
    parts::{Page, RegulationName, standing::Standing},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

const PAGE: usize = 20;

documents! {
    LIST: Found = [
        "list.graphql", "listed.graphql", "../parts/standing.graphql", "../parts/viewer.graphql", "../parts/page.graphql",
    ];
    SEARCH: Searched = [
        "search.graphql", "listed.graphql", "../parts/standing.graphql", "../parts/viewer.graphql", "../parts/page.graphql",
    ];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/regulations", get(list)).route("/regulations/{key}", get(document::page))
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    regulations: Connection<Regulation>,
}

#[derive(Deserialize)]
struct Searched {
    viewer: Viewer,
    search: Connection<Hit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection<T> {
    total_count: i64,
    nodes: Vec<T>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Hit {
    Regulation(Box<Regulation>),
    #[serde(other)]
    Other,
}

/// A regulation as lists show it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Regulation {
    #[serde(flatten)]
    name: RegulationName,
    level: Option<String>,
    issuer: Option<String>,
    region: String,
    #[serde(flatten)]
    standing: Standing,
}

#[derive(Template)]
#[template(path = "regulations/list.html")]
struct ListPage {
    shell: Shell,
    today: String,
    words: String,
    regions: Vec<Choice>,
    in_force_on: String,
    is_filtered: bool,
    total: i64,
    regulations: Vec<Regulation>,
    pages: Pages,
}

async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/regulations", query.as_deref());
    let (viewer, found) = match listed.get("q") {
        Some(words) => by_words(&guest, &listed, words).await?,
        None => in_order(&guest, &listed).await?,
    };
    let shell = guest.shell(viewer, Section::Regulations);
    let page = ListPage {
        today: guest.today(),
        words: listed.get("q").unwrap_or_default().to_owned(),
        regions: listed.values("region", "Region", shell.text),
        in_force_on: listed.get("on").unwrap_or_default().to_owned(),
        is_filtered: listed.has_any(&["region", "on"]),
        total: found.total_count,
        pages: listed.pages(&found.page_info),
        regulations: found.nodes,
        shell,
    };
    shell::show(&page)
}

async fn in_order(
    guest: &Guest,
    listed: &Listed,
) -> Result<(Viewer, Connection<Regulation>), Trouble> {
    let filter = json!({ "regions": listed.only("region"), "inForceOn": listed.get("on") });
    let found = guest.ask(&LIST, listed.variables(filter, PAGE)).await?;
    Ok((found.viewer, found.regulations))
}

async fn by_words(
    guest: &Guest,
    listed: &Listed,
    words: &str,
) -> Result<(Viewer, Connection<Regulation>), Trouble> {
    let mut variables = listed.place(PAGE);
    variables["query"] = json!(words);
    let Searched { viewer, search } = guest.ask(&SEARCH, variables).await?;
    let regulations = search.nodes.into_iter().filter_map(|hit| match hit {
        Hit::Regulation(regulation) => Some(*regulation),
        Hit::Other => None,
    });
    let (total_count, page_info) = (search.total_count, search.page_info);
    Ok((viewer, Connection { total_count, nodes: regulations.collect(), page_info }))
}
