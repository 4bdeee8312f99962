//! A case: what was asked, where it stands, what happened, and what can be done with it now.

mod answer;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde_json::{Value as Json, json};

use super::steps::{DOUBLE, MARKING, STEPS};
use crate::console::{
    api::{UserError, documents},
    forms::Form,
    gate::Guest,
    partners::choices,
    parts::{areas, moments},
    shell::{self, Section, Shell},
    steps::{Group, Offer, Offers, Shown, ShownStep, Step, Tried},
    texts::Texts,
    trouble::Trouble,
};
use answer::{Case, Found, FoundCase, Offered, Suggestion};

documents! {
    CASE: Found = ["case.graphql", "../../parts/viewer.graphql", "../../parts/assessment.graphql"];
    OFFERS: Offered = ["offers.graphql", "../../parts/area.graphql"];
    FIND: FoundCase = ["../find.graphql"];
}

#[derive(Template)]
#[template(path = "consultations/case/page.html")]
struct CasePage {
    shell: Shell,
    case: Box<Case>,
    steps: Vec<ShownStep>,
    suggestions: Vec<Suggestion>,
    may_draft: bool,
}

pub(super) async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, None).await
}

/// Where a page is read anew after a step that was not taken: the case.
pub(super) async fn back(Path((id, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/consultations/{id}"))
}

pub(super) async fn take(
    guest: Guest,
    Path((id, slug)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let step = STEPS.iter().find(|step| step.slug == slug).ok_or(Trouble::NotFound)?;
    let mut input = step.input(&id, &form);
    if step.slug == MARKING
        && let Some(number) = form.given(DOUBLE)
    {
        let Some(double) = by_number(&guest, number).await? else {
            let fault = unknown_number(&guest, number);
            let tried = Tried { slug, form, faults: vec![fault] };
            return show(&guest, &id, Some(tried)).await;
        };
        input[DOUBLE] = json!(double);
    }
    match step.send(&guest, input, form).await? {
        Ok(()) => Ok(Redirect::to(&format!("/consultations/{id}")).into_response()),
        Err(tried) => show(&guest, &id, Some(tried)).await,
    }
}

/// The id of the case with a number, where the reader sees one.
async fn by_number(guest: &Guest, number: &str) -> Result<Option<String>, Trouble> {
    let found = guest.ask(&FIND, json!({ "number": number })).await?;
    Ok(found.consultation.map(|case| case.id))
}

fn unknown_number(guest: &Guest, number: &str) -> UserError {
    let text = Texts::in_language(guest.language());
    UserError {
        code: "INVALID".to_owned(),
        path: vec![DOUBLE.to_owned()],
        message: text.with("case-unknown", "number", number),
    }
}

async fn show(guest: &Guest, id: &str, tried: Option<Tried>) -> Result<Response, Trouble> {
    let found = guest.ask(&CASE, json!({ "id": id })).await?;
    let Some(case) = found.consultation else { return Err(Trouble::NotFound) };
    let shell = guest.shell(found.viewer, Section::Consultations);
    let possible: Vec<&Step> = STEPS.iter().filter(|step| case.may(step.name)).collect();
    let wants = |names: &[&str]| possible.iter().any(|step| names.contains(&step.name));
    let variables = json!({
        "id": id,
        "areas": wants(&["CLASSIFY", "RECLASSIFY"]),
        "stations": wants(&["REFER_ACROSS"]),
        "people": wants(&["CLASSIFY", "RECLASSIFY", "ASSIGN", "REFER_ACROSS", "ESCALATE_TO_DISTRICT"]),
        "officers": wants(&["ESCALATE_TO_MUNICIPAL"]),
        "followers": { "stations": [case.station.code], "atWork": true },
        "handlers": handlers(&case),
    });
    let mut offered = if possible.is_empty() {
        Offered::default()
    } else {
        guest.ask(&OFFERS, variables).await?
    };
    let suggestions = offered.suggestions();
    let text = shell.text;
    let shown = |step: &&Step| {
        let heading = text.label("consultation-step", step.name).into_owned();
        let address = format!("/consultations/{}/{}", case.id, step.slug);
        let about = (heading, address, Some(case.version));
        let offers = offers(step, &case, &offered, &suggestions, text);
        step.shown(text, about, &offers, |name| filled(&case, name), tried.as_ref())
    };
    let mut steps: Vec<ShownStep> = possible.iter().map(shown).collect();
    steps.extend(left_behind(tried.as_ref(), &possible, &case, text));
    let page = CasePage {
        may_draft: shell.viewer.may("DRAFT_ANSWER")
            && matches!(case.state.as_str(), "REPLY_RECEIVED" | "REPLIED" | "CLOSED"),
        steps,
        suggestions,
        case,
        shell,
    };
    shell::show(&page)
}

/// A step that was tried and cannot be taken any more: why, and what was written.
fn left_behind(
    tried: Option<&Tried>,
    possible: &[&Step],
    case: &Case,
    text: Texts,
) -> Option<ShownStep> {
    let tried = tried.filter(|it| possible.iter().all(|step| step.slug != it.slug))?;
    let step = STEPS.iter().find(|step| step.slug == tried.slug)?;
    let heading = text.label("consultation-step", step.name).into_owned();
    let address = format!("/consultations/{}/{}", case.id, step.slug);
    let about = (heading, address, Some(case.version));
    Some(step.shown(text, about, &Offers::default(), |_| Vec::new(), Some(tried)))
}

/// Who can be put in charge where the case is.
fn handlers(case: &Case) -> Json {
    match case.seat() {
        "WITH_DISTRICT" => json!({ "roles": ["DISTRICT_OFFICER"], "atWork": true }),
        "WITH_MUNICIPAL" | "REFERRED" => json!({ "roles": ["MUNICIPAL_OFFICER"], "atWork": true }),
        "WITH_STATION" => {
            let code = case.referred_to.as_ref().map(|station| station.code.as_str());
            json!({ "stations": code, "atWork": true })
        }
        _ => json!({ "stations": [case.station.code], "atWork": true }),
    }
}

/// What can be chosen wherever a case is spoken of.
pub(super) fn enumerations(text: Texts) -> Offers {
    let mut offers = Offers::default();
    offers.offer(
        "channel",
        Group::of(&["VISIT", "PHONE", "ONLINE", "EVENT"], |it| {
            text.label("consultation-channel", it).into_owned()
        }),
    );
    offers.offer(
        "level",
        Group::of(&["BASIC", "DISTRICT", "MUNICIPAL", "NATIONAL"], |it| {
            text.label("consultation-level", it).into_owned()
        }),
    );
    offers.offer(
        "priority",
        Group::of(&["NORMAL", "KEY"], |it| text.label("consultation-priority", it).into_owned()),
    );
    offers.offer(
        "productKind",
        Group::of(&choices::PRODUCT_KINDS, |it| text.label("product-kind", it).into_owned()),
    );
    offers.offer(
        "deviceClass",
        Group::of(&choices::DEVICE_CLASSES, |it| text.label("device-class", it).into_owned()),
    );
    offers.offer(
        "toldBy",
        Group::of(&["VISIT", "PHONE", "ONLINE", "EVENT"], |it| {
            text.label("consultation-channel", it).into_owned()
        }),
    );
    offers
}

/// What can be chosen in the fields of a step.
fn offers(
    step: &Step,
    case: &Case,
    offered: &Offered,
    suggestions: &[Suggestion],
    text: Texts,
) -> Offers {
    let mut offers = enumerations(text);
    let areas = offered.expertise_areas.as_deref().unwrap_or_default();
    offers.offer("areaIds", areas::groups(areas, text, |area| &area.id));
    let people = if step.name == "ASSIGN" { &offered.handlers } else { &offered.followers };
    offers.offer("assigneeId", people.as_ref().map(answer::People::group).into_iter().collect());
    let officers = offered.officers.as_ref().map(answer::People::group);
    offers.offer("counterpartId", officers.into_iter().collect());
    offers.offer("stationId", stations(case, offered, suggestions, text));
    let similar = case.similar_answered_questions.iter().map(|it| Offer {
        value: it.node.id.clone(),
        label: format!("{}（{}）", it.node.question, it.node.station.name),
        ..Offer::default()
    });
    let similar = Group { label: String::new(), offers: similar.collect() };
    let is_empty = similar.offers.is_empty();
    offers.offer("answeredQuestionIds", if is_empty { Vec::new() } else { vec![similar] });
    offers
}

/// The other stations, those first that have answered the like.
fn stations(case: &Case, offered: &Offered, suggestions: &[Suggestion], text: Texts) -> Vec<Group> {
    let suggested = suggestions.iter().map(|it| Offer {
        value: it.station.id.clone(),
        label: it.station.name.clone(),
        ..Offer::default()
    });
    let all = offered.stations.as_ref().map(|it| it.nodes.as_slice()).unwrap_or_default();
    let others = all.iter().filter(|it| {
        it.state != "DELISTED"
            && it.id != case.station.id
            && suggestions.iter().all(|suggestion| suggestion.station.id != it.id)
    });
    let others =
        others.map(|it| Offer { value: it.id.clone(), label: it.name.clone(), ..Offer::default() });
    vec![
        Group { label: text.of("stations-suggested").into_owned(), offers: suggested.collect() },
        Group { label: text.of("stations-others").into_owned(), offers: others.collect() },
    ]
}

/// What stands in a field before anybody has written into it.
fn filled(case: &Case, name: &str) -> Vec<String> {
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    match name {
        "level" => one(&case.level),
        "areaIds" => case.areas.iter().map(|area| area.id.clone()).collect(),
        "productKind" => one(&case.product_kind),
        "deviceClass" => one(&case.device_class),
        "priority" => vec![case.priority.clone()],
        "toldBy" => vec![case.channel.clone()],
        "assigneeId" => {
            let member = case.assignee.as_ref().and_then(|it| it.member.as_ref());
            member.map(|it| it.id.clone()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

impl Case {
    /// An instant of the case, as it is shown.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn moment(&self, instant: &str) -> String {
        moments::shown(instant)
    }
}
