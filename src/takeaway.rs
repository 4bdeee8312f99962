//! Files that people take away with what they may see: how much one holds, how many are put together at a time, and
//! tables of anything.
//!
//! Such a file says of a thing what is shown to everybody who sees it, and nothing about how it is shown.

use std::fmt::Write as _;

use sea_orm::ActiveEnum;
use serde_json::{Map, Value};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    app::Ctx,
    error::{Error, Result},
    files::{self, Cell, Format, Table},
    language::Text,
};

/// The most things in one file: it is put together in memory.
pub const MOST: u64 = 10_000;
/// The longest file, for the same reason.
const MOST_BYTES: usize = 64 << 20;
/// Things that are read in one statement.
pub const ROWS_AT_ONCE: usize = 200;
/// Files that are put together at the same time; others wait.
static PLACES: Semaphore = Semaphore::const_new(4);

/// A file to take away.
#[derive(Clone, Debug)]
pub struct Exported {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Exported {
    /// A file of a format, with its ending.
    pub fn new(name: &str, format: Format, bytes: Vec<u8>) -> Self {
        let (ending, media_type) = ending_and_media_type(format);
        Self { name: format!("{name}.{ending}"), media_type, bytes }
    }
}

/// A place for putting a file together; to be kept until that is done.
///
/// # Errors
/// None but when the service ends.
pub async fn place() -> Result<SemaphorePermit<'static>> {
    PLACES.acquire().await.map_err(|_| Error::Timeout)
}

/// Refuses more things than a file has, given how many were found when one more than that was asked for.
///
/// # Errors
/// A refusal that names the parameter by which to narrow it down.
pub fn check_number(found: usize, narrowed_by: &str) -> Result<()> {
    if found as u64 > MOST {
        return Err(too_many(narrowed_by, &MOST.to_string(), &format!("{MOST} 项")));
    }
    Ok(())
}

/// Refuses a file that has become too long.
///
/// # Errors
/// A refusal that names the parameter by which to narrow it down.
pub fn check_bytes(bytes: usize, narrowed_by: &str) -> Result<()> {
    if bytes > MOST_BYTES {
        let most = format!("{} MiB", MOST_BYTES >> 20);
        return Err(too_many(narrowed_by, &most, &format!(" {most}")));
    }
    Ok(())
}

fn too_many(narrowed_by: &str, en: &str, zh: &str) -> Error {
    let reason = Text::new(
        format!("there are more than {en}; narrow it down by {narrowed_by} or by another filter"),
        format!("超过 {zh}，请用 {narrowed_by} 等条件缩小范围"),
    );
    Error::invalid(narrowed_by, reason)
}

/// A term of a closed list as a parameter names it.
///
/// # Errors
/// A refusal that lists the terms there are.
pub fn term<T: ActiveEnum<Value = String>>(parameter: &str, value: &str) -> Result<T> {
    T::try_from_value(&value.trim().to_ascii_uppercase()).map_err(|_| {
        let terms = T::values();
        let all = terms.join(", ");
        Error::invalid(parameter, Text::new(format!("is one of {all}"), format!("应为 {all} 之一")))
    })
}

/// The refusal of a parameter that there is not.
pub fn unknown_parameter(name: &str, known: &[&str]) -> Error {
    let reason = Text::new(
        format!("there is no such parameter; there are {}", known.join(", ")),
        format!("没有此参数；可用参数为 {}", known.join("、")),
    );
    Error::invalid(name, reason)
}

/// The format of a table or of lines, as a parameter names it.
///
/// # Errors
/// A refusal that lists the formats.
pub fn table_format(name: &str) -> Result<Format> {
    let known = Format::named(name).filter(|format| !format.is_bibliographic());
    known.ok_or_else(|| {
        Error::invalid(
            "format",
            Text::new("is one of csv, jsonl, xlsx", "应为 csv、jsonl、xlsx 之一"),
        )
    })
}

/// Rows that are gathered for a file, with about how long they are so far.
#[derive(Debug)]
pub struct Rows<'a> {
    rows: Vec<Map<String, Value>>,
    bytes: usize,
    narrowed_by: &'a str,
}

impl<'a> Rows<'a> {
    /// None so far; `narrowed_by` is the parameter by which there would be fewer.
    pub fn new(narrowed_by: &'a str) -> Self {
        Self { rows: Vec::new(), bytes: 0, narrowed_by }
    }

    /// Takes more of them.
    ///
    /// # Errors
    /// A refusal where they have become too long together.
    pub fn take(&mut self, more: Vec<Map<String, Value>>) -> Result<()> {
        self.bytes += more.iter().map(length).sum::<usize>();
        self.rows.extend(more);
        check_bytes(self.bytes, self.narrowed_by)
    }
}

/// About how many bytes a row has as a text.
fn length(row: &Map<String, Value>) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len() + 3,
            Value::Array(items) => items.iter().map(of).sum::<usize>() + 2,
            Value::Object(fields) => length(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        }
    }
    row.iter().map(|(name, value)| name.len() + 4 + of(value)).sum()
}

/// A file of rows: a table, or a line of JSON each. `place` is held until it is written, whether anybody still waits for
/// it or not.
///
/// In a workbook a text ends after as many characters as a cell holds (32,767).
///
/// # Errors
/// A fault of ours.
pub async fn of_rows(
    ctx: &Ctx,
    place: SemaphorePermit<'static>,
    name: &'static str,
    format: Format,
    columns: &'static [&'static str],
    Rows { rows, .. }: Rows<'_>,
) -> Result<Exported> {
    let now = ctx.now();
    let written = tokio::task::spawn_blocking(move || {
        let bytes = match format {
            Format::Csv | Format::Xlsx => {
                let rows = rows.iter().map(|row| cells(columns, row)).collect();
                let columns = columns.iter().map(|column| (*column).to_owned()).collect();
                let table = Table { name: name.replace('-', " "), columns, rows };
                match format {
                    Format::Csv => files::csv(&table),
                    _ => files::workbook(&[table], now),
                }
                .map_err(Error::internal)?
            }
            _ => {
                let mut lines = String::new();
                for row in rows {
                    // A text takes whatever is written to it.
                    let _ = writeln!(lines, "{}", Value::Object(row));
                }
                lines.into_bytes()
            }
        };
        drop(place);
        Ok::<_, Error>(bytes)
    });
    Ok(Exported::new(name, format, written.await??))
}

/// A row for people to look at: cells that look like formulas are made harmless where the table becomes CSV.
pub fn cells(columns: &[&str], row: &Map<String, Value>) -> Vec<Cell> {
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::String(text)) => Cell::text(text),
        Some(Value::Number(number)) => {
            number.as_u64().map_or_else(|| Cell::text(number.to_string()), Cell::Count)
        }
        Some(Value::Array(items)) if items.is_empty() => Cell::Empty,
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Cell::text(texts.join("; "))
        }
        Some(other) => Cell::text(other.to_string()),
    };
    columns.iter().map(|column| cell(row.get(*column))).collect()
}

fn ending_and_media_type(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::DataCite => ("datacite.json", "application/vnd.datacite.datacite+json"),
        Format::CslJson => ("csl.json", "application/vnd.citationstyles.csl+json"),
        Format::Bibtex => ("bib", "application/x-bibtex; charset=utf-8"),
        Format::Ris => ("ris", "application/x-research-info-systems; charset=utf-8"),
        Format::JsonLines => ("jsonl", "application/jsonl; charset=utf-8"),
        Format::Csv => ("csv", "text/csv; charset=utf-8"),
        Format::Xlsx => {
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
    }
}
