//! Partner portals' programs: who may ask by machine, for what, how much.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;

use super::PAGE;
use crate::console::{
    api::{Change, Done, UserError, documents},
    forms::Form,
    gate::Guest,
    lists::{Listed, Pages},
    parts::{OrganizationName, Page},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    CLIENTS: Clients = ["clients.graphql", "../parts/viewer.graphql", "../parts/page.graphql"];
    CREATE: Done<WithSecret> = ["create_client.graphql"];
    ROTATE: Done<WithSecret> = ["rotate_secret.graphql"];
    DISABLE: Done<Stepped> = ["disable_client.graphql"];
    ENABLE: Done<Stepped> = ["enable_client.graphql"];
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
    #[expect(dead_code, reason = "the list is asked again")]
    api_client: Option<IgnoredAny>,
    client_secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stepped {
    #[expect(dead_code, reason = "the page that one is led back to asks again")]
    api_client: Option<IgnoredAny>,
}

#[derive(Template)]
#[template(path = "administration/clients.html")]
struct ClientsPage {
    shell: Shell,
    total: i64,
    clients: Vec<Client>,
    previous: Option<String>,
    next: Option<String>,
    faults: Vec<UserError>,
    /// A new secret, which is shown this once.
    secret: Option<String>,
}

pub(super) async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    show(&guest, query.as_deref(), Vec::new(), None).await
}

async fn show(
    guest: &Guest,
    query: Option<&str>,
    faults: Vec<UserError>,
    secret: Option<String>,
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
        faults,
        secret,
    };
    shell::show(&page)
}

/// Makes a client; its secret is shown once.
pub(super) async fn create(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let number = |name: &str| form.given(name).and_then(|it| it.parse::<i64>().ok());
    let input = json!({ "name": form.text("name"), "scopes": form.all("scope"), "clientMutationId": form.given("once"),
        "requestsPerMinute": number("requests"), "costPerMinute": number("cost") });
    told(&guest, guest.change(&CREATE, input).await?).await
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
    let document: &Change<Stepped> = match step.as_str() {
        "secret" => return told(&guest, guest.change(&ROTATE, input).await?).await,
        "disabling" => &DISABLE,
        "enabling" => &ENABLE,
        _ => return Err(Trouble::NotFound),
    };
    match guest.change(document, input).await? {
        Ok(_) => Ok(Redirect::to("/administration/clients").into_response()),
        Err(faults) => show(&guest, None, faults, None).await,
    }
}

async fn told(
    guest: &Guest,
    done: Result<WithSecret, Vec<UserError>>,
) -> Result<Response, Trouble> {
    match done {
        Ok(WithSecret { client_secret, .. }) => show(guest, None, Vec::new(), client_secret).await,
        Err(faults) => show(guest, None, faults, None).await,
    }
}
