//! What a change of the law does to answers.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::reviews::Load;
use crate::console::{
    api::documents,
    gate::Guest,
    parts::{Localized, StationName},
    trouble::Trouble,
};

documents! {
    TOUCHED: Found = ["touched.graphql", "verdict.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    affected_by: Touched,
}

/// The answers that a change touches.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Touched {
    pub as_of: String,
    pub total_count: i64,
    pub complete: bool,
    pub by_station: Vec<Load>,
    pub answers: Vec<TouchedAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TouchedAnswer {
    pub answered_question: Answer,
    pub before: Before,
    pub after: After,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub id: String,
    pub question: String,
    pub reuse_count: i64,
    pub station: StationName,
}

#[derive(Deserialize)]
pub(super) struct Before {
    pub status: String,
}

#[derive(Deserialize)]
pub(super) struct After {
    pub status: String,
    pub day: Option<String>,
    pub explanation: Option<Localized>,
}

/// What a change touches.
pub(super) async fn by(guest: &Guest, input: Json) -> Result<Touched, Trouble> {
    let found = guest.ask(&TOUCHED, json!({ "input": input })).await?;
    Ok(found.affected_by)
}
