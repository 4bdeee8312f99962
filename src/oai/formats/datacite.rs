//! `oai_datacite`: metadata of `DataCite`, version 4, wrapped as the repositories of that family do.

use serde_json::{Map, Value, json};

use super::{Numbers, day, kinds, patent_numbers, put, tidy, words};
use crate::{
    research::Published,
    xml::{Element, Xml},
};

pub(super) const NAMESPACE: &str = "http://schema.datacite.org/oai/oai-1.1/";
pub(super) const SCHEMA: &str = "http://schema.datacite.org/oai/oai-1.1/oai.xsd";
const KERNEL: &str = "http://datacite.org/schema/kernel-4";
const KERNEL_SCHEMA: &str = "http://schema.datacite.org/meta/kernel-4.5/metadata.xsd";
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Writes a research output.
pub(super) fn write(xml: &mut Xml, output: &Published, base: &str) {
    let location = format!("{NAMESPACE} {SCHEMA}");
    let attributes =
        [("xmlns", NAMESPACE), ("xmlns:xsi", INSTANCE), ("xsi:schemaLocation", location.as_str())];
    xml.begin("oai_datacite", &attributes)
        .text("schemaVersion", &[], "4.5")
        .text("datacentreSymbol", &[], "ZHANJIAN")
        .begin("payload", &[]);
    let location = format!("{KERNEL} {KERNEL_SCHEMA}");
    xml.begin("resource", &[("xmlns", KERNEL), ("xsi:schemaLocation", &location)]);
    match &output.doi {
        Some(doi) => xml.text("identifier", &[("identifierType", "DOI")], doi),
        None => xml.text("identifier", &[("identifierType", "URL")], &output.url(base)),
    };
    creators(xml, output);
    xml.begin("titles", &[]).text("title", &[], &output.title).end();
    xml.text("publisher", &[], &output.organization.name);
    xml.text("publicationYear", &[], &output.year().to_string());
    let names = kinds::names(output.kind);
    xml.text("resourceType", &[("resourceTypeGeneral", names.datacite)], names.word);
    subjects(xml, output);
    dates(xml, output);
    alternates(xml, output, base);
    xml.begin("descriptions", &[]);
    xml.text("description", &[("descriptionType", "Abstract")], &output.summary);
    if let Some(text) = &output.advantages {
        xml.text("description", &[("descriptionType", "Other")], text);
    }
    // Of descriptions, of the resource, of the payload, of the wrapper.
    xml.end().end().end().end();
}

fn creators(xml: &mut Xml, output: &Published) {
    xml.begin("creators", &[]);
    for contributor in &output.contributors {
        xml.begin("creator", &[]);
        xml.text("creatorName", &[("nameType", "Personal")], &contributor.name);
        if let Some(orcid) = &contributor.orcid {
            let scheme = [("nameIdentifierScheme", "ORCID"), ("schemeURI", "https://orcid.org")];
            xml.text("nameIdentifier", &scheme, orcid);
        }
        xml.end();
    }
    if output.contributors.is_empty() {
        // Somebody must be named; then it is whoever offers it.
        xml.begin("creator", &[]);
        xml.text("creatorName", &[("nameType", "Organizational")], &output.organization.name);
        xml.end();
    }
    xml.end();
}

fn subjects(xml: &mut Xml, output: &Published) {
    if output.areas.is_empty() {
        return;
    }
    xml.begin("subjects", &[]);
    for (_, label, label_en) in &output.areas {
        xml.text("subject", &[("xml:lang", "zh")], label);
        if let Some(label) = label_en {
            xml.text("subject", &[("xml:lang", "en")], label);
        }
    }
    xml.end();
}

fn dates(xml: &mut Xml, output: &Published) {
    let dates = [("Issued", output.published_on), ("Created", output.completed_on)];
    if dates.iter().all(|(_, day)| day.is_none()) {
        return;
    }
    xml.begin("dates", &[]);
    for (kind, day) in dates {
        if let Some(day) = day {
            xml.text("date", &[("dateType", kind)], &day.to_string());
        }
    }
    xml.end();
}

