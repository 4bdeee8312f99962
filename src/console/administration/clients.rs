//! Partner portals' programs: who may ask by machine, for what, how much.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{PAGE, Told};
use crate::console::{
    api::{Change, Done, UserError, documents},
    forms::Form,
    gate::Guest,
    lists::{Listed, Pages},
    parts::{OrganizationName, Page},
    shell::{self, Section, Shell, Viewer},
    steps::{Nothing, Tried},
    texts::Texts,
    trouble::Trouble,
};

documents! {
    CLIENTS: Clients = ["clients.graphql", "../parts/viewer.graphql", "../parts/page.graphql"];
    CREATE: Done<WithSecret> = ["create_client.graphql"];
    ROTATE: Done<WithSecret> = ["rotate_secret.graphql"];
    DISABLE: Done<Nothing> = ["disable_client.graphql"];
    ENABLE: Done<Nothing> = ["enable_client.graphql"];
}

/// What a program may be granted.
const SCOPES: [&str; 5] = ["READ", "CONSULTATIONS", "NEEDS", "INTRODUCTIONS", "RATINGS"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Clients {
    viewer: Viewer,
    api_clients: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Client>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    id: String,
    client_id: String,
    name: String,
    scopes: Vec<String>,
    state: String,
    requests_per_minute: Option<i64>,
    cost_per_minute: Option<i64>,
    created_at: String,
    version: i64,
    organization: Option<OrganizationName>,
    secrets: Vec<Secret>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Secret {
    created_at: String,
    expires_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WithSecret {
    client_secret: Option<String>,
}

#[derive(Template)]
#[template(path = "administration/clients.html")]
struct ClientsPage {
    shell: Shell,
    total: i64,
    clients: Vec<Client>,
    previous: Option<String>,
    next: Option<String>,
    told: Told,
    tried: Tried,
}

pub(super) async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    show(&guest, query.as_deref(), Tried::default(), Told::Nothing).await
}

async fn show(
    guest: &Guest,
    query: Option<&str>,
    tried: Tried,
    told: Told,
) -> Result<Response, Trouble> {
    let asked = Listed::of("/administration/clients", query);
    let Clients { viewer, api_clients } = guest.ask(&CLIENTS, asked.place(PAGE)).await?;
    let Pages { previous, next } = asked.pages(&api_clients.page_info);
    let page = ClientsPage {
        shell: guest.shell(viewer, Section::Administration),
        total: api_clients.total_count,
        clients: api_clients.nodes,
        previous,
        next,
        told,
        tried,
    };
    shell::show(&page)
}

/// The bounds of a client that a form sets: the name of the field, of the input's, and of the text.
const BOUNDS: [(&str, &str, &str); 2] = [
    ("requests", "requestsPerMinute", "client-requests"),
    ("cost", "costPerMinute", "client-cost"),
];

/// Makes a client; its secret is shown once.
pub(super) async fn create(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let mut input = json!({ "name": form.text("name"), "scopes": form.all("scope"), "clientMutationId": form.given("once") });
    let mut faults = Vec::new();
    for (name, field, label) in BOUNDS {
        match bound(&form, name) {
            Ok(number) => input[field] = json!(number),
            Err(()) => faults.push(no_number(field, label, Texts::in_language(guest.language()))),
        }
    }
    if faults.is_empty() {
        match guest.change(&CREATE, input).await? {
            Ok(WithSecret { client_secret }) => {
                let told = Told::of(client_secret);
                return show(&guest, None, Tried::default(), told).await;
            }
            Err(refused) => faults = refused,
        }
    }
    let tried = Tried { slug: "create".to_owned(), form, faults };
    show(&guest, None, tried, Told::Nothing).await
}

/// A bound of a form. An empty field means that there is none, so what is no number must not be read as nothing.
fn bound(form: &Form, name: &str) -> Result<Option<i32>, ()> {
    form.given(name).map(str::parse).transpose().map_err(|_| ())
}

fn no_number(field: &str, label: &str, text: Texts) -> UserError {
    UserError {
        code: "INVALID".to_owned(),
        path: vec![field.to_owned()],
        message: text.with("field-number", "field", &*text.of(label)),
    }
}

/// Takes a step of a client.
pub(super) async fn take(
    guest: Guest,
    Path((id, step)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let version: i64 = form.text("version").parse().unwrap_or_default();
    let input =
        json!({ "apiClientId": id, "version": version, "clientMutationId": form.given("once") });
    let document: &Change<Nothing> = match step.as_str() {
        "secret" => {
            return match guest.change(&ROTATE, input).await? {
                Ok(WithSecret { client_secret }) => {
                    show(&guest, None, Tried::default(), Told::of(client_secret)).await
                }
                Err(faults) => {
                    show(&guest, None, Tried { slug: step, form, faults }, Told::Nothing).await
                }
            };
        }
        "disabling" => &DISABLE,
        "enabling" => &ENABLE,
        _ => return Err(Trouble::NotFound),
    };
    match guest.change(document, input).await? {
        Ok(Nothing {}) => Ok(Redirect::to("/administration/clients").into_response()),
        Err(faults) => show(&guest, None, Tried { slug: step, form, faults }, Told::Nothing).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_not_no_bound() {
        let form = Form::of([
            ("requests", " 60 ".to_owned()),
            ("cost", "6O".to_owned()),
            ("none", " ".to_owned()),
            ("much", "99999999999".to_owned()),
        ]);
        assert_eq!(bound(&form, "requests"), Ok(Some(60)));
        assert_eq!(bound(&form, "none"), Ok(None));
        assert!(bound(&form, "cost").is_err() && bound(&form, "much").is_err());
    }
}
