//! RIS: lines with a tag of two signs, from `TY` to `ER`.
//!
//! Files from the wild are read with their habits: several people or keywords in one line, a DOI under `M3` or `UR`, dates
//! as `2024///`, lines that go on without a tag, a record that begins before the last one ended, blank or missing spaces
//! around the dash.

use std::fmt::Write as _;

use super::identifiers::{day, doi_in, patent_of};
use super::record::Fields;
use super::{Contributor, Identifier, OURS, Patent, Record, kinds, names};
use crate::files::{Characters, Fault, FileError, Format, Found, Piece, Records, RowError};
use crate::language::Text;

/// Where a record says what.
pub(super) const FIELDS: Fields = &[
    ("externalId", "ID"),
    ("title", "TI"),
    ("abstract", "AB"),
    ("kind", "TY"),
    ("contributors", "AU"),
    ("publishedOn", "DA"),
    ("doi", "DO"),
    ("identifiers", "UR"),
    ("patents", "SN"),
    ("keywords", "KW"),
];

/// Cuts a text into records.
#[derive(Default)]
pub(super) struct RisRecords {
    /// The first line of a record, which ended the one before it.
    begun: Option<Piece>,
}

/// A tag and its value.
type Tagged = (String, String);

impl RisRecords {
    fn step(&mut self, text: &mut Characters) -> Result<Option<Found>, RowError> {
        let mut piece = match self.begun.take() {
            Some(piece) => piece,
            None => loop {
                let Some(line) = line(text)? else { return Ok(None) };
                if line.text.trim().is_empty() {
                    continue;
                }
                if tag_of(&line.text).is_some_and(|(tag, _)| tag == "TY") {
                    break line;
                }
                self.begun = next_begin(text)?;
                return Err(outside(text, &line));
            },
        };
        while let Some(line) = line(text)? {
            match tag_of(&line.text).map(|(tag, _)| tag) {
                Some("TY") => {
                    self.begun = Some(line);
                    break;
                }
                Some("ER") => break,
                _ => {
                    piece.push('\n');
                    line.text.chars().for_each(|c| piece.push(c));
                    piece.spoil_with(&line);
                }
            }
        }
        piece.check(text)?;
        let record = read(&tagged(&piece.text));
        Ok(Some(record.found(piece.line, piece.text, Format::Ris, FIELDS)))
    }
}

impl Records for RisRecords {
    fn next(&mut self, text: &mut Characters) -> Option<Result<Found, RowError>> {
        self.step(text).transpose()
    }
}

/// The next line without its end.
fn line(text: &mut Characters) -> Result<Option<Piece>, FileError> {
    let mut piece = Piece::at(text.line());
    if text.peek()?.is_none() {
        return Ok(None);
    }
    while let Some(c) = text.next()? {
        if c == '\n' {
            break;
        }
        piece.push(c);
    }
    Ok(Some(piece))
}

