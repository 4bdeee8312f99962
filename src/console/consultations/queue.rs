//! What waits: the queues, each a list with what is due first.

use askama::Template;
use axum::{
    extract::RawQuery,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::console::{
    api::documents,
    gate::Guest,
    links,
    lists::{Listed, Pages},
    parts::{Page, StationName, moments},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Cases on a page.
const PAGE: usize = 25;

/// The characters of a question that a list shows.
const SHOWN: usize = 70;

/// The states that a list can be narrowed to.
const STATES: [&str; 10] = [
    "RECEIVED",
    "TRIAGED",
    "NEEDS_INFO",
    "WITH_STATION",
    "WITH_DISTRICT",
    "WITH_MUNICIPAL",
    "REFERRED",
    "REPLY_RECEIVED",
    "REPLIED",
    "CLOSED",
];

documents! {
    QUEUE: Queued = ["queue.graphql", "../parts/viewer.graphql", "../parts/page.graphql"];
    FIND: Found = ["find.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queued {
    viewer: Viewer,
    consultation_queues: Counts,
    consultations: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    mine: i64,
    my_station: i64,
    escalated_to_my_bureau: i64,
    overdue: i64,
    unassigned: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Waiting>,
    page_info: Page,
}

/// A case in a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Waiting {
    id: String,
    number: String,
    state: String,
    text: String,
    level: Option<String>,
    priority: String,
    due_on: Option<String>,
    is_overdue: bool,
    clock_stopped: bool,
    days_left: Option<i64>,
    created_at: String,
    station: StationName,
    assignee: Option<Person>,
    handler: Option<Person>,
}

impl Waiting {
    /// The beginning of the question.
    fn beginning(&self) -> String {
        let mut signs = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((at, _)) = signs.char_indices().nth(SHOWN) {
            signs.truncate(at);
            signs.push('…');
        }
        signs
    }

    fn recorded_on(&self) -> String {
        moments::day(&self.created_at)
    }
}

#[derive(Deserialize)]
struct Person {
    name: String,
}

#[derive(Deserialize)]
struct Found {
    consultation: Option<FoundCase>,
}

#[derive(Deserialize)]
struct FoundCase {
    id: String,
}

/// A queue: its name in the address and how many wait in it.
struct Tab {
    /// Its number, as the API calls it.
    name: &'static str,
    label: String,
    address: String,
    count: Option<i64>,
    is_here: bool,
    is_late: bool,
}

#[derive(Template)]
#[template(path = "consultations/queue.html")]
struct QueuePage {
    shell: Shell,
    tabs: Vec<Tab>,
    queue: String,
    state: String,
    states: Vec<(&'static str, String)>,
    total: i64,
    cases: Vec<Waiting>,
    pages: Pages,
    /// A number that was looked for and is none.
    unknown: Option<String>,
}

pub(super) async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/consultations", query.as_deref());
    let number = listed.get("number").map(str::to_owned);
    if let Some(number) = &number {
        let found = guest.ask(&FIND, json!({ "number": number })).await?;
        if let Some(case) = found.consultation {
            return Ok(Redirect::to(&format!("/consultations/{}", case.id)).into_response());
        }
    }
    // A number that is none is told once, not on every page.
    let listed = listed.without("number");
    let queue = match listed.get("queue") {
        Some(queue) => queue.to_owned(),
        None => first_queue(&shell::viewer(&guest).await).to_owned(),
    };
    let state = listed.text("state");
    let mut variables = listed.variables(filter(&queue, state), PAGE);
    variables["orderBy"] = json!(if queue == "all" { "NEWEST" } else { "DUE" });
    let found = guest.ask(&QUEUE, variables).await?;
    let shell = guest.shell(found.viewer, Section::Consultations);
    let text = shell.text;
    let states = STATES.map(|it| (it, text.label("consultation-state", it).into_owned()));
    let page = QueuePage {
        tabs: tabs(&shell, &found.consultation_queues, &queue),
        state: state.to_owned(),
        states: states.into(),
        total: found.consultations.total_count,
        cases: found.consultations.nodes,
        unknown: number,
        pages: listed.pages(&found.consultations.page_info),
        queue,
        shell,
    };
    shell::show(&page)
}

/// Where somebody begins: at what is their station's, their bureau's, or their own.
fn first_queue(viewer: &Viewer) -> &'static str {
    match viewer.standing.as_str() {
        "STAFF" | "HEAD" => "station",
        "DISTRICT_OFFICER" | "MUNICIPAL_OFFICER" => "bureau",
        _ => "mine",
    }
}

fn filter(queue: &str, state: &str) -> Json {
    let mut filter = match queue {
        "station" => json!({ "myStation": true }),
        "bureau" => json!({ "escalatedToMyBureau": true }),
        "overdue" => json!({ "overdue": true }),
        "unassigned" => json!({ "unassigned": true }),
        "all" => json!({}),
        _ => json!({ "mine": true }),
    };
    if STATES.contains(&state) {
        filter["states"] = json!([state]);
    }
    filter
}

fn tabs(shell: &Shell, counts: &Counts, here: &str) -> Vec<Tab> {
    let at_bureau =
        matches!(shell.viewer.standing.as_str(), "DISTRICT_OFFICER" | "MUNICIPAL_OFFICER");
    let mut tabs = vec![("mine", shell.text.of("queue-mine"), Some(counts.mine))];
    if shell.viewer.station_code.is_some() {
        tabs.push(("station", shell.text.of("queue-station"), Some(counts.my_station)));
    }
    if at_bureau {
        let count = Some(counts.escalated_to_my_bureau);
        tabs.push(("bureau", shell.text.of("queue-bureau"), count));
    }
    tabs.push(("unassigned", shell.text.of("queue-unassigned"), Some(counts.unassigned)));
    tabs.push(("overdue", shell.text.of("queue-overdue"), Some(counts.overdue)));
    tabs.push(("all", shell.text.of("queue-all"), None));
    let tab = |(name, label, count): (&str, std::borrow::Cow<'_, str>, Option<i64>)| Tab {
        name: match name {
            "station" => "myStation",
            "bureau" => "escalatedToMyBureau",
            "unassigned" => "unassigned",
            "overdue" => "overdue",
            _ => "mine",
        },
        label: label.into_owned(),
        address: links::address("/consultations", [("queue", name)]),
        is_here: name == here,
        is_late: name == "overdue" && count.is_some_and(|count| count > 0),
        count,
    };
    tabs.into_iter().map(tab).collect()
}