fn alternates(xml: &mut Xml, output: &Published, base: &str) {
    let others = output.identifiers.iter().map(|it| (it.scheme.clone(), it.value.clone()));
    let trials = output.trial_ids.iter().map(|id| ("Clinical trial".to_owned(), id.clone()));
    let page = output.doi.is_some().then(|| ("URL".to_owned(), output.url(base)));
    let all: Vec<(String, String)> =
        page.into_iter().chain(others).chain(patent_numbers(output)).chain(trials).collect();
    if all.is_empty() {
        return;
    }
    xml.begin("alternateIdentifiers", &[]);
    for (scheme, value) in all {
        xml.text("alternateIdentifier", &[("alternateIdentifierType", &scheme)], &value);
    }
    xml.end();
}

/// Reads a record, wrapped or not.
pub(super) fn read(metadata: &Element) -> Option<Map<String, Value>> {
    let resource = resource(metadata)?;
    let listed = |list: &'static str, item: &'static str| {
        resource.first(list).into_iter().flat_map(move |list| list.all(item))
    };
    let mut row = Map::new();
    // A title without a type is the title itself; the others are translations, subtitles and the like.
    let plain = listed("titles", "title").find(|title| title.attribute("titleType").is_none());
    let title = plain.or_else(|| listed("titles", "title").next());
    let title = title.map(|title| tidy(&title.text)).unwrap_or_default();
    let of_type = |kind: &'static str| {
        let wanted = move |it: &&Element| it.attribute("descriptionType") == Some(kind);
        listed("descriptions", "description").filter(wanted).map(|it| tidy(&it.text))
    };
    let summary: Vec<String> = of_type("Abstract").filter(|text| !text.is_empty()).collect();
    let kind = resource.first("resourceType");
    let general = kind.and_then(|kind| kind.attribute("resourceTypeGeneral"));
    let kind = [kind.map(Element::trimmed), general].into_iter().flatten();
    words(&mut row, title, summary.join("\n\n"), kinds::of_words(kind));
    let people: Vec<Value> = listed("creators", "creator").filter_map(person).collect();
    put(&mut row, "contributors", (!people.is_empty()).then_some(Value::Array(people)));
    let dated = |kind: &str| {
        let date = listed("dates", "date").find(|date| date.attribute("dateType") == Some(kind))?;
        day(date.trimmed())
    };
    let year = || day(resource.first("publicationYear")?.trimmed());
    let published = dated("Issued");
    let completed = dated("Created");
    let published = published.or_else(|| completed.is_none().then(year).flatten());
    put(&mut row, "publishedOn", published.map(Value::from));
    put(&mut row, "completedOn", completed.map(Value::from));
    let mut numbers = Numbers::default();
    if let Some(own) = resource.first("identifier") {
        match own.attribute("identifierType") {
            Some("DOI") => numbers.doi = Some(own.trimmed().to_owned()),
            Some(scheme) if !own.trimmed().is_empty() => numbers.add(scheme, own.trimmed()),
            _ => {}
        }
    }
    for other in listed("alternateIdentifiers", "alternateIdentifier") {
        let scheme = other.attribute("alternateIdentifierType").unwrap_or("OTHER").trim();
        let scheme = if scheme.is_empty() { "OTHER" } else { scheme };
        if !other.trimmed().is_empty() {
            numbers.add(scheme, other.trimmed());
        }
    }
    numbers.put(&mut row);
    Some(row)
}

/// The resource, wherever it stands: within a payload, or by itself.
fn resource(metadata: &Element) -> Option<&Element> {
    let wrapped = metadata.first("oai_datacite").and_then(|it| it.first("payload"));
    wrapped.unwrap_or(metadata).first("resource")
}

/// Somebody who is named. Organizations are not people, and who offers the output is known.
fn person(creator: &Element) -> Option<Value> {
    let name = creator.first("creatorName")?;
    if name.attribute("nameType") == Some("Organizational") || name.trimmed().is_empty() {
        return None;
    }
    let is_orcid = |it: &&Element| {
        it.attribute("nameIdentifierScheme").is_some_and(|it| it.eq_ignore_ascii_case("ORCID"))
    };
    let orcid = creator.children.iter().find(|it| it.name == "nameIdentifier" && is_orcid(it));
    let name = tidy(&name.text);
    Some(match orcid {
        Some(orcid) => json!({ "name": name, "orcid": orcid.trimmed() }),
        None => json!({ "name": name }),
    })
}
