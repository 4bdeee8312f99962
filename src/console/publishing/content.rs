//! What a research output says: as the API gives it, as it stands in a form, and as a form says it to the API.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::console::{forms::Form, partners::steps::contact, parts::AreaName};

/// What an output, or the revision beside it, says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    pub title: String,
    #[serde(rename = "abstract")]
    pub summary: String,
    pub kind: String,
    pub trl: Option<i64>,
    pub ip_status: String,
    pub clinical_stage: Option<String>,
    pub trial_ids: Vec<String>,
    pub cooperation_modes: Vec<String>,
    pub completed_on: Option<String>,
    pub published_on: Option<String>,
    pub doi: Option<String>,
    pub advantages: Option<String>,
    pub patents: Vec<Patent>,
    pub areas: Vec<AreaName>,
    pub contributors: Vec<Contributor>,
    pub identifiers: Vec<Identifier>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Patent {
    pub office: Option<String>,
    pub application_no: Option<String>,
    pub publication_no: Option<String>,
    pub kind: Option<String>,
    pub filed_on: Option<String>,
    pub granted_on: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Contributor {
    pub name: String,
    pub orcid: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Identifier {
    pub scheme: String,
    pub value: String,
}

/// Whom to ask.
#[derive(Deserialize)]
pub(super) struct Contact {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
}

impl Contact {
    /// All that is said of it.
    pub(super) fn lines(&self) -> Vec<&str> {
        let said = [&self.name, &self.phone, &self.email, &self.address];
        said.into_iter().flatten().map(String::as_str).collect()
    }
}

/// An output of the reader's own organization.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    pub id: String,
    pub state: String,
    pub audience: String,
    pub embargo_until: Option<String>,
    pub external_id: String,
    pub version: i64,
    pub edition: i64,
    pub published_at: Option<String>,
    pub updated_at: String,
    pub returned_reason: Option<String>,
    pub submitted_at: Option<String>,
    pub withdrawn_on: Option<String>,
    pub withdrawal_reason: Option<String>,
    pub edited_columns: Vec<String>,
    pub possible_actions: Vec<String>,
    pub contact: Option<Contact>,
    pub revision: Option<Revision>,
    #[serde(flatten)]
    pub content: Content,
}

/// What is worked on beside what is shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revision {
    pub state: String,
    pub audience: String,
    pub embargo_until: Option<String>,
    pub contact: Option<Contact>,
    pub content: Content,
}

impl Output {
    pub(super) fn may(&self, action: &str) -> bool {
        self.possible_actions.iter().any(|known| known == action)
    }

    /// The audience that is named at the next publishing.
    pub(super) fn next_audience(&self) -> &str {
        self.revision.as_ref().map_or(&self.audience, |revision| &revision.audience)
    }

    /// The embargo that is named at the next publishing.
    pub(super) fn next_embargo(&self) -> &str {
        let named = match &self.revision {
            Some(revision) => revision.embargo_until.as_deref(),
            None => self.embargo_until.as_deref(),
        };
        named.unwrap_or_default()
    }

    /// The form in which what is worked on is changed.
    pub(super) fn form(&self) -> Form {
        let (content, contact) = match &self.revision {
            Some(revision) => (&revision.content, &revision.contact),
            None => (&self.content, &self.contact),
        };
        let mut fields = written(content);
        fields.push(("version", self.version.to_string()));
        fields.push(("audience", self.next_audience().to_owned()));
        fields.push(("embargoUntil", self.next_embargo().to_owned()));
        if let Some(contact) = contact {
            let parts = [
                ("contact-name", &contact.name),
                ("contact-email", &contact.email),
                ("contact-phone", &contact.phone),
                ("contact-address", &contact.address),
            ];
            fields.extend(parts.map(|(name, said)| (name, said.clone().unwrap_or_default())));
        }
        Form::of(fields)
    }
}

