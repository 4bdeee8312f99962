//! What people and programs send that nobody should: each gets a clear error with a code, or an answer.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::SEARCH;
use crate::support::{House, on_both_engines};

on_both_engines!(
    whatever_is_typed_is_never_a_syntax_error,
    a_text_that_is_no_text_is_refused,
    pages_that_cannot_be_are_refused,
    cursors_of_other_lists_are_refused,
    a_character_that_no_text_has_reaches_no_database,
);

async fn whatever_is_typed_is_never_a_syntax_error(house: &House) {
    house.demo().await;
    let long = "医疗器械注册人委托生产的质量协议".repeat(1_250);
    let longer = "GMP 核查 ".repeat(10_000);
    let zero = house.anybody().run(SEARCH, json!({ "query": "注册\u{0}" })).await;
    assert_eq!((zero.status.as_u16(), zero.code()), (400, "BAD_USER_INPUT"));
    for query in [
        "",
        " \t\n　",
        "，。！？；：、「」《》（）……——",
        "!@#$%^&*()_+-=[]{}|;':\",./<>?`~\\",
        "\u{1}\u{7}\u{8}\u{1b}[31m注册\u{7f}\u{9f}",
        "\u{feff}\u{200b}\u{200f}\u{202e}注册",
        "🦀🧬👩‍🔬🇨🇳",
        "e\u{301}\u{301}\u{301}\u{301}",
        "\"未结束的引号",
        "\"\" \"\"",
        "-",
        "-注册",
        "--注册 -\"委托生产\"",
        "AND OR NOT (",
        "注册 AND",
        "title:注册 *:*",
        "[a TO z}",
        "注册~5^2",
        "'; DROP TABLE answered_questions; --",
        "%' OR '1'='1",
        "{{7*7}} ${jndi:ldap://a}",
        "\u{10ffff}\u{fffe}",
        &long,
        &longer,
    ] {
        let began = Instant::now();
        let reply = house.anybody().run(SEARCH, json!({ "query": query, "first": 5 })).await;
        let start: String = query.chars().take(20).collect();
        assert_eq!(reply.status, 200, "{start:?}: {}", reply.text);
        reply.data();
        assert!(began.elapsed() < Duration::from_secs(8), "{start:?} took {:?}", began.elapsed());
    }
    assert_eq!(long.chars().count(), 20_000);
    // What is left out only leaves something out.
    let without = json!({ "query": "GMP -2014", "first": 100 });
    let without = house.anybody().run(SEARCH, without).await;
    for edge in without.at("/search/edges").as_array().unwrap() {
        assert!(!edge["node"]["question"].as_str().unwrap_or("").contains("2014"), "{edge}");
    }
}

async fn a_text_that_is_no_text_is_refused(house: &House) {
    for body in [
        r#"{"query":"query($q: String!) { search(query: $q) { totalCount } }","variables":{"q":"\ud800"}}"#,
        r#"{"query":"query($q: String!) { search(query: $q) { totalCount } }","variables":{"q":"a\udfffb"}}"#,
        r#"{"query":"{ search(query: \"\\ud800\") { totalCount } }"}"#,
        r#"{"query":"{ search(query: 7) { totalCount } }"}"#,
        r#"{"query":"{ search(query: null) { totalCount } }"}"#,
        r#"{"query":"{ search { totalCount } }"}"#,
        r#"{"query":"{ search(query: \"a\", asOf: \"2026-02-30\") { totalCount } }"}"#,
        r#"{"query":"{ search(query: \"a\", asOf: \"heute\") { totalCount } }"}"#,
        r#"{"query":"{ search(query: \"a\", sort: BEST) { totalCount } }"}"#,
        r#"{"query":"{ search(query: \"a\", filter: {kinds: [THING]}) { totalCount } }"}"#,
        r#"{"query":"{ search(query: \"a\", filter: {unknown: 1}) { totalCount } }"}"#,
    ] {
        let reply = house.anybody().post(body).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{body}");
        // What only its field can judge is an error of that field, and all else of the request.
        let status = if body.contains("asOf") { 200 } else { 400 };
        assert_eq!(reply.status, status, "{body}: {}", reply.text);
        assert_eq!(reply.body.get("data"), (status == 200).then_some(&Value::Null));
    }
    // A day at the end of what can be said is a day.
    for day in ["0001-01-01", "9999-12-31"] {
        house.anybody().run(SEARCH, json!({ "query": "a", "asOf": day })).await.data();
    }
}

async fn pages_that_cannot_be_are_refused(house: &House) {
    for (part, field) in [
        (json!({ "first": -1 }), "first"),
        (json!({ "first": i32::MIN }), "first"),
        (json!({ "first": 101 }), "first"),
        (json!({ "first": i32::MAX }), "first"),
        (json!({ "last": -1 }), "last"),
        (json!({ "last": 101 }), "last"),
        (json!({ "first": 1, "last": 1 }), "last"),
        (json!({ "first": 1, "before": "x" }), "before"),
        (json!({ "last": 1, "after": "x" }), "after"),
        (json!({ "first": 1, "after": "x" }), "after"),
        (json!({ "first": 1, "after": "" }), "after"),
    ] {
        let mut variables = part.clone();
        variables["query"] = json!("注册");
        let reply = house.anybody().run(SEARCH, variables).await;
        let code = reply.code();
        assert!(matches!(code, "BAD_USER_INPUT" | "QUERY_TOO_COMPLEX"), "{part}: {}", reply.text);
        if code == "BAD_USER_INPUT" {
            assert_eq!(reply.body["errors"][0]["extensions"]["field"], field, "{part}");
        }
    }
    for number in [json!(2_147_483_648_i64), json!(1.5), json!("1"), json!(1e300)] {
        let reply = house.anybody().run(SEARCH, json!({ "query": "a", "first": number })).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{number}");
    }
    let none = house.anybody().run(SEARCH, json!({ "query": "", "first": 0 })).await;
    assert_eq!(none.at("/search/edges"), &json!([]));
}

