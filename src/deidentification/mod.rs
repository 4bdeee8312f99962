//! Finding what would tell who asked, before an answered question leaves its station and again before it goes to
//! partners or the public.
//!
//! Everything is found in one spelling of the text (width, case and script make no difference) and shown at its place
//! in what the author wrote. Nothing is removed here: a person clears each finding. So the rules lean to finding rather
//! too much, and mark as less sure what may well be something else.
//!
//! In reading order: `terms` (what there is to find), `known` and `names` (values of the consultation, companies, and
//! their short forms), `companies` (what looks like the name of one), `identifiers`, `contacts`, `registrations`, `amounts` and
//! `dates`; `text` and `words` serve them all.

mod amounts;
mod companies;
mod contacts;
mod dates;
mod identifiers;
mod known;
mod names;
mod registrations;
mod terms;
#[cfg(test)]
mod tests;
mod text;
mod words;

use std::{cmp::Reverse, collections::HashMap, ops::Range};

use crate::language::Text;

pub use known::Enterprises;
pub use terms::{Kind, ValueKind};
use text::{Folded, Found, Letters};

/// What a consultation holds that only its handlers may read.
#[derive(Clone, Debug, Default)]
pub struct Confidential {
    /// Each value by itself.
    pub values: Vec<ConfidentialValue>,
}

/// A confidential value: who asked, how to reach them, what they make.
///
/// A value of one character is not looked for: it would be found everywhere.
#[derive(Clone, Debug)]
pub struct ConfidentialValue {
    /// As the consultation holds it.
    pub value: String,
    /// What it is.
    pub kind: ValueKind,
}

/// Something that would tell who asked, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The field in which it stands.
    pub field: String,
    /// What it is.
    pub kind: Kind,
    /// Its first character, counted in Unicode scalar values from 0.
    pub start: usize,
    /// The first character behind it.
    pub end: usize,
    /// The field's text from `start` to `end`.
    pub text: String,
    /// Whether it can hardly be anything else; not so with a wrong check digit, a date without its year, and the like.
    pub sure: bool,
}

/// Finds what would tell who asked, in fields given as name and text: in the order of the fields and of their texts.
///
/// Overlapping findings of one kind are one. Of two that stand in one another only the longer is given, and of two at the
/// same place the surer; but a confidential value is given always.
pub fn find(
    fields: &[(&str, &str)],
    confidential: &Confidential,
    enterprises: &Enterprises,
) -> Vec<Finding> {
    let values = known::Values::new(confidential);
    let mut findings = Vec::new();
    for (field, text) in fields {
        let folded = Folded::new(text);
        let letters = Letters::of(&folded);
        let mut found = Vec::new();
        values.find(&folded, &letters, &mut found);
        enterprises.find(&folded, &letters, &mut found);
        companies::find(&folded, &mut found);
        identifiers::find(&folded, &mut found);
        contacts::find(&folded, &mut found);
        registrations::find(&folded, &mut found);
        amounts::find(&folded, &mut found);
        dates::find(&folded, &mut found);
        let finding = |found: &Found| {
            let place = folded.place(&found.range)?;
            let text = text.get(place.bytes)?.to_owned();
            let (start, end) = (place.chars.start, place.chars.end);
            Some(Finding {
                field: (*field).to_owned(),
                kind: found.kind,
                start,
                end,
                text,
                sure: found.sure,
            })
        };
        findings.extend(settled(found).iter().filter_map(finding));
    }
    findings
}

/// How many findings a refusal lists; the rest is counted.
const LISTED: usize = 20;

/// Findings as a refusal lists them: kinds and places, and never the words.
pub fn listed(findings: &[&Finding]) -> Text {
    let place = |finding: &&Finding| {
        let Finding { field, start, end, .. } = finding;
        let label = finding.kind.label();
        let at = format!("{field} {start}–{end}");
        (format!("{at} ({})", label.en), format!("{at}（{}）", label.zh))
    };
    let (en, zh): (Vec<String>, Vec<String>) = findings.iter().take(LISTED).map(place).unzip();
    let (more_en, more_zh) = match findings.len().saturating_sub(LISTED) {
        0 => Default::default(),
        more => (format!(" and {more} more"), format!("等（另有 {more} 处）")),
    };
    Text::new(format!("{}{more_en}", en.join(", ")), format!("{}{more_zh}", zh.join("、")))
}

/// What was found in one field, in order, without what says nothing new.
fn settled(found: Vec<Found>) -> Vec<Found> {
    let mut found = merged(found);
    // A confidential value first, then the surer: the others at the same place say less.
    found.sort_by_key(|it| {
        let Range { start, end } = it.range;
        (start, Reverse(end), it.kind != Kind::Confidential, !it.sure, it.kind)
    });
    let mut furthest = 0;
    found.retain(|it| {
        let inside = it.range.end <= furthest;
        furthest = furthest.max(it.range.end);
        !inside || it.kind == Kind::Confidential
    });
    found
}

/// What overlaps and is of one kind as one, which is sure if one of them is.
fn merged(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|it| (it.range.start, it.range.end));
    let mut latest: HashMap<Kind, usize> = HashMap::new();
    let mut merged: Vec<Found> = Vec::with_capacity(found.len());
    for it in found {
        match latest.get(&it.kind).map(|at| &mut merged[*at]) {
            Some(before) if it.range.start < before.range.end => {
                before.sure |= it.sure;
                before.range.end = before.range.end.max(it.range.end);
            }
            _ => {
                latest.insert(it.kind, merged.len());
                merged.push(it);
            }
        }
    }
    merged
}
