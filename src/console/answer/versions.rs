//! The versions that an answer had, each beside what came after it.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::differences::{self, Piece};
use crate::console::{parts::moments, trouble::Trouble};

/// So many of the latest versions are shown with what has changed; older ones are shown as they were.
const COMPARED: usize = 10;
/// How long may be thought about what has changed, all versions together.
const PATIENCE: Duration = Duration::from_millis(200);

/// A version that was replaced, as the API tells it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Version {
    version: i64,
    question: String,
    answer: String,
    written_at: String,
    replaced_at: String,
}

/// A version that was replaced, and what the one after it changed.
pub(super) struct Former {
    pub written_on: String,
    pub replaced_on: String,
    pub question: Vec<Piece>,
    pub answer: Vec<Piece>,
}

/// The versions that there were before this question and this answer, the latest first. It is thought about where nobody
/// else has to wait for it.
pub(super) async fn compare(
    question: &str,
    answer: &str,
    versions: Vec<Version>,
) -> Result<Vec<Former>, Trouble> {
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let after = (question.to_owned(), answer.to_owned());
    let compared = tokio::task::spawn_blocking(move || formers(after, versions)).await;
    compared.map_err(|fault| Trouble::internal(&fault))
}

fn formers(mut after: (String, String), mut versions: Vec<Version>) -> Vec<Former> {
    let deadline = Instant::now() + PATIENCE;
    versions.sort_by_key(|version| std::cmp::Reverse(version.version));
    let mut formers = Vec::with_capacity(versions.len());
    for (place, version) in versions.into_iter().enumerate() {
        let pieces = |before: &str, after: &str| {
            if place < COMPARED {
                differences::between(before, after, deadline)
            } else {
                vec![Piece { text: before.to_owned(), is_out: false, is_in: false }]
            }
        };
        formers.push(Former {
            written_on: moments::day(&version.written_at),
            replaced_on: moments::day(&version.replaced_at),
            question: pieces(&version.question, &after.0),
            answer: pieces(&version.answer, &after.1),
        });
        after = (version.question, version.answer);
    }
    formers
}
