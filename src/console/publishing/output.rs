//! A research output at its own office: what it says, how far it has come, what can be done, who looks for it.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::content::{Content, Output};
use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    partners::{
        choices,
        days::day_of,
        judged::{Judgement, marked, percent},
        steps::{self, Field, Nothing, Step, Tried},
    },
    parts::{Fragment, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    OUTPUT: Found = ["output.graphql", "content.graphql", "../parts/viewer.graphql"];
    FITTING: Fitting = [
        "fitting.graphql", "../partners/judged/need.graphql", "../partners/judged/terms.graphql",
    ];
    SUBMIT: Done<Nothing> = ["steps/submit.graphql"];
    RETURN: Done<Nothing> = ["steps/return.graphql"];
    PUBLISH: Done<Nothing> = ["steps/publish.graphql"];
    WITHDRAW: Done<Nothing> = ["steps/withdraw.graphql"];
    NEGOTIATE: Done<Nothing> = ["steps/negotiate.graphql"];
    RESUME: Done<Nothing> = ["steps/resume.graphql"];
    TRANSFER: Done<Nothing> = ["steps/transfer.graphql"];
    EMBARGO: Done<Nothing> = ["steps/embargo.graphql"];
    REVISE: Done<Nothing> = ["steps/revise.graphql"];
    DISCARD: Done<Nothing> = ["steps/discard.graphql"];
}

/// The steps that an output can take by a form of their own.
const STEPS: [Step; 10] = [
    Step { name: "submit", change: &SUBMIT, fields: &[] },
    Step {
        name: "return",
        change: &RETURN,
        fields: &[Field::Needed("reason", "publish-reason-return")],
    },
    Step {
        name: "publish",
        change: &PUBLISH,
        fields: &[Field::Optional("audience"), Field::Optional("embargoUntil")],
    },
    Step {
        name: "withdraw",
        change: &WITHDRAW,
        fields: &[Field::Needed("reason", "publish-reason-withdraw")],
    },
    Step { name: "negotiate", change: &NEGOTIATE, fields: &[] },
    Step { name: "resume", change: &RESUME, fields: &[] },
    Step { name: "transfer", change: &TRANSFER, fields: &[] },
    Step { name: "embargo", change: &EMBARGO, fields: &[Field::Optional("embargoUntil")] },
    Step { name: "revise", change: &REVISE, fields: &[] },
    Step { name: "discard", change: &DISCARD, fields: &[] },
];

/// The steps that need nothing but a button, by the names of the actions in the API, with the names in addresses.
const PLAIN: [(&str, &str); 6] = [
    ("SUBMIT", "submit"),
    ("REVISE", "revise"),
    ("NEGOTIATE", "negotiate"),
    ("RESUME", "resume"),
    ("TRANSFER", "transfer"),
    ("DISCARD", "discard"),
];

#[derive(Deserialize)]
struct Found {
    viewer: Office,
    node: Option<Node>,
}

/// The reader, with the organization that they are of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Office {
    #[serde(flatten)]
    viewer: Viewer,
    organization_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    ResearchOutput(Box<OwnOutput>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct OwnOutput {
    #[serde(flatten)]
    output: Output,
    duplicates: Vec<Duplicate>,
    owner: Owner,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Duplicate {
    id: String,
    title: String,
    external_id: String,
}

#[derive(Deserialize)]
struct Owner {
    id: String,
}

/// Who looks for such an output, and what has come of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fitting {
    match_needs: Vec<FittingNeed>,
    matches: Matches,
    introductions: Introductions,
}

#[derive(Deserialize)]
struct FittingNeed {
    #[serde(flatten)]
    judgement: Judgement,
    node: Need,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Need {
    id: String,
    number: String,
    kind: String,
    title: Option<String>,
    text: String,
    audience: String,
    expires_on: String,
    station: Option<StationName>,
}

impl FittingNeed {
    /// What the need is called, with the words that are met marked.
    fn heading(&self) -> Vec<Fragment> {
        match &self.node.title {
            Some(title) => marked(title, self.judgement.in_need("TITLE")),
            None => vec![Fragment { text: self.node.number.clone(), matched: false }],
        }
    }

    fn text(&self) -> Vec<Fragment> {
        marked(&self.node.text, self.judgement.in_need("TEXT"))
    }
}

#[derive(Deserialize)]
struct Matches {
    nodes: Vec<Match>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    state: String,
    score: f64,
    updated_at: String,
    need: NeedName,
}

impl Match {
    fn percent(&self) -> i64 {
        percent(self.score)
    }
}

#[derive(Deserialize)]
struct NeedName {
    id: String,
    number: String,
    title: Option<String>,
}

#[derive(Deserialize)]
struct Introductions {
    nodes: Vec<Introduction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introduction {
    id: String,
    state: String,
    purpose: String,
    due_on: String,
    station: Option<StationName>,
    portal: Option<String>,
}

#[derive(Template)]
#[template(path = "publishing/output.html")]
struct OutputPage {
    shell: Shell,
    output: Output,
    duplicates: Vec<Duplicate>,
    /// For what is shown already.
    fitting: Option<Fitting>,
    tried: Tried,
}

impl OutputPage {
    /// What is worked on, or else what is shown.
    fn content(&self) -> &Content {
        self.output.revision.as_ref().map_or(&self.output.content, |revision| &revision.content)
    }

    /// What to choose as the audience: what was tried, or else what the draft names.
    fn is_audience(&self, audience: &str) -> bool {
        let chosen = match self.tried.text("publish", "audience") {
            "" => self.output.next_audience(),
            tried => tried,
        };
        chosen == audience
    }
}

pub(super) async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, Tried::default()).await
}

async fn show(guest: &Guest, id: &str, tried: Tried) -> Result<Response, Trouble> {
    let Found { viewer: Office { viewer, organization_id }, node } =
        guest.ask(&OUTPUT, json!({ "id": id })).await?;
    let Some(Node::ResearchOutput(found)) = node else { return Err(Trouble::NotFound) };
    viewer.require(&["WRITE_RESEARCH_OUTPUT"])?;
    let OwnOutput { output, duplicates, owner } = *found;
    // What others offer has a page for all who may read it; this one is for those whose it is.
    if organization_id.as_deref() != Some(owner.id.as_str()) {
        return Ok(Redirect::to(&format!("/research/{id}")).into_response());
    }
    let is_offered = matches!(output.state.as_str(), "PUBLISHED" | "NEGOTIATING");
    let fitting =
        if is_offered { Some(guest.ask(&FITTING, json!({ "id": id })).await?) } else { None };
    let shell = guest.shell(viewer, Section::Publishing);
    shell::show(&OutputPage { shell, output, duplicates, fitting, tried })
}

pub(super) async fn step(
    guest: Guest,
    Path((id, name)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let step = steps::named(&STEPS, &name)?;
    match step.take(&guest, &[("id", &id)], &form).await? {
        Ok(_) => Ok(Redirect::to(&lead_on(&id, &name, &form)).into_response()),
        Err(faults) => show(&guest, &id, Tried { slug: name, form, faults }).await,
    }
}

/// Where one goes on after a step: a revision is written next, and a draft that was given up is no longer there.
fn lead_on(id: &str, step: &str, form: &Form) -> String {
    match step {
        "revise" => format!("/publishing/{id}/edit"),
        "discard" if form.has("goes", "whole") => "/publishing".to_owned(),
        _ => format!("/publishing/{id}"),
    }
}
