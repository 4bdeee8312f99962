//! Research outputs: the list, and what there is to know of each.

mod output;

use askama::Template;
use axum::{Router, extract::RawQuery, response::Response, routing::get};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    api::documents,
    downloads::File,
    gate::Guest,
    lists::{AreaTop, Choice, Group, Listed, Pages},
    parts::{
        AreaName, OrganizationName, Page,
        whole::{Part, completed},
    },
    shell::{self, Section, Shell, Viewer},
    texts::Texts,
    trouble::Trouble,
};

const PAGE: usize = 20;
/// What a list can be taken away as.
const FORMATS: [(&str, &str); 7] = [
    ("xlsx", "Excel"),
    ("csv", "CSV"),
    ("jsonl", "JSON Lines"),
    ("datacite", "DataCite JSON"),
    ("csl", "CSL-JSON"),
    ("bibtex", "BibTeX"),
    ("ris", "RIS"),
];
/// The filters that files know, too.
const KNOWN_TO_FILES: [&str; 3] = ["organization", "area", "kind"];

documents! {
    LIST: Found = [
        "list.graphql", "../parts/viewer.graphql", "../parts/page.graphql", "../parts/areas.graphql",
    ];
    ORGANIZATIONS: Organizations = ["../parts/organizations.graphql", "../parts/page.graphql"];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/research", get(list)).route("/research/{id}", get(output::page))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    research_outputs: Connection,
    expertise_areas: Vec<AreaTop>,
    organizations: Part<OrganizationName>,
}

#[derive(Deserialize)]
struct Organizations {
    organizations: Part<OrganizationName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Output>,
    page_info: Page,
}

/// A research output as lists show it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    id: String,
    title: String,
    kind: String,
    trl: Option<i64>,
    ip_status: String,
    state: String,
    audience: String,
    published_on: Option<String>,
    embargo_until: Option<String>,
    organization: OrganizationName,
    areas: Vec<AreaName>,
}

impl Output {
    /// Whether it is shown to others than its owner, and open to offers.
    fn is_offered(&self) -> bool {
        self.state == "PUBLISHED"
    }

    /// Until when only its owner sees it, where that is still to come.
    fn embargo(&self, today: &str) -> Option<&str> {
        self.embargo_until.as_deref().filter(|until| *until > today)
    }
}

#[derive(Template)]
#[template(path = "research/list.html")]
struct ListPage {
    shell: Shell,
    today: String,
    kinds: Vec<Choice>,
    areas: Vec<Group>,
    organizations: Vec<Choice>,
    ip_statuses: Vec<Choice>,
    least: Vec<Choice>,
    is_filtered: bool,
    total: i64,
    outputs: Vec<Output>,
    pages: Pages,
    files: Vec<File>,
    /// Whether something is filtered by that files do not know.
    files_have_more: bool,
}

async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/research", query.as_deref());
    let found = guest.ask(&LIST, listed.variables(filter(&listed), PAGE)).await?;
    let organizations =
        completed(&guest, found.organizations, &ORGANIZATIONS, |page| page.organizations).await?;
    let shell = guest.shell(found.viewer, Section::Research);
    let text = shell.text;
    let page = ListPage {
        today: guest.today(),
        kinds: listed.values("kind", "ResearchOutputKind", text),
        areas: listed.areas(&found.expertise_areas, text),
        organizations: listed.choices("organization", named(&organizations, text)),
        ip_statuses: listed.values("ip", "IpStatus", text),
        least: listed.choices("trl", (1..=9).map(|it| (it.to_string(), format!("TRL {it}")))),
        is_filtered: listed.has_any(&["kind", "area", "organization", "ip", "trl"]),
        total: found.research_outputs.total_count,
        pages: listed.pages(&found.research_outputs.page_info),
        files: files(&listed),
        files_have_more: listed.has_any(&["ip", "trl"]),
        outputs: found.research_outputs.nodes,
        shell,
    };
    shell::show(&page)
}

fn filter(listed: &Listed) -> Json {
    json!({
        "kinds": listed.only("kind"),
        "areas": listed.only("area"),
        "organizations": listed.only("organization"),
        "ipStatuses": listed.only("ip"),
        "minTrl": listed.number("trl"),
    })
}

fn named(
    organizations: &[OrganizationName],
    text: Texts,
) -> impl Iterator<Item = (String, String)> {
    organizations.iter().map(move |it| (it.code.clone(), it.name.of(&text).to_owned()))
}

fn files(listed: &Listed) -> Vec<File> {
    let at = |(format, name): (&str, &'static str)| {
        let more = [("format", format)];
        (name, listed.elsewhere("/download/research-outputs", &KNOWN_TO_FILES, &more))
    };
    FORMATS.map(at).into()
}
