//! The cases behind a figure.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::Asked;
use crate::console::{
    api::documents,
    gate::Guest,
    lists::{Listed, Pages},
    parts::{Page, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Cases on a page.
const PAGE: usize = 50;
/// The figures that there are.
const FIGURES: [&str; 25] = [
    "RECEIVED",
    "DROPPED",
    "CLOSED",
    "OPEN",
    "AWAITING",
    "TO_ANSWER",
    "CLASSIFIED",
    "BASIC",
    "FIRST_RESPONSE",
    "HANDED_ON",
    "BOUNCED",
    "ABOVE_BASIC",
    "TRACKED",
    "REPLIED",
    "REPLIED_IN_TIME",
    "SOLVED_AT_STATION",
    "REUSED_FROM_OTHERS",
    "ENDED",
    "REOPENED",
    "CLOSED_LOOP",
    "UNCLASSIFIED",
    "UNTRACKED",
    "OVERDUE",
    "NOT_TOLD",
    "CLOSED_UNANSWERED",
];

documents! {
    ROWS: Found = ["rows.graphql", "../parts/viewer.graphql", "../parts/page.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    closed_loop_report: Report,
}

#[derive(Deserialize)]
struct Report {
    rows: Rows,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rows {
    total_count: i64,
    nodes: Vec<Case>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    number: String,
    level: Option<String>,
    state: String,
    recorded_at: String,
    due_on: Option<String>,
    missed_on: Option<String>,
    first_response_at: Option<String>,
    replied_at: Option<String>,
    closed_at: Option<String>,
    bounced: i64,
    reopened: i64,
    reused: i64,
    station: StationName,
    consultation: Option<Consultation>,
}

#[derive(Deserialize)]
struct Consultation {
    id: String,
}

#[derive(Template)]
#[template(path = "reports/rows.html")]
struct RowsPage {
    shell: Shell,
    asked: Asked,
    figure: &'static str,
    total: i64,
    cases: Vec<Case>,
    pages: Pages,
}

pub(super) async fn page(
    guest: &Guest,
    listed: &Listed,
    asked: Asked,
    figure: &str,
) -> Result<Response, Trouble> {
    let known = FIGURES.into_iter().find(|known| *known == figure);
    let figure = known.ok_or(Trouble::NotFound)?;
    let variables = json!({
        "input": asked.input(), "figure": figure, "first": PAGE, "after": listed.get("after"),
    });
    let found = guest.ask(&ROWS, variables).await?;
    let rows = found.closed_loop_report.rows;
    let page = RowsPage {
        shell: guest.shell(found.viewer, Section::Reports),
        pages: listed.pages(&rows.page_info),
        total: rows.total_count,
        cases: rows.nodes,
        asked,
        figure,
    };
    shell::show(&page)
}

/// The day in China of an instant that the API tells in UTC; a dash where there is none.
fn day(instant: Option<&str>) -> String {
    let told = instant.and_then(|it| chrono::DateTime::parse_from_rfc3339(it).ok());
    let day = told.map(|it| crate::clock::day_of(it.to_utc()).to_string());
    day.unwrap_or_else(|| "—".to_owned())
}

impl Case {
    fn recorded_on(&self) -> String {
        day(Some(&self.recorded_at))
    }

    fn first_response_on(&self) -> String {
        day(self.first_response_at.as_deref())
    }

    fn replied_on(&self) -> String {
        day(self.replied_at.as_deref())
    }

    fn closed_on(&self) -> String {
        day(self.closed_at.as_deref())
    }
}
