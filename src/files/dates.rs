//! Dates as people write them, and as spreadsheets count them.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate};

use super::Message;
use crate::partial_date::PartialDate;

/// The years that a document or an answer of this network can bear. Anything else is a slip of the keyboard.
const YEARS: RangeInclusive<i32> = 1949..=2100;

/// Bare numbers that are taken for the day count of a spreadsheet: from 1990 to 2100.
///
/// A date that was typed as a number by mistake, such as 20260, is not among them.
const SERIALS: RangeInclusive<i64> = 32_874..=73_415;

/// A day: `2024-01-02`, `2024/1/2`, `2024.1.2` or `2024年1月2日`.
pub(super) fn day(text: &str) -> Result<NaiveDate, Message> {
    match partial(text)? {
        PartialDate::Day(day) => Ok(day),
        PartialDate::Year(_) | PartialDate::Month(..) => Err(Message::new(
            "is not a whole date; write it as 2024-01-31",
            "不是完整的日期，请写成 2024-01-31",
        )),
    }
}

/// A day, month or year: also `2024`, `2024-01`, `2024年1月`.
pub(super) fn partial(text: &str) -> Result<PartialDate, Message> {
    let parts = parts(text).ok_or_else(not_a_date)?;
    let number = |at: usize| parts.get(at).and_then(|digits| digits.parse::<u32>().ok());
    let year = number(0).and_then(|year| i32::try_from(year).ok()).ok_or_else(not_a_date)?;
    if parts.len() == 1 && parts.first().is_some_and(|digits| digits.len() > 4) {
        // 20260 or 20240102: a year that cannot be, or a date without its strokes.
        return Err(if year <= 99_999 { year_out_of_range(year) } else { not_a_date() });
    }
    within_years(year)?;
    match (number(1), number(2)) {
        (None, _) => PartialDate::year(year),
        (Some(month), None) => PartialDate::month(year, month),
        (Some(month), Some(day)) => NaiveDate::from_ymd_opt(year, month, day).map(PartialDate::Day),
    }
    .ok_or_else(|| {
        Message::new(
            "is a day that does not exist; check month and day",
            "日期不存在，请检查月和日",
        )
    })
}

/// A day by the day count of a spreadsheet, in a cell that may or may not be formatted as a date.
pub(super) fn day_of_serial(serial: f64, since_1904: bool) -> Result<NaiveDate, Message> {
    // The count of 1904 starts 1,462 days later than the other. That of 1900 counts a 29 February 1900 that never was,
    // which its usual starting point, 1899-12-30, makes good for every day that can occur here.
    let days = whole(serial).map(|days| if since_1904 { days + 1462 } else { days });
    let days = days.filter(|days| SERIALS.contains(days)).and_then(|days| u64::try_from(days).ok());
    let start = NaiveDate::from_ymd_opt(1899, 12, 30).expect("the day exists");
    days.and_then(|days| start.checked_add_days(Days::new(days))).ok_or_else(|| {
        match whole(serial) {
            Some(number) if (1000..=99_999).contains(&number) => Message::new(
                "is a number and no date; format the cell as a date, or write 2024-01-31 as text",
                "是数字而不是日期；请把单元格设为日期格式，或以文本写成 2024-01-31",
            ),
            _ => not_a_date(),
        }
    })
}

/// The day of a date whose year may not be plausible.
pub(super) fn plausible(day: NaiveDate) -> Result<NaiveDate, Message> {
    within_years(day.year())?;
    Ok(day)
}

/// The whole part of a number that counts days; a time of day is dropped.
#[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
fn whole(serial: f64) -> Option<i64> {
    (0.0..1e9).contains(&serial).then(|| serial.floor() as i64)
}

