//! Whether the same thing is found however it is written:
//! `cargo run --release -p zhanjian-index --example notation -- [DETERMINATIONS] [--half tuning|held-back]`.
//!
//! Asks the queries of `judged/notation.jsonl` over the sample answers and the DETERMINATIONS (JSON Lines with
//! `externalId`, `question`, `answer`; without them, only the queries for sample answers are asked). Prints, for every
//! rule of notation, how often the wanted text comes first and among the first three, and the queries that miss.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    fs,
    path::Path,
};
use zhanjian_index::{Document, Index, Key, Kind, Options, Page, SearchRequest};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let (mut determinations, mut half) = (None, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--half" => half = Some(words.next().ok_or("--half needs a value")?),
            _ => determinations = Some(word),
        }
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = rows(&here.join("../src/demo/answered-questions.jsonl"))?;
    if let Some(file) = determinations {
        texts.extend(rows(Path::new(&file))?);
    }
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path(), Options::default())?;
    let mut rebuild = index.begin_rebuild()?;
    let document = |(at, row): (usize, &Value)| Document {
        audience: vec!["everybody".to_owned()],
        title: text(row, "question"),
        body: text(row, "answer"),
        ..Document::new(Key { kind: Kind::AnsweredQuestion, id: at as u128 })
    };
    rebuild.add(texts.iter().enumerate().map(document).collect())?;
    rebuild.finish(1)?;
    let at: HashMap<String, u128> =
        (0..).zip(&texts).map(|(at, row)| (text(row, "externalId"), at)).collect();

    let mut rules: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    for query in rows(&here.join("judged/notation.jsonl"))? {
        let Some(wanted) = at.get(&text(&query, "target")) else { continue };
        if half.as_ref().is_some_and(|half| text(&query, "half") != *half) {
            continue;
        }
        let request = SearchRequest {
            tokens: vec!["everybody".to_owned()],
            text: text(&query, "query"),
            page: Page::First { limit: 20, after: None },
            ..SearchRequest::default()
        };
        let hits = index.search(&request)?.hits;
        let rank = hits.iter().position(|hit| hit.key.id == *wanted);
        for name in [text(&query, "rule"), "(all)".to_owned()] {
            let counts = rules.entry(name).or_default();
            counts[0] += 1;
            counts[1] += u32::from(rank == Some(0));
            counts[2] += u32::from(rank.is_some_and(|rank| rank < 3));
        }
        if rank.is_none_or(|rank| rank >= 3) {
            let rank = rank.map_or("none".to_owned(), |rank| (rank + 1).to_string());
            println!(
                "{} {} wants {}: {rank}",
                text(&query, "id"),
                request.text,
                text(&query, "target")
            );
        }
    }
    println!("{:<20} {:>7} {:>7} {:>12}", "rule", "queries", "first", "first three");
    for (rule, [all, first, three]) in rules {
        println!("{rule:<20} {all:>7} {first:>7} {three:>12}");
    }
    Ok(())
}

fn rows(file: &Path) -> Result<Vec<Value>> {
    let lines = fs::read_to_string(file)?;
    Ok(lines.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?)
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}
