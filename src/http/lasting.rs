//! What lasts longer than a request: its bounds, and its end when the one who was let in may no longer stay.

use super::Admission;
use super::serve::Held;
use crate::error::Code;
use crate::execution::Refusal;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// The bounds of sockets and streams of events.
#[derive(Debug, Clone, Copy)]
pub struct Lasting {
    /// How long a socket may take to say who is there (`connection_init`).
    pub init_timeout: Duration,
    /// After how much silence a client is asked whether it is there still; in a stream of events, a comment is sent, so
    /// that no proxy takes it for dead.
    pub keep_alive: Duration,
    /// How long a client may take to answer that, and to take what is sent to it.
    pub patience: Duration,
    /// Operations at a time on one socket.
    pub max_operations: usize,
    /// Results of one socket that wait for the client. Operations wait when there are more.
    pub max_waiting: usize,
    /// How often it is found out whether an admission still holds.
    pub recheck: Duration,
}

impl Default for Lasting {
    fn default() -> Self {
        Self {
            init_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(12),
            patience: Duration::from_secs(20),
            max_operations: 100,
            max_waiting: 16,
            recheck: Duration::from_secs(5),
        }
    }
}

/// Comes about when an admission ends: its time is over, or it was revoked.
pub(super) async fn end_of(admission: Arc<dyn Admission>, recheck: Duration) {
    loop {
        let left = admission.ends_in();
        sleep(left.map_or(recheck, |left| left.min(recheck))).await;
        if admission.ends_in().is_some_and(|left| left.is_zero()) {
            return;
        }
        // What cannot be found out in time is asked again: a database that is away for a moment must not close every
        // socket at once, and nothing can be read meanwhile.
        if timeout(recheck, admission.holds()).await == Ok(false) {
            return;
        }
    }
}

/// Comes about when the service ends; never where nobody serves, as in a test.
pub(super) async fn told_to_end(held: Option<&mut Held>) {
    match held {
        Some(held) => held.told_to_end().await,
        None => std::future::pending().await,
    }
}

/// What is said to whoever may no longer stay.
pub(super) fn ended() -> Refusal {
    Refusal::new(
        Code::Unauthenticated,
        "Your sign-in has ended: sign in again.",
        "登录已失效，请重新登录。",
    )
}