/// The next line that begins a record.
fn next_begin(text: &mut Characters) -> Result<Option<Piece>, FileError> {
    while let Some(line) = line(text)? {
        if tag_of(&line.text).is_some_and(|(tag, _)| tag == "TY") {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

/// What stands between records belongs to none; it is told of once, up to the next record.
fn outside(text: &Characters, first: &Piece) -> RowError {
    first.check(text).err().unwrap_or_else(|| {
        let message = Text::new(
            "stands in no record; a record of RIS begins with a line \"TY  - \"",
            "不在任何记录之内；RIS 记录以“TY  - ”行开始",
        );
        RowError::Damaged(Fault::of_line(first.line, message))
    })
}

/// The tag at the front of a line, and what stands behind its dash.
fn tag_of(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches('\u{FEFF}');
    let (tag, rest) = line.split_at_checked(2)?;
    let mut signs = tag.bytes();
    let right = signs.next().is_some_and(|c| c.is_ascii_uppercase())
        && signs.next().is_some_and(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let value = rest.trim_start_matches([' ', '\t']).strip_prefix('-')?;
    let spaced =
        rest.starts_with([' ', '\t']) && (value.is_empty() || value.starts_with([' ', '\t']));
    (right && spaced).then(|| (tag, value.trim()))
}

/// The tags of a record; a line without a tag goes on with the one before it.
fn tagged(text: &str) -> Vec<Tagged> {
    let mut tagged: Vec<Tagged> = Vec::new();
    for line in text.lines() {
        match (tag_of(line), tagged.last_mut()) {
            (Some((tag, value)), _) => tagged.push((tag.to_owned(), value.to_owned())),
            (None, Some((_, value))) if !line.trim().is_empty() => {
                value.push(' ');
                value.push_str(line.trim());
            }
            _ => {}
        }
    }
    tagged.retain(|(_, value)| !value.is_empty());
    tagged
}

fn read(tagged: &[Tagged]) -> Record {
    let all = |tags: &'static [&str]| {
        let found = tagged.iter().filter(|(tag, _)| tags.contains(&tag.as_str()));
        found.map(|(_, value)| value.as_str())
    };
    // The first of these tags that is there.
    let first = |tags: &[&str]| {
        let of = |tag: &&str| tagged.iter().find(|(found, _)| found == tag);
        tags.iter().find_map(of).map(|(_, value)| value.clone())
    };
    let is_ours = first(&["DP"]).as_deref() == Some(OURS);
    let kind =
        kinds::read(Format::Ris, &first(&["TY"]).unwrap_or_default(), first(&["M3"]).as_deref());
    let between = |c: char| !is_ours && matches!(c, ';' | '；');
    let people = all(&["AU", "A1"]).flat_map(|line| line.split(between));
    let person = |name: &str| Contributor { name: names::natural(name), orcid: None };
    let people = people.map(person).filter(|person| !person.name.is_empty());
    let words = all(&["KW"]).flat_map(|line| line.split([';', '；'])).map(str::trim);
    let doi = first(&["DO"]);
    let hidden = || all(&["M3", "UR", "L3", "N1"]).find_map(doi_in);
    let urls = all(&["UR"]).filter(|url| is_ours || doi_in(url).is_none());
    let mut record = Record {
        external_id: if is_ours { first(&["AN"]) } else { first(&["AN", "ID"]) },
        title: first(&["TI", "T1", "CT"]).unwrap_or_default(),
        summary: first(&["AB", "N2"]),
        kind: kind.to_owned(),
        contributors: people.collect(),
        published_on: first(&["DA", "Y1", "PY"]).map(|date| day(&date)),
        doi: if is_ours { doi } else { doi.or_else(hidden) },
        identifiers: urls.map(|url| Identifier::new("url", url.to_owned())).collect(),
        keywords: words.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        publisher: first(&["PB"]),
        is_ours,
        ..Record::default()
    };
    if kind == "PATENT" {
        let office = first(&["CY"]).filter(|office| is_ours || office.len() == 2);
        let mut patent = match first(&["SN"]) {
            Some(number) if is_ours => Patent { publication_no: Some(number), ..Patent::default() },
            Some(number) => patent_of(&number, office.as_deref()),
            None => Patent::default(),
        };
        patent.office = patent.office.or(office);
        patent.application_no = patent.application_no.or_else(|| first(&["M1"]));
        record.patents.extend(Some(patent).filter(Patent::has_number));
    }
    record
}

/// A record, each value on one line.
pub(super) fn write(record: &Record) -> String {
    let kind = kinds::of_word(&record.kind);
    let mut out = String::new();
    let mut put = |tag: &str, value: &str| {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !value.is_empty() {
            // A text takes whatever is written to it.
            let _ = write!(out, "{tag}  - {value}\r\n");
        }
    };
    put("TY", kind.ris);
    put("M3", kind.label);
    put("DP", OURS);
    put("AN", &record.identity());
    put("ID", &record.identity());
    put("TI", &record.title);
    for person in &record.contributors {
        match names::parted(&person.name) {
            Some((family, given)) => put("AU", &format!("{family}, {given}")),
            None => put("AU", &person.name),
        }
    }
    if let Some(day) = &record.published_on {
        put("PY", day.get(..4).unwrap_or(day));
        put("DA", &day.replace('-', "/"));
    }
    put("AB", record.summary.as_deref().unwrap_or_default());
    record.keywords.iter().for_each(|word| put("KW", word));
    put("DO", record.doi.as_deref().unwrap_or_default());
    let urls = record.identifiers.iter().filter(|it| it.scheme == "url");
    urls.for_each(|it| put("UR", &it.value));
    if let Some(patent) = record.patents.first().filter(|_| kind.word == "PATENT") {
        put("CY", patent.office.as_deref().unwrap_or_default());
        put("SN", patent.publication_no.as_deref().unwrap_or_default());
        put("M1", patent.application_no.as_deref().unwrap_or_default());
    }
    put("PB", record.publisher.as_deref().unwrap_or_default());
    put("LA", if names::is_chinese(&record.title) { "zh" } else { "en" });
    out.push_str("ER  - \r\n");
    out
}
