//! GraphQL over WebSocket, point by point of the protocol, over real connections.

use crate::gate::support::line::{Line, Served};
use crate::gate::support::{Porter, front, toy};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::Message;
use zhanjian::execution::Limits;
use zhanjian::http::{Front, Lasting, RateLimit, ServeLimits, Settings};

async fn served() -> Served {
    Served::new(front(Limits::default(), Settings::default())).await
}

async fn served_with(lasting: Lasting) -> Served {
    let settings = Settings { lasting, ..Settings::default() };
    Served::new(front(Limits::default(), settings)).await
}

fn quick() -> Lasting {
    Lasting {
        init_timeout: Duration::from_millis(200),
        keep_alive: Duration::from_millis(100),
        patience: Duration::from_millis(300),
        recheck: Duration::from_millis(50),
        ..Lasting::default()
    }
}

fn next(id: &str, data: Value, cost: u64) -> Value {
    let cost = json!({ "cost": { "requested": cost, "limit": 10_000 } });
    json!({ "id": id, "type": "next", "payload": { "data": data, "extensions": cost } })
}

fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}

#[tokio::test]
async fn a_subscription_tells_its_events_and_completes() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("a", "subscription { counter(to: 2) { number thing { name } } }").await;
    for n in 1..=2 {
        let data = json!({ "counter": { "number": n, "thing": { "name": format!("thing {n}") } } });
        assert_eq!(line.hear().await, next("a", data, 2));
    }
    assert_eq!(line.hear().await, complete("a"));
    // The id is free again, and the socket goes on.
    line.subscribe("a", "subscription { counter(to: 1) { number } }").await;
    assert_eq!(line.hear().await, next("a", json!({ "counter": { "number": 1 } }), 1));
    assert_eq!(line.hear().await, complete("a"));
    assert!(line.is_silent().await);
}

#[tokio::test]
async fn queries_and_mutations_have_one_answer() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("q", "{ hello }").await;
    assert_eq!(line.hear().await, next("q", json!({ "hello": "hello" }), 0));
    assert_eq!(line.hear().await, complete("q"));
    line.subscribe("m", "mutation { fails }").await;
    let answer = line.hear().await;
    assert_eq!(answer["type"], "next");
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(answer["payload"]["data"], json!({ "fails": null }));
    assert_eq!(line.hear().await, complete("m"));
    let variables = json!({ "query": "query A($t: String) { echo(text: $t) } query B { hello }",
        "operationName": "A", "variables": { "t": "字" }, "extensions": null });
    line.say(json!({ "id": "v", "type": "subscribe", "payload": variables })).await;
    assert!(line.hear().await["payload"]["data"]["echo"].as_str().unwrap().contains("字"));
}

#[tokio::test]
async fn a_hash_stands_for_a_text_here_too() {
    let served = served().await;
    let mut line = served.ready().await;
    let text = "query Hashed { hello }";
    let hash = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let ask = |payload: Value| json!({ "id": "a", "type": "subscribe", "payload": payload });
    line.say(ask(json!({ "extensions": extensions }))).await;
    assert_eq!(line.hear().await["payload"][0]["message"], "PersistedQueryNotFound");
    line.say(ask(json!({ "query": text, "extensions": extensions }))).await;
    assert_eq!(line.hear().await["type"], "next");
    assert_eq!(line.hear().await, complete("a"));
    line.say(ask(json!({ "extensions": extensions }))).await;
    assert_eq!(line.hear().await["payload"]["data"], json!({ "hello": "hello" }));
}

#[tokio::test]
async fn a_document_that_is_refused_comes_as_error() {
    let served = served().await;
    let mut line = served.ready().await;
    for (query, code) in [
        ("subscription { nothing }", "BAD_USER_INPUT"),
        ("subscription {", "BAD_USER_INPUT"),
        ("subscription { counter { number } never }", "BAD_USER_INPUT"),
        ("subscription { __typename }", "BAD_USER_INPUT"),
        ("subscription { never @skip(if: true) }", "BAD_USER_INPUT"),
        ("subscription ($to: Int!) { counter(to: $to) { number } }", "BAD_USER_INPUT"),
        ("subscription { things(first: 999) { nodes { id } } }", "BAD_USER_INPUT"),
        (
            "subscription { things(first: 100) { nodes { things(first: 100) { nodes { id } } } } }",
            "QUERY_TOO_COMPLEX",
        ),
    ] {
        line.subscribe("a", query).await;
        let answer = line.hear().await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("a")), "{query}");
        assert_eq!(answer["payload"][0]["extensions"]["code"], code, "{query}: {answer}");
    }
    // No `complete` comes after an error, and the id is free.
    assert!(line.is_silent().await);
}

