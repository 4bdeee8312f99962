//! Typed access to named values that gathers faults instead of stopping at the first.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::cell::{Cell, bare};
use super::columns::Log;
use super::{Fault, MAX_OBJECTS, Message, Place};
use crate::partial_date::PartialDate;

/// The most faults that are kept of one row: nobody reads the thousandth.
const MAX_FAULTS: usize = 50;

/// A value with its name.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) place: Option<Place>,
    pub(super) cell: Cell,
    asked: bool,
}

impl Entry {
    pub(super) fn new(name: Arc<str>, place: Option<Place>, cell: Cell) -> Entry {
        Entry { name, place, cell, asked: false }
    }

    /// A value that need not be asked for to have been known.
    pub(super) fn known(name: Arc<str>, place: Option<Place>, cell: Cell) -> Entry {
        Entry { name, place, cell, asked: true }
    }
}

/// The values of a row, or of an object nested in it, by column.
///
/// Columns are found by their exact name, and failing that without regard to case.
/// An empty cell, a JSON null and a column that is not there are the same: nothing.
/// Whatever is wrong with a value becomes a fault of the row, and the value counts as nothing.
#[derive(Debug)]
pub struct Object {
    line: u64,
    /// The way to this object within the row, as faults name it (`citations[1].`) and as columns are named
    /// (`citations.`); empty for the row itself.
    path: String,
    kind: String,
    place: Option<Place>,
    entries: Vec<Entry>,
    faults: Arc<Mutex<Vec<Fault>>>,
    log: Log,
}

/// A cell that holds either a short notation or structured values.
#[derive(Debug)]
pub enum TextOrObjects {
    /// A text in a notation of the caller's; several texts of a list are joined by `; `.
    Text(String),
    /// The objects of a JSON array (or one JSON object).
    Objects(Vec<Object>),
}

impl Object {
    pub(super) fn new(line: u64, entries: Vec<Entry>, log: Log) -> Object {
        let faults = Arc::default();
        Object { line, path: String::new(), kind: String::new(), place: None, entries, faults, log }
    }

    fn nested(&self, column: &str, number: Option<usize>, fields: Map<String, Value>) -> Object {
        let index = number.map(|number| format!("[{number}]")).unwrap_or_default();
        let entries = fields
            .into_iter()
            .map(|(name, value)| Entry::new(name.into(), None, Cell::of_json(value)));
        Object {
            line: self.line,
            path: format!("{}{column}{index}.", self.path),
            kind: format!("{}{column}.", self.kind),
            place: self.entry(column).and_then(|at| self.entries.get(at)?.place).or(self.place),
            entries: entries.collect(),
            faults: Arc::clone(&self.faults),
            log: self.log.clone(),
        }
    }

    /// The line of the file in which the row starts; in a workbook the number of the row.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Puts words in the place of labels: where the column has one of these labels, it has the word from then on.
    ///
    /// The raw record is to be asked for before.
    pub fn translate(&mut self, column: &str, words: &[(&str, &str)]) {
        let Some(entry) = self.entry(column).and_then(|at| self.entries.get_mut(at)) else {
            return;
        };
        if let Cell::Text(text) = &mut entry.cell
            && let Some((_, word)) = words.iter().find(|(label, _)| *label == text.trim())
        {
            (*word).clone_into(text);
        }
    }

    /// Whether there is a value.
    pub fn has(&mut self, column: &str) -> bool {
        self.ask(column).is_some_and(|cell| !cell.is_empty())
    }

    /// Whether there is such a column, empty or not, or one for a part of it: `contact.name` for `contact`.
    pub fn knows(&self, column: &str) -> bool {
        let is_part = |name: &str| name.strip_prefix(column).is_some_and(|it| it.starts_with('.'));
        self.entry(column).is_some() || self.entries.iter().any(|entry| is_part(&entry.name))
    }

    /// Whether there is a value; a fault if not.
    pub fn require(&mut self, column: &str) -> bool {
        let there = self.has(column);
        if !there {
            self.fault(column, Message::new("is required but empty", "必填，但为空"));
        }
        there
    }

    /// A text, trimmed and otherwise as written; without control characters but tabs and line breaks.
    pub fn text(&mut self, column: &str) -> Option<String> {
        self.read(column, Cell::text)
    }

