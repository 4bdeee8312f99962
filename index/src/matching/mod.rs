//! How well an offer fits what somebody looks for, and why.
//!
//! A score is the sum of components, each 0…1 and each with its weight, so that who is shown them can add them up. It is
//! computed from the two texts and what is known of the two sides, and from nothing else: no other document, nobody's
//! rights and no statistics of the index can show in it. The index finds candidates ([`crate::Index::similar`]); what
//! they are worth is told here.
//!
//! Where a component cannot be judged, since a side does not say what it would need, it has no value, and its weight
//! goes to the others in proportion: to be silent is neither rewarded nor punished.

mod weights;
mod words;

use crate::analysis::Analyzer;
use std::{ops::Range, sync::Arc};
use words::Sought;

pub use weights::{LEAST, VERSION};

/// An area with all above it, from the root of its facet down.
pub type AreaPath = Vec<String>;

/// What kind of help is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedKind {
    /// A technology to take over or to develop together.
    Technology,
    /// A place and people for clinical research.
    Clinical,
    /// A test or a way to test.
    Testing,
    /// To learn.
    Training,
    /// To have something made.
    Manufacturing,
    /// To be told by those who know.
    Expertise,
}

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferedKind {
    /// A research output that is a thing: prototype, patent, software, material.
    Technology,
    /// A research output that is a way of doing something: know-how.
    KnowHow,
    /// A research output that says how something is done or tested: protocol, standard.
    Method,
    /// A data set.
    Data,
    /// A paper.
    Publication,
    /// A clinical study.
    Study,
    /// A resource for clinical research.
    ClinicalResource,
    /// A resource for tests.
    TestingResource,
    /// A resource for learning.
    TrainingResource,
    /// A resource for making something.
    ManufacturingResource,
    /// An organization.
    Organization,
    /// A guidance station.
    Station,
}

/// Where a side is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Code of its district.
    pub district: Option<String>,
    /// Code of its region; who has a district is in Shanghai.
    pub region: Option<String>,
}

/// What somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// In their own words.
    pub text: String,
    /// What kind of help; none where they did not say.
    pub kind: Option<WantedKind>,
    /// In which areas.
    pub areas: Vec<AreaPath>,
    /// The lowest readiness that helps.
    pub least_trl: Option<i32>,
    /// Ways of working together that come into question; empty: any.
    pub modes: Vec<String>,
    /// Where they are.
    pub place: Place,
}

/// What is offered.
#[derive(Clone, Debug)]
pub struct Offered<'a> {
    /// What it is.
    pub kind: OfferedKind,
    /// Its texts: what heads it first, then the others, each with the name of its field.
    pub texts: Vec<OfferedText<'a>>,
    /// In which areas.
    pub areas: Vec<AreaPath>,
    /// How ready it is.
    pub trl: Option<i32>,
    /// In which ways it can be had; empty: not said.
    pub modes: Vec<String>,
    /// Where it is.
    pub place: Place,
    /// What came of former introductions, 0…1.
    pub track_record: Option<f64>,
}

/// One text of an offer.
#[derive(Clone, Copy, Debug)]
pub struct OfferedText<'a> {
    /// The name of the field.
    pub field: &'static str,
    /// Whether it heads the offer: title or name.
    pub head: bool,
    /// What stands in it.
    pub text: &'a str,
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Component {
    /// How much of what is asked for the offer speaks of.
    Text,
    /// How near the areas are to each other.
    Areas,
    /// Whether what is offered is what is asked for: a thing, a test, a place, a course.
    Kind,
    /// Whether it is as ready as it should be.
    Maturity,
    /// Whether both can work together in one of the same ways.
    CooperationMode,
    /// Whether they are near each other.
    Nearness,
    /// What came of former introductions.
    TrackRecord,
}

impl Component {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Areas,
        Self::Kind,
        Self::Maturity,
        Self::CooperationMode,
        Self::Nearness,
        Self::TrackRecord,
    ];
}

/// One component of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Which.
    pub component: Component,
    /// How much it counts in this pair; 0 where it cannot be judged.
    pub weight: f64,
    /// How well the two fit in it, 0…1; none where it cannot be judged.
    pub value: Option<f64>,
}

/// A word of the need that the offer meets.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// As the need has it.
    pub text: String,
    /// How much it says, as part of all that the need says; the text component is computed from these.
    pub weight: f64,
    /// How well it is met, 0…1.
    pub value: f64,
    /// Where it stands in the need, in characters.
    pub in_need: Vec<Range<usize>>,
    /// Where it is met.
    pub passages: Vec<MetAt>,
}

/// Where a word is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetAt {
    /// Which of the offer's texts, as they were given.
    pub text: usize,
    /// Which characters of it.
    pub range: Range<usize>,
}

/// How well an offer fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The sum of weight × value over the parts.
    pub score: f64,
    /// Every component, in the order of [`Component::ALL`].
    pub parts: Vec<Part>,
    /// The words that are met, the weightiest first.
    pub words: Vec<Met>,
}

/// Something looked for, read once and held against any number of offers.
pub struct Seeker {
    analyzer: Arc<Analyzer>,
    wanted: Wanted,
    sought: Sought,
}

impl Seeker {
    pub(crate) fn new(analyzer: Arc<Analyzer>, wanted: Wanted) -> Self {
        let sought = Sought::new(&analyzer, &wanted.text);
        Self { analyzer, wanted, sought }
    }

    /// How well an offer fits, and why.
    pub fn score(&self, offered: &Offered<'_>) -> Score {
        let words = self.sought.met_by(&self.analyzer, &offered.texts);
        let text = (!self.sought.is_empty()).then(|| text_value(&words));
        self.sum(text, words, offered)
    }

