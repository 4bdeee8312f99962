//! Hands each entry of the log to those whom it concerns, as it comes.
//!
//! One feed a process reads the log once, whoever listens. Listeners who hold the same tokens and ask for the same kinds
//! sit in one circle: an entry is matched against circles, not against listeners, and what nobody in a circle may see
//! does not wake it. A circle remembers its latest entries; a listener who falls behind them reads the log by itself,
//! from its own position, so that the slow delay nobody and miss nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use tokio::sync::{OnceCell, watch};
use tracing::{info, warn};

use super::{Nodes, Subjects};
use crate::{
    access::Viewer,
    app::Ctx,
    db::Database,
    error::{Error, Result},
    outbox::{self, After, Revision, Told},
};

/// Entries of the log that are read at once.
const AT_ONCE: u64 = 1_000;

/// Entries that a circle remembers.
const REMEMBERED: usize = 4_096;

/// How long a look at the log may take; a connection to a server that went away may never answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// For how long what one listener of a circle has loaded is shown to the others.
const FRESH: Duration = Duration::from_secs(1);

/// Reads the log for all who listen.
pub struct Feed {
    db: Database,
    hall: Mutex<Hall>,
}

/// Who listens.
struct Hall {
    /// Everything up to here has been handed out.
    position: Revision,
    circles: HashMap<Key, Taken>,
    by_token: HashMap<String, Vec<Arc<Circle>>>,
}

/// A circle, and how many sit in it.
struct Taken {
    circle: Arc<Circle>,
    seats: usize,
}

/// What those in a circle have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    tokens: Arc<[String]>,
    subjects: Subjects,
}

/// All who hold the same tokens and ask for the same kinds.
pub(super) struct Circle {
    key: Key,
    recent: Mutex<Recent>,
    /// The last entry that concerned the circle; waking is all it is for.
    told: watch::Sender<Revision>,
    loaded: Mutex<Option<Loaded>>,
}

#[derive(Debug)]
struct Recent {
    /// The latest entries that concern the circle, in order.
    rows: VecDeque<Arc<Told>>,
    /// After this position, `rows` lacks none.
    complete_since: Revision,
    /// Whether the log that this circle followed is no more.
    ended: bool,
}

/// What was loaded for some entries.
struct Loaded {
    entries: (Revision, Revision, NaiveDate),
    at: Instant,
    nodes: Arc<OnceCell<Arc<Nodes>>>,
}

/// A place in a circle, given up when it is dropped.
pub(super) struct Seat {
    feed: Arc<Feed>,
    circle: Arc<Circle>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.feed.hall().leave(&self.circle);
    }
}

impl std::ops::Deref for Seat {
    type Target = Circle;

    fn deref(&self) -> &Circle {
        &self.circle
    }
}

impl Feed {
    /// A feed that begins at the present end of the log.
    pub async fn open(db: Database) -> Result<Arc<Self>> {
        let position = outbox::head(db.read()).await?;
        let hall = Hall { position, circles: HashMap::new(), by_token: HashMap::new() };
        Ok(Arc::new(Self { db, hall: Mutex::new(hall) }))
    }