    /// A text that must be there; empty, with a fault, if it is not.
    pub fn required_text(&mut self, column: &str) -> String {
        if self.require(column) { self.text(column).unwrap_or_default() } else { String::new() }
    }

    /// Texts: a JSON array, or a text split at `;`, `；`, `|`, `、` and line breaks, but not at commas.
    pub fn texts(&mut self, column: &str) -> Vec<String> {
        self.read(column, |cell| cell.texts().map(Some)).unwrap_or_default()
    }

    /// A day: `2024-01-02`, `2024/1/2`, `2024年1月2日`, or a date of a spreadsheet; in the years 1949 to 2100.
    pub fn date(&mut self, column: &str) -> Option<NaiveDate> {
        self.read(column, Cell::date)
    }

    /// A day, a month (`2024-01`) or a year (`2024`).
    pub fn partial_date(&mut self, column: &str) -> Option<PartialDate> {
        self.read(column, Cell::partial_date)
    }

    /// A whole number within bounds.
    pub fn integer(&mut self, column: &str, range: RangeInclusive<i64>) -> Option<i64> {
        self.read(column, |cell| match cell.integer()? {
            Some(number) if !range.contains(&number) => {
                let (first, last) = (range.start(), range.end());
                Err(Message::new(
                    format!("is not between {first} and {last}"),
                    format!("应在 {first} 至 {last} 之间"),
                ))
            }
            number => Ok(number),
        })
    }

    /// Yes or no: `true`, `yes`, `y`, `1`, `是`, `false`, `no`, `n`, `0`, `否`.
    pub fn boolean(&mut self, column: &str) -> Option<bool> {
        self.read(column, Cell::boolean)
    }

    /// One of the allowed values, in any case, with spaces or hyphens for underscores; parsed from its exact name.
    pub fn choice<T: FromStr>(&mut self, column: &str, allowed: &[&str]) -> Option<T> {
        self.read(column, |cell| cell.text()?.map(|text| chosen(&text, allowed)).transpose())
    }

    /// Several of the allowed values.
    pub fn choices<T: FromStr>(&mut self, column: &str, allowed: &[&str]) -> Vec<T> {
        self.read(column, |cell| {
            cell.texts()?
                .iter()
                .map(|text| chosen(text, allowed))
                .collect::<Result<_, _>>()
                .map(Some)
        })
        .unwrap_or_default()
    }

    /// An object nested in the row; in a table a cell that holds JSON.
    pub fn object(&mut self, column: &str) -> Option<Object> {
        let fields = self.read(column, |cell| match cell.nested()?.into_owned() {
            Cell::Empty => Ok(None),
            Cell::Object(fields) => Ok(Some(fields)),
            _ => Err(Message::new("should be a JSON object: {…}", "应为 JSON 对象：{…}")),
        })?;
        Some(self.nested(column, None, fields))
    }

    /// Objects nested in the row: an array of JSON; in a table a cell that holds JSON.
    pub fn objects(&mut self, column: &str) -> Vec<Object> {
        match self.text_or_objects(column) {
            None => Vec::new(),
            Some(TextOrObjects::Objects(objects)) => objects,
            Some(TextOrObjects::Text(_)) => {
                self.fault(
                    column,
                    Message::new(
                        "should be a list of JSON objects: [{…}]",
                        "应为 JSON 对象列表：[{…}]",
                    ),
                );
                Vec::new()
            }
        }
    }

    /// Objects, or a text for which the caller has a notation of its own.
    pub fn text_or_objects(&mut self, column: &str) -> Option<TextOrObjects> {
        let found = self.read(column, |cell| sorted_out(cell.nested()?.into_owned()))?;
        Some(match found {
            Ok(text) => TextOrObjects::Text(text),
            Err(objects) => TextOrObjects::Objects(
                objects
                    .into_iter()
                    .enumerate()
                    .map(|(at, fields)| self.nested(column, Some(at), fields))
                    .collect(),
            ),
        })
    }

    /// The value as JSON, whatever it is.
    pub fn json(&mut self, column: &str) -> Option<Value> {
        self.ask(column).filter(|cell| !cell.is_empty()).map(Cell::to_json)
    }

    /// All values as JSON, whether asked for or not: the raw record.
    pub fn record(&self) -> Map<String, Value> {
        let filled = self.entries.iter().filter(|entry| !entry.cell.is_empty());
        filled.map(|entry| (bare(&entry.name), entry.cell.to_json())).collect()
    }