#[tokio::test]
async fn the_root_may_stand_in_a_fragment() {
    let served = served().await;
    let mut line = served.ready().await;
    let query = "subscription { ...a } fragment a on Subscription { ... on Subscription { n: counter(to: 1) { number } } }";
    line.subscribe("a", query).await;
    assert_eq!(line.hear().await["payload"]["data"], json!({ "n": { "number": 1 } }));
    assert_eq!(line.hear().await, complete("a"));
}

#[tokio::test]
async fn errors_of_events_come_inside_next() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("f", "subscription { failing }").await;
    let answer = line.hear().await;
    assert_eq!(answer["type"], "next");
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(answer["payload"]["errors"][0]["path"], json!(["failing"]));
    assert_eq!(line.hear().await, complete("f"));

    line.subscribe("o", "subscription { failsOnce }").await;
    assert_eq!(line.hear().await["payload"]["data"], json!({ "failsOnce": 1 }));
    let answer = line.hear().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    assert_eq!(answer["payload"]["data"], Value::Null);
    assert_eq!(line.hear().await["payload"]["data"], json!({ "failsOnce": 3 }));
    assert_eq!(line.hear().await, complete("o"));

    line.subscribe("n", "subscription { counter(to: 1) { thing { nullableFails guarded } } }")
        .await;
    let answer = line.hear().await;
    let thing = json!({ "nullableFails": null, "guarded": null });
    assert_eq!(answer["payload"]["data"], json!({ "counter": { "thing": thing } }));
    assert_eq!(answer["payload"]["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_panic_is_masked() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("p", "subscription { counter { number panicsAtTwo } }").await;
    assert_eq!(line.hear().await["payload"]["data"]["counter"]["number"], 1);
    let answer = line.hear().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(!answer.to_string().contains("secret"), "{answer}");
    let id = answer["payload"]["errors"][0]["extensions"]["requestId"].as_str().unwrap();
    assert!(id.ends_with(".1"), "{id}");
    // The subscription outlives the panic of an event, and ends with that of its source.
    assert_eq!(line.hear().await["payload"]["data"]["counter"]["number"], 3);
    assert_eq!(line.hear().await, complete("p"));
    line.subscribe("b", "subscription { breaks }").await;
    assert_eq!(line.hear().await["payload"]["data"]["breaks"], "1");
    let answer = line.hear().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(!answer.to_string().contains("secret"), "{answer}");
    assert_eq!(line.hear().await, complete("b"));
}

#[tokio::test]
async fn an_event_has_the_time_of_one_request_and_the_subscription_as_long_as_it_likes() {
    let limits = Limits { timeout: Duration::from_millis(150), ..Limits::default() };
    let served = Served::new(front(limits, Settings::default())).await;
    let mut line = served.ready().await;
    line.subscribe("n", "subscription { never }").await;
    line.subscribe("s", "subscription { counter { number slowAtTwo } }").await;
    assert_eq!(line.hear().await["payload"]["data"]["counter"]["number"], 1);
    let answer = line.hear().await;
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
    assert_eq!(line.hear().await["payload"]["data"]["counter"]["number"], 3);
    assert_eq!(line.hear().await, complete("s"));
    line.subscribe("q", "{ slow }").await;
    let answer = line.hear().await;
    assert_eq!((&answer["id"], &answer["type"]), (&json!("q"), &json!("error")));
    assert_eq!(answer["payload"][0]["extensions"]["code"], "TIMEOUT");
    assert!(line.is_silent().await, "the one that never tells anything is still listened to");
}

#[tokio::test]
async fn each_event_has_a_context_of_its_own() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("a", "{ hello }").await;
    assert_eq!(
        (line.hear().await["type"].clone(), line.hear().await),
        (json!("next"), complete("a"))
    );
    line.subscribe("a", "subscription { counter { seen asked } }").await;
    for _ in 0..3 {
        let answer = line.hear().await;
        assert_eq!(answer["payload"]["data"]["counter"]["seen"], 1);
        // Each operation of a socket has an id of its own for the log, and all its events have that one.
        let asked = answer["payload"]["data"]["counter"]["asked"].as_str().unwrap();
        assert!(asked.ends_with(".2"), "{asked}");
    }
}

