//! Rows of CSV: a header, then one record a line or over several lines.
//!
//! Records are cut before they are decoded, cell by cell, so that damaged bytes spoil one row and can be pointed at:
//! in GB18030 as in UTF-8 neither quote nor separator is ever part of another character.

use std::sync::Arc;

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::cell::Cell;
use super::columns::{Aliases, Header};
use super::json_rows::{invalid, too_long};
use super::lines::{Line, Lines};
use super::object::Entry;
use super::reader::RawRow;
use super::{Encoding, Fault, FileError, MAX_ROW_BYTES, Message, Place, RowError};

/// How often a quote may stay open to the end before the whole file is given up: each time a mebibyte is read again.
const MAX_OPEN_QUOTES: u32 = 20;

/// Reads the records of a file as rows under its header.
pub(super) struct CsvRows {
    pub(super) lines: Lines,
    pub(super) header: Header,
    encoding: Encoding,
    parser: csv_core::Reader,
    /// The line that is being read.
    line: Vec<u8>,
    /// How much of it was taken: old files end their rows by a carriage return alone, so it can hold several.
    taken: usize,
    open_quotes: u32,
}

/// The cells of one record, still encoded.
struct Record {
    line: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl CsvRows {
    pub(super) fn new(lines: Lines, encoding: Encoding) -> Result<CsvRows, FileError> {
        let parser = ReaderBuilder::new().build();
        let header = Header::default();
        let mut rows =
            CsvRows { lines, header, encoding, parser, line: Vec::new(), taken: 0, open_quotes: 0 };
        rows.read_header()?;
        Ok(rows)
    }

    pub(super) fn name(&mut self, aliases: &Aliases) -> Result<(), FileError> {
        self.header.name(self.lines.name(), aliases)
    }

    /// The next row, blank ones passed over.
    pub(super) fn next(&mut self) -> Option<Result<RawRow, RowError>> {
        loop {
            let record = match self.record() {
                Ok(None) => return None,
                Ok(Some(record)) => record,
                Err(error) => return Some(Err(error)),
            };
            if record.bytes.trim_ascii().is_empty() {
                continue;
            }
            match self.row(&record) {
                Ok(row) if row.entries.iter().all(|entry| entry.cell.is_empty()) => {}
                row => return Some(row.map_err(RowError::Damaged)),
            }
        }
    }

    fn read_header(&mut self) -> Result<(), FileError> {
        let file = self.lines.name().to_owned();
        let refused = |fault: Fault| {
            FileError::new(
                &file,
                (fault.to_string(), fault.sentence(crate::language::Language::ZhCn)),
            )
        };
        loop {
            // The separator is that of the header, so it must be known before the header is cut.
            if self.input(true)? == Line::TooLong {
                return Err(refused(too_long(self.lines.number())));
            }
            let separator = separator(self.line.get(self.taken..).unwrap_or_default());
            self.parser = ReaderBuilder::new().delimiter(separator).build();
            let record = match self.record() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    let message = Message::new(
                        "is empty; the first row names the columns",
                        "是空文件；第一行应为列名",
                    );
                    return Err(FileError::new(&file, message));
                }
                Err(RowError::Damaged(fault)) => return Err(refused(fault)),
                Err(RowError::File(error)) => return Err(error),
            };
            let headings =
                record.cells().map(|(place, bytes)| self.decode(record.line, place, bytes));
            let headings = headings.collect::<Result<Vec<_>, _>>().map_err(refused)?;
            if headings.iter().any(|heading| !heading.trim().is_empty()) {
                self.header = Header::new(&file, record.line, headings)?;
                return Ok(());
            }
        }
    }

    fn row(&self, record: &Record) -> Result<RawRow, Fault> {
        let line = record.line;
        let names = &self.header.names;
        if record.ends.len() < names.len() {
            return Err(wrong_number(
                line,
                record.ends.len(),
                names.len(),
                "; put in the missing commas",
                "，请补齐逗号",
            ));
        }
        let mut entries = Vec::with_capacity(names.len());
        for (place, bytes) in record.cells() {
            let text = self.decode(line, place, bytes)?;
            match names.get(place as usize) {
                Some(name) => {
                    entries.push(Entry::new(
                        Arc::clone(name),
                        Some(Place::Cell(place)),
                        Cell::of_text(text.into()),
                    ));
                }
                None if text.trim().is_empty() => {}
                None => {
                    return Err(wrong_number(
                        line,
                        record.ends.len(),
                        names.len(),
                        "; put cells with commas in double quotes",
                        "，含逗号的单元格请加双引号",
                    ));
                }
            }
        }
        Ok(RawRow { line, entries, raw: None })
    }

    fn decode(&self, line: u64, place: u32, bytes: &[u8]) -> Result<String, Fault> {
        let text = self.encoding.decode(bytes).map_err(|_| Fault {
            column: self.header.names.get(place as usize).map(ToString::to_string),
            place: Some(Place::Cell(place)),
            ..Fault::of_line(line, invalid(self.encoding))
        })?;
        Ok(text.into_owned())
    }

    /// The next record that is not an empty line.
    fn record(&mut self) -> Result<Option<Record>, RowError> {
        let mut record = Record { line: 0, bytes: Vec::new(), ends: Vec::new() };
        // The lines behind the first, to be read again should the record turn out to be none.
        let mut behind = Vec::new();
        let mut size = 0;
        let mut cells = Cells::default();
        loop {
            let begins = size == 0;
            match self.input(begins)? {
                Line::Read => {}
                Line::TooLong if begins => {
                    return Err(RowError::Damaged(too_long(self.lines.number())));
                }
                Line::End if begins => return Ok(None),
                Line::TooLong | Line::End => return Err(self.left_open(record.line, behind)),
            }
            let input = self.line.get(self.taken..).unwrap_or_default();
            if begins {
                record.line = self.lines.number();
            } else {
                behind.extend_from_slice(input);
            }
            size += input.len();
            if size > MAX_ROW_BYTES + 1 {
                return Err(self.left_open(record.line, behind));
            }
            let (taken, complete) = cells.feed(&mut self.parser, input);
            self.taken += taken;
            if complete {
                (record.bytes, record.ends) = cells.into_parts();
                return Ok(Some(record));
            }
        }
    }

    /// Sees to it that there is something to read: what is left of the line, or the next, with a line feed at its end
    /// even if it is the last. Between records, line ends are passed over.
    fn input(&mut self, between_records: bool) -> Result<Line, FileError> {
        loop {
            let rest = self.line.get(self.taken..).unwrap_or_default();
            let skipped = rest
                .iter()
                .take_while(|byte| between_records && matches!(byte, b'\r' | b'\n'))
                .count();
            self.taken += skipped;
            if skipped < rest.len() {
                return Ok(Line::Read);
            }
            self.taken = 0;
            match self.lines.next(&mut self.line)? {
                Line::Read if self.line.last() != Some(&b'\n') => self.line.push(b'\n'),
                Line::Read => {}
                none => {
                    self.line.clear();
                    return Ok(none);
                }
            }
        }
    }

    /// A quote that was never closed swallows all that follows. The row is refused, and reading goes on in the line
    /// behind the one in which it starts.
    fn left_open(&mut self, line: u64, behind: Vec<u8>) -> RowError {
        self.open_quotes += 1;
        if self.open_quotes > MAX_OPEN_QUOTES {
            let message = Message::new(
                format!(
                    "line {line}: double quotes do not pair here and in many rows before; save the file again as CSV"
                ),
                format!("第 {line} 行：此处及之前多行的双引号不成对，请重新另存为 CSV"),
            );
            return FileError::new(self.lines.name(), message).into();
        }
        // Not before each record: fresh, the parser would take U+FEFF at the start of a text for a byte order mark.
        self.parser.reset();
        // The last line is among those behind, unless it is the row's own and thereby refused.
        self.line.clear();
        self.taken = 0;
        self.lines.go_back(behind, line);
        let size = MAX_ROW_BYTES >> 20;
        RowError::Damaged(Fault::of_line(
            line,
            Message::new(
                format!(
                    "opens a double quote that is not closed within {size} MiB; close it, or double it inside a cell"
                ),
                format!("有双引号在 {size} MiB 内没有闭合；请补上，单元格内的双引号要写两个"),
            ),
        ))
    }
}

