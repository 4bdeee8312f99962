//! One value of a row, from whichever kind of file, and what it can be read as.

use std::borrow::Cow;
use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

use super::fault::{SHOWN, shortened};
use super::{Message, dates};
use crate::partial_date::PartialDate;

/// A value as the file holds it.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cell {
    /// Nothing, or nothing but white space.
    Empty,
    Text(String),
    Integer(i64),
    /// A number of JSON.
    Number(f64),
    Boolean(bool),
    /// A number of a spreadsheet, which may be the count of a day.
    Serial {
        number: f64,
        since_1904: bool,
    },
    /// A spreadsheet's cell in a date format.
    Day(NaiveDate),
    /// A formula that failed, as the spreadsheet shows it.
    Failed(&'static str),
    List(Vec<Value>),
    Object(Map<String, Value>),
}

impl Cell {
    pub(super) fn of_text(text: Cow<'_, str>) -> Cell {
        if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.into_owned()) }
    }

    pub(super) fn of_json(value: Value) -> Cell {
        match value {
            Value::Null => Cell::Empty,
            Value::Bool(truth) => Cell::Boolean(truth),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Cell::Integer(integer),
                (None, float) => Cell::Number(float.unwrap_or(f64::NAN)),
            },
            Value::String(text) => Cell::of_text(text.into()),
            Value::Array(items) => Cell::List(items),
            Value::Object(fields) => Cell::Object(fields),
        }
    }

    /// Leaves the text that [`super::table`] made harmless as it was.
    pub(super) fn take_off_apostrophe(&mut self) {
        if let Cell::Text(text) = self
            && text.strip_prefix('\'').is_some_and(super::table::looks_like_a_formula)
        {
            text.remove(0);
        }
    }

    /// The value as JSON that a database takes ([`without_nul`]).
    pub(super) fn to_json(&self) -> Value {
        match self {
            Cell::Empty => Value::Null,
            Cell::Text(text) => bare(text).into(),
            Cell::Integer(integer) => (*integer).into(),
            Cell::Number(number) | Cell::Serial { number, .. } => {
                integer_of(*number).map_or_else(|| (*number).into(), Value::from)
            }
            Cell::Boolean(truth) => (*truth).into(),
            Cell::Day(day) => day.to_string().into(),
            Cell::Failed(error) => (*error).into(),
            Cell::List(items) => items.iter().cloned().map(without_nul).collect(),
            Cell::Object(fields) => without_nul(fields.clone().into()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// The value as a fault shows it. Of a list or an object only the beginning is written, however long it is.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Cell::Empty => None,
            Cell::Text(text) => Some(shortened(text)),
            Cell::List(items) => Some(shortened(&beginning(items))),
            Cell::Object(fields) => Some(shortened(&beginning(fields))),
            other => Some(shortened(&match other.to_json() {
                Value::String(text) => text,
                value => value.to_string(),
            })),
        }
    }

    /// A text, trimmed; numbers and days as they are usually written.
    pub(super) fn text(&self) -> Result<Option<String>, Message> {
        Ok(Some(match self {
            Cell::Empty => return Ok(None),
            Cell::Text(text) => return clean(text).map(Some),
            Cell::Integer(integer) => integer.to_string(),
            Cell::Number(number) | Cell::Serial { number, .. } => number_as_text(*number),
            Cell::Day(day) => day.to_string(),
            Cell::Boolean(_) => {
                return Err(Message::new(
                    "should be a text, not true or false",
                    "应为文本，而不是真假值",
                ));
            }
            Cell::Failed(_) => return Err(failed()),
            Cell::List(_) => {
                return Err(Message::new("should be a text, not a list", "应为文本，而不是列表"));
            }
            Cell::Object(_) => {
                return Err(Message::new(
                    "should be a text, not an object",
                    "应为文本，而不是对象",
                ));
            }
        }))
    }

    /// Texts: a list, or a text split at `;`, `；`, `|`, `、` and line breaks.
    ///
    /// A text that is a JSON array is that list, so that texts with such signs in them can stand in a table too.
    pub(super) fn texts(&self) -> Result<Vec<String>, Message> {
        let items: Cow<'_, [Value]> = match self {
            Cell::List(items) => items.into(),
            Cell::Text(text) => match array_in(text) {
                Some(items) => items.into(),
                None => return split(text),
            },
            other => return Ok(other.text()?.into_iter().collect()),
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items.iter().cloned() {
            texts.extend(Cell::of_json(item).text()?);
        }
        Ok(texts)
    }

    pub(super) fn date(&self) -> Result<Option<NaiveDate>, Message> {
        match self {
            Cell::Day(day) => dates::plausible(*day).map(Some),
            Cell::Serial { number, since_1904 } => {
                dates::day_of_serial(*number, *since_1904).map(Some)
            }
            other => other.text()?.map(|text| dates::day(&text)).transpose(),
        }
    }

    pub(super) fn partial_date(&self) -> Result<Option<PartialDate>, Message> {
        match self {
            Cell::Day(day) => dates::plausible(*day).map(|day| Some(day.into())),
            // 2024 in a spreadsheet is a year; as the count of a day it would be in 1905.
            Cell::Serial { number, .. } if *number < 10_000.0 => {
                dates::partial(&number_as_text(*number)).map(Some)
            }
            Cell::Serial { number, since_1904 } => {
                dates::day_of_serial(*number, *since_1904).map(|day| Some(day.into()))
            }
            other => other.text()?.map(|text| dates::partial(&text)).transpose(),
        }
    }

    pub(super) fn integer(&self) -> Result<Option<i64>, Message> {
        let not_whole = || Message::new("is not a whole number", "不是整数");
        match self {
            Cell::Integer(integer) => Ok(Some(*integer)),
            Cell::Number(number) | Cell::Serial { number, .. } => {
                integer_of(*number).map(Some).ok_or_else(not_whole)
            }
            Cell::Text(text) => text.trim().parse().map(Some).map_err(|_| not_whole()),
            Cell::Empty => Ok(None),
            Cell::Failed(_) => Err(failed()),
            _ => Err(not_whole()),
        }
    }

    pub(super) fn boolean(&self) -> Result<Option<bool>, Message> {
        let text = match self {
            Cell::Boolean(truth) => return Ok(Some(*truth)),
            other => other.text()?,
        };
        let Some(text) = text else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" => Ok(Some(true)),
            "false" | "no" | "n" | "0" | "否" => Ok(Some(false)),
            _ => Err(Message::new("is neither yes nor no; write true or false", "应为“是”或“否”")),
        }
    }

    /// The value of JSON that the cell holds: a text of a table is read as JSON where it starts like a list or an
    /// object.
    pub(super) fn nested(&self) -> Result<Cow<'_, Cell>, Message> {
        let Cell::Text(text) = self else { return Ok(Cow::Borrowed(self)) };
        let text = text.trim();
        if !text.starts_with(['[', '{']) {
            return Ok(Cow::Borrowed(self));
        }
        serde_json::from_str(text).map(|value| Cow::Owned(Cell::of_json(value))).map_err(|error| {
            Message::new(
                format!("is not valid JSON ({error}); correct it or write it as plain text"),
                format!("不是有效的 JSON（{error}），请改正或改用普通文本"),
            )
        })
    }
}

