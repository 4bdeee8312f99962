//! What in a need may tell for whom it is, and how a second person declares it harmless.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::need;
use crate::console::{
    api::{Done, documents},
    forms::Form,
    gate::Guest,
    partners::{
        days::day_of,
        steps::{Nothing, Tried, begun},
    },
    parts::Localized,
    trouble::Trouble,
};

documents! {
    CLEAR: Done<Nothing> = ["steps/clear.graphql"];
}

/// Words that may tell for whom a need is.
#[derive(Deserialize)]
pub(super) struct Finding {
    pub field: String,
    pub kind: String,
    pub label: Localized,
    pub start: i64,
    pub end: i64,
    pub text: String,
    pub sure: bool,
    pub open: bool,
}

impl Finding {
    /// Where it stands and what it is, as the form sends it back.
    pub(super) fn place(&self) -> String {
        format!("{}|{}|{}|{}", self.field, self.kind, self.start, self.end)
    }
}

/// A look at a need by a second person.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Check {
    checked_at: String,
    pub is_current: bool,
    pub by: Option<Colleague>,
    pub findings: Vec<Decision>,
}

#[derive(Deserialize)]
pub(super) struct Colleague {
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct Decision {
    pub reason: String,
}

impl Check {
    pub(super) fn day(&self) -> String {
        day_of(&self.checked_at)
    }
}

/// Declares harmless what has a reason beside it; what has none stays open.
pub(super) async fn clear(
    guest: Guest,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let reasons = form.all("reason");
    let places = form.all("finding");
    let given = places.into_iter().zip(reasons).filter(|(_, reason)| !reason.is_empty());
    let findings: Option<Vec<Json>> =
        given.map(|(place, reason)| harmless(place, reason)).collect();
    let findings = findings.ok_or(Trouble::Forged)?;
    let mut input = begun(&[("id", &id)], &form);
    input.insert("findings".to_owned(), Json::Array(findings));
    match guest.change(&CLEAR, Json::Object(input)).await? {
        Ok(_) => Ok(Redirect::to(&format!("/needs/{id}")).into_response()),
        Err(faults) => {
            let tried = Tried { slug: "findings".to_owned(), form, faults };
            need::show(&guest, &id, None, tried).await
        }
    }
}

/// A finding of a form with its reason; nothing where a page of ours did not write the place.
fn harmless(place: &str, reason: &str) -> Option<Json> {
    let mut parts = place.split('|');
    let (field, kind) = (parts.next()?, parts.next()?);
    let (start, end) = (parts.next()?.parse::<i64>().ok()?, parts.next()?.parse::<i64>().ok()?);
    Some(json!({ "field": field, "kind": kind, "start": start, "end": end, "reason": reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_no_page_wrote_is_none() {
        let read = harmless("text|AMOUNT|3|8", "公开报价").expect("a finding");
        assert_eq!(
            (&read["start"], &read["end"], &read["kind"]),
            (&json!(3), &json!(8), &json!("AMOUNT"))
        );
        assert!(harmless("text|AMOUNT|3", "x").is_none() && harmless("a|b|c|d", "x").is_none());
    }
}
