//! BibTeX and BibLaTeX: entries with a key and fields.
//!
//! `entries` cuts the text, `latex` turns accents and escapes into letters and back, and here stands what the fields
//! mean. Names may be written either way round, dates in one field or in three.

mod entries;
mod latex;

use std::fmt::Write as _;

pub(super) use self::entries::BibtexRecords;
use self::entries::Entry;
use super::identifiers::{day, doi_in, of_parts, patent_of};
use super::record::Fields;
use super::{Contributor, Identifier, OURS, Patent, Record, kinds, names};
use crate::files::Format;

/// Where an entry says what.
pub(super) const FIELDS: Fields = &[
    ("externalId", "key"),
    ("title", "title"),
    ("abstract", "abstract"),
    ("kind", "entry type"),
    ("contributors", "author"),
    ("publishedOn", "date"),
    ("doi", "doi"),
    ("identifiers", "url"),
    ("patents", "number"),
    ("keywords", "keywords"),
];

/// Identifiers that have a field of their own: (our scheme, the field).
pub(super) const SCHEMES: [(&str, &str); 4] =
    [("url", "url"), ("ISBN", "isbn"), ("PMID", "pmid"), ("PMCID", "pmcid")];

/// What an entry says.
fn read(entry: &Entry) -> Record {
    let text = |name: &str| entry.field(name).map(latex::decoded).filter(|it| !it.is_empty());
    let bare = |name: &str| entry.field(name).map(latex::unescaped).filter(|it| !it.is_empty());
    let first = |names: &[&str]| names.iter().find_map(|name| text(name));
    let ours = bare(OURS);
    let is_ours = ours.is_some();
    let specific = first(&["entrysubtype", "type", "howpublished"]);
    let kind = kinds::read(Format::Bibtex, &entry.kind, specific.as_deref());
    let subtitle = text("subtitle").map(|sub| format!(": {sub}")).unwrap_or_default();
    let keywords = first(&["keywords", "keyword"]).unwrap_or_default();
    let keywords = keywords.split([';', ',', '；', '，']).map(str::trim);
    let url = bare("url");
    let hidden = || url.as_deref().and_then(doi_in);
    let mut record = Record {
        external_id: ours.or_else(|| Some(entry.key.clone()).filter(|key| !key.is_empty())),
        title: text("title").map(|title| title + &subtitle).unwrap_or_default(),
        summary: text("abstract"),
        kind: kind.to_owned(),
        contributors: people(entry.field("author").unwrap_or_default()),
        published_on: date(entry),
        doi: bare("doi").or_else(|| hidden().filter(|_| !is_ours)),
        keywords: keywords.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        publisher: first(&["publisher", "institution", "school", "organization"]),
        is_ours,
        ..Record::default()
    };
    for (scheme, field) in SCHEMES {
        let value = bare(field).filter(|it| is_ours || scheme != "url" || doi_in(it).is_none());
        record.identifiers.extend(value.map(|value| Identifier::new(scheme, value)));
    }
    if let Some(eprint) = bare("eprint") {
        let scheme = first(&["eprinttype", "archiveprefix"]).unwrap_or("eprint".to_owned());
        record.identifiers.push(Identifier { scheme, value: eprint });
    }
    if kind == "PATENT" {
        record.patents.extend(patent(entry, is_ours));
    }
    record
}

/// The patent that an entry is, as BibLaTeX, IEEEtran and our own files write it.
fn patent(entry: &Entry, is_ours: bool) -> Option<Patent> {
    let bare = |name: &str| entry.field(name).map(latex::unescaped).filter(|it| !it.is_empty());
    let office = bare("location").or_else(|| bare("nationality"));
    let office = office.map(|office| office.trim_start_matches("country-").to_owned());
    let office = if is_ours { office } else { office.filter(|it| it.len() == 2) };
    let mut patent = match bare("number") {
        Some(number) if is_ours => Patent { publication_no: Some(number), ..Patent::default() },
        Some(number) => patent_of(&number, office.as_deref()),
        None => Patent::default(),
    };
    patent.office = patent.office.or(office);
    patent.application_no = patent.application_no.or_else(|| bare("applicationnumber"));
    patent.has_number().then_some(patent)
}

