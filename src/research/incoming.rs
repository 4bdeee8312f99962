//! A file that an office brings, read whole: every row with what it says and what is wrong with it, cell by cell.

use std::{collections::HashSet, sync::Weak};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    ResearchOutputs,
    exporting::format_of,
    import::{Draft, RAW_RECORD, Route},
};
use crate::{
    error::{Error, Result},
    files::{Fault, FileError, Input, Place, Row, RowError, without_nul},
    language::{Language, Text},
    transfer::{Known, Transfer as _},
};

/// The most rows that a file may have that is looked at before it is taken in. The operator's way has no such bound.
pub(super) const MAX_ROWS: usize = 10_000;

/// The bytes that a workbook of an office may unpack to, and its cells: all that the template has room for, in ten thousand
/// rows.
const MAX_SHEET_BYTES: u64 = 64 << 20;
const MAX_SHEET_CELLS: usize = 500_000;

/// How much may be kept of a file while it is looked at: so much for each of its bytes, or else so much in all. A format
/// may say much in few bytes, by what is packed or named over and over; no format gets beyond this.
const KEPT_PER_BYTE: usize = 4;
const KEPT_BYTES: usize = 64 << 20;

/// Words that a record of a library bears; by them areas may be proposed.
const KEYWORDS: &str = "keywords";

/// Columns that have a meaning where they are empty: an office that leaves them so says nothing.
const DEFAULTED: [&str; 3] = ["kind", "ipStatus", "audience"];

/// A file as it came.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What it is called; its ending may tell the format.
    pub name: String,
    /// The format, where it was said.
    pub format: Option<String>,
    /// The code of the organization, where it was said.
    pub organization: Option<String>,
    /// What is in it.
    pub bytes: Bytes,
}

/// What is in a file.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) format: String,
    pub(super) encoding: String,
    pub(super) unknown_columns: Vec<String>,
    pub(super) rows: Vec<IncomingRow>,
}

/// A row of it.
#[derive(Debug)]
pub(super) struct IncomingRow {
    pub(super) line: u64,
    /// What stands in it, by columns; null where a column is empty.
    pub(super) fields: Map<String, Value>,
    /// What it says, where nothing is wrong with it.
    pub(super) draft: Option<Draft>,
    pub(super) faults: Vec<Fault>,
}

impl IncomingRow {
    /// About how many bytes it takes to keep it.
    fn weight(&self) -> usize {
        let raw = self.draft.as_ref().map_or(0, |draft| draft.raw_record.len());
        size_of::<Self>() + raw + weight_of(&self.fields)
    }
}

fn weight_of(fields: &Map<String, Value>) -> usize {
    // As deep as JSON may be, which is bounded.
    fn of_value(value: &Value) -> usize {
        size_of::<Value>()
            + match value {
                Value::String(text) => text.len(),
                Value::Array(items) => items.iter().map(of_value).sum(),
                Value::Object(fields) => weight_of(fields),
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            }
    }
    let field =
        |(name, value): (&String, &Value)| size_of::<String>() + name.len() + of_value(value);
    fields.iter().map(field).sum()
}

/// Reads a file whole. It takes a while: to be called on a thread that may be kept.
///
/// Whoever waits for what is in it holds what `waiting` leads to; when they let go, it is not read on.
///
/// # Errors
/// [`Error::Invalid`] where it cannot be read as a whole, or holds too much; [`Error::Timeout`] where nobody waits any more.
pub(super) fn read(
    upload: &Upload,
    organization: &str,
    known: &Known,
    waiting: &Weak<()>,
) -> Result<Incoming> {
    let format = upload.format.as_deref().map(format_of).transpose()?;
    let kind =
        ResearchOutputs { format, ..ResearchOutputs::of_office(organization, Route::Office) };
    let input = Input::memory(&upload.name, upload.bytes.clone());
    let input = input.within(MAX_SHEET_BYTES, MAX_SHEET_CELLS);
    let mut room = KEPT_BYTES.max(KEPT_PER_BYTE.saturating_mul(upload.bytes.len()));
    let reader = kind.open(input).and_then(|it| it.with_aliases(ResearchOutputs::ALIASES));
    let mut reader = reader.map_err(|fault| unreadable(&fault))?;
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for row in reader.by_ref() {
        if waiting.strong_count() == 0 {
            return Err(Error::Timeout);
        }
        if rows.len() == MAX_ROWS {
            let reason = Text::new(
                format!("has more than {MAX_ROWS} rows; bring it in parts"),
                format!("超过 {MAX_ROWS} 行，请分批导入"),
            );
            return Err(Error::invalid("file", reason));
        }
        let row = match row {
            Ok(row) => read_row(row, &kind, known, &mut seen),
            Err(RowError::Damaged(fault)) => IncomingRow {
                line: fault.line,
                fields: Map::new(),
                draft: None,
                faults: vec![fault],
            },
            Err(RowError::File(fault)) => return Err(unreadable(&fault)),
        };
        room = room.checked_sub(row.weight()).ok_or_else(|| {
            let reason = Text::new(
                "holds far more than its size tells; bring it in parts, without what no column takes",
                "内容远超文件大小，请分批导入，并删除无关内容",
            );
            Error::invalid("file", reason)
        })?;
        rows.push(row);
    }
    Ok(Incoming {
        format: reader.format().label().to_owned(),
        encoding: reader.encoding().label().to_owned(),
        unknown_columns: reader.unknown_columns(),
        rows,
    })
}

