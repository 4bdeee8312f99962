//! The form of a research output: a new one, a draft, or the revision beside what is shown.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::content::{self, Output};
use crate::console::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    partners::{
        areas::{self, Area, AreaGroup},
        choices,
        steps::{Nothing, begun},
    },
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    NEW: New = ["new.graphql", "../partners/areas/areas.graphql", "../parts/viewer.graphql"];
    EDIT: Edited = [
        "edit.graphql", "content.graphql", "../partners/areas/areas.graphql", "../parts/viewer.graphql",
    ];
    DRAFT: Done<Drafted> = ["draft.graphql"];
    UPDATE: Done<Nothing> = ["steps/update.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    viewer: Viewer,
    expertise_areas: Vec<Area>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Edited {
    viewer: Viewer,
    expertise_areas: Vec<Area>,
    node: Option<Node>,
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
struct Drafted {
    research_output: Option<DraftedOutput>,
}

#[derive(Deserialize)]
struct DraftedOutput {
    id: String,
}

#[derive(Template)]
#[template(path = "publishing/edit.html")]
struct EditPage {
    shell: Shell,
    /// The id of one that is there already.
    id: Option<String>,
    /// The version that is changed.
    version: String,
    /// Whether somebody else has changed it since it was read.
    is_conflict: bool,
    /// Whether it is a revision of what is shown.
    is_revision: bool,
    written: Form,
    groups: Vec<AreaGroup>,
    faults: Vec<UserError>,
}

impl EditPage {
    /// The patents, and room for more.
    fn patents(&self) -> Vec<Vec<(&'static str, String)>> {
        content::patent_rows(&self.written)
    }
}

pub(super) async fn begin(guest: Guest) -> Result<Response, Trouble> {
    show_new(&guest, Form::default(), Vec::new()).await
}

async fn show_new(
    guest: &Guest,
    written: Form,
    faults: Vec<UserError>,
) -> Result<Response, Trouble> {
    let New { viewer, expertise_areas } = guest.ask(&NEW, json!({})).await?;
    viewer.require(&["WRITE_RESEARCH_OUTPUT"])?;
    let shell = guest.shell(viewer, Section::Publishing);
    let groups = areas::groups(&expertise_areas, &written, shell.text);
    let page = EditPage {
        shell,
        id: None,
        version: String::new(),
        is_conflict: false,
        is_revision: false,
        written,
        groups,
        faults,
    };
    shell::show(&page)
}

pub(super) async fn draft(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let mut input = begun(&[], &form);
    input.insert("externalId".to_owned(), json!(form.given("externalId")));
    input.insert("content".to_owned(), content::said(&form));
    match guest.change(&DRAFT, Json::Object(input)).await? {
        Ok(Drafted { research_output: Some(output) }) => {
            Ok(Redirect::to(&format!("/publishing/{}", output.id)).into_response())
        }
        Ok(Drafted { research_output: None }) => {
            Err(Trouble::internal(&"drafted without an output"))
        }
        Err(faults) => show_new(&guest, form, faults).await,
    }
}

pub(super) async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, None, Vec::new()).await
}

async fn show(
    guest: &Guest,
    id: &str,
    written: Option<Form>,
    faults: Vec<UserError>,
) -> Result<Response, Trouble> {
    let Edited { viewer, expertise_areas, node } = guest.ask(&EDIT, json!({ "id": id })).await?;
    let Some(Node::ResearchOutput(output)) = node else { return Err(Trouble::NotFound) };
    viewer.require(&["WRITE_RESEARCH_OUTPUT"])?;
    let written = written.unwrap_or_else(|| output.form());
    let shell = guest.shell(viewer, Section::Publishing);
    let groups = areas::groups(&expertise_areas, &written, shell.text);
    let is_revision = output.revision.is_some();
    let is_conflict = faults.iter().any(UserError::is_conflict);
    // What was typed is a change of the version that it was typed on, until somebody is told of the one that came between.
    let version =
        if is_conflict { output.version.to_string() } else { written.text("version").to_owned() };
    let page = EditPage {
        shell,
        id: Some(output.id),
        version,
        is_conflict,
        is_revision,
        written,
        groups,
        faults,
    };
    shell::show(&page)
}

pub(super) async fn update(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let mut input = begun(&[("id", &id)], &form);
    input.insert("content".to_owned(), content::said(&form));
    match guest.change(&UPDATE, Json::Object(input)).await? {
        Ok(_) => Ok(Redirect::to(&format!("/publishing/{id}")).into_response()),
        Err(faults) => show(&guest, &id, Some(form), faults).await,
    }
}
