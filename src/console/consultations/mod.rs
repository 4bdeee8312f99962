//! Companies' questions on their way to a reply: what waits, recording one, and a case with all that can be done with it.

mod case;
mod live;
mod queue;
mod record;
mod steps;

use axum::{
    Router,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use super::parts::{Assessment, StationName};

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/consultations", get(queue::page))
        .route("/consultations/new", get(record::page).post(record::send))
        .route("/consultations/similar", post(record::similar))
        .route("/consultations/live", get(live::stream))
        .route("/consultations/{id}", get(case::page))
        .route("/consultations/{id}/{step}", get(case::back).post(case::take))
}

/// An answered question like what was asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Similar {
    is_same_question: bool,
    node: SimilarAnswer,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct SimilarAnswer {
    id: String,
    question: String,
    summary: Option<String>,
    #[serde(skip_serializing)]
    currency: Assessment,
    #[serde(skip_serializing)]
    station: StationName,
}
