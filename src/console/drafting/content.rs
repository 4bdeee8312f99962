//! What an answered question says, as a form: its text, its areas, and the articles that it rests on.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::console::{
    api::UserError,
    forms::Form,
    partners::choices,
    parts::{
        AreaName,
        areas::{self, Area},
        laws::{Law, key_of},
    },
    steps::{self, Field, Group, Kind, Offer, Offers, ShownField},
    texts::Texts,
};

/// Rows for articles that are offered beyond those that there are.
const SPARE: usize = 2;

/// What an answered question or its draft says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    pub question: String,
    pub answer: String,
    pub summary: Option<String>,
    pub product_kind: Option<String>,
    pub device_class: Option<String>,
    pub basis: String,
    pub answered_on: Option<String>,
    pub review_by: Option<String>,
    pub areas: Vec<AreaName>,
    pub citations: Vec<Citation>,
}

/// Articles that an answer rests on.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Citation {
    pub articles: Vec<String>,
    pub quote: Option<String>,
    pub role: String,
    pub regulation: Law,
}

const fn field(name: &'static str, text: &'static str, kind: Kind, is_required: bool) -> Field {
    Field { name, text, kind, is_required }
}

const WORDS: [Field; 3] = [
    field("question", "question", Kind::Words, true),
    field("answer", "draft-answer", Kind::Pages, false),
    field("summary", "draft-summary", Kind::Line, false),
];

const FACTS: [Field; 6] = [
    field("basis", "draft-basis", Kind::One, false),
    field("productKind", "case-product-kind", Kind::One, false),
    field("deviceClass", "case-device-class", Kind::One, false),
    field("answeredOn", "draft-answered-on", Kind::Day, false),
    field("reviewBy", "review-by", Kind::Day, false),
    field("areas", "case-areas", Kind::Any, false),
];

/// A row for articles, as it is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub regulation: String,
    pub articles: String,
    pub quote: String,
    pub is_reference: bool,
    /// What the regulation is called, where it is known.
    pub called: Option<String>,
}

/// The form as it is shown.
pub(super) struct Editor {
    pub words: Vec<ShownField>,
    pub facts: Vec<ShownField>,
    pub rows: Vec<Row>,
    pub laws: Vec<(String, String)>,
}

/// What can be chosen in the form.
pub(super) struct Choice<'a> {
    pub areas: &'a [Area],
    pub laws: &'a [Law],
}

impl Editor {
    /// The form: as it was filled in where it was sent, else as the text stands.
    pub(super) fn of(
        text: Texts,
        choice: &Choice<'_>,
        content: Option<&Content>,
        form: Option<&Form>,
        faults: &[UserError],
    ) -> Self {
        let filled = |name: &str| match (form, content) {
            (Some(form), _) => form.all(name).into_iter().map(str::to_owned).collect(),
            (None, Some(content)) => content.said(name),
            (None, None) => Vec::new(),
        };
        let mut rows = match (form, content) {
            (Some(form), _) => rows(form),
            (None, Some(content)) => content.citations.iter().map(Row::of).collect(),
            (None, None) => Vec::new(),
        };
        rows.retain(|row| !row.is_empty());
        for row in &mut rows {
            let law = choice.laws.iter().find(|law| law.is_meant_by(&row.regulation));
            row.called = law.map(|law| law.called(&text));
        }
        rows.extend(std::iter::repeat_n(Row::default(), SPARE));
        let offers = offers(text, choice.areas);
        let said = choice.laws.iter().map(|law| (law.key.clone(), law.called(&text)));
        Self {
            words: steps::fields(&WORDS, "content", text, &offers, filled, faults),
            facts: steps::fields(&FACTS, "content", text, &offers, filled, faults),
            laws: said.collect(),
            rows,
        }
    }
}

impl Row {
    fn of(citation: &Citation) -> Self {
        Self {
            regulation: citation.regulation.key.clone(),
            articles: citation.articles.join("、"),
            quote: citation.quote.clone().unwrap_or_default(),
            is_reference: citation.role == "REFERENCE",
            called: None,
        }
    }

    fn is_empty(&self) -> bool {
        self.regulation.is_empty() && self.articles.is_empty() && self.quote.is_empty()
    }
}

impl Content {
    /// What stands in a field of the form.
    fn said(&self, name: &str) -> Vec<String> {
        let one = |value: &Option<String>| value.iter().cloned().collect();
        match name {
            "question" => vec![self.question.clone()],
            "answer" => vec![self.answer.clone()],
            "summary" => one(&self.summary),
            "basis" => vec![self.basis.clone()],
            "productKind" => one(&self.product_kind),
            "deviceClass" => one(&self.device_class),
            "answeredOn" => one(&self.answered_on),
            "reviewBy" => one(&self.review_by),
            "areas" => self.areas.iter().map(|area| area.code.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

fn offers(text: Texts, areas: &[Area]) -> Offers {
    let mut offers = Offers::default();
    offers.offer(
        "basis",
        Group::of(&["CITED", "EXPERIENCE"], |it| text.label("basis", it).into_owned()),
    );
    offers.offer(
        "productKind",
        Group::of(&choices::PRODUCT_KINDS, |it| text.label("product-kind", it).into_owned()),
    );
    offers.offer(
        "deviceClass",
        Group::of(&choices::DEVICE_CLASSES, |it| text.label("device-class", it).into_owned()),
    );
    offers.offer("areas", areas::groups(areas, text, |area| &area.code));
    offers
}

/// The rows for articles of a form: their fields come in the same order.
fn rows(form: &Form) -> Vec<Row> {
    let (articles, quotes) = (form.all("articles"), form.all("quote"));
    let roles = form.all("role");
    let at =
        |values: &[&str], place: usize| values.get(place).copied().unwrap_or_default().to_owned();
    let regulations = form.all("regulation").into_iter().enumerate();
    let row = |(place, regulation): (usize, &str)| Row {
        regulation: regulation.to_owned(),
        articles: at(&articles, place),
        quote: at(&quotes, place),
        is_reference: at(&roles, place) == "REFERENCE",
        called: None,
    };
    regulations.map(row).collect()
}

/// What a form says, as the changes of drafts take it; a regulation is also found by its number or its title.
pub(super) fn read(form: &Form, laws: &[Law]) -> Json {
    let mut content: Map<String, Json> = steps::read(&WORDS, form);
    content.extend(steps::read(&FACTS, form));
    let citation = |row: Row| {
        json!({
            "regulation": key_of(laws, &row.regulation),
            "articles": steps::several(&row.articles),
            "quote": Some(row.quote).filter(|quote| !quote.is_empty()),
            "role": if row.is_reference { "REFERENCE" } else { "BASIS" },
        })
    };
    let rows = rows(form).into_iter().filter(|row| !row.is_empty());
    content.insert("citations".to_owned(), rows.map(citation).collect());
    Json::Object(content)
}

/// What must be said and is not.
pub(super) fn missing(form: &Form, text: Texts) -> Vec<UserError> {
    steps::missing(&WORDS, form, text)
}

/// Stations to write for, as what can be chosen.
pub(super) fn stations(found: impl Iterator<Item = (String, String)>) -> Vec<Group> {
    let offers = found.map(|(value, label)| Offer { value, label, ..Offer::default() });
    vec![Group { label: String::new(), offers: offers.collect() }]
}
