//! One row of a file.

use std::ops::{Deref, DerefMut};

use serde_json::{Map, Value};

use super::cell::Cell;
use super::columns::Log;
use super::object::Entry;
use super::reader::RawRow;
use super::{Fault, Object, RowFaults};

/// One row: an [`Object`] with a place in the file, and the last word on whether it is right.
///
/// ```text
/// let question = row.required_text("question");
/// for mut citation in row.objects("citations") {
///     let regulation = citation.required_text("regulation");
/// }
/// row.finish()?;      // everything that was wrong, or nothing
/// ```
#[derive(Debug)]
pub struct Row {
    values: Object,
    /// The record from which the values were taken, where they are not the record themselves.
    raw: Option<String>,
}

impl Row {
    pub(super) fn new(row: RawRow, log: Log) -> Row {
        Row { values: Object::new(row.line, row.entries, log), raw: row.raw }
    }

    /// A row that comes from no file: named values, to be looked at by the rules by which files are read.
    pub fn of(fields: Map<String, Value>) -> Row {
        let entry =
            |(name, value): (String, _)| Entry::new(name.into(), None, Cell::of_json(value));
        let entries = fields.into_iter().map(entry).collect();
        Row::new(RawRow { line: 1, entries, raw: None }, Log::default())
    }

    /// The record as the file has it: its own text, or the named values as JSON.
    pub fn raw_record(&self) -> String {
        self.raw.clone().unwrap_or_else(|| Value::Object(self.record()).to_string())
    }

    /// Whether the values were taken from a record of a format that cannot say all of them.
    pub fn is_of_record(&self) -> bool {
        self.raw.is_some()
    }

    /// Everything that was found wrong with the row, nested objects included.
    ///
    /// To be asked last: what was not asked for by then counts as a column that nobody knows.
    pub fn finish(mut self) -> Result<(), RowFaults> {
        let faults = self.take_faults();
        if faults.is_empty() { Ok(()) } else { Err(RowFaults(faults)) }
    }

    /// The faults so far; they count no longer.
    pub fn faults(&mut self) -> Vec<Fault> {
        self.take_faults()
    }
}

impl Deref for Row {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.values
    }
}

impl DerefMut for Row {
    fn deref_mut(&mut self) -> &mut Object {
        &mut self.values
    }
}
