//! Files to take away: what the API gives under `/exports/` and `/reports/`, for people whose browser brings no token.

use axum::{
    Router,
    extract::{Path, RawQuery},
    response::Response,
    routing::get,
};

use super::{gate::Guest, links, lists::Listed, trouble::Trouble};

/// A file to take away: what it is called, and where it is.
pub(super) type File = (&'static str, String);

/// What tables can be taken away as.
const TABLES: [(&str, &str); 3] = [("xlsx", "Excel"), ("csv", "CSV"), ("jsonl", "JSON Lines")];

/// A list as a table in each format, filtered by what files know of it.
pub(super) fn tables(kind: &str, listed: &Listed, known: &[&str]) -> Vec<File> {
    let path = format!("/download/{kind}");
    TABLES
        .map(|(format, name)| (name, listed.elsewhere(&path, known, &[("format", format)])))
        .into()
}

/// One thing as a table in each format.
pub(super) fn tables_of_one(kind: &str, one: &str) -> Vec<File> {
    let path = format!("/download/{kind}/{}", links::part(one));
    TABLES.map(|(format, name)| (name, links::address(&path, [("format", format)]))).into()
}

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
