//! Small tables that requests need whole, kept from one request to the next for as long as they are as they were.
//!
//! Any process may write them at any time, so every request asks the database; but it asks for one row that tells whether
//! anything has changed, and no longer for the whole.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnectionTrait, QuerySelect, entity::prelude::*};

use crate::{
    access::{Guarded, Scope},
    error::Result,
};

/// How a table is: how many rows, the sum of their versions, and when the last was changed. Every change of a row raises
/// its version, every new row is the last changed, so that nothing can be otherwise under the same stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    rows: i64,
    versions: i64,
    changed_at: Option<DateTimeUtc>,
}

/// Takes the stamp of a table, by its columns of versions and of instants of change.
pub async fn stamp<E: Guarded>(
    db: &impl ConnectionTrait,
    version: E::Column,
    updated_at: E::Column,
) -> Result<Stamp> {
    let row: Option<(i64, Option<i64>, Option<DateTimeUtc>)> = E::visible_to(&Scope::Service)
        .select_only()
        .column_as(version.count(), "rows")
        .column_as(version.sum(), "versions")
        .column_as(updated_at.max(), "changed_at")
        .into_tuple()
        .one(db)
        .await?;
    let (rows, versions, changed_at) = row.unwrap_or_default();
    Ok(Stamp { rows, versions: versions.unwrap_or(0), changed_at })
}

/// What was made of some tables, and their stamps.
#[derive(Debug)]
pub struct Kept<T>(Mutex<Option<(Vec<Stamp>, Arc<T>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Kept<T> {
    /// What is kept, if it is of these stamps; else what `load` gives, which is kept from then on. The stamps must have
    /// been taken before: what is loaded may then be newer than they say, which the next request will notice, and never
    /// older.
    pub async fn get<R>(&self, stamps: Vec<Stamp>, load: impl FnOnce() -> R) -> Result<Arc<T>>
    where
        R: Future<Output = Result<T>>,
    {
        if let Some((of, kept)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *of == stamps
        {
            return Ok(Arc::clone(kept));
        }
        let loaded = Arc::new(load().await?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((stamps, Arc::clone(&loaded)));
        Ok(loaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_has_not_changed_is_not_loaded_again() {
        let stamp = |versions| vec![Stamp { rows: 2, versions, changed_at: None }];
        let kept = Kept::default();
        assert_eq!(*kept.get(stamp(2), async || Ok("first")).await.unwrap(), "first");
        assert_eq!(*kept.get(stamp(2), async || Ok("second")).await.unwrap(), "first");
        assert_eq!(*kept.get(stamp(3), async || Ok("third")).await.unwrap(), "third");
    }
}
