//! The formats of metadata: each is written and read by one file, so that what goes out comes in as it was, as far as
//! the format can hold it.
//!
//! | | `oai_dc` | `oai_datacite` |
//! |---|---|---|
//! | title, abstract, kind | yes | yes |
//! | contributors | names | names and ORCID iDs |
//! | published | yes (or else completed) | yes |
//! | completed | | yes |
//! | DOI | yes | yes |
//! | further identifiers | their values | scheme and value |
//! | patents, trials | as text | their numbers |
//! | areas, advantages | as text; not read back | as text; not read back |
//! | maturity, intellectual property, cooperation, embargo, audience, contact | | |

pub mod datacite;
pub mod dublin_core;
mod kinds;

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{
    checkdigits,
    partial_date::PartialDate,
    research::Published,
    xml::{Element, Xml},
};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Unqualified Dublin Core, which every repository has.
    DublinCore,
    /// `DataCite` metadata, version 4.
    DataCite,
}

/// The columns of a row that a format speaks of: those of a harvested record win, all others stay as they are here.
pub const COLUMNS: [&str; 10] = [
    "title",
    "abstract",
    "kind",
    "contributors",
    "publishedOn",
    "completedOn",
    "doi",
    "identifiers",
    "patents",
    "trialIds",
];

impl Format {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::DublinCore, Self::DataCite];

    /// The format of a prefix.
    pub fn of_prefix(prefix: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.prefix() == prefix)
    }

    /// Its prefix.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::DublinCore => "oai_dc",
            Self::DataCite => "oai_datacite",
        }
    }

    /// Where its schema is.
    pub fn schema(self) -> &'static str {
        match self {
            Self::DublinCore => dublin_core::SCHEMA,
            Self::DataCite => datacite::SCHEMA,
        }
    }

    /// Its namespace.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::DublinCore => dublin_core::NAMESPACE,
            Self::DataCite => datacite::NAMESPACE,
        }
    }

    /// Writes a research output.
    pub fn write(self, xml: &mut Xml, output: &Published, base: &str) {
        match self {
            Self::DublinCore => dublin_core::write(xml, output, base),
            Self::DataCite => datacite::write(xml, output, base),
        }
    }

    /// Reads a record into the columns of an import. None where it is in another format.
    pub fn read(self, metadata: &Element) -> Option<Map<String, Value>> {
        match self {
            Self::DublinCore => dublin_core::read(metadata),
            Self::DataCite => datacite::read(metadata),
        }
    }
}

/// A date as repositories write it (a year, a month, a day, an instant), as a day: where only a part is known, its first
/// day, as everywhere here.
fn day(text: &str) -> Option<String> {
    let text = text.trim();
    let date = text.split(['T', ' ', '/']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split('-').collect();
    let number = |at: usize| parts.get(at)?.parse::<u32>().ok();
    let year = parts.first().filter(|year| year.len() == 4)?.parse::<i32>().ok()?;
    let day = match parts.len() {
        1 => PartialDate::year(year)?.first_day(),
        2 => PartialDate::month(year, number(1)?)?.first_day(),
        3 => chrono::NaiveDate::from_ymd_opt(year, number(1)?, number(2)?)?,
        _ => return None,
    };
    let plausible = chrono::Datelike::year(&day);
    (1949..=2100).contains(&plausible).then(|| day.to_string())
}

/// A DOI in a text that says it is one, by its form.
fn doi(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let said = ["10.", "doi:", "https://doi.org/", "http://doi.org/", "http://dx.doi.org/"]
        .iter()
        .chain(&["https://dx.doi.org/"])
        .any(|beginning| lower.starts_with(beginning));
    said.then(|| checkdigits::doi(text).ok()).flatten()
}

/// What is said of an output by its numbers: the DOI, patents, trials, and all others.
#[derive(Debug, Default)]
struct Numbers {
    doi: Option<String>,
    patents: Vec<Value>,
    trials: Vec<String>,
    others: Vec<Value>,
    /// The scheme and the value of the others.
    seen: HashSet<(String, String)>,
}

impl Numbers {
    fn add(&mut self, scheme: &str, value: &str) {
        let patent = scheme.split_once(" patent ").filter(|(office, _)| office.len() == 2);
        match patent {
            Some((office, "application")) => {
                self.patents.push(serde_json::json!({ "office": office, "applicationNo": value }));
            }
            Some((office, "publication")) => {
                self.patents.push(serde_json::json!({ "office": office, "publicationNo": value }));
            }
            _ => {
                if let Ok(trial) = checkdigits::trial(value) {
                    self.trials.push(trial);
                    return;
                }
                if self.seen.insert((scheme.to_owned(), value.to_owned())) {
                    self.others.push(serde_json::json!({ "scheme": scheme, "value": value }));
                }
            }
        }
    }

    fn put(self, row: &mut Map<String, Value>) {
        put(row, "doi", self.doi.map(Value::from));
        for (column, values) in [("patents", self.patents), ("identifiers", self.others)] {
            put(row, column, (!values.is_empty()).then_some(Value::Array(values)));
        }
        put(row, "trialIds", (!self.trials.is_empty()).then(|| self.trials.into()));
    }
}

/// What patents are called among identifiers, with their numbers.
fn patent_numbers(output: &Published) -> Vec<(String, String)> {
    let numbers = output.patents.iter().flat_map(|patent| {
        let office = patent.office.as_deref().unwrap_or("CN");
        let named = move |what: &str, number: &Option<String>| {
            number.as_ref().map(|number| (format!("{office} patent {what}"), number.clone()))
        };
        [named("application", &patent.application_no), named("publication", &patent.publication_no)]
    });
    numbers.flatten().collect()
}

fn put(row: &mut Map<String, Value>, column: &str, value: Option<Value>) {
    if let Some(value) = value {
        row.insert(column.to_owned(), value);
    }
}

/// White space as people mean it: single spaces, line breaks where there were some.
fn tidy(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// The title, the abstract and the kind, which every row must have. Many repositories have records without an abstract:
/// the title then stands in its place, so that the record is found at all.
fn words(row: &mut Map<String, Value>, title: String, summary: String, kind: &'static str) {
    let summary = if summary.is_empty() { title.clone() } else { summary };
    row.insert("title".to_owned(), title.into());
    row.insert("abstract".to_owned(), summary.into());
    row.insert("kind".to_owned(), kind.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_repositories_write_it() {
        for (text, expected) in [
            ("2024", Some("2024-01-01")),
            ("2024-03", Some("2024-03-01")),
            (" 2024-03-05 ", Some("2024-03-05")),
            ("2024-03-05T10:00:00Z", Some("2024-03-05")),
            ("2020/2024", Some("2020-01-01")),
            ("24", None),
            ("2024-13-01", None),
            ("1066", None),
            ("", None),
        ] {
            assert_eq!(day(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_number_stands_once_among_however_many() {
        let mut numbers = Numbers::default();
        for number in 0..200_000_u32 {
            numbers.add("OTHER", &format!("示例 {}", number / 2));
        }
        numbers.add("URL", "示例 1");
        let mut row = Map::new();
        numbers.put(&mut row);
        assert_eq!(row["identifiers"].as_array().map(Vec::len), Some(100_001));
    }

    #[test]
    fn only_what_says_so_is_a_doi() {
        assert_eq!(doi("https://doi.org/10.5555/ABC").as_deref(), Some("10.5555/abc"));
        assert_eq!(doi("doi:10.5555/abc").as_deref(), Some("10.5555/abc"));
        assert_eq!(doi("https://repository.example/10.5555/abc"), None);
        assert_eq!(doi("10.5555"), None);
    }
}
