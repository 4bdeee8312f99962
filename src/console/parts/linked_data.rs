//! What a page is about in the words of schema.org, for search engines and catalogues; only on pages of what everybody
//! may see.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{AreaName, Localized};
use crate::json::in_html;

/// A thing in JSON-LD (<https://schema.org>), as it may stand in a page.
#[derive(Debug)]
pub(in crate::console) struct LinkedData(Value);

impl LinkedData {
    /// A thing of a type with its fields; those without a value are left out.
    pub(in crate::console) fn new(
        kind: &str,
        fields: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Self {
        let mut thing = Map::new();
        thing.insert("@context".to_owned(), "https://schema.org".into());
        thing.insert("@type".to_owned(), kind.into());
        for (name, value) in fields {
            let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !is_empty {
                thing.insert(name.to_owned(), value);
            }
        }
        Self(Value::Object(thing))
    }
}

/// To be shown as it is.
impl fmt::Display for LinkedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_html(&self.0))
    }
}

/// An organization, where something else names it.
pub(in crate::console) fn organization(name: &Localized, url: &str) -> Value {
    let mut thing = json!({ "@type": "Organization", "@id": url, "name": name.zh });
    if let Some(en) = &name.en {
        thing["alternateName"] = en.as_str().into();
    }
    thing
}

/// The names of areas in both languages.
pub(in crate::console) fn areas(areas: &[AreaName]) -> Value {
    let names = areas.iter().flat_map(|area| [Some(&area.label.zh), area.label.en.as_ref()]);
    names.flatten().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_ends_the_script_that_it_stands_in() {
        let name = "</script><script>alert(1)</script><!-- &amp;";
        let data = LinkedData::new("Service", [("name", name.into()), ("url", Value::Null)]);
        let written = data.to_string();
        assert!(!written.contains(['<', '>', '&']), "{written}");
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["name"], name);
        assert!(read.get("url").is_none());
    }
}
