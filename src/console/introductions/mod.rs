//! Introductions: contact that is asked for on one side and given, or not, on the other, and what came of it.

mod ask;
mod introduction;
mod list;

use axum::{
    Router,
    routing::{get, post},
};
use serde::Deserialize;

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/introductions", get(list::page).post(ask::ask))
        .route("/introductions/new", get(ask::page))
        .route("/introductions/{id}", get(introduction::page))
        .route("/introductions/{id}/{step}", post(introduction::step))
}

/// What an introduction is about.
#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Subject {
    ResearchOutput { id: String, title: String },
    Resource { id: String, name: String },
}

impl Subject {
    fn name(&self) -> &str {
        match self {
            Self::ResearchOutput { title, .. } => title,
            Self::Resource { name, .. } => name,
        }
    }

    /// Where its own page is.
    fn address(&self) -> String {
        match self {
            Self::ResearchOutput { id, .. } => format!("/research/{id}"),
            Self::Resource { id, .. } => format!("/resources/{id}"),
        }
    }
}
