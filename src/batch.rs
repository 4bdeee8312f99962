//! Many parents, one query.
//!
//! The things of a page know of each other: whoever is asked first for what belongs to one of them loads it for all.
//! So a page costs a fixed number of statements, however many things are on it, and nobody waits for a timer.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use tokio::sync::OnceCell;

use crate::error::{Error, Result};

/// What belongs to the things of one page, loaded once for all of them.
#[derive(Debug)]
pub struct Batch<K, V> {
    keys: Vec<K>,
    loaded: OnceCell<HashMap<K, V>>,
}

impl<K: Eq + Hash, V> Batch<K, V> {
    /// A batch for these keys; a key that comes twice is loaded once.
    pub fn new(keys: impl IntoIterator<Item = K>) -> Self
    where
        K: Ord,
    {
        let mut keys: Vec<K> = keys.into_iter().collect();
        keys.sort_unstable();
        keys.dedup();
        Self { keys, loaded: OnceCell::new() }
    }

    /// All keys of the batch.
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// What belongs to one key; the first who asks loads it for all.
    pub async fn get<F, R>(&self, key: &K, load: F) -> Result<Option<&V>>
    where
        F: FnOnce(Vec<K>) -> R,
        R: Future<Output = Result<HashMap<K, V>>>,
        K: Clone,
    {
        Ok(self.all(load).await?.get(key))
    }

    /// Everything in the batch.
    pub async fn all<F, R>(&self, load: F) -> Result<&HashMap<K, V>>
    where
        F: FnOnce(Vec<K>) -> R,
        R: Future<Output = Result<HashMap<K, V>>>,
        K: Clone,
    {
        self.loaded.get_or_try_init(|| load(self.keys.clone())).await
    }

    /// What belongs to a key that must be there, for the database's own references keep it there.
    pub async fn require<F, R>(&self, key: &K, load: F) -> Result<&V>
    where
        F: FnOnce(Vec<K>) -> R,
        R: Future<Output = Result<HashMap<K, V>>>,
        K: Clone,
    {
        let found = self.get(key, load).await?;
        found.ok_or_else(|| Error::internal("a reference of a row leads nowhere"))
    }
}

/// Groups what was loaded by whom it belongs to.
pub fn grouped<K: Eq + Hash, V>(pairs: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

/// A batch that several things share.
pub type Shared<K, V> = Arc<Batch<K, V>>;
