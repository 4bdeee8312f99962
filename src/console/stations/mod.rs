//! The stations of the network: who they are, what they are good at, where something is missing.

mod map;
mod profile;

use askama::Template;
use axum::{Router, extract::RawQuery, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::documents,
    gate::Guest,
    lists::{AreaTop, Group, Listed, Pages},
    parts::{AreaName, DistrictName, Page},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Stations on a page: those of a city.
const PAGE: usize = 50;

documents! {
    DIRECTORY: Directory = [
        "directory.graphql", "../parts/viewer.graphql", "../parts/page.graphql", "../parts/areas.graphql",
    ];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/stations", get(directory))
        .route("/stations/map", get(map::page))
        .route("/stations/{code}", get(profile::page))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Directory {
    viewer: Viewer,
    stations: Connection,
    expertise_areas: Vec<AreaTop>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Station>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Station {
    code: String,
    name: String,
    state: String,
    district: DistrictName,
    service_points: Vec<serde::de::IgnoredAny>,
    areas: Vec<AreaName>,
}

#[derive(Template)]
#[template(path = "stations/directory.html")]
struct DirectoryPage {
    shell: Shell,
    areas: Vec<Group>,
    is_filtered: bool,
    total: i64,
    stations: Vec<Station>,
    pages: Pages,
}

async fn directory(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/stations", query.as_deref());
    let filter = json!({ "areas": listed.only("area") });
    let found = guest.ask(&DIRECTORY, listed.variables(filter, PAGE)).await?;
    let shell = guest.shell(found.viewer, Section::Stations);
    let page = DirectoryPage {
        areas: listed.areas(&found.expertise_areas, shell.text),
        is_filtered: listed.has_any(&["area"]),
        total: found.stations.total_count,
        pages: listed.pages(&found.stations.page_info),
        stations: found.stations.nodes,
        shell,
    };
    shell::show(&page)
}
