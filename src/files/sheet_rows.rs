//! Rows of a workbook: its first visible sheet, under the first row that holds anything.
//!
//! A workbook is packed, so a small file can hold a huge sheet. It is unpacked once beforehand, into nothing, to see
//! that it stays within bounds and is whole; then its filled cells are kept, and empty ones cost nothing.

use std::io::{self, BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{CellErrorType, DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use chrono::NaiveDate;
use zip::ZipArchive;

use super::cell::Cell;
use super::columns::{Aliases, Header};
use super::object::Entry;
use super::reader::RawRow;
use super::source::{Bytes, Source};
use super::{Fault, FileError, Message, Place, RowError};

type Workbook = Xlsx<BufReader<Box<dyn Bytes>>>;

/// How much a workbook may hold.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Bytes that it unpacks to, and bytes of text in its sheet.
    pub(super) bytes: u64,
    pub(super) cells: usize,
}

/// The rows of a sheet, in memory.
pub(super) struct SheetRows {
    file: String,
    pub(super) header: Header,
    /// The filled rows, from the last to the first, so that the next is taken from the end.
    rows: Vec<SheetRow>,
    count: u64,
    pub(super) sheet: String,
    pub(super) other_sheets: Vec<String>,
}

struct SheetRow {
    number: u64,
    cells: Vec<(u32, Cell)>,
}

impl SheetRows {
    /// Takes the sheet of a workbook into memory.
    ///
    /// The library that reads workbooks does arithmetic on what stands in the file, such as the reference
    /// `ZZZZZZZZ99999999999`, and panics where overflow is checked. A panic there says nothing but that the file is
    /// damaged, and nothing that it touched is used afterwards.
    pub(super) fn new(source: Source, limits: Limits) -> Result<SheetRows, FileError> {
        let file = source.name.clone();
        catch_unwind(AssertUnwindSafe(|| SheetRows::read(source, limits)))
            .unwrap_or_else(|_| Err(damaged(&file, &"it holds impossible values")))
    }

    fn read(source: Source, limits: Limits) -> Result<SheetRows, FileError> {
        let Source { name: file, bytes, .. } = source;
        let mut bytes = BufReader::new(bytes);
        let unpacked =
            unpacked_size(&mut bytes, limits.bytes).map_err(|error| damaged(&file, &error))?;
        if unpacked > limits.bytes {
            return Err(too_big(&file, limits));
        }
        bytes.rewind().map_err(|cause| FileError::io(&file, cause))?;
        let mut workbook: Workbook = Xlsx::new(bytes).map_err(|error| damaged(&file, &error))?;
        let mut visible = workbook.sheets_metadata().iter().filter(|sheet| {
            sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
        });
        let Some(sheet) = visible.next().map(|sheet| sheet.name.clone()) else {
            return Err(FileError::new(
                &file,
                Message::new("has no visible sheet", "没有可见的工作表"),
            ));
        };
        let other_sheets = visible.map(|sheet| sheet.name.clone()).collect();
        let mut rows = filled_rows(&file, &mut workbook, &sheet, limits)?;
        rows.reverse();
        let Some(first) = rows.pop() else {
            let message = Message::new(
                format!(
                    "has nothing in its first sheet ({sheet}); the first row names the columns"
                ),
                format!("第一个工作表（{sheet}）是空的；第一行应为列名"),
            );
            return Err(FileError::new(&file, message));
        };
        let header = Header::new(&file, first.number, headings(&file, &first)?)?;
        let count = rows.len() as u64;
        Ok(SheetRows { file, header, rows, count, sheet, other_sheets })
    }

    pub(super) fn name(&mut self, aliases: &Aliases) -> Result<(), FileError> {
        self.header.name(&self.file, aliases)
    }

    /// The share of the rows that were given out, of a whole.
    pub(super) fn share_of(&self, whole: u64) -> u64 {
        let done = self.count - self.rows.len() as u64;
        u64::try_from(u128::from(whole) * u128::from(done) / u128::from(self.count.max(1)))
            .unwrap_or(whole)
    }

    /// The next row that holds anything.
    pub(super) fn next(&mut self) -> Option<Result<RawRow, RowError>> {
        let row = self.rows.pop()?;
        let line = row.number;
        let places = (0..).map(Place::Cell);
        let mut entries: Vec<Entry> = self
            .header
            .names
            .iter()
            .zip(places)
            .map(|(name, place)| Entry::new(Arc::clone(name), Some(place), Cell::Empty))
            .collect();
        for (at, cell) in row.cells {
            match entries.get_mut(at as usize) {
                Some(entry) => entry.cell = cell,
                None => {
                    return Some(Err(RowError::Damaged(Fault {
                        place: Some(Place::Cell(at)),
                        value: cell.shown(),
                        ..Fault::of_line(
                            line,
                            Message::new("stands in a column without a heading", "所在列没有列名"),
                        )
                    })));
                }
            }
        }
        Some(Ok(RawRow { line, entries, raw: None }))
    }
}

/// What the archive unpacks to; every part of it is read to its end, which checks it too. Stops behind the limit.
fn unpacked_size(bytes: &mut (impl Read + Seek), limit: u64) -> Result<u64, zip::result::ZipError> {
    let mut archive = ZipArchive::new(bytes)?;
    let mut total = 0;
    for number in 0..archive.len() {
        let part = archive.by_index(number)?;
        total += io::copy(&mut part.take(limit + 1 - total), &mut io::sink())?;
        if total > limit {
            break;
        }
    }
    Ok(total)
}

fn filled_rows(
    file: &str,
    workbook: &mut Workbook,
    sheet: &str,
    limits: Limits,
) -> Result<Vec<SheetRow>, FileError> {
    let since_1904 = workbook.has_1904_epoch();
    let mut cells =
        workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(file, &error))?;
    let mut rows: Vec<SheetRow> = Vec::new();
    let (mut count, mut text) = (0, 0);
    while let Some(found) = cells.next_cell().map_err(|error| damaged(file, &error))? {
        let (row, column) = found.get_position();
        let cell = cell_of(found.get_value(), since_1904);
        if cell == Cell::Empty {
            continue;
        }
        count += 1;
        // A text that is kept once in the file may stand in a million cells.
        text += if let Cell::Text(text) = &cell { text.len() as u64 } else { 0 };
        if count > limits.cells || text > limits.bytes {
            return Err(too_big(file, limits));
        }
        let number = u64::from(row) + 1;
        match rows.last_mut() {
            Some(last) if last.number == number => last.cells.push((column, cell)),
            Some(last) if last.number > number => {
                return Err(damaged(file, &"rows are out of order"));
            }
            _ => rows.push(SheetRow { number, cells: vec![(column, cell)] }),
        }
    }
    Ok(rows)
}

