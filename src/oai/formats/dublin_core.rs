//! `oai_dc`: fifteen elements, each as often as one likes.

use serde_json::{Map, Value, json};

use super::{Numbers, day, doi, kinds, patent_numbers, put, tidy, words};
use crate::{
    research::Published,
    xml::{Element, Xml},
};

pub(super) const NAMESPACE: &str = "http://www.openarchives.org/OAI/2.0/oai_dc/";
pub(super) const SCHEMA: &str = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd";
const ELEMENTS: &str = "http://purl.org/dc/elements/1.1/";

/// Writes a research output.
pub(super) fn write(xml: &mut Xml, output: &Published, base: &str) {
    let location = format!("{NAMESPACE} {SCHEMA}");
    let attributes = [
        ("xmlns:oai_dc", NAMESPACE),
        ("xmlns:dc", ELEMENTS),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", location.as_str()),
    ];
    xml.begin("oai_dc:dc", &attributes).text("dc:title", &[], &output.title);
    for contributor in &output.contributors {
        xml.text("dc:creator", &[], &contributor.name);
    }
    for (_, label, label_en) in &output.areas {
        xml.text("dc:subject", &[("xml:lang", "zh")], label);
        if let Some(label) = label_en {
            xml.text("dc:subject", &[("xml:lang", "en")], label);
        }
    }
    xml.text("dc:description", &[], &output.summary);
    xml.text("dc:publisher", &[], &output.organization.name);
    if let Some(day) = output.published_on.or(output.completed_on) {
        xml.text("dc:date", &[], &day.to_string());
    }
    let names = kinds::names(output.kind);
    xml.text("dc:type", &[], names.word);
    if names.dcmi != names.word {
        xml.text("dc:type", &[], names.dcmi);
    }
    if let Some(doi) = output.doi_url() {
        xml.text("dc:identifier", &[], &doi);
    }
    xml.text("dc:identifier", &[], &output.url(base));
    let others = output.identifiers.iter().map(|other| other.value.clone());
    let patents = patent_numbers(output).into_iter().map(|(_, number)| number);
    for number in others.chain(patents).chain(output.trial_ids.iter().cloned()) {
        xml.text("dc:identifier", &[], &number);
    }
    xml.end();
}

/// Reads a record.
pub(super) fn read(metadata: &Element) -> Option<Map<String, Value>> {
    let record = metadata.children.iter().find(|child| child.name == "dc")?;
    let texts = |name: &'static str| {
        record.all(name).map(|element| tidy(&element.text)).filter(|text| !text.is_empty())
    };
    let mut row = Map::new();
    let title = texts("title").next().unwrap_or_default();
    let summary: Vec<String> = texts("description").collect();
    let types: Vec<String> = texts("type").collect();
    words(&mut row, title, summary.join("\n\n"), kinds::of_words(types.iter().map(String::as_str)));
    let people: Vec<Value> =
        texts("creator").chain(texts("contributor")).map(|name| json!({ "name": name })).collect();
    put(&mut row, "contributors", (!people.is_empty()).then_some(Value::Array(people)));
    // The last date is the one of publication where a repository tells several, as DSpace does.
    put(
        &mut row,
        "publishedOn",
        texts("date").filter_map(|text| day(&text)).last().map(Value::from),
    );
    let mut numbers = Numbers::default();
    for text in texts("identifier") {
        match doi(&text) {
            Some(doi) => drop(numbers.doi.get_or_insert(doi)),
            None if text.contains("://") => numbers.add("URL", &text),
            None => numbers.add("OTHER", &text),
        }
    }
    numbers.put(&mut row);
    Some(row)
}
