//! Documents that are too large, too deep, too dear, or wrong.

use crate::gate::support::House;
use serde_json::json;
use std::fmt::Write;
use std::time::{Duration, Instant};
use zhanjian::execution::Limits;
use zhanjian::http::Settings;

/// Fragments that each spread the next one twice: 2^n selections in a few hundred bytes.
fn nested_spreads(n: usize) -> String {
    let mut document = "query { requiredThing { ...f0 } }".to_owned();
    for i in 0..n {
        let next = i + 1;
        write!(document, " fragment f{i} on Thing {{ ...f{next} ...f{next} }}").unwrap();
    }
    write!(document, " fragment f{n} on Thing {{ name }}").unwrap();
    document
}

/// A reply, and how long it takes; others use the machine too, so the least of some runs counts.
async fn timed(house: &House, query: &str) -> (crate::support::Reply, Duration) {
    let mut least = Duration::MAX;
    for _ in 0..20 {
        let begun = Instant::now();
        house.ask(query).await;
        least = least.min(begun.elapsed());
    }
    (house.ask(query).await, least)
}

#[tokio::test]
async fn nested_fragment_spreads_are_refused_at_once() {
    let house = House::new();
    house.ask("{ hello }").await;
    // As deep as may be, and a step on either side: in whichever order fragments are measured.
    for n in [25, 58, 59, 60, 61] {
        let (reply, took) = timed(&house, &nested_spreads(n)).await;
        assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
        assert_eq!(reply.status, 400);
        assert!(took < Duration::from_millis(10), "n = {n} took {took:?}");
    }
    assert_eq!(
        house.ask(&nested_spreads(8)).await.body["data"]["requiredThing"]["name"],
        "thing 2".replace('2', "1")
    );
}

#[tokio::test]
async fn ten_thousand_of_anything_are_refused() {
    let house = House::new();
    let aliases: String = (0..10_000).fold(String::new(), |all, n| all + &format!(" a{n}: hello"));
    let equal = " hello".repeat(10_000);
    let unknown: String = (0..10_000).fold(String::new(), |all, n| all + &format!(" u{n}"));
    let spreads = " ...f".repeat(10_000);
    for body in [aliases, equal, unknown] {
        let (reply, took) = timed(&house, &format!("{{ {body} }}")).await;
        assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
        assert!(took < Duration::from_millis(500), "took {took:?}");
    }
    let reply = house.ask(&format!("{{ {spreads} }} fragment f on Query {{ hello }}")).await;
    assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn what_keeps_under_the_tokens_is_still_counted() {
    let house = House::new();
    for (query, word) in [
        (
            (0..120).fold("{ requiredThing {".to_owned(), |all, n| all + &format!(" a{n}: name"))
                + "} }",
            "aliases",
        ),
        (format!("{{ {} }}", "hello ".repeat(2_100)), "selections"),
        (format!("{{ {} }}", "hello ".repeat(60)), "root"),
    ] {
        let reply = house.ask(&query).await;
        assert_eq!(reply.code(), "QUERY_TOO_COMPLEX", "{}", reply.text);
        assert!(reply.message().contains(word), "{}", reply.message());
    }
}

#[tokio::test]
async fn many_unknown_fields_give_a_few_errors() {
    let house = House::new();
    let unknown: String = (0..1_500).fold(String::new(), |all, n| all + &format!(" u{n}"));
    let (reply, took) = timed(&house, &format!("{{ requiredThing {{ {unknown} }} }}")).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 11);
    assert!(reply.text.contains("1490 more errors"));
    assert!(took < Duration::from_millis(500), "took {took:?}");
}

