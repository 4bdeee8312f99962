//! How fast the whole service is, each figure beside what the same work costs without it, in the same run.
//!
//! `cargo bench --bench service -- [--rows 100000] [--seed 1] [PART …] [--quick]`, where
//! a part is `search`, `list`, `pages`, `start`, `fresh`, `import`, `following`, `signed_in`, `refusals`, `matching` or `strengths`; all of
//! them where none is named.
//!
//! The first run with a number of rows prepares them (generated, imported, indexed; and put into the bare engine) under
//! `target/bench/ROWS-SEED/`, further runs take what is there. What is compared is asked in turns, ours and theirs, so
//! that whatever else the machine does slows both. Ends with status 0 whatever the figures say: it measures, and judges
//! nothing but its own faults.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is there to print")]

use std::path::{Path, PathBuf};

mod client;
mod following;
mod fresh;
mod generate;
mod import;
mod list;
mod matching;
mod measure;
mod pages;
mod prepare;
mod program;
mod refusals;
mod search;
mod signed_in;
mod start;
mod strengths;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What can be measured by itself.
const PARTS: [&str; 11] = [
    "search",
    "list",
    "pages",
    "start",
    "fresh",
    "import",
    "following",
    "signed_in",
    "refusals",
    "matching",
    "strengths",
];

/// What the command line asks for.
struct Asked {
    rows: usize,
    seed: u64,
    only: Vec<String>,
    /// A first look: fewer rounds, shorter windows.
    quick: bool,
}

impl Asked {
    fn read() -> Result<Self> {
        let mut asked = Self { rows: 100_000, seed: 1, only: Vec::new(), quick: false };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--rows" => asked.rows = value()?.replace('_', "").parse()?,
                "--seed" => asked.seed = value()?.parse()?,
                "--only" => asked.only = value()?.split(',').map(str::to_owned).collect(),
                "--quick" => asked.quick = true,
                // Cargo adds this.
                "--bench" => {}
                part if PARTS.contains(&part) => asked.only.push(part.to_owned()),
                _ => {
                    return Err(
                        format!("{word} means nothing here; see the head of this file").into()
                    );
                }
            }
        }
        Ok(asked)
    }

    /// Whether the generated rows are enough: `matching` makes outputs of them, in a service of its own.
    fn wants_rows_alone(&self) -> bool {
        !self.only.is_empty() && self.only.iter().all(|part| part == "matching")
    }

    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}

/// Where everything of this benchmark lies: beside the program, under `target`.
fn folder() -> PathBuf {
    let program = Path::new(program::PROGRAM);
    program.ancestors().nth(2).unwrap_or(Path::new("target")).join("bench")
}

fn main() -> Result<()> {
    let asked = Asked::read()?;
    let place = prepare::prepare(&folder(), asked.rows, asked.seed, asked.wants_rows_alone())?;
    let mut table = measure::Table::new();
    if ["search", "list", "pages", "strengths"].iter().any(|part| asked.wants(part)) {
        let served = program::Served::start(&place.data)?;
        if asked.wants("search") {
            search::measure(&mut table, &place, &served, &asked)?;
        }
        if asked.wants("list") {
            list::measure(&mut table, &place, &served, &asked)?;
        }
        if asked.wants("pages") {
            pages::measure(&mut table, &served, &asked)?;
        }
        if asked.wants("strengths") {
            strengths::measure(&mut table, &served, &asked)?;
        }
        served.end()?;
    }
    if asked.wants("start") {
        start::measure(&mut table, &place, &asked)?;
    }
    if asked.wants("fresh") {
        fresh::measure(&mut table, &place, &asked)?;
    }
    if asked.wants("following") {
        following::measure(&mut table, &place, &asked)?;
    }
    if asked.wants("signed_in") {
        signed_in::measure(&mut table, &place, &asked)?;
    }
    if asked.wants("refusals") {
        refusals::measure(&mut table, &folder(), &asked)?;
    }
    if asked.wants("matching") {
        matching::measure(&mut table, &place, &asked)?;
    }
    if asked.wants("import") {
        import::measure(&mut table, &folder(), &asked)?;
    }
    println!("\n{} rows, seed {}, {} cores", asked.rows, asked.seed, measure::cores());
    println!("{table}");
    Ok(())
}
