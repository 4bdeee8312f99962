//! Needs: what is looked for, without naming for whom; raised, looked through, opened, and what became of its matches.

mod edit;
mod findings;
mod list;
mod matches;
mod need;

use axum::{
    Router,
    routing::{get, post},
};
use serde::Deserialize;

use crate::console::parts::{AreaName, DistrictName, StationName};

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/needs", get(list::page).post(edit::raise))
        .route("/needs/new", get(edit::begin).post(edit::go_on))
        .route("/needs/{id}", get(need::page))
        .route("/needs/{id}/edit", get(edit::page).post(edit::update))
        .route("/needs/{id}/findings", post(findings::clear))
        .route("/needs/{id}/{step}", post(need::step))
        .route("/needs/{id}/matches/{target}/{step}", post(matches::step))
}

/// What a need says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    id: String,
    number: String,
    kind: String,
    title: Option<String>,
    text: String,
    min_trl: Option<i64>,
    max_trl: Option<i64>,
    wanted_modes: Vec<String>,
    audience: String,
    state: String,
    expires_on: String,
    opened_at: Option<String>,
    is_own_need: bool,
    version: i64,
    district: Option<DistrictName>,
    station: Option<StationName>,
    areas: Vec<AreaName>,
}

impl Facts {
    /// Whether partners are being looked for.
    fn is_looking(&self) -> bool {
        matches!(self.state.as_str(), "OPEN" | "MATCHED" | "IN_TALKS")
    }
}

/// How a text begins, for where it stands among others.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut short: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}
