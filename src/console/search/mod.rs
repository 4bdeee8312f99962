//! The first page: one box over everything, and what it finds.

mod address;

use askama::Template;
use axum::{Json, Router, extract::RawQuery, response::Response, routing::get};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    api::documents,
    gate::Guest,
    parts::{Assessment, Fragment, Highlight, Hit, Localized, Page},
    shell::{self, Section, Shell, Viewer},
    texts::Texts,
    trouble::Trouble,
};
use address::{Asked, FACETS};

/// Buckets of a filter that are shown at once; the others are folded away.
const SHOWN_BUCKETS: usize = 6;

documents! {
    SEARCH: Found = [
        "search.graphql", "../parts/viewer.graphql", "../parts/hit.graphql", "../parts/assessment.graphql",
        "../parts/page.graphql",
    ];
    START: Start = [
        "start.graphql", "../parts/viewer.graphql", "../parts/assessment.graphql",
    ];
    SUGGEST: Suggested = ["suggest.graphql"];
}

/// The addresses of this page.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/", get(page)).route("/suggestions", get(suggestions))
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    search: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    did_you_mean: Option<String>,
    facets: Vec<Facet>,
    edges: Vec<Edge>,
    page_info: Page,
}

#[derive(Deserialize)]
struct Facet {
    field: String,
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
struct Bucket {
    value: String,
    count: i64,
    label: Option<Localized>,
}

#[derive(Deserialize)]
struct Edge {
    highlights: Vec<Highlight>,
    node: Hit,
}

impl Edge {
    /// The pieces of a field in which the hit was met, where it was.
    fn found_in(&self, field: &str) -> Option<&[Fragment]> {
        let met = self.highlights.iter().find(|it| it.field == field);
        met.map(|it| it.fragments.as_slice()).filter(|it| it.iter().any(|it| it.matched))
    }
}

/// A filter with counts beside, as it is shown.
struct Choice {
    name: &'static str,
    heading: String,
    shown: Vec<Value>,
    folded: Vec<Value>,
    is_open: bool,
}

impl Choice {
    /// Whether it is unfolded from the start: the first ones are, and those that were made use of.
    fn is_wide(&self) -> bool {
        matches!(self.name, "kind" | "currency" | "station" | "area")
            || self.shown.iter().chain(&self.folded).any(|value| value.is_set)
    }
}

/// A value to filter by.
struct Value {
    label: String,
    count: i64,
    address: String,
    is_set: bool,
}

#[derive(Template)]
#[template(path = "search/page.html")]
struct SearchPage {
    shell: Shell,
    asked: Asked,
    choices: Vec<Choice>,
    set: Vec<(String, String)>,
    sorts: Vec<(String, String, bool)>,
    did_you_mean: Option<(String, String)>,
    total: i64,
    edges: Vec<Edge>,
    previous: Option<String>,
    next: Option<String>,
    superseded: (String, bool),
}

async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = Asked::of(query.as_deref());
    if !asked.is_search() {
        return start(&guest, asked).await;
    }
    let Found { viewer, search } = guest.ask(&SEARCH, asked.variables()).await?;
    let shell = guest.shell(viewer, Section::Search);
    let text = shell.text;
    let choices: Vec<Choice> =
        search.facets.iter().filter_map(|facet| choice(&asked, facet, text)).collect();
    let at = |name: &str, cursor: &Option<String>, there: bool| {
        cursor.as_deref().filter(|_| there).map(|cursor| asked.page(name, cursor))
    };
    let Page { has_next_page, has_previous_page, start_cursor, end_cursor } = search.page_info;
    let sorts = ["RELEVANCE", "NEWEST", "OLDEST", "MOST_REUSED"].map(|sort| {
        let is_set = asked.get("sort").unwrap_or("RELEVANCE") == sort;
        let value = (sort != "RELEVANCE").then_some(sort);
        (text.label("sort", sort).into_owned(), asked.having("sort", value), is_set)
    });
    let with_superseded = asked.get("superseded").is_some();
    let set = asked.filters().map(|(name, value)| {
        let known = search.facets.iter().filter(|facet| name_of(facet) == Some(name.as_str()));
        let bucket = known.flat_map(|facet| {
            facet
                .buckets
                .iter()
                .filter(|bucket| bucket.value == *value)
                .map(|it| (&facet.field, it))
        });
        let label = bucket.map(|(field, bucket)| label(field, bucket, text)).next();
        (label.unwrap_or_else(|| value.clone()), asked.toggled(name, value))
    });
    let page = SearchPage {
        choices,
        set: set.collect(),
        sorts: sorts.into(),
        did_you_mean: search
            .did_you_mean
            .map(|words| (asked.having("q", Some(words.as_str())), words)),
        total: search.total_count,
        previous: at("before", &start_cursor, has_previous_page),
        next: at("after", &end_cursor, has_next_page),
        superseded: (
            asked.having("superseded", (!with_superseded).then_some("1")),
            with_superseded,
        ),
        edges: search.edges,
        asked,
        shell,
    };
    shell::show(&page)
}

