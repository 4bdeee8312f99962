//! Whether a regulation is in force on a day, as the API judges it where it judges answers.

use serde::Deserialize;

use super::RegulationName;

/// What decides whether a regulation is in force.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::console) struct Standing {
    pub effective_on: Option<String>,
    pub ends_on: Option<String>,
    pub acted_upon_by: Vec<Act>,
}

/// What a later document does to it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::console) struct Act {
    pub kind: String,
    pub scope: String,
    pub effective_on: Option<String>,
    pub from: Acting,
}

/// The later document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::console) struct Acting {
    #[serde(flatten)]
    pub name: RegulationName,
    pub issued_on: Option<String>,
    pub effective_on: Option<String>,
}

impl Act {
    /// From when it counts: as it says, or with the document that does it.
    pub(in crate::console) fn day(&self) -> Option<&String> {
        let Acting { effective_on, issued_on, .. } = &self.from;
        self.effective_on.as_ref().or(effective_on.as_ref()).or(issued_on.as_ref())
    }
}

impl Standing {
    /// How it stands with the document on a day: the name of a text. Days that are known to the month or the year alone are
    /// taken for the first of it.
    pub(in crate::console) fn on(&self, day: &str) -> &'static str {
        let has_ended = self.ends_on.as_deref().is_some_and(|on| on <= day);
        let is_replaced = self.acted_upon_by.iter().any(|act| {
            // What nobody has said the day of has been so for ever.
            let has_begun = act.day().is_none_or(|on| on.as_str() <= day);
            act.kind == "REPLACES" && act.scope == "FULL" && has_begun
        });
        if has_ended || is_replaced {
            "law-ended"
        } else if self.effective_on.as_deref().is_some_and(|on| on > day) {
            "law-coming"
        } else {
            "law-in-force"
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn standing(acted_on: Option<&str>, acting: (Option<&str>, Option<&str>)) -> &'static str {
        let (effective, issued) = acting;
        let read = serde_json::from_value::<Standing>(json!({
            "effectiveOn": "2014-10",
            "endsOn": null,
            "actedUponBy": [{
                "kind": "REPLACES", "scope": "FULL", "effectiveOn": acted_on,
                "from": {
                    "key": "b", "number": null, "title": { "zh": "乙", "en": null },
                    "effectiveOn": effective, "issuedOn": issued,
                },
            }],
        }));
        read.expect("a regulation").on("2026-11-22")
    }

    #[test]
    fn what_has_been_replaced_is_in_force_no_more() {
        assert_eq!(standing(Some("2026-11-22"), (None, None)), "law-ended");
        assert_eq!(standing(Some("2026-12"), (Some("2026-01-01"), None)), "law-in-force");
        // A relation without a day of its own begins with the document that acts.
        assert_eq!(standing(None, (Some("2021-10-01"), None)), "law-ended");
        assert_eq!(standing(None, (Some("2027-01-01"), Some("2026-01-01"))), "law-in-force");
        assert_eq!(standing(None, (None, Some("2026-01-01"))), "law-ended");
        assert_eq!(standing(None, (None, None)), "law-ended");
    }
}
