//! Rows into a file that a reader reads back.
//!
//! In CSV, texts are quoted where they must be and never changed. A cell that starts with `=`, `+`, `-` or `@` therefore
//! stays as it is, and a spreadsheet program may take it for a formula: to put a sign before it would break the
//! promise that what is exported can be imported again. Import such a file into a spreadsheet with its columns as text.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::{FileError, Format, MAX_ROW_BYTES, Message, Output};

/// Writes rows in a fixed order of columns.
pub struct Writer {
    format: Format,
    columns: Vec<String>,
    out: Output,
    with_mark: bool,
    begun: bool,
    rows: u64,
    /// The row that is being written.
    row: Vec<u8>,
}

impl Writer {
    /// Writes to a file, in place of what was there once [`Writer::finish`] succeeds; `-` is standard output.
    ///
    /// Formats other than CSV and JSON Lines are refused.
    pub fn create(path: &Path, format: Format, columns: &[&str]) -> Result<Writer, FileError> {
        writable(&path.display().to_string(), format)?;
        Writer::to(Output::create(path)?, format, columns)
    }

    /// Writes to anything that takes bytes; the name stands in errors.
    pub fn new(
        name: &str,
        out: Box<dyn Write + Send>,
        format: Format,
        columns: &[&str],
    ) -> Result<Writer, FileError> {
        Writer::to(Output::new(name, out), format, columns)
    }

    fn to(out: Output, format: Format, columns: &[&str]) -> Result<Writer, FileError> {
        writable(out.name(), format)?;
        Ok(Writer {
            format,
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            out,
            with_mark: false,
            begun: false,
            rows: 0,
            row: Vec::new(),
        })
    }

    /// Starts CSV with a byte order mark, by which spreadsheet programs know UTF-8. To be called before the first row.
    #[must_use]
    pub fn with_byte_order_mark(mut self) -> Writer {
        self.with_mark = true;
        self
    }

    /// Writes one row. Columns that have no value, or null, stay empty (CSV) or away (JSON Lines).
    ///
    /// In CSV, lists and objects are written as JSON. A value for a column that the file does not have is refused, and
    /// so is a row that a reader would refuse for its length. Give each row some value: a reader passes over blank rows.
    pub fn write(&mut self, values: &Map<String, Value>) -> Result<(), FileError> {
        if let Some(stray) = values.keys().find(|key| !self.columns.contains(key)) {
            let message =
                Message::new(format!("has no column {stray}"), format!("没有 {stray} 列"));
            return Err(FileError::new(self.out.name(), message));
        }
        self.row.clear();
        match self.format {
            Format::Csv => {
                write_csv(&mut self.row, self.columns.iter().map(|column| cell(values.get(column))))
            }
            _ => write_json(&mut self.row, &self.columns, values),
        }
        .map_err(|cause| FileError::io(self.out.name(), cause))?;
        if self.row.len() > MAX_ROW_BYTES {
            let (row, size) = (self.rows + 1, MAX_ROW_BYTES >> 20);
            let message = Message::new(
                format!("row {row} is longer than {size} MiB and could not be read back"),
                format!("第 {row} 行数据超过 {size} MiB，写出后无法再读入"),
            );
            return Err(FileError::new(self.out.name(), message));
        }
        self.begin()?;
        self.out.write(&self.row)?;
        self.rows += 1;
        Ok(())
    }

    /// Brings everything to its place, on the disk for good, and says how many rows there are.
    pub fn finish(mut self) -> Result<u64, FileError> {
        self.begin()?;
        self.out.finish()?;
        Ok(self.rows)
    }

    fn begin(&mut self) -> Result<(), FileError> {
        if std::mem::replace(&mut self.begun, true) || self.format != Format::Csv {
            return Ok(());
        }
        let mut header = if self.with_mark { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        write_csv(&mut header, self.columns.iter().cloned())
            .map_err(|cause| FileError::io(self.out.name(), cause))?;
        self.out.write(&header)
    }
}

fn writable(name: &str, format: Format) -> Result<(), FileError> {
    if matches!(format, Format::Csv | Format::JsonLines) {
        return Ok(());
    }
    let label = format.label();
    let message = Message::new(
        format!("{label} is not written row by row; write csv or jsonl"),
        format!("{label} 不能逐行写出，请导出 csv 或 jsonl"),
    );
    Err(FileError::new(name, message))
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Writer")
            .field("name", &self.out.name())
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// A value in one cell.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

pub(super) fn write_csv(
    out: &mut impl Write,
    cells: impl Iterator<Item = String>,
) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        if cell.contains(['"', ',', '\n', '\r']) || cell.starts_with(char::is_whitespace) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

/// The keys in the order of the columns, whatever order the map has.
fn write_json(
    out: &mut impl Write,
    columns: &[String],
    values: &Map<String, Value>,
) -> io::Result<()> {
    let mut before = "{";
    for column in columns {
        let Some(value) = values.get(column).filter(|value| !value.is_null()) else { continue };
        out.write_all(before.as_bytes())?;
        serde_json::to_writer(&mut *out, column)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut *out, value)?;
        before = ",";
    }
    out.write_all(if before == "{" { b"{}\n" } else { b"}\n" })
}
