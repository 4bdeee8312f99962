//! Organizations that research, make, test and train: the list, and what each offers.

use std::borrow::Cow;

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
        AreaName, DistrictName, Localized, Page,
        linked_data::{self, LinkedData},
    },
    shell::{self, Section, Shell, Viewer},
    texts::Texts,
    trouble::Trouble,
};

const PAGE: usize = 20;

documents! {
    LIST: Found = [
        "list.graphql", "../parts/viewer.graphql", "../parts/page.graphql", "../parts/areas.graphql",
    ];
    ORGANIZATION: Profile = ["page.graphql", "../parts/viewer.graphql"];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/organizations", get(list)).route("/organizations/{code}", get(page))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    viewer: Viewer,
    organizations: Connection,
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
struct Listing {
    code: String,
    name: Localized,
    r#type: String,
    region: Option<String>,
    district: Option<DistrictName>,
    areas: Vec<AreaName>,
}

/// A region by its name, where it is one of those that have one.
fn region<'a>(text: &Texts, code: &'a str) -> Cow<'a, str> {
    match code {
        "CN" | "SH" | "YRD" => text.label("region", code),
        _ => Cow::Borrowed(code),
    }
}

#[derive(Template)]
#[template(path = "organizations/list.html")]
struct ListPage {
    shell: Shell,
    types: Vec<Choice>,
    areas: Vec<Group>,
    is_filtered: bool,
    total: i64,
    organizations: Vec<Listing>,
    pages: Pages,
    files: Vec<File>,
}

async fn list(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let listed = Listed::of("/organizations", query.as_deref());
    let filter = json!({ "types": listed.only("type"), "areas": listed.only("area") });
    let found = guest.ask(&LIST, listed.variables(filter, PAGE)).await?;
    let shell = guest.shell(found.viewer, Section::Organizations);
    let page = ListPage {
        types: listed.values("type", "OrganizationType", shell.text),
        areas: listed.areas(&found.expertise_areas, shell.text),
        is_filtered: listed.has_any(&["type", "area"]),
        total: found.organizations.total_count,
        pages: listed.pages(&found.organizations.page_info),
        files: downloads::tables("organizations", &listed, &["type", "area"]),
        organizations: found.organizations.nodes,
        shell,
    };
    shell::show(&page)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    viewer: Viewer,
    organizations: One,
    research_outputs: Beginning<Output>,
    resources: Beginning<Resource>,
}

#[derive(Deserialize)]
struct One {
    nodes: Vec<Organization>,
}

/// The first of a list, and how many there are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Beginning<T> {
    total_count: usize,
    nodes: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    code: String,
    name: Localized,
    r#type: String,
    ror: Option<String>,
    social_credit_code: Option<String>,
    region: Option<String>,
    source: Option<String>,
    district: Option<DistrictName>,
    areas: Vec<AreaName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    id: String,
    title: String,
    kind: String,
    trl: Option<i64>,
    audience: String,
    published_on: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    id: String,
    name: String,
    kind: String,
    audience: String,
    is_valid: bool,
}

impl Organization {
    /// Everybody may see organizations.
    fn linked_data(&self, guest: &Guest) -> LinkedData {
        let kind = match self.r#type.as_str() {
            "UNIVERSITY" => "CollegeOrUniversity",
            "HOSPITAL" => "Hospital",
            "RESEARCH_INSTITUTE" | "TEST_LAB" => "ResearchOrganization",
            "ENTERPRISE" | "CRO" | "CDMO" => "Corporation",
            "REGULATOR" => "GovernmentOrganization",
            _ => "Organization",
        };
        let page = guest.absolute(&format!("/organizations/{}", links::part(&self.code)));
        let ror = self.ror.as_ref().map(|ror| format!("https://ror.org/{ror}"));
        let credit_code = self.social_credit_code.as_ref().map(|code| {
            json!({ "@type": "PropertyValue", "propertyID": "GB 32100-2015", "value": code })
        });
        let address = |place: &Localized| json!({ "@type": "PostalAddress", "addressCountry": "CN", "addressLocality": place.zh });
        LinkedData::new(
            kind,
            [
                ("@id", page.as_str().into()),
                ("url", page.into()),
                ("name", self.name.zh.as_str().into()),
                ("alternateName", self.name.en.as_deref().into()),
                ("sameAs", ror.into()),
                ("identifier", credit_code.into()),
                ("address", self.district.as_ref().map(|it| address(&it.name)).into()),
                ("knowsAbout", linked_data::areas(&self.areas)),
            ],
        )
    }
}

#[derive(Template)]
#[template(path = "organizations/page.html")]
struct OrganizationPage {
    shell: Shell,
    organization: Organization,
    linked_data: LinkedData,
    outputs: Beginning<Output>,
    resources: Beginning<Resource>,
    files: Vec<File>,
}

async fn page(guest: Guest, Path(code): Path<String>) -> Result<Response, Trouble> {
    let found = guest.ask(&ORGANIZATION, json!({ "codes": [code] })).await?;
    let organization = found.organizations.nodes.into_iter().next().ok_or(Trouble::NotFound)?;
    let page = OrganizationPage {
        linked_data: organization.linked_data(&guest),
        files: downloads::tables_of_one("organizations", &organization.code),
        shell: guest.shell(found.viewer, Section::Organizations),
        organization,
        outputs: found.research_outputs,
        resources: found.resources,
    };
    shell::show(&page)
}
