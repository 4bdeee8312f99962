//! GraphQL over server-sent events: the distinct connections mode of graphql-sse.

use crate::gate::support::line::Served;
use crate::gate::support::{House, Porter, front};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zhanjian::execution::Limits;
use zhanjian::http::{Front, Lasting, RateLimit, ServeLimits, Settings};

const EVENTS: &[(&str, &str)] = &[("accept", "text/event-stream")];

/// The events of a stream: their names and data, as an `EventSource` would tell them.
fn events(text: &str) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    for frame in text.split("\n\n").filter(|frame| !frame.is_empty()) {
        let mut event = ("message".to_owned(), None);
        for line in frame.lines() {
            match line.split_once(':').unwrap_or((line, "")) {
                ("event", name) => event.0 = name.trim().to_owned(),
                ("data", data) => event.1 = Some(data.trim().to_owned()),
                ("", _) => {}
                other => panic!("{other:?}"),
            }
        }
        // Without a line of data there is no event.
        if let (name, Some(data)) = event {
            events.push((name, serde_json::from_str(&data).unwrap_or(Value::Null)));
        }
    }
    assert!(text.ends_with("\n\n"), "{text:?}");
    events
}

fn body(query: &str) -> String {
    json!({ "query": query }).to_string()
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_events() {
    let house = House::new();
    let query = body("subscription { counter(to: 2) { number } }");
    for accept in [
        "text/event-stream",
        "application/graphql-response+json, application/json, text/event-stream, multipart/mixed",
    ] {
        let reply = house.post_with(query.clone(), &[("accept", accept)]).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), "text/event-stream; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-accel-buffering"), "no");
        let events = events(&reply.text);
        let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["next", "next", "complete"]);
        assert_eq!(events[1].1["data"], json!({ "counter": { "number": 2 } }));
        assert_eq!(events[1].1["extensions"]["cost"]["requested"], 1);
    }
    // By GET too, which is all that an `EventSource` can do.
    let request = Request::get("/graphql?query=subscription%7Bcounter(to:1)%7Bnumber%7D%7D")
        .header("accept", "text/event-stream")
        .body(Body::empty())
        .unwrap();
    assert_eq!(events(&house.send(request).await.text).len(), 2);
}

