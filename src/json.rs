//! Small readings of JSON columns, and JSON in pages. What stands in columns was checked when it was written; what does not
//! fit is left out.

use serde_json::Value;

/// The texts of a JSON list.
pub fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// JSON as it may stand in a script of a page: nothing in it ends the element that it stands in, or begins a comment.
pub fn in_html(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
