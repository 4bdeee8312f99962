//! Links that programs follow from a page to its parts (<https://signposting.org>, level 1 and 2): in `Link` headers, in
//! the head of the page, and as a set of their own (RFC 9264).

use serde_json::{Map, Value, json};

use super::json_ld;
use crate::{
    oai::{Repository, formats::Format},
    research::Published,
};

/// The most authors that headers name.
const MOST_AUTHORS: usize = 20;
/// What a linkset is in HTTP.
const LINKSET: &str = "application/linkset+json";
/// What JSON-LD is in HTTP.
const JSON_LD: &str = "application/ld+json";

/// A link of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) rel: &'static str,
    pub(super) href: String,
    pub(super) media_type: Option<&'static str>,
    pub(super) profile: Option<&'static str>,
}

impl Link {
    fn new(rel: &'static str, href: impl Into<String>) -> Self {
        Self { rel, href: href.into(), media_type: None, profile: None }
    }

    fn typed(self, media_type: &'static str) -> Self {
        Self { media_type: Some(media_type), ..self }
    }

    fn profiled(self, profile: &'static str) -> Self {
        Self { profile: Some(profile), ..self }
    }

    /// As a `Link` header writes it (RFC 8288). What addresses hold here is ours or was checked, so that nothing in it ends
    /// the address.
    pub(super) fn header(&self) -> String {
        let quoted = |name: &str, value: Option<&str>| {
            value.map(|value| format!("; {name}=\"{value}\"")).unwrap_or_default()
        };
        let (kind, profile) = (quoted("type", self.media_type), quoted("profile", self.profile));
        format!("<{}>; rel=\"{}\"{kind}{profile}", self.href, self.rel)
    }

    fn target(&self) -> Value {
        let mut target = json!({ "href": self.href });
        if let Some(media_type) = self.media_type {
            target["type"] = media_type.into();
        }
        if let Some(profile) = self.profile {
            target["profile"] = profile.into();
        }
        target
    }
}

/// The links of a page.
pub(super) fn of(output: &Published, base: &str, repository: &Repository) -> Vec<Link> {
    let page = output.url(base);
    let (kind, _) = json_ld::type_of(output.kind);
    let mut links = vec![
        Link::new("cite-as", output.doi_url().unwrap_or_else(|| page.clone())),
        Link::new("type", "https://schema.org/AboutPage"),
        Link::new("type", format!("https://schema.org/{kind}")),
    ];
    let authors = output.contributors.iter().filter_map(|person| person.orcid.as_deref());
    links.extend(authors.map(|orcid| Link::new("author", format!("https://orcid.org/{orcid}"))));
    links.push(
        Link::new("describedby", format!("{page}/metadata.jsonld"))
            .typed(JSON_LD)
            .profiled("https://schema.org"),
    );
    let records = [
        (Format::DataCite, "http://datacite.org/schema/kernel-4"),
        (Format::DublinCore, "http://www.openarchives.org/OAI/2.0/oai_dc/"),
    ];
    links.extend(records.map(|(format, profile)| {
        let address = repository.address_of(output.id, format);
        Link::new("describedby", address).typed("text/xml").profiled(profile)
    }));
    links.push(Link::new("linkset", format!("{page}/linkset")).typed(LINKSET));
    links
}

/// The links as headers: of many authors only some, for there is a bound to what programs read of headers. The linkset has
/// them all.
pub(super) fn headers(links: &[Link]) -> Vec<String> {
    let (authors, others): (Vec<&Link>, Vec<&Link>) =
        links.iter().partition(|link| link.rel == "author");
    others.into_iter().chain(authors.into_iter().take(MOST_AUTHORS)).map(Link::header).collect()
}

/// The link from a part back to its page.
pub(super) fn back(page: &str) -> Vec<String> {
    vec![Link::new("describes", page).typed("text/html").header()]
}

/// The links as a set of their own.
pub(super) fn set(anchor: &str, links: &[Link]) -> Value {
    let mut context = Map::new();
    context.insert("anchor".to_owned(), anchor.into());
    for link in links.iter().filter(|link| link.rel != "linkset") {
        let targets = context.entry(link.rel).or_insert_with(|| json!([]));
        if let Some(targets) = targets.as_array_mut() {
            targets.push(link.target());
        }
    }
    // The way back from each description, as Signposting wants it.
    let described = links.iter().filter(|link| link.rel == "describedby").map(|link| {
        json!({ "anchor": link.href, "describes": [{ "href": anchor, "type": "text/html" }] })
    });
    let all: Vec<Value> = [Value::Object(context)].into_iter().chain(described).collect();
    json!({ "linkset": all })
}
