//! The operations of one socket, each in a task of its own.
//!
//! A task of its own, so that an operation whose results the client is slow to take does not stop in the middle of its
//! work, with a connection of the database in its hands: it comes to an end of what it does and waits then, for there
//! is room for a few results only.

use super::super::lasting::{ended, told_to_end};
use super::super::serve::Held;
use super::super::{Admission, Front};
use super::messages;
use crate::execution::{self, Events, Opened, Outcome, Refusal};
use axum::extract::ws::Message;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tracing::{Instrument, info_span};

/// The operations that have begun and not ended.
pub(super) struct Operations {
    running: HashMap<Arc<str>, Running>,
    /// How many have begun so far.
    begun: u64,
    results: mpsc::Receiver<Report>,
    sender: mpsc::Sender<Report>,
}

/// What an operation has to tell.
pub(super) struct Report {
    id: Arc<str>,
    /// Which one of those that had this id.
    number: u64,
    what: What,
}

enum What {
    /// An answer; more may follow.
    Next(Bytes),
    /// Not begun, for these reasons.
    Refused(Bytes),
    /// There is no more.
    Complete,
    /// Broken off, which nobody is told: the socket will be closed.
    BrokenOff,
}

struct Running {
    number: u64,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Operations {
    /// None yet. As many results as `room` may wait for the client.
    pub(super) fn new(room: usize) -> Self {
        let (sender, results) = mpsc::channel(room.max(1));
        Self { running: HashMap::new(), begun: 0, results, sender }
    }

    pub(super) fn count(&self) -> usize {
        self.running.len()
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Begins an operation under an id that is free.
    pub(super) fn begin(
        &mut self,
        id: &str,
        mut request: execution::Request,
        front: &Front,
        admission: Arc<dyn Admission>,
        held: Option<Held>,
    ) {
        let (id, number) = (Arc::<str>::from(id), self.begun);
        self.begun += 1;
        request.request_id = format!("{}.{}", request.request_id, self.begun);
        let teller = Teller { id: Arc::clone(&id), number, sender: self.sender.clone() };
        let executor = Arc::clone(&front.executor);
        let span = info_span!(parent: None, "operation", request.id = request.request_id);
        let work = async move {
            let (language, request_id) = (request.language, request.request_id.clone());
            // Each is a request: whoever may no longer stay is out with the next one, before the socket is closed.
            if !admission.holds().await {
                let body = execution::refused(&[ended()], language, &request_id);
                teller.tell(What::Refused(body)).await;
                return;
            }
            let id = request_id.clone();
            let opening = executor.open(request, move || admission.data(&id));
            // What is needed to begin is not kept for as long as a subscription lasts, hence the box.
            match Box::pin(AssertUnwindSafe(opening).catch_unwind()).await {
                Ok(Opened::Events(events)) => teller.follow(events, held).await,
                Ok(Opened::Answered(answer)) => teller.tell_once(answer).await,
                Err(_) => {
                    let body = execution::refused(&[Refusal::internal()], language, &request_id);
                    teller.tell(What::Refused(body)).await;
                }
            }
        };
        let task = tokio::spawn(work.instrument(span)).abort_handle();
        self.running.insert(id, Running { number, task });
    }

    /// Ends an operation, if it is there still.
    pub(super) fn end(&mut self, id: &str) {
        self.running.remove(id);
    }

    /// What there is to tell next.
    pub(super) async fn next(&mut self) -> Report {
        match self.results.recv().await {
            Some(report) => report,
            // There is a sender: our own.
            None => std::future::pending().await,
        }
    }

    /// The same, if it is there already.
    pub(super) fn try_next(&mut self) -> Option<Report> {
        self.results.try_recv().ok()
    }

    /// The message that tells it. None when the client has ended the operation, and wants to hear no more of it.
    pub(super) fn message(&mut self, report: &Report) -> Option<Message> {
        let id = &*report.id;
        if self.running.get(id)?.number != report.number {
            return None;
        }
        let message = match &report.what {
            What::Next(body) => return Some(messages::next(id, body)),
            What::Refused(body) => Some(messages::error(id, body)),
            What::Complete => Some(messages::complete(id)),
            What::BrokenOff => None,
        };
        self.running.remove(id);
        message
    }
}

/// Tells of one operation.
struct Teller {
    id: Arc<str>,
    number: u64,
    sender: mpsc::Sender<Report>,
}

impl Teller {
    async fn tell(&self, what: What) {
        let report = Report { id: Arc::clone(&self.id), number: self.number, what };
        // Nobody listens when the socket is gone, and this task is about to go with it.
        let _ = self.sender.send(report).await;
    }

    async fn tell_once(&self, answer: execution::Response) {
        if answer.outcome == Outcome::Executed {
            self.tell(What::Next(answer.body)).await;
            self.tell(What::Complete).await;
        } else {
            self.tell(What::Refused(answer.body)).await;
        }
    }

    async fn follow(&self, mut events: Events, mut held: Option<Held>) {
        loop {
            let event = tokio::select! {
                () = told_to_end(held.as_mut()) => return self.tell(What::BrokenOff).await,
                event = events.next() => event,
            };
            match event {
                Some(body) => self.tell(What::Next(body)).await,
                None => return self.tell(What::Complete).await,
            }
        }
    }
}
