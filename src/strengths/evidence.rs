//! What speaks for a station's strength in an area, and how strong that makes it. Nothing here reads or writes.

use sea_orm::prelude::Uuid;
use zhanjian_index::{Count, Currency};

use super::{
    AreaDeclaration, StrengthComponent,
    weights::{self, real, saturating},
};

/// What a station has in an area, as far as the viewer may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many published answers, by their currency, in the order of [`Currency::ALL`].
    pub by_currency: [u64; Currency::ALL.len()],
    /// How many of them other stations have reused.
    pub reused: u64,
    /// How often others have reused them, taken together.
    pub uses: u64,
    /// How often readers found them helpful.
    pub helpful: u64,
    /// How often they did not.
    pub unhelpful: u64,
    /// The newest of them.
    pub newest: Vec<Uuid>,
}

/// A component of a score: a value from 0 to 1, and what it weighs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part<C> {
    /// Which component.
    pub component: C,
    /// What it weighs.
    pub weight: f64,
    /// Its value.
    pub value: f64,
}

impl<C> Part<C> {
    /// What it adds to the score.
    pub fn contribution(&self) -> f64 {
        self.weight * self.value
    }
}

/// The sum of what the parts add.
pub(super) fn sum<C>(parts: &[Part<C>]) -> f64 {
    parts.iter().map(Part::contribution).sum()
}

impl Evidence {
    /// Takes over what the index counted.
    pub fn add_count(&mut self, count: Count) {
        for (sum, count) in self.by_currency.iter_mut().zip(count.by_currency) {
            *sum += count;
        }
        self.reused += count.used;
        self.uses += count.uses;
        self.newest = count.newest.into_iter().map(|key| Uuid::from_u128(key.id)).collect();
    }

    /// Adds the evidence of another station in the same area.
    pub fn add(&mut self, other: &Self) {
        for (sum, count) in self.by_currency.iter_mut().zip(other.by_currency) {
            *sum += count;
        }
        self.reused += other.reused;
        self.uses += other.uses;
        self.helpful += other.helpful;
        self.unhelpful += other.unhelpful;
    }

    /// How many answers.
    pub fn answers(&self) -> u64 {
        self.by_currency.iter().sum()
    }

    /// How many of one currency.
    pub fn of(&self, currency: Currency) -> u64 {
        self.by_currency[currency as usize]
    }

    /// How many rest on what no longer holds, in part or wholly.
    pub fn stale(&self) -> u64 {
        [Currency::PartlyStale, Currency::Stale, Currency::Broken]
            .map(|it| self.of(it))
            .iter()
            .sum()
    }

    /// The answers, each counted by how far it still stands.
    pub fn sound(&self) -> f64 {
        let counted = |currency| weights::standing(currency) * real(self.of(currency));
        Currency::ALL.into_iter().map(counted).sum()
    }

    /// How strong it makes a station in the area.
    pub fn parts(&self, declared: AreaDeclaration) -> Vec<Part<StrengthComponent>> {
        let value = |component| match component {
            StrengthComponent::Answers => saturating(self.sound(), weights::HALF_ANSWERS),
            StrengthComponent::Currency if self.answers() == 0 => 0.0,
            StrengthComponent::Currency => self.sound() / real(self.answers()),
            StrengthComponent::Reuse => saturating(real(self.uses), weights::HALF_USES),
            StrengthComponent::Declared => match declared {
                AreaDeclaration::Declared => 1.0,
                AreaDeclaration::Above => weights::DECLARED_ABOVE,
                AreaDeclaration::Not => 0.0,
            },
            StrengthComponent::Helpful => {
                let said = real(self.helpful + self.unhelpful);
                real(self.helpful) / (said + weights::HALF_HELPFUL)
            }
        };
        let part = |(component, weight)| Part { component, weight, value: value(component) };
        weights::STRENGTH.into_iter().map(part).collect()
    }
}

/// How a station stands in an area beside the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Its place by the number of answers, from 1; who has as many shares the better place.
    pub rank: u64,
    /// Among how many stations.
    pub stations: u64,
    /// Half of the stations have so many answers at most.
    pub median: u64,
    /// The answers of all stations.
    pub answers: u64,
    /// Its part of them; none where there are none.
    pub share: Option<f64>,
    /// Its part of the area's answers over its part of all answers: above 1, it answers more here than elsewhere.
    pub location_quotient: Option<f64>,
}

impl Comparison {
    /// Compares a station's answers in an area with those of all stations, its own among them; `own` and `network` are
    /// the answers over all areas.
    pub fn of(here: u64, all_here: &[u64], own: u64, network: u64) -> Self {
        let mut ordered = all_here.to_vec();
        ordered.sort_unstable();
        let answers: u64 = ordered.iter().sum();
        let before = ordered.iter().filter(|other| **other > here).count();
        let share = (answers > 0).then(|| real(here) / real(answers));
        let overall = (own > 0 && network > 0).then(|| real(own) / real(network));
        Self {
            rank: before as u64 + 1,
            stations: ordered.len() as u64,
            median: median(&ordered).unwrap_or(0),
            answers,
            share,
            location_quotient: share.zip(overall).map(|(share, overall)| share / overall),
        }
    }
}

/// The smallest of these values, which stand in order, that half of them do not exceed: always one that is there.
pub(super) fn median(ordered: &[u64]) -> Option<u64> {
    ordered.get(ordered.len().div_ceil(2).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-12, "{one} {other}");
    }

    #[test]
    fn a_strength_is_what_its_parts_add() {
        // Three stand, one is doubted, one has fallen: 3.5 of five.
        let evidence = Evidence {
            by_currency: [2, 1, 1, 0, 1, 0, 0],
            reused: 2,
            uses: 5,
            helpful: 3,
            unhelpful: 0,
            newest: Vec::new(),
        };
        close(evidence.sound(), 3.5);
        let parts = evidence.parts(AreaDeclaration::Declared);
        let values: Vec<f64> = parts.iter().map(|part| part.value).collect();
        for (value, by_hand) in values.iter().zip([3.5 / 8.5, 0.7, 0.5, 1.0, 0.5]) {
            close(*value, by_hand);
        }
        close(sum(&parts), 0.4 * 3.5 / 8.5 + 0.14 + 0.1 + 0.1 + 0.05);
    }

    #[test]
    fn nothing_is_no_strength() {
        close(sum(&Evidence::default().parts(AreaDeclaration::Not)), 0.0);
        close(sum(&Evidence::default().parts(AreaDeclaration::Above)), 0.05);
    }

    #[test]
    fn a_station_is_compared_with_all_of_them() {
        let compared = Comparison::of(4, &[0, 4, 1, 3], 10, 40);
        assert_eq!((compared.rank, compared.stations, compared.median), (1, 4, 1));
        assert_eq!(compared.answers, 8);
        close(compared.share.expect("a share"), 0.5);
        close(compared.location_quotient.expect("a quotient"), 2.0);
        let none = Comparison::of(0, &[0, 0], 0, 0);
        assert_eq!((none.rank, none.share, none.location_quotient), (1, None, None));
    }
}
