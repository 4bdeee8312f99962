//! The tree of areas: what there is, another area, another name.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    parts::Localized,
    shell::{self, Section, Shell, Viewer},
    steps::{Nothing, Tried},
    trouble::Trouble,
};

documents! {
    TAXONOMY: Taxonomy = ["taxonomy.graphql", "../parts/viewer.graphql"];
    ADD: Done<Nothing> = ["add_area.graphql"];
    CHANGE: Done<Nothing> = ["change_area.graphql"];
}

/// The facets of the tree.
const FACETS: [&str; 4] = ["REG", "SVC", "FLD", "CAT"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Taxonomy {
    viewer: Viewer,
    expertise_areas: Vec<Area>,
}

#[derive(Deserialize)]
struct Area {
    id: String,
    code: String,
    facet: String,
    aliases: Vec<String>,
    position: i64,
    version: i64,
    label: Localized,
    parent: Option<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    id: String,
}

/// An area and how deep it stands.
struct Placed {
    area: Area,
    depth: usize,
}

#[derive(Template)]
#[template(path = "administration/taxonomy.html")]
struct TaxonomyPage {
    shell: Shell,
    /// The areas of each facet, parents before their children.
    facets: Vec<(&'static str, Vec<Placed>)>,
    /// What was not taken: the form that adds an area, or the one of an area, by its id.
    tried: Tried,
}

pub(super) async fn tree(guest: Guest) -> Result<Response, Trouble> {
    show(&guest, Tried::default()).await
}

async fn show(guest: &Guest, tried: Tried) -> Result<Response, Trouble> {
    let Taxonomy { viewer, expertise_areas } = guest.ask(&TAXONOMY, json!({})).await?;
    let shell = guest.shell(viewer, Section::Administration);
    let mut areas = expertise_areas;
    let facets = FACETS.map(|facet| {
        let mut placed = Vec::new();
        place(&mut areas, facet, None, 0, &mut placed);
        (facet, placed)
    });
    shell::show(&TaxonomyPage { shell, facets: facets.into(), tried })
}

/// Puts the areas under a parent in their order, each followed by its own.
fn place(
    areas: &mut Vec<Area>,
    facet: &str,
    parent: Option<&str>,
    depth: usize,
    placed: &mut Vec<Placed>,
) {
    let is_under = |area: &mut Area| {
        area.facet == facet && area.parent.as_ref().map(|parent| parent.id.as_str()) == parent
    };
    let mut under: Vec<Area> = areas.extract_if(.., is_under).collect();
    under.sort_by(|one, other| (one.position, &one.code).cmp(&(other.position, &other.code)));
    for area in under {
        let id = area.id.clone();
        placed.push(Placed { area, depth });
        place(areas, facet, Some(&id), depth + 1, placed);
    }
}

pub(super) async fn add(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let input = json!({ "code": form.text("code"), "parentId": form.given("parent"), "label": label(&form),
        "facet": form.given("facet"), "aliases": aliases(&form), "clientMutationId": form.given("once") });
    match guest.change(&ADD, input).await? {
        Ok(Nothing {}) => Ok(Redirect::to("/administration/taxonomy").into_response()),
        Err(faults) => show(&guest, Tried { slug: "add".to_owned(), form, faults }).await,
    }
}

pub(super) async fn change(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let version: i64 = form.text("version").parse().unwrap_or_default();
    let input = json!({ "expertiseAreaId": id, "version": version, "label": label(&form), "aliases": aliases(&form),
        "clientMutationId": form.given("once") });
    match guest.change(&CHANGE, input).await? {
        Ok(Nothing {}) => Ok(Redirect::to("/administration/taxonomy").into_response()),
        Err(faults) => show(&guest, Tried { slug: id, form, faults }).await,
    }
}

fn label(form: &Form) -> Json {
    json!({ "zh": form.text("zh"), "en": form.given("en") })
}

fn aliases(form: &Form) -> Vec<&str> {
    let signs = [';', '；', '、'];
    form.text("aliases").split(signs).map(str::trim).filter(|alias| !alias.is_empty()).collect()
}
