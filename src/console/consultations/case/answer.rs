//! What the API says of a case.

use serde::Deserialize;

use super::super::Similar;
use crate::console::{
    parts::{Localized, StationName, areas::Area},
    shell::Viewer,
    steps::{Group, Offer},
};

#[derive(Deserialize)]
pub(super) struct Found {
    pub viewer: Viewer,
    pub consultation: Option<Box<Case>>,
}

#[derive(Deserialize)]
pub(super) struct FoundCase {
    pub consultation: Option<CaseId>,
}

#[derive(Deserialize)]
pub(super) struct CaseId {
    pub id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, as the API says them")]
pub(super) struct Case {
    pub id: String,
    pub number: String,
    pub state: String,
    pub channel: String,
    pub product_kind: Option<String>,
    pub device_class: Option<String>,
    pub level: Option<String>,
    pub priority: String,
    pub text: String,
    pub summary: Option<String>,
    pub reply: Option<String>,
    pub due_on: Option<String>,
    pub due_is_estimated: bool,
    pub is_overdue: bool,
    pub clock_stopped: bool,
    pub days_left: Option<i64>,
    pub first_response_at: Option<String>,
    pub replied_at: Option<String>,
    pub replied_by: Option<String>,
    pub objection_until: Option<String>,
    pub closed_at: Option<String>,
    pub closure: Option<String>,
    pub asker_erased_at: Option<String>,
    pub asker_released: bool,
    pub possible_actions: Vec<String>,
    pub bounced: i64,
    pub reopened: i64,
    pub version: i64,
    pub created_at: String,
    pub station: Station,
    pub service_point: Option<Named>,
    pub referred_to: Option<StationName>,
    pub areas: Vec<CaseArea>,
    pub asker: Option<Asker>,
    pub assignee: Option<Person>,
    pub handler: Option<Named>,
    pub duplicate_of: Option<Double>,
    pub answered_questions: Vec<Answered>,
    pub similar_answered_questions: Vec<Similar>,
    pub timeline: Vec<Event>,
}

impl Case {
    /// Whether the reader could take a step now.
    pub(super) fn may(&self, step: &str) -> bool {
        self.possible_actions.iter().any(|known| known == step)
    }

    /// The state in which somebody has it in hand: while the company is asked, the one from which it was asked.
    pub(super) fn seat(&self) -> &str {
        if self.state != "NEEDS_INFO" {
            return &self.state;
        }
        let asked = self.timeline.iter().rev().find(|event| event.step == "ASK_FOR_DETAILS");
        asked.and_then(|event| event.from_state.as_deref()).unwrap_or("TRIAGED")
    }
}

#[derive(Deserialize)]
pub(super) struct Station {
    pub id: String,
    pub code: String,
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct Person {
    pub name: String,
    pub member: Option<MemberId>,
}

#[derive(Deserialize)]
pub(super) struct MemberId {
    pub id: String,
}

#[derive(Deserialize)]
pub(super) struct CaseArea {
    pub id: String,
    pub label: Localized,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asker {
    pub company: String,
    pub social_credit_code: Option<String>,
    pub contact: Option<String>,
    pub telephone: Option<String>,
    pub email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Double {
    pub id: String,
    pub number: String,
}

#[derive(Deserialize)]
pub(super) struct Answered {
    pub id: String,
    pub question: String,
    pub number: String,
}

/// Something that happened to a case.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    pub step: String,
    pub at: String,
    pub from_state: Option<String>,
    pub to_state: String,
    pub due_on: Option<String>,
    pub note: Option<String>,
    pub actor: Named,
    pub person: Option<Named>,
    pub station: Option<StationName>,
    pub answered_question: Option<AnsweredName>,
}

impl Event {
    /// Whether it came to stand elsewhere.
    pub(super) fn moved(&self) -> bool {
        self.from_state.as_ref().is_some_and(|from| *from != self.to_state)
    }
}

#[derive(Deserialize)]
pub(super) struct AnsweredName {
    pub id: String,
    pub question: String,
}

/// What can be chosen in the steps of a case.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Offered {
    pub expertise_areas: Option<Vec<Area>>,
    pub stations: Option<Stations>,
    pub consultation: Option<Suggested>,
    pub followers: Option<People>,
    pub handlers: Option<People>,
    pub officers: Option<People>,
}

impl Offered {
    /// Takes out the stations that might be asked.
    pub(super) fn suggestions(&mut self) -> Vec<Suggestion> {
        self.consultation.take().map(|it| it.station_suggestions).unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(super) struct Stations {
    pub nodes: Vec<OtherStation>,
}

#[derive(Deserialize)]
pub(super) struct OtherStation {
    pub id: String,
    pub name: String,
    pub state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Suggested {
    pub station_suggestions: Vec<Suggestion>,
}

/// A station that might be asked, and why.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Suggestion {
    pub reason: Localized,
    pub station: Station,
    pub evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Evidence {
    pub answered_question: Option<AnsweredName>,
}

#[derive(Deserialize)]
pub(super) struct People {
    nodes: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    id: String,
    name: String,
}

impl People {
    /// As what can be chosen.
    pub(super) fn group(&self) -> Group {
        let offers = self.nodes.iter().map(|member| Offer {
            value: member.id.clone(),
            label: member.name.clone(),
            ..Offer::default()
        });
        Group { label: String::new(), offers: offers.collect() }
    }
}
