//! Who fits a need, and what became of each: taken into closer view, invited, put aside, asked for an introduction.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{Facts, need};
use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    partners::{
        days::day_of,
        judged::{Judgement, Target, TargetName, percent},
        steps::{self, Field, Nothing, Step, Tried},
    },
    parts::{Fragment, OrganizationName, Page},
    shell::{Shell, Viewer},
    trouble::Trouble,
};

/// Partners on a page.
const SHOWN: i64 = 10;

documents! {
    PARTNERS: Kept = [
        "partners.graphql", "../judged/partner.graphql", "../judged/terms.graphql", "../judged/target.graphql",
        "../judged/target_name.graphql", "../../parts/page.graphql",
    ];
    SHORTLIST: Done<Nothing> = ["steps/shortlist.graphql"];
    INVITE: Done<Nothing> = ["steps/invite.graphql"];
    DISMISS: Done<Nothing> = ["steps/dismiss.graphql"];
}

/// What can be done with a pair.
const STEPS: [Step; 3] = [
    Step { name: "shortlist", change: &SHORTLIST, fields: &[] },
    Step { name: "invite", change: &INVITE, fields: &[] },
    Step {
        name: "dismiss",
        change: &DISMISS,
        fields: &[Field::Needed("reason", "need-pair-dismiss-reason")],
    },
];

/// Who fits a need, and what is kept of its pairs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    /// For those who raised it.
    pub match_partners: Option<Partners>,
    matches: Matches,
    introductions: Introductions,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Partners {
    pub total_count: i64,
    pub algorithm_version: String,
    pub edges: Vec<Edge>,
    page_info: Page,
}

#[derive(Deserialize)]
pub(super) struct Edge {
    #[serde(flatten)]
    pub judgement: Judgement,
    pub state: Option<String>,
    #[serde(rename = "match")]
    kept: Option<Version>,
    pub node: Target,
}

#[derive(Deserialize)]
struct Version {
    version: i64,
}

impl Edge {
    pub(super) fn heading(&self, shell: &Shell) -> Vec<Fragment> {
        self.node.heading(&self.judgement, &shell.text)
    }

    /// The version that a change of the pair is made to, where something is kept of it.
    pub(super) fn version(&self) -> Option<i64> {
        self.kept.as_ref().map(|it| it.version)
    }

    /// How far the pair has come.
    fn state(&self) -> &str {
        self.state.as_deref().unwrap_or("PROPOSED")
    }

    /// Whether a step makes sense from where the pair stands; whether it may be taken, the API says.
    pub(super) fn leads_to(&self, step: &str) -> bool {
        match step {
            "shortlist" => self.state() == "PROPOSED",
            "invite" => matches!(self.state(), "PROPOSED" | "SHORTLISTED"),
            "dismiss" => matches!(self.state(), "PROPOSED" | "SHORTLISTED" | "INVITED" | "FAILED"),
            "introduce" => {
                self.node.can_be_asked_for() && !matches!(self.state(), "INTRODUCED" | "SUCCEEDED")
            }
            _ => false,
        }
    }
}

#[derive(Deserialize)]
struct Matches {
    nodes: Vec<Match>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Match {
    pub state: String,
    score: f64,
    pub reason: Option<String>,
    pub version: i64,
    updated_at: String,
    pub target: TargetName,
}

impl Match {
    pub(super) fn percent(&self) -> i64 {
        percent(self.score)
    }

    pub(super) fn day(&self) -> String {
        day_of(&self.updated_at)
    }
}

#[derive(Deserialize)]
struct Introductions {
    nodes: Vec<Introduction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Introduction {
    pub id: String,
    pub state: String,
    pub due_on: String,
    pub organization: OrganizationName,
    about: Option<Subject>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Subject {
    ResearchOutput { title: String },
    Resource { name: String },
}

impl Introduction {
    /// What it is about, where the reader still sees that.
    pub(super) fn about(&self) -> Option<&str> {
        match self.about.as_ref()? {
            Subject::ResearchOutput { title } => Some(title),
            Subject::Resource { name } => Some(name),
        }
    }
}

impl Kept {
    /// The pairs that somebody has touched.
    pub(super) fn touched(&self) -> Vec<&Match> {
        self.matches.nodes.iter().filter(|pair| pair.state != "PROPOSED").collect()
    }

    pub(super) fn introductions(&self) -> &[Introduction] {
        &self.introductions.nodes
    }

    /// Where the next page begins.
    pub(super) fn next(&self) -> Option<&str> {
        let page = &self.match_partners.as_ref()?.page_info;
        page.end_cursor.as_deref().filter(|_| page.has_next_page)
    }
}

/// What there is of a need's pairs for the reader: all for those who raised it, their own for those who offer.
pub(super) async fn of_need(
    guest: &Guest,
    viewer: &Viewer,
    need: &Facts,
    after: Option<&str>,
) -> Result<Option<Kept>, Trouble> {
    if !viewer.may("RAISE_NEED") && !viewer.may("SEE_OWN_MATCHES") {
        return Ok(None);
    }
    let is_own = need.is_own_need && need.is_looking();
    let variables = json!({ "id": need.id, "isOwn": is_own, "first": SHOWN, "after": after });
    guest.ask(&PARTNERS, variables).await.map(Some)
}

pub(super) async fn step(
    guest: Guest,
    Path((need, target, name)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let step = steps::named(&STEPS, &name)?;
    match step.take(&guest, &[("needId", &need), ("targetId", &target)], &form).await? {
        Ok(_) => Ok(Redirect::to(&format!("/needs/{need}#pairs")).into_response()),
        Err(faults) => {
            let tried = Tried { slug: format!("{name}-{target}"), form, faults };
            need::show(&guest, &need, None, tried).await
        }
    }
}
