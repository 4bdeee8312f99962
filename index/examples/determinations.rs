//! Finds official determinations by their product's name, and prints how often that works.
//!
//! `cargo run --release -p zhanjian-index --example determinations -- FILE` reads JSON Lines with `question`, `answer`
//! and `productName`, indexes them, and asks three things: each name (in Simplified and in Traditional characters), and
//! each product's description with its clauses in another order and the name left out.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{collections::HashMap, error::Error, fs, time::Instant};
use zhanjian_index::{Change, Document, Index, Key, Kind, Options, Page, SearchRequest};

struct Row {
    question: String,
    answer: String,
    name: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("give a file of determinations")?;
    let rows = read(&fs::read_to_string(file)?)?;
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path(), Options::default())?;
    index.warm();

    let started = Instant::now();
    let put = |(number, row): (usize, &Row)| {
        let mut document = Document::new(Key { kind: Kind::AnsweredQuestion, id: number as u128 });
        document.audience.push("public".to_owned());
        document.title.clone_from(&row.question);
        document.body.clone_from(&row.answer);
        Change::Put(Box::new(document))
    };
    index.apply(rows.iter().enumerate().map(put).collect(), 1)?;
    println!("{} determinations indexed in {:.2} s", rows.len(), started.elapsed().as_secs_f64());

    let simplified = traditional_of();
    let names: Vec<(usize, String)> =
        rows.iter().enumerate().map(|(number, row)| (number, row.name.clone())).collect();
    let traditional: Vec<(usize, String)> = names
        .iter()
        .map(|(number, name)| {
            (*number, name.chars().map(|ch| *simplified.get(&ch).unwrap_or(&ch)).collect())
        })
        .collect();
    let shuffled: Vec<(usize, String)> =
        rows.iter().enumerate().filter_map(|(n, row)| Some((n, other_order(row)?))).collect();
    report(&index, &rows, "name, Simplified", &names)?;
    report(&index, &rows, "name, Traditional", &traditional)?;
    report(&index, &rows, "description in another order", &shuffled)?;
    if let Some(file) = std::env::args().nth(2) {
        let lines = fs::read_to_string(file)?;
        let given = lines
            .lines()
            .enumerate()
            .map(|(number, name)| (number, name.to_owned()))
            .collect::<Vec<_>>();
        report(&index, &rows, "names as given, line by line", &given)?;
    }
    Ok(())
}

fn read(lines: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        rows.push(Row {
            question: text("question"),
            answer: text("answer"),
            name: text("productName"),
        });
    }
    Ok(rows)
}

/// Asks every query, and prints how often its row, or one of the same name, comes first and among the first ten.
fn report(
    index: &Index,
    rows: &[Row],
    what: &str,
    queries: &[(usize, String)],
) -> Result<(), Box<dyn Error>> {
    let (mut first, mut ten, mut totals) = (0, 0, 0);
    let mut times = Vec::new();
    for (number, text) in queries {
        let request = SearchRequest {
            tokens: vec!["public".to_owned()],
            text: text.clone(),
            page: Page::First { limit: 10, after: None },
            total: true,
            ..SearchRequest::default()
        };
        let started = Instant::now();
        let found = index.search(&request)?;
        times.push(started.elapsed());
        totals += found.total;
        let place = found.hits.iter().position(|hit| {
            usize::try_from(hit.key.id)
                .is_ok_and(|other| other == *number || rows[other].name == rows[*number].name)
        });
        first += u32::from(place == Some(0));
        ten += u32::from(place.is_some());
        if place != Some(0) && std::env::var_os("SHOW_MISSES").is_some() {
            println!("  {place:?} {text}");
        }
    }
    times.sort_unstable();
    let part = |count: u32| {
        100.0 * f64::from(count) / f64::from(u32::try_from(queries.len()).unwrap_or(1).max(1))
    };
    println!(
        "{what}: {} queries, first {:.2} %, among ten {:.2} %, {:.0} hits a query, p50 {:.2} ms, p99 {:.2} ms",
        queries.len(),
        part(first),
        part(ten),
        f64::from(u32::try_from(totals).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(queries.len()).unwrap_or(1).max(1)),
        times[times.len() / 2].as_secs_f64() * 1e3,
        times[times.len() * 99 / 100].as_secs_f64() * 1e3,
    );
    Ok(())
}

/// The clauses of a description from the last to the first, without the product's name.
fn other_order(row: &Row) -> Option<String> {
    let (_, description) = row.answer.split_once("产品描述：")?;
    let mut clauses: Vec<&str> = description
        .split(['，', '。', '、', '；'])
        .filter(|clause| !clause.trim().is_empty())
        .collect();
    if clauses.len() < 3 {
        return None;
    }
    clauses.reverse();
    clauses.truncate(8);
    Some(clauses.join(" ").replace(&row.name, ""))
}

/// Simplified to Traditional, from the table that the index folds by: where several fold to one, the first.
fn traditional_of() -> HashMap<char, char> {
    let table = include_str!("../dictionaries/traditional.txt");
    let mut map = HashMap::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t').filter_map(|field| field.chars().next());
        if let (Some(traditional), Some(simplified)) = (fields.next(), fields.next()) {
            map.entry(simplified).or_insert(traditional);
        }
    }
    map
}
