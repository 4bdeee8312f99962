//! The front door: methods, media types, bodies, headers, health.

use crate::gate::support::{House, Pulse, front, toy};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use zhanjian::execution::{Executor, Limits};
use zhanjian::http::{Front, PeerAddress, RateLimit, Settings, TrustedProxies};

const HELLO: &str = "{\"query\":\"{ hello }\"}";

#[tokio::test]
async fn bodies_that_are_no_request_get_a_clear_refusal() {
    let house = House::new();
    for (body, said) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("{", "not valid JSON"),
        ("{\"query\":}", "not valid JSON"),
        ("\"{ hello }\"", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("[{\"query\":\"{ hello }\"}]", "Batches"),
        ("{}", "no `query`"),
        ("{\"query\":null}", "no `query`"),
        ("{\"query\":1}", "`query` must be a string"),
        ("{\"query\":\"{ hello }\",\"operationName\":1}", "`operationName` must be a string"),
        ("{\"query\":\"{ hello }\",\"variables\":[]}", "`variables` must be an object"),
        ("{\"query\":\"{ hello }\",\"extensions\":\"a\"}", "`extensions` must be an object"),
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let reply = house.post_with(body, &[("accept", accept)]).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (400, "BAD_USER_INPUT"), "{body}");
            assert!(reply.message().contains(said), "{body}: {}", reply.message());
            assert!(reply.header("content-type").starts_with(accept));
            assert!(reply.body.get("data").is_none());
        }
    }
    let reply = house.post_with(Body::from(&b"{\"query\":\"\xff\"}"[..]), &[]).await;
    assert!(reply.message().contains("not UTF-8"), "{}", reply.message());
}

#[tokio::test]
async fn only_json_in_utf8_is_read() {
    let house = House::new();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/jsonp",
        "",
    ] {
        let reply = house.post_with(HELLO, &[("content-type", kind)]).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (415, "BAD_USER_INPUT"), "{kind}");
    }
    let untyped = Request::post("/graphql").body(Body::from(HELLO)).unwrap();
    assert_eq!(house.send(untyped).await.status, 415);
    for kind in [
        "application/json",
        "Application/JSON",
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
    ] {
        assert_eq!(house.post_with(HELLO, &[("content-type", kind)]).await.status, 200, "{kind}");
    }
    let zipped = house.post_with(HELLO, &[("content-encoding", "gzip")]).await;
    assert_eq!(zipped.status, 415);
}

#[tokio::test]
async fn twenty_megabytes_are_refused() {
    let house = House::new();
    let body = format!("{{\"query\":\"{}\"}}", "a".repeat(20 * 1024 * 1024));
    let reply = house.post_with(body, &[]).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (413, "BAD_USER_INPUT"));
    assert_eq!(reply.header("connection"), "close");
}

#[tokio::test]
async fn the_media_type_follows_accept() {
    let house = House::new();
    let json = "application/json; charset=utf-8";
    let newer = "application/graphql-response+json; charset=utf-8";
    for (accept, kind, broken) in [
        ("*/*", json, 200),
        ("application/json", json, 200),
        ("application/graphql-response+json", newer, 400),
        ("application/graphql-response+json, application/json;q=0.9", newer, 400),
        ("application/graphql-response+json;q=0.1, application/json", json, 200),
    ] {
        let reply = house.post_with(HELLO, &[("accept", accept)]).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, kind), "{accept}");
        let reply = house.post_with("{\"query\":\"{ nothing }\"}", &[("accept", accept)]).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("content-type")),
            (broken, kind),
            "{accept}"
        );
    }
    let reply = house.post_with(HELLO, &[("accept", "text/html")]).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (406, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn get_answers_queries_and_nothing_else() {
    let house = House::new();
    let reply = house.get("/graphql?query=%7B%20hello%20%7D").await;
    assert_eq!(reply.body["data"], json!({ "hello": "hello" }));
    let reply = house
        .get("/graphql?query=query+A(%24t%3AString)%7Becho(text%3A%24t)%7D+query+B%7Bhello%7D&operationName=A&variables=%7B%22t%22%3A%22%E5%AD%97%22%7D&extensions=%7B%7D")
        .await;
    assert!(reply.text.contains("字"), "{}", reply.text);
    for query in [
        "mutation%20%7B%20count%20%7B%20again%20%7D%20%7D",
        "mutation%20A%20%7B%20count%20%7B%20again%20%7D%20%7D",
        "mutation%20%7B%20nothing%20%7D",
        "subscription%20%7B%20nothing%20%7D",
        "query%20B%7Bhello%7D%20mutation%20A%20%7B%20count%20%7B%20again%20%7D%20%7D&operationName=A",
    ] {
        let reply = house.get(&format!("/graphql?query={query}")).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "POST"), "{query}");
        assert_eq!(reply.code(), "BAD_USER_INPUT");
    }
    // The same document, known from a POST, is refused as well.
    house.ask("mutation { fails }").await;
    assert_eq!(house.get("/graphql?query=mutation%20%7B%20fails%20%7D").await.status, 405);
    for uri in [
        "/graphql",
        "/graphql?query",
        "/graphql?query=%7B",
        "/graphql?query=%7Bhello%7D&query=%7Bhello%7D",
        "/graphql?query=%7Bhello%7D&variables=%7B",
        "/graphql?query=%7Bhello%7D&variables=%5B%5D",
    ] {
        let reply = house
            .send(
                Request::get(uri)
                    .header("accept", "application/graphql-response+json")
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "BAD_USER_INPUT"), "{uri}");
    }
}

