//! How well the stations to ask are ranked, judged by leaving one answer out after the other:
//! `cargo run --release --example station_matching -- [DETERMINATIONS]`.
//!
//! Each answered question of the sample data is asked as if it were new: the answer itself is hidden, and it is seen at
//! which place its station comes. DETERMINATIONS (JSON Lines, `externalId`, `question`, `answer`, `expertiseAreas`) are
//! official texts that belong to no station; each class of the device catalogue is given to one station, from which three
//! in ten texts stray to another by chance (seeded), so that no ranking can be right about more than some seven in ten.
//!
//! Prints, for the halves of even and of odd places: how often the station is the first and among the first three, and the
//! mean of one over its place, of the stations with the most answers (the baseline), of each component alone, and of what
//! is shipped.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{collections::HashMap, error::Error, fs};

use sea_orm::prelude::Uuid;
use serde_json::Value;
use zhanjian::{
    expertise::{ExpertiseArea, Facet, Tree},
    strengths::{
        StationMatchComponent as Component, weights,
        whom::{Candidate, Like, rank, touched},
    },
};
use zhanjian_index::{Change, Currency, Document, Index, Key, Kind, Options, SimilarRequest};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const AREAS: &str = include_str!("../src/demo/expertise-areas.csv");
const STATIONS: &str = include_str!("../src/demo/stations.csv");
const ANSWERS: &str = include_str!("../src/demo/answered-questions.jsonl");

fn main() -> Result<()> {
    let tree = tree();
    let stations = stations(&tree);
    let sample = rows(ANSWERS, &tree, |row, _| row["station"].as_str().map(str::to_owned))?;
    report("sample data", &sample, &stations, &tree)?;
    if let Some(file) = std::env::args().nth(1) {
        let codes: Vec<String> = stations.iter().map(|station| station.code.clone()).collect();
        let given = |row: &Value, place: usize| {
            let areas = row["expertiseAreas"].as_array()?;
            let class = areas.iter().filter_map(Value::as_str).find(|it| it.starts_with("CAT-"))?;
            let number: usize = class[4..].parse().ok()?;
            // A number that looks like chance and is the same in every run.
            let chance = place.wrapping_mul(2_654_435_761) >> 7;
            let strays = chance % 10 < 3;
            Some(
                codes[if strays { chance / 10 % codes.len() } else { number % codes.len() }]
                    .clone(),
            )
        };
        let real = rows(&fs::read_to_string(file)?, &tree, given)?;
        // Nothing is known of what these stations declare.
        let silent = |station: &Candidate| Candidate { declared: Vec::new(), ..station.clone() };
        let silent: Vec<Candidate> = stations.iter().map(silent).collect();
        report("determinations", &real, &silent, &tree)?;
    }
    Ok(())
}

/// An answered question and whose it is.
struct Row {
    id: u128,
    station: String,
    question: String,
    answer: String,
    areas: Vec<Uuid>,
    uses: u64,
}

/// Places at which the stations of left-out answers came.
#[derive(Default)]
struct Places {
    of: u32,
    first: u32,
    among_three: u32,
    reciprocal: f64,
}

impl Places {
    fn add(&mut self, place: Option<usize>) {
        self.of += 1;
        if let Some(place) = place {
            self.first += u32::from(place == 0);
            self.among_three += u32::from(place < 3);
            self.reciprocal += 1.0 / (f64::from(u32::try_from(place).unwrap_or(u32::MAX)) + 1.0);
        }
    }
}

impl std::fmt::Display for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |count: u32| f64::from(count) / f64::from(self.of.max(1));
        let mean = self.reciprocal / f64::from(self.of.max(1));
        write!(f, "{:.3} {:.3} {mean:.3}", share(self.first), share(self.among_three))
    }
}

/// About so many answers are left out, one after the other.
const ASKED: usize = 600;

/// The rankings that are compared.
const RANKINGS: [&str; 7] = [
    "most answers",
    "SIMILAR alone",
    "SHARE alone",
    "AREAS alone",
    "best hit alone",
    "hits counted",
    "shipped",
];

