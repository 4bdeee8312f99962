//! A file, row by row.

use std::io::Read;
use std::path::Path;

use super::cell::Cell;
use super::columns::{Aliases, Log};
use super::csv_rows::CsvRows;
use super::json_rows::JsonRows;
use super::lines::Lines;
use super::object::Entry;
use super::records::{RecordRows, bibliographic};
use super::sheet_rows::SheetRows;
use super::source::Source;
use super::{Characters, Encoding, FileError, Format, Records, Row, RowError};

/// Reads a file row by row, in bounded memory.
///
/// Each item is a row, or what is wrong with one; after a damaged row reading goes on with the next, after a
/// [`RowError::File`] nothing follows.
pub struct Reader {
    name: String,
    format: Format,
    encoding: Encoding,
    length: u64,
    rows: Rows,
    /// Rows with this text in this column are for people to look at, and are passed over.
    sample: Option<(&'static str, &'static str)>,
    log: Log,
    ended: bool,
}

/// A row before anybody asked it for anything.
pub(super) struct RawRow {
    pub(super) line: u64,
    pub(super) entries: Vec<Entry>,
    /// The record from which the entries were taken, where they are not the record themselves.
    pub(super) raw: Option<String>,
}

enum Rows {
    Json(JsonRows),
    Csv(Box<CsvRows>),
    Sheet(SheetRows),
    Records(Box<RecordRows>),
}

impl Reader {
    /// Opens a file; `-` is standard input. Format and encoding are found by name and content.
    pub fn open(path: &Path) -> Result<Reader, FileError> {
        Reader::of(Source::open(path)?)
    }

    /// Reads something that is not a file, up to 256 MiB; the name stands in errors and its ending may tell the format.
    pub fn from_reader(name: &str, reader: impl Read) -> Result<Reader, FileError> {
        Reader::of(Source::piped(name, reader)?)
    }

    /// Reads what is in memory already, such as data that the program carries along.
    pub fn from_bytes(
        name: &str,
        bytes: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Reader, FileError> {
        Reader::of(Source::memory(name, bytes))
    }

    /// Reads what was opened. Format and encoding are found by name and content.
    pub fn of(mut source: Source) -> Result<Reader, FileError> {
        let head = source.head()?;
        let format = Format::of(Path::new(&source.name), &head)
            .map_err(|message| FileError::new(&source.name, message))?;
        Reader::in_format(source, format)
    }

    /// Reads what was opened in a format that the caller knows: JSON Lines, CSV or XLSX.
    pub fn in_format(source: Source, format: Format) -> Result<Reader, FileError> {
        let (name, length) = (source.name.clone(), source.length);
        let (rows, encoding) = match format {
            Format::Xlsx => {
                let limits = source.sheet;
                (Rows::Sheet(SheetRows::new(source, limits)?), Encoding::Utf8)
            }
            Format::JsonLines => {
                let (lines, encoding) = Lines::new(source)?;
                (Rows::Json(JsonRows::new(lines, encoding)), encoding)
            }
            Format::Csv => {
                let (lines, encoding) = Lines::new(source)?;
                (Rows::Csv(Box::new(CsvRows::new(lines, encoding)?)), encoding)
            }
            Format::DataCite | Format::CslJson | Format::Bibtex | Format::Ris => {
                return Err(bibliographic(&name, format.label()));
            }
        };
        let log = Log::default();
        Ok(Reader { name, format, encoding, length, rows, sample: None, log, ended: false })
    }

    /// Reads records that are cut from the text by somebody else.
    pub fn of_records(
        source: Source,
        format: Format,
        records: Box<dyn Records>,
    ) -> Result<Reader, FileError> {
        let (name, length) = (source.name.clone(), source.length);
        let text = Characters::new(source)?;
        let encoding = text.encoding();
        let rows = Rows::Records(Box::new(RecordRows::new(text, records)));
        let log = Log::default();
        Ok(Reader { name, format, encoding, length, rows, sample: None, log, ended: false })
    }

    /// Passes over rows that have this text in this column: samples for people to look at.
    #[must_use]
    pub fn without_samples(mut self, column: &'static str, text: &'static str) -> Reader {
        self.sample = Some((column, text));
        self
    }

    /// Takes other names for columns, as (name in the file, column): `("问题", "question")`. Case does not matter.
    ///
    /// Refused where that gives two columns the same name.
    pub fn with_aliases(mut self, pairs: &[(&str, &str)]) -> Result<Reader, FileError> {
        let aliases = Aliases::new(pairs);
        match &mut self.rows {
            Rows::Json(rows) => rows.name(aliases),
            Rows::Csv(rows) => rows.name(&aliases)?,
            Rows::Sheet(rows) => rows.name(&aliases)?,
            // Their names are ours already.
            Rows::Records(_) => {}
        }
        Ok(self)
    }

    /// The file, as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of file it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How its characters are encoded; a workbook is always UTF-8 inside.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The columns of the header, or the keys that rows of JSON had so far.
    pub fn columns(&self) -> Vec<String> {
        match &self.rows {
            Rows::Json(_) | Rows::Records(_) => self.log.names(),
            Rows::Csv(rows) => rows.header.names(),
            Rows::Sheet(rows) => rows.header.names(),
        }
    }

    /// The columns that none of the rows so far was asked for, nested ones as `citations.note`.
    ///
    /// Meaningful once rows were read and finished; nothing before.
    pub fn unknown_columns(&self) -> Vec<String> {
        self.log.unknown()
    }

    /// The sheet of a workbook that is read.
    pub fn sheet(&self) -> Option<&str> {
        match &self.rows {
            Rows::Sheet(rows) => Some(&rows.sheet),
            _ => None,
        }
    }

    /// The visible sheets of a workbook that are not read.
    pub fn other_sheets(&self) -> &[String] {
        match &self.rows {
            Rows::Sheet(rows) => &rows.other_sheets,
            _ => &[],
        }
    }

    /// The size of the file.
    pub fn bytes_total(&self) -> u64 {
        self.length
    }

    /// How far reading has come, for a progress bar; of a workbook the share of its rows.
    pub fn bytes_read(&self) -> u64 {
        match &self.rows {
            Rows::Json(rows) => rows.lines.bytes_read(),
            Rows::Csv(rows) => rows.lines.bytes_read(),
            Rows::Sheet(rows) => rows.share_of(self.length),
            Rows::Records(rows) => rows.bytes_read(),
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut next = self.next_row();
        while next.as_ref().is_some_and(|row| row.as_ref().is_ok_and(|row| self.is_sample(row))) {
            next = self.next_row();
        }
        self.ended = matches!(next, None | Some(Err(RowError::File(_))));
        Some(next?.map(|row| Row::new(row, self.log.clone())))
    }
}

impl Reader {
    fn next_row(&mut self) -> Option<Result<RawRow, RowError>> {
        match &mut self.rows {
            Rows::Json(rows) => rows.next(),
            Rows::Csv(rows) => rows.next(),
            Rows::Sheet(rows) => rows.next(),
            Rows::Records(rows) => rows.next(),
        }
    }

    fn is_sample(&self, row: &RawRow) -> bool {
        let Some((column, mark)) = self.sample else { return false };
        let marked = |cell: &Cell| matches!(cell, Cell::Text(text) if text.trim() == mark);
        row.entries.iter().any(|entry| &*entry.name == column && marked(&entry.cell))
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Reader")
            .field("name", &self.name)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