#[tokio::test]
async fn other_methods_are_told_which_ones_there_are() {
    let house = House::new();
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let reply = house
            .send(Request::builder().method(method).uri("/graphql").body(Body::empty()).unwrap())
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("allow"), reply.code()),
            (405, "GET, POST", "BAD_USER_INPUT")
        );
    }
}

#[tokio::test]
async fn every_request_has_an_id() {
    let house = House::new();
    let reply = house.post_with(HELLO, &[("x-request-id", "proxy-id.0042")]).await;
    assert_eq!(reply.header("x-request-id"), "proxy-id.0042");
    for odd in ["short", "with space in it", "<script>alert</script>", &"a".repeat(65)] {
        let reply = house.post_with(HELLO, &[("x-request-id", odd)]).await;
        assert_eq!(reply.header("x-request-id").len(), 32, "{odd}");
    }
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[tokio::test]
async fn who_cannot_be_received_is_not_answered() {
    let house = House::new();
    let reply = house.post_with(HELLO, &[("authorization", "Bearer wrong")]).await;
    assert_eq!(
        (reply.status.as_u16(), reply.code(), reply.message()),
        (401, "UNAUTHENTICATED", "Sign in first.")
    );
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    let reply = house
        .post_with(HELLO, &[("authorization", "Bearer panic"), ("x-request-id", "a-request-2")])
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.code(), reply.header("x-request-id")),
        (500, "INTERNAL", "a-request-2")
    );
    assert_eq!(reply.body["errors"][0]["extensions"]["requestId"], "a-request-2");
    assert!(!reply.text.contains("secret"));
}

#[tokio::test]
async fn health_is_told() {
    let pulse = Arc::new(Pulse::default());
    let house = House::of(Front {
        readiness: Arc::clone(&pulse) as _,
        ..front(Limits::default(), Settings::default())
    });
    assert_eq!(house.get("/health/live").await.body, json!({ "status": "live" }));
    let ready = house.get("/health/ready").await;
    assert_eq!((ready.status.as_u16(), &ready.body["status"]), (200, &json!("ready")));
    pulse.0.store(true, Ordering::Relaxed);
    let ready = house.get("/health/ready").await;
    assert_eq!((ready.status.as_u16(), &ready.body["checks"][0]["ok"]), (503, &Value::Bool(false)));
    assert_eq!(house.get("/health/live").await.status, 200);
    assert!(house.get("/").await.text.contains("/graphql"));
    assert_eq!(house.get("/nowhere").await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn pages_of_listed_origins_may_call() {
    let settings = Settings {
        cors_origins: vec!["https://portal.example.cn".to_owned()],
        ..Settings::default()
    };
    let house = House::with(Limits::default(), settings);
    for (origin, allowed) in [
        ("https://portal.example.cn", "https://portal.example.cn"),
        ("https://other.example.cn", ""),
    ] {
        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri("/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .body(Body::empty())
            .unwrap();
        assert_eq!(house.send(preflight).await.header("access-control-allow-origin"), allowed);
        let reply = house.post_with(HELLO, &[("origin", origin)]).await;
        assert_eq!(reply.header("access-control-allow-origin"), allowed);
    }
}

fn from(peer: &str, forwarded: Option<&str>) -> Request<Body> {
    let mut request = Request::get("/graphql?query=%7Bcaller%7D").body(Body::empty()).unwrap();
    request.extensions_mut().insert(PeerAddress(peer.parse::<SocketAddr>().unwrap()));
    if let Some(forwarded) = forwarded {
        request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn the_clients_address_comes_through_trusted_proxies_only() {
    let settings = Settings {
        trusted_proxies: TrustedProxies::parse(["10.0.0.0/8"]).unwrap(),
        ..Settings::default()
    };
    let house = House::with(Limits::default(), settings);
    let caller = async |request| {
        house.send(request).await.body["data"]["caller"].as_str().unwrap().to_owned()
    };
    assert_eq!(caller(from("10.1.1.1:5", Some("198.51.100.9"))).await, "Some(198.51.100.9)");
    assert_eq!(caller(from("203.0.113.1:5", Some("198.51.100.9"))).await, "Some(203.0.113.1)");
}

#[tokio::test]
async fn who_asks_too_often_waits() {
    let few = NonZeroU32::new(3).unwrap();
    let settings = Settings {
        rate_limit: Some(RateLimit { per_second: NonZeroU32::MIN, burst: few }),
        ..Settings::default()
    };
    let house = House::with(Limits::default(), settings);
    for _ in 0..3 {
        assert_eq!(house.send(from("203.0.113.1:5", None)).await.status, 200);
    }
    let reply = house.send(from("203.0.113.1:6", None)).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (429, "RATE_LIMITED"));
    assert!((1..=2).contains(&reply.header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(house.send(from("203.0.113.2:5", None)).await.status, 200);
    let health = Request::get("/health/live").body(Body::empty()).unwrap();
    assert_eq!(house.send(health).await.status, 200);
}

#[tokio::test]
async fn a_schema_that_is_wrong_is_not_served() {
    let executor = Executor::new(toy::builder, Limits::default()).unwrap();
    assert!(executor.sdl().contains("type Query"));
    assert!(!executor.sdl().contains("guard nullable"), "{}", executor.sdl());
}