/// `date`, or `year`, `month` and `day`. Of a span the first day counts.
fn date(entry: &Entry) -> Option<String> {
    let text = |name: &str| entry.field(name).map(latex::unescaped).filter(|it| !it.is_empty());
    if let Some(date) = text("date") {
        // 2024/2025 is a span of years here; a stroke is never part of a date.
        let first = date.split('/').next().unwrap_or_default();
        return Some(day(first.trim_end_matches(['~', '?', '%'])));
    }
    let year = text("year")?;
    let month = text("month").map(|month| month_of(&month)).unwrap_or_default();
    let number = text("day").unwrap_or_default();
    let found = of_parts(&[&year, &month, &number]);
    Some(found.map_or(year, |date| date.first_day().to_string()))
}

/// The number of a month that may be written as a word.
fn month_of(text: &str) -> String {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let front: String = text.chars().take(3).collect::<String>().to_ascii_lowercase();
    match MONTHS.iter().position(|month| *month == front) {
        Some(at) => (at + 1).to_string(),
        None => text.chars().take_while(char::is_ascii_digit).collect(),
    }
}

/// The people of a field, parted by `and`; what stands whole in braces is a name as it is.
fn people(field: &str) -> Vec<Contributor> {
    let person = |name: &str| {
        let name = name.trim();
        let whole = latex::is_one_group(name);
        let text = latex::decoded(name);
        let name = if whole { text } else { names::natural(&text) };
        (!name.is_empty() && (whole || name != "others"))
            .then_some(Contributor { name, orcid: None })
    };
    latex::split_at_and(field).into_iter().filter_map(person).collect()
}

/// The key under which an entry is cited: the id, in the letters that keys may have.
pub(super) fn key(record: &Record) -> String {
    let id = record.identity();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    let key: String = id.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    if key.is_empty() { "output".to_owned() } else { key }
}

/// An entry under a key.
pub(super) fn write(record: &Record, key: &str) -> String {
    let kind = kinds::of_word(&record.kind);
    let mut out = format!("@{}{{{key}", kind.bibtex);
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            // A text takes whatever is written to it.
            let _ = write!(out, ",\n  {name} = {{{value}}}");
        }
    };
    // Braces twice: titles keep their capitals.
    put("title", &format!("{{{}}}", latex::encoded(&record.title)));
    let author = |person: &Contributor| {
        let name = latex::encoded(&person.name);
        let plain = names::parted(&person.name).is_some() && !name.contains(['\\', '{']);
        if plain && latex::split_at_and(&format!(" {name} ")).len() == 1 {
            name
        } else {
            format!("{{{name}}}")
        }
    };
    let authors: Vec<String> = record.contributors.iter().map(author).collect();
    put("author", &authors.join(" and "));
    if let Some(day) = &record.published_on {
        put("date", day);
        put("year", day.get(..4).unwrap_or(day));
    }
    put("abstract", &latex::encoded(record.summary.as_deref().unwrap_or_default()));
    put("doi", &latex::encoded(record.doi.as_deref().unwrap_or_default()));
    for (scheme, field) in SCHEMES {
        if let Some(identifier) = record.identifiers.iter().find(|it| it.scheme == scheme) {
            put(field, &latex::encoded(&identifier.value));
        }
    }
    put("keywords", &latex::encoded(&record.keywords.join("; ")));
    if let Some(patent) = record.patents.first().filter(|_| kind.word == "PATENT") {
        put("number", &latex::encoded(patent.publication_no.as_deref().unwrap_or_default()));
        let application = patent.application_no.as_deref().unwrap_or_default();
        put("applicationnumber", &latex::encoded(application));
        put("location", &latex::encoded(patent.office.as_deref().unwrap_or_default()));
    }
    let publisher = latex::encoded(record.publisher.as_deref().unwrap_or_default());
    put(if kind.bibtex == "thesis" { "institution" } else { "publisher" }, &publisher);
    put("entrysubtype", kind.label);
    put("langid", if names::is_chinese(&record.title) { "chinese" } else { "english" });
    put(OURS, &latex::encoded(&record.identity()));
    out.push_str("\n}\n");
    out
}
