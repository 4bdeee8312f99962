//! The list of introductions in which the reader is on one side or the other.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::json;

use super::Subject;
use crate::console::{
    api::documents,
    gate::Guest,
    lists::{Listed, Pages},
    partners::{choices, days::day_of},
    parts::{OrganizationName, Page, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Introductions on a page.
const SHOWN: usize = 20;

documents! {
    INTRODUCTIONS: Found = [
        "list.graphql", "subject.graphql", "../parts/viewer.graphql", "../parts/page.graphql",
    ];
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    introductions: Introductions,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introductions {
    total_count: i64,
    nodes: Vec<Introduction>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introduction {
    id: String,
    side: Option<String>,
    state: String,
    purpose: String,
    due_on: String,
    requested_at: String,
    portal: Option<String>,
    organization: OrganizationName,
    station: Option<StationName>,
    about: Option<Subject>,
}

impl Introduction {
    fn asked_on(&self) -> String {
        day_of(&self.requested_at)
    }

    /// Whether an answer is still waited for.
    fn is_waiting(&self) -> bool {
        matches!(self.state.as_str(), "REQUESTED" | "ACKNOWLEDGED")
    }
}

#[derive(Template)]
#[template(path = "introductions/list.html")]
struct ListPage {
    shell: Shell,
    listed: Listed,
    total: i64,
    introductions: Vec<Introduction>,
    pages: Pages,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/introductions", query.as_deref());
    let filter = json!({ "states": listed.only("state"), "role": listed.get("side") });
    let Found { viewer, introductions } =
        guest.ask(&INTRODUCTIONS, listed.variables(filter, SHOWN)).await?;
    viewer.require(&["ASK_INTRODUCTION", "ANSWER_INTRODUCTION"])?;
    let page = ListPage {
        pages: listed.pages(&introductions.page_info),
        shell: guest.shell(viewer, Section::Introductions),
        total: introductions.total_count,
        introductions: introductions.nodes,
        listed,
    };
    shell::show(&page)
}
