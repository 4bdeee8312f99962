//! What companies ask of stations, area by area, as far as the viewer may read reports. Nothing here reads or writes.

use std::collections::{HashMap, HashSet};

use sea_orm::prelude::Uuid;

use super::{Places, evidence::median, weights};
use crate::consultations::AskedIn;

/// The consultations of a station in an area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// How many were asked.
    pub asked: u64,
    /// How long the companies waited that were told a reply, in minutes by the clock, in order.
    waited: Vec<u64>,
}

impl Questions {
    /// How many were told a reply.
    pub fn answered(&self) -> u64 {
        self.waited.len() as u64
    }

    /// Half of the companies that were told a reply waited so many minutes at most.
    pub fn median_minutes(&self) -> Option<u64> {
        median(&self.waited)
    }
}

/// What may be shown of a station's consultations in an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it.
    Whole(Questions),
    /// That there are few: how many would tell of a single company.
    Few,
}

/// The consultations of all stations whose reports the viewer may read.
#[derive(Clone, Debug, Default)]
pub struct Demand {
    readable: HashSet<Uuid>,
    own: HashSet<Uuid>,
    cells: HashMap<(Uuid, Option<usize>), Questions>,
}

impl Demand {
    /// Counts cases. `readable` are the stations whose reports the viewer may read, `own` those they belong to.
    pub(super) fn of(
        readable: HashSet<Uuid>,
        own: HashSet<Uuid>,
        cases: Vec<AskedIn>,
        places: &Places,
    ) -> Self {
        let mut cells: HashMap<(Uuid, Option<usize>), Questions> = HashMap::new();
        for case in cases {
            for place in places.of(&case.areas) {
                let questions = cells.entry((case.station_id, place)).or_default();
                questions.asked += 1;
                questions.waited.extend(case.waited_minutes);
            }
        }
        for questions in cells.values_mut() {
            questions.waited.sort_unstable();
        }
        Self { readable, own, cells }
    }

    /// Whether the viewer may read the reports of any station at all.
    pub fn is_shown(&self) -> bool {
        !self.readable.is_empty()
    }

    /// What may be shown of a station in an area, or in all of them; none where the viewer may not read its reports.
    pub fn at(&self, station: Uuid, place: Option<usize>) -> Option<Shown> {
        if !self.readable.contains(&station) {
            return None;
        }
        let questions = self.cells.get(&(station, place)).cloned().unwrap_or_default();
        let few = (1..weights::FEWEST_SHOWN).contains(&questions.asked);
        if few && !self.own.contains(&station) {
            return Some(Shown::Few);
        }
        Some(Shown::Whole(questions))
    }

    /// How many consultations are shown in an area, or in all of them, station by station: what is hidden in a cell is
    /// in no sum either, so that no sum tells of it.
    pub fn asked(&self, place: Option<usize>) -> u64 {
        let shown = self.readable.iter().filter_map(|station| match self.at(*station, place)? {
            Shown::Whole(questions) => Some(questions.asked),
            Shown::Few => None,
        });
        shown.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(station_id: Uuid, waited_minutes: Option<u64>) -> AskedIn {
        AskedIn { station_id, areas: Vec::new(), waited_minutes }
    }

    #[test]
    fn few_cases_of_others_are_not_told() {
        let [own, other, third] = [1, 2, 3].map(Uuid::from_u128);
        let cases = vec![
            case(own, Some(5)),
            case(other, None),
            case(other, None),
            case(third, Some(10)),
            case(third, Some(30)),
            case(third, Some(20)),
        ];
        let places = Places::default();
        let readable = HashSet::from([own, other, third]);
        let demand = Demand::of(readable, HashSet::from([own]), cases, &places);
        let Some(Shown::Whole(questions)) = demand.at(own, None) else { panic!("one's own") };
        assert_eq!((questions.asked, questions.median_minutes()), (1, Some(5)));
        assert_eq!(demand.at(other, None), Some(Shown::Few));
        let Some(Shown::Whole(questions)) = demand.at(third, None) else { panic!("three") };
        assert_eq!((questions.answered(), questions.median_minutes()), (3, Some(20)));
        assert_eq!(demand.at(Uuid::from_u128(4), None), None);
        assert_eq!(demand.asked(None), 4);
    }
}
