//! Variables: bounded, then coerced.

use crate::gate::support::House;
use serde_json::json;

#[tokio::test]
async fn variables_are_coerced_before_anything_runs() {
    let house = House::new();
    for (query, variables) in [
        ("query($b: Boolean!) { requiredFlag(flag: $b) }", json!({ "b": "no" })),
        ("query($b: Boolean!) { requiredFlag(flag: $b) }", json!({ "b": null })),
        ("query($b: Boolean!) { requiredFlag(flag: $b) }", json!({})),
        ("query($n: Int) { echo(number: $n) }", json!({ "n": 1.5 })),
        ("query($n: Int) { echo(number: $n) }", json!({ "n": 3_000_000_000_u64 })),
        ("query($n: Int) { echo(number: $n) }", json!({ "n": "1" })),
        ("query($t: String) { echo(text: $t) }", json!({ "t": 1 })),
        ("query($f: Filter) { echo(filter: $f) }", json!({ "f": { "nothing": 1 } })),
        ("query($f: Filter) { echo(filter: $f) }", json!({ "f": { "colours": ["GREEN"] } })),
        ("query($b: By) { echo(by: $b) }", json!({ "b": { "id": 1, "name": "a" } })),
        ("query($b: By) { echo(by: $b) }", json!({ "b": {} })),
        ("query($l: [Int!]) { echo(list: $l) }", json!({ "l": [1, null] })),
    ] {
        let reply = house.ask_with(query, variables.clone()).await;
        assert_eq!(
            (reply.code(), reply.status.as_u16()),
            ("BAD_USER_INPUT", 400),
            "{query} {variables} {}",
            reply.text
        );
        assert!(reply.body.get("data").is_none());
    }
}

#[tokio::test]
async fn variables_that_fit_are_passed_on() {
    let house = House::new();
    let query = "query($t: String, $n: Int = 4, $f: Filter, $b: By, $l: [Int!], $d: NaiveDate) { echo(text: $t, number: $n, filter: $f, by: $b, list: $l, date: $d) }";
    let variables = json!({
        "t": "中文 😀", "f": { "word": null, "colours": ["RED", "BLUE"], "inner": { "weight": 1 } }, "b": { "id": 5 }, "l": 9, "d": "2026-11-22", "unused": 1
    });
    let reply = house.ask_with(query, variables).await;
    assert_eq!(
        reply.body["data"]["echo"],
        "Some(\"中文 😀\") Some(4) None None Some(2026-11-22) Some((None, Some(2), true, 7)) Some(\"id 5\") Some(1)",
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn a_list_of_a_hundred_thousand_is_refused() {
    let house = House::new();
    let query = "query($l: [Int!]) { echo(list: $l) }";
    let begun = std::time::Instant::now();
    let reply = house.ask_with(query, json!({ "l": vec![1; 100_000] })).await;
    assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
    assert!(begun.elapsed().as_millis() < 500);
    assert_eq!(house.ask_with(query, json!({ "l": vec![1; 1_000] })).await.status, 200);
}

#[tokio::test]
async fn deep_variables_are_refused() {
    let house = House::new();
    let query = "query($f: Filter) { echo(filter: $f) }";
    let mut deep = json!({});
    for _ in 0..60 {
        deep = json!({ "inner": deep });
    }
    assert_eq!(house.ask_with(query, json!({ "f": deep })).await.code(), "QUERY_TOO_COMPLEX");
    let deeper = format!(
        "{{\"query\":\"{query}\",\"variables\":{{\"f\":{}1{}}}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let reply = house.post_with(deeper, &[]).await;
    assert_eq!((reply.code(), reply.status.as_u16()), ("BAD_USER_INPUT", 400));
    assert!(reply.message().contains("nested too deep"), "{}", reply.message());
}

#[tokio::test]
async fn large_variables_are_refused() {
    let house = House::new();
    let query = "query($t: String) { echo(text: $t) }";
    assert_eq!(house.ask_with(query, json!({ "t": "字".repeat(20_000) })).await.status, 200);
    assert_eq!(
        house.ask_with(query, json!({ "t": "字".repeat(100_000) })).await.code(),
        "QUERY_TOO_COMPLEX"
    );
}

#[tokio::test]
async fn unpaired_surrogates_are_named() {
    let house = House::new();
    for body in [
        r#"{"query":"{ echo(text: \"\ud800\") }"}"#,
        r#"{"query":"query($t: String) { echo(text: $t) }","variables":{"t":"\ud800"}}"#,
        r#"{"query":"query($t: String) { echo(text: $t) }","variables":{"t":"\udc00 a"}}"#,
        r#"{"query":"query($t: String) { echo(text: $t) }","variables":{"t":"\ud800\ud800"}}"#,
        r#"{"query":"query($t: String) { echo(text: $t) }","variables":{"\ud800":1}}"#,
    ] {
        let reply = house.post_with(body, &[]).await;
        assert_eq!((reply.code(), reply.status.as_u16()), ("BAD_USER_INPUT", 400), "{body}");
        assert!(reply.message().contains("surrogate"), "{}", reply.message());
    }
    // Escaped within the document, it is GraphQL's own escape that is wrong.
    let reply = house.ask(r#"{ echo(text: "\ud800") }"#).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    let reply = house.ask_with("query($t: String) { echo(text: $t) }", json!({ "t": "😀" })).await;
    assert_eq!(reply.status, 200);
}
