//! Rows into a file that a reader reads back.
//!
//! A file appears whole or not at all: it is written beside its place, flushed to the disk and renamed.
//!
//! In CSV, texts are quoted where they must be and never changed. A cell that starts with `=`, `+`, `-` or `@` therefore
//! stays as it is, and a spreadsheet program may take it for a formula: to put a sign before it would break the
//! promise that what is exported can be imported again. Import such a file into a spreadsheet with its columns as text.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{FileError, Format, MAX_ROW_BYTES, Message};

/// Writes rows in a fixed order of columns.
pub struct Writer {
    name: String,
    format: Format,
    columns: Vec<String>,
    out: BufWriter<Box<dyn Write + Send>>,
    place: Option<Place>,
    with_mark: bool,
    begun: bool,
    rows: u64,
    /// The row that is being written.
    row: Vec<u8>,
}

/// Where a file will be, and where it is being written.
struct Place {
    path: PathBuf,
    partial: PathBuf,
    file: File,
}

impl Writer {
    /// Writes to a file, in place of what was there once [`Writer::finish`] succeeds; `-` is standard output.
    ///
    /// XLSX is refused: it is read only.
    pub fn create(path: &Path, format: Format, columns: &[&str]) -> Result<Writer, FileError> {
        let name = path.display().to_string();
        if path.as_os_str() == "-" {
            return Writer::new("standard output", Box::new(io::stdout()), format, columns);
        }
        let refused = |cause| FileError::io(&name, cause);
        // A terminal or a pipe cannot be replaced, only written to.
        if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let out = File::options().write(true).open(path).map_err(refused)?;
            return Writer::new(&name, Box::new(out), format, columns);
        }
        let place = Place::beside(path).map_err(refused)?;
        let out = place.file.try_clone().map_err(refused)?;
        let mut writer = Writer::new(&name, Box::new(out), format, columns)?;
        writer.place = Some(place);
        Ok(writer)
    }

    /// Writes to anything that takes bytes; the name stands in errors.
    pub fn new(
        name: &str,
        out: Box<dyn Write + Send>,
        format: Format,
        columns: &[&str],
    ) -> Result<Writer, FileError> {
        if format == Format::Xlsx {
            let message = Message::new(
                "XLSX can be read only; write csv or jsonl",
                "XLSX 只能读取，请导出 csv 或 jsonl",
            );
            return Err(FileError::new(name, message));
        }
        Ok(Writer {
            name: name.to_owned(),
            format,
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            out: BufWriter::new(out),
            place: None,
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
            return Err(FileError::new(&self.name, message));
        }
        self.row.clear();
        match self.format {
            Format::Csv => {
                write_csv(&mut self.row, self.columns.iter().map(|column| cell(values.get(column))))
            }
            Format::JsonLines | Format::Xlsx => write_json(&mut self.row, &self.columns, values),
        }
        .map_err(|cause| FileError::io(&self.name, cause))?;
        if self.row.len() > MAX_ROW_BYTES {
            let (row, size) = (self.rows + 1, MAX_ROW_BYTES >> 20);
            let message = Message::new(
                format!("row {row} is longer than {size} MiB and could not be read back"),
                format!("第 {row} 行数据超过 {size} MiB，写出后无法再读入"),
            );
            return Err(FileError::new(&self.name, message));
        }
        self.begin()
            .and_then(|()| self.out.write_all(&self.row))
            .map_err(|cause| FileError::io(&self.name, cause))?;
        self.rows += 1;
        Ok(())
    }

    /// Brings everything to its place, on the disk for good, and says how many rows there are.
    pub fn finish(mut self) -> Result<u64, FileError> {
        self.begin()
            .and_then(|()| self.out.flush())
            .and_then(|()| self.place.take().map_or(Ok(()), Place::settle))
            .map_err(|cause| FileError::io(&self.name, cause))?;
        Ok(self.rows)
    }

    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) || self.format != Format::Csv {
            return Ok(());
        }
        if self.with_mark {
            self.out.write_all(b"\xEF\xBB\xBF")?;
        }
        write_csv(&mut self.out, self.columns.iter().cloned())
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Writer")
            .field("name", &self.name)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// Puts bytes that are there whole into a file, in place of what was there; `-` is standard output.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let name = path.display().to_string();
    let refused = |cause| FileError::io(&name, cause);
    if path.as_os_str() == "-" {
        return io::stdout().write_all(bytes).map_err(refused);
    }
    // A terminal or a pipe cannot be replaced, only written to.
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let written = File::options().write(true).open(path);
        return written.and_then(|mut out| out.write_all(bytes)).map_err(refused);
    }
    let mut place = Place::beside(path).map_err(refused)?;
    place.file.write_all(bytes).and_then(|()| place.settle()).map_err(refused)
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

impl Place {
    fn beside(path: &Path) -> io::Result<Place> {
        // What a link points at is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let name =
            path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let file = File::create(&partial)?;
        Ok(Place { path, partial, file })
    }

    fn settle(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.partial, &self.path)?;
        let folder = self
            .path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // Only now does the new name outlive a loss of power. Where folders cannot be opened there is nothing to do.
        File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
    }
}

/// What was not brought to its place is taken away.
impl Drop for Place {
    fn drop(&mut self) {
        // After the rename there is nothing under this name; if removing fails, a hidden file stays, which harms nobody.
        let _ = fs::remove_file(&self.partial);
    }
}