/// What stands in the fields of a form.
fn written(content: &Content) -> Vec<(&'static str, String)> {
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let contributors = content.contributors.iter().map(|it| match &it.orcid {
        Some(orcid) => format!("{} {orcid}", it.name),
        None => it.name.clone(),
    });
    let identifiers = content.identifiers.iter().map(|it| format!("{} {}", it.scheme, it.value));
    let mut fields = vec![
        ("title", content.title.clone()),
        ("abstract", content.summary.clone()),
        ("kind", content.kind.clone()),
        ("trl", content.trl.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("ipStatus", content.ip_status.clone()),
        ("clinicalStage", said(&content.clinical_stage)),
        ("trialIds", content.trial_ids.join("\n")),
        ("completedOn", said(&content.completed_on)),
        ("publishedOn", said(&content.published_on)),
        ("doi", said(&content.doi)),
        ("advantages", said(&content.advantages)),
        ("contributors", contributors.collect::<Vec<_>>().join("\n")),
        ("identifiers", identifiers.collect::<Vec<_>>().join("\n")),
    ];
    for patent in &content.patents {
        let values = [
            &patent.office,
            &patent.application_no,
            &patent.publication_no,
            &patent.kind,
            &patent.filed_on,
            &patent.granted_on,
        ];
        fields.extend(PATENT.iter().zip(values).map(|((name, _), value)| (*name, said(value))));
    }
    fields.extend(content.cooperation_modes.iter().map(|mode| ("mode", mode.clone())));
    fields.extend(content.areas.iter().map(|area| ("area", area.code.clone())));
    fields
}

/// The parts of a patent: their names in the form and in the contract.
pub(super) const PATENT: [(&str, &str); 6] = [
    ("patentOffice", "office"),
    ("patentApplicationNo", "applicationNo"),
    ("patentPublicationNo", "publicationNo"),
    ("patentKind", "kind"),
    ("patentFiledOn", "filedOn"),
    ("patentGrantedOn", "grantedOn"),
];

/// Empty rows for further patents, below those that there are.
const MORE_PATENTS: usize = 2;

/// The rows of patents of a form, each with its parts.
pub(super) fn patent_rows(form: &Form) -> Vec<Vec<(&'static str, String)>> {
    let columns: Vec<Vec<&str>> = PATENT.iter().map(|(name, _)| form.all(name)).collect();
    let filled = columns.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |column: usize, row: usize| columns[column].get(row).copied().unwrap_or_default();
    let row = |row: usize| -> Vec<(&'static str, String)> {
        let cells = PATENT.iter().enumerate();
        cells.map(|(column, (name, _))| (*name, cell(column, row).to_owned())).collect()
    };
    let is_filled = |row: &Vec<(&str, String)>| row.iter().any(|(_, value)| !value.is_empty());
    let empty = (0..MORE_PATENTS).map(|_| row(filled));
    (0..filled).map(row).filter(is_filled).chain(empty).collect()
}

/// What a form says that an output is to say. All fields stand in the form, so what is empty there is taken out.
pub(super) fn said(form: &Form) -> Json {
    let lines = |name: &str| -> Vec<String> {
        let lines = form.text(name).lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let contributor = |line: String| match line.rsplit_once(char::is_whitespace) {
        Some((name, orcid)) if is_orcid(orcid) => json!({ "name": name.trim(), "orcid": orcid }),
        _ => json!({ "name": line, "orcid": null }),
    };
    let identifier = |line: String| {
        let (scheme, value) = line.split_once(char::is_whitespace).unwrap_or((line.as_str(), ""));
        json!({ "scheme": scheme, "value": value.trim() })
    };
    let mut content = Map::new();
    let texts = ["abstract", "clinicalStage", "advantages", "doi", "completedOn", "publishedOn"];
    for name in texts.into_iter().chain(["title", "kind", "ipStatus", "audience", "embargoUntil"]) {
        content.insert(name.to_owned(), json!(form.given(name)));
    }
    content
        .insert("trl".to_owned(), json!(form.given("trl").and_then(|it| it.parse::<i64>().ok())));
    let several = [
        ("trialIds", json!(lines("trialIds"))),
        ("cooperationModes", json!(form.all("mode"))),
        ("areas", json!(form.all("area"))),
        ("contributors", lines("contributors").into_iter().map(contributor).collect()),
        ("identifiers", lines("identifiers").into_iter().map(identifier).collect()),
        ("patents", patents(form)),
        ("contact", contact(form, "contact", &["name", "email", "phone", "address"])),
    ];
    content.extend(several.map(|(name, value)| (name.to_owned(), value)));
    Json::Object(content)
}

fn patents(form: &Form) -> Json {
    let part = |(name, value): (&str, String)| {
        let known = PATENT.iter().find(|(field, _)| *field == name).map(|(_, part)| *part)?;
        Some((known.to_owned(), json!(Some(value).filter(|value| !value.is_empty()))))
    };
    let patent = |row: Vec<(&str, String)>| -> Map<String, Json> {
        row.into_iter().filter_map(part).collect()
    };
    let rows = patent_rows(form).into_iter().map(patent);
    rows.filter(|patent| patent.values().any(|value| !value.is_null())).map(Json::Object).collect()
}

/// Whether a word looks like an ORCID iD; whether it is one, the API says.
fn is_orcid(word: &str) -> bool {
    let bare = word.trim_start_matches("https://orcid.org/");
    bare.len() == 19 && bare.bytes().filter(|byte| *byte == b'-').count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_form_comes_back_as_it_was() {
        let content: Content = serde_json::from_value(json!({
            "title": "支架", "abstract": "涂层", "kind": "PATENT", "trl": 5, "ipStatus": "GRANTED",
            "clinicalStage": null, "trialIds": ["ChiCTR1", "NCT2"], "cooperationModes": ["LICENSE"],
            "completedOn": "2026-01-02", "publishedOn": null, "doi": "10.1/x", "advantages": null,
            "patents": [{ "office": "CN", "applicationNo": "1.2", "publicationNo": null, "kind": null,
                "filedOn": null, "grantedOn": "2026-01-01" }],
            "areas": [{ "code": "REG-1", "label": { "zh": "路径", "en": null } }],
            "contributors": [{ "name": "示例 甲", "orcid": "0000-0002-1825-0097" }, { "name": "示例 乙", "orcid": null }],
            "identifiers": [{ "scheme": "URN", "value": "urn:a b" }],
        }))
        .expect("content");
        let form = Form::of(written(&content));
        let said = said(&form);
        assert_eq!(said["title"], "支架");
        assert_eq!(said["trl"], 5);
        assert_eq!(said["trialIds"], json!(["ChiCTR1", "NCT2"]));
        assert_eq!(
            said["patents"],
            json!([{ "office": "CN", "applicationNo": "1.2", "publicationNo": null, "kind": null,
                "filedOn": null, "grantedOn": "2026-01-01" }])
        );
        assert_eq!(
            said["contributors"][0],
            json!({ "name": "示例 甲", "orcid": "0000-0002-1825-0097" })
        );
        assert_eq!(said["contributors"][1], json!({ "name": "示例 乙", "orcid": null }));
        assert_eq!(said["identifiers"], json!([{ "scheme": "URN", "value": "urn:a b" }]));
        assert_eq!((&said["areas"], &said["contact"]), (&json!(["REG-1"]), &Json::Null));
        assert_eq!(patent_rows(&form).len(), 1 + MORE_PATENTS);
    }
}
