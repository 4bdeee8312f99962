//! The months that the dashboard looks back on.

use chrono::{Datelike as _, Days, Months, NaiveDate};

/// How many months there are.
const COUNT: u32 = 12;

/// A month by its days.
pub(super) struct Month {
    pub first: String,
    pub last: String,
}

impl Month {
    /// Year and month.
    pub(super) fn name(&self) -> String {
        self.first.chars().take(7).collect()
    }
}

/// A year of months, the last being that of the day.
pub(super) fn up_to(today: &str) -> Vec<Month> {
    let month = |back: u32| {
        let first = today.parse::<NaiveDate>().ok()?.with_day(1)?;
        let first = first.checked_sub_months(Months::new(back))?;
        let last = first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1))?;
        Some(Month { first: first.to_string(), last: last.to_string() })
    };
    (0..COUNT).rev().filter_map(month).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_ends_with_this_month() {
        let months = up_to("2026-03-31");
        let (first, last) = (&months[0], &months[11]);
        assert_eq!((first.name().as_str(), first.last.as_str()), ("2025-04", "2025-04-30"));
        assert_eq!((last.first.as_str(), last.last.as_str()), ("2026-03-01", "2026-03-31"));
    }
}
