//! Asking for an introduction: about what, for what, and whom to talk to once contact is released.

use askama::Template;
use axum::{
    extract::RawQuery,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::console::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    links,
    partners::{
        choices,
        steps::{CONTACT, begun, contact},
    },
    parts::OrganizationName,
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    NEW: New = ["new.graphql", "../parts/viewer.graphql"];
    REQUEST: Done<Requested> = ["request.graphql"];
}

#[derive(Deserialize)]
struct New {
    viewer: Viewer,
    subject: Option<Subject>,
    need: Option<MaybeNeed>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Subject {
    ResearchOutput {
        id: String,
        title: String,
        organization: OrganizationName,
    },
    Resource {
        id: String,
        name: String,
        organization: OrganizationName,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum MaybeNeed {
    Need(Need),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Need {
    id: String,
    number: String,
    title: Option<String>,
    is_own_need: bool,
}

#[derive(Deserialize)]
struct Requested {
    introduction: Option<Introduction>,
}

#[derive(Deserialize)]
struct Introduction {
    id: String,
}

#[derive(Template)]
#[template(path = "introductions/ask.html")]
struct AskPage {
    shell: Shell,
    about: String,
    name: String,
    organization: OrganizationName,
    need: Option<Need>,
    written: Form,
    faults: Vec<UserError>,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let said = links::parameters(query.as_deref());
    let named = said.iter().filter(|(name, _)| matches!(name.as_str(), "about" | "need"));
    let form = Form::of(named.map(|(name, id)| (name.as_str(), id.clone())));
    show(&guest, form, Vec::new()).await
}

async fn show(guest: &Guest, written: Form, faults: Vec<UserError>) -> Result<Response, Trouble> {
    let about = written.given("about").ok_or(Trouble::NotFound)?;
    let need = written.given("need");
    // Where no need is named, the variable has to name something all the same; it is not looked at.
    let variables =
        json!({ "about": about, "need": need.unwrap_or(about), "hasNeed": need.is_some() });
    let New { viewer, subject, need } = guest.ask(&NEW, variables).await?;
    viewer.require(&["ASK_INTRODUCTION"])?;
    let (about, name, organization) = match subject {
        Some(Subject::ResearchOutput { id, title, organization }) => (id, title, organization),
        Some(Subject::Resource { id, name, organization }) => (id, name, organization),
        _ => return Err(Trouble::NotFound),
    };
    let need = match need {
        Some(MaybeNeed::Need(need)) if need.is_own_need => Some(need),
        _ => None,
    };
    let shell = guest.shell(viewer, Section::Introductions);
    shell::show(&AskPage { shell, about, name, organization, need, written, faults })
}

pub(super) async fn ask(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let mut input = begun(&[("aboutId", form.text("about"))], &form);
    for (name, value) in [
        ("needId", json!(form.given("need"))),
        ("purpose", json!(form.text("purpose"))),
        ("message", json!(form.text("message"))),
    ] {
        input.insert(name.to_owned(), value);
    }
    // Without any contact the API is asked all the same, and says what is missing.
    let said = contact(&form, "contact", &CONTACT);
    input.insert("contact".to_owned(), if said.is_null() { json!({}) } else { said });
    match guest.change(&REQUEST, Json::Object(input)).await? {
        Ok(Requested { introduction: Some(it) }) => {
            Ok(Redirect::to(&format!("/introductions/{}", it.id)).into_response())
        }
        Ok(Requested { introduction: None }) => {
            Err(Trouble::internal(&"asked without an introduction"))
        }
        Err(faults) => show(&guest, form, faults).await,
    }
}
