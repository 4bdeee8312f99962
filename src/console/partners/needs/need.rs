//! A need: what is looked for and how far it has come, what may tell for whom it is, who fits, what became of them.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Facts,
    findings::{Check, Finding},
    matches::{self, Kept},
};
use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    links,
    partners::{
        days::day_of,
        judged::marked,
        steps::{self, Field, Nothing, Step, Tried},
    },
    parts::Fragment,
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    NEED: Found = ["need.graphql", "facts.graphql", "../../parts/viewer.graphql"];
    OPEN: Done<Nothing> = ["steps/open.graphql"];
    WITHDRAW: Done<Nothing> = ["steps/withdraw.graphql"];
    FULFIL: Done<Nothing> = ["steps/fulfil.graphql"];
    EXTEND: Done<Nothing> = ["steps/extend.graphql"];
}

/// The steps that a need can take by a form of their own.
const STEPS: [Step; 4] = [
    Step { name: "open", change: &OPEN, fields: &[] },
    Step {
        name: "withdraw",
        change: &WITHDRAW,
        fields: &[Field::Needed("reason", "need-withdraw-reason")],
    },
    Step { name: "fulfil", change: &FULFIL, fields: &[] },
    Step { name: "extend", change: &EXTEND, fields: &[Field::Needed("expiresOn", "need-expires")] },
];

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    node: Option<Node>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    Need(Box<Need>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Need {
    #[serde(flatten)]
    facts: Facts,
    withdrawal_reason: Option<String>,
    consultation: Option<Consultation>,
    raised_by: Option<Colleague>,
    findings: Option<Vec<Finding>>,
    checks: Option<Vec<Check>>,
    possible_actions: Vec<String>,
}

#[derive(Deserialize)]
struct Consultation {
    id: String,
    number: String,
}

#[derive(Deserialize)]
struct Colleague {
    name: String,
}

impl Need {
    fn may(&self, action: &str) -> bool {
        self.possible_actions.iter().any(|known| known == action)
    }

    /// A text of the need, with what may tell for whom it is marked.
    fn marked(&self, field: &str, text: &str) -> Vec<Fragment> {
        let findings = self.findings.iter().flatten();
        let here = findings.filter(|finding| finding.open && finding.field == field);
        marked(text, here.map(|finding| (finding.start, finding.end)))
    }

    /// What may tell for whom it is, and is neither changed nor cleared, each with its place among all findings.
    fn open_findings(&self) -> Vec<(usize, &Finding)> {
        self.findings.iter().flatten().filter(|finding| finding.open).enumerate().collect()
    }

    fn checks(&self) -> &[Check] {
        self.checks.as_deref().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "partners/needs/need.html")]
struct NeedPage {
    shell: Shell,
    need: Box<Need>,
    opened_on: Option<String>,
    kept: Option<Kept>,
    more: Option<String>,
    tried: Tried,
}

pub(super) async fn page(
    guest: Guest,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let after = links::parameters(query.as_deref());
    let after = after.into_iter().find(|(name, _)| name == "after").map(|(_, cursor)| cursor);
    show(&guest, &id, after.as_deref(), Tried::default()).await
}

/// Shows a need, after a step that was not taken with what is wrong.
pub(super) async fn show(
    guest: &Guest,
    id: &str,
    after: Option<&str>,
    tried: Tried,
) -> Result<Response, Trouble> {
    let Found { viewer, node } = guest.ask(&NEED, json!({ "id": id })).await?;
    let Some(Node::Need(need)) = node else { return Err(Trouble::NotFound) };
    let kept = matches::of_need(guest, &viewer, &need.facts, after).await?;
    let more = kept.as_ref().and_then(Kept::next);
    let page = NeedPage {
        shell: guest.shell(viewer, Section::Needs),
        opened_on: need.facts.opened_at.as_deref().map(day_of),
        more: more.map(|cursor| links::address(&format!("/needs/{id}"), [("after", cursor)])),
        need,
        kept,
        tried,
    };
    shell::show(&page)
}

pub(super) async fn step(
    guest: Guest,
    Path((id, name)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let step = steps::named(&STEPS, &name)?;
    match step.take(&guest, &[("id", &id)], &form).await? {
        Ok(_) => Ok(Redirect::to(&format!("/needs/{id}")).into_response()),
        Err(faults) => show(&guest, &id, None, Tried { slug: name, form, faults }).await,
    }
}
