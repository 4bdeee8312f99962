//! Page by page through what was found.

use serde_json::{Value, json};

use super::{SEARCH, ids};
use crate::support::{House, Member, Reply, on_both_engines, sample::EVERY_STATION};

on_both_engines!(
    pages_of_any_size_and_both_directions_give_the_same_list,
    paging_is_exact_while_the_index_changes,
    scores_fall_from_one,
);

/// The ids of all hits, read from the front by pages of a size.
pub async fn forward(viewer: &Member<'_>, asked: Value, size: u64) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let reply = page(viewer, &asked, json!({ "first": size, "after": after })).await;
        let info = reply.at("/search/pageInfo");
        assert_eq!(info["hasPreviousPage"], json!(!after.is_null()));
        all.extend(ids(&reply));
        if info["hasNextPage"] == false {
            return all;
        }
        after = info["endCursor"].clone();
        assert!(after.is_string(), "a page without an end promises a next one");
    }
}

async fn backward(viewer: &Member<'_>, asked: Value, size: u64) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut before = Value::Null;
    loop {
        let reply = page(viewer, &asked, json!({ "last": size, "before": before })).await;
        all.splice(0..0, ids(&reply));
        let info = reply.at("/search/pageInfo");
        if info["hasPreviousPage"] == false {
            return all;
        }
        before = info["startCursor"].clone();
    }
}

async fn page(viewer: &Member<'_>, asked: &Value, part: Value) -> Reply {
    let mut variables = asked.as_object().unwrap().clone();
    variables.extend(part.as_object().unwrap().clone());
    let reply = viewer.run(SEARCH, Value::Object(variables)).await;
    reply.data();
    reply
}

async fn pages_of_any_size_and_both_directions_give_the_same_list(house: &House) {
    house.demo().await;
    let viewer = house.member_of(EVERY_STATION);
    for sort in ["RELEVANCE", "NEWEST", "OLDEST", "MOST_REUSED"] {
        for query in ["", "注册", "临床 评价"] {
            let asked = json!({ "query": query, "sort": sort });
            let whole = forward(&viewer, asked.clone(), 100).await;
            let mut once = whole.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), whole.len(), "{sort} {query:?} repeats a hit");
            for size in [7, 30] {
                assert_eq!(forward(&viewer, asked.clone(), size).await, whole, "{sort} {query:?}");
                assert_eq!(backward(&viewer, asked.clone(), size).await, whole, "{sort} {query:?}");
            }
        }
    }
}

async fn paging_is_exact_while_the_index_changes(house: &House) {
    house.demo().await;
    let viewer = house.anybody();
    for sort in ["RELEVANCE", "NEWEST", "MOST_REUSED"] {
        let asked = json!({ "query": "注册", "sort": sort });
        let whole = forward(&viewer, asked.clone(), 100).await;
        assert!(whole.len() > 20);
        let (mut all, mut after, mut round) = (Vec::new(), Value::Null, 0);
        loop {
            let reply = page(&viewer, &asked, json!({ "first": 9, "after": after })).await;
            all.extend(ids(&reply));
            // What is written between two pages, and would stand on any of them.
            round += 1;
            house
                .answers([json!({
                    "externalId": format!("{sort}-{round}"),
                    "question": "注册注册注册",
                    "answer": "注册资料",
                    "answeredOn": format!("20{:02}-01-01", 10 + round),
                    "reuseCount": round * 3,
                })])
                .await;
            let info = reply.at("/search/pageInfo");
            if info["hasNextPage"] == false {
                break;
            }
            after = info["endCursor"].clone();
        }
        assert_eq!(all, whole, "{sort}");
        // The list of who comes later has what was written.
        assert!(forward(&viewer, asked, 100).await.len() > whole.len());
    }
}

async fn scores_fall_from_one(house: &House) {
    house.demo().await;
    for tokens in [&[][..], &["network"]] {
        let viewer = house.member_of(tokens.iter().copied());
        let reply = viewer.run(SEARCH, json!({ "query": "体外诊断试剂分类", "first": 50 })).await;
        let edges = reply.at("/search/edges").as_array().unwrap();
        let scores: Vec<f64> = edges.iter().map(|edge| edge["score"].as_f64().unwrap()).collect();
        assert_eq!(scores[0], 1.0);
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1] && pair[1] >= 0.0), "{scores:?}");
    }
}