/// Every list, asked with a cursor of every other list.
async fn cursors_of_other_lists_are_refused(house: &House) {
    house.demo().await;
    let viewer = house.member_of(["network"]);
    let lists = [
        "search(query: \"注册\", first: 2 PART)",
        "answeredQuestions(first: 2 PART)",
        "answeredQuestions(first: 2, orderBy: NUMBER PART)",
        "answeredQuestions(first: 2, orderBy: MOST_REUSED PART)",
        "researchOutputs(first: 2 PART)",
        "resources(first: 2 PART)",
        "organizations(first: 2 PART)",
        "stations(first: 2 PART)",
        "regulations(first: 2 PART)",
    ];
    let ask = async |list: &str, after: &Value| {
        let part = if after.is_null() { String::new() } else { format!(", after: {after}") };
        let list = list.replace(" PART", &part);
        viewer.ask(&format!("{{ list: {list} {{ pageInfo {{ endCursor }} }} }}")).await
    };
    let mut cursors = Vec::new();
    for list in lists {
        let cursor = ask(list, &Value::Null).await.at("/list/pageInfo/endCursor").clone();
        assert!(cursor.is_string(), "{list}");
        cursors.push(cursor);
    }
    let garbage = ["", "x", "bm8", "🦀", "AAAA", "MS4yLjMuNC41"].map(|text| json!(text));
    for (place, list) in lists.iter().enumerate() {
        ask(list, &cursors[place]).await.data();
        let others = cursors.iter().enumerate().filter(|(other, _)| *other != place);
        for wrong in others.map(|(_, cursor)| cursor).chain(&garbage) {
            let reply = ask(list, wrong).await;
            assert_eq!(reply.code(), "BAD_USER_INPUT", "{list} after {wrong}: {}", reply.text);
            assert_eq!(reply.body["errors"][0]["extensions"]["field"], "after");
        }
    }
}

/// PostgreSQL takes no U+0000 in a text: wherever one can be said, it must be an answer or a refusal on both engines.
async fn a_character_that_no_text_has_reaches_no_database(house: &House) {
    house.places().await;
    for field in [
        "station(code: TEXT) { code }",
        "regulation(key: TEXT) { key }",
        "expertiseArea(code: TEXT) { code }",
        "expertiseAreas(filter: { codes: [TEXT] }) { code }",
        "node(id: TEXT) { id }",
        "search(query: TEXT, filter: { stations: [TEXT], organizations: [TEXT] }) { totalCount }",
        "search(query: TEXT, filter: { areas: [TEXT] }) { totalCount }",
        "suggest(text: TEXT) { text }",
        "similarAnsweredQuestions(text: TEXT) { score }",
        "answeredQuestions(filter: { stations: [TEXT] }) { totalCount }",
        "answeredQuestions(filter: { numbers: [TEXT] }) { totalCount }",
        "answeredQuestions(filter: { externalIds: [TEXT] }) { totalCount }",
        "answeredQuestions(filter: { regulations: [TEXT] }) { totalCount }",
        "answeredQuestions(filter: { areas: [TEXT] }) { totalCount }",
        "researchOutputs(filter: { organizations: [TEXT] }) { totalCount }",
        "resources(filter: { organizations: [TEXT] }) { totalCount }",
        "organizations(filter: { codes: [TEXT] }) { totalCount }",
        "organizations(filter: { ror: TEXT }) { totalCount }",
        "organizations(filter: { regions: [TEXT] }) { totalCount }",
        "stations(filter: { codes: [TEXT] }) { totalCount }",
        "stations(filter: { districts: [TEXT] }) { totalCount }",
        "regulations(filter: { keys: [TEXT] }) { totalCount }",
        "regulations(filter: { number: TEXT }) { totalCount }",
        "regulations(filter: { levels: [TEXT] }) { totalCount }",
        "regulations(after: TEXT) { totalCount }",
    ] {
        let literal = format!("{{ {} }}", field.replace("TEXT", r#""a\u0000b""#));
        // An id is no text, though a text is good for one.
        let kind = if field.starts_with("node") { "ID" } else { "String" };
        let variable = format!("query($text: {kind}!) {{ {} }}", field.replace("TEXT", "$text"));
        for query in [literal, variable] {
            let reply = house.anybody().run(&query, json!({ "text": "a\u{0}b" })).await;
            let fine = reply.body.get("errors").is_none() || reply.code() == "BAD_USER_INPUT";
            assert!(fine, "{query}: {}", reply.text);
        }
    }
    for day in ["0001-01-01", "9999-12-31", "-200000-01-01", "+200000-01-01"] {
        let query =
            "query($day: Date) { answeredQuestions(filter: { answeredFrom: $day }) { totalCount }
            resources(filter: { validOn: $day }) { totalCount }
            regulations(filter: { inForceOn: $day }) { totalCount } }";
        let reply = house.anybody().run(query, json!({ "day": day })).await;
        let fine = reply.body.get("errors").is_none() || reply.code() == "BAD_USER_INPUT";
        assert!(fine, "{day}: {}", reply.text);
    }
}
