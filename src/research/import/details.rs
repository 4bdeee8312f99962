//! What is nested in a row: patents, people, identifiers, the contact. Each is kept as JSON in the form of the API.

use serde_json::Value;

use crate::{
    checkdigits::{self, checked},
    files::{Object, Row},
    language::Text,
    transfer::Fields,
};

/// The patents. Numbers of Chinese applications are checked; those of other offices are kept as they are written.
pub(super) fn patents(row: &mut Row) -> Vec<Value> {
    row.objects("patents").iter_mut().map(patent).collect()
}

fn patent(patent: &mut Object) -> Value {
    let office = patent.text("office").map(|office| office.to_uppercase());
    if office.as_ref().is_some_and(|office| !is_office(office)) {
        let text = Text::new(
            "is no patent office: write its two letters, such as CN or WO",
            "不是专利局代码：应为两个字母，如 CN、WO",
        );
        patent.fault("office", text);
    }
    let chinese = office.as_ref().is_none_or(|office| office == "CN");
    let application = if chinese {
        checked(patent, "applicationNo", checkdigits::patent_application)
    } else {
        patent.text("applicationNo")
    };
    if !patent.has("applicationNo") && !patent.has("publicationNo") {
        let text =
            Text::new("is required where there is no publicationNo", "未填写 publicationNo 时必填");
        patent.fault("applicationNo", text);
    }
    let fields = Fields::default()
        .with("office", office)
        .with("applicationNo", application)
        .with("publicationNo", patent.text("publicationNo"))
        .with("kind", patent.text("kind"))
        .text("filedOn", patent.date("filedOn"))
        .text("grantedOn", patent.date("grantedOn"));
    Value::Object(fields.done())
}

fn is_office(office: &str) -> bool {
    office.len() == 2 && office.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The numbers of trials, in the form of their registries.
pub(super) fn trial_ids(row: &mut Row) -> Vec<String> {
    let mut ids = Vec::new();
    for text in row.texts("trialIds") {
        match checkdigits::trial(&text) {
            Ok(id) if ids.contains(&id) => {}
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
    row.objects("contributors").iter_mut().map(read).collect()
}

/// Identifiers other than the DOI.
pub(super) fn identifiers(row: &mut Row) -> Vec<Value> {
    let read = |identifier: &mut Object| {
        let fields = Fields::default()
            .with("scheme", identifier.required_text("scheme"))
            .with("value", identifier.required_text("value"));
        Value::Object(fields.done())
    };
    row.objects("identifiers").iter_mut().map(read).collect()
}

/// Whom to ask. It is shown to nobody before an introduction.
pub(super) fn contact(row: &mut Row) -> Option<Value> {
    let mut contact = row.object("contact")?;
    let fields = Fields::default()
        .with("name", contact.text("name"))
        .with("email", contact.text("email"))
        .with("phone", contact.text("phone"))
        .with("address", contact.text("address"));
    let fields = fields.done();
    (!fields.is_empty()).then_some(Value::Object(fields))
}
