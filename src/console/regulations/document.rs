//! A regulation: its facts, what acts on it and what it acts on, and the answers that rest on it.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use serde::Deserialize;
use serde_json::json;

use super::{Connection, Regulation, graph::Graph};
use crate::console::{
    api::documents,
    gate::Guest,
    links,
    lists::{Listed, Pages},
    parts::{Assessment, RegulationName, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Answers on a page.
const PAGE: usize = 10;

documents! {
    REGULATION: Found = [
        "page.graphql", "listed.graphql", "../parts/standing.graphql", "../parts/viewer.graphql", "../parts/page.graphql",
        "../parts/assessment.graphql",
    ];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    regulation: Option<Document>,
    answered_questions: Connection<Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(flatten)]
    pub(super) facts: Regulation,
    issued_on: Option<String>,
    source: Option<String>,
    pub(super) comes_by: Vec<Coming>,
    pub(super) goes_to: Vec<Going>,
}

/// What one document does to another.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Act {
    pub(super) kind: String,
    scope: String,
    articles: Vec<String>,
    effective_on: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Coming {
    #[serde(flatten)]
    pub(super) act: Act,
    pub(super) from: Origin,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Origin {
    #[serde(flatten)]
    pub(super) name: RegulationName,
    #[serde(default)]
    pub(super) acted_upon_by: Vec<Coming>,
}

#[derive(Deserialize)]
pub(super) struct Going {
    #[serde(flatten)]
    pub(super) act: Act,
    pub(super) to: Target,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    #[serde(flatten)]
    pub(super) name: RegulationName,
    #[serde(default)]
    pub(super) acts_on: Vec<Going>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    id: String,
    question: String,
    answered_on: Option<String>,
    audience: String,
    currency: Assessment,
    station: StationName,
}

#[derive(Template)]
#[template(path = "regulations/page.html")]
struct RegulationPage {
    shell: Shell,
    today: String,
    regulation: Document,
    graph: Option<Graph>,
    total: i64,
    answers: Vec<Answer>,
    pages: Pages,
}

pub(super) async fn page(
    guest: Guest,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let listed = Listed::of(&format!("/regulations/{}", links::part(&key)), query.as_deref());
    let mut variables = listed.place(PAGE);
    variables["key"] = json!(key);
    variables["keys"] = json!([key]);
    let found = guest.ask(&REGULATION, variables).await?;
    let regulation = found.regulation.ok_or(Trouble::NotFound)?;
    let answers = found.answered_questions;
    let shell = guest.shell(found.viewer, Section::Regulations);
    let page = RegulationPage {
        graph: Graph::of(&regulation, shell.text),
        shell,
        today: guest.today(),
        total: answers.total_count,
        pages: listed.pages(&answers.page_info),
        answers: answers.nodes,
        regulation,
    };
    shell::show(&page)
}

impl RegulationPage {
    /// Where the search finds what names it.
    fn search_address(&self) -> String {
        let name = &self.regulation.facts.name;
        let words = name.number.as_deref().unwrap_or(&name.title.zh);
        links::address("/", [("q", words)])
    }
}
