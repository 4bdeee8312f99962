//! The desk of officers, and of those who look after their station's answers: what was handed up, what has to be looked at
//! again because the law changed, what is reported to be wrong, and the law itself.

mod law;
mod proposals;
mod reports;
mod reviews;
mod touched;

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::documents,
    gate::Guest,
    parts::StationName,
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};
use proposals::Proposal;
use reports::Report;
use reviews::{Load, Review};

documents! {
    OVERVIEW: Overview = [
        "overview.graphql", "review.graphql", "report.graphql", "proposal.graphql", "../parts/law.graphql",
        "../parts/viewer.graphql", "../parts/assessment.graphql",
    ];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/supervision", get(page))
        .route("/supervision/reviews", get(reviews::page))
        .route("/supervision/reports", get(reports::page))
        .route("/supervision/reports/{id}", get(reports::one).post(reports::resolve))
        .route("/supervision/proposals", get(proposals::page))
        .route("/supervision/proposals/{id}", get(proposals::one))
        .route("/supervision/proposals/{id}/{step}", get(proposals::back).post(proposals::decide))
        .route("/supervision/law/{kind}", get(law::page).post(law::send))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Overview {
    viewer: Viewer,
    escalated: Option<Beginning<Waiting>>,
    review_queue: Option<Beginning<Review>>,
    review_loads: Option<Vec<Load>>,
    answer_reports: Option<Beginning<Report>>,
    regulation_proposals: Option<Beginning<Proposal>>,
}

/// The beginning of a list, and how many there are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Beginning<T> {
    total_count: i64,
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Waiting {
    id: String,
    number: String,
    text: String,
    due_on: Option<String>,
    is_overdue: bool,
    clock_stopped: bool,
    days_left: Option<i64>,
    station: StationName,
}

#[derive(Template)]
#[template(path = "supervision/overview.html")]
struct OverviewPage {
    shell: Shell,
    escalated: Option<Beginning<Waiting>>,
    reviews: Option<Beginning<Review>>,
    loads: Vec<Load>,
    reports: Option<Beginning<Report>>,
    proposals: Option<Beginning<Proposal>>,
}

async fn page(guest: Guest) -> Result<Response, Trouble> {
    let viewer = shell::viewer(&guest).await;
    if !viewer.may("PROPOSE_REGULATION") {
        return Err(if viewer.signed_in { Trouble::NotFound } else { Trouble::Unauthenticated });
    }
    let is_officer = viewer.may("CONFIRM_ANSWER");
    let variables = json!({
        "bureau": is_officer,
        "reviews": viewer.may("DRAFT_ANSWER"),
        "proposals": true,
    });
    let found = guest.ask(&OVERVIEW, variables).await?;
    let page = OverviewPage {
        shell: guest.shell(found.viewer, Section::Supervision),
        escalated: found.escalated,
        reviews: found.review_queue,
        loads: found.review_loads.unwrap_or_default(),
        reports: found.answer_reports,
        proposals: found.regulation_proposals,
    };
    shell::show(&page)
}
