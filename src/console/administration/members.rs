//! The register of members: who is there, enrolling somebody, and the steps of an account.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{PAGE, Told};
use crate::console::{
    api::{Change, Done, UserError, documents},
    forms::Form,
    gate::Guest,
    lists::{Listed, Pages},
    parts::{
        DistrictName, Localized, OrganizationName, Page, StationName,
        whole::{Part, whole},
    },
    shell::{self, Section, Shell, Viewer},
    steps::{Nothing, Tried},
    texts::Texts,
    trouble::Trouble,
};

documents! {
    MEMBERS: Members = ["members.graphql", "member_line.graphql", "../parts/viewer.graphql", "../parts/page.graphql"];
    MEMBER: OneMember = ["member.graphql", "member_line.graphql", "../parts/viewer.graphql"];
    STATIONS: Stations = ["stations.graphql", "../parts/page.graphql"];
    ORGANIZATIONS: Organizations = ["../parts/organizations.graphql", "../parts/page.graphql"];
    ENROL: Done<WithPassword> = ["enrol.graphql"];
    RESET: Done<WithPassword> = ["reset_password.graphql"];
    ACTIVATE: Done<Nothing> = ["activate.graphql"];
    SUSPEND: Done<Nothing> = ["suspend.graphql"];
    LEFT: Done<Nothing> = ["left.graphql"];
    UNDERTAKING: Done<Nothing> = ["undertaking.graphql"];
}

/// The roles that somebody may be enrolled for.
const ROLES: [&str; 6] =
    ["STAFF", "HEAD", "DISTRICT_OFFICER", "MUNICIPAL_OFFICER", "TECH_TRANSFER", "ADMINISTRATOR"];
/// The states that an account may be in.
const STATES: [&str; 4] = ["ENROLLED", "ACTIVE", "SUSPENDED", "LEFT"];

#[derive(Deserialize)]
struct Members {
    viewer: Viewer,
    members: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Member>,
    page_info: Page,
}