fn name_of(facet: &Facet) -> Option<&'static str> {
    let known = FACETS.iter().find(|(field, _)| *field == facet.field);
    known.map(|(_, filter)| filter.name)
}

fn choice(asked: &Asked, facet: &Facet, text: Texts) -> Option<Choice> {
    let name = name_of(facet)?;
    let mut values: Vec<Value> = facet
        .buckets
        .iter()
        .map(|bucket| Value {
            label: label(&facet.field, bucket, text),
            count: bucket.count,
            address: asked.toggled(name, &bucket.value),
            is_set: asked.has(name, &bucket.value),
        })
        .collect();
    // One value that all have is no choice, unless it was made.
    if values.is_empty() || (values.len() == 1 && !values[0].is_set) {
        return None;
    }
    let folded = values.split_off(values.len().min(SHOWN_BUCKETS));
    let is_open = folded.iter().any(|value| value.is_set);
    Some(Choice {
        name,
        heading: text.label("facet", &facet.field).into_owned(),
        shown: values,
        folded,
        is_open,
    })
}

fn label(field: &str, bucket: &Bucket, text: Texts) -> String {
    if let Some(label) = &bucket.label {
        return label.of(&text).to_owned();
    }
    match field {
        "KIND" => text.label("kind", &bucket.value).into_owned(),
        "CURRENCY" => text.label("currency", &bucket.value).into_owned(),
        "PRODUCT_KIND" => text.label("product-kind", &bucket.value).into_owned(),
        "DEVICE_CLASS" => text.label("device-class", &bucket.value).into_owned(),
        _ => bucket.value.clone(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    viewer: Viewer,
    answered_questions: Latest,
}

#[derive(Deserialize)]
struct Latest {
    nodes: Vec<LatestAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LatestAnswer {
    id: String,
    question: String,
    answered_on: Option<String>,
    currency: Assessment,
    station: super::parts::StationName,
}

#[derive(Template)]
#[template(path = "search/start.html")]
struct StartPage {
    shell: Shell,
    asked: Asked,
    latest: Vec<LatestAnswer>,
}

async fn start(guest: &Guest, asked: Asked) -> Result<Response, Trouble> {
    let Start { viewer, answered_questions } = guest.ask(&START, json!({})).await?;
    let shell = guest.shell(viewer, Section::Search);
    shell::show(&StartPage { shell, asked, latest: answered_questions.nodes })
}

#[derive(Deserialize)]
struct Suggested {
    suggest: Vec<Suggestion>,
}

#[derive(Deserialize, Serialize)]
struct Suggestion {
    text: String,
    kind: String,
    fragments: Vec<Fragment>,
}

/// What somebody may be about to type, for the script that shows it under the box; kinds by their names for people.
async fn suggestions(
    guest: Guest,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Suggestion>>, Trouble> {
    let asked = Asked::of(query.as_deref());
    let mut found = match asked.words() {
        "" => Vec::new(),
        words => guest.ask(&SUGGEST, json!({ "text": words })).await?.suggest,
    };
    let text = Texts::in_language(guest.language());
    for suggestion in &mut found {
        suggestion.kind = text.label("kind", &suggestion.kind).into_owned();
    }
    Ok(Json(found))
}
