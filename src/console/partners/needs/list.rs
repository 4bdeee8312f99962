//! The list of needs, one's own and those of others that one may see.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::console::{
    api::documents,
    gate::Guest,
    links,
    partners::choices,
    parts::{AreaName, Page, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Needs on a page.
const SHOWN: i64 = 20;

documents! {
    NEEDS: Found = ["list.graphql", "../../parts/viewer.graphql", "../../parts/page.graphql"];
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    needs: Needs,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Needs {
    total_count: i64,
    nodes: Vec<Need>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Need {
    id: String,
    number: String,
    kind: String,
    title: Option<String>,
    text: String,
    state: String,
    audience: String,
    expires_on: String,
    is_own_need: bool,
    station: Option<StationName>,
    areas: Vec<AreaName>,
}

impl Need {
    /// What it is called: by its title, or else by how it begins.
    fn name(&self) -> String {
        match &self.title {
            Some(title) => title.clone(),
            None => super::shortened(&self.text),
        }
    }
}

#[derive(Template)]
#[template(path = "partners/needs/list.html")]
struct ListPage {
    shell: Shell,
    asked: Asked,
    total: i64,
    needs: Vec<Need>,
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
        links::address(
            "/needs",
            kept.chain([(name, value)].into_iter().filter(|it| !it.1.is_empty())),
        )
    }

    fn variables(&self) -> Json {
        let mut filter = Map::new();
        for (name, field) in [("state", "states"), ("kind", "kinds")] {
            let value = self.get(name);
            if !value.is_empty() {
                filter.insert(field.to_owned(), json!([value]));
            }
        }
        if !self.get("mine").is_empty() {
            filter.insert("mine".to_owned(), json!(true));
            if self.get("state").is_empty() {
                filter.insert("states".to_owned(), json!(choices::NEED_STATES));
            }
        }
        let (after, before) = (self.get("after"), self.get("before"));
        let mut variables = json!({ "filter": filter });
        let place = match (after, before) {
            (_, "") => {
                [("first", json!(SHOWN)), ("after", json!(Some(after).filter(|it| !it.is_empty())))]
            }
            _ => [("last", json!(SHOWN)), ("before", json!(before))],
        };
        for (name, value) in place {
            variables[name] = value;
        }
        variables
    }
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = Asked(links::parameters(query.as_deref()));
    let Found { viewer, needs } = guest.ask(&NEEDS, asked.variables()).await?;
    let Page { has_next_page, has_previous_page, start_cursor, end_cursor } = needs.page_info;
    let at = |name: &str, cursor: Option<String>, there: bool| {
        cursor.filter(|_| there).map(|cursor| asked.having(name, &cursor))
    };
    let page = ListPage {
        previous: at("before", start_cursor, has_previous_page),
        next: at("after", end_cursor, has_next_page),
        shell: guest.shell(viewer, Section::Needs),
        total: needs.total_count,
        needs: needs.nodes,
        asked,
    };
    shell::show(&page)
}
