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
        pages: pages(listed, &rows.page_info),
        total: rows.total_count,
        cases: rows.nodes,
        asked,
        figure,
    };
    shell::show(&page)
}

/// The addresses of the pages beside this one. The API leads only onwards through these cases, so an address carries where
/// the pages before it begin, the nearest first: all but the first page, which begins nowhere.
fn pages(listed: &Listed, page: &Page) -> Pages {
    let (after, trail) = (listed.get("after"), listed.all("back"));
    let at = |after: Option<&str>, trail: &[&str]| {
        let back = trail.iter().map(|cursor| ("back", *cursor));
        let place: Vec<_> = after.map(|cursor| ("after", cursor)).into_iter().chain(back).collect();
        listed.elsewhere("/reports", &["figure", "from", "to", "station"], &place)
    };
    let further = trail.get(1..).unwrap_or_default();
    let previous = after.map(|_| at(trail.first().copied(), further));
    let next = page.end_cursor.as_deref().filter(|_| page.has_next_page);
    let behind: Vec<_> = after.into_iter().chain(trail.iter().copied()).collect();
    Pages { previous, next: next.map(|cursor| at(Some(cursor), &behind)) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_and_back_page_by_page() {
        let shown = |address: &str, cursor: &str| {
            let query = address.split_once('?').map(|(_, query)| query);
            let end_cursor = Some(cursor.to_owned());
            let page = Page { has_next_page: true, end_cursor, ..Page::default() };
            pages(&Listed::of("/reports", query), &page)
        };
        let begin = "/reports?figure=OPEN&station=SH-PD".to_owned();
        let mut addresses = vec![begin];
        for cursor in ["a", "b", "c"] {
            let next = shown(addresses.last().expect("an address"), cursor).next;
            addresses.push(next.expect("a page behind"));
        }
        assert!(addresses[3].ends_with("&after=c&back=b&back=a"), "{}", addresses[3]);
        for pair in addresses.windows(2) {
            assert_eq!(shown(&pair[1], "z").previous.as_ref(), Some(&pair[0]));
        }
        assert!(shown(&addresses[0], "z").previous.is_none());
    }
}
