//! Files to take away: what the API gives under `/exports/` and `/reports/`, for people whose browser brings no token.

use axum::{
    Router,
    extract::{Path, RawQuery},
    response::Response,
    routing::get,
};

use super::{gate::Guest, trouble::Trouble};

/// The addresses of files.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/download/{*name}", get(file))
}

async fn file(
    guest: Guest,
    Path(name): Path<String>,
    RawQuery(parameters): RawQuery,
) -> Result<Response, Trouble> {
    guest.take_away(&name, parameters.as_deref().unwrap_or_default()).await
}
