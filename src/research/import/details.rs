//! What is nested in a row: patents, people, identifiers, the contact. Each is kept as JSON in the form of the API.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{
    bibliography,
    checkdigits::{self, checked},
    files::{Object, Row, TextOrObjects},
    language::Text,
    transfer::Fields,
};

/// The most patents, trials, people or identifiers of an output: what has more is no description of one.
const MAX_ITEMS: usize = 1_000;

/// The items of a list, or a fault and none of them where there are too many.
fn few<T>(row: &mut Row, column: &str, items: Vec<T>) -> Vec<T> {
    if items.len() <= MAX_ITEMS {
        return items;
    }
    let text = Text::new(
        format!("has more than {MAX_ITEMS} items; keep those that matter"),
        format!("超过 {MAX_ITEMS} 项，请只保留主要的"),
    );
    row.fault(column, text);
    Vec::new()
}

/// The patents. Numbers of Chinese applications are checked; those of other offices are kept as they are written.
///
/// The first may stand in columns of its own, the others as objects or as numbers in one cell.
pub(super) fn patents(row: &mut Row) -> Vec<Value> {
    let mut patents = Vec::new();
    if ["office", "applicationNo", "publicationNo", "kind", "filedOn", "grantedOn"]
        .iter()
        .any(|field| row.has(&format!("patents.{field}")))
    {
        patents.push(patent(row, "patents."));
    }
    match row.text_or_objects("patents") {
        None => {}
        Some(TextOrObjects::Objects(objects)) => {
            let objects = few(row, "patents", objects);
            patents.extend(objects.into_iter().map(|mut object| patent(&mut object, "")));
        }
        Some(TextOrObjects::Text(_)) => {
            let numbers = row.texts("patents");
            for number in few(row, "patents", numbers) {
                patents.push(numbered(row, &number));
            }
        }
    }
    patents
}

/// A patent by one number, of which it is found out what number it is.
fn numbered(row: &mut Row, number: &str) -> Value {
    let found = bibliography::Patent::of_number(number);
    // Twelve or thirteen digits are meant as an application, and were copied wrong.
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let letters = number.chars().filter(char::is_ascii_alphabetic).count();
    if found.application_no.is_none()
        && matches!(digits, 12 | 13)
        && letters <= 3
        && let Err(reason) = checkdigits::patent_application(number)
    {
        row.fault("patents", reason);
    }
    let fields = Fields::default()
        .with("office", found.office)
        .with("applicationNo", found.application_no)
        .with("publicationNo", found.publication_no);
    Value::Object(fields.done())
}

/// A patent by its fields, whose names begin so.
fn patent(patent: &mut Object, front: &str) -> Value {
    let column = |field: &str| format!("{front}{field}");
    let office = patent.text(&column("office")).map(|office| office.to_uppercase());
    if office.as_ref().is_some_and(|office| !is_office(office)) {
        let text = Text::new(
            "is no patent office: write its two letters, such as CN or WO",
            "不是专利局代码：应为两个字母，如 CN、WO",
        );
        patent.fault(&column("office"), text);
    }
    let chinese = office.as_ref().is_none_or(|office| office == "CN");
    let application = if chinese {
        checked(patent, &column("applicationNo"), checkdigits::patent_application)
    } else {
        patent.text(&column("applicationNo"))
    };
    if !patent.has(&column("applicationNo")) && !patent.has(&column("publicationNo")) {
        let text =
            Text::new("is required where there is no publicationNo", "未填写 publicationNo 时必填");
        patent.fault(&column("applicationNo"), text);
    }
    let fields = Fields::default()
        .with("office", office)
        .with("applicationNo", application)
        .with("publicationNo", patent.text(&column("publicationNo")))
        .with("kind", patent.text(&column("kind")))
        .text("filedOn", patent.date(&column("filedOn")))
        .text("grantedOn", patent.date(&column("grantedOn")));
    Value::Object(fields.done())
}

