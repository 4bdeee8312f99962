//! The data that everything is measured on: made once, and taken again as long as nobody makes it otherwise.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::Value;
use zhanjian::{
    clock::Clock,
    config::{Config, Flags},
    service::Settings,
};
use zhanjian_index::{Document, Key, Kind, Options, baseline::Bare};

use super::{Result, generate, measure, program};

/// Where the parts of a prepared set lie.
pub(super) struct Place {
    /// The generated rows.
    pub(super) rows: PathBuf,
    /// The data folder of a service that has them all.
    pub(super) data: PathBuf,
    /// The bare engine's index of the same rows.
    pub(super) bare: PathBuf,
}

impl Place {
    fn of(folder: &Path) -> Self {
        Self {
            rows: folder.join("rows.jsonl"),
            data: folder.join("data"),
            bare: folder.join("bare"),
        }
    }

    /// The index of the bare engine.
    pub(super) fn bare(&self) -> Result<Bare> {
        Ok(Bare::open(&self.bare)?)
    }
}

/// Makes what is not there yet: the rows alone, or a service that has them, too.
pub(super) fn prepare(folder: &Path, rows: usize, seed: u64, rows_alone: bool) -> Result<Place> {
    let folder = folder.join(format!("{rows}-{seed}"));
    let place = Place::of(&folder);
    let data = format!("rows {}", generate::VERSION);
    fs::create_dir_all(&folder)?;
    step(&folder, "rows", &data, || generate::write(&place.rows, rows, seed))?;
    if rows_alone {
        return Ok(place);
    }
    step(&folder, "data", &data, || {
        fs::create_dir_all(&place.data)?;
        runtime()?.block_on(load_samples(&place.data))?;
        let rows = place.rows.to_string_lossy();
        program::run(&place.data, &["import", "answered-questions", &rows])
    })?;
    let analyzer = format!("{data}, {}", Options::default().fingerprint()?);
    step(&folder, "index", &analyzer, || program::run(&place.data, &["index", "rebuild"]))?;
    step(&folder, "bare", &analyzer, || {
        let mut bare = Bare::create(&place.bare)?;
        bare.add(documents(&place.rows)?, writing(), true)?;
        Ok(())
    })?;
    Ok(place)
}

/// Does a step of the preparation, unless it was done with the same `stamp`.
fn step(folder: &Path, name: &str, stamp: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let done = folder.join(format!("{name}.done"));
    if fs::read_to_string(&done).is_ok_and(|before| before == stamp) {
        return Ok(());
    }
    if name != "index" && folder.join(name).exists() {
        fs::remove_dir_all(folder.join(name))?;
    }
    eprint!("preparing {name} in {} … ", folder.display());
    let began = Instant::now();
    work()?;
    eprintln!("{:.1} s", began.elapsed().as_secs_f64());
    fs::write(done, stamp)?;
    Ok(())
}

/// What runs the parts of the service that are called from here.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// The settings of a service in a folder: those that everybody has who sets nothing.
pub(super) fn settings(data: &Path) -> Result<Settings> {
    let flags = Flags { data_dir: Some(data.display().to_string()), ..Flags::default() };
    let config = Config::load(&flags, [], data).map_err(|faults| faults.to_string())?;
    Ok(Settings::of(&config))
}

/// Stations, areas and regulations, which the rows name, and whatever else the samples hold.
pub(super) async fn load_samples(data: &Path) -> Result<()> {
    let db = zhanjian::service::open_database(&settings(data)?.database).await?;
    zhanjian::demo::load(&db, &Clock::system()).await?;
    db.close().await?;
    Ok(())
}

/// Threads and memory for the bare engine's writing: what our own index takes when it is made anew.
pub(super) fn writing() -> (usize, usize) {
    (measure::cores().min(4), Options::default().memory_budget)
}

/// The rows of a file as documents of the bare engine.
pub(super) fn documents(rows: &Path) -> Result<impl Iterator<Item = Document> + use<>> {
    let lines = BufReader::new(File::open(rows)?).lines();
    let document = |(id, line): (usize, std::io::Result<String>)| {
        let row: Value = serde_json::from_str(&line.ok()?).ok()?;
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let summary = row["summary"].as_str();
        let answer = text("answer");
        Some(Document {
            audience: vec![text("audience").to_lowercase()],
            title: text("question"),
            body: summary.map_or_else(|| answer.clone(), |summary| format!("{summary}\n{answer}")),
            ..Document::new(Key { kind: Kind::AnsweredQuestion, id: id as u128 })
        })
    };
    Ok(lines.enumerate().map_while(document))
}
