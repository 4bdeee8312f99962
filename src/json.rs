//! Small readings of JSON columns. What stands in them was checked when it was written; what does not fit is left out.

use serde_json::Value;

/// The texts of a JSON list.
pub fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
