//! The entries of a text: where each begins and ends, its key and its fields, abbreviations filled in.
//!
//! What stands between entries is comment. An entry that is never closed ends where the next one begins at the front of a
//! line, so that one lost brace costs one entry. Abbreviations (`@string`) may be made of abbreviations: what they grow to
//! is bounded, in each entry and in the file as a whole.

use std::collections::HashMap;

use super::{FIELDS, read};
use crate::files::{
    Characters, Fault, FileError, Format, Found, MAX_ROW_BYTES, Piece, Records, RowError,
};
use crate::language::Text;

/// The most abbreviations that are kept, and the most bytes of all of them.
const MAX_MACROS: usize = 10_000;
const MAX_MACRO_BYTES: usize = MAX_ROW_BYTES;

/// How many bytes are filled in for abbreviations, for each byte of the file that was read: they save typing, and a file
/// of them alone is not much shorter than what it says. Without this an abbreviation of a megabyte, named by ten thousand
/// entries, would be ten gigabytes.
const FILLED_IN_PER_BYTE: u64 = 4;

/// The most fields of an entry.
const MAX_FIELDS: usize = 500;

/// One entry.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Its type, in lower case.
    pub(super) kind: String,
    /// Its citation key.
    pub(super) key: String,
    /// Its fields by name in lower case, as they stand between their outermost braces.
    fields: HashMap<String, String>,
}

impl Entry {
    /// The field of a name.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// Cuts a text into entries.
#[derive(Default)]
pub(in super::super) struct BibtexRecords {
    macros: HashMap<String, String>,
    macro_bytes: usize,
    /// The bytes that were filled in for abbreviations so far.
    filled_in: u64,
    /// An entry whose beginning ended the one before it.
    begun: Option<Begin>,
}

/// The front of an entry, up to its first bracket.
struct Begin {
    line: u64,
    kind: String,
    bracket: char,
}

impl BibtexRecords {
    fn step(&mut self, text: &mut Characters) -> Result<Option<Found>, RowError> {
        loop {
            let begin = match self.begun.take() {
                Some(begin) => begin,
                None => match seek(text)? {
                    Some(begin) => begin,
                    None => return Ok(None),
                },
            };
            let (line, kind) = (begin.line, begin.kind.clone());
            let (body, closed) = self.body(text, &begin)?;
            if matches!(kind.as_str(), "comment" | "preamble") {
                continue;
            }
            body.check(text)?;
            if !closed {
                let message = Text::new(
                    "is an entry that is never closed; a brace is missing in it",
                    "条目没有结束，缺少花括号",
                );
                return Err(damaged(line, message));
            }
            if kind == "string" {
                self.define(&body, text)?;
                continue;
            }
            let entry = self.parse(&body, text, |parser| parser.entry(kind))?;
            let record = read(&entry);
            let raw = format!("@{}{}{}", begin.kind, begin.bracket, body.text);
            return Ok(Some(record.found(line, raw, Format::Bibtex, FIELDS)));
        }
    }

    /// What stands between the brackets of an entry, and whether it was closed.
    fn body(&mut self, text: &mut Characters, begin: &Begin) -> Result<(Piece, bool), FileError> {
        let mut piece = Piece::at(begin.line);
        let mut depth = 0_u32;
        let mut at_front = false;
        while let Some(c) = text.peek()? {
            if at_front && c == '@' {
                let line = text.line();
                match front(text, line)? {
                    Ok(next) => {
                        self.begun = Some(next);
                        return Ok((piece, false));
                    }
                    Err(taken) => taken.chars().for_each(|c| piece.push(c)),
                }
                at_front = false;
                continue;
            }
            text.next()?;
            piece.push(c);
            at_front = c == '\n' || (at_front && c.is_whitespace());
            match c {
                '{' => depth = depth.saturating_add(1),
                '}' if depth == 0 => return Ok((piece, begin.bracket == '{')),
                '}' => depth -= 1,
                ')' if depth == 0 && begin.bracket == '(' => return Ok((piece, true)),
                _ => {}
            }
        }
        Ok((piece, false))
    }

