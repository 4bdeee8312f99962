//! Answered questions in the making: what is being written and what waits for a second person, writing, looking through,
//! publishing, and what becomes of what was published.

mod begin;
mod content;
mod desk;
mod findings;
mod list;
mod steps;

use axum::{Router, routing::get};

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/drafts", get(list::page).post(begin::from_case))
        .route("/drafts/new", get(begin::page).post(begin::freely))
        .route("/drafts/{id}", get(desk::page))
        .route("/drafts/{id}/edit", get(desk::back).post(desk::edit))
        .route("/drafts/{id}/clear", get(desk::back).post(desk::clear))
        .route("/drafts/{id}/steps/{step}", get(desk::back_from_step).post(desk::take))
}
