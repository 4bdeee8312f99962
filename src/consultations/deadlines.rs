//! By when: working days, counted by the calendar.
//!
//! The notice that founds the network names no number of days, so they are settings. Where the calendar does not reach,
//! weekends alone are left out and the date says that it is an estimate; the hourly round counts it again once the
//! calendar reaches.

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::{
    Consultation, Level, Priority, Settings, State,
    state::{Clock, Seat, seat},
};
use crate::calendar::Calendar;

/// Where a case without a due date stands in an order by due dates: behind all others.
pub(super) fn never() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// A day that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    /// The day.
    pub(super) day: NaiveDate,
    /// Whether the calendar did not reach, so that weekends alone were left out.
    pub(super) estimated: bool,
}

/// Counts working days.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days<'a> {
    calendar: &'a Calendar,
    settings: &'a Settings,
    today: NaiveDate,
}

impl<'a> Days<'a> {
    /// What counts by a calendar, today.
    pub(super) fn new(calendar: &'a Calendar, settings: &'a Settings, today: NaiveDate) -> Self {
        Self { calendar, settings, today }
    }

    /// How many working days whoever has a case in hand has for it.
    pub(super) fn allowed(&self, state: State, level: Option<Level>, priority: Priority) -> i32 {
        let settings = self.settings;
        let days = match seat(state, None) {
            Seat::Referred | Seat::District => settings.district_days,
            Seat::Municipal if state == State::Referred => settings.national_days,
            Seat::Municipal => settings.municipal_days,
            // What has come back only waits to be passed on, and what is new only to be classified.
            Seat::Owner if state == State::ReplyReceived => settings.basic_days,
            Seat::Owner => match level {
                None | Some(Level::Basic) => settings.basic_days,
                Some(Level::District) => settings.district_days,
                Some(Level::Municipal) => settings.municipal_days,
                Some(Level::National) => settings.national_days,
            },
        };
        let days = if priority == Priority::Key { days.div_ceil(2) } else { days };
        i32::try_from(days).unwrap_or(i32::MAX)
    }

    /// The day that comes so many working days after another; before it, where the number is negative.
    pub(super) fn from(&self, day: NaiveDate, days: i32) -> Counted {
        let mut counted = Counted { day, estimated: false };
        if days == 0 && !self.works(&mut counted) {
            return self.from(day, 1);
        }
        for _ in 0..days.unsigned_abs() {
            loop {
                let next = if days > 0 { counted.day.succ_opt() } else { counted.day.pred_opt() };
                let Some(next) = next else { return counted };
                counted.day = next;
                if self.works(&mut counted) {
                    break;
                }
            }
        }
        counted
    }

    /// The working days that are left until a day; negative once it has passed.
    pub(super) fn left(&self, until: NaiveDate) -> i32 {
        let (from, to) = (self.today.min(until), self.today.max(until));
        let mut counted = Counted { day: from, estimated: false };
        let mut days = 0;
        while counted.day < to {
            let Some(next) = counted.day.succ_opt() else { break };
            counted.day = next;
            days += i32::from(self.works(&mut counted));
        }
        if until < self.today { -days } else { days }
    }

    /// The last day on which a company can object to a reply that it was given today.
    pub(super) fn objection(&self) -> Counted {
        self.from(self.today, i32::try_from(self.settings.no_objection_days).unwrap_or(i32::MAX))
    }

