//! Workbooks for people to fill in: a heading, cells that say what they take, lists to choose from, and a sheet that
//! explains.
//!
//! The first sheet is the one that a reader reads. The lists stand on a hidden sheet, since a choice that is written into
//! the cell itself may have 255 characters at most.

use std::io;

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties,
    ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError,
};

use super::table::{self, Cell, Formats, Table};

/// How many rows can be chosen in.
const ROWS: u32 = 5_000;

/// The most characters of a text that a cell of a workbook takes.
const MAX_CELL_CHARS: usize = 32_767;

/// What the cells of a column take.
#[derive(Clone, Debug, PartialEq)]
pub enum Accepts {
    /// Any text.
    Text,
    /// A day.
    Day,
    /// A whole number within bounds.
    Whole(i32, i32),
    /// One of these.
    OneOf(Vec<String>),
    /// Any text, of which these are common.
    Suggestions(Vec<String>),
}

/// A column to fill in.
#[derive(Clone, Debug)]
pub struct TemplateColumn {
    /// Its heading.
    pub heading: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What its cells take.
    pub accepts: Accepts,
    /// How wide it is, in characters of Latin script.
    pub width: u16,
}

/// A workbook to fill in.
#[derive(Clone, Debug)]
pub struct Template {
    /// What the sheet to fill in is called.
    pub name: String,
    /// Its columns.
    pub columns: Vec<TemplateColumn>,
    /// Rows that are there already, each as long as the columns.
    pub rows: Vec<Vec<Cell>>,
    /// A sheet behind it, that explains.
    pub explanation: Table,
}

/// The template as a workbook that says when it was made.
///
/// Fails where a text is longer than a cell may be: to cut it off would lose it without a word.
pub fn template(template: &Template, made_at: DateTime<Utc>) -> io::Result<Vec<u8>> {
    let texts = template.rows.iter().flatten().filter_map(|cell| match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    });
    for text in texts {
        // Excel counts in UTF-16.
        if text.encode_utf16().count() > MAX_CELL_CHARS {
            let begin: String = text.chars().take(40).collect();
            return Err(io::Error::other(format!(
                "a cell of a workbook takes {MAX_CELL_CHARS} characters, and the text {begin:?}… has more; write csv or jsonl"
            )));
        }
    }
    write(template, made_at).map_err(io::Error::other)
}

fn write(template: &Template, made_at: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made_at = ExcelDateTime::from_timestamp(made_at.timestamp())?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made_at));
    let formats = Formats::new();
    let lists = lists(template);
    let sheet = book.add_worksheet();
    sheet.set_name(&template.name)?.set_freeze_panes(1, 0)?;
    for (at, column) in (0..).zip(&template.columns) {
        head(sheet, at, column)?;
        let list = lists.iter().position(|(of, _)| *of == at);
        if let Some(rule) = rule(column, list, &lists)? {
            sheet.add_data_validation(1, at, ROWS, at, &rule)?;
        }
    }
    for (row, cells) in (1..).zip(&template.rows) {
        for (at, cell) in (0..).zip(cells) {
            table::put(sheet, row, at, cell, &formats)?;
        }
    }
    table::fill(book.add_worksheet(), &template.explanation, &formats)?;
    let sheet = book.add_worksheet();
    sheet.set_name(LISTS)?.set_hidden(true);
    for (at, (_, items)) in (0..).zip(&lists) {
        for (row, item) in (0..).zip(items.iter()) {
            sheet.write_string(row, at, item)?;
        }
    }
    book.save_to_buffer()
}

const LISTS: &str = "lists";

/// The lists to choose from, each with the column that it is for.
fn lists(template: &Template) -> Vec<(u16, &[String])> {
    let list = |(at, column): (u16, &'_ TemplateColumn)| match &column.accepts {
        Accepts::OneOf(_) | Accepts::Suggestions(_) => Some(at),
        Accepts::Text | Accepts::Day | Accepts::Whole(..) => None,
    };
    let columns = (0..).zip(&template.columns).filter_map(list);
    let items = |at: u16| match &template.columns.get(usize::from(at))?.accepts {
        Accepts::OneOf(items) | Accepts::Suggestions(items) if !items.is_empty() => {
            Some((at, items.as_slice()))
        }
        _ => None,
    };
    columns.filter_map(items).collect()
}

fn head(sheet: &mut Worksheet, at: u16, column: &TemplateColumn) -> Result<(), XlsxError> {
    let heading = Format::new().set_bold().set_text_wrap();
    let heading = if column.required {
        heading.set_background_color(Color::RGB(0x00FC_E4D6))
    } else {
        heading.set_background_color(Color::RGB(0x00E2_EFDA))
    };
    sheet.set_column_width(at, f64::from(column.width))?;
    if column.accepts == Accepts::Day {
        sheet.set_column_format(at, &Format::new().set_num_format("yyyy-mm-dd"))?;
    } else if !matches!(column.accepts, Accepts::Whole(..)) {
        // As text: numbers of applications and of trials are no numbers.
        sheet.set_column_format(at, &Format::new().set_num_format("@"))?;
    }
    sheet.write_string_with_format(0, at, &column.heading, &heading)?;
    Ok(())
}

/// People are asked whether they mean it: a mark such as `-` is no number and no day.
const WARNING: DataValidationErrorStyle = DataValidationErrorStyle::Warning;

/// What a spreadsheet program lets people write into a column.
fn rule(
    column: &TemplateColumn,
    chosen_from: Option<usize>,
    lists: &[(u16, &[String])],
) -> Result<Option<DataValidation>, XlsxError> {
    let days = || -> Result<_, XlsxError> {
        Ok((ExcelDateTime::from_ymd(1949, 1, 1)?, ExcelDateTime::from_ymd(2100, 12, 31)?))
    };
    let rule = match &column.accepts {
        Accepts::Text => return Ok(None),
        Accepts::Whole(first, last) => {
            let within = DataValidationRule::Between(*first, *last);
            let message = format!("{}：{first}–{last}", column.heading);
            DataValidation::new()
                .allow_whole_number(within)
                .set_error_message(message)?
                .set_error_style(WARNING)
        }
        Accepts::Day => {
            let (first, last) = days()?;
            let within = DataValidationRule::Between(first, last);
            let message = format!("{}：2024-01-31", column.heading);
            DataValidation::new()
                .allow_date(within)
                .set_error_message(message)?
                .set_error_style(WARNING)
        }
        Accepts::OneOf(_) | Accepts::Suggestions(_) => {
            let Some(at) = chosen_from else { return Ok(None) };
            let Some((_, items)) = lists.get(at) else { return Ok(None) };
            let letter = super::fault::letter(u32::try_from(at).unwrap_or(u32::MAX));
            let range = format!("={LISTS}!${letter}$1:${letter}${}", items.len());
            let rule = DataValidation::new().allow_list_formula(Formula::new(range));
            let strict = matches!(column.accepts, Accepts::OneOf(_));
            rule.show_error_message(strict)
        }
    };
    Ok(Some(rule))
}
