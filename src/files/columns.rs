//! Which columns a file has, and which of them anybody asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::fault::letter;
use super::{FileError, MAX_COLUMNS, Message};

/// What was learnt about columns while rows were read; shared by a reader and its rows.
#[derive(Clone, Default, Debug)]
pub(super) struct Log(Arc<Mutex<Seen>>);

#[derive(Default, Debug)]
struct Seen {
    /// In the order in which they turned up.
    names: Vec<String>,
    /// The place in `names`, and whether some row was asked for it.
    known: HashMap<String, (usize, bool)>,
}

impl Log {
    /// Notes that a row had a column, and whether it was asked for.
    pub(super) fn note(&self, column: &str, asked: bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = seen.known.get_mut(column) {
            *known |= asked;
            return;
        }
        // A file with a new key in every row must not fill the memory.
        if seen.names.len() < 2 * MAX_COLUMNS {
            let place = seen.names.len();
            seen.names.push(column.to_owned());
            seen.known.insert(column.to_owned(), (place, asked));
        }
    }

    /// The columns that no row was asked for, in the order in which they turned up.
    pub(super) fn unknown(&self) -> Vec<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.names
            .iter()
            .filter(|name| !seen.known.get(*name).is_some_and(|(_, asked)| *asked))
            .cloned()
            .collect()
    }

    /// The columns at the top of a row, in the order in which they turned up.
    pub(super) fn names(&self) -> Vec<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.names.iter().filter(|name| !name.contains('.')).cloned().collect()
    }
}

/// Other names for columns, as a template in another language has them.
#[derive(Clone, Default, Debug)]
pub(super) struct Aliases(HashMap<String, Arc<str>>);

impl Aliases {
    pub(super) fn new(pairs: &[(&str, &str)]) -> Aliases {
        Aliases(
            pairs
                .iter()
                .map(|(alias, column)| (alias.trim().to_lowercase(), Arc::from(*column)))
                .collect(),
        )
    }

    /// The column that a heading means.
    pub(super) fn column(&self, heading: &str) -> Arc<str> {
        let heading = heading.trim();
        if self.0.is_empty() {
            return heading.into();
        }
        self.0.get(&heading.to_lowercase()).map_or_else(|| heading.into(), Arc::clone)
    }
}

/// The headings of a table.
#[derive(Default, Debug)]
pub(super) struct Header {
    pub(super) line: u64,
    headings: Vec<String>,
    /// One name for each place; a column without a heading is named by its letter.
    pub(super) names: Vec<Arc<str>>,
}

impl Header {
    /// Takes the headings of a table; empty ones at the end are dropped, two of the same name refused.
    pub(super) fn new(
        file: &str,
        line: u64,
        mut headings: Vec<String>,
    ) -> Result<Header, FileError> {
        while headings.last().is_some_and(|heading| heading.trim().is_empty()) {
            headings.pop();
        }
        if headings.len() > MAX_COLUMNS {
            return Err(FileError::new(
                file,
                Message::new(
                    format!("line {line}: has {} columns, more than {MAX_COLUMNS}", headings.len()),
                    format!("第 {line} 行：有 {} 列，超过 {MAX_COLUMNS} 列", headings.len()),
                ),
            ));
        }
        let mut header = Header { line, headings, names: Vec::new() };
        header.name(file, &Aliases::default())?;
        Ok(header)
    }

    /// The names, in their order.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.iter().map(ToString::to_string).collect()
    }

    /// Names the columns anew by these aliases.
    pub(super) fn name(&mut self, file: &str, aliases: &Aliases) -> Result<(), FileError> {
        let letters = (0..).map(letter);
        let named = self.headings.iter().zip(letters).map(|(heading, letter)| {
            if heading.trim().is_empty() {
                Arc::from(format!("({letter})"))
            } else {
                aliases.column(heading)
            }
        });
        self.names = named.collect();
        let mut first: HashMap<String, usize> = HashMap::new();
        for (at, name) in self.names.iter().enumerate() {
            if let Some(before) = first.insert(name.to_ascii_lowercase(), at) {
                let [one, other] =
                    [before, at].map(|at| letter(u32::try_from(at).unwrap_or(u32::MAX)));
                let line = self.line;
                return Err(FileError::new(
                    file,
                    Message::new(
                        format!(
                            "line {line}: columns {one} and {other} are both {name}; remove or rename one"
                        ),
                        format!(
                            "第 {line} 行：{one} 列和 {other} 列都是 {name}，请删除或改名其中之一"
                        ),
                    ),
                ));
            }
        }
        Ok(())
    }
}
