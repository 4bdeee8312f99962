//! The desk of one answered question: its text with what would tell who asked, and what can be done with it now.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    content::{self, Choice, Content, Editor},
    findings::{self, Finding, Marked, Said},
    steps::{Of, STEPS, SUCCESSOR},
};
use crate::console::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    markdown,
    parts::{
        Assessment, StationName,
        areas::Area,
        laws::{self, Law},
        moments,
    },
    shell::{self, Section, Shell, Viewer},
    steps::{Group, Nothing, Offer, Offers, Shown, ShownStep, Step, Tried},
    texts::Texts,
    trouble::Trouble,
};

documents! {
    DESK: Found = [
        "desk.graphql", "../parts/law.graphql", "../parts/viewer.graphql", "../parts/assessment.graphql",
    ];
    CHOICE: Chosen = ["edit.graphql", "../parts/area.graphql"];
    NUMBER: Numbered = ["by_number.graphql"];
    EDIT: Done<Nothing> = ["steps/edit_draft.graphql"];
    CLEAR: Done<Nothing> = ["steps/clear_deidentification.graphql"];
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    node: Option<Node>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    AnsweredQuestion(Box<Answer>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    id: String,
    number: String,
    state: String,
    audience: String,
    version: i64,
    possible_actions: Vec<String>,
    cleared_for: Vec<String>,
    open_report_count: Option<i64>,
    station: StationName,
    consultation: Option<Case>,
    currency: Judged,
    deidentification_findings: Option<Vec<Finding>>,
    draft: Option<Draft>,
    #[serde(flatten)]
    content: Content,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    number: String,
}

#[derive(Deserialize)]
struct Judged {
    #[serde(flatten)]
    assessment: Assessment,
    notes: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    path: Vec<NoteStep>,
}

#[derive(Deserialize)]
struct NoteStep {
    event: String,
    regulation: Law,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Draft {
    state: String,
    version: i64,
    returned_reason: Option<String>,
    submitted_at: Option<String>,
    updated_at: String,
    cleared_for: Vec<String>,
    author: Option<Author>,
    currency: Assessment,
    deidentification_findings: Vec<Finding>,
    #[serde(flatten)]
    content: Content,
}

#[derive(Deserialize)]
struct Author {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chosen {
    expertise_areas: Vec<Area>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Numbered {
    answered_questions: NumberedList,
}

#[derive(Deserialize)]
struct NumberedList {
    nodes: Vec<NumberedAnswer>,
}

#[derive(Deserialize)]
struct NumberedAnswer {
    id: String,
}

impl Answer {
    fn may(&self, action: &str) -> bool {
        self.possible_actions.iter().any(|known| known == action)
    }

    /// The text that is worked on: the draft's where there is one.
    fn content(&self) -> &Content {
        self.draft.as_ref().map_or(&self.content, |draft| &draft.content)
    }

    fn currency(&self) -> &Assessment {
        self.draft.as_ref().map_or(&self.currency.assessment, |draft| &draft.currency)
    }

    /// What in the text that is worked on would tell who asked.
    fn findings(&self) -> &[Finding] {
        match &self.draft {
            Some(draft) => &draft.deidentification_findings,
            None => self.deidentification_findings.as_deref().unwrap_or_default(),
        }
    }

    fn cleared_for(&self) -> &[String] {
        self.draft.as_ref().map_or(&self.cleared_for, |draft| &draft.cleared_for)
    }

    /// The version of the text that is worked on.
    fn text_version(&self) -> i64 {
        self.draft.as_ref().map_or(self.version, |draft| draft.version)
    }

    /// Whether it calls for a look, by the law or by its day of review.
    fn calls_for_a_look(&self) -> bool {
        !matches!(self.currency.assessment.status.as_str(), "CURRENT" | "UNVERIFIED")
    }

    /// For what the text can be looked through now.
    fn purposes(&self) -> Vec<&'static str> {
        let known = [("CLEAR_FOR_STATION_EXIT", "STATION_EXIT"), ("CLEAR_FOR_WIDER", "WIDER")];
        known.into_iter().filter(|(action, _)| self.may(action)).map(|(_, it)| it).collect()
    }
}

impl Draft {
    fn updated(&self) -> String {
        moments::shown(&self.updated_at)
    }

    fn submitted(&self) -> Option<String> {
        let waits = self.state == "IN_REVIEW";
        self.submitted_at.as_deref().filter(|_| waits).map(moments::shown)
    }
}

#[derive(Template)]
#[template(path = "drafting/desk.html")]
struct DeskPage {
    shell: Shell,
    answer: Box<Answer>,
    marked: Vec<Marked>,
    /// HTML.
    written: String,
    editor: Option<Editor>,
    steps: Vec<ShownStep>,
    edit_version: i64,
    clear_version: i64,
    edit_faults: Vec<UserError>,
    clear_faults: Vec<UserError>,
    /// The findings, each with what was said of it in a form that was not taken.
    judged: Vec<(Finding, Said)>,
    is_conflict: bool,
}

pub(super) async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    show(&guest, &id, None).await
}

/// Where a page is read anew after something that was not taken: the desk.
pub(super) async fn back(Path(id): Path<String>) -> Redirect {
    Redirect::to(&format!("/drafts/{id}"))
}

/// The same after a step.
pub(super) async fn back_from_step(Path((id, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/drafts/{id}"))
}

pub(super) async fn take(
    guest: Guest,
    Path((id, slug)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Trouble> {
    let known = STEPS.iter().find(|(_, step)| step.slug == slug);
    let (_, step) = known.ok_or(Trouble::NotFound)?;
    let mut input = step.input(&id, &form);
    if step.name == "CONFIRM" {
        cite(&mut input);
    }
    if let Some(number) = form.given(SUCCESSOR).filter(|_| step.name == "SUPERSEDE") {
        let found = guest.ask(&NUMBER, json!({ "number": number })).await?;
        let Some(answer) = found.answered_questions.nodes.into_iter().next() else {
            let text = Texts::in_language(guest.language());
            let fault = UserError {
                code: "INVALID".to_owned(),
                path: vec![SUCCESSOR.to_owned()],
                message: text.with("answer-unknown", "number", number),
            };
            return show(&guest, &id, Some(Tried { slug, form, faults: vec![fault] })).await;
        };
        input[SUCCESSOR] = json!(answer.id);
    }
    let is_gone = step.name == "DISCARD_DRAFT";
    match step.send(&guest, input, form).await? {
        Ok(()) if is_gone => Ok(Redirect::to("/drafts").into_response()),
        Ok(()) => Ok(back(Path(id)).await.into_response()),
        Err(tried) => show(&guest, &id, Some(tried)).await,
    }
}

/// Where the answer now rests, as the change takes it: only where anything is said of it.
fn cite(input: &mut Json) {
    let Some(input) = input.as_object_mut() else { return };
    let articles = input.remove("articles").unwrap_or_default();
    let quote = input.remove("quote");
    if quote.is_some() || articles.as_array().is_some_and(|articles| !articles.is_empty()) {
        input.insert("citation".to_owned(), json!({ "articles": articles, "quote": quote }));
    }
}

fn version(form: &Form) -> i32 {
    form.text("version").parse().unwrap_or_default()
}

pub(super) async fn edit(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let text = Texts::in_language(guest.language());
    let mut faults = Vec::new();
    if form.text("do") != "more" {
        faults = content::missing(&form, text);
        if faults.is_empty() {
            let known = laws::recorded(&guest).await?;
            let input = json!({
                "id": id,
                "version": version(&form),
                "content": content::read(&form, &known),
                "clientMutationId": form.given("once"),
            });
            match guest.change(&EDIT, input).await? {
                Ok(Nothing {}) => return Ok(back(Path(id)).await.into_response()),
                Err(refused) => faults = refused,
            }
        }
    }
    show(&guest, &id, Some(Tried { slug: "edit".to_owned(), form, faults })).await
}

pub(super) async fn clear(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let input = json!({
        "id": id,
        "version": version(&form),
        "purpose": if form.text("purpose") == "WIDER" { "WIDER" } else { "STATION_EXIT" },
        "findings": findings::decisions(&form),
        "clientMutationId": form.given("once"),
    });
    match guest.change(&CLEAR, input).await? {
        Ok(Nothing {}) => Ok(back(Path(id)).await.into_response()),
        Err(faults) => {
            show(&guest, &id, Some(Tried { slug: "clear".to_owned(), form, faults })).await
        }
    }
}

async fn show(guest: &Guest, id: &str, tried: Option<Tried>) -> Result<Response, Trouble> {
    let found = guest.ask(&DESK, json!({ "id": id })).await?;
    let Some(Node::AnsweredQuestion(answer)) = found.node else { return Err(Trouble::NotFound) };
    // Who takes no part in the work reads the answer.
    if answer.deidentification_findings.is_none() && answer.draft.is_none() {
        return Err(Trouble::NotFound);
    }
    let shell = guest.shell(found.viewer, Section::Drafts);
    let text = shell.text;
    let of = |slug: &str| tried.as_ref().filter(|it| it.slug == slug);
    let faults = |slug: &str| of(slug).map(|it| it.faults.clone()).unwrap_or_default();
    let editor = if answer.may("EDIT_DRAFT") {
        let chosen = guest.ask(&CHOICE, json!({})).await?;
        let known = laws::recorded(guest).await?;
        let choice = Choice { areas: &chosen.expertise_areas, laws: &known };
        let form = of("edit").map(|it| &it.form);
        Some(Editor::of(text, &choice, Some(answer.content()), form, &faults("edit")))
    } else {
        None
    };
    let is_conflict = tried.as_ref().is_some_and(|tried| {
        matches!(tried.slug.as_str(), "edit" | "clear") && tried.is_conflict()
    });
    let version = |slug: &str| {
        let read = answer.text_version();
        of(slug).map_or(read, |tried| tried.version(read))
    };
    let page = DeskPage {
        edit_version: version("edit"),
        clear_version: version("clear"),
        marked: findings::marked(answer.content(), answer.findings()),
        written: markdown::to_html(&answer.content().answer),
        steps: steps(&answer, text, tried.as_ref()),
        judged: findings::judged(answer.findings(), of("clear").map(|it| &it.form)),
        edit_faults: faults("edit"),
        clear_faults: faults("clear"),
        is_conflict,
        editor,
        answer,
        shell,
    };
    shell::show(&page)
}

/// The steps that can be taken now, and one that was tried and cannot be taken any more.
fn steps(answer: &Answer, text: Texts, tried: Option<&Tried>) -> Vec<ShownStep> {
    let offers = offers(answer, text);
    let is_there =
        |step: &Step| answer.may(step.name) || tried.is_some_and(|tried| tried.slug == step.slug);
    let shown = |(of, step): &'static (Of, Step)| {
        let heading = text.label("answer-action", step.name).into_owned();
        let address = format!("/drafts/{}/steps/{}", answer.id, step.slug);
        let version = match of {
            Of::Draft => Some(answer.text_version()),
            Of::Shown => Some(answer.version),
            Of::Whole => None,
        };
        let filled = |name: &str| match name {
            "reviewBy" => answer.content.review_by.iter().cloned().collect(),
            _ => Vec::new(),
        };
        let mut shown = step.shown(text, (heading, address, version), &offers, filled, tried);
        shown.is_open |= step.name == "CONFIRM" && answer.calls_for_a_look();
        shown
    };
    STEPS.iter().filter(|(_, step)| is_there(step)).map(shown).collect()
}

fn offers(answer: &Answer, text: Texts) -> Offers {
    let mut offers = Offers::default();
    let audiences: &[&str] =
        if answer.may("WIDEN") { &["PARTNERS", "PUBLIC"] } else { &["NETWORK", "DISTRICT"] };
    offers.offer("audience", Group::of(audiences, |it| text.label("audience", it).into_owned()));
    offers.offer("regulation", touching(answer, text));
    offers
}

/// The regulations that touched the answer, or are about to.
fn touching(answer: &Answer, text: Texts) -> Vec<Group> {
    let on_path =
        answer.currency.assessment.path.iter().map(|step| (&step.event, &step.regulation));
    let noted = answer.currency.notes.iter().flat_map(|note| &note.path);
    let noted = noted.map(|step| (&step.event, &step.regulation));
    let mut offers: Vec<Offer> = Vec::new();
    for (_, law) in on_path.chain(noted).filter(|(event, _)| *event != "CITES") {
        if offers.iter().all(|known| known.value != law.key) {
            let (value, label) = (law.key.clone(), law.called(&text));
            offers.push(Offer { value, label, ..Offer::default() });
        }
    }
    if offers.is_empty() { Vec::new() } else { vec![Group { label: String::new(), offers }] }
}
