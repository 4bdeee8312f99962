//! The report of the closed loop: its figures, what is missing of the duties, the cases behind each, and the sheet to take
//! away.

mod figures;
mod rows;

use askama::Template;
use axum::{Router, extract::RawQuery, response::Response, routing::get};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    api::documents,
    gate::Guest,
    links,
    lists::Listed,
    parts::StationName,
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};
use figures::{Figures, Line, Share};

documents! {
    REPORT: Found = ["report.graphql", "figures.graphql", "main.graphql", "../parts/viewer.graphql"];
}

/// The address of these pages: the report, and with a figure the cases behind it.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/reports", get(page))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    closed_loop_report: Report,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    from: String,
    to: String,
    as_of: String,
    due_dates_estimated: bool,
    total: Figures,
    by_station: Vec<OfStation>,
    missing: Vec<Missing>,
}

#[derive(Deserialize)]
struct OfStation {
    station: StationName,
    figures: Main,
}

/// The figures that stations are compared by.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Main {
    received: i64,
    classified: Share,
    tracked: Share,
    replied_in_time: Share,
    first_response: Share,
    reused_from_others: Share,
    closed_loop: Share,
    overdue: Share,
}

#[derive(Deserialize)]
struct Missing {
    figure: String,
    count: Share,
}

/// What a report is asked about.
struct Asked {
    from: String,
    to: String,
    station: Option<String>,
}

impl Asked {
    /// What an address asks about: this year where it says nothing else.
    fn of(listed: &Listed, today: &str) -> Self {
        let year: String = today.chars().take(4).collect();
        Self {
            from: listed.get("from").map_or_else(|| format!("{year}-01-01"), str::to_owned),
            to: listed.get("to").unwrap_or(today).to_owned(),
            station: listed.get("station").map(str::to_owned),
        }
    }

    fn input(&self) -> Json {
        let stations = self.station.as_ref().map(|code| [code]);
        json!({ "from": self.from, "to": self.to, "stations": stations })
    }

    /// An address about the same, and more.
    fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let station = self.station.as_deref().map(|code| ("station", code));
        let asked = [("from", self.from.as_str()), ("to", self.to.as_str())];
        links::address(path, asked.into_iter().chain(station).chain(more.iter().copied()))
    }

    /// Where the report itself is.
    fn report(&self) -> String {
        self.address("/reports", &[])
    }

    /// Where the cases behind a figure are.
    fn rows(&self, figure: &str) -> String {
        self.address("/reports", &[("figure", figure)])
    }
}

#[derive(Template)]
#[template(path = "reports/page.html")]
struct ReportPage {
    shell: Shell,
    asked: Asked,
    report: Report,
    lines: Vec<Line>,
}

impl ReportPage {
    /// The report of one station alone.
    fn of_station(&self, code: &str) -> String {
        let Asked { from, to, .. } = &self.asked;
        links::address("/reports", [("from", from.as_str()), ("to", to), ("station", code)])
    }

    /// The report of all stations.
    fn of_all(&self) -> String {
        let Asked { from, to, .. } = &self.asked;
        links::address("/reports", [("from", from.as_str()), ("to", to)])
    }

    fn sheet(&self, name: &str) -> String {
        self.asked.address(&format!("/download/{name}"), &[])
    }
}

async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/reports", query.as_deref());
    let asked = Asked::of(&listed, &guest.today());
    if let Some(figure) = listed.get("figure") {
        return rows::page(&guest, &listed, asked, figure).await;
    }
    let found = guest.ask(&REPORT, json!({ "input": asked.input() })).await?;
    let report = found.closed_loop_report;
    let page = ReportPage {
        shell: guest.shell(found.viewer, Section::Reports),
        lines: report.total.lines(),
        asked,
        report,
    };
    shell::show(&page)
}
