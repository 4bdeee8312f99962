//! The closed loop in figures: how many cases count in each, and how long companies waited. Nothing here reads or writes.

use chrono::NaiveDate;

use super::Figure;
use crate::consultations::Brief;

/// The figures that a case counts in, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u32);

impl Marks {
    /// Those of a case on a day.
    pub fn of(case: &Brief, today: NaiveDate) -> Self {
        let counting = Figure::ALL.into_iter().filter(|figure| figure.counts(case, today));
        Self(counting.fold(0, |bits, figure| bits | bit(figure)))
    }

    /// Whether a figure is among them.
    pub fn has(self, figure: Figure) -> bool {
        self.0 & bit(figure) != 0
    }
}

fn bit(figure: Figure) -> u32 {
    1 << figure as u32
}

/// How many, out of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Out of how many.
    pub of: u64,
}

impl Share {
    /// The part of the whole, from 0 to 1; none where there is no whole.
    pub fn part(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "nobody records 2^53 cases")]
        let part = self.count as f64 / self.of as f64;
        (self.of > 0).then_some(part)
    }
}

/// How long companies waited until they first heard something, in whole minutes by the clock: nights, weekends and
/// holidays count, for no rule says when a station is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Half of them waited this long at most.
    pub median: u64,
    /// Nine of ten waited this long at most.
    pub ninetieth: u64,
}

/// The figures of some cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    counts: [u64; Figure::ALL.len()],
    waited: Vec<u64>,
    reuses: u64,
}

impl Figures {
    /// Counts a case.
    pub fn add(&mut self, case: &Brief, marks: Marks) {
        for figure in Figure::ALL {
            self.counts[figure as usize] += u64::from(marks.has(figure));
        }
        if let Some(minutes) = waited(case).filter(|_| marks.has(Figure::FirstResponse)) {
            self.waited.push(minutes);
        }
        if marks.has(Figure::ReusedFromOthers) {
            self.reuses += u64::from(case.reused);
        }
    }

    /// Puts the times that companies waited into order. To be called once all cases are counted.
    pub fn settle(&mut self) {
        self.waited.sort_unstable();
    }

    /// How many cases count in a figure.
    pub fn count(&self, figure: Figure) -> u64 {
        self.counts[figure as usize]
    }

    /// The same, out of how many.
    pub fn share(&self, figure: Figure) -> Share {
        Share { count: self.count(figure), of: self.count(figure.whole()) }
    }

    /// How long companies waited until they first heard something; none where nobody has.
    pub fn waiting(&self) -> Option<Waiting> {
        let of = |per_cent| nearest_rank(&self.waited, per_cent);
        Some(Waiting { median: of(50)?, ninetieth: of(90)? })
    }

    /// How many answered questions of other stations went into replies: one case may use several.
    pub fn reuses(&self) -> u64 {
        self.reuses
    }
}

/// How long the company of a case waited until it first heard something, in whole minutes.
pub fn waited(case: &Brief) -> Option<u64> {
    let minutes = (case.first_response_at? - case.recorded_at).num_minutes();
    Some(u64::try_from(minutes).unwrap_or(0))
}

/// The smallest of these values that so many per cent of them do not exceed (nearest rank): always the value of a case.
fn nearest_rank(sorted: &[u64], per_cent: usize) -> Option<u64> {
    let rank = (sorted.len() * per_cent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_own_place() {
        for (place, figure) in Figure::ALL.into_iter().enumerate() {
            assert_eq!(figure as usize, place);
        }
        assert!(Figure::ALL.len() <= 32, "a bit each");
    }

    #[test]
    fn a_rank_is_a_value_that_is_there() {
        assert_eq!(nearest_rank(&[], 50), None);
        assert_eq!(nearest_rank(&[7], 50), Some(7));
        assert_eq!(nearest_rank(&[7], 90), Some(7));
        assert_eq!(nearest_rank(&[1, 2, 3, 4], 50), Some(2));
        assert_eq!(nearest_rank(&[1, 2, 3, 4, 5], 50), Some(3));
        let ten: Vec<u64> = (1..=10).collect();
        assert_eq!(nearest_rank(&ten, 90), Some(9));
        let eleven: Vec<u64> = (1..=11).collect();
        assert_eq!(nearest_rank(&eleven, 90), Some(10));
    }

    #[test]
    fn nothing_out_of_nothing_is_no_share() {
        assert_eq!(Share { count: 0, of: 0 }.part(), None);
        assert_eq!(Share { count: 1, of: 4 }.part(), Some(0.25));
    }
}
