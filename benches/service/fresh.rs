//! From a committed change to its being found: a hundred changes a second, each a transaction of its own.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::json;
use zhanjian::{
    answers::AnsweredQuestions,
    app::App,
    clock::Clock,
    files::Reader,
    outbox::Revision,
    service::Service,
    transfer::{Known, Transfer as _},
};
use zhanjian_index::{Page, SearchRequest};

use super::{
    Asked, Result,
    generate::{Chance, Stuff},
    measure::{Goal, Table, Times, number},
    prepare::{self, Place},
};

/// Changes a second.
const RATE: usize = 100;

/// How long any change may take to be found.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn measure(table: &mut Table, place: &Place, asked: &Asked) -> Result<()> {
    println!("fresh");
    // On a copy, so that the next run finds what this one did.
    let copy = place.data.with_file_name("changing");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_folder(&place.data, &copy)?;
    let seconds = if asked.quick { 5 } else { 20 };
    let measured = prepare::runtime()?.block_on(change(&copy, seconds * RATE, asked.seed));
    // A merge of the index may still be writing; what it leaves behind goes with the next run.
    let _ = fs::remove_dir_all(&copy);
    let (found, committed, rate) = measured?;
    table.add("commits of one change, p50 ms", committed.median(), None, Goal::Shown);
    table.add("changes a second", rate, None, Goal::Shown);
    table.add("committed until found, p50 ms", found.median(), None, Goal::Shown);
    table.add("committed until found, p99 ms", found.p99(), None, Goal::Below(100.0));
    table.add("committed until found, worst ms", found.millis_at(1_000), None, Goal::Shown);
    Ok(())
}

pub(super) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Until found, until committed, and how many a second there really were.
async fn change(data: &Path, count: usize, seed: u64) -> Result<(Times, Times, f64)> {
    let service = Service::start(prepare::settings(data)?).await?;
    service.settle(PATIENCE).await?;
    let app = &service.app;
    let mut known = Known::load(&app.db).await?;
    let (stuff, mut chance) = (Stuff::read()?, Chance::new(seed));
    let found = Arc::new(Mutex::new(Times::default()));
    let mut committed = Times::default();
    let mut looking = Vec::new();
    let mut beat = tokio::time::interval(Duration::from_secs(1) / u32::try_from(RATE)?);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let began = Instant::now();
    for number in 0..count {
        let external_id = format!("fresh-{seed}-{number}");
        let row = stuff.row(number, seed, &mut chance);
        let line = json!({
            "externalId": external_id,
            "station": row.station,
            "question": row.question,
            "answer": row.answer,
            "audience": "PUBLIC",
        });
        beat.tick().await;
        let commit = Instant::now();
        let revision = store(app, &mut known, line.to_string()).await?;
        committed.push(commit.elapsed());
        let (app, found, done) = (Arc::clone(app), Arc::clone(&found), Instant::now());
        looking.push(tokio::spawn(async move {
            look(&app, revision, external_id).await?;
            found.lock().unwrap_or_else(PoisonError::into_inner).push(done.elapsed());
            Result::Ok(())
        }));
    }
    let rate = number(count) / began.elapsed().as_secs_f64();
    for look in looking {
        look.await??;
    }
    service.end().await?;
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((found, committed, rate))
}

/// Writes one answered question by a transaction of its own.
async fn store(app: &App, known: &mut Known, line: String) -> Result<Revision> {
    let kind = AnsweredQuestions::default();
    let mut row = Reader::from_bytes("change.jsonl", line)?.next().ok_or("no row")??;
    let draft = kind.read(&mut row, known);
    let clock = Clock::system();
    let mut write = app.db.write().await?;
    kind.store(&mut write, vec![draft], known, clock.now()).await?;
    let revision = write.commit(clock.now()).await?;
    Ok(revision.ok_or("a change was not noted")?)
}

/// Waits until the index has it, and asks for it by its id.
async fn look(app: &App, revision: Revision, external_id: String) -> Result<()> {
    app.progress.reach(revision, PATIENCE).await?;
    let index = Arc::clone(&app.index);
    let request = SearchRequest {
        tokens: vec!["public".to_owned()],
        text: external_id,
        page: Page::First { limit: 1, after: None },
        ..SearchRequest::default()
    };
    let found = tokio::task::spawn_blocking(move || index.search(&request)).await??;
    if found.hits.is_empty() {
        return Err("a change was taken in and is not found".into());
    }
    Ok(())
}
