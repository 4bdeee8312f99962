//! How the parts of a strength look from outside.

use async_graphql::SimpleObject;
use zhanjian_index::Currency;

use super::{
    Comparison, Evidence, Part, Shown, StationMatchComponent, StrengthComponent, weights::real,
};

/// What a station has in an area, as far as the viewer may see it.
#[derive(SimpleObject)]
pub(super) struct StrengthEvidence {
    /// How many published answered questions: the total of a search with the same station, area and days.
    answers: u64,
    /// How many of them rest on what is in force.
    current: u64,
    /// How many rest on what is in force and will change on a day that is known.
    upcoming: u64,
    /// How many were to be looked at again by a day that has passed.
    review_due: u64,
    /// How many name nothing that they rest on.
    unverified: u64,
    /// How many rest on what has been replaced or changed in part.
    partly_stale: u64,
    /// How many rest on what has been replaced.
    stale: u64,
    /// How many rest on what was repealed or expired without a successor.
    broken: u64,
    /// The answers, each counted by how far it still stands: what is current or upcoming 1; what is due for review,
    /// unverified or partly stale a half; what is stale or broken nothing.
    sound: f64,
    /// How many of them other stations have reused.
    reused: u64,
    /// How often other stations have reused them, taken together.
    uses: u64,
    /// How often readers found them helpful.
    helpful: u64,
    /// How often readers did not.
    unhelpful: u64,
}

impl From<&Evidence> for StrengthEvidence {
    fn from(evidence: &Evidence) -> Self {
        Self {
            answers: evidence.answers(),
            current: evidence.of(Currency::Current),
            upcoming: evidence.of(Currency::Upcoming),
            review_due: evidence.of(Currency::ReviewDue),
            unverified: evidence.of(Currency::Unverified),
            partly_stale: evidence.of(Currency::PartlyStale),
            stale: evidence.of(Currency::Stale),
            broken: evidence.of(Currency::Broken),
            sound: evidence.sound(),
            reused: evidence.reused,
            uses: evidence.uses,
            helpful: evidence.helpful,
            unhelpful: evidence.unhelpful,
        }
    }
}

/// A component of a strength. The score is the sum of the contributions.
#[derive(SimpleObject)]
pub(super) struct StrengthPart {
    /// Which component.
    component: StrengthComponent,
    /// What it weighs; all together weigh 1.
    weight: f64,
    /// Its value, from 0 to 1.
    value: f64,
    /// What it adds to the score: weight times value.
    contribution: f64,
}

impl From<Part<StrengthComponent>> for StrengthPart {
    fn from(part: Part<StrengthComponent>) -> Self {
        let contribution = part.contribution();
        Self { component: part.component, weight: part.weight, value: part.value, contribution }
    }
}

/// A component of a station's match. The score is the sum of the contributions.
#[derive(SimpleObject)]
pub(super) struct StationMatchPart {
    /// Which component.
    component: StationMatchComponent,
    /// What it weighs; all together weigh 1.
    weight: f64,
    /// Its value, from 0 to 1.
    value: f64,
    /// What it adds to the score: weight times value.
    contribution: f64,
}

impl From<Part<StationMatchComponent>> for StationMatchPart {
    fn from(part: Part<StationMatchComponent>) -> Self {
        let contribution = part.contribution();
        Self { component: part.component, weight: part.weight, value: part.value, contribution }
    }
}

/// How a station stands in an area beside the other stations at work, by the answers that the viewer may see.
#[derive(SimpleObject)]
pub(super) struct StrengthComparison {
    /// Its place by the number of answers, from 1; stations with as many share the better place.
    rank: u64,
    /// Among how many stations.
    stations: u64,
    /// Half of the stations have so many answers at most.
    median: u64,
    /// The answers of all stations.
    answers: u64,
    /// Its part of them, from 0 to 1; absent where there are none.
    share: Option<f64>,
    /// The location quotient: its part of the answers in this area over its part of all answers. Above 1, it answers more
    /// here than elsewhere; absent where there is nothing to compare.
    location_quotient: Option<f64>,
}

impl From<Comparison> for StrengthComparison {
    fn from(comparison: Comparison) -> Self {
        let Comparison { rank, stations, median, answers, share, location_quotient } = comparison;
        Self { rank, stations, median, answers, share, location_quotient }
    }
}

/// What companies asked a station in an area in the period, but for what was withdrawn or was a duplicate.
#[derive(SimpleObject)]
pub(super) struct AreaConsultations {
    /// Whether the numbers are held back: one or two consultations of a station that is not the viewer's own would tell
    /// of a single company.
    suppressed: bool,
    /// How many consultations were recorded; absent where it is held back.
    asked: Option<u64>,
    /// How many of them were told a reply; absent where it is held back.
    answered: Option<u64>,
    /// The part of them that were told a reply; absent where it is held back, or none was recorded.
    answered_share: Option<f64>,
    /// Half of the companies that were told a reply waited so many minutes at most, from the recording on and by the
    /// clock; absent where it is held back, or none was told a reply.
    median_minutes_to_reply: Option<u64>,
}

impl From<Shown> for AreaConsultations {
    fn from(shown: Shown) -> Self {
        let Shown::Whole(questions) = shown else {
            return Self {
                suppressed: true,
                asked: None,
                answered: None,
                answered_share: None,
                median_minutes_to_reply: None,
            };
        };
        let asked = questions.asked;
        Self {
            suppressed: false,
            asked: Some(asked),
            answered: Some(questions.answered()),
            answered_share: (asked > 0).then(|| real(questions.answered()) / real(asked)),
            median_minutes_to_reply: questions.median_minutes(),
        }
    }
}
