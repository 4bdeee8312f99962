//! A file that an office brings, read whole: every row with what it says and what is wrong with it, cell by cell.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    ResearchOutputs,
    exporting::format_of,
    import::{Draft, RAW_BYTES, RAW_RECORD, Route},
};
use crate::{
    error::{Error, Result},
    files::{Fault, FileError, Input, Place, Row, RowError},
    language::{Language, Text},
    transfer::{Known, Transfer as _},
};

/// The most rows that a file may have that is looked at before it is taken in. The operator's way has no such bound.
pub(super) const MAX_ROWS: usize = 10_000;

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

/// Reads a file whole. It takes a while: to be called on a thread that may be kept.
///
/// # Errors
/// [`Error::Invalid`] where it cannot be read as a whole, or has too many rows.
pub(super) fn read(upload: &Upload, organization: &str, known: &Known) -> Result<Incoming> {
    let format = upload.format.as_deref().map(format_of).transpose()?;
    let kind =
        ResearchOutputs { format, ..ResearchOutputs::of_office(organization, Route::Office) };
    let input = Input::memory(&upload.name, upload.bytes.clone());
    let reader = kind.open(input).and_then(|it| it.with_aliases(ResearchOutputs::ALIASES));
    let mut reader = reader.map_err(|fault| unreadable(&fault))?;
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for row in reader.by_ref() {
        if rows.len() == MAX_ROWS {
            let reason = Text::new(
                format!("has more than {MAX_ROWS} rows; bring it in parts"),
                format!("超过 {MAX_ROWS} 行，请分批导入"),
            );
            return Err(Error::invalid("file", reason));
        }
        rows.push(match row {
            Ok(row) => read_row(row, &kind, known, &mut seen),
            Err(RowError::Damaged(fault)) => IncomingRow {
                line: fault.line,
                fields: Map::new(),
                draft: None,
                faults: vec![fault],
            },
            Err(RowError::File(fault)) => return Err(unreadable(&fault)),
        });
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
    if row.is_of_record() {
        let raw = Some(row.raw_record()).filter(|raw| raw.len() <= RAW_BYTES);
        fields.extend(raw.map(|raw| (RAW_RECORD.to_owned(), raw.into())));
    }
    for column in &draft.said {
        fields.entry((*column).to_owned()).or_insert(Value::Null);
    }
    for part in draft.contact_parts.iter().flatten() {
        fields.entry(format!("contact.{part}")).or_insert(Value::Null);
    }
    let (line, faults) = (row.line(), row.faults());
    let draft = faults.is_empty().then(|| Draft { said: said(&draft, &fields), ..draft });
    IncomingRow { line, fields, draft, faults }
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
    json!({
        "line": fault.line,
        "column": fault.column,
        "columnLabel": label,
        "cell": cell,
        "code": "INVALID",
        "value": fault.value,
        "en": fault.message(Language::En),
        "zh": fault.message(Language::ZhCn),
    })
}
