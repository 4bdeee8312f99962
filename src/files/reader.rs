//! A file, row by row.

use std::io::Read;
use std::path::Path;

use super::columns::{Aliases, Log};
use super::csv_rows::CsvRows;
use super::json_rows::JsonRows;
use super::lines::Lines;
use super::object::Entry;
use super::sheet_rows::{Limits, SheetRows};
use super::source::Source;
use super::{Encoding, FileError, Format, MAX_SHEET_BYTES, MAX_SHEET_CELLS, Row, RowError};

/// Reads a file row by row, in bounded memory.
///
/// Each item is a row, or what is wrong with one; after a damaged row reading goes on with the next, after a
/// [`RowError::File`] nothing follows.
pub struct Reader {
    name: String,
    encoding: Encoding,
    length: u64,
    rows: Rows,
    log: Log,
    ended: bool,
}

/// A row before anybody asked it for anything.
pub(super) struct RawRow {
    pub(super) line: u64,
    pub(super) entries: Vec<Entry>,
}

enum Rows {
    Json(JsonRows),
    Csv(Box<CsvRows>),
    Sheet(SheetRows),
}

impl Reader {
    /// Opens a file; `-` is standard input. Format and encoding are found by name and content.
    pub fn open(path: &Path) -> Result<Reader, FileError> {
        Reader::of(path, Source::open(path)?)
    }

    /// Reads something that is not a file, up to 256 MiB; the name stands in errors and its ending may tell the format.
    pub fn from_reader(name: &str, reader: impl Read) -> Result<Reader, FileError> {
        Reader::of(Path::new(name), Source::piped(name, reader)?)
    }

    /// Reads what is in memory already, such as data that the program carries along.
    pub fn from_bytes(
        name: &str,
        bytes: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Reader, FileError> {
        Reader::of(Path::new(name), Source::memory(name, bytes))
    }

    fn of(path: &Path, mut source: Source) -> Result<Reader, FileError> {
        let format = Format::of(path, &source.head()?)
            .map_err(|message| FileError::new(&source.name, message))?;
        let (name, length) = (source.name.clone(), source.length);
        let (rows, encoding) = match format {
            Format::Xlsx => {
                let limits = Limits { bytes: MAX_SHEET_BYTES, cells: MAX_SHEET_CELLS };
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
        };
        Ok(Reader { name, encoding, length, rows, log: Log::default(), ended: false })
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
        }
        Ok(self)
    }

    /// The file, as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of file it is.
    pub fn format(&self) -> Format {
        match self.rows {
            Rows::Json(_) => Format::JsonLines,
            Rows::Csv(_) => Format::Csv,
            Rows::Sheet(_) => Format::Xlsx,
        }
    }

    /// How its characters are encoded; a workbook is always UTF-8 inside.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The columns of the header, or the keys that rows of JSON had so far.
    pub fn columns(&self) -> Vec<String> {
        match &self.rows {
            Rows::Json(_) => self.log.names(),
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
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match &mut self.rows {
            Rows::Json(rows) => rows.next(),
            Rows::Csv(rows) => rows.next(),
            Rows::Sheet(rows) => rows.next(),
        };
        self.ended = matches!(next, None | Some(Err(RowError::File(_))));
        Some(next?.map(|row| Row::new(row.line, row.entries, self.log.clone())))
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Reader")
            .field("name", &self.name)
            .field("format", &self.format())
            .finish_non_exhaustive()
    }
}