impl Record {
    /// Each cell with its place, from 0.
    fn cells(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let cells = starts
            .zip(&self.ends)
            .map(|(start, &end)| self.bytes.get(start..end).unwrap_or_default());
        (0..).zip(cells)
    }
}

/// The output of the parser, which wants to be given room.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    ended: usize,
}

impl Cells {
    /// Feeds a piece to the parser: how much of it was taken, and whether the record ended in it.
    fn feed(&mut self, parser: &mut csv_core::Reader, input: &[u8]) -> (usize, bool) {
        let mut taken = 0;
        while taken < input.len() {
            // In small steps: most records are small, and room that is not needed costs time to clear.
            self.bytes.resize(self.filled + 4096, 0);
            self.ends.resize(self.ended + 64, 0);
            let (result, read, wrote, ended) = parser.read_record(
                input.get(taken..).unwrap_or_default(),
                self.bytes.get_mut(self.filled..).unwrap_or_default(),
                self.ends.get_mut(self.ended..).unwrap_or_default(),
            );
            taken += read;
            self.filled += wrote;
            self.ended += ended;
            if result == ReadRecordResult::Record {
                return (taken, true);
            }
        }
        (taken, false)
    }

    fn into_parts(mut self) -> (Vec<u8>, Vec<usize>) {
        self.bytes.truncate(self.filled);
        self.ends.truncate(self.ended);
        (self.bytes, self.ends)
    }
}

/// The sign that separates the cells of a header: the comma, unless there is none and another occurs.
fn separator(header: &[u8]) -> u8 {
    [b',', b'\t', b';'].into_iter().find(|sign| header.contains(sign)).unwrap_or(b',')
}

fn wrong_number(line: u64, cells: usize, columns: usize, way_en: &str, way_zh: &str) -> Fault {
    Fault::of_line(
        line,
        Message::new(
            format!("has {cells} cells where the header has {columns}{way_en}"),
            format!("有 {cells} 个单元格，而表头有 {columns} 个{way_zh}"),
        ),
    )
}
