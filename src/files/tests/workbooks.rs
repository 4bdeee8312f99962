//! Workbooks: numbers, dates and formulas as spreadsheets hold them, and files that are cut or blown up.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::sheet_rows::{Limits, SheetRows};
use super::super::source::Source;
use super::super::{Format, Reader};
use super::{open, outcome, refusal};
use crate::partial_date::PartialDate;

/// A workbook with a heading row in its third row and each type of cell below.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let hidden = book.add_worksheet();
    hidden.write(0, 0, "secret").unwrap();
    hidden.set_hidden(true);
    let day = CellFormat::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet().set_name("数据").unwrap().set_active(true);
    for (column, heading) in (0..).zip([
        "问题",
        "externalId",
        "answeredOn",
        "year",
        "count",
        "flag",
        "broken",
        "text date",
    ]) {
        sheet.write(2, column, heading).unwrap();
    }
    sheet.write(4, 0, "  什么是医疗器械？\n第二行 ").unwrap();
    sheet.write(4, 1, 16).unwrap();
    sheet.write_with_format(4, 2, ExcelDateTime::from_ymd(2024, 1, 2).unwrap(), &day).unwrap();
    sheet.write(4, 3, 2020).unwrap();
    sheet.write(4, 4, 4.5).unwrap();
    sheet.write(4, 5, true).unwrap();
    sheet.write_formula(4, 6, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write(4, 7, "2024年1月3日").unwrap();
    sheet.write(5, 2, 45_293).unwrap();
    sheet.write(5, 4, 20_260).unwrap();
    sheet.write(6, 9, "stray").unwrap();
    sheet.write_with_format(7, 2, ExcelDateTime::from_ymd(2150, 1, 2).unwrap(), &day).unwrap();
    book.add_worksheet().set_name("说明").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn cells_are_read_by_type() {
    let mut reader = open("a.xlsx", workbook()).with_aliases(&[("问题", "question")]).unwrap();
    assert_eq!(reader.format(), Format::Xlsx);
    assert_eq!(reader.sheet(), Some("数据"));
    assert_eq!(reader.other_sheets(), ["说明"]);
    assert_eq!(reader.columns()[..3], ["question", "externalId", "answeredOn"]);

    let mut row = reader.next().unwrap().unwrap();
    assert_eq!(row.line(), 5);
    assert_eq!(row.text("question").unwrap(), "什么是医疗器械？\n第二行");
    assert_eq!(row.text("externalId").unwrap(), "16");
    assert_eq!(row.date("answeredOn").unwrap().to_string(), "2024-01-02");
    assert_eq!(row.text("answeredOn").unwrap(), "2024-01-02");
    assert_eq!(row.partial_date("year"), Some(PartialDate::Year(2020)));
    assert_eq!(row.boolean("flag"), Some(true));
    assert_eq!(row.date("text date").unwrap().to_string(), "2024-01-03");
    assert!(!row.is_faulty());
    row.integer("count", 0..=9);
    row.text("broken");
    let faults = row.finish().unwrap_err().to_string();
    assert!(faults.contains("line 5, column count (E): \"4.5\" is not a whole number"), "{faults}");
    assert!(faults.contains("\"#DIV/0!\" is a formula that failed"), "{faults}");

    let mut row = reader.next().unwrap().unwrap();
    assert_eq!(row.date("answeredOn").unwrap().to_string(), "2024-01-02");
    row.date("count");
    assert!(row.finish().unwrap_err().to_string().contains("\"20260\" is a number and no date"));

    let stray = reader.next().unwrap().unwrap_err().to_string();
    assert_eq!(stray, "line 7 (J): \"stray\" stands in a column without a heading");

    let mut row = reader.next().unwrap().unwrap();
    row.date("answeredOn");
    assert!(row.finish().unwrap_err().to_string().contains("year 2150"));
    assert!(reader.next().is_none());
    assert_eq!(reader.bytes_read(), reader.bytes_total());
}

#[test]
fn a_cut_workbook_is_refused_at_every_length() {
    let whole = workbook();
    for length in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        if let Ok(reader) = Reader::from_bytes("a.xlsx", whole[..length].to_vec()) {
            panic!("{length} of {} bytes: {} rows", whole.len(), reader.count());
        }
    }
    assert!(refusal("a.xlsx", whole[..whole.len() / 2].to_vec()).contains("damaged workbook"));
}

