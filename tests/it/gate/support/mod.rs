//! A door to knock at: the real router over the toy schema.

pub mod toy;

use async_graphql::Data;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use gate::execution::{Executor, Limits};
use gate::http::{Check, Front, Readiness, Reception, Settings, Visit, router};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tower::ServiceExt;

/// Lets everybody in but who says `Bearer wrong`.
pub struct Porter;

#[async_trait::async_trait]
impl Reception for Porter {
    async fn receive(&self, visit: &Visit<'_>) -> Result<Data, async_graphql::Error> {
        if visit.headers.get(header::AUTHORIZATION).is_some_and(|said| said == "Bearer wrong") {
            return Err(toy::coded("UNAUTHENTICATED", "Sign in first."));
        }
        assert!(
            visit.headers.get(header::AUTHORIZATION).is_none_or(|said| said != "Bearer panic"),
            "a secret"
        );
        let mut data = Data::default();
        data.insert(toy::Caller(format!("{:?}", visit.address)));
        Ok(data)
    }
}

/// Ready until told otherwise.
#[derive(Default)]
pub struct Pulse(pub AtomicBool);

#[async_trait::async_trait]
impl Readiness for Pulse {
    async fn checks(&self) -> Vec<Check> {
        vec![Check { name: "database", ok: !self.0.load(Ordering::Relaxed), detail: None }]
    }
}

pub fn front(limits: Limits, settings: Settings) -> Front {
    Front {
        executor: Arc::new(Executor::new(toy::builder(), limits).unwrap()),
        reception: Arc::new(Porter),
        readiness: Arc::new(Pulse::default()),
        settings,
    }
}

pub struct House {
    router: Router,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Reply {
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code")
    }
    pub fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap_or("no message")
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

impl House {
    pub fn new() -> Self {
        Self::with(Limits::default(), Settings::default())
    }

    pub fn with(limits: Limits, settings: Settings) -> Self {
        Self { router: router(front(limits, settings)).unwrap() }
    }

    pub fn of(front: Front) -> Self {
        Self { router: router(front).unwrap() }
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body, text }
    }

    /// Posts a body with further headers, which may replace the usual ones.
    pub async fn post_with(&self, body: impl Into<Body>, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post("/graphql").body(body.into()).unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        for (name, value) in headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        self.send(request).await
    }

    /// Posts a query, accepting the newer media type.
    pub async fn ask(&self, query: &str) -> Reply {
        self.ask_with(query, json!({})).await
    }

    pub async fn ask_with(&self, query: &str, variables: Value) -> Reply {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post_with(body, &[("accept", "application/graphql-response+json")]).await
    }

    pub async fn get(&self, uri: &str) -> Reply {
        self.send(Request::builder().method(Method::GET).uri(uri).body(Body::empty()).unwrap())
            .await
    }
}
