//! DataCite JSON, as its metadata schema 4.5 to 4.7 and its REST API have it.
//!
//! A record stands by itself, or in the `attributes` of an answer of the API. Older forms are read too: `publisher` as a
//! text, `identifiers` beside `doi`, affiliations of any kind. Patents have no type there: they are `Other`, with
//! `Patent` in words, and their numbers are alternate identifiers.

use chrono::Datelike as _;
use serde_json::{Map, Value, json};

use super::identifiers::{day, doi_in, patent_of};
use super::record::{Fields, text_of};
use super::{Contributor, Identifier, OURS, Patent, Record, kinds, markup, names};
use crate::{checkdigits, files::Format, partial_date::PartialDate};

/// Where a record says what.
pub(super) const FIELDS: Fields = &[
    ("externalId", "alternateIdentifiers"),
    ("title", "titles"),
    ("abstract", "descriptions"),
    ("kind", "types"),
    ("contributors", "creators"),
    ("completedOn", "dates"),
    ("publishedOn", "dates"),
    ("doi", "doi"),
    ("identifiers", "alternateIdentifiers"),
    ("patents", "alternateIdentifiers"),
    ("trialIds", "alternateIdentifiers"),
    ("areas", "subjects"),
    ("keywords", "subjects"),
];

/// The scheme of our areas.
const AREAS: &str = "Zhanjian expertise areas";

const APPLICATION: &str = "Patent application";
const PUBLICATION: &str = "Patent publication";
const TRIALS: &str = "Trial registration";

