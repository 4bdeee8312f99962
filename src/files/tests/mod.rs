//! Whole files, made here, read and written as the importers and exporters do it.

mod damaged;
mod properties;
mod reading;
mod workbooks;
mod writing;

use super::{Reader, Row, RowError};

/// Reads a file that must open.
fn open(name: &str, bytes: impl AsRef<[u8]> + Send + 'static) -> Reader {
    Reader::from_bytes(name, bytes).unwrap()
}

/// All rows of a file that has no damaged one.
fn rows(name: &str, bytes: impl AsRef<[u8]> + Send + 'static) -> Vec<Row> {
    open(name, bytes).map(Result::unwrap).collect()
}

/// The sentence of the error for which a file cannot be opened.
fn refusal(name: &str, bytes: impl AsRef<[u8]> + Send + 'static) -> String {
    Reader::from_bytes(name, bytes).unwrap_err().to_string()
}

/// What became of each row: its line, and the sentence if it is damaged.
fn outcome(reader: Reader) -> Vec<(u64, Option<String>)> {
    let told = |row: Result<Row, RowError>| match row {
        Ok(row) => (row.line(), None),
        Err(RowError::Damaged(fault)) => (fault.line, Some(fault.to_string())),
        Err(RowError::File(error)) => (0, Some(error.to_string())),
    };
    reader.map(told).collect()
}

/// Text as old Chinese programs write it.
pub(crate) fn gb(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}
