//! Errors that were reported in answers.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    lists::{Listed, Pages},
    parts::{Page, StationName, moments},
    shell::{self, Section, Shell, Viewer},
    steps::{Field, Kind, Nothing, Offers, Shown, ShownStep, Step, Tried},
    trouble::Trouble,
};

/// Reports on a page.
const PAGE: usize = 20;

documents! {
    REPORTS: Found = [
        "reports.graphql", "report.graphql", "../parts/viewer.graphql", "../parts/page.graphql",
    ];
    REPORT: One = ["one_report.graphql", "report.graphql", "../parts/viewer.graphql"];
    RESOLVE: Done<Nothing> = ["steps/resolve_answer_report.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    answer_reports: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Report>,
    page_info: Page,
}

#[derive(Deserialize)]
struct One {
    viewer: Viewer,
    node: Option<Node>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    AnswerReport(Box<Report>),
    #[serde(other)]
    Other,
}

/// An error that was reported.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub id: String,
    pub text: String,
    pub state: String,
    pub resolution: Option<String>,
    pub resolved_at: Option<String>,
    pub version: i64,
    pub created_at: String,
    pub resolved_by: Option<Named>,
    pub answered_question: Option<Reported>,
}

impl Report {
    pub(super) fn reported(&self) -> String {
        moments::shown(&self.created_at)
    }

    fn resolved(&self) -> String {
        self.resolved_at.as_deref().map(moments::shown).unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reported {
    pub id: String,
    pub number: String,
    pub question: String,
    pub possible_actions: Vec<String>,
    pub station: StationName,
}

const RESOLVING: Step = Step {
    name: "",
    slug: "resolve",
    change: &RESOLVE,
    subject: "reportId",
    fixed: &[],
    hint: "",
    is_grave: false,
    fields: &[Field {
        name: "note",
        text: "report-resolution",
        kind: Kind::Words,
        is_required: true,
    }],
};

#[derive(Template)]
#[template(path = "supervision/reports.html")]
struct ReportsPage {
    shell: Shell,
    total: i64,
    reports: Vec<Report>,
    is_all: bool,
    pages: Pages,
}

#[derive(Template)]
#[template(path = "supervision/report.html")]
struct ReportPage {
    shell: Shell,
    report: Box<Report>,
    step: Option<ShownStep>,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/supervision/reports", query.as_deref());
    let is_all = listed.is("state", "all");
    let filter = if is_all { json!({}) } else { json!({ "states": ["OPEN"] }) };
    let found = guest.ask(&REPORTS, listed.variables(filter, PAGE)).await?;
    let page = ReportsPage {
        shell: guest.shell(found.viewer, Section::Supervision),
        total: found.answer_reports.total_count,
        reports: found.answer_reports.nodes,
        is_all,
        pages: listed.pages(&found.answer_reports.page_info),
    };
    shell::show(&page)
}

pub(super) async fn one(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, None).await
}

pub(super) async fn resolve(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    match RESOLVING.take(&guest, &id, form).await? {
        Ok(()) => Ok(Redirect::to(&format!("/supervision/reports/{id}")).into_response()),
        Err(tried) => show(&guest, &id, Some(tried)).await,
    }
}

async fn show(guest: &Guest, id: &str, tried: Option<Tried>) -> Result<Response, Trouble> {
    let found = guest.ask(&REPORT, json!({ "id": id })).await?;
    let Some(Node::AnswerReport(report)) = found.node else { return Err(Trouble::NotFound) };
    let shell = guest.shell(found.viewer, Section::Supervision);
    let text = shell.text;
    let is_open = report.state == "OPEN" && shell.viewer.may("DRAFT_ANSWER");
    let step = (is_open || tried.is_some()).then(|| {
        let address = format!("/supervision/reports/{}", report.id);
        let about = (text.of("report-resolve").into_owned(), address, Some(report.version));
        let offers = Offers::default();
        let mut step = RESOLVING.shown(text, about, &offers, |_| Vec::new(), tried.as_ref());
        step.is_open = true;
        step
    });
    shell::show(&ReportPage { shell, report, step })
}
