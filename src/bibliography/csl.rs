//! CSL-JSON (1.0.2), as Zotero and citation processors read and write it, and as Crossref and DataCite serve it.

use serde_json::{Map, Value, json};

use super::identifiers::{day, doi_in, of_parts, patent_of};
use super::record::{Fields, text_of};
use super::{Contributor, Identifier, OURS, Patent, Record, kinds, markup, names};
use crate::files::Format;

/// Where an item says what.
pub(super) const FIELDS: Fields = &[
    ("externalId", "id"),
    ("title", "title"),
    ("abstract", "abstract"),
    ("kind", "type"),
    ("contributors", "author"),
    ("publishedOn", "issued"),
    ("doi", "DOI"),
    ("identifiers", "URL"),
    ("patents", "number"),
    ("keywords", "keyword"),
];

/// Identifiers that have a field of their own: (our scheme, the field).
pub(super) const SCHEMES: [(&str, &str); 4] =
    [("url", "URL"), ("PMID", "PMID"), ("PMCID", "PMCID"), ("ISBN", "ISBN")];

/// Reads one item.
pub(super) fn read(item: &Value) -> Option<Record> {
    let known = ["title", "type", "id", "DOI", "author"];
    if !known.iter().any(|key| item.get(key).is_some()) {
        return None;
    }
    // Crossref has a list of titles.
    let text = |key: &str| {
        let value = item.get(key)?;
        text_of(value.as_array().and_then(|items| items.first()).or(Some(value)))
    };
    let is_ours = text("source").as_deref() == Some(OURS);
    let clean = |text: String| if is_ours { text } else { markup::plain(&text) };
    let kind = text("type").unwrap_or_default();
    let kind = kinds::read(Format::CslJson, &kind, text("genre").as_deref());
    let mut record = Record {
        external_id: text("id"),
        title: text("title").map(clean).unwrap_or_default(),
        summary: text("abstract").map(clean),
        kind: kind.to_owned(),
        contributors: people(item),
        published_on: date(item.get("issued")),
        doi: text("DOI"),
        publisher: text("publisher"),
        is_ours,
        ..Record::default()
    };
    for (scheme, field) in SCHEMES {
        match text(field) {
            Some(url) if scheme == "url" && !is_ours && doi_in(&url).is_some() => {
                record.doi = record.doi.or_else(|| doi_in(&url));
            }
            Some(value) => record.identifiers.push(Identifier::new(scheme, value)),
            None => {}
        }
    }
    if let Some(keywords) = text("keyword") {
        let words = keywords.split([';', ',', '；', '，']).map(str::trim);
        record.keywords = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    }
    if kind == "PATENT" {
        record.patents.extend(patent(item, is_ours));
    }
    Some(record)
}

/// The patent that an item is. Zotero keeps the number of the application under `call-number`.
fn patent(item: &Value, is_ours: bool) -> Option<Patent> {
    let text = |key: &str| text_of(item.get(key));
    let office = text("authority").or_else(|| text("jurisdiction"));
    let office = office.filter(|office| is_ours || office.len() == 2);
    let mut patent = match text("number") {
        Some(number) if is_ours => Patent { publication_no: Some(number), ..Patent::default() },
        Some(number) => patent_of(&number, office.as_deref()),
        None => Patent::default(),
    };
    patent.office = patent.office.or(office);
    patent.application_no = patent.application_no.or_else(|| text("call-number"));
    patent.filed_on = date(item.get("submitted"));
    patent.has_number().then_some(patent)
}

fn people(item: &Value) -> Vec<Contributor> {
    let person = |name: &Value| {
        let text = |key: &str| text_of(name.get(key));
        let whole = text("literal").or_else(|| text_of(Some(name)));
        let particle = |key: &str| text(key).map(|particle| particle + " ").unwrap_or_default();
        let parts = || {
            let family = text("family").unwrap_or_default();
            let given = text("given").unwrap_or_default();
            let family = format!("{}{family}", particle("non-dropping-particle"));
            let given = format!("{given} {}", particle("dropping-particle"));
            names::said(&family, &given)
        };
        let name = whole.unwrap_or_else(parts);
        let orcid = text("ORCID");
        (!name.is_empty()).then_some(Contributor { name, orcid })
    };
    let people = item.get("author").and_then(Value::as_array).into_iter().flatten();
    people.filter_map(person).collect()
}

/// A date: `{"date-parts": [[2024, 5, 6]]}`, `{"raw": "2024-05-06"}`, or a text.
fn date(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let parts = value.get("date-parts").and_then(|parts| parts.get(0)).and_then(Value::as_array);
    if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
        let parts: Vec<String> = parts.iter().filter_map(|part| text_of(Some(part))).collect();
        let texts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let date = of_parts(&texts).map(|date| date.first_day().to_string());
        return (!parts.is_empty()).then(|| date.unwrap_or_else(|| parts.join("-")));
    }
    let text = ["raw", "literal"].iter().find_map(|key| text_of(value.get(key)));
    text.or_else(|| text_of(Some(value))).map(|text| day(&text))
}

/// An item as the schema of CSL-JSON wants it.
pub(super) fn write(record: &Record) -> Value {
    let kind = kinds::of_word(&record.kind);
    let mut item = Map::new();
    let mut put = |key: &str, value: Value| drop(item.insert(key.to_owned(), value));
    let id = record.identity();
    put("id", id.into());
    put("type", kind.csl.into());
    put("genre", kind.label.into());
    put("source", OURS.into());
    put("title", record.title.as_str().into());
    put("language", if names::is_chinese(&record.title) { "zh" } else { "en" }.into());
    let author = |person: &Contributor| match names::parted(&person.name) {
        Some((family, given)) => json!({"family": family, "given": given}),
        None => json!({"literal": person.name}),
    };
    let texts =
        [("abstract", &record.summary), ("DOI", &record.doi), ("publisher", &record.publisher)];
    for (key, text) in texts {
        if let Some(text) = text {
            put(key, text.as_str().into());
        }
    }
    if !record.contributors.is_empty() {
        put("author", record.contributors.iter().map(author).collect());
    }
    if let Some(issued) = record.published_on.as_deref().and_then(parts_of) {
        put("issued", issued);
    }
    if !record.keywords.is_empty() {
        put("keyword", record.keywords.join("; ").into());
    }
    for (scheme, field) in SCHEMES {
        if let Some(identifier) = record.identifiers.iter().find(|it| it.scheme == scheme) {
            put(field, identifier.value.as_str().into());
        }
    }
    if let Some(patent) = record.patents.first().filter(|_| kind.word == "PATENT") {
        let texts = [
            ("authority", &patent.office),
            ("number", &patent.publication_no),
            ("call-number", &patent.application_no),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                put(key, text.as_str().into());
            }
        }
        if let Some(filed) = patent.filed_on.as_deref().and_then(parts_of) {
            put("submitted", filed);
        }
    }
    Value::Object(item)
}

fn parts_of(day: &str) -> Option<Value> {
    let parts: Vec<u32> = day.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    Some(json!({"date-parts": [parts]}))
}
