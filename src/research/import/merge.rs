//! What comes of it where a file says one thing and a row that is there another: what a person has changed here wins.

use serde_json::{Map, Value};

use super::super::ResearchOutput;

/// What a file says of an output that is there.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Saying<'a> {
    /// All that the file says.
    pub(in super::super) fields: &'a Map<String, Value>,
    /// The columns about which it says anything; none where it says all there is.
    pub(in super::super) columns: Option<&'a [&'static str]>,
}

/// What comes of both.
#[derive(Debug, Default)]
pub(in super::super) struct Merged {
    /// What the output says from now on.
    pub(in super::super) fields: Map<String, Value>,
    /// The columns that change.
    pub(in super::super) changed: Vec<&'static str>,
    /// The columns that stay though the file says otherwise, for a person has changed them here.
    pub(in super::super) conflicts: Vec<&'static str>,
}

/// The columns of a row's state; who has changed one of them has changed all.
const STATE: [&str; 3] = ["state", "withdrawnOn", "withdrawalReason"];

/// Lays what a file says over what is there, column by column.
pub(in super::super) fn merge(
    present: &Map<String, Value>,
    saying: Saying<'_>,
    edited: &[String],
    columns: &'static [&'static str],
) -> Merged {
    let mut merged = Merged { fields: present.clone(), ..Merged::default() };
    let state_edited = edited.iter().any(|column| STATE.contains(&column.as_str()));
    for column in columns.iter().copied() {
        let given = saying.fields.get(column);
        let said = saying.columns.is_none_or(|columns| columns.contains(&column));
        if !said || present.get(column) == given {
            continue;
        }
        let own = edited.iter().any(|edited| edited == column);
        if own || (state_edited && STATE.contains(&column)) {
            merged.conflicts.push(column);
            continue;
        }
        merged.changed.push(column);
        match given {
            Some(value) => drop(merged.fields.insert(column.to_owned(), value.clone())),
            None => drop(merged.fields.remove(column)),
        }
    }
    merged
}

/// The columns of a row that a person has changed here.
pub(in super::super) fn edited(row: &ResearchOutput) -> Vec<String> {
    row.edited_columns.as_ref().map(crate::json::texts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const COLUMNS: &[&str] = &["title", "trl", "doi", "state", "withdrawnOn"];

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn what_a_person_changed_wins_and_is_listed() {
        let present = map(json!({ "title": "ours", "trl": 4, "state": "PUBLISHED" }));
        let given = map(
            json!({ "title": "theirs", "trl": 5, "state": "WITHDRAWN", "withdrawnOn": "2026-01-01" }),
        );
        let saying = Saying { fields: &given, columns: None };
        let edited = ["title".to_owned(), "state".to_owned()];
        let merged = merge(&present, saying, &edited, COLUMNS);
        assert_eq!(merged.conflicts, ["title", "state", "withdrawnOn"]);
        assert_eq!(merged.changed, ["trl"]);
        assert_eq!(merged.fields, map(json!({ "title": "ours", "trl": 5, "state": "PUBLISHED" })));
    }

    #[test]
    fn what_a_file_says_nothing_of_stays() {
        let present = map(json!({ "title": "one", "trl": 4 }));
        let given = map(json!({ "title": "other" }));
        let part =
            merge(&present, Saying { fields: &given, columns: Some(&["title"]) }, &[], COLUMNS);
        assert_eq!(part.fields, map(json!({ "title": "other", "trl": 4 })));
        let whole = merge(&present, Saying { fields: &given, columns: None }, &[], COLUMNS);
        assert_eq!(whole.fields, map(json!({ "title": "other" })));
    }
}