fn read_row(
    mut row: Row,
    kind: &ResearchOutputs,
    known: &Known,
    seen: &mut HashSet<String>,
) -> IncomingRow {
    let draft = kind.read(&mut row, known);
    if !row.is_faulty() && !seen.insert(draft.external_id.clone()) {
        row.fault(
            "externalId",
            Text::new(
                "stands further up in the file already; an id is one output's",
                "与文件中前面的某一行编号相同，每项成果的编号应唯一",
            ),
        );
    }
    let mut fields = row.record();
    // What no column takes is told by its name, and kept nowhere.
    fields.retain(|name, _| is_column(name));
    if row.is_of_record() {
        fields.insert(RAW_RECORD.to_owned(), row.raw_record().into());
    }
    for column in &draft.said {
        fields.entry((*column).to_owned()).or_insert(Value::Null);
    }
    let (line, faults) = (row.line(), row.faults());
    let draft = faults.is_empty().then(|| Draft { said: said(&draft, &fields), ..draft });
    IncomingRow { line, fields, draft, faults }
}

/// Whether a name is that of a column, or of a part of one: `contact.name`.
fn is_column(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or_default();
    let columns = ResearchOutputs::COLUMNS.iter().chain(&[RAW_RECORD, KEYWORDS]);
    columns.into_iter().any(|column| column.eq_ignore_ascii_case(root))
}

/// The columns about which a row says anything.
fn said(draft: &Draft, fields: &Map<String, Value>) -> Vec<&'static str> {
    let says = |column: &&'static str| {
        !DEFAULTED.contains(column) || fields.get(*column).is_some_and(|value| !value.is_null())
    };
    draft.said.iter().copied().filter(says).collect()
}

/// What a row said when it was looked at, read again: what it refers to may have gone since.
pub(super) fn again(
    fields: Map<String, Value>,
    organization: &str,
    known: &Known,
) -> Option<Draft> {
    let kind = ResearchOutputs::of_office(organization, Route::Office);
    read_row(Row::of(fields), &kind, known, &mut HashSet::new()).draft
}

fn unreadable(fault: &FileError) -> Error {
    let said = Text::new(fault.sentence(Language::En), fault.sentence(Language::ZhCn));
    Error::invalid("file", said)
}

/// What is wrong with a cell, as it is kept and told: the column by its name, as people call it, and by its letter.
pub(super) fn told(fault: &Fault) -> Value {
    let root = fault
        .column
        .as_deref()
        .map(|column| column.split(['.', '[']).next().unwrap_or_default().to_owned());
    let label = root.and_then(|root| {
        let aliases = ResearchOutputs::ALIASES.iter();
        aliases.copied().find(|(_, column)| *column == root).map(|(alias, _)| alias)
    });
    let cell = match fault.place {
        Some(place @ Place::Cell(_)) => Some(format!("{place}{}", fault.line)),
        _ => None,
    };
    without_nul(json!({
        "line": fault.line,
        "column": fault.column,
        "columnLabel": label,
        "cell": cell,
        "code": "INVALID",
        "value": fault.value,
        "en": fault.message(Language::En),
        "zh": fault.message(Language::ZhCn),
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn of(name: &str, text: String) -> Upload {
        Upload { name: name.to_owned(), format: None, organization: None, bytes: text.into() }
    }

    #[test]
    fn a_file_that_nobody_waits_for_is_not_read_on() {
        let upload = of("a.jsonl", "{\"externalId\":\"a\"}\n".repeat(3));
        let (known, waiting) = (Known::default(), Arc::new(()));
        let read = || read(&upload, "demo", &known, &Arc::downgrade(&waiting));
        assert_eq!(read().map(|incoming| incoming.rows.len()).ok(), Some(3));
        let gone = self::read(&upload, "demo", &known, &Weak::new());
        assert!(matches!(gone, Err(Error::Timeout)));
    }

    #[test]
    fn what_is_kept_of_a_file_is_bounded() {
        // Each pair of brackets is two bytes in the file, and many more in memory.
        let lists = |rows: usize| {
            let list = format!("[{}[]]", "[],".repeat(200_000));
            of("a.jsonl", format!("{{\"externalId\":\"a\",\"identifiers\":{list}}}\n").repeat(rows))
        };
        let (known, waiting) = (Known::default(), Arc::new(()));
        let read = |upload: &Upload| read(upload, "demo", &known, &Arc::downgrade(&waiting));
        let few = read(&lists(2)).expect("it is within bounds");
        let kept: usize = few.rows.iter().map(IncomingRow::weight).sum();
        assert!(kept > 2 * 200_000 * size_of::<Value>(), "{kept}");
        let refused = read(&lists(2 * KEPT_BYTES / kept + 1)).expect_err("it holds too much");
        assert!(matches!(refused, Error::Invalid { .. }), "{refused}");
        // Where no column takes it, nothing of it is kept.
        let other = lists(2 * KEPT_BYTES / kept + 1);
        let text = String::from_utf8_lossy(&other.bytes).replace("identifiers", "remarks");
        let read = read(&of("a.jsonl", text)).expect("it is within bounds");
        assert!(read.rows.iter().all(|row| row.weight() < 1_000));
        assert_eq!(read.unknown_columns, ["remarks"]);
    }
}
