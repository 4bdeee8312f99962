//! A research output: what it is, how far it has come, who offers it and how one may work together on it.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::FORMATS;
use crate::console::{
    api::documents,
    downloads::File,
    gate::Guest,
    links,
    parts::{AreaName, OrganizationName, moments},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    OUTPUT: Found = ["output.graphql", "../parts/viewer.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    node: Option<Node>,
    research_output_tombstone: Option<Tombstone>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    ResearchOutput(Box<Output>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tombstone {
    withdrawn_on: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    id: String,
    title: String,
    r#abstract: String,
    kind: String,
    trl: Option<i64>,
    ip_status: String,
    patents: Vec<Patent>,
    clinical_stage: Option<String>,
    trial_ids: Vec<String>,
    cooperation_modes: Vec<String>,
    areas: Vec<AreaName>,
    organization: OrganizationName,
    contributors: Vec<Contributor>,
    completed_on: Option<String>,
    published_on: Option<String>,
    embargo_until: Option<String>,
    audience: String,
    doi: Option<String>,
    identifiers: Vec<Identifier>,
    advantages: Option<String>,
    state: String,
    external_id: String,
    edition: i64,
    published_at: Option<String>,
    updated_at: String,
    withdrawn_on: Option<String>,
    withdrawal_reason: Option<String>,
    contact: Option<Contact>,
    versions: Vec<Version>,
    duplicates: Vec<Duplicate>,
}

impl Output {
    /// Whether anybody may read it on a day, so that it has a page for citing.
    fn is_public(&self, today: &str) -> bool {
        let is_out = matches!(self.state.as_str(), "PUBLISHED" | "NEGOTIATING" | "TRANSFERRED");
        is_out && self.audience == "PUBLIC" && !self.is_under_embargo(today)
    }

    fn is_under_embargo(&self, today: &str) -> bool {
        self.embargo_until.as_deref().is_some_and(|until| until > today)
    }

    /// Whether its office can be asked for an introduction.
    fn can_be_asked_for(&self, today: &str) -> bool {
        matches!(self.state.as_str(), "PUBLISHED" | "NEGOTIATING") && !self.is_under_embargo(today)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patent {
    office: Option<String>,
    application_no: Option<String>,
    publication_no: Option<String>,
    kind: Option<String>,
    filed_on: Option<String>,
    granted_on: Option<String>,
}

#[derive(Deserialize)]
struct Contributor {
    name: String,
    orcid: Option<String>,
}

#[derive(Deserialize)]
struct Identifier {
    scheme: String,
    value: String,
}

#[derive(Deserialize)]
struct Contact {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    number: i64,
    published_at: String,
    replaced_at: String,
    content: Content,
}

#[derive(Deserialize)]
struct Content {
    title: String,
    r#abstract: String,
}

#[derive(Deserialize)]
struct Duplicate {
    id: String,
    title: String,
}

#[derive(Template)]
#[template(path = "research/output.html")]
struct OutputPage {
    shell: Shell,
    output: Box<Output>,
    is_public: bool,
    is_under_embargo: bool,
    can_be_asked_for: bool,
    files: Vec<File>,
}

#[derive(Template)]
#[template(path = "research/tombstone.html")]
struct TombstonePage {
    shell: Shell,
    tombstone: Tombstone,
}

pub(super) async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    let found = guest.ask(&OUTPUT, json!({ "id": id })).await?;
    let shell = guest.shell(found.viewer, Section::Research);
    let today = guest.today();
    match (found.node, found.research_output_tombstone) {
        (Some(Node::ResearchOutput(output)), _) => shell::show(&OutputPage {
            is_public: output.is_public(&today),
            is_under_embargo: output.is_under_embargo(&today),
            can_be_asked_for: output.can_be_asked_for(&today),
            files: files(&output.id),
            output,
            shell,
        }),
        (None, Some(tombstone)) => {
            let page = shell::show(&TombstonePage { shell, tombstone })?;
            Ok((StatusCode::GONE, page).into_response())
        }
        _ => Err(Trouble::NotFound),
    }
}

fn files(id: &str) -> Vec<File> {
    let path = format!("/download/research-outputs/{id}");
    FORMATS.map(|(format, name)| (name, links::address(&path, [("format", format)]))).into()
}

impl Version {
    fn published_on(&self) -> String {
        moments::day(&self.published_at)
    }

    fn replaced_on(&self) -> String {
        moments::day(&self.replaced_at)
    }
}
