//! The needs that what an organization offers was found to fit.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::json;

use crate::console::{
    api::documents,
    gate::Guest,
    lists::{Listed, Pages},
    partners::{
        days::day_of,
        judged::{TargetName, percent},
    },
    parts::{Page, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Pairs on a page.
const SHOWN: usize = 20;

documents! {
    MATCHES: Found = [
        "matches.graphql", "../partners/judged/target_name.graphql", "../parts/viewer.graphql",
        "../parts/page.graphql",
    ];
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    matches: Matches,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Matches {
    total_count: i64,
    nodes: Vec<Match>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    state: String,
    score: f64,
    updated_at: String,
    target: TargetName,
    need: Need,
}

impl Match {
    fn percent(&self) -> i64 {
        percent(self.score)
    }

    /// Where the reader's own page of what is offered is.
    fn address(&self) -> String {
        match &self.target {
            TargetName::ResearchOutput { id, .. } => format!("/publishing/{id}"),
            other => other.address(),
        }
    }
}

#[derive(Deserialize)]
struct Need {
    id: String,
    number: String,
    title: Option<String>,
    kind: String,
    station: Option<StationName>,
}

#[derive(Template)]
#[template(path = "publishing/matches.html")]
struct MatchesPage {
    shell: Shell,
    total: i64,
    matches: Vec<Match>,
    pages: Pages,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/publishing/matches", query.as_deref());
    let mut variables = listed.place(SHOWN);
    variables["states"] = json!(listed.only("state"));
    let Found { viewer, matches } = guest.ask(&MATCHES, variables).await?;
    viewer.require(&["SEE_OWN_MATCHES"])?;
    let page = MatchesPage {
        pages: listed.pages(&matches.page_info),
        shell: guest.shell(viewer, Section::Publishing),
        total: matches.total_count,
        matches: matches.nodes,
    };
    shell::show(&page)
}
