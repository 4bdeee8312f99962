//! What was seen in a file, cell by cell, before it is taken in, and what became of its rows.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::console::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    lists::Listed,
    partners::{
        choices,
        days::day_of,
        steps::{Nothing, begun},
    },
    parts::{AreaName, Page},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Rows on a page.
const SHOWN: i64 = 25;

documents! {
    IMPORT: Found = ["import.graphql", "../parts/viewer.graphql", "../parts/page.graphql"];
    COMMIT: Done<Nothing> = ["commit.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    research_output_import: Option<Import>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Import {
    id: String,
    state: String,
    format: String,
    encoding: String,
    file_name: String,
    row_count: i64,
    good_row_count: i64,
    unknown_columns: Vec<String>,
    created_at: String,
    expires_at: String,
    outcomes: Vec<OutcomeCount>,
    rows: Rows,
}

impl Import {
    /// How many rows have an outcome.
    fn count(&self, outcome: &str) -> i64 {
        self.outcomes.iter().find(|it| it.outcome == outcome).map_or(0, |it| it.rows)
    }

    /// Whether it can still be taken in.
    fn is_waiting(&self) -> bool {
        self.state == "PREVIEWED"
    }
}

#[derive(Deserialize)]
struct OutcomeCount {
    outcome: String,
    rows: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rows {
    nodes: Vec<Row>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    line: i64,
    external_id: Option<String>,
    title: Option<String>,
    outcome: String,
    values: Vec<Value>,
    faults: Vec<Fault>,
    conflicts: Vec<Conflict>,
    duplicates: Vec<Duplicate>,
    proposed_areas: Vec<Proposal>,
    research_output: Option<OutputName>,
}

#[derive(Deserialize)]
struct Value {
    column: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fault {
    line: i64,
    column: Option<String>,
    column_label: Option<String>,
    cell: Option<String>,
    value: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Conflict {
    column: String,
    present: Option<String>,
    given: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Duplicate {
    line: Option<i64>,
    by: String,
    research_output: Option<OutputName>,
}

#[derive(Deserialize)]
struct Proposal {
    term: String,
    area: AreaName,
}

#[derive(Deserialize)]
struct OutputName {
    id: String,
    title: String,
}

impl Row {
    /// Whether something is wrong with what stands in a column.
    fn is_faulty(&self, column: &str) -> bool {
        let begins = |fault: &Fault| {
            let named = fault.column.as_deref().unwrap_or_default();
            named.split(['[', '.']).next() == Some(column)
        };
        self.faults.iter().any(begins)
    }
}

#[derive(Template)]
#[template(path = "publishing/import.html")]
struct ImportPage {
    shell: Shell,
    import: Import,
    outcome: String,
    next: Option<String>,
    faults: Vec<UserError>,
}

impl ImportPage {
    /// Whether the rows of an outcome are shown.
    fn is_chosen(&self, outcome: &str) -> bool {
        self.outcome == outcome
    }
}

pub(super) async fn page(
    guest: Guest,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    show(&guest, &id, query.as_deref(), Vec::new()).await
}

async fn show(
    guest: &Guest,
    id: &str,
    query: Option<&str>,
    faults: Vec<UserError>,
) -> Result<Response, Trouble> {
    let listed = Listed::of(&format!("/publishing/imports/{id}"), query);
    let variables = json!({
        "id": id,
        "first": SHOWN,
        "after": listed.get("after"),
        "outcomes": listed.only("outcome"),
    });
    let Found { viewer, research_output_import } = guest.ask(&IMPORT, variables).await?;
    let import = research_output_import.ok_or(Trouble::NotFound)?;
    let next = listed.pages(&import.rows.page_info).next;
    let outcome = listed.text("outcome").to_owned();
    let shell = guest.shell(viewer, Section::Publishing);
    shell::show(&ImportPage { shell, import, outcome, next, faults })
}

pub(super) async fn commit(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let mut input = begun(&[("id", &id)], &form);
    input.insert("takeGoodRows".to_owned(), json!(form.has("takeGoodRows", "yes")));
    match guest.change(&COMMIT, Json::Object(input)).await? {
        Ok(_) => Ok(Redirect::to(&format!("/publishing/imports/{id}")).into_response()),
        Err(faults) => show(&guest, &id, None, faults).await,
    }
}