fn is_office(office: &str) -> bool {
    office.len() == 2 && office.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The numbers of trials, in the form of their registries.
pub(super) fn trial_ids(row: &mut Row) -> Vec<String> {
    let (mut ids, mut seen) = (Vec::new(), HashSet::new());
    let texts = row.texts("trialIds");
    for text in few(row, "trialIds", texts) {
        match checkdigits::trial(&text) {
            Ok(id) if !seen.insert(id.clone()) => {}
            Ok(id) => ids.push(id),
            Err(reason) => row.fault("trialIds", reason),
        }
    }
    ids
}

/// Who took part, with ORCID iDs that are right.
pub(super) fn contributors(row: &mut Row) -> Vec<Value> {
    let read = |contributor: &mut Object| {
        let fields = Fields::default()
            .with("name", contributor.required_text("name"))
            .with("orcid", checked(contributor, "orcid", checkdigits::orcid));
        Value::Object(fields.done())
    };
    match row.text_or_objects("contributors") {
        None => Vec::new(),
        Some(TextOrObjects::Objects(objects)) => {
            few(row, "contributors", objects).iter_mut().map(read).collect()
        }
        Some(TextOrObjects::Text(_)) => {
            let people = row.texts("contributors");
            let people = few(row, "contributors", people);
            people.iter().map(|person| said(row, person)).collect()
        }
    }
}

/// A person as a cell names them: the name, and behind it an ORCID iD, in brackets or not.
fn said(row: &mut Row, person: &str) -> Value {
    let bare = person.trim_end_matches([')', '）', ' ']);
    let at = bare.rfind([' ', '(', '（', '/']).map(|at| bare.split_at(at));
    let orcid =
        at.filter(|(_, behind)| behind.matches('-').count() == 3 || behind.contains("orcid"));
    let Some((name, behind)) = orcid else {
        return Value::Object(Fields::default().with("name", person.trim()).done());
    };
    let name = name.trim_end_matches(|c: char| "(（ ".contains(c));
    let name = name.trim_end_matches("https://orcid.org").trim_end_matches(['(', '（', ' ']);
    let orcid = checkdigits::orcid(behind.trim_start_matches([' ', '(', '（', '/']));
    if let Err(reason) = &orcid {
        row.fault("contributors", reason.clone());
    }
    Value::Object(Fields::default().with("name", name).with("orcid", orcid.ok()).done())
}

/// Identifiers other than the DOI.
pub(super) fn identifiers(row: &mut Row) -> Vec<Value> {
    let read = |identifier: &mut Object| {
        let fields = Fields::default()
            .with("scheme", identifier.required_text("scheme"))
            .with("value", identifier.required_text("value"));
        Value::Object(fields.done())
    };
    match row.text_or_objects("identifiers") {
        None => Vec::new(),
        Some(TextOrObjects::Objects(objects)) => {
            few(row, "identifiers", objects).iter_mut().map(read).collect()
        }
        Some(TextOrObjects::Text(_)) => {
            let texts = row.texts("identifiers");
            let texts = few(row, "identifiers", texts);
            texts.iter().filter_map(|text| schemed(row, text)).collect()
        }
    }
}

/// An identifier as a cell names it: its scheme, a colon, the identifier; an address by itself.
fn schemed(row: &mut Row, text: &str) -> Option<Value> {
    let text = text.trim();
    let parts = if text.starts_with("https://") || text.starts_with("http://") {
        Some(("url", text))
    } else {
        text.split_once([':', '：']).map(|(scheme, value)| (scheme.trim(), value.trim()))
    };
    let parts = parts.filter(|(scheme, value)| !scheme.is_empty() && !value.is_empty());
    let Some((scheme, value)) = parts else {
        let text = Text::new(
            "is no identifier: write its scheme in front, such as PMID: 12345, or a whole address",
            "不是标识：请在前面注明类型，如 PMID：12345，或填写完整网址",
        );
        row.fault("identifiers", text);
        return None;
    };
    Some(Value::Object(Fields::default().with("scheme", scheme).with("value", value).done()))
}

/// Whom to ask. It is shown to nobody before an introduction.
pub(super) fn contact(row: &mut Row) -> Option<Value> {
    let mut contact = Map::new();
    if let Some(mut object) = row.object("contact") {
        for field in CONTACT {
            contact.extend(object.text(field).map(|text| (field.to_owned(), text.into())));
        }
    }
    // The template has a column for each.
    for field in CONTACT {
        let text = row.text(&format!("contact.{field}"));
        contact.extend(text.map(|text| (field.to_owned(), text.into())));
    }
    (!contact.is_empty()).then_some(Value::Object(contact))
}

/// What a contact consists of.
pub(super) const CONTACT: [&str; 4] = ["name", "email", "phone", "address"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(column: &str, value: Value) -> Row {
        Row::of([(column.to_owned(), value)].into_iter().collect())
    }

    #[test]
    fn a_list_without_end_is_one_fault() {
        for (column, item) in [
            ("trialIds", json!("ChiCTR-wrong")),
            ("patents", json!("201710601862.4")),
            ("patents", json!({ "office": "none" })),
            ("contributors", json!("示例张 0000-0002-1825-0098")),
            ("contributors", json!({ "orcid": "wrong" })),
            ("identifiers", json!("no scheme")),
            ("identifiers", json!({ "scheme": 1 })),
        ] {
            let read = |items: usize| {
                let mut row = row(column, vec![item.clone(); items].into());
                drop((trial_ids(&mut row), patents(&mut row), contributors(&mut row)));
                drop(identifiers(&mut row));
                row.faults()
            };
            let faults = read(100_000);
            let [fault] = faults.as_slice() else { panic!("{column}: {faults:?}") };
            assert!(fault.to_string().contains("items; "), "{fault}");
            assert!(fault.value.as_ref().is_some_and(|value| value.chars().count() <= 41));
            assert_eq!(read(MAX_ITEMS).len(), 50, "{column}: what is wrong with each, up to fifty");
        }
    }

    #[test]
    fn a_trial_stands_once() {
        let mut row = row("trialIds", json!(["NCT01234567", "nct01234567", "NCT01234568"]));
        assert_eq!(trial_ids(&mut row), ["NCT01234567", "NCT01234568"]);
    }
}
