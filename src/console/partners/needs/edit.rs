//! The form of a need: a new one, also one that was begun in the partner finder or in a consultation, and one that is changed.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Facts;
use crate::console::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    links,
    partners::{
        areas::{self, Area, AreaGroup},
        choices,
        steps::{Nothing, begun},
    },
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    NEW: New = ["new.graphql", "../areas/areas.graphql", "../../parts/viewer.graphql"];
    EDIT: Edited = ["edit.graphql", "facts.graphql", "../areas/areas.graphql", "../../parts/viewer.graphql"];
    RAISE: Done<Raised> = ["raise.graphql"];
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
    Need(Box<Facts>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Raised {
    need: Option<RaisedNeed>,
}

#[derive(Deserialize)]
struct RaisedNeed {
    id: String,
}

#[derive(Template)]
#[template(path = "partners/needs/edit.html")]
struct EditPage {
    shell: Shell,
    /// The id of one that is there already.
    id: Option<String>,
    /// The version that is changed.
    version: String,
    /// Whether somebody else has changed it since it was read.
    is_conflict: bool,
    written: Form,
    groups: Vec<AreaGroup>,
    faults: Vec<UserError>,
}

/// An empty form, which may say from which consultation the need comes.
pub(super) async fn begin(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let from = links::parameters(query.as_deref());
    let from = from.into_iter().filter(|(name, _)| name == "consultation");
    let form = Form::of(from.map(|(_, id)| ("consultationId", id)));
    show_new(&guest, form, Vec::new()).await
}

/// The form with what was written in the partner finder.
pub(super) async fn go_on(guest: Guest, form: Form) -> Result<Response, Trouble> {
    show_new(&guest, form, Vec::new()).await
}

async fn show_new(
    guest: &Guest,
    written: Form,
    faults: Vec<UserError>,
) -> Result<Response, Trouble> {
    let New { viewer, expertise_areas } = guest.ask(&NEW, json!({})).await?;
    viewer.require(&["RAISE_NEED"])?;
    let shell = guest.shell(viewer, Section::Needs);
    let groups = areas::groups(&expertise_areas, &written, shell.text);
    let page = EditPage {
        shell,
        id: None,
        version: String::new(),
        is_conflict: false,
        written,
        groups,
        faults,
    };
    shell::show(&page)
}

/// Raises a need. It is a draft, which nobody else sees.
pub(super) async fn raise(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let mut input = begun(&[], &form);
    input.insert("content".to_owned(), content(&form));
    for name in ["audience", "expiresOn", "consultationId"] {
        input.insert(name.to_owned(), json!(form.given(name)));
    }
    match guest.change(&RAISE, Json::Object(input)).await? {
        Ok(Raised { need: Some(need) }) => {
            Ok(Redirect::to(&format!("/needs/{}", need.id)).into_response())
        }
        Ok(Raised { need: None }) => Err(Trouble::internal(&"raised without a need")),
        Err(faults) => show_new(&guest, form, faults).await,
    }
}

/// What a form says that a need is to say.
fn content(form: &Form) -> Json {
    let level = |name: &str| form.given(name).and_then(|it| it.parse::<i64>().ok());
    json!({
        "kind": form.given("kind"),
        "title": form.given("title"),
        "text": form.text("text"),
        "areas": form.all("area"),
        "minTrl": level("minTrl"),
        "maxTrl": level("maxTrl"),
        "wantedModes": form.all("mode"),
    })
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
    let Some(Node::Need(need)) = node else { return Err(Trouble::NotFound) };
    viewer.require(&["RAISE_NEED"])?;
    let written = written.unwrap_or_else(|| form_of(&need));
    let shell = guest.shell(viewer, Section::Needs);
    let groups = areas::groups(&expertise_areas, &written, shell.text);
    let is_conflict = faults.iter().any(UserError::is_conflict);
    // What was typed is a change of the version that it was typed on, until somebody is told of the one that came between.
    let version =
        if is_conflict { need.version.to_string() } else { written.text("version").to_owned() };
    let page = EditPage { shell, id: Some(need.id), version, is_conflict, written, groups, faults };
    shell::show(&page)
}

fn form_of(need: &Facts) -> Form {
    let level = |level: Option<i64>| level.as_ref().map(ToString::to_string).unwrap_or_default();
    let several = |name: &'static str, values: &[String]| {
        values.iter().map(|value| (name, value.clone())).collect::<Vec<_>>()
    };
    let areas: Vec<String> = need.areas.iter().map(|area| area.code.clone()).collect();
    let fields = [
        ("version", need.version.to_string()),
        ("kind", need.kind.clone()),
        ("title", need.title.clone().unwrap_or_default()),
        ("text", need.text.clone()),
        ("audience", need.audience.clone()),
        ("minTrl", level(need.min_trl)),
        ("maxTrl", level(need.max_trl)),
    ];
    let chosen = several("mode", &need.wanted_modes).into_iter().chain(several("area", &areas));
    Form::of(fields.into_iter().chain(chosen))
}

pub(super) async fn update(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let mut input = begun(&[("id", &id)], &form);
    input.insert("content".to_owned(), content(&form));
    input.insert("audience".to_owned(), json!(form.given("audience")));
    match guest.change(&UPDATE, Json::Object(input)).await? {
        Ok(_) => Ok(Redirect::to(&format!("/needs/{id}")).into_response()),
        Err(faults) => show(&guest, &id, Some(form), faults).await,
    }
}
