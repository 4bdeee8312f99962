//! Resources that organizations offer: places for clinical work, testing, training and making.

use askama::Template;
use axum::{
    Router,
    extract::{Path, RawQuery},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::documents,
    downloads::{self, File},
    gate::Guest,
    links,
    lists::{AreaTop, Choice, Group, Listed, Pages},
    parts::{
        AreaName, OrganizationName, Page,
        linked_data::{self, LinkedData},
    },
    shell::{self, Section, Shell, Viewer},
    texts::Texts,
    trouble::Trouble,
};

const PAGE: usize = 20;
/// The filters that files know, too.
const KNOWN_TO_FILES: [&str; 4] = ["kind", "area", "organization", ACCREDITED];
/// Whether only those are listed that somebody has accredited: `true`, and nothing else.
const ACCREDITED: &str = "accredited";

documents! {
    LIST: Found = [
        "list.graphql", "../parts/viewer.graphql", "../parts/page.graphql", "../parts/areas.graphql",
    ];
    RESOURCE: One = ["page.graphql", "../parts/viewer.graphql"];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/resources", get(list)).route("/resources/{id}", get(page))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    resources: Connection,
    expertise_areas: Vec<AreaTop>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    total_count: i64,
    nodes: Vec<Listing>,
    page_info: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    id: String,
    name: String,
    kind: String,
    audience: String,
    is_valid: bool,
    is_accredited: bool,
    valid_until: Option<String>,
    state: String,
    organization: OrganizationName,
    areas: Vec<AreaName>,
}

#[derive(Template)]
#[template(path = "resources/list.html")]
struct ListPage {
    shell: Shell,
    kinds: Vec<Choice>,
    areas: Vec<Group>,
    organization: String,
    accredited_only: bool,
    is_filtered: bool,
    total: i64,
    resources: Vec<Listing>,
    pages: Pages,
    files: Vec<File>,
}

async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/resources", query.as_deref());
    let accredited_only = listed.get(ACCREDITED) == Some("true");
    let filter = json!({
        "kinds": listed.only("kind"),
        "areas": listed.only("area"),
        "organizations": listed.only("organization"),
        "accredited": accredited_only.then_some(true),
    });
    let found = guest.ask(&LIST, listed.variables(filter, PAGE)).await?;
    let known = &KNOWN_TO_FILES[..KNOWN_TO_FILES.len() - usize::from(!accredited_only)];
    let shell = guest.shell(found.viewer, Section::Resources);
    let page = ListPage {
        kinds: listed.values("kind", "ResourceKind", shell.text),
        areas: listed.areas(&found.expertise_areas, shell.text),
        organization: listed.get("organization").unwrap_or_default().to_owned(),
        accredited_only,
        is_filtered: listed.has_any(&KNOWN_TO_FILES),
        total: found.resources.total_count,
        pages: listed.pages(&found.resources.page_info),
        files: downloads::tables("resources", &listed, known),
        resources: found.resources.nodes,
        shell,
    };
    shell::show(&page)
}

#[derive(Deserialize)]
struct One {
    viewer: Viewer,
    node: Option<Node>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Node {
    Resource(Box<Resource>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    id: String,
    name: String,
    kind: String,
    description: Option<String>,
    capabilities: Vec<String>,
    state: String,
    is_accredited: bool,
    accreditation: Option<String>,
    capacity: Option<String>,
    valid_until: Option<String>,
    is_valid: bool,
    retired_on: Option<String>,
    audience: String,
    external_id: String,
    organization: OrganizationName,
    areas: Vec<AreaName>,
}

impl Resource {
    fn is_retired(&self) -> bool {
        self.state == "RETIRED"
    }

    /// Whether its organization can be asked for an introduction.
    fn can_be_asked_for(&self) -> bool {
        self.is_valid && !self.is_retired()
    }

    fn linked_data(&self, guest: &Guest, text: Texts) -> LinkedData {
        let page = guest.absolute(&format!("/resources/{}", self.id));
        let owner = &self.organization;
        let theirs = guest.absolute(&format!("/organizations/{}", links::part(&owner.code)));
        let certificate = |name: &String| json!({ "@type": "Certification", "name": name });
        let offer = |day: &String| json!({ "@type": "Offer", "availabilityEnds": day });
        LinkedData::new(
            "Service",
            [
                ("@id", page.as_str().into()),
                ("url", page.into()),
                ("name", self.name.as_str().into()),
                ("description", self.description.as_deref().into()),
                ("serviceType", text.label("resource-kind", &self.kind).into()),
                ("category", linked_data::areas(&self.areas)),
                ("provider", linked_data::organization(&owner.name, &theirs)),
                ("hasCertification", self.accreditation.as_ref().map(certificate).into()),
                ("offers", self.valid_until.as_ref().map(offer).into()),
            ],
        )
    }
}

#[derive(Template)]
#[template(path = "resources/page.html")]
struct ResourcePage {
    shell: Shell,
    resource: Box<Resource>,
    /// Where everybody may see it.
    linked_data: Option<LinkedData>,
    /// None of what its organization has taken back.
    files: Vec<File>,
}

async fn page(guest: Guest, Path(id): Path<String>) -> Result<Response, Trouble> {
    let found = guest.ask(&RESOURCE, json!({ "id": id })).await?;
    let Some(Node::Resource(resource)) = found.node else { return Err(Trouble::NotFound) };
    let shell = guest.shell(found.viewer, Section::Resources);
    let is_retired = resource.is_retired();
    let page = ResourcePage {
        linked_data: (resource.audience == "PUBLIC" && !is_retired)
            .then(|| resource.linked_data(&guest, shell.text)),
        files: if is_retired {
            Vec::new()
        } else {
            downloads::tables_of_one("resources", &resource.id)
        },
        resource,
        shell,
    };
    shell::show(&page)
}
