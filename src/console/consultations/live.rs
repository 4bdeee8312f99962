//! The queues while they are looked at: how many wait in each is told to the page as it changes.

use axum::{
    extract::{RawQuery, Request},
    response::Response,
};
use serde::de::IgnoredAny;
use serde_json::json;

use crate::console::{api::documents, gate::Guest, links};

documents! {
    LIVE: IgnoredAny = ["live.graphql"];
}

/// Events of one who is signed in; a page that was not looked at for a while goes on from the last that it knows.
pub(super) async fn stream(guest: Guest, RawQuery(query): RawQuery, request: Request) -> Response {
    let asked = links::parameters(query.as_deref());
    let since = asked.iter().find(|(name, _)| name == "since").map(|(_, since)| since);
    guest.follow(&LIVE, json!({ "since": since }), request.extensions()).await
}