#[derive(Deserialize)]
struct OneMember {
    viewer: Viewer,
    node: Option<Node>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    Member(Box<Member>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    id: String,
    name: String,
    role: String,
    at_work: bool,
    station: Option<StationName>,
    district: Option<DistrictName>,
    organization: Option<OrganizationName>,
    register: Option<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    login: String,
    state: String,
    state_reason: Option<String>,
    employment: Option<String>,
    undertaking_signed_on: Option<String>,
    has_password: bool,
    enrolled_at: String,
    version: i64,
}

impl Member {
    /// Where somebody works: a station, a district or an organization.
    fn place(&self, text: &Texts) -> String {
        let station = self.station.as_ref().map(|station| station.name.clone());
        let organization = self.organization.as_ref().map(|it| it.name.of(text).to_owned());
        let district = || self.district.as_ref().map(|it| it.name.of(text).to_owned());
        station.or(organization).or_else(district).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Stations {
    stations: Part<Station>,
}

#[derive(Deserialize)]
struct Organizations {
    organizations: Part<Organization>,
}

#[derive(Deserialize)]
struct Station {
    id: String,
    name: String,
    district: District,
}

#[derive(Deserialize)]
struct District {
    id: String,
    name: Localized,
}

#[derive(Deserialize)]
struct Organization {
    id: String,
    name: Localized,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WithPassword {
    member: Option<Id>,
    initial_password: Option<String>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Template)]
#[template(path = "administration/members.html")]
struct MembersPage {
    shell: Shell,
    asked: Listed,
    total: i64,
    members: Vec<Member>,
    previous: Option<String>,
    next: Option<String>,
    stations: Vec<Station>,
    organizations: Vec<Organization>,
    districts: Vec<(String, String)>,
    /// What was written into the form that enrols somebody.
    written: Form,
    faults: Vec<UserError>,
}

pub(super) async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    show_list(&guest, query.as_deref(), Form::default(), Vec::new()).await
}

async fn show_list(
    guest: &Guest,
    query: Option<&str>,
    written: Form,
    faults: Vec<UserError>,
) -> Result<Response, Trouble> {
    let asked = Listed::of("/administration/members", query);
    let mut filter = Map::new();
    for (parameter, field) in [("role", "roles"), ("state", "states")] {
        if let Some(value) = asked.get(parameter) {
            filter.insert(field.to_owned(), json!([value]));
        }
    }
    if let Some(words) = asked.get("q") {
        filter.insert("text".to_owned(), json!(words));
    }
    let Members { viewer, members } =
        guest.ask(&MEMBERS, asked.variables(Json::Object(filter), PAGE)).await?;
    let stations = whole(guest, &STATIONS, |page| page.stations).await?;
    let organizations = whole(guest, &ORGANIZATIONS, |page| page.organizations).await?;
    let Pages { previous, next } = asked.pages(&members.page_info);
    let shell = guest.shell(viewer, Section::Administration);
    let mut districts: Vec<(String, String)> = stations
        .iter()
        .map(|it| (it.district.id.clone(), it.district.name.of(&shell.text).to_owned()))
        .collect();
    districts.sort();
    districts.dedup();
    let page = MembersPage {
        shell,
        asked,
        total: members.total_count,
        members: members.nodes,
        previous,
        next,
        stations,
        organizations,
        districts,
        written,
        faults,
    };
    shell::show(&page)
}

/// Enrols somebody; the password that they begin with is shown once.
pub(super) async fn enrol(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let role = form.text("role");
    let mut post = json!({ "role": role });
    let place = match role {
        "STAFF" | "HEAD" => Some(("stationId", "station")),
        "DISTRICT_OFFICER" => Some(("districtId", "district")),
        "TECH_TRANSFER" => Some(("organizationId", "organization")),
        _ => None,
    };
    if let Some((field, parameter)) = place {
        post[field] = json!(form.given(parameter));
    }
    let input = json!({ "login": form.text("login"), "name": form.text("name"), "post": post, "withPassword": true,
        "undertakingSignedOn": form.given("undertaking"), "clientMutationId": form.given("once") });
    match guest.change(&ENROL, input).await? {
        Ok(WithPassword { member: Some(Id { id }), initial_password }) => {
            show(&guest, &id, Tried::default(), Told::of(initial_password)).await
        }
        Ok(_) => Ok(Redirect::to("/administration/members").into_response()),
        Err(faults) => show_list(&guest, None, form, faults).await,
    }
}

#[derive(Template)]
#[template(path = "administration/member.html")]
struct MemberPage {
    shell: Shell,
    member: Box<Member>,
    told: Told,
    tried: Tried,
}

pub(super) async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, Tried::default(), Told::Nothing).await
}

async fn show(guest: &Guest, id: &str, tried: Tried, told: Told) -> Result<Response, Trouble> {
    let OneMember { viewer, node } = guest.ask(&MEMBER, json!({ "id": id })).await?;
    let Some(Node::Member(member)) = node else { return Err(Trouble::NotFound) };
    let shell = guest.shell(viewer, Section::Administration);
    shell::show(&MemberPage { shell, member, told, tried })
}

/// Takes a step of an account.
pub(super) async fn take(
    guest: Guest,
    Path((id, step)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let version: i64 = form.text("version").parse().unwrap_or_default();
    let mut input =
        json!({ "memberId": id, "version": version, "clientMutationId": form.given("once") });
    if step == "password" {
        return match guest.change(&RESET, input).await? {
            Ok(WithPassword { initial_password, .. }) => {
                show(&guest, &id, Tried::default(), Told::of(initial_password)).await
            }
            Err(faults) => {
                show(&guest, &id, Tried { slug: step, form, faults }, Told::Nothing).await
            }
        };
    }
    let document: &Change<Nothing> = match step.as_str() {
        "activation" => &ACTIVATE,
        "suspension" => {
            input["reason"] = json!(form.text("reason"));
            &SUSPEND
        }
        "leaving" => {
            input["reason"] = json!(form.given("reason"));
            &LEFT
        }
        "undertaking" => {
            input["signedOn"] = json!(form.text("signed-on"));
            &UNDERTAKING
        }
        _ => return Err(Trouble::NotFound),
    };
    match guest.change(document, input).await? {
        Ok(Nothing {}) => {
            Ok(Redirect::to(&format!("/administration/members/{id}")).into_response())
        }
        Err(faults) => show(&guest, &id, Tried { slug: step, form, faults }, Told::Nothing).await,
    }
}
