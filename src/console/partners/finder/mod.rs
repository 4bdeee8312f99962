//! The partner finder: what is looked for in free words, and who fits, with the reasons.
//!
//! What is written stands in no address: it may be the plan of a company. So everything here is sent as a form.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    areas::{self, Area, AreaGroup},
    choices,
    judged::{Judgement, Target},
};
use crate::console::{
    api::documents,
    forms::Form,
    gate::Guest,
    parts::{Fragment, Page},
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

/// Partners on a page.
const SHOWN: i64 = 10;

documents! {
    FINDER: Start = ["finder.graphql", "../areas/areas.graphql", "../../parts/viewer.graphql"];
    PARTNERS: Found = [
        "partners.graphql", "../areas/areas.graphql", "../judged/partner.graphql", "../judged/terms.graphql",
        "../judged/target.graphql", "../../parts/viewer.graphql", "../../parts/page.graphql",
    ];
}

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/partners", get(start).post(find))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    viewer: Viewer,
    expertise_areas: Vec<Area>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    expertise_areas: Vec<Area>,
    match_partners: Partners,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Partners {
    total_count: i64,
    algorithm_version: String,
    edges: Vec<Edge>,
    page_info: Page,
}

#[derive(Deserialize)]
struct Edge {
    #[serde(flatten)]
    judgement: Judgement,
    node: Target,
}

impl Edge {
    fn heading(&self, shell: &Shell) -> Vec<Fragment> {
        self.node.heading(&self.judgement, &shell.text)
    }
}

#[derive(Template)]
#[template(path = "partners/finder/page.html")]
struct FinderPage {
    shell: Shell,
    sought: Form,
    groups: Vec<AreaGroup>,
    found: Option<Partners>,
}

async fn start(guest: Guest) -> Result<Response, Trouble> {
    let Start { viewer, expertise_areas } = guest.ask(&FINDER, json!({})).await?;
    show(&guest, viewer, &expertise_areas, Form::default(), None)
}

async fn find(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let Some(text) = form.given("text") else {
        let Start { viewer, expertise_areas } = guest.ask(&FINDER, json!({})).await?;
        return show(&guest, viewer, &expertise_areas, form, None);
    };
    let variables = json!({
        "text": text,
        "filter": filter(&form),
        "first": SHOWN,
        "after": form.given("after"),
    });
    let Found { viewer, expertise_areas, match_partners } = guest.ask(&PARTNERS, variables).await?;
    show(&guest, viewer, &expertise_areas, form, Some(match_partners))
}

fn show(
    guest: &Guest,
    viewer: Viewer,
    areas: &[Area],
    sought: Form,
    found: Option<Partners>,
) -> Result<Response, Trouble> {
    viewer.require(&["RAISE_NEED"])?;
    let shell = guest.shell(viewer, Section::Partners);
    let groups = areas::groups(areas, &sought, shell.text);
    shell::show(&FinderPage { shell, sought, groups, found })
}

/// What is looked for beside the words.
fn filter(form: &Form) -> Json {
    let several = |name: &str| Some(form.all(name)).filter(|values| !values.is_empty());
    json!({
        "targets": several("target"),
        "kind": form.given("kind"),
        "areas": several("area"),
        "minTrl": form.given("minTrl").and_then(|it| it.parse::<i64>().ok()),
        "modes": several("mode"),
    })
}