/// Reads one record, with or without what the API wraps it in.
pub(super) fn read(value: &Value) -> Option<Record> {
    let value = value.get("data").filter(|data| data.is_object()).unwrap_or(value);
    let value = value.get("attributes").filter(|it| it.is_object()).unwrap_or(value);
    let known = ["titles", "creators", "types", "doi", "identifiers"];
    if !known.iter().any(|key| value.get(key).is_some()) {
        return None;
    }
    let mut record = Record::default();
    read_identifiers(value, &mut record);
    let types = |key: &str| text_of(value.get("types").and_then(|types| types.get(key)));
    let general = types("resourceTypeGeneral").unwrap_or_default();
    record.kind = kinds::read(Format::DataCite, &general, types("resourceType").as_deref()).into();
    let clean = |text: String| if record.is_ours { text } else { markup::plain(&text) };
    let title = titles(value).map(clean);
    let summary = descriptions(value).map(clean);
    record.title = title.unwrap_or_default();
    record.summary = summary;
    let publisher = value.get("publisher");
    record.publisher =
        text_of(publisher.and_then(|it| it.get("name"))).or_else(|| text_of(publisher));
    record.contributors = people(value, &record);
    (record.published_on, record.completed_on) = dates(value, record.is_ours);
    for subject in items(value, "subjects") {
        let Some(text) = text_of(subject.get("subject")).or_else(|| text_of(Some(subject))) else {
            continue;
        };
        match text_of(subject.get("classificationCode")) {
            Some(code) if text_of(subject.get("subjectScheme")).as_deref() == Some(AREAS) => {
                record.areas.push(code);
            }
            _ => record.keywords.push(text),
        }
    }
    Some(record)
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The title itself, not its translations and not what stands under it; the Chinese one where there are two.
fn titles(value: &Value) -> Option<String> {
    let main: Vec<String> = items(value, "titles")
        .filter(|title| text_of(title.get("titleType")).is_none())
        .chain(items(value, "titles"))
        .filter_map(|title| text_of(title.get("title")))
        .collect();
    let chinese = items(value, "titles")
        .filter(|title| text_of(title.get("titleType")).is_none())
        .find(|title| text_of(title.get("lang")).is_some_and(|lang| lang.starts_with("zh")));
    chinese.and_then(|title| text_of(title.get("title"))).or_else(|| main.into_iter().next())
}

fn descriptions(value: &Value) -> Option<String> {
    let of = |kind: Option<&str>| {
        items(value, "descriptions")
            .filter(|it| kind.is_none() || text_of(it.get("descriptionType")).as_deref() == kind)
            .find_map(|it| it.get("description")?.as_str().map(str::to_owned))
    };
    of(Some("Abstract")).or_else(|| of(None))
}

/// The creators. Contributors are left out, contact persons above all.
fn people(value: &Value, record: &Record) -> Vec<Contributor> {
    // What is wrong with one is told by the import, with the text as it stands here.
    let bare = |item: &Value| {
        let orcid = text_of(item.get("nameIdentifier"))?;
        Some(checkdigits::orcid(&orcid).unwrap_or(orcid))
    };
    let person = |creator: &Value| {
        let text = |key: &str| text_of(creator.get(key));
        let organizational = text("nameType").as_deref() == Some("Organizational");
        let name = match (text("familyName"), text("givenName")) {
            (Some(family), Some(given)) => names::said(&family, &given),
            _ if record.is_ours || organizational => text("name")?,
            _ => names::natural(&text("name")?),
        };
        // The format wants a creator; where nobody is named, we name the organization.
        if record.is_ours && organizational && record.publisher.as_ref() == Some(&name) {
            return None;
        }
        let is_orcid = |it: &&Value| {
            let of = |key: &str| text_of(it.get(key)).unwrap_or_default().to_lowercase();
            of("nameIdentifierScheme") == "orcid" || of("nameIdentifier").contains("orcid.org/")
        };
        let orcid = items(creator, "nameIdentifiers").find(is_orcid);
        Some(Contributor { name, orcid: orcid.and_then(bare) })
    };
    items(value, "creators").filter_map(person).collect()
}

/// When it was published, and when completed.
fn dates(value: &Value, is_ours: bool) -> (Option<String>, Option<String>) {
    let of = |kind: &str| {
        items(value, "dates")
            .find(|date| text_of(date.get("dateType")).as_deref() == Some(kind))
            .and_then(|date| text_of(date.get("date")))
            .map(|date| day(&date))
    };
    let year = text_of(value.get("publicationYear")).filter(|_| !is_ours).map(|year| day(&year));
    (of("Issued").or_else(|| of("Available").filter(|_| !is_ours)).or(year), of("Created"))
}

fn read_identifiers(value: &Value, record: &mut Record) {
    record.doi = text_of(value.get("doi"));
    let listed = items(value, "identifiers").map(|it| (it, "identifier", "identifierType"));
    let alternate = items(value, "alternateIdentifiers")
        .map(|it| (it, "alternateIdentifier", "alternateIdentifierType"));
    for (item, identifier, kind) in listed.chain(alternate) {
        let (Some(text), Some(kind)) = (text_of(item.get(identifier)), text_of(item.get(kind)))
        else {
            continue;
        };
        let office =
            |kind: &str| kind.rsplit(' ').next().map(str::to_owned).filter(|it| it.len() == 2);
        match kind.as_str() {
            OURS => {
                record.external_id = Some(text);
                record.is_ours = true;
            }
            "DOI" | "doi" if !record.is_ours => drop(record.doi.get_or_insert(text)),
            kind if kind.starts_with(APPLICATION) => {
                let application_no = Some(text);
                let patent = Patent { office: office(kind), application_no, ..Patent::default() };
                record.patents.push(patent);
            }
            kind if kind.starts_with(PUBLICATION) => {
                let publication_no = Some(text);
                let patent = Patent { office: office(kind), publication_no, ..Patent::default() };
                record.patents.push(patent);
            }
            kind if !record.is_ours && kind.to_lowercase().contains("patent") => {
                record.patents.push(patent_of(&text, None));
            }
            TRIALS => record.trial_ids.push(text),
            "ClinicalTrials.gov" | "NCT" | "ChiCTR"
                if !record.is_ours && checkdigits::trial(&text).is_ok() =>
            {
                record.trial_ids.push(text);
            }
            scheme => record.identifiers.push(Identifier::new(scheme, text)),
        }
    }
    if let Some(url) = text_of(value.get("url"))
        && doi_in(&url).is_none()
    {
        record.identifiers.push(Identifier::new("url", url));
    }
    if record.external_id.is_none() && record.doi.is_none() {
        record.external_id = text_of(value.get("id"));
    }
}

/// A record as the schema wants it: with at least one creator, a publisher and a year.
pub(super) fn write(record: &Record) -> Value {
    let kind = kinds::of_word(&record.kind);
    let language = if names::is_chinese(&record.title) { "zh" } else { "en" };
    let publisher = record.publisher.as_deref().unwrap_or(":unav");
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| drop(fields.insert(key.to_owned(), value));
    let year = |day: &Option<String>| {
        day.as_ref()?.parse::<PartialDate>().ok().map(|date| date.first_day().year())
    };
    let year = year(&record.published_on).or(year(&record.completed_on)).or(record.recorded_in);
    if let Some(doi) = &record.doi {
        put("doi", doi.as_str().into());
        put(
            "identifiers",
            json!([{"identifier": format!("https://doi.org/{doi}"), "identifierType": "DOI"}]),
        );
    } else {
        put("identifiers", json!([]));
    }
    put("creators", creators(record, publisher));
    put("titles", json!([{"title": record.title, "lang": language}]));
    put("publisher", json!({"name": publisher}));
    put("publicationYear", year.map_or("0000".to_owned(), |year| format!("{year:04}")).into());
    put("types", json!({"resourceTypeGeneral": kind.datacite, "resourceType": kind.label}));
    put("subjects", subjects(record));
    let dates = [("Issued", &record.published_on), ("Created", &record.completed_on)];
    let dates = dates
        .into_iter()
        .filter_map(|(kind, day)| Some(json!({"date": day.as_ref()?, "dateType": kind})));
    put("dates", dates.collect());
    put("language", language.into());
    put("alternateIdentifiers", alternates(record));
    let summary = record.summary.iter();
    let description =
        |text| json!({"description": text, "descriptionType": "Abstract", "lang": language});
    put("descriptions", summary.map(description).collect());
    put("schemaVersion", "http://datacite.org/schema/kernel-4".into());
    Value::Object(fields)
}

fn creators(record: &Record, publisher: &str) -> Value {
    if record.contributors.is_empty() {
        return json!([{"name": publisher, "nameType": "Organizational"}]);
    }
    let creator = |person: &Contributor| match &person.orcid {
        None => json!({"name": person.name}),
        Some(orcid) => json!({
            "name": person.name,
            "nameIdentifiers": [{
                "nameIdentifier": format!("https://orcid.org/{orcid}"),
                "nameIdentifierScheme": "ORCID",
                "schemeUri": "https://orcid.org",
            }],
        }),
    };
    record.contributors.iter().map(creator).collect()
}

fn subjects(record: &Record) -> Value {
    // Labels come in the order of the codes; where there are none, the code is the label.
    let labels = record.keywords.iter().map(Some).chain(std::iter::repeat(None));
    let subject = |(code, label): (&String, Option<&String>)| json!({"subject": label.unwrap_or(code), "subjectScheme": AREAS, "classificationCode": code});
    record.areas.iter().zip(labels).map(subject).collect()
}

fn alternates(record: &Record) -> Value {
    let mut alternates = Vec::new();
    let mut put = |kind: String, text: &str| {
        alternates.push(json!({"alternateIdentifier": text, "alternateIdentifierType": kind}));
    };
    put(OURS.to_owned(), &record.identity());
    for patent in &record.patents {
        let of = |kind: &str| match &patent.office {
            Some(office) => format!("{kind} {office}"),
            None => kind.to_owned(),
        };
        if let Some(number) = &patent.application_no {
            put(of(APPLICATION), number);
        }
        if let Some(number) = &patent.publication_no {
            put(of(PUBLICATION), number);
        }
    }
    for id in &record.trial_ids {
        put(TRIALS.to_owned(), id);
    }
    for Identifier { scheme, value } in &record.identifiers {
        put(scheme.clone(), value);
    }
    Value::Array(alternates)
}
