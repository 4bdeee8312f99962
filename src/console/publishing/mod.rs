//! The desk of those who publish research outputs: what their organization has and how far it has come, the form of an
//! output, its way from a draft to its audience and on, and files with many of them.

mod content;
mod dashboard;
mod edit;
mod import;
mod matches;
mod output;
mod upload;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    // A file has a bound of its own, which is kept where it is read.
    let upload = get(upload::page).post(upload::take).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/publishing", get(dashboard::page))
        .route("/publishing/new", get(edit::begin).post(edit::draft))
        .route("/publishing/matches", get(matches::page))
        .route("/publishing/import", upload)
        .route("/publishing/imports/{id}", get(import::page).post(import::commit))
        .route("/publishing/{id}", get(output::page))
        .route("/publishing/{id}/edit", get(edit::page).post(edit::update))
        .route("/publishing/{id}/{step}", post(output::step))
}
