//! Data files that people bring and take away: JSON Lines, CSV and XLSX, read row by row and written back.
//!
//! A [`Reader`] finds out by itself what a file is and how it is encoded, and gives one [`Row`] after another.
//! A row hands out its cells by type and gathers every fault with line and column, so that a person sees all that is
//! wrong at once and not one thing a run:
//!
//! ```text
//! let mut reader = Reader::open(path)?.with_aliases(&[("问题", "question")])?;
//! while let Some(row) = reader.next() {
//!     let mut row = row?;
//!     let question = row.required_text("question");
//!     let answered_on = row.date("answeredOn");
//!     row.finish()?;
//! }
//! reader.unknown_columns();
//! ```
//!
//! Other modules can cut a text into records of their own kind ([`Records`]), which come as rows all the same.
//!
//! A [`Writer`] writes what a reader reads. A [`Table`] is for people to look at, in a spreadsheet program.
//!
//! Memory is bounded whatever the file holds: a row has at most [`MAX_ROW_BYTES`], a sheet at most [`MAX_SHEET_BYTES`]
//! unpacked. Nothing in a file makes this module panic. It knows files, rows, columns and values; it knows no tables
//! and no room of the service.

mod cell;
mod characters;
mod columns;
mod csv_rows;
mod dates;
mod encoding;
mod fault;
mod format;
mod json_rows;
mod lines;
mod object;
mod output;
mod reader;
mod records;
mod row;
mod sheet_rows;
mod source;
mod table;
mod template;
mod writer;

#[cfg(test)]
pub(crate) use self::tests::gb as in_gb18030;
#[cfg(test)]
mod tests;

pub use self::cell::without_nul;
pub use self::characters::{Characters, DAMAGED};
pub use self::encoding::Encoding;
pub use self::fault::{Fault, FileError, Place, RowError, RowFaults};
pub use self::format::Format;
pub use self::object::{Object, TextOrObjects};
pub use self::output::{Output, put};
pub use self::reader::Reader;
pub use self::records::{Found, FoundValue, Piece, Records};
pub use self::row::Row;
pub use self::source::Source as Input;
pub use self::table::{Cell, Table, csv, workbook};
pub use self::template::{Accepts, Template, TemplateColumn, template};
pub use self::writer::Writer;
use crate::language::Text as Message;

/// The most bytes that one row may have: a line of JSON, or a CSV row with the line breaks in its cells.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// The most columns that a CSV file or a sheet may have, and the most keys of a JSON row.
pub const MAX_COLUMNS: usize = 500;

/// The most objects that may be nested in one cell: each takes far more room than the few letters that write it.
pub const MAX_OBJECTS: usize = 10_000;

/// The most bytes that a workbook may unpack to, and the most bytes of text in its sheet.
pub const MAX_SHEET_BYTES: u64 = 256 << 20;

/// The most cells that a sheet may have.
pub const MAX_SHEET_CELLS: usize = 4_000_000;

/// The most bytes that are taken from something that cannot be read twice (standard input, a pipe).
pub const MAX_PIPED_BYTES: u64 = 256 << 20;
