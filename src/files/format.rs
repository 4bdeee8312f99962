//! What kind of file it is, by its name and its first bytes.

use std::path::Path;

use super::Message;

/// A kind of data file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// A table in text, with a header row; separated by commas, tabs or semicolons.
    Csv,
    /// The first visible sheet of a workbook, with a header row.
    Xlsx,
    /// JSON of DataCite: one record, a list, an answer of its REST API, or one record a line.
    DataCite,
    /// CSL-JSON: one item, a list, or one item a line.
    CslJson,
    /// BibTeX and BibLaTeX.
    Bibtex,
    /// Tagged lines of reference managers.
    Ris,
}

impl Format {
    /// Finds the format of a file by its name, and by its first bytes where the name says nothing or cannot be true.
    ///
    /// Refuses kinds that people mistake for these: old `.xls`, password-protected workbooks, UTF-16 text, binary files.
    pub fn of(path: &Path, head: &[u8]) -> Result<Format, Message> {
        if let Some(refusal) = refusal(head) {
            return Err(refusal);
        }
        let named = path
            .extension()
            .and_then(|extension| extension.to_str())
            .and_then(Format::of_extension);
        if head.starts_with(b"PK\x03\x04") {
            return Ok(Format::Xlsx);
        }
        if named == Some(Format::Xlsx) {
            return Err(Message::new(
                "is named like a workbook but is none; save it again as .xlsx, or name it .csv or .jsonl",
                "扩展名是工作簿，内容却不是；请重新另存为 .xlsx，或改名为 .csv、.jsonl",
            ));
        }
        if let Some(format) = named {
            return Ok(format);
        }
        let first = head
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(head)
            .iter()
            .find(|byte| !byte.is_ascii_whitespace());
        Ok(if matches!(first, Some(b'{' | b'[')) { Format::JsonLines } else { Format::Csv })
    }

    /// The format that a file name's ending stands for.
    pub fn of_extension(extension: &str) -> Option<Format> {
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Some(Format::JsonLines),
            "csv" | "tsv" | "txt" => Some(Format::Csv),
            "xlsx" | "xlsm" => Some(Format::Xlsx),
            "bib" | "bibtex" => Some(Format::Bibtex),
            "ris" => Some(Format::Ris),
            _ => None,
        }
    }

    /// The format of a name, as commands and addresses give it.
    pub fn named(name: &str) -> Option<Format> {
        match name.to_ascii_lowercase().as_str() {
            "jsonl" => Some(Format::JsonLines),
            "csv" => Some(Format::Csv),
            "xlsx" => Some(Format::Xlsx),
            "datacite" => Some(Format::DataCite),
            "csl" => Some(Format::CslJson),
            "bibtex" => Some(Format::Bibtex),
            "ris" => Some(Format::Ris),
            _ => None,
        }
    }

    /// Whether it is a format of reference managers and repositories, of which this module knows the names only.
    pub fn is_bibliographic(self) -> bool {
        matches!(self, Format::DataCite | Format::CslJson | Format::Bibtex | Format::Ris)
    }

    /// The name that people know.
    pub fn label(self) -> &'static str {
        match self {
            Format::JsonLines => "JSON Lines",
            Format::Csv => "CSV",
            Format::Xlsx => "XLSX",
            Format::DataCite => "DataCite JSON",
            Format::CslJson => "CSL-JSON",
            Format::Bibtex => "BibTeX",
            Format::Ris => "RIS",
        }
    }
}

/// Why a file that begins like this can be read in no format, if that is so.
pub(super) fn refusal(head: &[u8]) -> Option<Message> {
    if head.starts_with(b"\xD0\xCF\x11\xE0") {
        return Some(Message::new(
            "is an old .xls or a password-protected workbook; save it as .xlsx without a password",
            "是旧版 .xls 或加密的工作簿；请去掉密码并另存为 .xlsx",
        ));
    }
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Some(Message::new(
            "is UTF-16 text; save it as UTF-8 (\"CSV UTF-8\" in a spreadsheet)",
            "是 UTF-16 文本；请另存为 UTF-8（表格软件中选“CSV UTF-8”）",
        ));
    }
    // A stray NUL in a text is the fault of its row; many of them mean that it is no text.
    let nuls = head.split(|&byte| byte == 0).count() - 1;
    if !head.starts_with(b"PK\x03\x04") && 8 * nuls > head.len() {
        return Some(Message::new(
            "is a binary file; bring JSON Lines, CSV or XLSX",
            "是二进制文件；请使用 JSON Lines、CSV 或 XLSX",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, head: &[u8]) -> Result<Format, Message> {
        Format::of(Path::new(name), head)
    }

    #[test]
    fn the_name_decides_and_the_content_corrects_it() {
        assert_eq!(of("a.jsonl", b"{}"), Ok(Format::JsonLines));
        assert_eq!(of("a.CSV", b"a,b"), Ok(Format::Csv));
        assert_eq!(of("a.csv", b"PK\x03\x04"), Ok(Format::Xlsx));
        assert_eq!(of("a", b"\xEF\xBB\xBF \n{"), Ok(Format::JsonLines));
        assert_eq!(of("a", b"a,b"), Ok(Format::Csv));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert!(of("a.xlsx", b"a,b").unwrap_err().to_string().contains("is none"));
        assert!(of("a.xls", b"\xD0\xCF\x11\xE0").unwrap_err().to_string().contains(".xls"));
        assert!(of("a.csv", b"\xFF\xFEa\0").unwrap_err().to_string().contains("UTF-16"));
        assert!(of("a.csv", b"\x7FELF\0").unwrap_err().to_string().contains("binary"));
    }
}
