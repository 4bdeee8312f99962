//! What an organization has published, is working on, and what became of it.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::json;

use crate::console::{
    api::documents,
    gate::Guest,
    lists::{Listed, Pages},
    partners::{choices, days::day_of},
    parts::{OrganizationName, Page},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Outputs on a page.
const SHOWN: usize = 20;

documents! {
    DASHBOARD: Found = ["dashboard.graphql", "../parts/viewer.graphql"];
    OUTPUTS: Own = ["outputs.graphql", "../parts/page.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    publisher_dashboard: Figures,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    organization: OrganizationName,
    states: Vec<StateCount>,
    revisions: Vec<StateCount>,
    under_embargo: i64,
    from: String,
    to: String,
    views: i64,
    matches: Matches,
    introductions: Introductions,
    most_viewed: Vec<Viewed>,
}

#[derive(Deserialize)]
struct StateCount {
    state: String,
    count: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Matches {
    states: Vec<StateCount>,
    most_matched: Vec<Matched>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Matched {
    count: i64,
    research_output: OutputName,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introductions {
    states: Vec<StateCount>,
    decline_reasons: Vec<ReasonCount>,
}

#[derive(Deserialize)]
struct ReasonCount {
    reason: String,
    count: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Viewed {
    views: i64,
    research_output: OutputName,
}

#[derive(Deserialize)]
struct OutputName {
    id: String,
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    research_outputs: Outputs,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outputs {
    total_count: i64,
    nodes: Vec<Output>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    id: String,
    title: String,
    kind: String,
    trl: Option<i64>,
    state: String,
    audience: String,
    embargo_until: Option<String>,
    updated_at: String,
    external_id: String,
    revision: Option<Revision>,
}

#[derive(Deserialize)]
struct Revision {
    state: String,
}

impl Output {
    fn changed_on(&self) -> String {
        day_of(&self.updated_at)
    }
}

#[derive(Template)]
#[template(path = "publishing/dashboard.html")]
struct DashboardPage {
    shell: Shell,
    figures: Figures,
    state: String,
    total: i64,
    outputs: Vec<Output>,
    pages: Pages,
}

impl DashboardPage {
    /// Whether the list shows a state.
    fn is_chosen(&self, state: &str) -> bool {
        self.state == state
    }

    /// How many outputs are in a state.
    fn count(&self, state: &str) -> i64 {
        let known = self.figures.states.iter().find(|it| it.state == state);
        known.map_or(0, |it| it.count)
    }
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/publishing", query.as_deref());
    let Found { viewer, publisher_dashboard: figures } = guest.ask(&DASHBOARD, json!({})).await?;
    let mut variables = listed.place(SHOWN);
    variables["organization"] = json!(figures.organization.code);
    variables["states"] = json!(listed.only("state"));
    let Outputs { total_count, nodes, page_info } =
        guest.ask(&OUTPUTS, variables).await?.research_outputs;
    let page = DashboardPage {
        pages: listed.pages(&page_info),
        shell: guest.shell(viewer, Section::Publishing),
        state: listed.text("state").to_owned(),
        figures,
        total: total_count,
        outputs: nodes,
    };
    shell::show(&page)
}
