//! Dates as far as they are known: a year, a month of a year, or a day.
//!
//! Official documents are often dated only by year or month.
//! Such a date is kept as it is known and never filled up; whoever has to compare it asks for its first or last day.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A date that may lack its day, or its month and day.
///
/// Written and read as `2020`, `2025-07` or `2025-07-28`.
/// Values that come from text always name a real month and day; [`PartialDate::year`] and [`PartialDate::month`] make
/// checked ones by hand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PartialDate {
    /// Some day of this year.
    Year(i32),
    /// Some day of this month (1 to 12) of this year.
    Month(i32, u32),
    /// This day.
    Day(NaiveDate),
}

impl PartialDate {
    /// A year of four digits (1 to 9999), or `None`.
    pub fn year(year: i32) -> Option<PartialDate> {
        (1..=9999).contains(&year).then_some(PartialDate::Year(year))
    }

    /// A month of such a year, or `None`.
    pub fn month(year: i32, month: u32) -> Option<PartialDate> {
        PartialDate::year(year)?;
        (1..=12).contains(&month).then_some(PartialDate::Month(year, month))
    }

    /// The earliest day that this can be.
    pub fn first_day(self) -> NaiveDate {
        match self {
            PartialDate::Year(year) => first_of(year, 1),
            PartialDate::Month(year, month) => first_of(year, month),
            PartialDate::Day(day) => day,
        }
    }

    /// The latest day that this can be.
    pub fn last_day(self) -> NaiveDate {
        let next = match self {
            PartialDate::Year(year) | PartialDate::Month(year, 12) => {
                first_of(year.saturating_add(1), 1)
            }
            PartialDate::Month(year, month) => first_of(year, month.saturating_add(1)),
            PartialDate::Day(day) => return day,
        };
        next.pred_opt().unwrap_or(next).max(self.first_day())
    }

    /// The year, which is always known.
    pub fn in_year(self) -> i32 {
        match self {
            PartialDate::Year(year) | PartialDate::Month(year, _) => year,
            PartialDate::Day(day) => day.year(),
        }
    }
}

/// The first of a month.
/// The variants are open to everyone, so a month or year that cannot be is drawn to the nearest that can.
fn first_of(year: i32, month: u32) -> NaiveDate {
    let furthest = if year < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    NaiveDate::from_ymd_opt(year, month.clamp(1, 12), 1).unwrap_or(furthest)
}

impl From<NaiveDate> for PartialDate {
    fn from(day: NaiveDate) -> Self {
        PartialDate::Day(day)
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartialDate::Year(year) => write!(out, "{year:04}"),
            PartialDate::Month(year, month) => write!(out, "{year:04}-{month:02}"),
            PartialDate::Day(day) => write!(out, "{day}"),
        }
    }
}

/// A text that is not a date of one of the three forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a date: write 2025, 2025-07 or 2025-07-28")]
pub struct NotADate;

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let parts: Vec<&str> = text.split('-').collect();
        match parts[..] {
            [year] => PartialDate::year(number(year, 4)?),
            [year, month] => PartialDate::month(number(year, 4)?, number(month, 2)?),
            [year, month, day] => {
                NaiveDate::from_ymd_opt(number(year, 4)?, number(month, 2)?, number(day, 2)?)
                    .map(PartialDate::Day)
            }
            _ => None,
        }
        .ok_or(NotADate)
    }
}

/// A number of exactly so many ASCII digits: `parse` alone would take `+20` too.
fn number<T: FromStr>(text: &str, digits: usize) -> Result<T, NotADate> {
    if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotADate);
    }
    text.parse().map_err(|_| NotADate)
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_form_is_read_and_written_as_it_stands() {
        for text in ["2020", "2025-07", "2025-07-28", "2024-02-29"] {
            assert_eq!(text.parse::<PartialDate>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "20",
            "20260",
            "2025-7",
            "2025-13",
            "2025-00",
            "2023-02-29",
            "+202",
            "2025-07-28-1",
            "２０２５",
        ] {
            assert_eq!(text.parse::<PartialDate>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn first_and_last_day_span_what_is_not_known() {
        let year: PartialDate = "2024".parse().unwrap();
        assert_eq!((year.first_day(), year.last_day()), (day("2024-01-01"), day("2024-12-31")));
        let february: PartialDate = "2024-02".parse().unwrap();
        assert_eq!(
            (february.first_day(), february.last_day()),
            (day("2024-02-01"), day("2024-02-29"))
        );
        let december: PartialDate = "2023-12".parse().unwrap();
        assert_eq!(
            (december.first_day(), december.last_day()),
            (day("2023-12-01"), day("2023-12-31"))
        );
    }

    #[test]
    fn values_that_cannot_be_do_not_panic() {
        for odd in
            [PartialDate::Year(i32::MAX), PartialDate::Year(i32::MIN), PartialDate::Month(2024, 99)]
        {
            assert!(odd.first_day() <= odd.last_day());
        }
    }

    #[test]
    fn json_holds_it_as_a_text() {
        let date: PartialDate = serde_json::from_str("\"2025-07\"").unwrap();
        assert_eq!(date, PartialDate::Month(2025, 7));
        assert_eq!(serde_json::to_string(&date).unwrap(), "\"2025-07\"");
        assert!(serde_json::from_str::<PartialDate>("\"soon\"").is_err());
    }
}
