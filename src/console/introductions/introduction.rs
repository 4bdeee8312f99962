//! An introduction, as each of its two sides sees it, and what they can do.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::Subject;
use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    partners::{
        choices,
        days::day_of,
        steps::{self, CONTACT, Field, Nothing, Step, Tried},
    },
    parts::{OrganizationName, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    INTRODUCTION: Found = ["introduction.graphql", "subject.graphql", "../parts/viewer.graphql"];
    ACKNOWLEDGE: Done<Nothing> = ["steps/acknowledge.graphql"];
    ACCEPT: Done<Nothing> = ["steps/accept.graphql"];
    DECLINE: Done<Nothing> = ["steps/decline.graphql"];
    WITHDRAW: Done<Nothing> = ["steps/withdraw.graphql"];
    RECORD_OUTCOME: Done<Nothing> = ["steps/outcome.graphql"];
}

/// The steps that the two sides can take.
const STEPS: [Step; 5] = [
    Step { name: "acknowledge", change: &ACKNOWLEDGE, fields: &[] },
    Step { name: "accept", change: &ACCEPT, fields: &[Field::Contact("contact")] },
    Step {
        name: "decline",
        change: &DECLINE,
        fields: &[Field::Needed("reason", "introduction-decline-reason"), Field::Optional("note")],
    },
    Step { name: "withdraw", change: &WITHDRAW, fields: &[] },
    Step {
        name: "outcome",
        change: &RECORD_OUTCOME,
        fields: &[
            Field::Needed("outcome", "introduction-outcome"),
            Field::Optional("reason"),
            Field::Optional("note"),
        ],
    },
];

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    node: Option<Node>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    Introduction(Box<Introduction>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introduction {
    id: String,
    side: Option<String>,
    state: String,
    purpose: String,
    message: String,
    due_on: String,
    requested_at: String,
    acknowledged_at: Option<String>,
    answered_at: Option<String>,
    decline_reason: Option<String>,
    decline_note: Option<String>,
    possible_actions: Vec<String>,
    version: i64,
    portal: Option<String>,
    about: Option<Subject>,
    organization: OrganizationName,
    need: Option<Need>,
    station: Option<StationName>,
    asked_by: Option<Colleague>,
    answered_by: Option<Colleague>,
    asking_contact: Option<Contact>,
    asked_contact: Option<Contact>,
    outcomes: Vec<Outcome>,
}

impl Introduction {
    fn may(&self, action: &str) -> bool {
        self.possible_actions.iter().any(|known| known == action)
    }

    /// Whether an answer is still waited for.
    fn is_waiting(&self) -> bool {
        matches!(self.state.as_str(), "REQUESTED" | "ACKNOWLEDGED")
    }

    /// Whom to talk to on each side, with the name of the heading.
    fn contacts(&self) -> [(&'static str, Option<&Contact>); 2] {
        [
            ("introduction-asking", self.asking_contact.as_ref()),
            ("introduction-asked", self.asked_contact.as_ref()),
        ]
    }

    /// Whether the reader is on this side.
    fn is_on(&self, side: &str) -> bool {
        self.side.as_deref() == Some(side)
    }
}

#[derive(Deserialize)]
struct Need {
    id: String,
    number: String,
    title: Option<String>,
}

#[derive(Deserialize)]
struct Colleague {
    name: String,
}

#[derive(Deserialize)]
struct Contact {
    name: Option<String>,
    organization: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    side: String,
    outcome: String,
    reason: Option<String>,
    note: Option<String>,
    recorded_at: String,
}

#[derive(Template)]
#[template(path = "introductions/introduction.html")]
struct IntroductionPage {
    shell: Shell,
    introduction: Box<Introduction>,
    tried: Tried,
}

pub(super) async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, Tried::default()).await
}

async fn show(guest: &Guest, id: &str, tried: Tried) -> Result<Response, Trouble> {
    let Found { viewer, node } = guest.ask(&INTRODUCTION, json!({ "id": id })).await?;
    let Some(Node::Introduction(introduction)) = node else { return Err(Trouble::NotFound) };
    let shell = guest.shell(viewer, Section::Introductions);
    shell::show(&IntroductionPage { shell, introduction, tried })
}

pub(super) async fn step(
    guest: Guest,
    Path((id, name)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let step = steps::named(&STEPS, &name)?;
    match step.take(&guest, &[("id", &id)], &form).await? {
        Ok(_) => Ok(Redirect::to(&format!("/introductions/{id}")).into_response()),
        Err(faults) => show(&guest, &id, Tried { slug: name, form, faults }).await,
    }
}
