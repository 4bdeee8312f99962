//! An answered question: what was asked, what was answered, what it rests on, and whether that still stands.

mod differences;
mod versions;

use std::fmt::Write as _;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    markdown,
    parts::{AreaName, Assessment, Localized, RegulationName, StationName, standing::Standing},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};
use versions::{Former, Version};

documents! {
    ANSWER: Answered = [
        "answer.graphql", "../parts/viewer.graphql", "../parts/assessment.graphql", "../parts/standing.graphql",
    ];
    RATE: Done<Changed> = ["rate.graphql"];
    REPORT: Done<Changed> = ["report.graphql"];
}

/// The addresses of this page.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/answers/{id}", get(page))
        .route("/answers/{id}/rating", post(rate))
        .route("/answers/{id}/report", post(report))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    viewer: Viewer,
    node: Option<Node>,
    similar_answered_questions: Vec<Similar>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    AnsweredQuestion(Box<Answer>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    id: String,
    number: String,
    question: String,
    answer: String,
    summary: Option<String>,
    state: String,
    audience: String,
    basis: String,
    author: Option<String>,
    product_kind: Option<String>,
    device_class: Option<String>,
    answered_on: Option<String>,
    confirmed_on: Option<String>,
    review_by: Option<String>,
    reuse_count: i64,
    helpful: i64,
    unhelpful: i64,
    withdrawn_on: Option<String>,
    withdrawn_reason: Option<String>,
    possible_actions: Vec<String>,
    station: StationName,
    areas: Vec<AreaName>,
    currency: Judged,
    citations: Vec<Citation>,
    confirmations: Vec<Confirmation>,
    versions: Vec<Version>,
    superseded_by: Option<Successor>,
}

impl Answer {
    fn may(&self, action: &str) -> bool {
        self.possible_actions.iter().any(|known| known == action)
    }

    /// Whether the reader has a part in the work on it.
    fn is_worked_on(&self) -> bool {
        self.possible_actions.iter().any(|it| it != "RATE" && it != "REPORT_ERROR")
    }
}

#[derive(Deserialize)]
struct Judged {
    #[serde(flatten)]
    assessment: Assessment,
    notes: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    explanation: Localized,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Citation {
    articles: Vec<String>,
    quote: Option<String>,
    role: String,
    checked_on: Option<String>,
    regulation: Cited,
}

#[derive(Deserialize)]
struct Cited {
    #[serde(flatten)]
    name: RegulationName,
    #[serde(flatten)]
    standing: Standing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Confirmation {
    confirmed_on: String,
    note: Option<String>,
    regulation: RegulationName,
}

#[derive(Deserialize)]
struct Successor {
    id: String,
    question: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Similar {
    is_same_question: bool,
    node: SimilarAnswer,
}

#[derive(Deserialize)]
struct SimilarAnswer {
    id: String,
    question: String,
    currency: Assessment,
    station: StationName,
}

#[derive(Template)]
#[template(path = "answer/page.html")]
struct AnswerPage {
    shell: Shell,
    answer: Box<Answer>,
    /// HTML.
    written: String,
    similar: Vec<Similar>,
    formers: Vec<Former>,
    cite_as: String,
    reply: String,
    faults: Vec<UserError>,
    /// What was written into the form that was not taken.
    reported: String,
}

async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, Vec::new(), String::new()).await
}

async fn show(
    guest: &Guest,
    id: &str,
    faults: Vec<UserError>,
    reported: String,
) -> Result<Response, Trouble> {
    let found = guest.ask(&ANSWER, json!({ "id": id })).await?;
    let Some(Node::AnsweredQuestion(answer)) = found.node else { return Err(Trouble::NotFound) };
    let shell = guest.shell(found.viewer, Section::Search);
    let formers =
        versions::compare(&answer.question, &answer.answer, answer.versions.clone()).await?;
    let page = AnswerPage {
        written: markdown::to_html(&answer.answer),
        formers,
        cite_as: cite_as(&answer, &shell),
        reply: reply(&answer, &shell),
        similar: found.similar_answered_questions,
        answer,
        shell,
        faults,
        reported,
    };
    shell::show(&page)
}

/// How the answer is cited: who, what, when, how it stood.
fn cite_as(answer: &Answer, shell: &Shell) -> String {
    let status = shell.text.label("currency", &answer.currency.assessment.status);
    let day = answer.confirmed_on.as_ref().or(answer.answered_on.as_ref());
    let day = day.map(|day| format!(" {day}.")).unwrap_or_default();
    let as_of = &answer.currency.assessment.as_of;
    format!(
        "{}. {} [{}].{day} {status} ({as_of}).",
        answer.station.name, answer.question, answer.number
    )
}

/// What a station can send to whoever asked: the answer, what it rests on, and the day on which that was looked at.
fn reply(answer: &Answer, shell: &Shell) -> String {
    let mut reply = answer.answer.trim().to_owned();
    if !answer.citations.is_empty() {
        reply.push_str("\n\n");
        reply.push_str(&shell.text.of("reply-basis"));
        for citation in &answer.citations {
            let name = &citation.regulation.name;
            let number = name.number.as_deref().map(|it| format!("（{it}）")).unwrap_or_default();
            let articles = citation.articles.join("、");
            // A text takes whatever is written to it.
            let _ = write!(reply, "\n《{}》{number}{articles}", name.title.of(&shell.text));
        }
    }
    reply.push_str("\n\n");
    let as_of = &answer.currency.assessment.as_of;
    reply.push_str(&shell.text.with("reply-as-of", "day", as_of));
    reply
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    #[expect(dead_code, reason = "what was changed is shown by the page that one is led back to")]
    answered_question: Option<serde::de::IgnoredAny>,
}

async fn rate(guest: Guest, Path(id): Path<String>, form: Form) -> Result<Response, Trouble> {
    let helpful = form.text("helpful") == "yes";
    let input = json!({ "id": id, "helpful": helpful, "clientMutationId": form.given("once") });
    answered(&guest, &id, guest.change(&RATE, input).await?, "").await
}

async fn report(guest: Guest, Path(id): Path<String>, form: Form) -> Result<Response, Trouble> {
    let text = form.text("text");
    let input = json!({ "id": id, "text": text, "clientMutationId": form.given("once") });
    answered(&guest, &id, guest.change(&REPORT, input).await?, text).await
}

async fn answered(
    guest: &Guest,
    id: &str,
    done: Result<Changed, Vec<UserError>>,
    written: &str,
) -> Result<Response, Trouble> {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/answers/{id}")).into_response()),
        Err(faults) => show(guest, id, faults, written.to_owned()).await,
    }
}
