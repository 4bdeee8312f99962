//! The list of needs, one's own and those of others that one may see.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::console::{
    api::documents,
    gate::Guest,
    lists::{Listed, Pages},
    partners::choices,
    parts::{AreaName, Page, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Needs on a page.
const SHOWN: usize = 20;

documents! {
    NEEDS: Found = ["list.graphql", "../../parts/viewer.graphql", "../../parts/page.graphql"];
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    needs: Needs,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Needs {
    total_count: i64,
    nodes: Vec<Need>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Need {
    id: String,
    number: String,
    kind: String,
    title: Option<String>,
    text: String,
    state: String,
    audience: String,
    expires_on: String,
    is_own_need: bool,
    station: Option<StationName>,
    areas: Vec<AreaName>,
}

impl Need {
    /// What it is called: by its title, or else by how it begins.
    fn name(&self) -> String {
        match &self.title {
            Some(title) => title.clone(),
            None => super::shortened(&self.text),
        }
    }
}

#[derive(Template)]
#[template(path = "partners/needs/list.html")]
struct ListPage {
    shell: Shell,
    listed: Listed,
    total: i64,
    needs: Vec<Need>,
    pages: Pages,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/needs", query.as_deref());
    let Found { viewer, needs } =
        guest.ask(&NEEDS, listed.variables(filter(&listed), SHOWN)).await?;
    let page = ListPage {
        pages: listed.pages(&needs.page_info),
        shell: guest.shell(viewer, Section::Needs),
        total: needs.total_count,
        needs: needs.nodes,
        listed,
    };
    shell::show(&page)
}

/// What is filtered by. Of one's own all are shown, also those that are over.
fn filter(listed: &Listed) -> Json {
    let mut filter = json!({ "states": listed.only("state"), "kinds": listed.only("kind") });
    if listed.has_any(&["mine"]) {
        filter["mine"] = json!(true);
        if !listed.has_any(&["state"]) {
            filter["states"] = json!(choices::NEED_STATES);
        }
    }
    filter
}
