//! A file of research outputs in any format: tables, JSON Lines, and what reference managers and repositories write.

use std::path::Path;

use super::bibtex::BibtexRecords;
use super::json::JsonRecords;
use super::ris::RisRecords;
use super::{csl, datacite};
use crate::files::{FileError, Format, Input, Reader, Records};
use crate::language::Text;

/// Words that stand in the first record of DataCite JSON, and of CSL-JSON.
const DATACITE: [&str; 6] = [
    "\"resourceTypeGeneral\"",
    "\"creators\"",
    "\"titles\"",
    "\"publicationYear\"",
    "\"schemaVersion\"",
    "\"attributes\"",
];
const CSL: [&str; 6] = [
    "\"issued\"",
    "\"date-parts\"",
    "\"container-title\"",
    "\"article-journal\"",
    "\"family\"",
    "\"citation-key\"",
];

/// Opens a file of research outputs: by a format that is given, or by the one that its name and its first bytes tell.
///
/// Each item of the reader is a row with our columns, or what is wrong with it. In bibliographic formats faults name the
/// field of the record; a row bears the record's own text ([`crate::files::Row::raw_record`]), and its keywords under
/// `keywords`. Errors are those of files that cannot be opened, or are of a kind that is not read here.
pub fn open(mut input: Input, given: Option<Format>) -> Result<Reader, FileError> {
    let format = if let Some(format) = given {
        format
    } else {
        let head = input.head_of_text()?;
        let head = String::from_utf8_lossy(&head);
        found(input.name(), head.trim_start_matches('\u{FEFF}').trim_start())
            .map_err(|message| FileError::new(input.name(), message))?
    };
    if format.is_bibliographic() {
        input.head_of_text()?;
    }
    let records: Box<dyn Records> = match format {
        Format::DataCite => Box::new(JsonRecords::new(format, datacite::FIELDS, datacite::read)),
        Format::CslJson => Box::new(JsonRecords::new(format, csl::FIELDS, csl::read)),
        Format::Bibtex => Box::new(BibtexRecords::default()),
        Format::Ris => Box::new(RisRecords::default()),
        Format::Csv | Format::JsonLines | Format::Xlsx => return Reader::in_format(input, format),
    };
    Reader::of_records(input, format, records)
}

/// The format by the name, where it can only be one, and else by the first bytes.
fn found(name: &str, head: &str) -> Result<Format, Text> {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    let named = Format::of_extension(&ending);
    if let Some(format) = named.filter(|format| format.is_bibliographic()) {
        return Ok(format);
    }
    if matches!(ending.as_str(), "enw") || head.starts_with("%0 ") || head.starts_with("RT ") {
        return Err(Text::new(
            "is of EndNote or RefWorks (lines such as \"%0\" or \"RT\"), which is not read; export it as RIS or BibTeX",
            "是 EndNote 或 RefWorks 格式（以“%0”或“RT”开头），无法读取；请导出为 RIS 或 BibTeX",
        ));
    }
    if !matches!(ending.as_str(), "csv" | "tsv" | "xlsx" | "xlsm" | "jsonl" | "ndjson") {
        if head.starts_with('@') {
            return Ok(Format::Bibtex);
        }
        if head.starts_with("TY ") {
            return Ok(Format::Ris);
        }
    }
    if head.starts_with(['{', '[']) && !matches!(ending.as_str(), "csv" | "tsv") {
        return Ok(of_json(head));
    }
    Format::of(Path::new(name), head.as_bytes())
}

/// Which JSON it is. Our own rows are told by their `externalId`.
fn of_json(head: &str) -> Format {
    let has = |words: &[&str]| words.iter().any(|word| head.contains(word));
    if has(&DATACITE) {
        Format::DataCite
    } else if has(&["\"externalId\"", "\"organization\"", "\"编号\""]) {
        Format::JsonLines
    } else if has(&CSL) || head.starts_with('[') {
        Format::CslJson
    } else {
        Format::JsonLines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_name_and_content() {
        for (name, head, format) in [
            ("a.bib", "% comment", Format::Bibtex),
            ("a.ris", "TY  - JOUR", Format::Ris),
            ("a.txt", "TY  - JOUR", Format::Ris),
            ("a", "@article{a,", Format::Bibtex),
            ("a.json", "{\"data\":[{\"id\":\"x\",\"attributes\":{}}]}", Format::DataCite),
            ("a.json", "[{\"id\":\"x\",\"issued\":{}}]", Format::CslJson),
            ("a.jsonl", "{\"externalId\":\"a\",\"issued\":1}", Format::JsonLines),
            ("a.csv", "@type,b", Format::Csv),
        ] {
            assert_eq!(found(name, head), Ok(format), "{name} {head}");
        }
        assert!(found("a.enw", "%0 Journal Article").is_err());
    }
}
