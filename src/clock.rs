//! Time comes in by this door, so that a test sets the hour.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Utc};

/// Tells what time it is.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Set(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands where it is set.
    pub fn set_to(now: DateTime<Utc>) -> Self {
        Self(Source::Set(Arc::new(Mutex::new(now))))
    }

    /// Sets a clock that was made by [`Clock::set_to`] forward or back by whole days; the system's stays.
    pub fn advance_days(&self, days: u64) {
        if let Source::Set(now) = &self.0 {
            let mut now = now.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *now = now.checked_add_days(Days::new(days)).unwrap_or(*now);
        }
    }

    /// The present instant, to the microsecond, which is what PostgreSQL keeps.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the Clock")]
            Source::System => Utc::now(),
            Source::Set(now) => *now.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// The present day in China.
    pub fn today(&self) -> NaiveDate {
        day_of(self.now())
    }
}

fn china() -> FixedOffset {
    const EIGHT_HOURS: i32 = 8 * 3600;
    FixedOffset::east_opt(EIGHT_HOURS).expect("eight hours are within a day")
}

/// The instant at which a day begins in China.
pub fn begins(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(china()).single();
    // An offset that never changes has every midnight once; only the first day that chrono knows begins before its time.
    midnight.map_or(DateTime::<Utc>::MIN_UTC, |midnight| midnight.with_timezone(&Utc))
}

/// The day of an instant in China, where laws come into force at midnight of UTC+8 (there is no summer time).
pub fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&china()).date_naive()
}

/// Days since 1970-01-01, as the index counts them.
pub fn day_number(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_comes_into_force_at_midnight_in_shanghai() {
        let clock = Clock::set_to("2026-10-31T16:00:00Z".parse().expect("an instant"));
        assert_eq!(clock.today().to_string(), "2026-11-01");
    }
}
