//! A station: where it is found, what it is good at and by what evidence, what it has answered lately.

use std::cmp::Ordering;

use askama::Template;
use axum::{extract::Path, response::Response};
use serde::Deserialize;
use serde_json::json;

use crate::console::{
    api::documents,
    gate::Guest,
    numbers,
    parts::{AreaName, Assessment, Localized, StationName},
    shell::{self, Section, Shell, Viewer},
    texts::Texts,
    trouble::Trouble,
};

documents! {
    PROFILE: Profile = [
        "profile.graphql", "evidence.graphql", "../parts/viewer.graphql", "../parts/assessment.graphql",
    ];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    viewer: Viewer,
    station: Option<Station>,
    answered_questions: Answers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answers {
    total_count: i64,
    nodes: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    id: String,
    question: String,
    answered_on: Option<String>,
    reuse_count: i64,
    audience: String,
    currency: Assessment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Station {
    code: String,
    name: String,
    state: String,
    founded_on: Option<String>,
    service_model: Option<String>,
    district: District,
    parent: Option<StationName>,
    service_points: Vec<ServicePoint>,
    areas: Vec<AreaName>,
    strengths: Strengths,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct District {
    name: Localized,
    market_bureau: Option<String>,
    industry_body: Option<String>,
}

#[derive(Deserialize)]
struct ServicePoint {
    name: String,
    park: Option<String>,
    address: Option<String>,
    hours: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Strengths {
    as_of: String,
    algorithm_version: String,
    total: Evidence,
    consultations: Option<Consultations>,
    areas: Vec<Strength>,
}

/// What there is to be judged by.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evidence {
    answers: i64,
    current: i64,
    upcoming: i64,
    review_due: i64,
    unverified: i64,
    partly_stale: i64,
    stale: i64,
    broken: i64,
    reused: i64,
    uses: i64,
    helpful: i64,
    unhelpful: i64,
}

impl Evidence {
    /// How many answers stand in which way, those ways apart in which none does.
    fn by_currency(&self) -> Vec<(&'static str, i64)> {
        let all = [
            ("CURRENT", self.current),
            ("UPCOMING", self.upcoming),
            ("REVIEW_DUE", self.review_due),
            ("UNVERIFIED", self.unverified),
            ("PARTLY_STALE", self.partly_stale),
            ("STALE", self.stale),
            ("BROKEN", self.broken),
        ];
        all.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    /// How many of the answers can be given as they stand.
    fn standing(&self) -> i64 {
        self.current + self.upcoming
    }
}

/// What companies asked, for who may read the station's reports.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consultations {
    suppressed: bool,
    asked: Option<i64>,
    answered: Option<i64>,
    answered_share: Option<f64>,
    median_minutes_to_reply: Option<i64>,
}

impl Consultations {
    fn share(&self) -> Option<String> {
        self.answered_share.map(numbers::percent)
    }

    fn time(&self, text: &Texts) -> Option<String> {
        self.median_minutes_to_reply.map(|minutes| numbers::duration(*text, minutes))
    }
}

#[derive(Deserialize)]
struct Strength {
    area: AreaName,
    declared: String,
    score: f64,
    evidence: Evidence,
    comparison: Comparison,
    consultations: Option<Consultations>,
    components: Vec<Component>,
}

impl Strength {
    fn is_any(&self) -> bool {
        self.evidence.answers > 0 || self.declared == "DECLARED"
    }

    fn points(&self) -> String {
        numbers::points(self.score)
    }

    /// How long a bar of 84 is.
    fn bar(&self) -> String {
        format!("{:.0}", 84.0 * self.score.clamp(0.0, 1.0))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comparison {
    rank: i64,
    stations: i64,
    median: i64,
    location_quotient: Option<f64>,
}

impl Comparison {
    fn quotient(&self) -> Option<String> {
        self.location_quotient.map(|quotient| format!("{quotient:.1}"))
    }
}

#[derive(Deserialize)]
struct Component {
    component: String,
    weight: f64,
    value: f64,
    contribution: f64,
}

impl Component {
    fn weight(&self) -> String {
        numbers::points(self.weight)
    }

    fn parts(&self) -> String {
        format!("{:.0} × {:.2} = {:.1}", 100.0 * self.weight, self.value, 100.0 * self.contribution)
    }
}

#[derive(Template)]
#[template(path = "stations/profile.html")]
struct ProfilePage {
    shell: Shell,
    station: Station,
    /// Those in which there is anything, the strongest first.
    strengths: Vec<Strength>,
    total: i64,
    answers: Vec<Answer>,
    shows_consultations: bool,
}

pub(super) async fn page(guest: Guest, Path(code): Path<String>) -> Result<Response, Trouble> {
    let found = guest.ask(&PROFILE, json!({ "code": code })).await?;
    let Some(mut station) = found.station else { return Err(Trouble::NotFound) };
    let all = std::mem::take(&mut station.strengths.areas);
    let mut strengths: Vec<Strength> = all.into_iter().filter(Strength::is_any).collect();
    strengths.sort_by(|one, other| other.score.partial_cmp(&one.score).unwrap_or(Ordering::Equal));
    let page = ProfilePage {
        shell: guest.shell(found.viewer, Section::Stations),
        shows_consultations: station.strengths.consultations.is_some(),
        station,
        strengths,
        total: found.answered_questions.total_count,
        answers: found.answered_questions.nodes,
    };
    shell::show(&page)
}
