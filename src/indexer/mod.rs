//! Carries changes from the database to the index, a batch at a time.
//!
//! It reads the log of changes after the index's own watermark, loads what changed as it is now (so that a repetition
//! does no harm), applies it, and commits with the new watermark. After a crash at any moment it goes on from there.
//! Where the index cannot be continued (new, damaged, made by another analyzer, or behind the log's tail), a new
//! generation is made beside the old one.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::DbBackend;
use tokio::sync::watch;
use tracing::{error, info, warn};
use zhanjian_index::Index;

use crate::{
    db::Database,
    error::{Error, Result},
    outbox::{self, After, Entry, Revision},
    telemetry::figures,
};

mod documents;
mod verify;

pub use verify::{Difference, Report, verify};

/// How the indexer works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long changes are gathered before they are committed together, from the beginning of one commit to the next.
    pub commit_interval: Duration,
    /// How often to look for changes that nobody announced.
    pub poll_interval: Duration,
    /// A file by which another process asks for a rebuild; removed once that is done.
    pub rebuild_request: PathBuf,
}

/// The most entries of the log that are taken at once.
const ENTRIES_AT_ONCE: u64 = 5_000;

/// So many entries at a time are an import under way, which has more to come.
const LARGE: usize = 200;

/// How long an import is let go on before the next of it is taken in.
const GATHERING: Duration = Duration::from_millis(100);

/// How long, and for how many entries, an import waits to be found: every commit costs, and what is committed in small
/// pieces is merged over and over, by the very processors that the import needs.
const STAGED_AT_MOST: (Duration, usize) = (Duration::from_secs(5), 50_000);

/// How long the machine has for others between two commits, however long the first took.
const BREATH: Duration = Duration::from_millis(5);

/// How long a look at the log may take. A connection to a server that went away may never answer; another one will.
const LOOK_PATIENCE: Duration = Duration::from_secs(3);
/// The same for the rows of a batch.
const LOAD_PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait before the same is tried again, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// How far the index has followed.
#[derive(Debug)]
pub struct Progress {
    watermark: watch::Sender<Revision>,
}

impl Progress {
    /// Nothing followed yet.
    pub fn new() -> Self {
        Self { watermark: watch::Sender::new(-1) }
    }

    /// The revision up to which the index has taken everything in; negative before it is known.
    pub fn watermark(&self) -> Revision {
        *self.watermark.borrow()
    }

    /// Waits until the index has taken in a revision; [`Error::IndexBehind`] when that takes longer than `patience`.
    pub async fn reach(&self, revision: Revision, patience: Duration) -> Result<()> {
        let mut watermark = self.watermark.subscribe();
        let reached = watermark.wait_for(|reached| *reached >= revision);
        match tokio::time::timeout(patience, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::IndexBehind),
        }
    }

    fn at(&self, revision: Revision) {
        self.watermark.send_replace(revision);
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

/// What a step came to.
enum Step {
    /// There was nothing to do.
    Nothing,
    /// The index has come further.
    Done,
    /// An import is under way; so far, its changes wait in the index to be committed together.
    Staged,
}

/// Changes that the index has, and does not show yet.
struct Staged {
    /// The last entry of the log among them.
    last: Revision,
    entries: usize,
    things: usize,
    since: Instant,
}

/// Waits for the database, but not for ever: after an abrupt end of the server a connection may never answer.
async fn answered<T>(patience: Duration, question: impl Future<Output = Result<T>>) -> Result<T> {
    let answer = tokio::time::timeout(patience, question).await;
    answer.map_err(|_| Error::internal("the database does not answer"))?
}

/// Tells an indexer to end. What is told before it listens is heard all the same.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// Tells it.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }

    fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    async fn told(&self) {
        let mut told = self.0.subscribe();
        // The sender is ours: it cannot have gone.
        let _ = told.wait_for(|told| *told).await;
    }
}

/// Follows the log until told to stop.
pub struct Indexer {
    db: Database,
    index: Arc<Index>,
    progress: Arc<Progress>,
    settings: Settings,
    stop: Arc<Stop>,
    known: documents::Known,
    staged: Option<Staged>,
}

