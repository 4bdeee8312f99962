//! Files of every format as they come from the wild, from us, and from those who mean us harm.

mod hostile;
mod round_trip;
mod wild;

use serde_json::{Map, Value};

use super::{Record, open};
use crate::files::{Format, Input, Row, RowError};

/// The rows of a file in a format, each right or with its sentence.
fn outcome(format: Format, bytes: impl AsRef<[u8]> + Send + 'static) -> Vec<Result<Row, String>> {
    let reader = open(Input::memory("test", bytes), Some(format)).expect("it opens");
    reader.map(|row| row.map_err(|error| error.to_string())).collect()
}

/// The rows of a file that has no damaged one, as JSON.
fn rows(format: Format, bytes: impl AsRef<[u8]> + Send + 'static) -> Vec<Map<String, Value>> {
    let told = outcome(format, bytes);
    told.into_iter().map(|row| row.expect("the record is right").record()).collect()
}

/// A row without what says nothing.
fn told(row: &Map<String, Value>) -> Value {
    let says = |value: &&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    };
    let kept = row.iter().filter(|(_, value)| says(value));
    kept.map(|(name, value)| (name.clone(), bare(value))).collect::<Map<_, _>>().into()
}

/// Nested values without their nulls.
fn bare(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(bare).collect(),
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// The records of a file, as far as rows say them.
fn records(format: Format, bytes: impl AsRef<[u8]> + Send + 'static) -> Vec<Record> {
    rows(format, bytes).iter().map(Record::of_row).collect()
}

fn is_file_error(error: &RowError) -> bool {
    matches!(error, RowError::File(_))
}