    /// Hands out what comes, until it is aborted. It only reads: it may end at any moment.
    pub async fn run(self: Arc<Self>, poll_interval: Duration) {
        let told = self.db.written();
        loop {
            // Registered before looking, so that what is written while we look is not missed.
            let written = told.notified();
            tokio::pin!(written);
            written.as_mut().enable();
            let looked = tokio::time::timeout(PATIENCE, self.look()).await;
            let slow = || Err(Error::internal("the database does not answer"));
            match looked.unwrap_or_else(|_| slow()) {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = &mut written => {}
                        () = tokio::time::sleep(poll_interval) => {}
                    }
                }
                Err(fault) => {
                    warn!(error = %fault, "the log of changes cannot be read for now; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Hands out what has come since the last look. Tells whether there may be more already.
    async fn look(&self) -> Result<bool> {
        let position = {
            let hall = self.hall();
            (!hall.circles.is_empty()).then_some(hall.position)
        };
        let Some(position) = position else {
            // Nobody listens: an import need not be read for nobody.
            let head = outbox::head(self.db.read()).await?;
            let mut hall = self.hall();
            let alone = hall.circles.is_empty();
            if alone {
                hall.position = head;
            }
            return Ok(!alone);
        };
        match outbox::told_after(self.db.read(), position, AT_ONCE).await? {
            After::Entries(rows) => {
                let more = rows.len() as u64 == AT_ONCE;
                self.hall().hand_out(rows);
                Ok(more)
            }
            After::Expired => {
                info!(position, "the log of changes no longer reaches back to those who follow it");
                let head = outbox::head(self.db.read()).await?;
                self.hall().end_all(head);
                Ok(false)
            }
        }
    }

    /// Takes a seat in the circle of those who hold this viewer's tokens and ask for these kinds.
    pub(super) fn join(self: &Arc<Self>, viewer: &Viewer, subjects: Subjects) -> Seat {
        let key = Key { tokens: viewer.tokens().into(), subjects };
        let circle = self.hall().join(key);
        Seat { feed: Arc::clone(self), circle }
    }

    fn hall(&self) -> MutexGuard<'_, Hall> {
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hall {
    fn join(&mut self, key: Key) -> Arc<Circle> {
        if let Some(taken) = self.circles.get_mut(&key) {
            taken.seats += 1;
            return Arc::clone(&taken.circle);
        }
        let recent = Recent { rows: VecDeque::new(), complete_since: self.position, ended: false };
        let circle = Arc::new(Circle {
            key: key.clone(),
            recent: Mutex::new(recent),
            told: watch::Sender::new(self.position),
            loaded: Mutex::default(),
        });
        for token in &*key.tokens {
            self.by_token.entry(token.clone()).or_default().push(Arc::clone(&circle));
        }
        self.circles.insert(key, Taken { circle: Arc::clone(&circle), seats: 1 });
        circle
    }

    fn leave(&mut self, circle: &Arc<Circle>) {
        let key = &circle.key;
        // A circle that was ended may have a successor of the same key.
        let Some(taken) = self.circles.get_mut(key) else { return };
        if !Arc::ptr_eq(&taken.circle, circle) {
            return;
        }
        taken.seats -= 1;
        if taken.seats > 0 {
            return;
        }
        self.circles.remove(key);
        for token in &*key.tokens {
            if let Some(circles) = self.by_token.get_mut(token) {
                circles.retain(|other| !Arc::ptr_eq(other, circle));
                if circles.is_empty() {
                    self.by_token.remove(token);
                }
            }
        }
    }

    /// Gives entries to the circles that they concern, and wakes those.
    fn hand_out(&mut self, rows: Vec<Told>) {
        let mut touched: HashMap<*const Circle, Arc<Circle>> = HashMap::new();
        for row in rows {
            let row = Arc::new(row);
            self.position = row.entry.revision;
            let tokens = row.before.iter().chain(&row.after);
            for circle in tokens.filter_map(|token| self.by_token.get(token)).flatten() {
                if circle.take(&row) {
                    touched.entry(Arc::as_ptr(circle)).or_insert_with(|| Arc::clone(circle));
                }
            }
        }
        for circle in touched.into_values() {
            circle.told.send_replace(self.position);
        }
    }

    /// Ends all circles: what came after their positions cannot be known any more.
    fn end_all(&mut self, head: Revision) {
        self.position = head;
        self.by_token.clear();
        for (_, Taken { circle, .. }) in self.circles.drain() {
            circle.recent().ended = true;
            circle.told.send_replace(head);
        }
    }
}

impl Circle {
    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an entry in, once, if it is of a kind that is asked for.
    fn take(&self, row: &Arc<Told>) -> bool {
        if !self.key.subjects.has(row.entry.subject) {
            return false;
        }
        let mut recent = self.recent();
        if recent.rows.back().is_some_and(|last| last.entry.revision >= row.entry.revision) {
            return false;
        }
        recent.rows.push_back(Arc::clone(row));
        if recent.rows.len() > REMEMBERED
            && let Some(forgotten) = recent.rows.pop_front()
        {
            recent.complete_since = forgotten.entry.revision;
        }
        true
    }

    /// Is told whenever there is more.
    pub(super) fn told(&self) -> watch::Receiver<Revision> {
        self.told.subscribe()
    }

    /// The next entries after a position; none where the circle does not remember all of them.
    ///
    /// # Errors
    /// [`Error::RevisionExpired`] where the log itself is another one.
    pub(super) fn after(&self, position: Revision, most: usize) -> Result<Option<Vec<Arc<Told>>>> {
        let recent = self.recent();
        if recent.ended {
            return Err(Error::RevisionExpired);
        }
        if position < recent.complete_since {
            return Ok(None);
        }
        let first = recent.rows.partition_point(|row| row.entry.revision <= position);
        Ok(Some(recent.rows.range(first..).take(most).cloned().collect()))
    }

    /// The position after which the circle remembers everything.
    pub(super) fn complete_since(&self) -> Revision {
        self.recent().complete_since
    }

    /// What is there now of the things that some entries tell of, loaded once for all who come to them at about the same
    /// time: they hold the same tokens, so they see the same.
    pub(super) async fn nodes(&self, ctx: &Ctx, rows: &[Arc<Told>]) -> Result<Arc<Nodes>> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(Arc::default());
        };
        // Reading a case is its reader's own doing, and leaves a trace of its own.
        if !super::may_be_shared(rows) {
            return Ok(Arc::new(super::load(ctx, rows).await?));
        }
        let entries = (first.entry.revision, last.entry.revision, ctx.today);
        let nodes = {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            match &*loaded {
                Some(known) if known.entries == entries && known.at.elapsed() < FRESH => {
                    Arc::clone(&known.nodes)
                }
                _ => {
                    let nodes = Arc::default();
                    let at = Instant::now();
                    *loaded = Some(Loaded { entries, at, nodes: Arc::clone(&nodes) });
                    nodes
                }
            }
        };
        let load = async || Ok::<_, Error>(Arc::new(super::load(ctx, rows).await?));
        nodes.get_or_try_init(load).await.cloned()
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::prelude::Uuid;

    use super::*;
    use crate::outbox::{Entry, Subject};

    fn hall() -> Hall {
        Hall { position: 10, circles: HashMap::new(), by_token: HashMap::new() }
    }

    fn key(tokens: &[&str], subjects: Subjects) -> Key {
        Key { tokens: tokens.iter().map(|token| (*token).to_owned()).collect(), subjects }
    }

    fn told(revision: Revision, subject: Subject, tokens: &[&str]) -> Told {
        Told {
            entry: Entry { revision, subject, id: Uuid::nil() },
            noted_at: chrono::DateTime::UNIX_EPOCH,
            before: Vec::new(),
            after: tokens.iter().map(|token| (*token).to_owned()).collect(),
        }
    }

    fn revisions(circle: &Circle, after: Revision) -> Option<Vec<Revision>> {
        let rows = circle.after(after, usize::MAX).expect("the log goes on");
        rows.map(|rows| rows.iter().map(|row| row.entry.revision).collect())
    }

    #[test]
    fn what_nobody_in_a_circle_may_see_does_not_wake_it() {
        let mut hall = hall();
        let anybody = hall.join(key(&["public"], Subjects::ALL));
        let network = hall.join(key(&["network", "public"], Subjects::ALL));
        let stations = hall.join(key(&["network", "public"], Subjects::of([Subject::Station])));
        let ears = [&anybody, &network, &stations].map(|circle| {
            let mut ear = circle.told();
            ear.borrow_and_update();
            ear
        });
        hall.hand_out(vec![
            told(11, Subject::AnsweredQuestion, &["network", "station:SH-PD"]),
            told(12, Subject::AnsweredQuestion, &["station:SH-PD"]),
        ]);
        let woken = ears.each_ref().map(|ear| ear.has_changed().expect("the circle is there"));
        assert_eq!(woken, [false, true, false]);
        assert_eq!(revisions(&network, 10), Some(vec![11]));
        assert_eq!(revisions(&anybody, 10), Some(vec![]));
        hall.hand_out(vec![told(13, Subject::Station, &["public", "network"])]);
        assert!(ears.iter().all(|ear| ear.has_changed().expect("the circle is there")));
        // A token more is no second telling.
        assert_eq!(revisions(&network, 11), Some(vec![13]));
    }

    #[test]
    fn a_circle_says_what_it_does_not_remember() {
        let mut hall = hall();
        let circle = hall.join(key(&["public"], Subjects::ALL));
        assert_eq!(revisions(&circle, 9), None);
        let most = Revision::try_from(REMEMBERED).expect("a small number");
        let rows = (11..=10 + most + 5).map(|it| told(it, Subject::Station, &["public"]));
        hall.hand_out(rows.collect());
        assert_eq!(revisions(&circle, 14), None);
        assert_eq!(revisions(&circle, 15).map(|rows| rows.len()), Some(REMEMBERED));
    }

    #[test]
    fn an_empty_circle_is_let_go_and_a_lost_log_ends_all() {
        let mut hall = hall();
        let first = hall.join(key(&["public"], Subjects::ALL));
        let second = hall.join(key(&["public"], Subjects::ALL));
        assert!(Arc::ptr_eq(&first, &second));
        hall.leave(&first);
        assert_eq!((hall.circles.len(), hall.by_token.len()), (1, 1));
        hall.end_all(3);
        assert!(second.after(10, 1).is_err());
        let third = hall.join(key(&["public"], Subjects::ALL));
        // Whoever leaves an ended circle does not put out its successor.
        hall.leave(&second);
        assert_eq!(hall.circles.len(), 1);
        hall.leave(&third);
        assert_eq!((hall.circles.len(), hall.by_token.len()), (0, 0));
    }
}
