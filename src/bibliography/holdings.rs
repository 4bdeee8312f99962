//! What each format can hold of a research output: one table, by which the tests go and which the documentation shows.

use super::{FORMATS, Identifier, Patent, Record, bibtex, csl, names};
use crate::files::Format;

/// How much of a column a format can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// All of it: what is exported comes back by an import.
    Whole,
    /// Nothing.
    Not,
    /// The texts; several spaces become one.
    Spaced,
    /// The text on one line.
    OneLine,
    /// Names without ORCID iDs.
    Names,
    /// Names without ORCID iDs, given name first.
    NaturalNames,
    /// One identifier of each scheme that has a field of its own.
    SchemesOnce,
    /// Addresses.
    Addresses,
    /// The numbers with their offices, each by itself.
    Numbers,
    /// Of a PATENT the first: office, numbers and the day of filing.
    FirstWithFiling,
    /// Of a PATENT the first: office and numbers.
    First,
    /// Their labels, as keywords: an import proposes them.
    AsKeywords,
}

impl Held {
    /// How the documentation says it.
    pub fn words(self) -> &'static str {
        match self {
            Held::Whole => "yes",
            Held::Not => "–",
            Held::Spaced => "yes, several spaces become one",
            Held::OneLine => "on one line",
            Held::Names => "names only",
            Held::NaturalNames => "names only, given name first",
            Held::SchemesOnce => "one each of url, PMID, PMCID, ISBN",
            Held::Addresses => "url only",
            Held::Numbers => "numbers and offices, each by itself",
            Held::FirstWithFiling => "of a PATENT the first: office, numbers, day of filing",
            Held::First => "of a PATENT the first: office, numbers",
            Held::AsKeywords => "as keywords, proposed by an import",
        }
    }
}

/// What the formats hold of one column.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    /// The column.
    pub column: &'static str,
    /// How much of it, in the order of [`FORMATS`].
    pub held: [Held; 4],
}

const fn of(column: &'static str, held: [Held; 4]) -> Holding {
    Holding { column, held }
}

const NONE: [Held; 4] = [Held::Not; 4];
const TEXT: [Held; 4] = [Held::Whole, Held::Whole, Held::Spaced, Held::OneLine];

/// The table: every column of a research output, in the order in which files have them.
pub const HOLDINGS: [Holding; 25] = [
    of("externalId", TEXT),
    of("organization", NONE),
    of("title", TEXT),
    of("abstract", TEXT),
    of("kind", [Held::Whole; 4]),
    of("trl", NONE),
    of("ipStatus", NONE),
    of("patents", [Held::Numbers, Held::FirstWithFiling, Held::First, Held::First]),
    of("clinicalStage", NONE),
    of("trialIds", [Held::Whole, Held::Not, Held::Not, Held::Not]),
    of("cooperationModes", NONE),
    of("areas", [Held::Whole, Held::AsKeywords, Held::AsKeywords, Held::AsKeywords]),
    of("contributors", [Held::Whole, Held::Names, Held::Names, Held::NaturalNames]),
    of("completedOn", [Held::Whole, Held::Not, Held::Not, Held::Not]),
    of("publishedOn", [Held::Whole; 4]),
    of("embargoUntil", NONE),
    of("audience", NONE),
    of("doi", [Held::Whole; 4]),
    of("identifiers", [Held::Whole, Held::SchemesOnce, Held::SchemesOnce, Held::Addresses]),
    of("advantages", NONE),
    of("contact", NONE),
    of("state", NONE),
    of("withdrawnOn", NONE),
    of("withdrawalReason", NONE),
    of("sourceFormat", NONE),
];

/// What is left of a record after an export in a format and an import of that file, by the table.
pub fn held(format: Format, record: &Record) -> Record {
    let Some(at) = FORMATS.iter().position(|it| *it == format) else { return record.clone() };
    let mut left = Record { is_ours: true, ..Record::default() };
    for Holding { column, held } in &HOLDINGS {
        let held = held.get(at).copied().unwrap_or(Held::Not);
        keep(&mut left, record, column, held, format);
    }
    left
}

fn keep(left: &mut Record, record: &Record, column: &str, held: Held, format: Format) {
    if matches!(held, Held::Not | Held::AsKeywords) {
        return;
    }
    let text = |text: &str| match held {
        Held::Spaced => {
            let lines = text.lines().map(one_line).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join("\n")
        }
        Held::OneLine => one_line(text),
        _ => text.to_owned(),
    };
    match column {
        "externalId" => left.external_id = Some(text(&record.identity())),
        "title" => left.title = text(&record.title),
        "abstract" => left.summary = record.summary.as_deref().map(text),
        "kind" => left.kind.clone_from(&record.kind),
        "patents" => left.patents = patents(record, held),
        "trialIds" => left.trial_ids.clone_from(&record.trial_ids),
        "areas" => left.areas.clone_from(&record.areas),
        "contributors" => {
            left.contributors.clone_from(&record.contributors);
            for person in &mut left.contributors {
                if held != Held::Whole {
                    person.orcid = None;
                }
                if format == Format::Bibtex {
                    person.name = one_line(&person.name);
                }
                if held == Held::NaturalNames {
                    person.name = names::natural(&person.name);
                }
            }
        }
        "completedOn" => left.completed_on.clone_from(&record.completed_on),
        "publishedOn" => left.published_on.clone_from(&record.published_on),
        "doi" => left.doi.clone_from(&record.doi),
        "identifiers" => left.identifiers = identifiers(record, held, format),
        _ => {}
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn patents(record: &Record, held: Held) -> Vec<Patent> {
    let numbers = |patent: &Patent| {
        let office = patent.office.clone();
        let application = patent.application_no.clone().map(|number| Patent {
            office: office.clone(),
            application_no: Some(number),
            ..Patent::default()
        });
        let publication = patent.publication_no.clone().map(|number| Patent {
            office,
            publication_no: Some(number),
            ..Patent::default()
        });
        [application, publication]
    };
    if held == Held::Numbers {
        return record.patents.iter().flat_map(numbers).flatten().collect();
    }
    let first = record.patents.first().filter(|it| record.kind == "PATENT" && it.has_number());
    let first = first.map(|patent| Patent {
        kind: None,
        granted_on: None,
        filed_on: patent.filed_on.clone().filter(|_| held == Held::FirstWithFiling),
        ..patent.clone()
    });
    first.into_iter().collect()
}

fn identifiers(record: &Record, held: Held, format: Format) -> Vec<Identifier> {
    let schemes = match format {
        Format::CslJson => csl::SCHEMES,
        _ => bibtex::SCHEMES,
    };
    match held {
        Held::SchemesOnce => {
            let first =
                |(scheme, _): (&str, _)| record.identifiers.iter().find(|it| it.scheme == scheme);
            schemes.into_iter().filter_map(first).cloned().collect()
        }
        Held::Addresses => {
            record.identifiers.iter().filter(|it| it.scheme == "url").cloned().collect()
        }
        _ => record.identifiers.clone(),
    }
}