    /// Reads what stands between brackets, with as much room for abbreviations as the file has left.
    fn parse<T>(
        &mut self,
        body: &Piece,
        text: &Characters,
        read: impl FnOnce(&mut Parser<'_>) -> Result<T, RowError>,
    ) -> Result<T, RowError> {
        let allowed = MAX_ROW_BYTES as u64 + FILLED_IN_PER_BYTE * text.bytes_read();
        let room = allowed.saturating_sub(self.filled_in);
        let mut parser =
            Parser { text: &body.text, at: 0, line: body.line, macros: &self.macros, room };
        let parsed = read(&mut parser);
        // What was filled in before a fault counts too: it took its time.
        self.filled_in += room - parser.room;
        parsed
    }

    /// Keeps an abbreviation.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method itself is one of a single lifetime"
    )]
    fn define(&mut self, body: &Piece, text: &Characters) -> Result<(), RowError> {
        let (name, value) = self.parse(body, text, |parser| parser.field())?;
        if name.is_empty() {
            return Ok(());
        }
        self.macro_bytes += name.len() + value.len();
        if self.macros.len() >= MAX_MACROS || self.macro_bytes > MAX_MACRO_BYTES {
            let message = Text::new(
                "is one abbreviation too many, or they grow too long; write the texts out",
                "@string 缩写过多或过长，请直接写出文本",
            );
            // What was kept so far goes on to count.
            self.macro_bytes -= name.len() + value.len();
            return Err(damaged(body.line, message));
        }
        self.macros.insert(name, value);
        Ok(())
    }
}

impl Records for BibtexRecords {
    fn next(&mut self, text: &mut Characters) -> Option<Result<Found, RowError>> {
        self.step(text).transpose()
    }
}

/// Goes to the next beginning of an entry.
fn seek(text: &mut Characters) -> Result<Option<Begin>, FileError> {
    while let Some(c) = text.peek()? {
        if c != '@' {
            text.next()?;
            continue;
        }
        let line = text.line();
        if let Ok(begin) = front(text, line)? {
            return Ok(Some(begin));
        }
    }
    Ok(None)
}

/// Reads `@article{`, or what stood there instead.
fn front(text: &mut Characters, line: u64) -> Result<Result<Begin, String>, FileError> {
    const MAX_LETTERS: usize = 40;
    let mut taken = String::new();
    taken.extend(text.next()?);
    let mut kind = String::new();
    while let Some(c) = text.peek()? {
        let blank = c.is_whitespace() && c != '\n';
        if c.is_ascii_alphabetic() && taken.len() < MAX_LETTERS {
            kind.push(c.to_ascii_lowercase());
        } else if matches!(c, '{' | '(') && !kind.is_empty() {
            text.next()?;
            return Ok(Ok(Begin { line, kind, bracket: c }));
        } else if !blank || taken.len() >= MAX_LETTERS {
            break;
        }
        taken.extend(text.next()?);
    }
    Ok(Err(taken))
}

fn damaged(line: u64, message: Text) -> RowError {
    RowError::Damaged(Fault::of_line(line, message))
}

/// Reads what stands between the brackets of an entry. Every loop takes at least one character, and nothing recurs.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    macros: &'a HashMap<String, String>,
    /// How many bytes may still be filled in for abbreviations.
    room: u64,
}

impl<'a> Parser<'a> {
    fn entry(&mut self, kind: String) -> Result<Entry, RowError> {
        let mut entry = Entry { kind, ..Entry::default() };
        let end = self.rest().find([',', '=', '}', '\n']);
        let end = end.filter(|end| !self.rest().get(*end..).is_some_and(|it| it.starts_with('=')));
        if let Some(end) = end {
            self.take(end).trim().clone_into(&mut entry.key);
        }
        let mut bytes = 0;
        loop {
            self.skip(|c| c.is_whitespace() || c == ',');
            if self.is_at_end() {
                return Ok(entry);
            }
            let (name, value) = self.field()?;
            bytes += value.len();
            if bytes > MAX_ROW_BYTES || entry.fields.len() >= MAX_FIELDS {
                let message = Text::new(
                    "is an entry whose fields grow too long or too many",
                    "条目的字段过多或过长",
                );
                return Err(damaged(self.line, message));
            }
            entry.fields.entry(name).or_insert(value);
        }
    }