/// The runs of digits of a date, if everything between them is as it should be.
fn parts(text: &str) -> Option<Vec<String>> {
    let text: String =
        text.trim().chars().map(half_width).filter(|c| !c.is_whitespace() || *c == ' ').collect();
    let text = without_midnight(text.trim());
    let mut parts = vec![String::new()];
    let mut strokes = Vec::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            parts.last_mut()?.push(c);
        } else {
            strokes.push(c);
            parts.push(String::new());
        }
    }
    let closed = matches!(strokes.last(), Some('年' | '月' | '日'));
    if closed && parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    let right = match strokes[..] {
        [] | ['年'] => parts.len() == 1,
        ['-' | '/' | '.'] | ['年', '月'] => parts.len() == 2,
        [a @ ('-' | '/' | '.'), b] => a == b && parts.len() == 3,
        ['年', '月', '日'] => parts.len() == 3,
        _ => false,
    };
    let lengths = parts.iter().enumerate().all(|(at, part)| match at {
        0 => (4..=9).contains(&part.len()),
        _ => (1..=2).contains(&part.len()),
    });
    (right && lengths).then_some(parts)
}

/// Spreadsheets and databases like to add a time to a day.
fn without_midnight(text: &str) -> &str {
    for midnight in [" 00:00:00", " 0:00:00", " 00:00", " 0:00", "T00:00:00Z", "T00:00:00"] {
        if let Some(day) = text.strip_suffix(midnight) {
            return day;
        }
    }
    text
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' | '－' | '／' | '．' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

fn within_years(year: i32) -> Result<(), Message> {
    if YEARS.contains(&year) { Ok(()) } else { Err(year_out_of_range(year)) }
}

fn year_out_of_range(year: i32) -> Message {
    let (first, last) = (YEARS.start(), YEARS.end());
    Message::new(
        format!("has the year {year}; years go from {first} to {last}"),
        format!("年份 {year} 不可能，应在 {first} 至 {last} 之间"),
    )
}

fn not_a_date() -> Message {
    Message::new("is not a date; write it as 2024-01-31", "不是日期，请写成 2024-01-31")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_each_usual_form() {
        for text in [
            "2024-01-02",
            "2024/1/2",
            "2024.1.2",
            "2024年1月2日",
            " 2024年01月02日 ",
            "２０２４／０１／０２",
            "2024/1/2 0:00",
            "2024-01-02T00:00:00Z",
        ] {
            assert_eq!(day(text).unwrap().to_string(), "2024-01-02", "{text}");
        }
    }

    #[test]
    fn part_of_a_date_is_kept_as_it_is() {
        for (text, kept) in [
            ("2024", "2024"),
            ("2024年", "2024"),
            ("2024-7", "2024-07"),
            ("2024年7月", "2024-07"),
            ("2024/7/1", "2024-07-01"),
        ] {
            assert_eq!(partial(text).unwrap().to_string(), kept);
        }
        assert!(day("2024-07").unwrap_err().to_string().contains("whole date"));
    }

    #[test]
    fn a_year_that_cannot_be_is_named() {
        for text in ["20260", "20260-01-01", "20260/1/1", "20260年1月1日"] {
            assert!(day(text).unwrap_err().to_string().contains("year 20260"), "{text}");
        }
        assert!(day("1948-12-31").unwrap_err().to_string().contains("1948"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "-",
            "soon",
            "2024-02-30",
            "2024-13-01",
            "2024-1-",
            "2024-1/2",
            "2024年1-2",
            "24-1-2",
            "20240102",
            "2024-001-02",
            "2024-01-02 13:00",
            "月",
            "年月日",
            "2024日",
            "2024--2",
            "99999999999-1-1",
        ] {
            assert!(partial(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spreadsheet_day_counts_are_days() {
        assert_eq!(day_of_serial(45_293.0, false).unwrap().to_string(), "2024-01-02");
        assert_eq!(day_of_serial(45_293.75, false).unwrap().to_string(), "2024-01-02");
        assert_eq!(day_of_serial(43_831.0, true).unwrap().to_string(), "2024-01-02");
        for odd in [20_260.0, f64::NAN, f64::INFINITY, -1.0, 1e300] {
            assert!(day_of_serial(odd, false).is_err(), "{odd}");
        }
    }
}
