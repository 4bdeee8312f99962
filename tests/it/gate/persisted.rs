//! Automatic persisted queries.

use crate::gate::support::House;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use zhanjian::execution::Limits;
use zhanjian::http::Settings;

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut all, byte| {
        write!(all, "{byte:02x}").unwrap();
        all
    })
}

#[tokio::test]
async fn a_hash_stands_for_a_text_that_was_sent_before() {
    let house = House::new();
    let text = "query($t: String) { echo(text: $t) }";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(text) } });
    let by_hash = json!({ "extensions": extensions, "variables": { "t": "a" } }).to_string();
    let reply = house.post_with(by_hash.clone(), &[("accept", "application/json")]).await;
    assert_eq!(
        (reply.message(), reply.code(), reply.status.as_u16()),
        ("PersistedQueryNotFound", "NOT_FOUND", 200)
    );
    let both = json!({ "query": text, "extensions": extensions }).to_string();
    assert_eq!(house.post_with(both, &[]).await.status, 200);
    let reply = house.post_with(by_hash, &[]).await;
    assert!(reply.body["data"]["echo"].as_str().unwrap().starts_with("Some(\"a\")"));
    let uri = format!(
        "/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{}%22%7D%7D",
        hash(text)
    );
    assert_eq!(house.get(&uri).await.status, 200);
}

#[tokio::test]
async fn a_wrong_hash_is_refused_and_nothing_wrong_is_kept() {
    let house = House::new();
    let ask = async |query: &str, sha: &str, version: u32| {
        let extensions = json!({ "persistedQuery": { "version": version, "sha256Hash": sha } });
        house.post_with(json!({ "query": query, "extensions": extensions }).to_string(), &[]).await
    };
    assert_eq!(ask("{ hello }", &hash("{ caller }"), 1).await.code(), "BAD_USER_INPUT");
    assert_eq!(ask("{ hello }", &hash("{ hello }"), 2).await.code(), "BAD_USER_INPUT");
    assert_eq!(ask("{ hello }", "abc", 1).await.code(), "BAD_USER_INPUT");
    assert_eq!(ask("{ hello }", &"字".repeat(22), 1).await.code(), "BAD_USER_INPUT");
    assert_eq!(ask("{ nothing }", &hash("{ nothing }"), 1).await.code(), "BAD_USER_INPUT");
    let wrong = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash("{ nothing }") } } });
    assert_eq!(house.post_with(wrong.to_string(), &[]).await.message(), "PersistedQueryNotFound");
}

#[tokio::test]
async fn a_persisted_mutation_does_not_run_over_get() {
    let house = House::new();
    let text = "mutation { count { again } }";
    assert_eq!(house.ask(text).await.status, 200);
    let uri = format!(
        "/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{}%22%7D%7D",
        hash(text)
    );
    let reply = house.get(&uri).await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn documents_are_kept_within_bounded_memory() {
    let limits = Limits { document_cache_bytes: 64 * 1024, ..Limits::default() };
    let house = House::with(limits, Settings::default());
    let text = |n: usize| format!("query q{n} {{ hello }}");
    for n in 0..300 {
        assert_eq!(house.ask(&text(n)).await.status, 200);
    }
    let mut known = 0;
    for n in 0..300 {
        let extensions =
            json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(&text(n)) } });
        let reply = house.post_with(json!({ "extensions": extensions }).to_string(), &[]).await;
        known += usize::from(reply.body.get("data").is_some());
    }
    assert!(known <= 32, "{known} documents of two kilobytes and more are kept in 64 kilobytes");
    assert!(known > 0, "some are kept");
}
