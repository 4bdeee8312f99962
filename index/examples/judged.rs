//! Answers a judged set: `cargo run --release -p zhanjian-index --example judged -- FOLDER [QUERIES] > RUN`.
//!
//! FOLDER holds `corpus.jsonl` (`id`, `title`, `text`) and `queries.jsonl` (`id`, `text`); the run has a line for each hit:
//! query, document, rank, score.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{error::Error, fs, path::PathBuf};
use zhanjian_index::{Document, Index, Key, Kind, Options, Page, SearchRequest};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let set = PathBuf::from(arguments.next().ok_or("give the folder of a judged set")?);
    let queries = arguments.next().unwrap_or_else(|| "queries.jsonl".to_owned());
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path(), Options::default())?;
    let corpus = read(&set.join("corpus.jsonl"))?;
    let mut rebuild = index.begin_rebuild()?;
    for (part, rows) in corpus.chunks(1_000).enumerate() {
        let document = |(at, row): (usize, &serde_json::Value)| {
            let id = (part * 1_000 + at) as u128;
            Document {
                audience: vec!["public".to_owned()],
                title: text(row, "title"),
                body: text(row, "text"),
                ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
            }
        };
        rebuild.add(rows.iter().enumerate().map(document).collect())?;
    }
    rebuild.finish(1)?;
    for query in read(&set.join(queries))? {
        let request = SearchRequest {
            tokens: vec!["public".to_owned()],
            text: text(&query, "text"),
            page: Page::First { limit: 100, after: None },
            ..SearchRequest::default()
        };
        for (rank, hit) in (1..).zip(index.search(&request)?.hits) {
            let document = &corpus[usize::try_from(hit.key.id)?];
            println!("{}\t{}\t{rank}\t{}", text(&query, "id"), text(document, "id"), hit.score);
        }
    }
    Ok(())
}

fn read(path: &std::path::Path) -> Result<Vec<serde_json::Value>, Box<dyn Error>> {
    let lines = fs::read_to_string(path)?;
    lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}

fn text(row: &serde_json::Value, field: &str) -> String {
    row[field].as_str().unwrap_or_default().to_owned()
}
