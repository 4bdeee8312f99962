//! Recording what a company asks, with what has been answered like it in sight.

use askama::Template;
use axum::{
    Json,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Similar, SimilarAnswer};
use crate::console::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    parts::areas::{self, Area},
    shell::{self, Section, Shell, Viewer},
    steps::{self, Field, Group, Kind, Offer, Offers, Shown, ShownField},
    texts::Texts,
    trouble::Trouble,
};

documents! {
    PLACES: Places = ["record.graphql", "../parts/viewer.graphql", "../parts/area.graphql"];
    RECORD: Done<Recorded> = ["recorded.graphql"];
    SIMILAR: Found = ["similar.graphql", "../parts/assessment.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Places {
    viewer: Viewer,
    stations: Stations,
    expertise_areas: Vec<Area>,
}

#[derive(Deserialize)]
struct Stations {
    nodes: Vec<Station>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Station {
    id: String,
    code: String,
    name: String,
    service_points: Vec<ServicePoint>,
}

#[derive(Deserialize)]
struct ServicePoint {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Recorded {
    consultation: Option<RecordedCase>,
}

#[derive(Deserialize)]
struct RecordedCase {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    similar_answered_questions: Vec<Similar>,
}

const fn field(name: &'static str, text: &'static str, kind: Kind, is_required: bool) -> Field {
    Field { name, text, kind, is_required }
}

/// What is asked, and how the company came.
const CASE: [Field; 7] = [
    field("stationId", "case-own-station", Kind::One, false),
    field("servicePointId", "case-service-point", Kind::One, false),
    field("channel", "case-channel", Kind::One, true),
    field("productKind", "case-product-kind", Kind::One, false),
    field("deviceClass", "case-device-class", Kind::One, false),
    field("priority", "case-priority", Kind::One, false),
    field("areaIds", "case-areas", Kind::Any, false),
];

/// Who asks.
const ASKER: [Field; 5] = [
    field("company", "asker-company", Kind::Line, true),
    field("socialCreditCode", "asker-code", Kind::Line, false),
    field("contact", "asker-contact", Kind::Line, false),
    field("telephone", "asker-telephone", Kind::Line, false),
    field("email", "asker-email", Kind::Line, false),
];

/// What the company asks.
const QUESTION: [Field; 1] = [field("text", "case-text", Kind::Words, true)];

#[derive(Template)]
#[template(path = "consultations/record.html")]
struct RecordPage {
    shell: Shell,
    question: String,
    case: Vec<ShownField>,
    asker: Vec<ShownField>,
    faults: Vec<UserError>,
    /// Answers like what was asked; none where nobody has asked for them.
    similar: Option<Vec<Similar>>,
}

pub(super) async fn page(guest: Guest) -> Result<Response, Trouble> {
    show(&guest, None, Vec::new(), None).await
}

pub(super) async fn send(guest: Guest, form: Form) -> Result<Response, Trouble> {
    if form.text("do") == "similar" {
        let found = like(&guest, form.text("text")).await?;
        return show(&guest, Some(&form), Vec::new(), Some(found)).await;
    }
    let text = Texts::in_language(guest.language());
    let mut faults = steps::missing(&QUESTION, &form, text);
    faults.extend(steps::missing(&CASE, &form, text));
    faults.extend(steps::missing(&ASKER, &form, text));
    if faults.is_empty() {
        let mut input = steps::read(&CASE, &form);
        input.extend(steps::read(&QUESTION, &form));
        input.insert("asker".to_owned(), steps::read(&ASKER, &form).into());
        input.insert("clientMutationId".to_owned(), json!(form.given("once")));
        match guest.change(&RECORD, input.into()).await? {
            Ok(Recorded { consultation: Some(case) }) => {
                return Ok(Redirect::to(&format!("/consultations/{}", case.id)).into_response());
            }
            Ok(_) => return Ok(Redirect::to("/consultations").into_response()),
            Err(refused) => faults = refused,
        }
    }
    show(&guest, Some(&form), faults, None).await
}

async fn show(
    guest: &Guest,
    form: Option<&Form>,
    faults: Vec<UserError>,
    similar: Option<Vec<Similar>>,
) -> Result<Response, Trouble> {
    let Places { viewer, stations, expertise_areas } = guest.ask(&PLACES, json!({})).await?;
    let shell = guest.shell(viewer, Section::Consultations);
    if !shell.viewer.may("RECORD_CONSULTATION") {
        return Err(if shell.viewer.signed_in {
            Trouble::NotFound
        } else {
            Trouble::Unauthenticated
        });
    }
    let text = shell.text;
    let offers = offers(&shell, &stations.nodes, &expertise_areas);
    let filled = |name: &str| -> Vec<String> {
        match form {
            Some(form) => form.all(name).into_iter().map(str::to_owned).collect(),
            None if name == "channel" => vec!["VISIT".to_owned()],
            None => Vec::new(),
        }
    };
    let page = RecordPage {
        question: filled("text").pop().unwrap_or_default(),
        case: steps::fields(&CASE, "case", text, &offers, filled, &faults),
        asker: steps::fields(&ASKER, "asker", text, &offers, filled, &faults),
        shell,
        faults,
        similar,
    };
    shell::show(&page)
}

fn offers(shell: &Shell, stations: &[Station], areas: &[Area]) -> Offers {
    let text = shell.text;
    let mut offers = super::case::enumerations(text);
    offers.offer("areaIds", areas::groups(areas, text, |area| &area.id));
    let own = shell.viewer.station_code.as_deref();
    if let Some(station) = stations.iter().find(|it| own == Some(it.code.as_str())) {
        // A station's people record for their station, and say at which of its points.
        let points = station.service_points.iter();
        let points = points.map(|it| (it.id.clone(), it.name.clone()));
        offers.offer("servicePointId", vec![listed(points)]);
    } else {
        let all = stations.iter().map(|it| (it.id.clone(), it.name.clone()));
        offers.offer("stationId", vec![listed(all)]);
    }
    offers
}

fn listed(values: impl Iterator<Item = (String, String)>) -> Group {
    let offers = values.map(|(value, label)| Offer { value, label, ..Offer::default() });
    Group { label: String::new(), offers: offers.collect() }
}

async fn like(guest: &Guest, text: &str) -> Result<Vec<Similar>, Trouble> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let found = guest.ask(&SIMILAR, json!({ "text": text })).await?;
    Ok(found.similar_answered_questions)
}

/// What was answered like it, for the script that shows it while one writes: sent as a form, for what is asked belongs
/// in no address.
#[derive(Serialize)]
pub(super) struct ShownSimilar {
    #[serde(flatten)]
    answer: SimilarAnswer,
    station: String,
    currency: String,
    same: Option<String>,
}

pub(super) async fn similar(guest: Guest, form: Form) -> Result<Json<Vec<ShownSimilar>>, Trouble> {
    let text = Texts::in_language(guest.language());
    let found = like(&guest, form.text("text")).await?;
    let shown = found.into_iter().map(|it| ShownSimilar {
        station: it.node.station.name.clone(),
        currency: text.label("currency", &it.node.currency.status).into_owned(),
        same: it.is_same_question.then(|| text.of("same-question").into_owned()),
        answer: it.node,
    });
    Ok(Json(shown.collect()))
}
