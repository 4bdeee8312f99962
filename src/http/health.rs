//! Whether the service lives, and whether it can do its work.

use super::Front;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

/// One thing that the service needs.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What it is, such as `database` or `index`.
    pub name: &'static str,
    /// Whether it is as it must be.
    pub ok: bool,
    /// In a few words, without a cause that could give something away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Looks after the things that the service needs.
#[async_graphql::async_trait::async_trait]
pub trait Readiness: Send + Sync {
    /// The state of each of them now. Ready is when all are well.
    async fn checks(&self) -> Vec<Check>;
}

#[derive(Debug, Serialize)]
pub(super) struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check>,
}

/// The process answers: that is all it says.
pub(super) async fn live() -> Json<Health> {
    Json(Health { status: "live", checks: Vec::new() })
}

/// 200 when every check is well, else 503.
pub(super) async fn ready(State(front): State<Front>) -> (StatusCode, Json<Health>) {
    let checks = front.readiness.checks().await;
    let ready = checks.iter().all(|check| check.ok);
    let (code, status) = if ready {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    (code, Json(Health { status, checks }))
}