#[tokio::test]
async fn who_reads_json_only_is_told_where_subscriptions_are() {
    let house = House::new();
    let reply = house.ask("subscription { counter { number } }").await;
    assert_eq!((reply.status.as_u16(), reply.code()), (400, "BAD_USER_INPUT"));
    assert!(reply.message().contains("text/event-stream"), "{}", reply.message());
    let reply = house.get("/graphql?query=subscription%7Bnever%7D").await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn one_answer_is_a_stream_only_for_who_reads_nothing_else() {
    let house = House::new();
    let both = [("accept", "application/json, text/event-stream")];
    let reply = house.post_with(body("{ hello }"), &both).await;
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    let reply = house.post_with(body("{ hello }"), EVENTS).await;
    let told = events(&reply.text);
    assert_eq!(told[0].1["data"], json!({ "hello": "hello" }));
    assert_eq!((told[1].0.as_str(), told.len()), ("complete", 2));
}

#[tokio::test]
async fn a_refused_document_comes_as_an_event() {
    let house = House::new();
    for (query, code) in [
        ("subscription { nothing }", "BAD_USER_INPUT"),
        ("subscription { counter { number } never }", "BAD_USER_INPUT"),
        ("{", "BAD_USER_INPUT"),
        (
            "subscription { things(first: 100) { nodes { things(first: 100) { nodes { id } } } } }",
            "QUERY_TOO_COMPLEX",
        ),
    ] {
        let reply = house.post_with(body(query), EVENTS).await;
        assert_eq!(reply.status, 200, "{query}");
        let told = events(&reply.text);
        assert_eq!(told[0].1["errors"][0]["extensions"]["code"], code, "{query}");
        assert_eq!((told[0].1.get("data"), told[1].0.as_str()), (None, "complete"), "{query}");
        // Who reads JSON as well gets the status.
        let both = [("accept", "application/graphql-response+json, text/event-stream")];
        assert_eq!(house.post_with(body(query), &both).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_its_status() {
    let house = House::new();
    assert_eq!(house.post_with("{", EVENTS).await.status, 400);
    let untyped = [("accept", "text/event-stream"), ("content-type", "text/plain")];
    assert_eq!(house.post_with(body("{ hello }"), &untyped).await.status, 415);
    let wrong = [("accept", "text/event-stream"), ("authorization", "Bearer wrong")];
    let reply = house.post_with(body("subscription { never }"), &wrong).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (401, "UNAUTHENTICATED"));
    let mutation = Request::get("/graphql?query=mutation%7Bfails%7D")
        .header("accept", "text/event-stream")
        .body(Body::empty())
        .unwrap();
    let reply = house.send(mutation).await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"));
    assert_eq!(house.post_with(body("{ hello }"), &[("accept", "text/html")]).await.status, 406);
}

#[tokio::test]
async fn a_hash_stands_for_a_subscription_too() {
    use sha2::{Digest, Sha256};
    let house = House::new();
    let text = "subscription { counter(to: 1) { number } }";
    let hash = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = json!({ "extensions": extensions }).to_string();
    let told = events(&house.post_with(by_hash.clone(), EVENTS).await.text);
    assert_eq!(told[0].1["errors"][0]["message"], "PersistedQueryNotFound");
    house.post_with(json!({ "query": text, "extensions": extensions }).to_string(), EVENTS).await;
    let told = events(&house.post_with(by_hash, EVENTS).await.text);
    assert_eq!(told[0].1["data"], json!({ "counter": { "number": 1 } }));
}

#[tokio::test]
async fn a_stream_ends_with_the_sign_in() {
    let lasting = Lasting { keep_alive: Duration::from_millis(100), ..Lasting::default() };
    let settings = Settings { lasting, ..Settings::default() };
    let house = House::of(Front {
        reception: Arc::new(Porter::default()),
        ..front(Limits::default(), settings)
    });
    let short = [("accept", "text/event-stream"), ("authorization", "Bearer short")];
    let reply = house.post_with(body("subscription { never }"), &short).await;
    assert!(reply.text.starts_with(":\n\n:\n\n"), "{}", reply.text);
    let told = events(&reply.text);
    assert_eq!(told[0].1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!((told[1].0.as_str(), told.len()), ("complete", 2));
}

#[tokio::test]
async fn the_first_request_counts() {
    let limit = RateLimit { per_second: NonZeroU32::MIN, burst: NonZeroU32::MIN };
    let settings = Settings { rate_limit: Some(limit), ..Settings::default() };
    let served = Served::new(front(Limits::default(), settings)).await;
    for status in ["HTTP/1.1 200", "HTTP/1.1 429"] {
        let mut stream = listen(&served).await;
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8(answer).unwrap(), status);
    }
}

/// Begins to listen to what never tells anything.
async fn listen(served: &Served) -> TcpStream {
    ask(served, "subscription { never }").await
}

async fn ask(served: &Served, query: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let body = body(query);
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn the_end_of_the_service_breaks_streams_off() {
    let mut served = Served::new(front(Limits::default(), Settings::default())).await;
    let mut stream = listen(&served).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    served.end();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("text/event-stream"), "{answer}");
    assert!(!answer.contains("complete"), "who listens must know that there is more: {answer}");
    served.ended().await;
}

#[tokio::test]
async fn a_stream_that_nobody_reads_is_ended() {
    let limits =
        ServeLimits { write_timeout: Duration::from_millis(300), ..ServeLimits::default() };
    let mut served = Served::with(front(Limits::default(), Settings::default()), limits).await;
    let query = "subscription { counter(to: 1000000) { padding(length: 100000) } }";
    let stream = ask(&served, query).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ended = std::time::Instant::now();
    served.end();
    served.ended().await;
    assert!(ended.elapsed() < Duration::from_secs(1), "it was there still");
    drop(stream);
}
