//! The map of the network: how strong each station is in each area, and where something is missing.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::json;

use crate::{
    console::{
        api::documents,
        gate::Guest,
        lists::Listed,
        numbers,
        parts::{AreaName, DistrictName, Localized},
        shell::{self, Section, Shell, Viewer},
        texts::Texts,
        trouble::Trouble,
    },
    language::Language,
};

/// The facets of areas, in the order in which they are shown.
const FACETS: [&str; 4] = ["REG", "SVC", "FLD", "CAT"];

/// The sizes of the picture.
const COLUMN: usize = 64;
const ROW: usize = 26;
const HEAD: usize = 34;

documents! {
    MAP: Found = ["map.graphql", "../parts/viewer.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    network_strengths: Strengths,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Strengths {
    as_of: String,
    algorithm_version: String,
    stations: Vec<Station>,
    areas: Vec<Area>,
    cells: Vec<Cell>,
    gaps: Option<Vec<Gap>>,
}

#[derive(Deserialize)]
struct Station {
    code: String,
    name: String,
    district: DistrictName,
}

#[derive(Deserialize)]
struct Area {
    code: String,
    facet: String,
    label: Localized,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Cell {
    station: Code,
    area: Code,
    declared: String,
    value: f64,
    evidence: Evidence,
    consultations: Option<Asked>,
}

#[derive(Deserialize)]
struct Evidence {
    answers: i64,
    current: i64,
    upcoming: i64,
}

#[derive(Deserialize)]
struct Asked {
    suppressed: bool,
    asked: Option<i64>,
}

#[derive(Deserialize)]
struct Gap {
    kind: String,
    area: AreaName,
    explanation: Localized,
}

impl Cell {
    fn is_any(&self) -> bool {
        self.value > 0.0
    }

    fn is_declared(&self) -> bool {
        self.declared == "DECLARED"
    }

    /// Which of five shades the cell has; none where there is nothing.
    fn shade(&self) -> u8 {
        match self.value {
            ..=0.0 => 0,
            ..0.2 => 1,
            ..0.4 => 2,
            ..0.6 => 3,
            ..0.8 => 4,
            _ => 5,
        }
    }

    /// What the cell says, in words.
    fn words(&self, station: &str, area: &str, text: Texts) -> String {
        let standing = self.evidence.current + self.evidence.upcoming;
        let strength = text.with("cell-strength", "points", numbers::points(self.value));
        let answers =
            text.with_two("cell-answers", "answers", self.evidence.answers, "standing", standing);
        let declared = text.label("declared", &self.declared);
        let mut words = format!("{station} · {area}\n{strength}\n{answers}\n{declared}");
        let asked = self.consultations.as_ref().filter(|it| !it.suppressed);
        if let Some(asked) = asked.and_then(|it| it.asked) {
            words.push('\n');
            words.push_str(&text.with("cell-asked", "count", asked));
        }
        words
    }
}

/// A station above a column.
struct Column {
    code: String,
    name: String,
    short: String,
    middle: usize,
}

/// The areas of a facet, one below the other.
struct Band {
    facet: String,
    baseline: usize,
    rows: Vec<Row>,
}

/// An area beside a row.
struct Row {
    code: String,
    name: String,
    short: String,
    baseline: usize,
    boxes: Vec<Square>,
}

/// A station in an area.
struct Square {
    station: String,
    x: usize,
    y: usize,
    middle: usize,
    shade: u8,
    points: String,
    is_any: bool,
    is_declared: bool,
    answers: i64,
    words: String,
}

#[derive(Template)]
#[template(path = "stations/map.html")]
struct MapPage {
    shell: Shell,
    from: String,
    to: String,
    as_of: String,
    version: String,
    /// How wide a square is.
    square: usize,
    width: usize,
    height: usize,
    columns: Vec<Column>,
    bands: Vec<Band>,
    empty: Vec<String>,
    gaps: Option<Vec<Gap>>,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/stations/map", query.as_deref());
    let period = json!({ "from": listed.get("from"), "to": listed.get("to") });
    let found = guest.ask(&MAP, period).await?;
    let shell = guest.shell(found.viewer, Section::Stations);
    let strengths = found.network_strengths;
    let text = shell.text;
    let drawing = Drawing { left: left(text), text };
    let columns = drawing.columns(&strengths.stations);
    let (bands, empty) = drawing.bands(&strengths);
    let rows: usize = bands.iter().map(|band| band.rows.len() + 1).sum();
    let page = MapPage {
        from: listed.get("from").unwrap_or_default().to_owned(),
        to: listed.get("to").unwrap_or_default().to_owned(),
        as_of: strengths.as_of,
        version: strengths.algorithm_version,
        square: COLUMN - 2,
        width: drawing.left + columns.len() * COLUMN,
        height: HEAD + rows * ROW,
        columns,
        bands,
        empty,
        gaps: strengths.gaps,
        shell,
    };
    shell::show(&page)
}

/// How much room the names of areas have.
fn left(text: Texts) -> usize {
    match text.language() {
        Language::ZhCn => 190,
        Language::En => 270,
    }
}

/// How the picture is laid out.
struct Drawing {
    left: usize,
    text: Texts,
}

impl Drawing {
    fn columns(&self, stations: &[Station]) -> Vec<Column> {
        let columns = stations.iter().enumerate().map(|(at, station)| Column {
            code: station.code.clone(),
            name: station.name.clone(),
            short: self.short(station, stations),
            middle: self.left + at * COLUMN + COLUMN / 2,
        });
        columns.collect()
    }

    /// A station by its district, where it is the only one there, else by its code.
    fn short(&self, station: &Station, all: &[Station]) -> String {
        let district = &station.district.name.zh;
        let there = all.iter().filter(|other| other.district.name.zh == *district).count();
        let fits = there == 1 && district.chars().count() <= 5;
        match self.text.language() {
            Language::ZhCn if fits => district.clone(),
            _ => station.code.clone(),
        }
    }

    /// The areas in which there is anything, by facet, and the names of the others.
    fn bands(&self, strengths: &Strengths) -> (Vec<Band>, Vec<String>) {
        let cells: HashMap<(&str, &str), &Cell> = strengths
            .cells
            .iter()
            .map(|cell| ((cell.area.code.as_str(), cell.station.code.as_str()), cell))
            .collect();
        let (mut bands, mut empty, mut y) = (Vec::new(), Vec::new(), HEAD);
        for facet in FACETS {
            let mut rows = Vec::new();
            let baseline = y + 18;
            y += ROW;
            for area in strengths.areas.iter().filter(|area| area.facet == facet) {
                let of_area: Vec<Option<&Cell>> = strengths
                    .stations
                    .iter()
                    .map(|it| cells.get(&(area.code.as_str(), it.code.as_str())).copied())
                    .collect();
                if of_area.iter().flatten().any(|cell| cell.is_any()) {
                    rows.push(self.row(area, &strengths.stations, &of_area, y));
                    y += ROW;
                } else {
                    empty.push(area.label.of(&self.text).to_owned());
                }
            }
            if rows.is_empty() {
                y -= ROW;
            } else {
                bands.push(Band { facet: facet.to_owned(), baseline, rows });
            }
        }
        (bands, empty)
    }

    fn row(&self, area: &Area, stations: &[Station], cells: &[Option<&Cell>], y: usize) -> Row {
        let name = area.label.of(&self.text).to_owned();
        let boxes = cells.iter().zip(stations).enumerate().filter_map(|(at, (cell, station))| {
            let cell = (*cell)?;
            let x = self.left + at * COLUMN;
            Some(Square {
                station: station.code.clone(),
                x,
                y,
                middle: x + COLUMN / 2 - 1,
                shade: cell.shade(),
                points: numbers::points(cell.value),
                is_any: cell.is_any(),
                is_declared: cell.is_declared(),
                answers: cell.evidence.answers,
                words: cell.words(&station.name, &name, self.text),
            })
        });
        Row {
            code: area.code.clone(),
            short: shortened(&name, self.left),
            boxes: boxes.collect(),
            baseline: y + 17,
            name,
        }
    }
}

/// A name cut to a width, as far as that can be known without its letters' shapes.
fn shortened(name: &str, width: usize) -> String {
    let mut used = 0;
    let mut short = String::new();
    for sign in name.chars() {
        used += if sign.is_ascii() { 7 } else { 13 };
        if used > width {
            short.push('…');
            break;
        }
        short.push(sign);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_cut() {
        assert_eq!(shortened("骨科手术器械", 190), "骨科手术器械");
        assert_eq!(shortened("abcdef", 30), "abcd…");
    }
}
