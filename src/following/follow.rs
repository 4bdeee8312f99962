//! Following as it happens: first what was missed, then what comes, with no gap between the two and nothing twice.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{Stream, stream};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tracing::warn;

use super::{Change, Nodes, Subjects, concerns, feed::Seat, global_id};
use crate::{
    access::Viewer,
    app::{App, Ctx, Visitor},
    error::{Error, Result},
    outbox::{self, After, Revision, Told},
};

/// Things that are loaded at once.
const LOADED_AT_ONCE: usize = 16;

/// For how long what was loaded is shown; a client that is slow to read gets what is there when it reads.
const FRESH: Duration = Duration::from_secs(1);

/// Entries of the log that somebody who was away reads at once: few where each concerns them, many where none does.
const PAGES: (u64, u64) = (64, 2_000);

/// How long reading may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait after a failure of ours before the same is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// What was loaded for the first of the pending entries.
struct Loaded {
    at: Instant,
    /// The last entry that it was loaded for.
    until: Revision,
    nodes: Arc<Nodes>,
}

/// One who follows the log from a position.
pub(super) struct Follower {
    app: Arc<App>,
    viewer: Viewer,
    visitor: Visitor,
    subjects: Subjects,
    seat: Seat,
    told: watch::Receiver<Revision>,
    /// All up to here has been looked at, or is in `pending`.
    position: Revision,
    page: u64,
    /// Entries that concern the viewer, and have not been told.
    pending: VecDeque<Arc<Told>>,
    loaded: Option<Loaded>,
    /// Whether things are told only once the index has taken them in.
    after_index: bool,
}

impl Follower {
    /// Begins to follow: after a revision, or from now on.
    ///
    /// # Errors
    /// [`Error::RevisionExpired`] where the log does not reach back to the revision.
    pub(super) async fn begin(
        ctx: &Ctx,
        subjects: Subjects,
        since: Option<Revision>,
    ) -> Result<Self> {
        // The seat first: from here on nothing is missed, wherever the position turns out to be.
        let seat = ctx.app.feed.join(&ctx.viewer, subjects);
        let position = match since {
            Some(since) if outbox::reaches(ctx.db(), since).await? => since,
            Some(_) => return Err(Error::RevisionExpired),
            None => outbox::head(ctx.db()).await?,
        };
        Ok(Self {
            app: Arc::clone(&ctx.app),
            viewer: ctx.viewer.clone(),
            visitor: ctx.visitor.clone(),
            subjects,
            told: seat.told(),
            seat,
            position,
            page: PAGES.0,
            pending: VecDeque::new(),
            loaded: None,
            after_index: false,
        })
    }

    /// The same, for whom the index must know what is told.
    pub(super) fn after_index(self) -> Self {
        Self { after_index: true, ..self }
    }

    /// A request of the viewer, made now.
    pub(super) fn ctx(&self) -> Ctx {
        Ctx::visited(Arc::clone(&self.app), self.viewer.clone(), self.visitor.clone())
    }

    /// All that follows. It ends with the first fault that is not ours to mend.
    pub(super) fn changes(self) -> impl Stream<Item = Result<Change>> + Send + use<> {
        stream::unfold(Some(self), |follower| async move {
            let mut follower = follower?;
            match follower.next().await {
                Ok((_, change)) => Some((Ok(change), Some(follower))),
                Err(fault) => Some((Err(fault), None)),
            }
        })
    }

    /// The next change that the viewer may know of, with what the log says of it. Waits until there is one.
    ///
    /// Where the database cannot be read, the same is tried again: nothing is passed over.
    pub(super) async fn next(&mut self) -> Result<(Arc<Told>, Change)> {
        loop {
            match self.advance().await {
                Ok(Some(change)) => return Ok(change),
                Ok(None) => {}
                Err(fault @ Error::Internal(_)) => {
                    warn!(
                        request.id = &*self.visitor.request_id,
                        error = %fault,
                        "what changed cannot be told for now; trying again"
                    );
                    sleep(PAUSE).await;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Makes one step: to the next change, past one that is not for the viewer, or to further entries.
    async fn advance(&mut self) -> Result<Option<(Arc<Told>, Change)>> {
        let Some(row) = self.pending.front().map(Arc::clone) else {
            self.gather().await?;
            return Ok(None);
        };
        let id = global_id(&row);
        let node = self.nodes(row.entry.revision).await?.get(&id).cloned();
        self.pending.pop_front();
        if node.is_none() && !self.viewer.holds_any(&row.before) {
            return Ok(None);
        }
        let (revision, subject) = (row.entry.revision, row.entry.subject);
        Ok(Some((row, Change { revision, subject, id, node })))
    }

    /// What is there now of the next pending entries, of which this one is the first.
    async fn nodes(&mut self, first: Revision) -> Result<Arc<Nodes>> {
        if let Some(loaded) = &self.loaded
            && first <= loaded.until
            && loaded.at.elapsed() < FRESH
        {
            return Ok(Arc::clone(&loaded.nodes));
        }
        let rows: Vec<Arc<Told>> =
            self.pending.iter().take(LOADED_AT_ONCE).map(Arc::clone).collect();
        let until = rows.last().map_or(first, |row| row.entry.revision);
        if self.after_index {
            self.await_index(until).await;
        }
        let nodes = in_time(self.seat.nodes(&self.ctx(), &rows)).await?;
        self.loaded = Some(Loaded { at: Instant::now(), until, nodes: Arc::clone(&nodes) });
        Ok(nodes)
    }

    async fn await_index(&self, revision: Revision) {
        while self.app.progress.reach(revision, PATIENCE).await.is_err() {}
    }

    /// Waits for further entries that concern the viewer, or goes a page further in the log.
    async fn gather(&mut self) -> Result<()> {
        self.loaded = None;
        // Marked as seen before looking, so that what comes while we look wakes us.
        self.told.borrow_and_update();
        let Some(rows) = self.seat.after(self.position, LOADED_AT_ONCE)? else {
            return self.catch_up().await;
        };
        if let Some(last) = rows.last() {
            self.position = last.entry.revision;
            let viewer = &self.viewer;
            self.pending.extend(rows.into_iter().filter(|row| concerns(viewer, row)));
        } else if self.told.changed().await.is_err() {
            // The circle is held by our seat: its voice cannot be gone.
            return Err(Error::RevisionExpired);
        }
        Ok(())
    }

    /// Reads a page of the log, for what the circle does not remember.
    async fn catch_up(&mut self) -> Result<()> {
        let page = outbox::told_after(self.app.db.read(), self.position, self.page);
        let After::Entries(rows) = in_time(page).await? else {
            return Err(Error::RevisionExpired);
        };
        // The circle remembers what comes after the end of the log, and no row is missing before it.
        let Some(last) = rows.last() else {
            self.position = self.seat.complete_since();
            return Ok(());
        };
        self.position = last.entry.revision;
        let wanted =
            |row: &Told| self.subjects.has(row.entry.subject) && concerns(&self.viewer, row);
        self.pending.extend(rows.into_iter().filter(|row| wanted(row)).map(Arc::new));
        let next = if self.pending.is_empty() { self.page * 2 } else { PAGES.0 };
        self.page = next.min(PAGES.1);
        Ok(())
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let slow = |_| Error::internal("the database does not answer");
    timeout(PATIENCE, work).await.map_err(slow)?
}
