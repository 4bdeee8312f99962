//! Records of formats that this module does not know: another module cuts them from the text, and they come as rows.

use std::sync::Arc;

use serde_json::Value;

use super::cell::Cell;
use super::object::Entry;
use super::reader::RawRow;
use super::{Characters, DAMAGED, Fault, FileError, MAX_ROW_BYTES, Place, RowError, json_rows};

/// Cuts a text into records.
///
/// After a damaged record it goes on with the next one. It holds one record at a time, of at most
/// [`super::MAX_ROW_BYTES`].
pub trait Records: Send {
    /// The next record, or what is wrong with it; nothing at the end.
    fn next(&mut self, text: &mut Characters) -> Option<Result<Found, RowError>>;
}

/// What a record says, under the names of our columns.
#[derive(Debug, Default)]
pub struct Found {
    /// The line on which the record begins.
    pub line: u64,
    /// The record as it stands in the file.
    pub raw: String,
    /// Its values. Null stands for what the record could have said and does not, so that a fault names the place.
    pub values: Vec<FoundValue>,
}

/// A value that a record has.
#[derive(Debug)]
pub struct FoundValue {
    /// The column that importers know.
    pub column: &'static str,
    /// Where the record says it, in the words of its format.
    pub field: &'static &'static str,
    /// What it says.
    pub value: Value,
}

/// Takes in the text of one record, and no more of it than a record may have.
#[derive(Debug, Default)]
pub struct Piece {
    /// The line on which it begins.
    pub line: u64,
    /// Its text, cut off where it is too long.
    pub text: String,
    too_long: bool,
    damaged: bool,
}

impl Piece {
    /// A piece that begins on a line.
    pub fn at(line: u64) -> Piece {
        Piece { line, ..Piece::default() }
    }

    /// Takes a character; behind the limit it is only noted that there was one. U+0000 is none: no database keeps it, and
    /// nobody meant it.
    pub fn push(&mut self, c: char) {
        if c == '\0' {
            return;
        }
        self.damaged |= c == DAMAGED;
        if self.text.len() + c.len_utf8() > MAX_ROW_BYTES {
            self.too_long = true;
        } else {
            self.text.push(c);
        }
    }

    /// Counts what was wrong with another piece as wrong with this one, which has taken in its text.
    pub fn spoil_with(&mut self, other: &Piece) {
        self.too_long |= other.too_long;
        self.damaged |= other.damaged;
    }

    /// What is wrong with it as a text, whatever it says.
    pub fn check(&self, text: &Characters) -> Result<(), RowError> {
        let fault = if self.too_long {
            json_rows::too_long(self.line)
        } else if self.damaged {
            Fault::of_line(self.line, json_rows::invalid(text.encoding()))
        } else {
            return Ok(());
        };
        Err(RowError::Damaged(fault))
    }
}

/// A text and what cuts it.
pub(super) struct RecordRows {
    text: Characters,
    records: Box<dyn Records>,
}

impl RecordRows {
    pub(super) fn new(text: Characters, records: Box<dyn Records>) -> RecordRows {
        RecordRows { text, records }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.text.bytes_read()
    }

    /// The next record as a row.
    pub(super) fn next(&mut self) -> Option<Result<RawRow, RowError>> {
        let Found { line, raw, values } = match self.records.next(&mut self.text)? {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let entries = values.into_iter().map(|FoundValue { column, field, value }| {
            Entry::known(Arc::from(column), Some(Place::Field(field)), Cell::of_json(value))
        });
        Some(Ok(RawRow { line, entries: entries.collect(), raw: Some(raw) }))
    }
}

/// Why a file of a format that carries one kind of thing only is not read as another.
pub(super) fn bibliographic(file: &str, label: &str) -> FileError {
    FileError::new(
        file,
        (
            format!(
                "is {label}, which carries research outputs only; bring JSON Lines, CSV or XLSX"
            ),
            format!("是 {label} 格式，只能用于导入成果；请使用 JSON Lines、CSV 或 XLSX"),
        ),
    )
}
