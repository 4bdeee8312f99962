//! Tables that people take away and open in a spreadsheet program: as CSV, or as the sheets of a workbook.
//!
//! What a [`super::Writer`] writes is meant to be read in again and is never changed; these tables are meant to be looked
//! at. So CSV begins with a byte order mark, by which spreadsheet programs know UTF-8, and a text that such a program would
//! take for a formula gets an apostrophe in front (OWASP, "CSV Injection"). A workbook tells texts from formulas by
//! itself, and keeps them as they are.

use std::io;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::writer::write_csv;

/// The most characters of a text that a cell of a workbook takes.
const MAX_CELL_CHARS: usize = 32_767;

/// The widest that a column is made, in characters of Latin script.
const MAX_WIDTH: usize = 60;

/// A value in a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A number of things.
    Count(u64),
    /// A part of a whole, from 0 to 1; shown in per cent.
    Share(f64),
    /// A day.
    Day(NaiveDate),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A value that may be missing.
    pub fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }

    /// As CSV has it.
    fn in_csv(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) if looks_like_a_formula(text) => format!("'{text}"),
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Share(share) => format!("{:.2}%", share * 100.0),
            Self::Day(day) => day.to_string(),
        }
    }

    /// About how wide it is, in characters of Latin script.
    fn width(&self) -> usize {
        let wide = |text: &str| text.chars().map(|ch| if ch.is_ascii() { 1 } else { 2 }).sum();
        match self {
            Self::Text(text) => wide(text.as_str()),
            other => wide(&other.in_csv()),
        }
    }
}

/// A spreadsheet program reads these at the front of a cell as the beginning of a formula, also where they are written
/// full width; tabs and line breaks let it look at what comes behind them. A text that has such an apostrophe by itself
/// gets another one, so that taking one off always gives the text.
pub(super) fn looks_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Rows under a heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What the sheet is called in a workbook.
    pub name: String,
    /// The heading.
    pub columns: Vec<String>,
    /// The rows, each as long as the heading.
    pub rows: Vec<Vec<Cell>>,
}

/// A table as CSV.
pub fn csv(table: &Table) -> io::Result<Vec<u8>> {
    let mut bytes = b"\xEF\xBB\xBF".to_vec();
    write_csv(&mut bytes, table.columns.iter().map(|column| Cell::text(column).in_csv()))?;
    for row in &table.rows {
        write_csv(&mut bytes, row.iter().map(Cell::in_csv))?;
    }
    Ok(bytes)
}

/// Tables as the sheets of a workbook that says when it was made.
pub fn workbook(tables: &[Table], made_at: DateTime<Utc>) -> io::Result<Vec<u8>> {
    write(tables, made_at).map_err(io::Error::other)
}

fn write(tables: &[Table], made_at: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made_at = ExcelDateTime::from_timestamp(made_at.timestamp())?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made_at));
    let formats = Formats::new();
    for table in tables {
        fill(book.add_worksheet(), table, &formats)?;
    }
    book.save_to_buffer()
}

/// Writes a table on a sheet.
pub(super) fn fill(
    sheet: &mut Worksheet,
    table: &Table,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(&table.name)?.set_freeze_panes(1, 0)?;
    for (column, heading) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(0, column, heading, &formats.heading)?;
        let cells = table.rows.iter().filter_map(|row| row.get(usize::from(column)));
        let widest = cells.map(Cell::width).chain([Cell::text(heading).width()]).max();
        let width = u16::try_from(widest.unwrap_or(0).min(MAX_WIDTH)).unwrap_or(u16::MAX);
        sheet.set_column_width(column, f64::from(width) + 2.0)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            put(sheet, row, column, cell, formats)?;
        }
    }
    Ok(())
}

pub(super) struct Formats {
    heading: Format,
    share: Format,
    day: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        Self {
            heading: Format::new().set_bold().set_text_wrap(),
            share: Format::new().set_num_format("0.00%"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
        }
    }
}

/// Writes a cell of a sheet.
pub(super) fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            let text: String = text.chars().take(MAX_CELL_CHARS).collect();
            sheet.write_string(row, column, text)?;
        }
        Cell::Count(count) => {
            // Spreadsheets know no whole numbers; these are far below where their numbers become coarse.
            #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 things")]
            let number = *count as f64;
            sheet.write_number(row, column, number)?;
        }
        Cell::Share(share) => {
            sheet.write_number_with_format(row, column, *share, &formats.share)?;
        }
        Cell::Day(day) => {
            let year = u16::try_from(day.year()).unwrap_or(u16::MAX);
            let month = u8::try_from(day.month()).unwrap_or(u8::MAX);
            let date =
                ExcelDateTime::from_ymd(year, month, u8::try_from(day.day()).unwrap_or(u8::MAX));
            match date {
                Ok(date) => sheet.write_datetime_with_format(row, column, &date, &formats.day)?,
                // Before 1900 spreadsheets know no days.
                Err(_) => sheet.write_string(row, column, day.to_string())?,
            };
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |text: &str| vec![Cell::text(text), Cell::Count(3), Cell::Share(2.0 / 3.0)];
        Table {
            name: "考核表".to_owned(),
            columns: ["站", "件", "率"].map(str::to_owned).into(),
            rows: vec![row("甲,乙"), row("=1+1"), row("＠甲"), vec![Cell::Empty; 3]],
        }
    }

    #[test]
    fn csv_opens_as_utf_8_and_holds_no_formula() {
        let text = String::from_utf8(csv(&table()).expect("memory takes it")).expect("UTF-8");
        assert_eq!(
            text,
            "\u{feff}站,件,率\n\"甲,乙\",3,66.67%\n'=1+1,3,66.67%\n'＠甲,3,66.67%\n,,\n"
        );
    }

    #[test]
    fn every_beginning_of_a_formula_is_made_harmless() {
        for begin in ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠"] {
            assert!(Cell::text(format!("{begin}cmd")).in_csv().starts_with('\''), "{begin:?}");
        }
        assert_eq!(Cell::text("a=b").in_csv(), "a=b");
    }

    #[test]
    fn a_workbook_is_the_same_for_the_same_instant() {
        let at = DateTime::from_timestamp(1_795_000_000, 0).expect("an instant");
        let once = workbook(&[table()], at).expect("memory takes it");
        assert_eq!(once, workbook(&[table()], at).expect("memory takes it"));
    }
}