    /// Sets the clock of a case as a step wants it; the case stands where the step has led.
    pub(super) fn set(&self, case: &mut Consultation, clock: Clock) {
        let place = case.state_before_info.unwrap_or(case.state);
        let allowed = self.allowed(place, case.level, case.priority);
        match clock {
            Clock::GoesOn => {}
            Clock::Anew => {
                case.allowed_days = Some(allowed);
                self.due(case, allowed);
            }
            Clock::Stops => {
                case.days_left = case.due_on.map(|due| self.left(due));
                no_due(case);
            }
            Clock::Resumes => {
                let left = case.days_left.take().unwrap_or(allowed);
                self.due(case, left);
            }
            Clock::Reweighed => {
                let more = allowed - case.allowed_days.unwrap_or(allowed);
                case.allowed_days = Some(allowed);
                match case.days_left.as_mut() {
                    Some(left) => *left += more,
                    None if more != 0 => {
                        let left = case.due_on.map_or(allowed, |due| self.left(due) + more);
                        self.due(case, left);
                    }
                    None => {}
                }
            }
            Clock::Ends => {
                no_due(case);
                case.days_left = None;
                case.allowed_days = None;
            }
        }
    }

    /// Lets a case be due so many working days from today.
    fn due(&self, case: &mut Consultation, days: i32) {
        case.due_from = Some(self.today);
        case.due_days = Some(days);
        put(case, self.from(self.today, days));
    }

    /// Counts an estimated due date again. Whether it is another one now, or no estimate any more.
    pub(super) fn count_again(&self, case: &mut Consultation) -> bool {
        let (Some(from), Some(days)) = (case.due_from, case.due_days) else { return false };
        let counted = self.from(from, days);
        let changed = case.due_on != Some(counted.day) || case.due_estimated != counted.estimated;
        put(case, counted);
        changed
    }

    /// Whether a day is worked, as far as is known; the other days of a count then are an estimate too.
    fn works(&self, counted: &mut Counted) -> bool {
        let day = counted.day;
        self.calendar.is_working_day(day).unwrap_or_else(|_| {
            counted.estimated = true;
            !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
        })
    }
}

fn put(case: &mut Consultation, counted: Counted) {
    case.due_on = Some(counted.day);
    case.ordered_due = counted.day;
    case.due_estimated = counted.estimated;
}

fn no_due(case: &mut Consultation) {
    case.due_on = None;
    case.ordered_due = never();
    case.due_estimated = false;
    case.due_from = None;
    case.due_days = None;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn holidays_and_make_up_days_count_as_they_are() {
        let (calendar, settings) = (Calendar::built_in(), Settings::default());
        // National Day 2026: off from Thursday to Wednesday, and Saturday the 10th is worked.
        let days = Days::new(&calendar, &settings, day("2026-09-30"));
        let counted = days.from(day("2026-09-30"), 3);
        assert_eq!(counted, Counted { day: day("2026-10-10"), estimated: false });
        assert_eq!(days.left(day("2026-10-10")), 3);
        assert_eq!(days.from(day("2026-10-10"), -3).day, day("2026-09-30"));
        assert_eq!(days.left(day("2026-09-28")), -2);
    }

    #[test]
    fn beyond_the_calendar_weekends_alone_are_left_out_and_it_says_so() {
        let (calendar, settings) = (Calendar::built_in(), Settings::default());
        let days = Days::new(&calendar, &settings, day("2026-12-30"));
        assert!(!days.from(day("2026-12-30"), 1).estimated);
        let counted = days.from(day("2026-12-30"), 5);
        assert_eq!(counted, Counted { day: day("2027-01-06"), estimated: true });
    }

    #[test]
    fn a_key_project_has_half_the_time_rounded_up() {
        let (calendar, settings) = (Calendar::built_in(), Settings::default());
        let days = Days::new(&calendar, &settings, day("2026-11-23"));
        let allowed = |state, level, priority| days.allowed(state, level, priority);
        assert_eq!(allowed(State::Triaged, Some(Level::Basic), Priority::Key), 1);
        assert_eq!(allowed(State::WithDistrict, Some(Level::District), Priority::Key), 3);
        assert_eq!(allowed(State::WithMunicipal, Some(Level::Municipal), Priority::Normal), 10);
        assert_eq!(allowed(State::ReplyReceived, Some(Level::Municipal), Priority::Normal), 1);
        assert_eq!(allowed(State::Referred, Some(Level::National), Priority::Normal), 30);
    }
}
