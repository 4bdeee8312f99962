//! Similar questions for a pasted text, a company's letter say. It is confidential, so it is sent and stands in no address.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::documents,
    forms::Form,
    gate::Guest,
    parts::{Assessment, Localized, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    SIMILAR: Found = ["similar.graphql", "../parts/viewer.graphql", "../parts/assessment.graphql"];
}

/// The addresses of this page.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/similar", get(page).post(compare))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    similar_answered_questions: Vec<Similar>,
    match_stations: Stations,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Similar {
    is_same_question: bool,
    node: Answer,
}

#[derive(Deserialize)]
struct Answer {
    id: String,
    number: String,
    question: String,
    summary: Option<String>,
    audience: String,
    currency: Assessment,
    station: StationName,
}

#[derive(Deserialize)]
struct Stations {
    matches: Vec<StationMatch>,
}

#[derive(Deserialize)]
struct StationMatch {
    station: StationName,
    reason: Localized,
}

#[derive(Template)]
#[template(path = "similar/page.html")]
struct SimilarPage {
    shell: Shell,
    pasted: String,
    similar: Vec<Similar>,
    stations: Vec<StationMatch>,
    is_answered: bool,
}

async fn page(guest: Guest) -> Result<Response, Trouble> {
    let shell = guest.shell(shell::viewer(&guest).await, Section::Search);
    let (pasted, similar, stations) = (String::new(), Vec::new(), Vec::new());
    shell::show(&SimilarPage { shell, pasted, similar, stations, is_answered: false })
}

async fn compare(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let pasted = form.text("text").to_owned();
    if pasted.is_empty() {
        return page(guest).await;
    }
    let found = guest.ask(&SIMILAR, json!({ "text": pasted })).await?;
    let page = SimilarPage {
        shell: guest.shell(found.viewer, Section::Search),
        pasted,
        similar: found.similar_answered_questions,
        stations: found.match_stations.matches,
        is_answered: true,
    };
    shell::show(&page)
}
