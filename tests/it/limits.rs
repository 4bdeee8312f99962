//! What one request may ask for, through the real schema.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Engine, House, Reply};

/// A refusal takes no time; the bound is for a debug build on a busy machine, hundreds of times what is seen.
const AT_ONCE: Duration = Duration::from_secs(1);

async fn refused(house: &House, query: &str, variables: Value) -> Reply {
    let (mut least, mut statements) = (Duration::MAX, u64::MAX);
    let mut reply = house.anybody().run(query, variables.clone()).await;
    // Indexer and matchmaker look in meanwhile; a refused request costs no statement of its own.
    for _ in 0..20 {
        let (began, before) = (Instant::now(), house.db().statements());
        reply = house.anybody().run(query, variables.clone()).await;
        least = least.min(began.elapsed());
        statements = statements.min(house.db().statements() - before);
        if least < AT_ONCE && statements == 0 {
            break;
        }
    }
    assert!(least < AT_ONCE, "took {least:?}");
    assert_eq!(statements, 0);
    assert!(reply.body.get("data").is_none(), "{}", reply.text);
    assert!(reply.text.len() < 20_000, "a refusal of {} bytes", reply.text.len());
    reply
}

#[tokio::test]
async fn depth_and_size_of_a_document_are_bounded() {
    let house = House::new(Engine::Sqlite).await;
    house.settle().await;
    let deep = |levels: usize| {
        format!(
            "{{ expertiseAreas {{ {} code {} }} }}",
            "parent { ".repeat(levels),
            "} ".repeat(levels)
        )
    };
    house.ask(&deep(13)).await.data();
    assert_eq!(refused(&house, &deep(14), json!({})).await.code(), "QUERY_TOO_COMPLEX");
    assert_eq!(refused(&house, &deep(1_200), json!({})).await.code(), "QUERY_TOO_COMPLEX");
    let long = format!("{{ station(code: \"SH-PD\") {{ {} }} }}", "code ".repeat(6_000));
    assert_eq!(refused(&house, &long, json!({})).await.code(), "QUERY_TOO_COMPLEX");
    let aliases = |many: usize| {
        let fields: Vec<String> = (0..many).map(|n| format!("a{n}: name")).collect();
        format!("{{ station(code: \"SH-PD\") {{ {} }} }}", fields.join(" "))
    };
    house.ask(&aliases(100)).await.data();
    for many in [101, 1_000, 10_000] {
        assert_eq!(refused(&house, &aliases(many), json!({})).await.code(), "QUERY_TOO_COMPLEX");
    }
    let unknown: Vec<String> = (0..1_500).map(|n| format!("nothing{n}")).collect();
    let unknown = format!("{{ station(code: \"SH-PD\") {{ {} }} }}", unknown.join(" "));
    let reply = refused(&house, &unknown, json!({})).await;
    assert!(matches!(reply.code(), "BAD_USER_INPUT" | "QUERY_TOO_COMPLEX"));
    // Ten, and one that says how many more there are.
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 11);
    house.leave().await;
}

#[tokio::test]
async fn nested_fragments_are_answered_or_refused_at_once() {
    let house = House::new(Engine::Sqlite).await;
    house.settle().await;
    for depth in [25, 60] {
        let fragments: Vec<String> = (0..depth)
            .map(|n| format!("fragment F{n} on Station {{ ...F{} ...F{} }}", n + 1, n + 1))
            .collect();
        let query = format!(
            "{{ station(code: \"SH-PD\") {{ ...F0 }} }} {} fragment F{depth} on Station {{ code }}",
            fragments.join(" ")
        );
        let reply = refused(&house, &query, json!({})).await;
        assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
    }
    let circle = "{ station(code: \"SH-PD\") { ...A } } fragment A on Station { ...B } fragment B on Station { ...A }";
    assert_eq!(refused(&house, circle, json!({})).await.code(), "BAD_USER_INPUT");
    house.leave().await;
}

#[tokio::test]
async fn the_size_of_pages_counts_wherever_it_is_said() {
    let house = House::new(Engine::Sqlite).await;
    house.places().await;
    house.settle().await;
    let page =
        "query($n: Int) { regulations(first: $n) { nodes { key actsOn { to { actsOn { to { key
        actedUponBy { from { key actsOn { to { key } } } } } } } } } } }";
    house.anybody().run(page, json!({ "n": 1 })).await.data();
    assert_eq!(refused(&house, page, json!({ "n": 100 })).await.code(), "QUERY_TOO_COMPLEX");
    let literal = page
        .replace("$n: Int", "$x: Int")
        .replace("first: $n", "first: 100, after: null, last: $x");
    assert_eq!(refused(&house, &literal, json!({ "x": null })).await.code(), "QUERY_TOO_COMPLEX");
    let by_default = page.replace("$n: Int", "$n: Int = 100");
    assert_eq!(refused(&house, &by_default, json!({})).await.code(), "QUERY_TOO_COMPLEX");
    for n in [101, 1_000_000, i32::MAX] {
        let code = refused_or_failed(&house, page, json!({ "n": n })).await;
        assert!(matches!(code.as_str(), "QUERY_TOO_COMPLEX" | "BAD_USER_INPUT"), "{n}: {code}");
    }
    // The cost is told, and grows with the page.
    let cost = async |n: u32| {
        let list = "query($n: Int) { regulations(first: $n) { nodes { key } } }";
        let reply = house.anybody().run(list, json!({ "n": n })).await;
        reply
            .body
            .pointer("/extensions/cost/requested")
            .or(reply.body.pointer("/extensions/cost"))
            .cloned()
    };
    let (one, hundred) = (cost(1).await, cost(100).await);
    assert!(one.is_some(), "the cost is not told");
    assert_ne!(one, hundred);
    house.leave().await;
}

async fn refused_or_failed(house: &House, query: &str, variables: Value) -> String {
    let began = Instant::now();
    let reply = house.anybody().run(query, variables).await;
    assert!(began.elapsed() < AT_ONCE);
    reply.code().to_owned()
}

#[tokio::test]
async fn lists_and_texts_that_are_bombs_are_refused() {
    let house = House::new(Engine::Sqlite).await;
    house.places().await;
    house.settle().await;
    let search = "query($filter: SearchFilter) { search(query: \"a\", filter: $filter, first: 1) { totalCount } }";
    let long = json!({ "filter": { "stations": vec!["SH-PD"; 1_001] } });
    let code = refused(&house, search, long).await.code().to_owned();
    assert!(matches!(code.as_str(), "BAD_USER_INPUT" | "QUERY_TOO_COMPLEX"), "{code}");
    let within = json!({ "filter": { "stations": vec!["SH-PD"; 1_000] } });
    house.anybody().run(search, within).await.data();
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep =
        format!("{{\"query\":\"{{ viewer {{ signedIn }} }}\",\"variables\":{{\"a\":{deep}}}}}");
    let reply = house.anybody().post(deep).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (400, "BAD_USER_INPUT"), "{}", reply.text);
    let big = json!({ "filter": { "stations": ["x".repeat(300_000)] } });
    let reply = house.anybody().run(search, big).await;
    assert!(matches!(reply.code(), "BAD_USER_INPUT" | "QUERY_TOO_COMPLEX"), "{}", reply.text);
    let twenty = format!("{{\"query\":\"{}\"}}", "a".repeat(20 << 20));
    let reply = house.anybody().post(twenty).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (413, "BAD_USER_INPUT"));
    let batch = "[{\"query\":\"{ viewer { signedIn } }\"}]";
    assert_eq!(house.anybody().post(batch).await.code(), "BAD_USER_INPUT");
    house.leave().await;
}
