//! How well the flag "this is the same question" can be trusted:
//! `cargo run --release -p zhanjian-index --example same_question -- [--half tuning|held-back] [--list]`.
//!
//! Holds the pairs of `judged/same-question.jsonl` against each other and prints precision and recall of the flag, then
//! the share of each group that it called the same; `--list` prints every pair that it got wrong.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use serde_json::Value;
use std::{collections::BTreeMap, error::Error, fs, path::Path};
use zhanjian_index::{Index, Options};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut half, mut list) = (None, false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--half" => half = Some(words.next().ok_or("--half needs a value")?),
            "--list" => list = true,
            _ => return Err(format!("{word} means nothing here; see the head of this file").into()),
        }
    }
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path(), Options::default())?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("judged/same-question.jsonl");
    let mut groups: BTreeMap<(bool, bool), [u32; 2]> = BTreeMap::new();
    for line in fs::read_to_string(file)?.lines() {
        let pair: Value = serde_json::from_str(line)?;
        let text = |field: &str| pair[field].as_str().unwrap_or_default();
        if half.as_ref().is_some_and(|half| text("half") != half) {
            continue;
        }
        let asked = index.asked(text("b"));
        let (same, hard) = (pair["same"] == true, pair["hard"] == true);
        let called = asked.is_the_same_as(text("a"));
        let counts = groups.entry((same, hard)).or_default();
        counts[0] += 1;
        counts[1] += u32::from(called);
        if list && called != same {
            let truth = if same { "same" } else { "different" };
            println!("{} {truth}\n    {}\n    {}", text("id"), text("a"), text("b"));
        }
    }
    let called = |same: bool| -> u32 {
        groups.iter().filter(|(group, _)| group.0 == same).map(|(_, counts)| counts[1]).sum()
    };
    let all_same: u32 =
        groups.iter().filter(|(group, _)| group.0).map(|(_, counts)| counts[0]).sum();
    let (right, wrong) = (f64::from(called(true)), f64::from(called(false)));
    println!(
        "precision {:.3}, recall {:.3}",
        right / (right + wrong).max(1.0),
        right / f64::from(all_same).max(1.0)
    );
    for ((same, hard), [all, called]) in groups {
        let truth = if same { "same" } else { "different" };
        println!(
            "{truth}, {}: {called} of {all} called the same",
            if hard { "hard" } else { "easy" }
        );
    }
    Ok(())
}
