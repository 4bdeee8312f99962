//! The scalars of the contract that GraphQL itself does not have.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::{outbox::Revision, partial_date};

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Date(pub NaiveDate);

/// A day, such as `2026-11-01` (full-date of RFC 3339).
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        // chrono also reads 2026-1-1 and +12345-6-7, which are not full-dates.
        let date = Some(text).filter(|text| is_full_date(text)).and_then(|text| text.parse().ok());
        let wrong = || InputValueError::custom("this is not a day: write it as 2026-11-01");
        date.map(Self).ok_or_else(wrong)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Whether a text has the form of a day: digits in groups of four, two and two.
fn is_full_date(text: &str) -> bool {
    let in_place = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(in_place)
}

/// A date as far as it is known: `2025-07-28`, `2025-07` or `2025`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialDate(pub partial_date::PartialDate);

/// A date as far as it is known: a day (`2025-07-28`), a month (`2025-07`) or a year (`2025`).
#[Scalar(specified_by_url = "https://www.w3.org/TR/NOTE-datetime")]
impl ScalarType for PartialDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text.parse().map_err(InputValueError::custom)?)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A position in the log of changes. Opaque: keep it, give it back, compare nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevisionScalar(pub Revision);

/// A position in the log of changes. Opaque: keep it and give it back; it says nothing by itself.
#[Scalar(name = "Revision")]
impl ScalarType for RevisionScalar {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let number = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| {
            std::str::from_utf8(&bytes).ok()?.strip_prefix("revision:")?.parse().ok()
        });
        number.map(Self).ok_or_else(|| {
            InputValueError::custom(
                "this is not a revision; take it as a payload or a search gave it",
            )
        })
    }

    fn to_value(&self) -> Value {
        Value::String(URL_SAFE_NO_PAD.encode(format!("revision:{}", self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_four_digits_two_and_two() {
        let read = |text: &str| Date::parse(Value::String(text.to_owned()));
        assert!(read("2026-11-01").is_ok());
        for text in
            ["+12345-6-7", "-1234-5-67", "2026-1-011", "2026-13-01", " 2026-11-1", "２026-1-1"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