    fn sum(&self, text: Option<f64>, words: Vec<Met>, offered: &Offered<'_>) -> Score {
        let Wanted { kind, areas, least_trl, modes, place, .. } = &self.wanted;
        let values = Component::ALL.map(|component| match component {
            Component::Text => text,
            Component::Areas => overlap(areas, &offered.areas),
            Component::Kind => kind.map(|wanted| fit(wanted, offered.kind)),
            Component::Maturity => maturity(*least_trl, offered.trl),
            Component::CooperationMode => common_mode(modes, &offered.modes),
            Component::Nearness => nearness(place, &offered.place),
            Component::TrackRecord => offered.track_record,
        });
        let known = values.iter().zip(weights::COMPONENTS).filter(|(value, _)| value.is_some());
        let known: f64 = known.map(|(_, weight)| weight).sum();
        let part = |((component, weight), value): ((Component, f64), Option<f64>)| Part {
            component,
            weight: if value.is_some() { weight / known } else { 0.0 },
            value,
        };
        let parts: Vec<Part> =
            Component::ALL.into_iter().zip(weights::COMPONENTS).zip(values).map(part).collect();
        let score = parts.iter().map(|part| part.weight * part.value.unwrap_or_default()).sum();
        Score { score, parts, words }
    }
}

/// The text component, from the words that are met.
pub fn text_value(words: &[Met]) -> f64 {
    let met: f64 = words.iter().map(|word| word.weight * word.value).sum();
    (met / weights::ENOUGH).min(1.0)
}

/// How near the areas of two sides are: those that are asked for to the nearest of those that are offered, and to a part
/// the other way round, so that who files an offer everywhere gains nothing. None where a side names none.
fn overlap(wanted: &[AreaPath], offered: &[AreaPath]) -> Option<f64> {
    let met = nearest(wanted, offered)?;
    let asked_for = nearest(offered, wanted)?;
    Some((1.0 - weights::ASKED_FOR) * met + weights::ASKED_FOR * asked_for)
}

/// How near the areas of one side are to the nearest of the other's, on average.
fn nearest(of: &[AreaPath], to: &[AreaPath]) -> Option<f64> {
    if of.is_empty() || to.is_empty() {
        return None;
    }
    let best =
        |path: &AreaPath| to.iter().map(|other| area_nearness(path, other)).fold(0.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "each side has few areas")]
    let count = of.len() as f64;
    Some(of.iter().map(best).sum::<f64>() / count)
}

/// How near two areas are: the same, one above the other, side by side; the facet alone says nothing.
fn area_nearness(one: &AreaPath, other: &AreaPath) -> f64 {
    let common = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (shorter, longer) = (one.len().min(other.len()), one.len().max(other.len()));
    match common {
        _ if common == longer => 1.0,
        0 | 1 => 0.0,
        _ if common == shorter => weights::LINEAGE,
        _ => weights::SIBLING,
    }
}

/// What helps whom: by judgement, not by measurement, for a set of judged needs has too few of each kind.
fn fit(wanted: WantedKind, offered: OfferedKind) -> f64 {
    use OfferedKind as O;
    match wanted {
        WantedKind::Technology => match offered {
            O::Technology | O::KnowHow => 1.0,
            O::Method => 0.8,
            O::Data | O::Publication => 0.6,
            O::Study | O::Organization => 0.5,
            _ => 0.4,
        },
        WantedKind::Clinical => match offered {
            O::ClinicalResource => 1.0,
            O::Study => 0.8,
            O::Method | O::Organization => 0.5,
            _ => 0.4,
        },
        WantedKind::Testing => match offered {
            O::TestingResource | O::Method => 1.0,
            O::Technology | O::KnowHow => 0.6,
            O::Organization => 0.5,
            _ => 0.4,
        },
        WantedKind::Training => match offered {
            O::TrainingResource => 1.0,
            O::Station | O::Organization | O::Data => 0.5,
            _ => 0.4,
        },
        WantedKind::Manufacturing => match offered {
            O::ManufacturingResource => 1.0,
            O::KnowHow | O::Method => 0.7,
            O::Organization => 0.5,
            _ => 0.4,
        },
        WantedKind::Expertise => match offered {
            O::Station | O::Method => 1.0,
            O::Organization | O::KnowHow | O::Data => 0.8,
            O::Technology => 0.4,
            _ => 0.5,
        },
    }
}

/// All of it where it is ready enough, half with one level below, nothing with more.
fn maturity(least: Option<i32>, offered: Option<i32>) -> Option<f64> {
    Some(match offered? - least? {
        0.. => 1.0,
        -1 => 0.5,
        _ => 0.0,
    })
}

/// Whether one of the modes is common to both.
fn common_mode(wanted: &[String], offered: &[String]) -> Option<f64> {
    let said = !wanted.is_empty() && !offered.is_empty();
    said.then(|| f64::from(u8::from(wanted.iter().any(|mode| offered.contains(mode)))))
}

/// The same district, the same region, or Shanghai and the delta around it.
fn nearness(one: &Place, other: &Place) -> Option<f64> {
    let region = |place: &Place| {
        place.region.clone().or_else(|| place.district.is_some().then(|| "SH".to_owned()))
    };
    if one.district.is_some() && one.district == other.district {
        return Some(1.0);
    }
    let (one, other) = (region(one)?, region(other)?);
    let delta = |region: &str| matches!(region, "SH" | "YRD");
    Some(match () {
        () if one == other => 0.6,
        () if delta(&one) && delta(&other) => 0.3,
        () => 0.0,
    })
}

#[cfg(test)]
mod tests;
