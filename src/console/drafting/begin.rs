//! Beginning a draft: from a consultation, or from nothing.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::{
    content::{self, Choice, Editor},
    list,
};
use crate::console::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    parts::{
        StationName,
        areas::Area,
        laws,
        whole::{Part, whole},
    },
    shell::{self, Section, Shell, Viewer},
    steps::{self, Field, Kind, Offers, Shown, ShownField},
    trouble::Trouble,
};

documents! {
    NEW: New = ["new.graphql", "../parts/viewer.graphql", "../parts/area.graphql"];
    STATIONS: Stations = ["stations.graphql", "../parts/page.graphql"];
    BEGIN: Done<Begun> = ["begun.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    viewer: Viewer,
    expertise_areas: Vec<Area>,
}

#[derive(Deserialize)]
struct Stations {
    stations: Part<StationName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    answered_question: Option<BegunAnswer>,
}

#[derive(Deserialize)]
struct BegunAnswer {
    id: String,
}

/// The station that an officer writes for.
const STATION: [Field; 1] =
    [Field { name: "station", text: "draft-station", kind: Kind::One, is_required: true }];

#[derive(Template)]
#[template(path = "drafting/new.html")]
struct NewPage {
    shell: Shell,
    station: Vec<ShownField>,
    editor: Editor,
    faults: Vec<UserError>,
}

/// Where one goes on to once a draft was begun.
fn onwards(begun: Begun) -> Response {
    let address = match begun.answered_question {
        Some(answer) => format!("/drafts/{}", answer.id),
        None => "/drafts".to_owned(),
    };
    Redirect::to(&address).into_response()
}

pub(super) async fn from_case(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let input = json!({
        "consultationId": form.given("consultationId"),
        "clientMutationId": form.given("once"),
    });
    match guest.change(&BEGIN, input).await? {
        Ok(begun) => Ok(onwards(begun)),
        Err(faults) => list::show(&guest, faults).await,
    }
}

pub(super) async fn page(guest: Guest) -> Result<Response, Trouble> {
    show(&guest, None, None).await
}

pub(super) async fn freely(guest: Guest, form: Form) -> Result<Response, Trouble> {
    show(&guest, Some(&form), Some(form.text("do") == "more")).await
}

/// The empty form; or the form that was sent, unless it was taken. `rows_alone`: nothing but more rows is wanted.
async fn show(
    guest: &Guest,
    form: Option<&Form>,
    rows_alone: Option<bool>,
) -> Result<Response, Trouble> {
    let New { viewer, expertise_areas } = guest.ask(&NEW, json!({})).await?;
    let shell = guest.shell(viewer, Section::Drafts);
    if !shell.viewer.may("DRAFT_ANSWER") {
        return Err(if shell.viewer.signed_in {
            Trouble::NotFound
        } else {
            Trouble::Unauthenticated
        });
    }
    let text = shell.text;
    let fields: &'static [Field] = if shell.viewer.station_code.is_some() { &[] } else { &STATION };
    let known = laws::recorded(guest).await?;
    let mut faults = Vec::new();
    if let (Some(form), Some(false)) = (form, rows_alone) {
        faults = content::missing(form, text);
        faults.extend(steps::missing(fields, form, text));
        if faults.is_empty() {
            let mut input = steps::read(fields, form);
            input.insert("content".to_owned(), content::read(form, &known));
            input.insert("clientMutationId".to_owned(), json!(form.given("once")));
            match guest.change(&BEGIN, input.into()).await? {
                Ok(begun) => return Ok(onwards(begun)),
                Err(refused) => faults = refused,
            }
        }
    }
    let mut offers = Offers::default();
    if !fields.is_empty() {
        let stations = whole(guest, &STATIONS, |page| page.stations).await?;
        let named = stations.into_iter().map(|it| (it.code, it.name));
        offers.offer("station", content::stations(named));
    }
    let filled = |name: &str| -> Vec<String> {
        form.map(|it| it.all(name).into_iter().map(str::to_owned).collect()).unwrap_or_default()
    };
    let choice = Choice { areas: &expertise_areas, laws: &known };
    let page = NewPage {
        station: steps::fields(fields, "new", text, &offers, filled, &faults),
        editor: Editor::of(text, &choice, None, form, &faults),
        shell,
        faults,
    };
    shell::show(&page)
}