#[test]
fn a_flipped_byte_never_panics() {
    let whole = workbook();
    for at in (0..whole.len()).step_by(11) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        if let Ok(reader) = Reader::from_bytes("a.xlsx", flipped) {
            outcome(reader);
        }
    }
}

#[test]
fn an_empty_workbook_is_refused() {
    let empty = Workbook::new().save_to_buffer().unwrap();
    assert!(refusal("a.xlsx", empty).contains("has nothing in its first sheet"));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("readme.txt", SimpleFileOptions::default()).unwrap();
    assert!(refusal("a.xlsx", archive.finish().unwrap().into_inner()).contains("damaged workbook"));
}

/// A workbook of our own XML, packed.
pub(super) fn packed(shared_strings: &str, sheet: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    for (name, text) in [
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{shared_strings}</sst>")),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>"),
        ),
    ] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The sentence with which a workbook is refused that is too large for these limits, if it is.
fn over(bytes: &[u8], limits: Limits) -> Option<String> {
    let source = Source::memory("a.xlsx", bytes.to_vec());
    SheetRows::new(source, limits).err().map(|error| error.to_string())
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let blown_up = packed(&" ".repeat(4 << 20), "");
    assert!(blown_up.len() < 1 << 16);
    let told = over(&blown_up, Limits { bytes: 3 << 20, cells: 10 }).unwrap();
    assert!(told.contains("unpacks to more than 3 MiB"), "{told}");
}

#[test]
fn one_text_in_many_cells_is_counted_each_time() {
    let text = format!("<si><t>{}</t></si>", "x".repeat(1 << 18));
    let sheet = |rows: u32| -> String {
        let row =
            |number| format!("<row r=\"{number}\"><c r=\"A{number}\" t=\"s\"><v>0</v></c></row>");
        (1..=rows).map(row).collect::<Vec<_>>().concat()
    };
    let limits = Limits { bytes: 1 << 20, cells: 10 };
    assert_eq!(over(&packed(&text, &sheet(4)), limits), None);
    assert!(over(&packed(&text, &sheet(5)), limits).unwrap().contains("unpacks to more"));
}

#[test]
fn cells_without_end_are_refused() {
    let sheet = |rows: u32| -> String {
        let row = |number| format!("<row r=\"{number}\"><c r=\"A{number}\"><v>0</v></c></row>");
        (1..=rows).map(row).collect::<Vec<_>>().concat()
    };
    let limits = Limits { bytes: 1 << 20, cells: 10 };
    assert_eq!(over(&packed("", &sheet(10)), limits), None);
    assert!(over(&packed("", &sheet(11)), limits).unwrap().contains("10 cells"));
    // Whoever opens a file for others may set the bounds narrower.
    let within = |cells| {
        let source = Source::memory("a.xlsx", packed("", &sheet(11)));
        Reader::in_format(source.within(1 << 20, cells), Format::Xlsx).is_ok()
    };
    assert_eq!((within(10), within(11)), (false, true));
}

#[test]
fn cells_far_apart_cost_nothing() {
    let sheet = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"A1048576\"><v>2</v></c></row>";
    let mut rows = super::rows("a.xlsx", packed("", sheet));
    assert_eq!((rows.len(), rows[0].line()), (1, 1_048_576));
    assert_eq!(rows[0].integer("1", 0..=9), Some(2));
    let far = "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"XFD1\"><v>2</v></c></row>";
    assert!(refusal("a.xlsx", packed("", far)).contains("16384 columns"));
}
