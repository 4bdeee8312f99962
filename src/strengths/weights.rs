//! All weights of strengths, in one place. `docs/strengths.md` gives the formulas and the figures behind them.

use zhanjian_index::Currency;

use super::{StationMatchComponent, StrengthComponent};

/// Names the formula of a strength; changes with it.
pub const STRENGTH_VERSION: &str = "strength-1";

/// Names the formula by which stations are ranked for a text; changes with it.
pub const MATCH_VERSION: &str = "stations-1";

/// How far an answer counts, by its currency. What is only doubted counts half, what has fallen not at all.
pub fn standing(currency: Currency) -> f64 {
    match currency {
        Currency::Current | Currency::Upcoming => 1.0,
        Currency::ReviewDue | Currency::Unverified | Currency::PartlyStale => 0.5,
        Currency::Stale | Currency::Broken => 0.0,
    }
}

/// What each component of a strength weighs; together 1. There is no truth to tune these by: what is written down and
/// holds outweighs what is declared, and what readers say, which few do, weighs least.
pub const STRENGTH: [(StrengthComponent, f64); 5] = [
    (StrengthComponent::Answers, 0.40),
    (StrengthComponent::Currency, 0.20),
    (StrengthComponent::Reuse, 0.20),
    (StrengthComponent::Declared, 0.10),
    (StrengthComponent::Helpful, 0.10),
];

/// So many answers that stand make half of the component; the tenth adds less than the first.
pub const HALF_ANSWERS: f64 = 5.0;

/// So many reuses make half of the component.
pub const HALF_USES: f64 = 5.0;

/// So many readers must have said something for a unanimous yes to make half of the component.
pub const HALF_HELPFUL: f64 = 3.0;

/// What the declaration of an area above counts.
pub const DECLARED_ABOVE: f64 = 0.5;

/// The fewest consultations in an area for which anything is called missing.
pub const GAP_LEAST: u64 = 5;

/// Answers are few where the area's part of all consultations is so many times its part of all answers that stand.
pub const GAP_QUOTIENT: f64 = 2.0;

/// Answers are stale where so large a part of them rests on what no longer holds.
pub const GAP_STALE: f64 = 0.5;

/// Counts of another station's consultations below this are not shown: they would tell of a single company.
pub const FEWEST_SHOWN: u64 = 3;

/// What each component of a station's match weighs; together 1. Set beforehand, not tuned, and held against leaving out one
/// answer after the other (`examples/station_matching.rs`, figures in `docs/strengths.md`).
pub const MATCH: [(StationMatchComponent, f64); 5] = [
    (StationMatchComponent::Similar, 0.60),
    (StationMatchComponent::Share, 0.15),
    (StationMatchComponent::Areas, 0.15),
    (StationMatchComponent::Currency, 0.05),
    (StationMatchComponent::Reuse, 0.05),
];

/// What each of a station's best similar answers counts, the best first; together 1.
pub const BEST: [f64; 5] = [0.50, 0.20, 0.14, 0.10, 0.06];

/// Similar answers that are looked at.
pub const LOOKED_AT: usize = 50;

/// So many reuses of the evidence make half of the component.
pub const HALF_EVIDENCE_USES: f64 = 3.0;

/// The similar answers whose areas the text is taken to touch, and the least part of them that an area must have.
pub const AREAS_OF_SIMILAR: (usize, f64) = (10, 0.25);

/// The most areas that a text is taken to touch.
pub const TOUCHED_AT_MOST: usize = 12;

/// What a declared area counts for a touched one: the same, below it, above it, beside it under the same one.
pub const NEAR: [f64; 4] = [1.0, 0.8, 0.6, 0.3];

/// Stations below this are not proposed.
pub const LEAST_MATCH: f64 = 0.05;

/// A number that grows towards 1, and is a half at `half`.
pub fn saturating(number: f64, half: f64) -> f64 {
    number / (number + half)
}

/// A count, for arithmetic.
#[expect(clippy::cast_precision_loss, reason = "nobody answers 2^53 questions")]
pub fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_parts_of_one() {
        let is_one = |sum: f64| (sum - 1.0).abs() < 1e-12;
        assert!(is_one(STRENGTH.iter().map(|(_, weight)| weight).sum()));
        assert!(is_one(MATCH.iter().map(|(_, weight)| weight).sum()));
        assert!(is_one(BEST.iter().sum()));
    }
}
