//! The audit log, to be read.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::PAGE;
use crate::console::{
    api::documents,
    gate::Guest,
    lists::{Listed, Pages},
    parts::Page,
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    AUDIT: Audit = ["audit.graphql", "../parts/viewer.graphql", "../parts/page.graphql"];
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Audit {
    viewer: Viewer,
    audit_events: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Event>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    at: String,
    action: String,
    outcome: String,
    detail: Option<String>,
    request_id: Option<String>,
    district_code: Option<String>,
    actor: Actor,
    target: Option<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Actor {
    kind: String,
    standing: Option<String>,
    member: Option<Name>,
    api_client: Option<Name>,
}

impl Actor {
    fn name(&self) -> Option<&str> {
        self.member.as_ref().or(self.api_client.as_ref()).map(|it| it.name.as_str())
    }
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    kind: String,
    node_id: String,
}

#[derive(Template)]
#[template(path = "administration/audit.html")]
struct AuditPage {
    shell: Shell,
    asked: Listed,
    total: i64,
    events: Vec<Event>,
    previous: Option<String>,
    next: Option<String>,
}

pub(super) async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = Listed::of("/administration/audit", query.as_deref());
    let mut filter = Map::new();
    if let Some(action) = asked.get("action") {
        filter.insert("actions".to_owned(), json!([action]));
    }
    for (parameter, field) in [("outcome", "outcome"), ("target", "targetId")] {
        if let Some(value) = asked.get(parameter) {
            filter.insert(field.to_owned(), json!(value));
        }
    }
    // A day is one of Shanghai's.
    for (parameter, field) in [("from", "from"), ("to", "to")] {
        if let Some(day) = asked.get(parameter) {
            filter.insert(field.to_owned(), json!(format!("{day}T00:00:00+08:00")));
        }
    }
    let Audit { viewer, audit_events } =
        guest.ask(&AUDIT, asked.variables(Json::Object(filter), PAGE)).await?;
    let Pages { previous, next } = asked.pages(&audit_events.page_info);
    let page = AuditPage {
        shell: guest.shell(viewer, Section::Administration),
        asked,
        total: audit_events.total_count,
        events: audit_events.nodes,
        previous,
        next,
    };
    shell::show(&page)
}
