//! One research output between the formats and our columns.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::identifiers::patent_of;
use crate::{
    checkdigits,
    files::{Format, Found, FoundValue},
};

/// What a bibliographic file says of a research output, or is to say.
///
/// Values are kept as they were found, right or wrong: what is wrong with them is told by the rules of the import, with
/// the field in which they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The citation key, the id, the accession number; in our own files the id under which the owner keeps it.
    pub external_id: Option<String>,
    /// The title.
    pub title: String,
    /// The abstract.
    pub summary: Option<String>,
    /// The kind, in our words.
    pub kind: String,
    /// Who made it.
    pub contributors: Vec<Contributor>,
    /// When it was completed, as `2024-01-31`.
    pub completed_on: Option<String>,
    /// When it was published, as `2024-01-31`.
    pub published_on: Option<String>,
    /// Its DOI.
    pub doi: Option<String>,
    /// Other identifiers.
    pub identifiers: Vec<Identifier>,
    /// Its patents.
    pub patents: Vec<Patent>,
    /// The numbers of its trials.
    pub trial_ids: Vec<String>,
    /// Codes of areas of the taxonomy; from a file only where it names them as ours.
    pub areas: Vec<String>,
    /// Words for what it is about. Whoever imports may propose areas by them; on the way out, the labels of the areas.
    pub keywords: Vec<String>,
    /// Who publishes it: on the way out, the organization.
    pub publisher: Option<String>,
    /// The year to be given where the record has no date of its own and the format wants one. It is never read.
    pub recorded_in: Option<i32>,
    /// Whether we wrote the file ourselves, so that nothing in it has to be guessed.
    pub is_ours: bool,
}

/// Somebody who took part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contributor {
    /// The name as it is said.
    pub name: String,
    /// Their ORCID iD.
    pub orcid: Option<String>,
}

/// An identifier of a scheme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifier {
    /// Whose identifier it is, such as `url` or `PMID`.
    pub scheme: String,
    /// The identifier.
    pub value: String,
}

/// A patent or an application for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patent {
    /// The two letters of the office.
    pub office: Option<String>,
    /// The number of the application.
    pub application_no: Option<String>,
    /// The number of the publication.
    pub publication_no: Option<String>,
    /// The kind code or what people call it.
    pub kind: Option<String>,
    /// The day of filing.
    pub filed_on: Option<String>,
    /// The day of granting.
    pub granted_on: Option<String>,
}

/// Where a format says what: (our column, its field). Columns that are not named here it cannot say.
pub(super) type Fields = &'static [(&'static str, &'static str)];

/// Where a format has no field for what we know of a record.
const UNNAMED: &str = "-";

impl Record {
    /// The id under which a record goes that names none of its own: in our own files the owner's, otherwise the DOI, then
    /// what the file calls the record, and at last a digest of title and year.
    pub fn identity(&self) -> String {
        let own = || self.external_id.clone();
        if self.is_ours
            && let Some(id) = own()
        {
            return id;
        }
        let doi = self
            .doi
            .as_deref()
            .map(|doi| checkdigits::doi(doi).unwrap_or_else(|_| doi.trim().to_lowercase()));
        doi.or_else(own).unwrap_or_else(|| self.digest())
    }

