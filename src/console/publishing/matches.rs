//! The needs that what an organization offers was found to fit.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::json;

use crate::console::{
    api::documents,
    gate::Guest,
    links,
    partners::{
        days::day_of,
        judged::{TargetName, percent},
    },
    parts::{Page, StationName},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Pairs on a page.
const SHOWN: i64 = 20;

documents! {
    MATCHES: Found = [
        "matches.graphql", "../partners/judged/target_name.graphql", "../parts/viewer.graphql",
        "../parts/page.graphql",
    ];
}

#[derive(Deserialize)]
struct Found {
    viewer: Viewer,
    matches: Matches,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Matches {
    total_count: i64,
    nodes: Vec<Match>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    state: String,
    score: f64,
    updated_at: String,
    target: TargetName,
    need: Need,
}

impl Match {
    fn percent(&self) -> i64 {
        percent(self.score)
    }

    /// Where the reader's own page of what is offered is.
    fn address(&self) -> String {
        match &self.target {
            TargetName::ResearchOutput { id, .. } => format!("/publishing/{id}"),
            other => other.address(),
        }
    }
}

#[derive(Deserialize)]
struct Need {
    id: String,
    number: String,
    title: Option<String>,
    kind: String,
    station: Option<StationName>,
}

#[derive(Template)]
#[template(path = "publishing/matches.html")]
struct MatchesPage {
    shell: Shell,
    total: i64,
    matches: Vec<Match>,
    previous: Option<String>,
    next: Option<String>,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = links::parameters(query.as_deref());
    let said =
        |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let mut variables = match said("before") {
        Some(before) => json!({ "last": SHOWN, "before": before }),
        None => json!({ "first": SHOWN, "after": said("after") }),
    };
    variables["states"] = json!(said("state").map(|state| [state]));
    let Found { viewer, matches } = guest.ask(&MATCHES, variables).await?;
    viewer.require(&["SEE_OWN_MATCHES"])?;
    let Page { has_next_page, has_previous_page, start_cursor, end_cursor } = matches.page_info;
    let at = |name: &str, cursor: Option<String>, there: bool| {
        let cursor = cursor.filter(|_| there)?;
        Some(links::address("/publishing/matches", [(name, cursor.as_str())]))
    };
    let page = MatchesPage {
        previous: at("before", start_cursor, has_previous_page),
        next: at("after", end_cursor, has_next_page),
        shell: guest.shell(viewer, Section::Publishing),
        total: matches.total_count,
        matches: matches.nodes,
    };
    shell::show(&page)
}
