//! Compares database and index, and names every difference.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use sea_orm::prelude::Uuid;
use zhanjian_index::{Index, Key};

use super::documents::{self, Everything};
use crate::{
    db::Database,
    error::Result,
    outbox::{self, After},
};

/// One thing on which database and index do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The index lacks it.
    Missing(Key),
    /// The index has it, the database does not.
    Left(Key),
    /// The index has it as it was, not as it is.
    Outdated(Key),
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, fault) = match self {
            Self::Missing(key) => (key, "is not in the index"),
            Self::Left(key) => (key, "is in the index and not in the database"),
            Self::Outdated(key) => (key, "is in the index as it was, not as it is"),
        };
        write!(out, "{} {} {fault}", key.kind.as_str(), Uuid::from_u128(key.id))
    }
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Report {
    /// Things compared.
    pub documents: u64,
    /// Where they do not agree.
    pub differences: Vec<Difference>,
    /// Changes that the index has yet to take in; what they touch is not counted as a difference.
    pub pending: u64,
}

/// Compares every document.
pub async fn verify(db: &Database, index: &Index) -> Result<Report> {
    let mut report = Report::default();
    let watermark = index.state().watermark.unwrap_or(0);
    let mut indexed: HashMap<Key, u64> = index.verify().collect();
    let mut everything = Everything::new();
    while let Some(documents) = everything.next(db.read()).await? {
        for document in documents {
            report.documents += 1;
            let difference = match indexed.remove(&document.key) {
                None => Difference::Missing(document.key),
                Some(digest) if digest != document.digest() => Difference::Outdated(document.key),
                Some(_) => continue,
            };
            report.differences.push(difference);
        }
    }
    report.differences.extend(indexed.into_keys().map(Difference::Left));
    let (count, touched) = pending(db, watermark).await?;
    report.pending = count;
    report.differences.retain(|difference| {
        let (Difference::Missing(key) | Difference::Left(key) | Difference::Outdated(key)) =
            difference;
        !touched.contains(key)
    });
    Ok(report)
}

/// How many changes the index has yet to take in, and all that they touch.
async fn pending(db: &Database, watermark: u64) -> Result<(u64, HashSet<Key>)> {
    let (mut count, mut touched) = (0, HashSet::new());
    let mut position = i64::try_from(watermark).unwrap_or(i64::MAX);
    let known = documents::Known::default();
    while let After::Entries(entries) = outbox::after(db.read(), position, 10_000).await? {
        let Some(last) = entries.last() else { break };
        position = last.revision;
        count += entries.len() as u64;
        touched.extend(documents::changes(db.read(), &known, &entries).await?.keys());
    }
    Ok((count, touched))
}
