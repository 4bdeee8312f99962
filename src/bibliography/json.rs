//! Records of JSON, one by one, however they are strung together: a single object, a list, an object with the list in
//! its `data` or `items`, objects behind one another.
//!
//! Where a record begins and ends is found by its brackets, without holding more than one of them.

use serde_json::Value;

use super::Record;
use super::record::Fields;
use crate::files::{Characters, Fault, FileError, Format, Found, Piece, Records, RowError};
use crate::language::Text;

/// Keys of an object that is only the wrapping of a list.
const WRAPPINGS: [&str; 2] = ["data", "items"];

/// The longest of them, and a letter more by which a longer key is told from it.
const WRAPPING_LETTERS: usize = 6;

/// Cuts a text into JSON objects and reads each as a record.
pub(super) struct JsonRecords {
    format: Format,
    fields: Fields,
    read: fn(&Value) -> Option<Record>,
    place: Place,
}

/// Where in the file reading stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between whole values.
    Outside,
    /// In a list of records.
    List,
    /// In a list of records that is the value of a key.
    Wrapped,
}

/// How a value ended.
enum End {
    /// With its last bracket.
    Closed,
    /// It turned out to be the wrapping of a list, in which reading now stands.
    List,
    /// With the file.
    Missing,
}

impl JsonRecords {
    pub(super) fn new(
        format: Format,
        fields: Fields,
        read: fn(&Value) -> Option<Record>,
    ) -> JsonRecords {
        JsonRecords { format, fields, read, place: Place::Outside }
    }

    fn step(&mut self, text: &mut Characters) -> Result<Option<Found>, RowError> {
        loop {
            let Some(c) = text.peek()? else {
                return if self.place == Place::Outside {
                    Ok(None)
                } else {
                    Err(cut_off(text).into())
                };
            };
            match c {
                c if c.is_whitespace() || c == ',' => drop(text.next()?),
                '[' if self.place == Place::Outside => {
                    text.next()?;
                    self.place = Place::List;
                }
                ']' if self.place != Place::Outside => {
                    text.next()?;
                    if self.place == Place::Wrapped {
                        // What else the wrapping says is passed over up to its last bracket.
                        scan(text, &mut Piece::default(), 1, false)?;
                    }
                    self.place = Place::Outside;
                }
                '{' => {
                    let mut piece = Piece::at(text.line());
                    match scan(text, &mut piece, 0, self.place == Place::Outside)? {
                        End::List => self.place = Place::Wrapped,
                        End::Closed => return self.record(text, piece).map(Some),
                        End::Missing => return Err(cut_off(text).into()),
                    }
                }
                _ => return Err(stray(text)?),
            }
        }
    }

    fn record(&self, text: &Characters, piece: Piece) -> Result<Found, RowError> {
        piece.check(text)?;
        let value: Value = serde_json::from_str(&piece.text).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let message = Text::new(
                format!("is not a valid JSON object: {reason}"),
                format!("不是有效的 JSON 对象：{reason}"),
            );
            let lines = u64::try_from(error.line().saturating_sub(1)).unwrap_or_default();
            RowError::Damaged(Fault::of_line(piece.line + lines, message))
        })?;
        let record = (self.read)(&value).ok_or_else(|| {
            let label = self.format.label();
            let message = Text::new(
                format!("is an object, but no record of {label}"),
                format!("是对象，但不是 {label} 记录"),
            );
            RowError::Damaged(Fault::of_line(piece.line, message))
        })?;
        Ok(record.found(piece.line, piece.text, self.format, self.fields))
    }
}

impl Records for JsonRecords {
    fn next(&mut self, text: &mut Characters) -> Option<Result<Found, RowError>> {
        self.step(text).transpose()
    }
}

/// Takes in an object up to its last bracket. `depth` is how many brackets are open already.
fn scan(
    text: &mut Characters,
    piece: &mut Piece,
    mut depth: u32,
    may_wrap: bool,
) -> Result<End, FileError> {
    // The key of the outermost object that was read last, and whether its value comes next.
    let mut key = String::new();
    let mut value_next = false;
    while let Some(c) = text.next()? {
        match c {
            '"' => {
                piece.push(c);
                key.clear();
                if !string(text, piece, &mut key)? {
                    return Ok(End::Missing);
                }
                continue;
            }
            ':' if depth == 1 => {
                value_next = true;
                piece.push(c);
                continue;
            }
            '[' if may_wrap && depth == 1 && value_next && WRAPPINGS.contains(&key.as_str()) => {
                return Ok(End::List);
            }
            '{' | '[' => depth = depth.saturating_add(1),
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    piece.push(c);
                    return Ok(End::Closed);
                }
            }
            _ => {}
        }
        value_next &= c.is_whitespace();
        piece.push(c);
    }
    Ok(End::Missing)
}

/// Takes in a string up to its quote; its first letters also as a key. Tells whether it ended.
fn string(text: &mut Characters, piece: &mut Piece, key: &mut String) -> Result<bool, FileError> {
    while let Some(c) = text.next()? {
        piece.push(c);
        match c {
            '"' => return Ok(true),
            '\\' => {
                let Some(escaped) = text.next()? else { return Ok(false) };
                piece.push(escaped);
            }
            c if key.len() < WRAPPING_LETTERS => key.push(c),
            _ => {}
        }
    }
    Ok(false)
}

/// Something that is no object; it is passed over up to where one can begin.
fn stray(text: &mut Characters) -> Result<RowError, FileError> {
    let line = text.line();
    text.next()?;
    while let Some(c) = text.peek()? {
        if matches!(c, '\n' | '{' | ']') {
            break;
        }
        text.next()?;
    }
    let message = Text::new("is no JSON object", "不是 JSON 对象");
    Ok(RowError::Damaged(Fault::of_line(line, message)))
}

fn cut_off(text: &Characters) -> FileError {
    FileError::new(
        text.name(),
        Text::new(
            "ends in the middle of a record or a list; it may have been cut off on its way",
            "在记录或列表中间结束，文件可能不完整",
        ),
    )
}