#[tokio::test]
async fn what_the_client_completes_says_no_more() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("a", "{ slow }").await;
    line.say(complete("a")).await;
    line.say(complete("unknown")).await;
    line.subscribe("b", "subscription { never(name: \"completed\") }").await;
    until(|| toy::listened_to("completed")).await;
    line.say(complete("b")).await;
    until(|| !toy::listened_to("completed")).await;
    // The id is free, and whoever has it next gets only its own.
    line.subscribe("a", "{ hello }").await;
    assert_eq!(line.hear().await, next("a", json!({ "hello": "hello" }), 0));
    assert_eq!(line.hear().await, complete("a"));
    assert!(line.is_silent().await);
}

#[tokio::test]
async fn an_id_in_use_closes_the_socket() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("ein 号", "subscription { never }").await;
    line.subscribe("ein 号", "{ hello }").await;
    assert_eq!(line.closed().await, (4409, "Subscriber for ein 号 already exists".to_owned()));
    // A long one is cut where a letter ends.
    let mut line = served.ready().await;
    let id = "号".repeat(80);
    line.subscribe(&id, "subscription { never }").await;
    line.subscribe(&id, "subscription { never }").await;
    let (code, reason) = line.closed().await;
    assert_eq!((code, reason.len() <= 123), (4409, true));
}

#[tokio::test]
async fn who_is_there_must_be_said_first_once_and_in_time() {
    let served = served_with(quick()).await;
    let mut line = served.line().await;
    line.subscribe("a", "{ hello }").await;
    assert_eq!(line.closed().await, (4401, "Unauthorized".to_owned()));

    let mut line = served.line().await;
    // Neither the wrong words nor being there counts.
    line.say(json!({ "type": "ping" })).await;
    assert_eq!(line.hear().await, json!({ "type": "pong" }));
    assert_eq!(line.closed().await, (4408, "Connection initialisation timeout".to_owned()));

    let mut line = served.ready().await;
    line.say(json!({ "type": "connection_init" })).await;
    assert_eq!(line.closed().await, (4429, "Too many initialisation requests".to_owned()));
}

#[tokio::test]
async fn while_it_is_found_out_who_is_there_the_rules_hold() {
    let served = served().await;
    let slow = json!({ "type": "connection_init", "payload": { "authorization": "Bearer slow" } });
    let mut line = served.line().await;
    line.say(slow.clone()).await;
    line.say(slow.clone()).await;
    assert_eq!(line.closed().await.0, 4429);
    let mut line = served.line().await;
    line.say(slow.clone()).await;
    line.subscribe("a", "{ hello }").await;
    assert_eq!(line.closed().await.0, 4401);
    let mut line = served.line().await;
    line.say(slow).await;
    line.say(json!({ "type": "ping" })).await;
    assert_eq!(line.hear().await["type"], "pong");
    assert_eq!(line.hear().await["type"], "connection_ack");
}

#[tokio::test]
async fn what_is_no_message_closes_the_socket() {
    let served = served().await;
    for message in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"type\":5}",
        "{\"type\":\"start\"}",
        "{\"type\":\"next\",\"id\":\"a\",\"payload\":{}}",
        "{\"type\":\"connection_ack\"}",
        "{\"type\":\"ping\",\"payload\":\"a\"}",
        "{\"type\":\"pong\",\"payload\":[]}",
        "{\"type\":\"complete\"}",
        "{\"type\":\"complete\",\"id\":1}",
        "{\"type\":\"subscribe\",\"payload\":{\"query\":\"{ hello }\"}}",
        "{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{\"query\":\"{ hello }\"}}",
        "{\"type\":\"subscribe\",\"id\":\"a\"}",
        "{\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{}}",
        "{\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"query\":1}}",
        "{\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"query\":\"{ hello }\",\"variables\":\"a\"}}",
    ] {
        let mut line = served.ready().await;
        line.say_text(message).await;
        let (code, reason) = line.closed().await;
        assert_eq!((code, reason.is_empty()), (4400, false), "{message}");
    }
    let mut line = served.line().await;
    line.say(json!({ "type": "connection_init", "payload": "a" })).await;
    assert_eq!(line.closed().await.0, 4400);
    let mut line = served.line().await;
    futures_util::SinkExt::send(&mut line.0, Message::binary(&b"{}"[..])).await.unwrap();
    assert_eq!(line.closed().await.0, 4400);
}