fn headings(file: &str, row: &SheetRow) -> Result<Vec<String>, FileError> {
    let mut headings = Vec::new();
    for (column, cell) in &row.cells {
        let column = *column as usize;
        if column >= headings.len() {
            // A sheet has at most 16,384 columns; the header refuses more than it can bear.
            headings.resize(column.min(1 << 14) + 1, String::new());
        }
        let text = cell.text().map_err(|message| {
            let line = row.number;
            let [en, zh] = [crate::language::Language::En, crate::language::Language::ZhCn]
                .map(|l| message.text(l).to_owned());
            FileError::new(
                file,
                (format!("line {line}: a heading {en}"), format!("第 {line} 行：列名{zh}")),
            )
        })?;
        if let Some(heading) = headings.get_mut(column) {
            *heading = text.unwrap_or_default();
        }
    }
    Ok(headings)
}

fn cell_of(value: &DataRef<'_>, since_1904: bool) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(integer) => Cell::Integer(*integer),
        DataRef::Float(number) => Cell::Serial { number: *number, since_1904 },
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::of_text(text.as_str().into())
        }
        DataRef::SharedString(text) => Cell::of_text((*text).into()),
        DataRef::Bool(truth) => Cell::Boolean(*truth),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            let day = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
            day.map_or(Cell::Serial { number: time.as_f64(), since_1904 }, Cell::Day)
        }
        DataRef::Error(error) => Cell::Failed(match error {
            CellErrorType::Div0 => "#DIV/0!",
            CellErrorType::NA => "#N/A",
            CellErrorType::Name => "#NAME?",
            CellErrorType::Null => "#NULL!",
            CellErrorType::Num => "#NUM!",
            CellErrorType::Ref => "#REF!",
            CellErrorType::Value => "#VALUE!",
            CellErrorType::GettingData => "#GETTING_DATA",
        }),
    }
}

fn damaged(file: &str, reason: &dyn std::fmt::Display) -> FileError {
    FileError::new(
        file,
        Message::new(
            format!(
                "is a damaged workbook ({reason}); open it in a spreadsheet program and save it again"
            ),
            format!("是损坏的工作簿（{reason}）；请在表格软件中打开并重新保存"),
        ),
    )
}

fn too_big(file: &str, limits: Limits) -> FileError {
    let (size, cells) = (limits.bytes >> 20, limits.cells);
    FileError::new(
        file,
        Message::new(
            format!(
                "unpacks to more than {size} MiB or {cells} cells; split it, or save it as CSV"
            ),
            format!("展开后超过 {size} MiB 或 {cells} 个单元格；请拆分，或另存为 CSV"),
        ),
    )
}
