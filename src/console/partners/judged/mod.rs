//! How well two fit, and why: the components of a score as bars, and the words that are met, marked where they stand.

mod marked;
mod target;

use serde::Deserialize;

pub(in crate::console) use marked::marked;
pub(in crate::console) use target::{Target, TargetName};

use crate::console::{parts::Localized, texts::Texts};

/// The judgement of a pair, as the API gives it.
#[derive(Deserialize)]
pub(in crate::console) struct Judgement {
    score: f64,
    components: Vec<Component>,
    pub terms: Vec<Term>,
    enough: f64,
    pub reason: Localized,
}

/// One of the things that a score is made of.
#[derive(Deserialize)]
struct Component {
    name: String,
    weight: f64,
    value: Option<f64>,
    contribution: f64,
    explanation: Localized,
}

/// A word that is looked for and met.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::console) struct Term {
    pub term: String,
    weight: f64,
    value: f64,
    in_need: Vec<Place>,
    passages: Vec<Passage>,
}

/// Where a word is looked for.
#[derive(Deserialize)]
struct Place {
    field: String,
    start: i64,
    end: i64,
}

/// Where a word is met.
#[derive(Deserialize)]
struct Passage {
    field: String,
    item: i64,
    text: String,
    start: i64,
    end: i64,
}

/// A component as it is shown: lengths are in hundredths of the longest bar.
pub(in crate::console) struct Bar {
    pub name: String,
    pub explanation: Localized,
    pub weight: i64,
    pub value: i64,
    pub contribution: String,
    pub room: i64,
    pub length: i64,
}

impl Judgement {
    /// How well both fit, in hundredths.
    pub(in crate::console) fn percent(&self) -> i64 {
        percent(self.score)
    }

    /// The components of which both sides say something, the weightiest first.
    pub(in crate::console) fn bars(&self) -> Vec<Bar> {
        let longest = self.components.iter().map(|it| it.weight).fold(0.01, f64::max);
        let mut components: Vec<&Component> = self.components.iter().collect();
        components.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let bar = |component: &Component| {
            Some(Bar {
                name: component.name.clone(),
                explanation: component.explanation.clone(),
                weight: percent(component.weight),
                value: percent(component.value?),
                contribution: format!("{:.2}", component.contribution),
                room: percent(component.weight / longest),
                length: percent(component.contribution / longest),
            })
        };
        components.into_iter().filter_map(bar).collect()
    }

    /// What the components are called of which one of the sides says nothing; none where both speak of all.
    pub(in crate::console) fn unsaid(&self, text: &Texts) -> Option<String> {
        let unsaid = self.components.iter().filter(|component| component.value.is_none());
        let names: Vec<_> = unsaid.map(|it| text.label("match-component", &it.name)).collect();
        (!names.is_empty()).then(|| names.join(&text.of("list-comma")))
    }

    /// How much of what is said is as good as all of it, in hundredths.
    pub(in crate::console) fn enough(&self) -> i64 {
        percent(self.enough)
    }

    /// The places of a field of the need at which something is met.
    pub(in crate::console) fn in_need(&self, field: &str) -> impl Iterator<Item = (i64, i64)> {
        let places = self.terms.iter().flat_map(|term| &term.in_need);
        places.filter(move |place| place.field == field).map(|place| (place.start, place.end))
    }

    /// The places of a field of the offer at which something is met.
    fn in_offer(&self, field: &str, item: usize) -> impl Iterator<Item = (i64, i64)> {
        let passages = self.terms.iter().flat_map(|term| &term.passages);
        let here = move |passage: &&Passage| {
            passage.field == field && usize::try_from(passage.item) == Ok(item)
        };
        passages.filter(here).map(|passage| (passage.start, passage.end))
    }
}

impl Term {
    /// How much it says, in hundredths of all that is said.
    pub(in crate::console) fn weight(&self) -> i64 {
        percent(self.weight)
    }

    /// How well it is met, in hundredths.
    pub(in crate::console) fn value(&self) -> i64 {
        percent(self.value)
    }

    /// By which words it is met, each once.
    pub(in crate::console) fn met_by(&self) -> Vec<&str> {
        let mut words: Vec<&str> = Vec::new();
        for passage in &self.passages {
            if !words.contains(&passage.text.as_str()) {
                words.push(&passage.text);
            }
        }
        words
    }
}

/// A share in hundredths, for people and for the lengths of bars.
#[expect(clippy::cast_possible_truncation, reason = "a share is between 0 and 1")]
pub(in crate::console) fn percent(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 100.0).round() as i64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bars_are_as_long_as_what_they_add() {
        let judgement: Judgement = serde_json::from_value(json!({
            "score": 0.614, "enough": 0.5, "reason": { "zh": "合", "en": null }, "terms": [],
            "components": [
                { "name": "AREAS", "weight": 0.25, "value": null, "contribution": 0.0, "explanation": { "zh": "", "en": null } },
                { "name": "TEXT", "weight": 0.5, "value": 0.8, "contribution": 0.4, "explanation": { "zh": "", "en": null } },
                { "name": "REGION", "weight": 0.1, "value": 1.0, "contribution": 0.1, "explanation": { "zh": "", "en": null } },
            ],
        }))
        .expect("a judgement");
        assert_eq!(judgement.percent(), 61);
        let bars = judgement.bars();
        assert_eq!(bars[0].name, "TEXT");
        assert_eq!((bars[0].room, bars[0].length, bars[0].value), (100, 80, 80));
        assert_eq!(bars[1].name, "REGION");
        assert_eq!((bars[1].room, bars[1].length, bars[1].value), (20, 20, 100));
        assert_eq!(bars.len(), 2);
    }
}
