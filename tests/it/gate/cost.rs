//! What a request costs, and pages that are too large.

use crate::gate::support::House;
use serde_json::json;

#[tokio::test]
async fn cost_counts_page_sizes() {
    let house = House::new();
    for (query, variables, cost) in [
        ("{ hello __typename }", json!({}), 0),
        ("{ requiredThing { name } }", json!({}), 1),
        (
            "{ things(first: 10) { totalCount pageInfo { hasNextPage } edges { cursor node { name } } } }",
            json!({}),
            11,
        ),
        ("{ things(first: 10) { nodes { name } } }", json!({}), 11),
        (
            "query($n: Int) { things(first: $n) { edges { node { name } } } }",
            json!({ "n": 30 }),
            31,
        ),
        ("query($n: Int) { things(last: $n) { edges { node { name } } } }", json!({ "n": 30 }), 31),
        ("query($n: Int = 40) { things(first: $n) { edges { node { name } } } }", json!({}), 41),
        ("{ things { edges { node { name } } } }", json!({}), 21),
        ("{ pages { nodes { name } } }", json!({}), 51),
        ("{ rows(limit: 7) { name } }", json!({}), 7),
        ("{ rows { name } }", json!({}), 10),
        ("{ nodes(ids: [1, 2, 3]) { id } }", json!({}), 3),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", json!({ "i": [1, 2, 3, 4] }), 4),
        ("{ requiredThing { list { name } } }", json!({}), 6),
        (
            "{ things(first: 10) { nodes { things(first: 10) { nodes { name } } } } }",
            json!({}),
            121,
        ),
        ("{ ...f ...f } fragment f on Query { requiredThing { name } }", json!({}), 2),
        ("{ __schema { types { name } } }", json!({}), 1_000),
        ("{ __type(name: \"Query\") { name } }", json!({}), 10),
        (
            "{ rows(limit: 10) { name number note name ...f } } fragment f on Row { name number note ...g } fragment g on Row { name number note }",
            json!({}),
            20,
        ),
    ] {
        let reply = house.ask_with(query, variables).await;
        assert_eq!(
            reply.body["extensions"]["cost"],
            json!({ "requested": cost, "limit": 10_000 }),
            "{query} {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn many_plain_fields_on_many_rows_are_too_dear() {
    let house = House::new();
    let spreads: String = (0..150).fold(String::new(), |all, n| all + &format!(" ...f{n}"));
    let fragments: String = (0..150)
        .fold(String::new(), |all, n| all + &format!(" fragment f{n} on Row {{ name number }}"));
    let reply = house.ask(&format!("{{ rows(limit: 100) {{ {spreads} }} }} {fragments}")).await;
    assert_eq!(
        reply.body["extensions"]["cost"]["requested"],
        100 * (1 + 30),
        "{}",
        reply.message()
    );
}

#[tokio::test]
async fn a_page_within_a_page_by_variable_is_too_dear() {
    let house = House::new();
    let query = "query($n: Int!) { things(first: $n) { nodes { things(first: $n) { nodes { things(first: $n) { nodes { id } } } } } } }";
    assert_eq!(house.ask_with(query, json!({ "n": 3 })).await.status, 200);
    let reply = house.ask_with(query, json!({ "n": 100 })).await;
    assert_eq!((reply.code(), reply.status.as_u16()), ("QUERY_TOO_COMPLEX", 400));
    assert_eq!(
        reply.body["errors"][0]["extensions"]["cost"],
        json!({ "requested": 1 + 100 * (1 + 1 + 100 * (1 + 1 + 100)), "limit": 10_000 })
    );
}

#[tokio::test]
async fn a_default_of_the_schema_holds_when_a_variable_is_left_out() {
    let house = House::new();
    let reply = house
        .ask("query($n: Int) { rows(limit: $n) { name } pages(first: $n) { nodes { id } } }")
        .await;
    assert_eq!(reply.body["data"]["rows"].as_array().unwrap().len(), 10, "{}", reply.text);
    assert_eq!(reply.body["data"]["pages"]["nodes"].as_array().unwrap().len(), 50);
    assert_eq!(reply.body["extensions"]["cost"]["requested"], 61);
}

#[tokio::test]
async fn page_sizes_out_of_bounds_are_the_callers_mistake() {
    let house = House::new();
    for n in [-1, 101, i32::MAX, i32::MIN] {
        let reply =
            house.ask(&format!("{{ things(first: {n}) {{ totalCount nodes {{ id }} }} }}")).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{n}");
        let reply = house
            .ask_with("query($n: Int) { things(last: $n) { nodes { id } } }", json!({ "n": n }))
            .await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{n}");
        assert_eq!(reply.body["errors"][0]["locations"], json!([{ "line": 1, "column": 18 }]));
    }
}
