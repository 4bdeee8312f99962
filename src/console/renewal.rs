//! How a sign-in goes on: the refresh token in the cookie is changed for the next pair.
//!
//! A refresh token is good once, and one that comes twice ends its session. A browser sends the same cookie with several
//! requests at once (two tabs, say), and may leave before it has read the answer, so what a token was changed for is
//! remembered for a moment, and whoever comes with it again gets the same.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use super::trouble::Trouble;

/// For how long the answer to a refresh token is remembered.
const REMEMBERED: Duration = Duration::from_mins(1);

/// The tokens of a session, as the API hands them out.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

/// What stands in the cookie of the refresh token.
pub(super) enum Refresh<'a> {
    /// A token of ours.
    Ours(&'a str),
    /// A token of the issuer by which somebody signed in; empty where it gave none.
    Issuers(&'a str),
}

/// Ours never begin so: there is no colon in them.
const ISSUERS: &str = "issuer:";

impl<'a> Refresh<'a> {
    /// What a cookie says.
    pub(super) fn of(cookie: &'a str) -> Self {
        cookie.strip_prefix(ISSUERS).map_or(Self::Ours(cookie), Self::Issuers)
    }
}

impl fmt::Display for Refresh<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(token) => out.write_str(token),
            Self::Issuers(token) => write!(out, "{ISSUERS}{token}"),
        }
    }
}

type Renewed = Arc<OnceCell<Tokens>>;

/// What refresh tokens were changed for lately.
#[derive(Default)]
pub(super) struct Renewals(Mutex<HashMap<[u8; 32], (Instant, Renewed)>>);

impl Renewals {
    /// What a refresh token is changed for; asked once, however many come with it. What came to nothing is not
    /// remembered: it may go better the next time, and anybody can make up tokens.
    pub(super) async fn renew(
        self: &Arc<Self>,
        refresh: &str,
        change: impl Future<Output = Result<Tokens, Trouble>> + Send + 'static,
    ) -> Result<Tokens, Trouble> {
        let digest: [u8; 32] = Sha256::digest(refresh).into();
        let (renewals, entry) = (Arc::clone(self), self.entry(digest));
        // A task of its own: the token is used up even if the browser goes away before it has heard what for.
        let renewed = tokio::spawn(async move {
            let renewed = entry.get_or_try_init(|| change).await.cloned();
            if renewed.is_err() {
                renewals.forget(&digest);
            }
            renewed
        });
        renewed.await.unwrap_or_else(|fault| Err(Trouble::internal(&fault)))
    }

    /// Forgets what a sign-in that has ended led to: its refresh token, and what that was changed from or for.
    pub(super) fn end(&self, refresh: &str) {
        let digest: [u8; 32] = Sha256::digest(refresh).into();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|key, (_, renewed)| {
            let is_other = renewed.get().is_none_or(|tokens| tokens.refresh_token != refresh);
            *key != digest && is_other
        });
    }

    fn entry(&self, digest: [u8; 32]) -> Renewed {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        known.retain(|_, (since, _)| now.duration_since(*since) < REMEMBERED);
        let (_, renewed) = known.entry(digest).or_insert_with(|| (now, Renewed::default()));
        Arc::clone(renewed)
    }

    fn forget(&self, digest: &[u8; 32]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have fared better meanwhile.
        if known.get(digest).is_some_and(|(_, renewed)| !renewed.initialized()) {
            known.remove(digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_came_to_nothing_is_tried_again_and_takes_no_room() {
        let renewals = Arc::new(Renewals::default());
        for _ in 0..3 {
            let failed = renewals.renew("token", async { Err(Trouble::Internal) }).await;
            assert!(matches!(failed, Err(Trouble::Internal)));
        }
        assert!(renewals.0.lock().expect("no panic").is_empty());
        assert!(renewals.renew("token", async { Ok(tokens()) }).await.is_ok());
        let again = renewals.renew("token", async { Err(Trouble::Internal) }).await;
        assert_eq!(again.ok().map(|tokens| tokens.access_token).as_deref(), Some("access"));
    }

    #[tokio::test]
    async fn a_browser_that_goes_away_gets_the_same_when_it_comes_again() {
        let renewals = Arc::new(Renewals::default());
        let slow = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(tokens())
        };
        let gone = tokio::time::timeout(Duration::ZERO, renewals.renew("token", slow)).await;
        assert!(gone.is_err());
        let again = renewals.renew("token", async { Err(Trouble::Unauthenticated) }).await;
        assert!(again.is_ok());
    }

    fn tokens() -> Tokens {
        Tokens { access_token: "access".to_owned(), refresh_token: "refresh".to_owned() }
    }
}