    /// Adds a fault of the caller's to a column, which is shown with its place and value.
    pub fn fault(&mut self, column: &str, message: impl Into<Message>) {
        // A list of a hundred thousand wrong items is told of once for each: what nobody keeps is not put together.
        if self.has_faults_enough() {
            return;
        }
        let entry = self.entry(column).and_then(|at| self.entries.get(at));
        let fault = Fault {
            line: self.line,
            column: Some(format!("{}{column}", self.path)),
            place: entry.and_then(|entry| entry.place).or(self.place),
            value: entry.and_then(|entry| entry.cell.shown()),
            message: message.into(),
        };
        self.add(fault);
    }

    /// Adds a fault that belongs to no column.
    pub fn fault_of_row(&mut self, message: impl Into<Message>) {
        self.add(Fault::of_line(self.line, message.into()));
    }

    /// Whether anything is wrong with the row so far, here or in objects nested in it.
    pub fn is_faulty(&self) -> bool {
        !self.faults.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(super) fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn has_faults_enough(&self) -> bool {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).len() >= MAX_FAULTS
    }

    fn add(&self, fault: Fault) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        if faults.len() < MAX_FAULTS {
            faults.push(fault);
        }
    }

    fn entry(&self, column: &str) -> Option<usize> {
        let exact = self.entries.iter().position(|entry| &*entry.name == column);
        exact.or_else(|| {
            self.entries.iter().position(|entry| entry.name.eq_ignore_ascii_case(column))
        })
    }

    fn ask(&mut self, column: &str) -> Option<&Cell> {
        let at = self.entry(column)?;
        let entry = self.entries.get_mut(at)?;
        entry.asked = true;
        Some(&entry.cell)
    }

    fn read<T>(
        &mut self,
        column: &str,
        read: impl FnOnce(&Cell) -> Result<Option<T>, Message>,
    ) -> Option<T> {
        match read(self.ask(column)?) {
            Ok(value) => value,
            Err(message) => {
                self.fault(column, message);
                None
            }
        }
    }
}

/// However a row ends, the reader learns which of its columns were asked for.
impl Drop for Object {
    fn drop(&mut self) {
        for entry in &self.entries {
            if self.kind.is_empty() {
                self.log.note(&entry.name, entry.asked);
            } else {
                self.log.note(&format!("{}{}", self.kind, entry.name), entry.asked);
            }
        }
    }
}

/// A text, or else objects.
type Sorted = Result<String, Vec<Map<String, Value>>>;

fn sorted_out(cell: Cell) -> Result<Option<Sorted>, Message> {
    let items = match cell {
        Cell::List(items) if items.is_empty() => return Ok(None),
        Cell::List(items) => items,
        Cell::Object(fields) => return Ok(Some(Err(vec![fields]))),
        other => return Ok(other.text()?.map(Ok)),
    };
    if items.iter().all(Value::is_string) {
        let texts = Cell::List(items).texts()?;
        return Ok((!texts.is_empty()).then(|| Ok(texts.join("; "))));
    }
    if items.len() > MAX_OBJECTS {
        return Err(Message::new(
            format!("has more than {MAX_OBJECTS} items; split the row"),
            format!("超过 {MAX_OBJECTS} 项，请拆分该行"),
        ));
    }
    let objects = items.into_iter().map(|item| match item {
        Value::Object(fields) => Ok(fields),
        _ => Err(Message::new(
            "should be a list of objects, or of texts",
            "列表中应全部是对象，或全部是文本",
        )),
    });
    objects.collect::<Result<_, _>>().map(|objects| Some(Err(objects)))
}

fn chosen<T: FromStr>(text: &str, allowed: &[&str]) -> Result<T, Message> {
    let wanted = text.replace([' ', '-'], "_");
    let found =
        allowed.iter().find(|name| name.replace([' ', '-'], "_").eq_ignore_ascii_case(&wanted));
    found.and_then(|name| name.parse().ok()).ok_or_else(|| {
        let (names, more) = allowed.split_at(allowed.len().min(12));
        let names = names.join(", ");
        let more = if more.is_empty() { "" } else { " …" };
        Message::new(format!("is not one of {names}{more}"), format!("应为以下之一：{names}{more}"))
    })
}
