//! Answers that have to be looked at again.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::json;

use crate::console::{
    api::documents,
    gate::Guest,
    lists::{Listed, Pages},
    parts::{Assessment, Page, StationName, laws::Law},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Answers on a page.
const PAGE: usize = 20;

/// The verdicts that call for a look.
const STATUSES: [&str; 5] = ["BROKEN", "STALE", "PARTLY_STALE", "REVIEW_DUE", "UPCOMING"];

documents! {
    REVIEWS: Found = [
        "reviews.graphql", "review.graphql", "../parts/law.graphql", "../parts/viewer.graphql",
        "../parts/assessment.graphql", "../parts/page.graphql",
    ];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    review_queue: Queue,
    review_loads: Vec<Load>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queue {
    total_count: i64,
    nodes: Vec<Review>,
    page_info: Page,
}

/// An answer that has to be looked at again, and why.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review {
    pub day: Option<String>,
    pub answered_question: Reviewed,
    pub currency: Assessment,
    pub due_to: Option<Law>,
}

impl Review {
    pub(super) fn may_confirm(&self) -> bool {
        self.answered_question.possible_actions.iter().any(|it| it == "CONFIRM")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reviewed {
    pub id: String,
    pub number: String,
    pub question: String,
    pub reuse_count: i64,
    pub possible_actions: Vec<String>,
    pub station: StationName,
}

/// How much of what a station has.
#[derive(Deserialize)]
pub(super) struct Load {
    pub count: i64,
    pub uses: i64,
    pub station: StationName,
}

#[derive(Template)]
#[template(path = "supervision/reviews.html")]
struct ReviewsPage {
    shell: Shell,
    total: i64,
    reviews: Vec<Review>,
    loads: Vec<Load>,
    statuses: Vec<(String, String, bool)>,
    pages: Pages,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/supervision/reviews", query.as_deref());
    let status = listed.get("status").filter(|it| STATUSES.contains(it));
    let filter = json!({ "statuses": status.map(|it| [it]) });
    let found = guest.ask(&REVIEWS, listed.variables(filter, PAGE)).await?;
    let shell = guest.shell(found.viewer, Section::Supervision);
    let all = shell.text.of("all-states").into_owned();
    let mut statuses = vec![(all, listed.having("status", None), status.is_none())];
    statuses.extend(STATUSES.map(|it| {
        let label = shell.text.label("currency", it).into_owned();
        (label, listed.having("status", Some(it)), status == Some(it))
    }));
    let page = ReviewsPage {
        total: found.review_queue.total_count,
        reviews: found.review_queue.nodes,
        loads: found.review_loads,
        statuses,
        pages: listed.pages(&found.review_queue.page_info),
        shell,
    };
    shell::show(&page)
}
