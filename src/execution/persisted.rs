//! Documents kept ready, and automatic persisted queries on top of them.
//!
//! A document is known by the SHA-256 of its text. The usual request finds its document here, parsed, validated and
//! translated, and pays nothing for that. A client that speaks Apollo's protocol may send the hash alone; when the
//! document is no longer here it is told so and sends text and hash together. Only valid documents are kept, by
//! weight, so that nobody can fill the memory.

use super::refusal::Refusal;
use super::validation::Prepared;
use crate::error::Code;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The SHA-256 of a document's text.
pub(super) type Hash = [u8; 32];

/// The documents kept ready.
pub(super) struct Documents {
    cache: Cache<Hash, Arc<Prepared>, Weight>,
}

/// What a request says about its document.
#[derive(Debug)]
pub(super) enum Asked<'a> {
    /// A text, with its hash.
    Text(&'a str, Hash),
    /// A hash alone.
    Hash(Hash),
}

#[derive(Clone)]
struct Weight;

impl Weighter<Hash, Arc<Prepared>> for Weight {
    fn weight(&self, _hash: &Hash, prepared: &Arc<Prepared>) -> u64 {
        prepared.weight()
    }
}

impl Documents {
    /// Keeps up to `bytes` of documents.
    pub(super) fn new(bytes: u64) -> Self {
        // The guess at the number of documents only sizes tables.
        let guess = usize::try_from(bytes / 16_384).unwrap_or(1_024);
        Self { cache: Cache::with_weighter(guess, bytes, Weight) }
    }

    pub(super) fn get(&self, hash: &Hash) -> Option<Arc<Prepared>> {
        self.cache.get(hash)
    }

    pub(super) fn keep(&self, hash: Hash, prepared: &Arc<Prepared>) {
        self.cache.insert(hash, Arc::clone(prepared));
    }
}

/// What document a request means, by its text, its hash, or both.
pub(super) fn asked<'a>(
    query: Option<&'a str>,
    extensions: &Map<String, Json>,
) -> Result<Asked<'a>, Refusal> {
    let claimed =
        extensions.get("persistedQuery").filter(|said| !said.is_null()).map(claimed).transpose()?;
    let Some(text) = query else {
        return claimed.map(Asked::Hash).ok_or_else(|| {
            Refusal::bad_input("The request has no `query`.", "请求缺少 query 参数。")
        });
    };
    let hash = Hash::from(Sha256::digest(text));
    if claimed.is_some_and(|claimed| claimed != hash) {
        return Err(Refusal::bad_input(
            "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`.",
            "extensions.persistedQuery.sha256Hash 与 query 的 SHA-256 不一致。",
        ));
    }
    Ok(Asked::Text(text, hash))
}

/// What a client is told when its hash is not known here. Clients go by these very words in any language.
pub(super) fn unknown() -> Refusal {
    Refusal::new(Code::NotFound, "PersistedQueryNotFound", "PersistedQueryNotFound")
}

fn claimed(said: &Json) -> Result<Hash, Refusal> {
    let wrong = || {
        Refusal::bad_input(
            "`extensions.persistedQuery` must be {version: 1, sha256Hash: \"64 hexadecimal digits\"}.",
            "extensions.persistedQuery 应为 {version: 1, sha256Hash: \"64 位十六进制数\"}。",
        )
    };
    if said.get("version").and_then(Json::as_u64) != Some(1) {
        return Err(wrong());
    }
    let digits = said.get("sha256Hash").and_then(Json::as_str).ok_or_else(wrong)?;
    if digits.len() != 64 {
        return Err(wrong());
    }
    let mut hash = Hash::default();
    for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        let value =
            |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let (Some(high), Some(low)) = (value(pair[0]), value(pair[1])) else { return Err(wrong()) };
        *byte = high << 4 | low;
    }
    Ok(hash)
}
