//! What is being written, and what waits for a second person.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::console::{
    api::{UserError, documents},
    gate::Guest,
    parts::{StationName, moments},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    DRAFTS: Drafts = ["list.graphql", "../parts/viewer.graphql"];
}

#[derive(Deserialize)]
struct Drafts {
    viewer: Viewer,
    me: Me,
    writing: Connection,
    reviewing: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Me {
    member_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Worked>,
}

/// An answered question that is worked on.
#[derive(Deserialize)]
struct Worked {
    id: String,
    number: String,
    state: String,
    station: StationName,
    draft: Option<Draft>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Draft {
    question: String,
    returned_reason: Option<String>,
    submitted_at: Option<String>,
    updated_at: String,
    author: Option<Author>,
    deidentification_findings: Vec<serde::de::IgnoredAny>,
}

impl Draft {
    fn written_on(&self) -> String {
        moments::shown(&self.updated_at)
    }

    fn submitted_on(&self) -> String {
        self.submitted_at.as_deref().map(moments::shown).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Author {
    id: String,
    name: String,
}

/// A list of what is worked on.
struct List {
    id: &'static str,
    heading: String,
    none: String,
    total: i64,
    rows: Vec<(Worked, Draft, bool)>,
}

#[derive(Template)]
#[template(path = "drafting/list.html")]
struct ListPage {
    shell: Shell,
    lists: [List; 2],
    faults: Vec<UserError>,
}

pub(super) async fn page(guest: Guest) -> Result<Response, Trouble> {
    show(&guest, Vec::new()).await
}

pub(super) async fn show(guest: &Guest, faults: Vec<UserError>) -> Result<Response, Trouble> {
    let Drafts { viewer, me, writing, reviewing } = guest.ask(&DRAFTS, json!({})).await?;
    if !viewer.signed_in {
        return Err(Trouble::Unauthenticated);
    }
    let shell = guest.shell(viewer, Section::Drafts);
    let mine = |draft: &Draft| {
        me.member_id.is_some() && draft.author.as_ref().map(|it| &it.id) == me.member_id.as_ref()
    };
    let list = |id: &'static str, heading: &str, none: &str, found: Connection| {
        let mut rows: Vec<_> = found
            .nodes
            .into_iter()
            .filter_map(|mut row| {
                let draft = row.draft.take()?;
                let is_mine = mine(&draft);
                Some((row, draft, is_mine))
            })
            .collect();
        // One's own come first among what is written, and last among what waits for a second person.
        rows.sort_by_key(|(_, _, is_mine)| *is_mine == (id == "reviewing"));
        List {
            id,
            heading: heading.to_owned(),
            none: none.to_owned(),
            total: found.total_count,
            rows,
        }
    };
    let text = shell.text;
    let lists = [
        list("writing", &text.of("drafts-writing"), &text.of("drafts-writing-none"), writing),
        list(
            "reviewing",
            &text.of("drafts-reviewing"),
            &text.of("drafts-reviewing-none"),
            reviewing,
        ),
    ];
    shell::show(&ListPage { shell, lists, faults })
}
