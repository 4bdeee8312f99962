//! An id for every request: in its log lines, in its answer, and in errors whose cause is not told.

use super::answer::Answer;
use super::language;
use crate::execution::Refusal;
use crate::telemetry::{self, figures};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tracing::{Instrument, error, info, info_span};
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The caller's trace (W3C Trace Context), which ours becomes a part of.
const TRACE: HeaderName = HeaderName::from_static("traceparent");

/// The id of one request, in the extensions of the HTTP request.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text: letters, digits, `-`, `_` and `.`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id that a proxy gave, if it is one, else a new one.
    fn of(request: &Request) -> Self {
        let given = request
            .headers()
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_well_formed(id));
        Self(given.map_or_else(|| Self::new().0, Into::into))
    }

    /// An id that no request had.
    pub(super) fn new() -> Self {
        Self(Uuid::now_v7().simple().to_string().into())
    }
}

/// What comes from outside goes into logs and answers: short, and nothing but harmless letters.
fn is_well_formed(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Gives a request its id and its span, and logs how it went. The query of the URL stays out of the log.
pub(super) async fn attach(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request);
    let span = info_span!("request", request.id = id.as_str());
    if let Some(parent) = request.headers().get(TRACE).and_then(|value| value.to_str().ok()) {
        telemetry::join(&span, parent);
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(id.clone());
    let begun = Instant::now();
    let language = language(request.headers());
    let answered =
        AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|_| {
        // The panic's own words are in the log already, by the panic hook.
        error!(parent: &span, "a request could not be answered");
        Answer::refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            &Refusal::internal(),
            language,
            id.as_str(),
        )
        .into_response()
    });
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    let _entered = span.enter();
    let status = response.status().as_u16();
    let took = begun.elapsed();
    figures::request_answered(status, took);
    let milliseconds = took.as_secs_f64() * 1_000.0;
    info!(http.method = %method, http.path = path, http.status = status, milliseconds, "{method} {path} answered {status}");
    response
}