/// JSON without U+0000, which PostgreSQL keeps in no text. Where a value is read, [`clean`] refuses it by name; where one is
/// kept as it came, it is left out.
pub fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) => bare(&text).into(),
        Value::Array(items) => items.into_iter().map(without_nul).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields.map(|(name, value)| (bare(&name), without_nul(value))).collect()
        }
        other => other,
    }
}

/// A text without U+0000.
pub(super) fn bare(text: &str) -> String {
    text.replace('\0', "")
}

/// The beginning of a value as JSON: more of it than a fault shows, and not much more.
fn beginning(value: &impl Serialize) -> String {
    let mut front = Front { bytes: Vec::new() };
    // That it stops early is no fault.
    let _ = serde_json::to_writer(&mut front, value);
    String::from_utf8_lossy(&front.bytes).into_owned()
}

/// Takes bytes until it has enough to show.
struct Front {
    bytes: Vec<u8>,
}

impl Write for Front {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A character has at most four bytes; one more shows that something was cut off.
        let room = (4 * (SHOWN + 1)).saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or_default());
        if room < bytes.len() { Err(io::ErrorKind::WriteZero.into()) } else { Ok(room) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failed() -> Message {
    Message::new("is a formula that failed; put the value in its place", "是出错的公式，请填入数值")
}

/// A trimmed text, unless a character of it belongs in no text.
fn clean(text: &str) -> Result<String, Message> {
    let text = text.trim();
    let control =
        text.chars().enumerate().find(|(_, c)| *c < ' ' && !matches!(c, '\n' | '\t' | '\r'));
    match control {
        None => Ok(text.to_owned()),
        Some((at, c)) => Err(Message::new(
            format!(
                "has the control character U+{:04X} at character {}; remove it",
                u32::from(c),
                at + 1
            ),
            format!("第 {} 个字符是控制字符 U+{:04X}，请删除", at + 1, u32::from(c)),
        )),
    }
}

fn split(text: &str) -> Result<Vec<String>, Message> {
    let text = clean(text)?;
    let pieces = text.split([';', '；', '|', '、', '\n']).map(str::trim);
    Ok(pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect())
}

fn array_in(text: &str) -> Option<Vec<Value>> {
    let text = text.trim();
    if text.starts_with('[') { serde_json::from_str(text).ok() } else { None }
}

/// 16 and not 16.0: spreadsheets hold codes and numbers alike as floating point.
fn number_as_text(number: f64) -> String {
    integer_of(number).map_or_else(|| number.to_string(), |integer| integer.to_string())
}

/// A whole number that a floating point number holds exactly.
#[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
fn integer_of(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(text: &str) -> Cell {
        Cell::of_text(text.into())
    }

    #[test]
    fn lists_are_split_but_not_at_commas() {
        let list = text("REG-1; REG-2；REG-3|REG-4、REG-5\n;; a, b");
        assert_eq!(list.texts().unwrap(), ["REG-1", "REG-2", "REG-3", "REG-4", "REG-5", "a, b"]);
        assert_eq!(text(r#"["a;b", 16, null]"#).texts().unwrap(), ["a;b", "16"]);
        assert_eq!(text("[附件]; b").texts().unwrap(), ["[附件]", "b"]);
        assert_eq!(Cell::of_json(json!(["a;b", " "])).texts().unwrap(), ["a;b"]);
        assert!(Cell::of_json(json!([["a"]])).texts().is_err());
    }

    #[test]
    fn numbers_of_spreadsheets_are_texts_too() {
        assert_eq!(Cell::Serial { number: 16.0, since_1904: false }.text().unwrap().unwrap(), "16");
        assert_eq!(Cell::Number(0.5).text().unwrap().unwrap(), "0.5");
        assert_eq!(
            Cell::Serial { number: 2024.0, since_1904: false }.partial_date().unwrap().unwrap(),
            PartialDate::Year(2024)
        );
    }

    #[test]
    fn control_characters_are_refused_by_name() {
        assert!(text("a\u{0}b").text().unwrap_err().to_string().contains("U+0000 at character 2"));
        assert_eq!(text(" a\tb\r\nc ").text().unwrap().unwrap(), "a\tb\r\nc");
    }

    #[test]
    fn what_no_database_takes_is_left_out_of_what_is_kept() {
        let value = json!({"a\0": ["b\0c", {"d": "\0"}, 1]});
        assert_eq!(Cell::of_json(value).to_json(), json!({"a": ["bc", {"d": ""}, 1]}));
        assert_eq!(text("a\0b").to_json(), json!("ab"));
    }

    #[test]
    fn of_a_long_value_the_beginning_is_shown() {
        let long = Cell::of_json(json!(vec!["示例"; 100_000]));
        assert!(beginning(&vec!["示例"; 100_000]).len() < 300, "only the beginning is written");
        let shown = long.shown().unwrap();
        assert!(shown.starts_with("[\"示例\",") && shown.ends_with('…'), "{shown}");
        assert_eq!(shown.chars().count(), SHOWN + 1);
        assert_eq!(Cell::of_json(json!({"a": [1, null]})).shown().unwrap(), "{\"a\":[1,null]}");
        assert_eq!(Cell::of_json(json!(2.5)).shown().unwrap(), "2.5");
    }

    #[test]
    fn whole_numbers_only() {
        assert_eq!(text(" 40 ").integer().unwrap(), Some(40));
        assert_eq!(Cell::of_json(json!(4.0)).integer().unwrap(), Some(4));
        for odd in [
            json!(4.5),
            json!(1e300),
            json!("4a"),
            json!(true),
            json!([4]),
            json!(18_446_744_073_709_551_615_u64),
        ] {
            assert!(Cell::of_json(odd.clone()).integer().is_err(), "{odd}");
        }
    }
}
