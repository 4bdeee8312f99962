//! A research output in the words of schema.org, for search engines and catalogues.

use serde_json::{Map, Value, json};

use crate::research::{OutputKind, Published};

/// The type of a kind, and a further word where schema.org has none of its own.
pub(super) fn type_of(kind: OutputKind) -> (&'static str, Option<&'static str>) {
    match kind {
        OutputKind::JournalArticle => ("ScholarlyArticle", None),
        OutputKind::Preprint => ("ScholarlyArticle", Some("Preprint")),
        OutputKind::Thesis => ("Thesis", None),
        OutputKind::Dataset => ("Dataset", None),
        OutputKind::Software => ("SoftwareSourceCode", None),
        OutputKind::Patent => ("CreativeWork", Some("Patent")),
        OutputKind::Prototype => ("CreativeWork", Some("Prototype")),
        OutputKind::BiologicalMaterial => ("CreativeWork", Some("Biological material")),
        OutputKind::ClinicalTrial => ("CreativeWork", Some("Clinical trial")),
        OutputKind::Protocol => ("CreativeWork", Some("Protocol")),
        OutputKind::Standard => ("CreativeWork", Some("Standard")),
        OutputKind::KnowHow => ("CreativeWork", Some("Know-how")),
        OutputKind::Other => ("CreativeWork", None),
    }
}

/// The output as JSON-LD.
pub(super) fn of(output: &Published, base: &str) -> Value {
    let (kind, further) = type_of(output.kind);
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !empty {
            fields.insert(name.to_owned(), value);
        }
    };
    let page = output.url(base);
    put("@context", "https://schema.org".into());
    put("@type", kind.into());
    put("@id", output.doi_url().unwrap_or_else(|| page.clone()).into());
    put("url", page.into());
    put("name", output.title.clone().into());
    if kind == "ScholarlyArticle" {
        put("headline", output.title.clone().into());
    }
    put("additionalType", further.into());
    put("description", output.summary.clone().into());
    let people: Vec<Value> = output
        .contributors
        .iter()
        .map(|person| match &person.orcid {
            Some(orcid) => {
                let orcid = format!("https://orcid.org/{orcid}");
                json!({ "@type": "Person", "@id": orcid, "name": person.name })
            }
            None => json!({ "@type": "Person", "name": person.name }),
        })
        .collect();
    put("author", people.into());
    let publisher = organization(output);
    put("publisher", publisher.clone());
    put("sourceOrganization", publisher);
    put("datePublished", output.published_on.map(|day| day.to_string()).into());
    put("dateCreated", output.completed_on.map(|day| day.to_string()).into());
    let keywords = output.areas.iter().flat_map(|(_, label, label_en)| {
        [Some(label.clone()), label_en.clone()].into_iter().flatten()
    });
    put("keywords", keywords.map(Value::from).collect::<Vec<_>>().into());
    put("identifier", identifiers(output).into());
    put("sameAs", output.doi_url().into());
    Value::Object(fields)
}

fn organization(output: &Published) -> Value {
    let organization = &output.organization;
    let mut value = json!({ "@type": "Organization", "name": organization.name });
    if let Some(name) = &organization.name_en {
        value["alternateName"] = name.as_str().into();
    }
    if let Some(ror) = &organization.ror {
        value["@id"] = format!("https://ror.org/{ror}").into();
    }
    value
}

fn identifiers(output: &Published) -> Vec<Value> {
    let property = |name: &str, value: &str| json!({ "@type": "PropertyValue", "propertyID": name, "value": value });
    let doi = output.doi.iter().map(|doi| property("DOI", doi));
    let others = output.identifiers.iter().map(|other| property(&other.scheme, &other.value));
    let patents = output.patents.iter().flat_map(|patent| {
        [("patent application", &patent.application_no), ("patent", &patent.publication_no)]
            .into_iter()
            .filter_map(|(name, number)| Some(property(name, number.as_deref()?)))
            .collect::<Vec<_>>()
    });
    let trials = output.trial_ids.iter().map(|id| property("clinical trial", id));
    doi.chain(others).chain(patents).chain(trials).collect()
}