    /// A name and the value behind its sign of equality.
    fn field(&mut self) -> Result<(String, String), RowError> {
        self.skip(char::is_whitespace);
        let end = self.rest().find(['=', '\n', ',', '{', '"', '}']).unwrap_or(self.rest().len());
        let name = self.take(end).trim().to_lowercase();
        self.skip(char::is_whitespace);
        if !self.rest().starts_with('=') || name.is_empty() {
            let shown: String = name.chars().take(40).collect();
            let message = Text::new(
                format!(
                    "has something that is no field: {shown:?} without a name or a sign of equality"
                ),
                format!("含有不是字段的内容：“{shown}”缺少名称或等号"),
            );
            return Err(damaged(self.line_here(), message));
        }
        self.take(1);
        Ok((name, self.value()?))
    }

    /// Pieces joined by `#`: in braces, in quotes, a number, an abbreviation.
    fn value(&mut self) -> Result<String, RowError> {
        let mut value = String::new();
        loop {
            self.skip(char::is_whitespace);
            let piece = match self.rest().chars().next() {
                Some('{') => self.until('}')?.to_owned(),
                Some('"') => self.until('"')?.to_owned(),
                _ => self.word()?,
            };
            if value.len() + piece.len() > MAX_ROW_BYTES {
                return Err(self.grown_too_long());
            }
            value.push_str(&piece);
            self.skip(char::is_whitespace);
            if !self.rest().starts_with('#') {
                return Ok(value);
            }
            self.take(1);
        }
    }

    /// A number, or an abbreviation; one that is not known stands for itself.
    fn word(&mut self) -> Result<String, RowError> {
        let end =
            |c: char| c.is_whitespace() || matches!(c, ',' | '#' | '}' | '{' | '"' | ')' | '=');
        let end = self.rest().find(end).unwrap_or(self.rest().len());
        let word = self.take(end);
        let Some(meant) = self.macros.get(&word.to_lowercase()) else {
            return Ok(word.to_owned());
        };
        let left = self.room.checked_sub(meant.len() as u64);
        self.room = left.ok_or_else(|| self.grown_too_long())?;
        Ok(meant.clone())
    }

    fn grown_too_long(&self) -> RowError {
        let message = Text::new(
            "has abbreviations that grow too long, here or in the file as a whole; write the texts out",
            "@string 缩写展开后过长（本条或整个文件），请直接写出文本",
        );
        damaged(self.line_here(), message)
    }

    /// What stands up to a closing sign outside of further braces; the signs themselves are left out.
    fn until(&mut self, close: char) -> Result<&'a str, RowError> {
        self.take(1);
        let mut depth = 0_u32;
        for (at, c) in self.rest().char_indices() {
            match c {
                c if c == close && depth == 0 => {
                    let inside = self.take(at);
                    self.take(1);
                    return Ok(inside);
                }
                '{' => depth = depth.saturating_add(1),
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                _ => {}
            }
        }
        let message = Text::new(
            format!("has a value without its closing {close}"),
            format!("字段值缺少结束的 {close}"),
        );
        Err(damaged(self.line_here(), message))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn skip(&mut self, which: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(which).len();
    }

    /// Whether there is nothing left but the bracket that closes the entry.
    fn is_at_end(&self) -> bool {
        matches!(self.rest(), "" | "}" | ")")
    }

    fn line_here(&self) -> u64 {
        let before = self.text.get(..self.at).unwrap_or_default();
        self.line + before.matches('\n').count() as u64
    }
}
