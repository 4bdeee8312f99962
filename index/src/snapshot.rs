//! Commits that are kept for a while because somebody is paging through them.

use crate::{cursor::Cursor, view::View};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// So many are kept at most; the one used longest ago goes first.
const MOST: usize = 16;

/// The kept commits.
pub(crate) struct Snapshots {
    keep: Duration,
    kept: Mutex<HashMap<u64, (Arc<View>, Instant)>>,
}

impl Snapshots {
    pub(crate) fn new(keep: Duration) -> Self {
        Self { keep, kept: Mutex::default() }
    }

    /// The commit a cursor was handed out at, if it is still kept; the present one otherwise.
    pub(crate) fn view(&self, cursor: Option<Cursor>, present: &Arc<View>) -> Arc<View> {
        let Some(cursor) = cursor.filter(|cursor| cursor.snapshot != present.id) else {
            return Arc::clone(present);
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get_mut(&cursor.snapshot) {
            Some((view, used)) if used.elapsed() <= self.keep => {
                *used = Instant::now();
                Arc::clone(view)
            }
            _ => Arc::clone(present),
        }
    }

    /// Keeps a commit, for a cursor into it was handed out.
    pub(crate) fn keep(&self, view: &Arc<View>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(view.id, (Arc::clone(view), Instant::now()));
        if kept.len() > MOST
            && let Some(oldest) = kept.iter().min_by_key(|(_, (_, used))| *used).map(|(id, _)| *id)
        {
            kept.remove(&oldest);
        }
    }

    /// Forgets what has been kept long enough.
    pub(crate) fn tidy(&self) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, (_, used)| used.elapsed() <= self.keep);
    }
}
