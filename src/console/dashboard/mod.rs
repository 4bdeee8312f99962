//! The dashboard: how the consultations of the last year went, as charts with their tables.

mod chart;
mod months;

use std::collections::BTreeMap;

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    api::documents,
    gate::Guest,
    numbers,
    parts::StationName,
    shell::{self, Section, Shell, Viewer},
    texts::Texts,
    trouble::Trouble,
};
use chart::{Chart, Data};
use months::Month;

documents! {
    DASHBOARD: Found = ["dashboard.graphql", "../parts/viewer.graphql"];
}

/// The address of this page.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/dashboard", get(page))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    year: Year,
    network_strengths: Strengths,
    /// Month by month: `m00` is the first.
    #[serde(flatten)]
    months: BTreeMap<String, Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Year {
    from: String,
    to: String,
    as_of: String,
    total: Figures,
}

#[derive(Deserialize)]
struct Part {
    total: Figures,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    received: i64,
    replied: Count,
    replied_in_time: Count,
    first_response: Times,
    reused_from_others: Count,
    closed_loop: Count,
}

#[derive(Deserialize)]
struct Count {
    count: i64,
    share: Option<f64>,
}

impl Count {
    fn percent(&self) -> String {
        self.share.map_or_else(|| "—".to_owned(), numbers::percent)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    median_minutes: Option<i64>,
    p90_minutes: Option<i64>,
}

impl Times {
    fn median(&self, text: &Texts) -> String {
        said(*text, self.median_minutes)
    }

    fn p90(&self, text: &Texts) -> String {
        said(*text, self.p90_minutes)
    }
}

fn said(text: Texts, minutes: Option<i64>) -> String {
    minutes.map_or_else(|| "—".to_owned(), |minutes| numbers::duration(text, minutes))
}

#[derive(Deserialize)]
struct Strengths {
    stations: Vec<StationName>,
    areas: Vec<serde::de::IgnoredAny>,
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    station: Code,
    evidence: Evidence,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Evidence {
    answers: i64,
    current: i64,
    upcoming: i64,
}

/// A month with its figures.
struct Row {
    month: String,
    figures: Figures,
}

/// In how many areas a station has answers, and in how many of them some that stand.
struct Coverage {
    station: StationName,
    answered: usize,
    standing: usize,
}

#[derive(Template)]
#[template(path = "dashboard/page.html")]
struct DashboardPage {
    shell: Shell,
    year: Year,
    rows: Vec<Row>,
    coverage: Vec<Coverage>,
    areas: usize,
    consultations: Option<Chart>,
    times: Option<Chart>,
    reuse: Option<Chart>,
    covered: Option<Chart>,
}

async fn page(guest: Guest) -> Result<Response, Trouble> {
    let months = months::up_to(&guest.today());
    let mut found = guest.ask(&DASHBOARD, variables(&months)).await?;
    let shell = guest.shell(found.viewer, Section::Reports);
    let rows = months.iter().enumerate().filter_map(|(at, month)| {
        let part = found.months.remove(&name(at))?;
        Some(Row { month: month.name(), figures: part.total })
    });
    let rows: Vec<Row> = rows.collect();
    let areas = found.network_strengths.areas.len();
    let coverage = coverage(found.network_strengths);
    let page = DashboardPage {
        shell,
        consultations: chart(&rows, chart::columns, |it| {
            [column(it.received), column(it.replied.count)]
        })?,
        times: chart(&rows, chart::lines, |it| {
            [hours(it.first_response.median_minutes), hours(it.first_response.p90_minutes)]
        })?,
        reuse: chart(&rows, chart::columns, |it| {
            [column(it.replied.count), column(it.reused_from_others.count)]
        })?,
        covered: drawn(&covered(&coverage), chart::columns)?,
        year: found.year,
        rows,
        coverage,
        areas,
    };
    shell::show(&page)
}

fn variables(months: &[Month]) -> Json {
    let period = |from: &str, to: &str| json!({ "from": from, "to": to });
    let first = months.first().map(|it| it.first.clone()).unwrap_or_default();
    let last = months.last().map(|it| it.last.clone()).unwrap_or_default();
    let mut variables = json!({ "year": period(&first, &last) });
    for (at, month) in months.iter().enumerate() {
        variables[name(at)] = period(&month.first, &month.last);
    }
    variables
}

/// What the document calls a month.
fn name(month: usize) -> String {
    format!("m{month:02}")
}

fn coverage(strengths: Strengths) -> Vec<Coverage> {
    let Strengths { stations, cells, .. } = strengths;
    let of_station = |station: StationName| {
        let own = || cells.iter().filter(|cell| cell.station.code == station.code);
        let answered = own().filter(|cell| cell.evidence.answers > 0).count();
        let standing =
            own().filter(|cell| cell.evidence.current + cell.evidence.upcoming > 0).count();
        Coverage { station, answered, standing }
    };
    stations.into_iter().map(of_station).collect()
}

fn covered(coverage: &[Coverage]) -> Data {
    let count = |count: usize| i64::try_from(count).ok().and_then(column);
    Data {
        labels: coverage.iter().map(|it| it.station.code.clone()).collect(),
        series: vec![
            coverage.iter().map(|it| count(it.answered)).collect(),
            coverage.iter().map(|it| count(it.standing)).collect(),
        ],
    }
}

/// How high a column is; nothing has none.
fn column(count: i64) -> Option<f64> {
    number(count).filter(|height| *height > 0.0)
}

fn number(count: i64) -> Option<f64> {
    i32::try_from(count).ok().map(f64::from)
}

fn hours(minutes: Option<i64>) -> Option<f64> {
    number(minutes?).map(|minutes| minutes / 60.0)
}

type Draw = fn(&Data) -> Result<Chart, Box<dyn std::error::Error>>;

/// A chart of two series of the months, where there is anything in them.
fn chart(
    rows: &[Row],
    draw: Draw,
    series: impl Fn(&Figures) -> [Option<f64>; 2],
) -> Result<Option<Chart>, Trouble> {
    let of = |at: usize| rows.iter().map(|row| series(&row.figures)[at]).collect();
    let labels = rows.iter().map(|row| row.month.clone()).collect();
    drawn(&Data { labels, series: vec![of(0), of(1)] }, draw)
}

fn drawn(data: &Data, draw: Draw) -> Result<Option<Chart>, Trouble> {
    if !data.is_any() {
        return Ok(None);
    }
    draw(data).map(Some).map_err(|fault| Trouble::internal(&fault))
}
