//! What can be wrong with a file, a row, a cell, each with its place and a sentence for a person.

use std::error::Error;
use std::fmt;
use std::io;

use super::Message;
use crate::language::Language;

/// The longest piece of a value that a fault shows, in characters.
pub(super) const SHOWN: usize = 40;

/// One thing that is wrong with a row, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The line of the file, from 1; where a row spans several lines, the first. In a workbook the number of the row.
    pub line: u64,
    /// The column by the name that the importer knows, with the way into nested values: `citations[1].regulation`.
    pub column: Option<String>,
    /// Where to look in the line, if that is known.
    pub place: Option<Place>,
    /// The value, shortened, without line breaks.
    pub value: Option<String>,
    /// What is wrong and the way out.
    pub message: Message,
}

impl Fault {
    /// A fault of a whole line.
    pub fn of_line(line: u64, message: Message) -> Fault {
        Fault { line, column: None, place: None, value: None, message }
    }

    /// What is wrong, without the place.
    pub fn message(&self, language: Language) -> &str {
        self.message.text(language)
    }

    /// Place, value and what is wrong in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::ZhCn => self.chinese(),
        }
    }

    fn english(&self) -> String {
        let column =
            self.column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        let place = self.place.map(|place| format!(" ({place})")).unwrap_or_default();
        let value = self.value.as_ref().map(|value| format!("\"{value}\" ")).unwrap_or_default();
        format!("line {}{column}{place}: {value}{}", self.line, self.message(Language::En))
    }

    fn chinese(&self) -> String {
        let column =
            self.column.as_ref().map(|column| format!("，{column} 列")).unwrap_or_default();
        let place =
            self.place.map(|place| format!("（{}）", place.in_chinese())).unwrap_or_default();
        let value = self.value.as_ref().map(|value| format!("“{value}”")).unwrap_or_default();
        format!("第 {} 行{column}{place}：{value}{}", self.line, self.message(Language::ZhCn))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence(Language::En))
    }
}

/// A spot within a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The cell of a table, counted from 0; shown by its letter as spreadsheets do: A, B … Z, AA.
    Cell(u32),
    /// The character of the line, counted from 1.
    Character(u64),
    /// The field of a record, by the name that its format gives it: `doi` of BibTeX, `DO` of RIS.
    /// It is a reference to a reference, so that what is handed about with each row stays small.
    Field(&'static &'static str),
}

impl Place {
    fn in_chinese(self) -> String {
        match self {
            Place::Cell(_) | Place::Field(_) => self.to_string(),
            Place::Character(number) => format!("第 {number} 个字符"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Cell(index) => out.write_str(&letter(*index)),
            Place::Character(number) => write!(out, "character {number}"),
            Place::Field(name) => out.write_str(name),
        }
    }
}

/// The letters by which spreadsheets name a column.
pub(super) fn letter(index: u32) -> String {
    let mut rest = u64::from(index) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).expect("a remainder of 26 is below 26");
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A value as a fault shows it: one line, at most 40 characters.
pub(super) fn shortened(value: &str) -> String {
    let mut shown: String =
        value.trim().chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.trim().chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// Everything that is wrong with one row that could be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFaults(pub Vec<Fault>);

impl fmt::Display for RowFaults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        out.write_str(&sentences.join("\n"))
    }
}

impl Error for RowFaults {}

/// Why the next row could not be had.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// This row is damaged; reading goes on behind it.
    #[error("{0}")]
    Damaged(Fault),
    /// The file cannot be read on; nothing follows.
    #[error(transparent)]
    File(#[from] FileError),
}

impl RowError {
    /// The whole sentence in a language.
    pub fn sentence(&self, language: Language) -> String {
        match self {
            RowError::Damaged(fault) => fault.sentence(language),
            RowError::File(error) => error.sentence(language),
        }
    }
}

/// Why a file cannot be read or written at all.
#[derive(Debug)]
pub struct FileError {
    /// The file, as it was named.
    pub file: String,
    /// What is wrong and the way out.
    pub message: Message,
    cause: Option<io::Error>,
}

impl FileError {
    /// What is wrong with a file.
    pub fn new(file: &str, message: impl Into<Message>) -> FileError {
        FileError { file: file.to_owned(), message: message.into(), cause: None }
    }

    /// The system's refusal, in words where it is a usual one.
    pub fn io(file: &str, cause: io::Error) -> FileError {
        let message = match cause.kind() {
            io::ErrorKind::NotFound => {
                Message::new("is not there; check the path", "不存在，请检查路径")
            }
            io::ErrorKind::PermissionDenied => Message::new(
                "may not be opened; check its permissions",
                "没有访问权限，请检查文件权限",
            ),
            io::ErrorKind::StorageFull => {
                Message::new("does not fit on the disk; free some space", "磁盘空间不足，请先清理")
            }
            io::ErrorKind::ReadOnlyFilesystem => Message::new(
                "lies on a read-only disk; choose another folder",
                "所在磁盘只读，请换一个文件夹",
            ),
            _ => Message::new(format!("failed: {cause}"), format!("读写失败：{cause}")),
        };
        FileError { file: file.to_owned(), message, cause: Some(cause) }
    }

    /// File and fault in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::En => format!("{}: {}", self.file, self.message.text(language)),
            Language::ZhCn => format!("{}：{}", self.file, self.message.text(language)),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence(Language::En))
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        for (index, letters) in
            [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
        {
            assert_eq!(letter(index), letters);
        }
        assert_eq!(letter(u32::MAX), "MWLQKWV");
    }

    #[test]
    fn a_long_value_is_shortened() {
        assert_eq!(shortened(&"问".repeat(41)), format!("{}…", "问".repeat(40)));
        assert_eq!(shortened("a\nb"), "a b");
    }

    #[test]
    fn a_fault_says_where_in_both_languages() {
        let fault = Fault {
            line: 7,
            column: Some("answeredOn".to_owned()),
            place: Some(Place::Cell(2)),
            value: Some("20260".to_owned()),
            message: Message::new("is not a date", "不是日期"),
        };
        assert_eq!(fault.to_string(), "line 7, column answeredOn (C): \"20260\" is not a date");
        assert_eq!(fault.sentence(Language::ZhCn), "第 7 行，answeredOn 列（C）：“20260”不是日期");
    }
}
