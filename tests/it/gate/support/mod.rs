//! A door to knock at: the real router over the toy schema.

pub mod line;
pub mod toy;

use crate::support::Reply;
use async_graphql::Data;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, Method, Request, header};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use zhanjian::execution::{Executor, Limits};
use zhanjian::http::{Admission, Check, Front, Readiness, Reception, Settings, Visit, router};

/// Lets everybody in but who says `Bearer wrong`. Who says `Bearer short` may stay for a moment, and who says
/// `Bearer revocable` until [`Porter::revoked`] is set; `Bearer slow` has to wait.
#[derive(Default)]
pub struct Porter {
    pub revoked: Arc<AtomicBool>,
}

/// How long `Bearer short` lasts.
pub const SHORT: Duration = Duration::from_millis(300);

/// Who was let in.
struct Guest {
    caller: String,
    until: Option<Instant>,
    revoked: Option<Arc<AtomicBool>>,
}

#[async_trait::async_trait]
impl Admission for Guest {
    fn data(&self, request_id: &str) -> Data {
        let mut data = Data::default();
        data.insert(toy::Asked(request_id.to_owned()));
        data.insert(toy::Caller(self.caller.clone()));
        data.insert(toy::Noted::default());
        data
    }

    fn ends_in(&self) -> Option<Duration> {
        self.until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    async fn holds(&self) -> bool {
        !self.revoked.as_ref().is_some_and(|revoked| revoked.load(Ordering::Relaxed))
    }
}

#[async_trait::async_trait]
impl Reception for Porter {
    async fn receive(&self, visit: &Visit<'_>) -> Result<Arc<dyn Admission>, async_graphql::Error> {
        let says =
            |what: &str| visit.headers.get(header::AUTHORIZATION).is_some_and(|said| said == what);
        if says("Bearer slow") {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        if visit.headers.get(header::AUTHORIZATION).is_some_and(|said| said == "Bearer wrong") {
            return Err(toy::coded("UNAUTHENTICATED", "Sign in first."));
        }
        assert!(
            visit.headers.get(header::AUTHORIZATION).is_none_or(|said| said != "Bearer panic"),
            "a secret"
        );
        Ok(Arc::new(Guest {
            caller: format!("{:?}", visit.address),
            until: says("Bearer short").then(|| Instant::now() + SHORT),
            revoked: says("Bearer revocable").then(|| Arc::clone(&self.revoked)),
        }))
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
        executor: Arc::new(Executor::new(toy::builder, limits).unwrap()),
        reception: Arc::new(Porter::default()),
        readiness: Arc::new(Pulse::default()),
        metrics: None,
        tokens: None,
        issuer: None,
        downloads: None,
        uploads: None,
        publications: None,
        pages: None,
        settings,
    }
}

pub struct House {
    router: Router,
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
        Reply::to(&self.router, request).await
    }

    /// Posts a body with further headers, which may replace the usual ones.
    pub async fn post_with(&self, body: impl Into<Body>, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post("/graphql").body(body.into()).unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
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