#[tokio::test]
async fn another_protocol_is_not_spoken() {
    let served = served().await;
    let mut line = Line::shake(served.address, &[]).await.unwrap();
    assert_eq!(line.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
    let mut line = Line::shake(
        served.address,
        &[("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")],
    )
    .await
    .unwrap();
    line.init(json!(null)).await;
}

#[tokio::test]
async fn pings_are_answered_with_what_came_along() {
    let served = served().await;
    let mut line = served.line().await;
    line.say(json!({ "type": "ping", "payload": { "a": [1, "号"] } })).await;
    let answer = json!({ "type": "pong", "payload": { "a": [1, "号"] } });
    assert_eq!(line.hear().await, answer);
    line.init(json!({})).await;
    line.say(json!({ "type": "pong", "payload": { "a": 1 } })).await;
    line.say(json!({ "type": "ping", "payload": null })).await;
    assert_eq!(line.hear().await, json!({ "type": "pong" }));
    line.ping().await;
    assert!(matches!(line.frame().await, Some(Message::Pong(_))));
}

#[tokio::test]
async fn a_client_that_is_there_is_kept_and_one_that_is_gone_is_not() {
    let served = served_with(quick()).await;
    let mut line = served.ready().await;
    let mut pings = 0;
    let listening = async {
        loop {
            // Reading answers the pings.
            match line.frame().await {
                Some(Message::Ping(_)) => pings += 1,
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(1), listening).await.unwrap_err();
    assert!(pings >= 4, "{pings}");
    // Not read from, it answers no pings.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(line.closed().await.0, 1006);
}

#[tokio::test]
async fn the_reception_decides_who_enters() {
    let served = served().await;
    for payload in [
        json!({ "authorization": "Bearer wrong" }),
        json!({ "Authorization": "Bearer wrong" }),
        json!({ "headers": { "authorization": "Bearer wrong" } }),
    ] {
        let mut line = served.line().await;
        line.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(line.closed().await, (4403, "Forbidden: Sign in first.".to_owned()));
    }
    let wrong = [("authorization", "Bearer wrong")];
    let mut line = Line::open(served.address, &wrong).await.unwrap();
    line.say(json!({ "type": "connection_init" })).await;
    assert_eq!(line.closed().await.0, 4403);
    // What the message says goes before what the handshake said.
    let mut line = Line::open(served.address, &wrong).await.unwrap();
    line.init(json!({ "authorization": "Bearer right" })).await;

    for payload in [json!({ "authorization": 5 }), json!({ "authorization": "a\nb" })] {
        let mut line = served.line().await;
        line.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(line.closed().await.0, 4400);
    }
    let mut line = served.line().await;
    let panic =
        json!({ "type": "connection_init", "payload": { "authorization": "Bearer panic" } });
    line.say(panic).await;
    assert_eq!(line.closed().await, (4500, "Internal server error".to_owned()));
}

#[tokio::test]
async fn a_socket_ends_with_the_sign_in() {
    let served = served_with(quick()).await;
    let mut line = served.line().await;
    line.init(json!({ "authorization": "Bearer short" })).await;
    line.subscribe("a", "subscription { never }").await;
    let forbidden = (4403, "Forbidden: Your sign-in has ended: sign in again.".to_owned());
    assert_eq!(line.closed().await, forbidden);

    let revoked = Arc::new(AtomicBool::new(false));
    let porter = Porter { revoked: Arc::clone(&revoked) };
    let settings = Settings { lasting: quick(), ..Settings::default() };
    let served =
        Served::new(Front { reception: Arc::new(porter), ..front(Limits::default(), settings) })
            .await;
    let mut line = served.line().await;
    line.init(json!({ "authorization": "Bearer revocable" })).await;
    line.subscribe("a", "subscription { never }").await;
    tokio::time::timeout(Duration::from_millis(300), line.closed()).await.unwrap_err();
    revoked.store(true, Ordering::Relaxed);
    assert_eq!(line.closed().await, forbidden);
}

#[tokio::test]
async fn only_pages_of_the_list_and_own_ones_may_connect() {
    let settings = Settings {
        cors_origins: vec!["https://portal.example.cn".to_owned()],
        ..Settings::default()
    };
    let served = Served::new(front(Limits::default(), settings)).await;
    let own = format!("http://{}", served.address);
    for (origin, may) in [
        (own.as_str(), true),
        ("https://portal.example.cn", true),
        ("https://other.example.cn", false),
        ("null", false),
    ] {
        let opened = Line::open(served.address, &[("origin", origin)]).await;
        assert_eq!(opened.map(|_| ()).map_err(|status| status.as_u16()).is_ok(), may, "{origin}");
    }
    let refused = Line::open(served.address, &[("origin", "https://a.example")]).await;
    assert_eq!(refused.err().map(|status| status.as_u16()), Some(403));
}

#[tokio::test]
async fn a_handshake_that_is_none_is_refused() {
    let served = served().await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let head = "GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: close, upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 12\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("BAD_USER_INPUT"), "{answer}");
}

#[tokio::test]
async fn a_message_that_is_too_large_closes_the_socket() {
    let settings = Settings { max_body_bytes: 10_000, ..Settings::default() };
    let served = Served::new(front(Limits::default(), settings)).await;
    let mut line = served.ready().await;
    line.say(json!({ "type": "ping", "payload": { "a": "x".repeat(9_000) } })).await;
    assert_eq!(line.hear().await["type"], "pong");
    line.say(json!({ "type": "ping", "payload": { "a": "x".repeat(20_000) } })).await;
    assert_eq!(line.closed().await, (1009, "The message is too large".to_owned()));
}

#[tokio::test]
async fn one_socket_has_so_many_operations() {
    let served = served_with(Lasting { max_operations: 2, ..Lasting::default() }).await;
    let mut line = served.ready().await;
    for id in ["a", "b", "c"] {
        line.subscribe(id, "subscription { never }").await;
    }
    let answer = line.hear().await;
    assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("c")));
    assert_eq!(answer["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    line.say(complete("a")).await;
    line.subscribe("d", "{ hello }").await;
    assert_eq!(line.hear().await["payload"]["data"], json!({ "hello": "hello" }));
}

#[tokio::test]
async fn operations_count_as_requests() {
    let few = NonZeroU32::new(3).unwrap();
    let limit = RateLimit { per_second: NonZeroU32::MIN, burst: few };
    let settings = Settings { rate_limit: Some(limit), ..Settings::default() };
    let served = Served::new(front(Limits::default(), settings)).await;
    let mut line = served.ready().await;
    for id in ["a", "b"] {
        line.subscribe(id, "{ hello }").await;
        assert_eq!(line.hear().await["type"], "next");
        assert_eq!(line.hear().await["type"], "complete");
    }
    line.subscribe("c", "{ hello }").await;
    let answer = line.hear().await;
    assert_eq!(answer["payload"][0]["extensions"]["code"], "RATE_LIMITED", "{answer}");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_ended() {
    let served = served_with(Lasting { keep_alive: Duration::from_mins(1), ..quick() }).await;
    let mut line = served.ready().await;
    line.subscribe("n", "subscription { never(name: \"unread\") }").await;
    line.subscribe("a", "subscription { counter(to: 1000000) { padding(length: 100000) } }").await;
    until(|| toy::listened_to("unread")).await;
    // Nothing is read here: the line fills, and the operations are let go.
    until(|| !toy::listened_to("unread")).await;
    drop(line);
}

#[tokio::test]
async fn a_client_that_reads_gets_all_however_fast_it_comes() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("a", "subscription { counter(to: 5000) { number padding(length: 1000) } }")
        .await;
    for n in 1..=5_000 {
        assert_eq!(line.hear().await["payload"]["data"]["counter"]["number"], n);
    }
    assert_eq!(line.hear().await, complete("a"));
}

#[tokio::test]
async fn a_closed_socket_ends_its_operations() {
    let served = served().await;
    let mut line = served.ready().await;
    line.subscribe("a", "subscription { never(name: \"closed\") }").await;
    until(|| toy::listened_to("closed")).await;
    line.0.close(None).await.unwrap();
    while line.frame().await.is_some() {}
    until(|| !toy::listened_to("closed")).await;
}

#[tokio::test]
async fn the_end_of_the_service_is_told_and_what_has_begun_is_finished() {
    let limits = Limits { timeout: Duration::from_millis(600), ..Limits::default() };
    let mut served = Served::new(front(limits, Settings::default())).await;
    let (mut idle, mut busy) = (served.ready().await, served.ready().await);
    idle.subscribe("n", "subscription { never }").await;
    busy.subscribe("q", "{ slow }").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    served.end();
    assert_eq!(idle.closed().await, (1001, "The service is ending".to_owned()));
    let answer = busy.hear().await;
    assert_eq!(answer["payload"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
    assert_eq!(busy.closed().await.0, 1001);
    served.ended().await;
}

#[tokio::test]
async fn sockets_have_their_place_among_the_connections() {
    let limits = ServeLimits { max_connections: 1, ..ServeLimits::default() };
    let served = Served::with(front(Limits::default(), Settings::default()), limits).await;
    let first = served.ready().await;
    let second = tokio::time::timeout(Duration::from_millis(300), served.line()).await;
    assert!(second.is_err(), "there is room for one");
    drop(first);
    served.ready().await;
}

/// Waits for something to become true.
async fn until(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it must come about");
}
