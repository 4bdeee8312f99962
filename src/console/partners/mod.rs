//! Finding partners: the finder, needs and what became of their matches.
//!
//! [`finder`] looks for partners by free words, [`needs`] keeps what is looked for; [`judged`] shows why two fit. The other
//! parts are what these pages and those of introductions and of publishers share.

pub(super) mod areas;
pub(super) mod choices;
pub(super) mod days;
mod finder;
pub(super) mod judged;
mod needs;
pub(super) mod steps;

use axum::Router;

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().merge(finder::routes()).merge(needs::routes())
}
