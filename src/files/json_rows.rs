//! Rows of JSON Lines: one object a line.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::cell::Cell;
use super::columns::Aliases;
use super::lines::{Line, Lines};
use super::object::Entry;
use super::reader::RawRow;
use super::{Encoding, Fault, MAX_COLUMNS, MAX_ROW_BYTES, Message, Place, RowError};

/// Reads the lines of a file as objects.
pub(super) struct JsonRows {
    pub(super) lines: Lines,
    encoding: Encoding,
    aliases: Aliases,
    line: Vec<u8>,
}

impl JsonRows {
    pub(super) fn new(lines: Lines, encoding: Encoding) -> JsonRows {
        JsonRows { lines, encoding, aliases: Aliases::default(), line: Vec::new() }
    }

    pub(super) fn name(&mut self, aliases: Aliases) {
        self.aliases = aliases;
    }

    /// The next object, blank lines passed over.
    pub(super) fn next(&mut self) -> Option<Result<RawRow, RowError>> {
        loop {
            let read = match self.lines.next(&mut self.line) {
                Ok(read) => read,
                Err(error) => return Some(Err(error.into())),
            };
            let line = self.lines.number();
            return match read {
                Line::End => None,
                Line::TooLong => Some(Err(RowError::Damaged(too_long(line)))),
                Line::Read if self.line.trim_ascii().is_empty() => continue,
                Line::Read => Some(self.row(line).map_err(RowError::Damaged)),
            };
        }
    }

    fn row(&self, line: u64) -> Result<RawRow, Fault> {
        let damage = |character, message| Fault {
            place: Some(Place::Character(character)),
            ..Fault::of_line(line, message)
        };
        let text = self
            .encoding
            .decode(&self.line)
            .map_err(|characters| damage(characters + 1, invalid(self.encoding)))?;
        let fields: Fields = serde_json::from_str(&text).map_err(|error| {
            let before =
                text.as_bytes().get(..error.column().saturating_sub(1)).unwrap_or_default();
            let characters = String::from_utf8_lossy(before).chars().count() as u64;
            damage(characters + 1, not_json(&text, &error))
        })?;
        let entries = fields.0.into_iter().map(|(name, value)| {
            let name: Arc<str> = self.aliases.column(&name);
            Entry::new(name, None, Cell::of_json(value))
        });
        let entries: Vec<Entry> = entries.collect();
        unambiguous(&entries).map_err(|message| Fault::of_line(line, message))?;
        Ok(RawRow { line, entries, raw: None })
    }
}

/// A row that is larger than any row may be.
pub(super) fn too_long(line: u64) -> Fault {
    let size = MAX_ROW_BYTES >> 20;
    let message = Message::new(
        format!("is longer than {size} MiB; split the row, or check whether line breaks were lost"),
        format!("超过 {size} MiB，请拆分该行，或检查换行是否丢失"),
    );
    Fault::of_line(line, message)
}

/// Bytes that are no characters.
pub(super) fn invalid(encoding: Encoding) -> Message {
    let label = encoding.label();
    Message::new(
        format!("has bytes that are not valid {label}; save the file again as UTF-8"),
        format!("含有不合 {label} 编码的字节，请将文件另存为 UTF-8"),
    )
}

fn not_json(text: &str, error: &serde_json::Error) -> Message {
    if text.trim_start().starts_with('[') || (error.is_eof() && matches!(text.trim(), "{" | "}")) {
        return Message::new(
            "is no JSON object; JSON Lines has one whole object {…} a line and no list around them",
            "不是 JSON 对象；JSON Lines 每行一个完整的 {…}，外面没有列表",
        );
    }
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    Message::new(
        format!("is not a valid JSON object: {reason}"),
        format!("不是有效的 JSON 对象：{reason}"),
    )
}

fn unambiguous(entries: &[Entry]) -> Result<(), Message> {
    if entries.len() > MAX_COLUMNS {
        let message =
            (format!("has more than {MAX_COLUMNS} keys"), format!("有超过 {MAX_COLUMNS} 个键"));
        return Err(message.into());
    }
    let mut names = HashSet::new();
    match entries.iter().find(|entry| !names.insert(entry.name.to_ascii_lowercase())) {
        None => Ok(()),
        Some(entry) => {
            let name = super::fault::shortened(&entry.name);
            Err(Message::new(
                format!("has the key {name} twice; remove one"),
                format!("{name} 出现了两次，请删除其一"),
            ))
        }
    }
}

/// The fields of an object in their order; unlike a map it keeps both of two equal keys, so that they can be refused.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    // The row is refused for it afterwards; to collect them all would only cost memory.
                    if fields.len() > 2 * MAX_COLUMNS {
                        return Err(A::Error::custom(format!("more than {MAX_COLUMNS} keys")));
                    }
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}
