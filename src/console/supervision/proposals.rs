//! What is proposed to be recorded of the law, with what it would touch, and deciding it.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::touched::{self, Touched};
use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    lists::{Listed, Pages},
    parts::{Localized, Page, laws::Law, moments},
    shell::{self, Section, Shell, Viewer},
    steps::{Field, Kind, Nothing, Offers, Shown, ShownStep, Step, Tried},
    texts::Texts,
    trouble::Trouble,
};

/// Proposals on a page.
const PAGE: usize = 20;

documents! {
    PROPOSALS: Found = [
        "proposals.graphql", "proposal.graphql", "../parts/law.graphql", "../parts/viewer.graphql",
        "../parts/page.graphql",
    ];
    PROPOSAL: One = [
        "one_proposal.graphql", "proposal.graphql", "../parts/law.graphql", "../parts/viewer.graphql",
    ];
    DECIDE: Done<Nothing> = ["steps/decide_regulation_proposal.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    regulation_proposals: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Proposal>,
    page_info: Page,
}

#[derive(Deserialize)]
struct One {
    viewer: Viewer,
    node: Option<Node>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    RegulationProposal(Box<Proposal>),
    #[serde(other)]
    Other,
}

/// Something that somebody proposes to record.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proposal {
    pub id: String,
    pub kind: String,
    pub state: String,
    pub proposed_at: String,
    pub decided_at: Option<String>,
    pub reason: Option<String>,
    pub version: i64,
    pub proposed_by: Option<Named>,
    pub decided_by: Option<Named>,
    pub regulation: Option<Proposed>,
    pub relations: Vec<Relation>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub name: String,
}

/// A regulation that is to be recorded.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proposed {
    pub key: String,
    pub number: Option<String>,
    pub level: Option<String>,
    pub issuer: Option<String>,
    pub region: Option<String>,
    pub issued_on: Option<String>,
    pub effective_on: Option<String>,
    pub ends_on: Option<String>,
    pub source: Option<String>,
    pub title: Localized,
}

/// What one regulation does to another.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relation {
    pub kind: Option<String>,
    pub scope: Option<String>,
    pub articles: Vec<String>,
    pub effective_on: Option<String>,
    pub note: Option<String>,
    pub from: Option<Law>,
    pub to: Option<Law>,
}

impl Proposal {
    /// What it is about, in a line.
    pub(super) fn heading(&self, text: &Texts) -> String {
        if let Some(regulation) = &self.regulation {
            let number = regulation.number.as_deref().unwrap_or_default();
            return format!("《{}》{number}", regulation.title.of(text));
        }
        let relation = self.relations.first().map(|relation| {
            let name =
                |law: &Option<Law>| law.as_ref().map(|it| it.called(text)).unwrap_or_default();
            let kind = relation.kind.as_deref().unwrap_or("AMENDS");
            let does = text.label("relation-kind", kind);
            format!("{} {does} {}", name(&relation.from), name(&relation.to))
        });
        relation.unwrap_or_else(|| text.label("proposal-kind", &self.kind).into_owned())
    }

    pub(super) fn proposed(&self) -> String {
        moments::shown(&self.proposed_at)
    }

    fn decided(&self) -> String {
        self.decided_at.as_deref().map(moments::shown).unwrap_or_default()
    }
}

const PLAIN: Step = Step {
    name: "",
    slug: "",
    change: &DECIDE,
    subject: "proposalId",
    fixed: &[],
    hint: "",
    is_grave: false,
    fields: &[],
};

/// The two ways to decide: the end of the name of its text, and the step.
const DECISIONS: [(&str, Step); 2] = [
    (
        "accept",
        Step {
            slug: "accept",
            fixed: &[("accept", "true")],
            hint: "proposal-accept-hint",
            fields: &[Field {
                name: "reason",
                text: "proposal-reason",
                kind: Kind::Words,
                is_required: false,
            }],
            ..PLAIN
        },
    ),
    (
        "reject",
        Step {
            slug: "reject",
            fixed: &[("accept", "false")],
            is_grave: true,
            fields: &[Field {
                name: "reason",
                text: "proposal-reason",
                kind: Kind::Words,
                is_required: true,
            }],
            ..PLAIN
        },
    ),
];

#[derive(Template)]
#[template(path = "supervision/proposals.html")]
struct ProposalsPage {
    shell: Shell,
    total: i64,
    proposals: Vec<Proposal>,
    is_all: bool,
    pages: Pages,
}

#[derive(Template)]
#[template(path = "supervision/proposal.html")]
struct ProposalPage {
    shell: Shell,
    proposal: Box<Proposal>,
    touched: Option<Touched>,
    steps: Vec<ShownStep>,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/supervision/proposals", query.as_deref());
    let is_all = listed.is("state", "all");
    let filter = if is_all { json!({}) } else { json!({ "states": ["PROPOSED"] }) };
    let found = guest.ask(&PROPOSALS, listed.variables(filter, PAGE)).await?;
    let page = ProposalsPage {
        shell: guest.shell(found.viewer, Section::Supervision),
        total: found.regulation_proposals.total_count,
        proposals: found.regulation_proposals.nodes,
        is_all,
        pages: listed.pages(&found.regulation_proposals.page_info),
    };
    shell::show(&page)
}

pub(super) async fn one(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, None).await
}

/// Where a page is read anew after a decision that was not taken: the proposal.
pub(super) async fn back(Path((id, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/supervision/proposals/{id}"))
}

pub(super) async fn decide(
    guest: Guest,
    Path((id, slug)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let known = DECISIONS.iter().find(|(_, step)| step.slug == slug);
    let (_, step) = known.ok_or(Trouble::NotFound)?;
    match step.take(&guest, &id, form).await? {
        Ok(()) => Ok(Redirect::to(&format!("/supervision/proposals/{id}")).into_response()),
        Err(tried) => show(&guest, &id, Some(tried)).await,
    }
}

async fn show(guest: &Guest, id: &str, tried: Option<Tried>) -> Result<Response, Trouble> {
    let found = guest.ask(&PROPOSAL, json!({ "id": id })).await?;
    let Some(Node::RegulationProposal(proposal)) = found.node else {
        return Err(Trouble::NotFound);
    };
    let shell = guest.shell(found.viewer, Section::Supervision);
    let text = shell.text;
    let is_open = proposal.state == "PROPOSED";
    let touched =
        if is_open { Some(touched::by(guest, json!({ "proposal": id })).await?) } else { None };
    let may_decide = is_open && shell.viewer.may("DECIDE_REGULATION");
    let shown = |(name, step): &'static (&str, Step)| {
        let heading = text.of(&format!("proposal-do-{name}")).into_owned();
        let address = format!("/supervision/proposals/{}/{}", proposal.id, step.slug);
        let about = (heading, address, Some(proposal.version));
        step.shown(text, about, &Offers::default(), |_| Vec::new(), tried.as_ref())
    };
    let tried_one = |step: &Step| tried.as_ref().is_some_and(|tried| tried.slug == step.slug);
    let steps =
        DECISIONS.iter().filter(|(_, step)| may_decide || tried_one(step)).map(shown).collect();
    shell::show(&ProposalPage { shell, proposal, touched, steps })
}
