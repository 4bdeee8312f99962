//! Figures for Prometheus, shown to those who may see them.

use super::client_address::PeerAddress;
use crate::config;
use crate::telemetry::Figures;
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The figures, and who is shown them.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// What has been counted.
    pub figures: Figures,
    /// Who may see them at the service's own door; at a door of their own everybody may.
    pub shown: Option<config::Metrics>,
}

/// The one route of the figures.
pub fn router<S: Clone + Send + Sync + 'static>(metrics: Metrics) -> Router<S> {
    Router::new().route("/metrics", get(show).with_state(metrics))
}

async fn show(
    State(metrics): State<Metrics>,
    peer: Option<Extension<PeerAddress>>,
    headers: HeaderMap,
) -> Response {
    let forwarded = ["x-forwarded-for", "forwarded"].iter().any(|name| headers.contains_key(*name));
    let may = |shown: &config::Metrics| {
        peer.is_some_and(|Extension(PeerAddress(peer))| shown.shown_to(peer.ip(), forwarded))
    };
    if !metrics.shown.as_ref().is_none_or(may) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let media = (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    ([media], metrics.figures.render()).into_response()
}