    fn digest(&self) -> String {
        let year: String = self.published_on.iter().flat_map(|day| day.chars().take(4)).collect();
        let letters = self.title.chars().filter(|c| c.is_alphanumeric());
        let title: String = letters.flat_map(char::to_lowercase).collect();
        let hash = Sha256::digest(format!("{title}\n{year}").as_bytes());
        hash.iter().take(8).fold("title:".to_owned(), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The record as a row, with each value at the field that it came from.
    pub(super) fn found(self, line: u64, raw: String, format: Format, fields: Fields) -> Found {
        let identity = self.identity();
        let has_title = !self.title.trim().is_empty() || self.doi.is_some();
        let mut values = vec![
            (
                "externalId",
                if has_title || self.external_id.is_some() { identity.into() } else { Value::Null },
            ),
            ("title", self.title.into()),
            ("abstract", self.summary.into()),
            ("kind", self.kind.into()),
            ("contributors", self.contributors.iter().map(Contributor::to_json).collect()),
            ("completedOn", self.completed_on.into()),
            ("publishedOn", self.published_on.into()),
            ("doi", self.doi.into()),
            ("identifiers", self.identifiers.iter().map(Identifier::to_json).collect()),
            ("patents", self.patents.iter().map(Patent::to_json).collect()),
            ("trialIds", self.trial_ids.into()),
            ("areas", self.areas.into()),
            ("keywords", self.keywords.into()),
        ];
        values.push(("sourceFormat", format.label().into()));
        let field =
            |column| fields.iter().find(|(name, _)| *name == column).map(|(_, field)| field);
        let values = values.into_iter().map(|(column, value)| FoundValue {
            column,
            field: field(column).unwrap_or(&UNNAMED),
            value,
        });
        // A format that has no word for a column says nothing of it.
        let values = values.filter(|found| *found.field != UNNAMED || !is_nothing(&found.value));
        Found { line, raw, values: values.collect() }
    }

    /// The record that an exported row says. What no bibliographic file carries is left behind here, the contact first.
    pub fn of_row(row: &Map<String, Value>) -> Record {
        let text = |column: &str| text_of(row.get(column));
        let list = |column: &str| row.get(column).and_then(Value::as_array).into_iter().flatten();
        let texts = |column: &str| list(column).filter_map(|item| text_of(Some(item))).collect();
        Record {
            external_id: text("externalId"),
            title: text("title").unwrap_or_default(),
            summary: text("abstract"),
            kind: text("kind").unwrap_or_default(),
            contributors: list("contributors").filter_map(Contributor::of_json).collect(),
            completed_on: text("completedOn"),
            published_on: text("publishedOn"),
            doi: text("doi"),
            identifiers: list("identifiers").filter_map(Identifier::of_json).collect(),
            patents: list("patents").map(Patent::of_json).collect(),
            trial_ids: texts("trialIds"),
            areas: texts("areas"),
            is_ours: true,
            ..Record::default()
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A text, or a number as a text; nothing where it is blank.
pub(super) fn text_of(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

impl Contributor {
    fn to_json(&self) -> Value {
        json!({"name": self.name, "orcid": self.orcid})
    }

    fn of_json(value: &Value) -> Option<Contributor> {
        Some(Contributor { name: text_of(value.get("name"))?, orcid: text_of(value.get("orcid")) })
    }
}

impl Identifier {
    pub(super) fn new(scheme: &str, value: String) -> Identifier {
        Identifier { scheme: scheme.to_owned(), value }
    }

    fn to_json(&self) -> Value {
        json!({"scheme": self.scheme, "value": self.value})
    }

    fn of_json(value: &Value) -> Option<Identifier> {
        let (scheme, value) = (text_of(value.get("scheme"))?, text_of(value.get("value"))?);
        Some(Identifier { scheme, value })
    }
}

impl Patent {
    /// A patent by one number, of which nobody says whether it is that of the application or of the publication.
    pub fn of_number(number: &str) -> Patent {
        patent_of(number, None)
    }

    fn to_json(&self) -> Value {
        json!({
            "office": self.office,
            "applicationNo": self.application_no,
            "publicationNo": self.publication_no,
            "kind": self.kind,
            "filedOn": self.filed_on,
            "grantedOn": self.granted_on,
        })
    }

    fn of_json(value: &Value) -> Patent {
        let text = |field: &str| text_of(value.get(field));
        Patent {
            office: text("office"),
            application_no: text("applicationNo"),
            publication_no: text("publicationNo"),
            kind: text("kind"),
            filed_on: text("filedOn"),
            granted_on: text("grantedOn"),
        }
    }

    /// Whether there is any number in it.
    pub(super) fn has_number(&self) -> bool {
        self.application_no.is_some() || self.publication_no.is_some()
    }
}
