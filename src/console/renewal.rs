//! How a sign-in goes on: the refresh token in the cookie is changed for the next pair.
//!
//! A refresh token is good once, and one that comes twice ends its session. A browser sends the same cookie with several
//! requests at once (two tabs, say), and may leave before it has read the answer, so what a token was changed for is
//! remembered for a moment, and whoever comes with it again gets the same.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

/// For how long the answer to a refresh token is remembered.
const REMEMBERED: Duration = Duration::from_mins(1);

/// The tokens of a session, as the API hands them out.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

type Renewed = Arc<OnceCell<Option<Tokens>>>;

/// What refresh tokens were changed for lately.
#[derive(Default)]
pub(super) struct Renewals(Mutex<HashMap<[u8; 32], (Instant, Renewed)>>);

impl Renewals {
    /// What a refresh token is changed for; asked once, however many come with it.
    pub(super) async fn renew(
        &self,
        refresh: &str,
        change: impl Future<Output = Option<Tokens>>,
    ) -> Option<Tokens> {
        let digest = Sha256::digest(refresh).into();
        let renewed = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            known.retain(|_, (since, _)| now.duration_since(*since) < REMEMBERED);
            let entry = known.entry(digest).or_insert_with(|| (now, Renewed::default()));
            Arc::clone(&entry.1)
        };
        renewed.get_or_init(|| change).await.clone()
    }
}
