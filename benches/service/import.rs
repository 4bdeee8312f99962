//! Import and indexing, from a file until everything is found, beside the bare engine's indexing of the same texts.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use zhanjian::{
    answers::AnsweredQuestions,
    clock::Clock,
    service::Service,
    transfer::{self, Import, Outcome, Source},
};
use zhanjian_index::{Document, baseline::Bare};

use super::{
    Asked, Result, generate,
    measure::{Goal, Table, Times, number},
    prepare,
};

/// How long the index may take to follow.
const PATIENCE: Duration = Duration::from_hours(1);

pub(super) fn measure(table: &mut Table, folder: &Path, asked: &Asked) -> Result<()> {
    let rows = asked.rows.min(if asked.quick { 20_000 } else { 100_000 });
    println!("import of {rows} rows");
    let folder = folder.join("import");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let file = folder.join("rows.jsonl");
    generate::write(&file, rows, asked.seed)?;
    let documents: Vec<Document> = prepare::documents(&file)?.collect();
    let runtime = prepare::runtime()?;
    let (mut imported, mut ours, mut theirs) =
        (Times::default(), Times::default(), Times::default());
    for round in 0..if asked.quick { 1 } else { 2 } {
        let data = folder.join(format!("data-{round}"));
        fs::create_dir_all(&data)?;
        let (written, whole) = runtime.block_on(import(&data, &file))?;
        imported.push(written);
        ours.push(whole);
        let mut bare = Bare::create(&folder.join(format!("bare-{round}")))?;
        let documents = documents.clone();
        theirs.of(|| bare.add(documents, prepare::writing(), false))?;
    }
    fs::remove_dir_all(&folder)?;
    let seconds = |millis: f64| millis / 1e3;
    let (ours, theirs) = (seconds(ours.mean()), seconds(theirs.mean()));
    table.add("import alone, s", seconds(imported.mean()), Some(theirs), Goal::Shown);
    table.add("import until all is found, s", ours, Some(theirs), Goal::RatioAtMost(3.0));
    table.add("rows a second", number(rows) / ours, Some(number(rows) / theirs), Goal::Shown);
    Ok(())
}

/// Until all rows were written, and until all were found.
async fn import(data: &Path, file: &Path) -> Result<(Duration, Duration)> {
    prepare::load_samples(data).await?;
    let service = Service::start(prepare::settings(data)?).await?;
    service.settle(PATIENCE).await?;
    let began = Instant::now();
    let (kind, source) = (AnsweredQuestions::default(), Source::of_path(file)?);
    let (db, clock, how) = (&service.app.db, Clock::system(), Import::default());
    match transfer::run(db, &clock, &kind, &source, how, |_, _| {}).await? {
        Outcome::Read(summary) if summary.is_clean() => {}
        Outcome::Read(summary) => return Err(summary.to_string().into()),
        Outcome::Unreadable(fault) => return Err(fault.to_string().into()),
    }
    let written = began.elapsed();
    service.settle(PATIENCE).await?;
    let whole = began.elapsed();
    service.end().await?;
    Ok((written, whole))
}