fn report(name: &str, rows: &[Row], stations: &[Candidate], tree: &Tree) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path(), Options::default())?;
    index.apply(rows.iter().map(|row| Change::Put(Box::new(document(row, tree)))).collect(), 1)?;
    let by_id: HashMap<u128, &Row> = rows.iter().map(|row| (row.id, row)).collect();
    let code = |id: Uuid| stations.iter().find(|it| it.id == id).map(|it| it.code.as_str());
    let id = |code: &str| stations.iter().find(|it| it.code == code).map(|it| it.id);
    let mut counts: HashMap<&str, i32> = HashMap::new();
    for row in rows {
        *counts.entry(&row.station).or_default() += 1;
    }
    let mut judged: Vec<[Places; 2]> = RANKINGS.map(|_| <[Places; 2]>::default()).into();
    // Of many, some hundreds spread over all of them tell enough.
    let step = (rows.len() / ASKED).max(1);
    for (number, row) in rows.iter().step_by(step).enumerate() {
        let request = SimilarRequest {
            tokens: vec!["public".to_owned()],
            text: row.question.clone(),
            exclude: Some(Key { kind: Kind::AnsweredQuestion, id: row.id }),
            limit: weights::LOOKED_AT,
            ..SimilarRequest::default()
        };
        let hits = index.similar(&request)?;
        let asked = index.asked(&row.question);
        let like = |row: &Row| {
            Some(Like {
                id: Uuid::from_u128(row.id),
                station_id: id(&row.station)?,
                score: f64::from(asked.met_in(&row.question, &row.answer)),
                currency: Currency::Current,
                uses: row.uses,
                areas: row.areas.clone(),
            })
        };
        let found = hits.iter().filter_map(|hit| by_id.get(&hit.key.id).copied());
        let mut likes: Vec<Like> = found.filter_map(like).collect();
        let best_hit = order(likes.iter().rev().enumerate().map(|(place, like)| {
            (
                code(like.station_id).unwrap_or_default().to_owned(),
                f64::from(u32::try_from(place).unwrap_or(0)),
            )
        }));
        likes.sort_by(|one, other| other.score.total_cmp(&one.score));
        let touched = touched(&row.question, &[], &likes, tree);
        let ranked = rank(&likes, &touched, stations, tree);
        let by = |value: &dyn Fn(&zhanjian::strengths::whom::Ranked) -> f64| {
            order(
                ranked
                    .iter()
                    .map(|it| (code(it.station).unwrap_or_default().to_owned(), value(it))),
            )
        };
        let component = |wanted: Component| {
            by(&|it| {
                it.parts.iter().find(|part| part.component == wanted).map_or(0.0, |it| it.value)
            })
        };
        // The answer itself counts for no station.
        let others = counts.iter().map(|(code, count)| {
            ((*code).to_owned(), f64::from(count - i32::from(*code == row.station)))
        });
        let rankings = [
            order(others),
            component(Component::Similar),
            component(Component::Share),
            component(Component::Areas),
            best_hit,
            by(&|it| f64::from(u32::try_from(it.similar).unwrap_or(u32::MAX))),
            by(&|it| it.score),
        ];
        for (places, ranking) in judged.iter_mut().zip(rankings) {
            places[number % 2].add(ranking.iter().position(|code| *code == row.station));
        }
    }
    println!("{name}: {} answered questions, {} stations", rows.len(), stations.len());
    println!("{:<16} {:^19}   {:^19}", "", "even places", "odd places");
    println!("{:<16} {:^19}   {:^19}", "", "hit@1 hit@3 MRR", "hit@1 hit@3 MRR");
    for (name, [even, odd]) in RANKINGS.into_iter().zip(judged) {
        println!("{name:<16} {even:^19}   {odd:^19}");
    }
    Ok(())
}

/// Stations by what speaks for them, the best first, equals by their codes; each with the most that speaks for it.
fn order(speaking: impl Iterator<Item = (String, f64)>) -> Vec<String> {
    let mut most: HashMap<String, f64> = HashMap::new();
    for (code, value) in speaking {
        let known = most.entry(code).or_insert(value);
        *known = known.max(value);
    }
    let mut ordered: Vec<(String, f64)> = most.into_iter().collect();
    ordered.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    ordered.into_iter().map(|(code, _)| code).collect()
}

fn document(row: &Row, tree: &Tree) -> Document {
    Document {
        audience: vec!["public".to_owned()],
        title: row.question.clone(),
        body: row.answer.clone(),
        station: Some(row.station.clone()),
        areas: tree.closed_codes(row.areas.iter().copied()),
        ..Document::new(Key { kind: Kind::AnsweredQuestion, id: row.id })
    }
}

fn rows(
    text: &str,
    tree: &Tree,
    station: impl Fn(&Value, usize) -> Option<String>,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let row: Value = serde_json::from_str(line)?;
        let Some(station) = station(&row, place) else { continue };
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let areas = if row["areas"].is_array() { &row["areas"] } else { &row["expertiseAreas"] };
        let areas = areas.as_array().into_iter().flatten().filter_map(Value::as_str);
        rows.push(Row {
            id: place as u128 + 1,
            station,
            question: text("question"),
            answer: text("answer"),
            areas: areas.filter_map(|code| Some(tree.by_code(code)?.id)).collect(),
            uses: row["reuseCount"].as_u64().unwrap_or(0),
        });
    }
    Ok(rows)
}

/// The taxonomy of the sample data; its labels hold no comma in their Chinese columns.
fn tree() -> Tree {
    let at = chrono::DateTime::UNIX_EPOCH;
    let mut ids: HashMap<String, Uuid> = HashMap::new();
    let area = |(place, line): (usize, &str)| {
        let fields: Vec<&str> = line.split(',').collect();
        let (front, back) = (&fields[..3], &fields[fields.len() - 3..]);
        let id = Uuid::from_u128(place as u128 + 1);
        ids.insert(front[0].to_owned(), id);
        ExpertiseArea {
            id,
            version: 1,
            created_at: at,
            created_by: None,
            updated_at: at,
            updated_by: None,
            code: front[0].to_owned(),
            parent_id: ids.get(front[1]).copied(),
            label: front[2].to_owned(),
            label_en: None,
            facet: Facet::Reg,
            aliases: back[1].split(';').filter(|it| !it.is_empty()).collect::<Vec<_>>().into(),
            position: i32::try_from(place).unwrap_or(i32::MAX),
        }
    };
    Tree::new(AREAS.lines().skip(1).enumerate().map(area).collect())
}

fn stations(tree: &Tree) -> Vec<Candidate> {
    let station = |(place, line): (usize, &str)| {
        let fields: Vec<&str> = line.split(',').collect();
        let declared = fields[10].split(';').filter_map(|code| Some(tree.by_code(code)?.id));
        Candidate {
            id: Uuid::from_u128(place as u128 + 1_000),
            code: fields[0].to_owned(),
            declared: declared.collect(),
        }
    };
    STATIONS.lines().skip(1).enumerate().map(station).collect()
}