#[tokio::test]
async fn deep_nesting_is_refused() {
    let house = House::new();
    for levels in [16, 100, 2_000] {
        let query = format!(
            "{{ requiredThing {{ {} name {} }} }}",
            "requiredThing { ".repeat(levels),
            "}".repeat(levels)
        );
        let reply = house.ask(&query).await;
        assert_eq!(reply.code(), "QUERY_TOO_COMPLEX", "{levels}: {}", reply.text);
    }
    let inline = format!("{{ {} hello {} }}", "... { ".repeat(90), "}".repeat(90));
    assert_eq!(house.ask(&inline).await.code(), "QUERY_TOO_COMPLEX");
    let list = format!("{{ echo(list: {}1{}) }}", "[".repeat(1_000), "]".repeat(1_000));
    assert_eq!(house.ask(&list).await.code(), "QUERY_TOO_COMPLEX");
    let object = format!("{{ echo(filter: {} {{}} {}) }}", "{inner: ".repeat(300), "}".repeat(300));
    assert_eq!(house.ask(&object).await.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn a_fragment_within_itself_is_the_callers_mistake() {
    let house = House::new();
    let reply = house
        .ask("{ requiredThing { ...a } } fragment a on Thing { ...b } fragment b on Thing { ...a }")
        .await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn many_operations_over_one_large_fragment_are_refused() {
    let house = House::new();
    let mut document =
        format!("fragment f on Query {{ requiredThing {{ {} }} }}", "name ".repeat(1_000));
    for n in 0..300 {
        write!(document, " query q{n} {{ ...f }}").unwrap();
    }
    let (reply, took) = timed(&house, &document).await;
    assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
    assert!(took < Duration::from_millis(500), "took {took:?}");
}

#[tokio::test]
async fn long_documents_are_refused() {
    let house = House::new();
    for filling in ["#\n", ", ", "# a comment\n", " "] {
        let long = |bytes: usize| format!("{{ hello {} }}", filling.repeat(bytes / filling.len()));
        let (reply, took) = timed(&house, &long(400_000)).await;
        assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
        assert!(took < Duration::from_millis(500), "{took:?} {filling:?}");
        let (reply, took) = timed(&house, &long(100_000)).await;
        assert!(["QUERY_TOO_COMPLEX", "no code"].contains(&reply.code()), "{}", reply.text);
        assert!(took < Duration::from_millis(500), "{took:?} {filling:?}");
    }
    let reply = house.ask(&format!("{{ echo(number: \"{}\") }}", "a".repeat(100_000))).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    assert!(reply.text.len() < 1_000, "what was sent is not sent back whole");
}

#[tokio::test]
async fn wrong_documents_are_the_callers_mistake() {
    let house = House::new();
    for query in [
        "",
        "   ",
        "{",
        "{ nothing }",
        "{ hello { a } }",
        "{ requiredThing }",
        "{ requiredThing {} }",
        "{ hello {} }",
        "{}",
        "query A {}",
        "{ echo(unknown: 1) }",
        "{ echo(number: \"1\") }",
        "{ echo(number: 3000000000) }",
        "query($a: Int) { hello }",
        "{ requiredFlag }",
        "{ hello: caller hello }",
        "{ ...unknown }",
        "{ hello @unknown }",
        "{ hello @skip }",
        "query A { hello } query A { hello }",
        "{ hello } { hello }",
        "type A { b: Int }",
        "{ __typename @nope }",
        "{ echo(text: \"\\ud800\") }",
        "subscription { a }",
        "{ echo(filter: {colours: [GREEN]}) }",
        "{ echo(by: {id: 1, name: \"b\"}) }",
        "{ node(id: 1) { name } }",
        "\u{feff}{ hello",
        "!?。，",
        "{ hel\u{0}lo }",
    ] {
        let reply = house.ask(query).await;
        assert_eq!(
            (reply.code(), reply.status.as_u16()),
            ("BAD_USER_INPUT", 400),
            "{query:?} {}",
            reply.text
        );
        assert!(reply.body.get("data").is_none(), "{query:?}");
    }
}

#[tokio::test]
async fn what_is_right_is_answered() {
    let house = House::new();
    for (query, expected) in [
        ("{ hello }", json!({ "hello": "hello" })),
        ("\u{feff}{ hello }", json!({ "hello": "hello" })),
        ("\"said of it\" query A { hello }", json!({ "hello": "hello" })),
        (
            "{ echo(text: \"\\u{1F600}\\uD83D\\uDE00\") }",
            json!({ "echo": "Some(\"😀😀\") None None None None None None None" }),
        ),
        (
            "{ echo(text: \"\"\"\n  a\n   b\n\"\"\") }",
            json!({ "echo": "Some(\"a\\n b\") None None None None None None None" }),
        ),
        (
            "{ echo(real: 1, number: -5, date: \"2026-11-22\") }",
            json!({ "echo": "None Some(-5) Some(1.0) None Some(2026-11-22) None None None" }),
        ),
        (
            "{ echo(filter: {colours: RED, inner: {}}, by: {name: \"a\"}, list: 3) }",
            json!({ "echo": "None None None None None Some((None, Some(1), true, 7)) Some(\"name a\") Some(1)" }),
        ),
        (
            "{ node(id: \"other\") { __typename id ... on Other { other } ... on Thing { name } } }",
            json!({ "node": { "__typename": "Other", "id": "other", "other": "other" } }),
        ),
        (
            "{ a: requiredThing { name } a: requiredThing { id name } }",
            json!({ "a": { "name": "thing 1", "id": "1" } }),
        ),
        (
            "{ requiredThing { ...a ...b } } fragment a on Thing { requiredThing { id } } fragment b on Thing { requiredThing { name } }",
            json!({ "requiredThing": { "requiredThing": { "id": "2", "name": "thing 2" } } }),
        ),
        (
            "{ hello @skip(if: true) caller @include(if: false) a: __typename }",
            json!({ "a": "Query" }),
        ),
        ("{ ... @include(if: true) { hello } }", json!({ "hello": "hello" })),
    ] {
        let reply = house.ask(query).await;
        assert_eq!(reply.body["data"], expected, "{query} {}", reply.text);
        assert!(reply.body.get("errors").is_none(), "{query}");
        assert_eq!(reply.status, 200);
    }
}

#[tokio::test]
async fn a_mutation_written_twice_runs_once() {
    use std::sync::atomic::Ordering;
    let house = House::new();
    let count = || crate::gate::support::toy::COUNTED.load(Ordering::SeqCst);
    let before = count();
    let reply = house.ask("mutation { count { soFar } count { again } }").await;
    assert_eq!(reply.body["data"]["count"], json!({ "soFar": before + 1, "again": true }));
    assert_eq!(count(), before + 1);
    let twice = house.ask("mutation { ...a ... on Mutation { count { again } } } fragment a on Mutation { count { soFar } }").await;
    assert_eq!(twice.body["data"]["count"]["again"], true, "{}", twice.text);
    assert_eq!(count(), before + 2);
}

#[tokio::test]
async fn the_right_one_of_several_operations_runs() {
    let house = House::new();
    let post = |name: serde_json::Value| {
        let query = "query A { a: hello } query B { b: hello }";
        house.post_with(json!({ "query": query, "operationName": name }).to_string(), &[])
    };
    assert_eq!(post(json!("B")).await.body["data"], json!({ "b": "hello" }));
    assert_eq!(post(json!("C")).await.code(), "BAD_USER_INPUT");
    assert_eq!(post(json!(null)).await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn introspection_is_answered_but_not_without_bounds() {
    let house = House::new();
    let standard = include_str!("introspection.graphql");
    let reply = house.ask(standard).await;
    assert!(
        reply.body["data"]["__schema"]["types"].as_array().unwrap().len() > 10,
        "{}",
        reply.text
    );
    assert!(!reply.text.contains("guard nullable"), "the marks of nulls must not show");
    let bomb = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    assert_eq!(house.ask(bomb).await.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn a_slow_request_is_ended() {
    let limits = Limits { timeout: Duration::from_millis(50), ..Limits::default() };
    let house = House::with(limits, Settings::default());
    let reply = house.ask("{ slow }").await;
    assert_eq!((reply.code(), reply.status.as_u16()), ("TIMEOUT", 504));
    assert!(reply.body.get("data").is_none());
}