impl Indexer {
    /// An indexer of this database and this index.
    pub fn new(
        db: Database,
        index: Arc<Index>,
        progress: Arc<Progress>,
        settings: Settings,
    ) -> Self {
        let stop = Arc::new(Stop(watch::Sender::new(false)));
        let known = documents::Known::default();
        Self { db, index, progress, settings, stop, known, staged: None }
    }

    /// By what it is told to end.
    pub fn stop(&self) -> Arc<Stop> {
        Arc::clone(&self.stop)
    }

    /// Runs until it is told to stop. The batch under way is finished first; what is left of a large change or of a
    /// rebuild is done again at the next start.
    pub async fn run(mut self) {
        let stop = self.stop();
        let stopped = stop.told();
        tokio::pin!(stopped);
        let listener = self.listen();
        let mut pause = PAUSES.0;
        loop {
            // Registered before looking, so that what is written while we look is not missed.
            let written = self.db.written();
            let written = written.notified();
            tokio::pin!(written);
            written.as_mut().enable();
            let began = Instant::now();
            let wait = match self.advance().await {
                Ok(Step::Done) => {
                    pause = PAUSES.0;
                    self.settings.commit_interval.saturating_sub(began.elapsed()).max(BREATH)
                }
                Ok(Step::Staged) => {
                    pause = PAUSES.0;
                    GATHERING
                }
                Ok(Step::Nothing) => {
                    pause = PAUSES.0;
                    tokio::select! {
                        () = &mut stopped => break,
                        () = &mut written => Duration::ZERO,
                        () = tokio::time::sleep(self.settings.poll_interval) => Duration::ZERO,
                    }
                }
                Err(fault) => {
                    warn!(error = %fault, "the index cannot follow for now; trying again");
                    pause = (pause * 2).min(PAUSES.1);
                    pause
                }
            };
            tokio::select! {
                () = &mut stopped => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        if let Some(listener) = listener {
            listener.abort();
        }
    }

    /// Makes one step: a batch of changes, or a rebuild. False when there was nothing to do.
    pub async fn step(&mut self) -> Result<bool> {
        Ok(!matches!(self.advance().await?, Step::Nothing))
    }

    async fn advance(&mut self) -> Result<Step> {
        let step = self.look_and_follow().await;
        if step.is_err() {
            // The index has forgotten it too.
            self.staged = None;
        }
        step
    }

    async fn look_and_follow(&mut self) -> Result<Step> {
        if self.index.needs_rebuild() || self.rebuild_is_asked_for() {
            return self.rebuild().await;
        }
        let watermark = self.watermark();
        let position = self.staged.as_ref().map_or(watermark, |staged| staged.last);
        let look = outbox::after(self.db.read(), position, ENTRIES_AT_ONCE);
        match answered(LOOK_PATIENCE, look).await? {
            After::Expired => {
                info!(
                    watermark,
                    "the log of changes no longer reaches back to the index; rebuilding"
                );
                self.rebuild().await
            }
            After::Entries(entries) if entries.is_empty() && self.staged.is_none() => {
                self.settle(watermark);
                Ok(Step::Nothing)
            }
            After::Entries(entries) => self.take_in(&entries).await,
        }
    }

    fn watermark(&self) -> Revision {
        let watermark = self.index.watermark().unwrap_or(0);
        Revision::try_from(watermark).unwrap_or(Revision::MAX)
    }

    fn settle(&self, watermark: Revision) {
        if self.progress.watermark() != watermark {
            self.progress.at(watermark);
        }
    }

    /// Takes entries of the log in; those of an import wait for each other.
    async fn take_in(&mut self, entries: &[Entry]) -> Result<Step> {
        let changes = documents::changes(self.db.read(), &self.known, entries);
        let mut changes = answered(LOAD_PATIENCE, changes).await?;
        let staged = self.staged.get_or_insert_with(|| {
            let since = Instant::now();
            Staged { last: 0, entries: 0, things: 0, since }
        });
        staged.entries += entries.len();
        staged.things += changes.left();
        staged.last = entries.last().map_or(staged.last, |entry| entry.revision);
        let (longest, most) = STAGED_AT_MOST;
        let more_to_come =
            entries.len() >= LARGE && staged.entries < most && staged.since.elapsed() < longest;
        let last = staged.last;
        // Until the last batch is in, the index only claims what it had: a crash repeats the whole.
        loop {
            let batch = answered(LOAD_PATIENCE, changes.next(self.db.read())).await?;
            let batch = batch.unwrap_or_default();
            if self.stop.is_told() {
                return Ok(Step::Staged);
            }
            if changes.left() == 0 && !more_to_come {
                self.apply(batch, last).await?;
                break;
            }
            let index = Arc::clone(&self.index);
            tokio::task::spawn_blocking(move || index.stage(batch)).await??;
            if changes.left() == 0 {
                return Ok(Step::Staged);
            }
        }
        if let Some(Staged { things, since, .. }) = self.staged.take() {
            figures::index_committed(things, since.elapsed());
        }
        self.progress.at(last);
        Ok(Step::Done)
    }

    async fn apply(&self, changes: Vec<zhanjian_index::Change>, revision: Revision) -> Result<()> {
        let index = Arc::clone(&self.index);
        let watermark = u64::try_from(revision).unwrap_or(0);
        tokio::task::spawn_blocking(move || index.apply(changes, watermark)).await??;
        Ok(())
    }

    /// Makes a new generation from the database; the old one serves until the switch.
    async fn rebuild(&mut self) -> Result<Step> {
        self.staged = None;
        let started = Instant::now();
        // The position first: what changes from here on is read again afterwards, which does no harm.
        let head = answered(LOOK_PATIENCE, outbox::head(self.db.read())).await?;
        let index = Arc::clone(&self.index);
        let begun = tokio::task::spawn_blocking(move || index.begin_rebuild()).await?;
        if let Err(zhanjian_index::Error::Dictionary { .. }) = &begun
            && !self.index.needs_rebuild()
        {
            // What was asked for cannot be had; the index goes on as it is.
            self.rebuild_is_done();
        }
        let mut rebuild = begun?;
        let mut everything = documents::Everything::new();
        let mut count = 0;
        while let Some(batch) = answered(LOAD_PATIENCE, everything.next(self.db.read())).await? {
            if self.stop.is_told() {
                // Dropping the half-made generation removes its files.
                tokio::task::spawn_blocking(move || drop(rebuild)).await?;
                return Ok(Step::Done);
            }
            count += batch.len();
            rebuild = tokio::task::spawn_blocking(move || {
                rebuild.add(batch)?;
                Ok::<_, zhanjian_index::Error>(rebuild)
            })
            .await??;
        }
        let watermark = u64::try_from(head).unwrap_or(0);
        tokio::task::spawn_blocking(move || rebuild.finish(watermark)).await??;
        self.rebuild_is_done();
        self.progress.at(head);
        let seconds = started.elapsed().as_secs_f64();
        info!(documents = count, seconds, "the index was made anew from {count} documents");
        Ok(Step::Done)
    }

    fn rebuild_is_asked_for(&self) -> bool {
        self.settings.rebuild_request.exists()
    }

    fn rebuild_is_done(&self) {
        let request = &self.settings.rebuild_request;
        if let Err(fault) = std::fs::remove_file(request)
            && fault.kind() != std::io::ErrorKind::NotFound
        {
            error!(error = %fault, "the request to rebuild the index could not be removed");
        }
    }

    /// On PostgreSQL, is told at once of what other processes write.
    fn listen(&self) -> Option<tokio::task::JoinHandle<()>> {
        if self.db.engine() != DbBackend::Postgres {
            return None;
        }
        let pool = self.db.read().get_postgres_connection_pool().clone();
        let written = self.db.written();
        Some(tokio::spawn(async move {
            loop {
                // Whatever breaks the connection, polling goes on meanwhile.
                if let Ok(mut listener) =
                    sea_orm::sqlx::postgres::PgListener::connect_with(&pool).await
                    && listener.listen(outbox::CHANNEL).await.is_ok()
                {
                    while listener.recv().await.is_ok() {
                        written.notify_waiters();
                    }
                }
                tokio::time::sleep(PAUSES.1).await;
            }
        }))
    }
}
