//! The list of introductions in which the reader is on one side or the other.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::Subject;
use crate::console::{
    api::documents,
    gate::Guest,
    links,
    partners::{choices, days::day_of},
    parts::{OrganizationName, Page, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Introductions on a page.
const SHOWN: i64 = 20;

documents! {
    INTRODUCTIONS: Found = [
        "list.graphql", "subject.graphql", "../parts/viewer.graphql", "../parts/page.graphql",
    ];
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    introductions: Introductions,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introductions {
    total_count: i64,
    nodes: Vec<Introduction>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introduction {
    id: String,
    side: Option<String>,
    state: String,
    purpose: String,
    due_on: String,
    requested_at: String,
    portal: Option<String>,
    organization: OrganizationName,
    station: Option<StationName>,
    about: Option<Subject>,
}

impl Introduction {
    fn asked_on(&self) -> String {
        day_of(&self.requested_at)
    }

    /// Whether an answer is still waited for.
    fn is_waiting(&self) -> bool {
        matches!(self.state.as_str(), "REQUESTED" | "ACKNOWLEDGED")
    }
}

#[derive(Template)]
#[template(path = "introductions/list.html")]
struct ListPage {
    shell: Shell,
    asked: Asked,
    total: i64,
    introductions: Vec<Introduction>,
    previous: Option<String>,
    next: Option<String>,
}

/// What is asked for, as the address says it.
struct Asked(Vec<(String, String)>);

impl Asked {
    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Whether a parameter has a value.
    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }

    /// The address with one parameter as given; the list begins anew.
    fn having(&self, name: &str, value: &str) -> String {
        let is_kept = |known: &str| !matches!(known, "after" | "before") && known != name;
        let kept = self.0.iter().filter(|(known, _)| is_kept(known));
        let kept = kept.map(|(known, value)| (known.as_str(), value.as_str()));
        let set = [(name, value)].into_iter().filter(|(_, value)| !value.is_empty());
        links::address("/introductions", kept.chain(set))
    }

    fn variables(&self) -> Json {
        let said = |name: &str| Some(self.get(name)).filter(|value| !value.is_empty());
        let mut filter = Map::new();
        if let Some(state) = said("state") {
            filter.insert("states".to_owned(), json!([state]));
        }
        filter.insert("role".to_owned(), json!(said("side")));
        let mut variables = match said("before") {
            Some(before) => json!({ "last": SHOWN, "before": before }),
            None => json!({ "first": SHOWN, "after": said("after") }),
        };
        variables["filter"] = Json::Object(filter);
        variables
    }
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = Asked(links::parameters(query.as_deref()));
    let Found { viewer, introductions } = guest.ask(&INTRODUCTIONS, asked.variables()).await?;
    viewer.require(&["ASK_INTRODUCTION", "ANSWER_INTRODUCTION"])?;
    let Page { has_next_page, has_previous_page, start_cursor, end_cursor } =
        introductions.page_info;
    let at = |name: &str, cursor: Option<String>, there: bool| {
        cursor.filter(|_| there).map(|cursor| asked.having(name, &cursor))
    };
    let page = ListPage {
        previous: at("before", start_cursor, has_previous_page),
        next: at("after", end_cursor, has_next_page),
        shell: guest.shell(viewer, Section::Introductions),
        total: introductions.total_count,
        introductions: introductions.nodes,
        asked,
    };
    shell::show(&page)
}
