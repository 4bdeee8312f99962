//! Records into a file of any of the formats, one at a time.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{Record, bibtex, csl, datacite, ris};
use crate::files::{FileError, Format, MAX_ROW_BYTES, Output};
use crate::language::Text;

/// Writes records in a bibliographic format.
pub struct Writer {
    out: Output,
    records: Records,
    written: u64,
}

/// The texts of records that stand in one file.
struct Records {
    format: Format,
    /// Hashes of the citation keys so far: no two entries of a file have the same.
    keys: HashSet<u64>,
}

impl Writer {
    /// Writes to an output, in one of [`super::FORMATS`].
    pub fn new(out: Output, format: Format) -> Writer {
        Writer { out, records: Records { format, keys: HashSet::new() }, written: 0 }
    }

    /// Writes one record. One that a reader would refuse for its length is refused.
    pub fn write(&mut self, record: &Record) -> Result<(), FileError> {
        let text = self.records.text(record);
        if text.len() > MAX_ROW_BYTES {
            let (id, size) = (record.identity(), MAX_ROW_BYTES >> 20);
            let message = Text::new(
                format!("the record {id} is longer than {size} MiB and could not be read back"),
                format!("记录 {id} 超过 {size} MiB，写出后无法再读入"),
            );
            return Err(FileError::new(self.out.name(), message));
        }
        let before = self.records.before(self.written == 0);
        self.out.write(before.as_bytes())?;
        self.out.write(text.as_bytes())?;
        self.written += 1;
        Ok(())
    }

    /// Brings everything to its place, and says how many records there are.
    pub fn finish(mut self) -> Result<u64, FileError> {
        let end = self.records.end(self.written == 0);
        self.out.write(end.as_bytes())?;
        self.out.finish()?;
        Ok(self.written)
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Writer").field("written", &self.written).finish_non_exhaustive()
    }
}

/// A whole file in memory, for as many records as somebody has bounded.
pub fn whole(format: Format, records: &[Record]) -> String {
    let mut file = Whole::new(format);
    for record in records {
        file.add(record);
    }
    file.finish()
}

/// A file of records in memory, put together one after the other.
pub struct Whole {
    records: Records,
    text: String,
    is_empty: bool,
}

impl Whole {
    /// A file without records, in one of [`super::FORMATS`].
    pub fn new(format: Format) -> Whole {
        let records = Records { format, keys: HashSet::new() };
        Whole { records, text: String::new(), is_empty: true }
    }

    /// Adds a record.
    pub fn add(&mut self, record: &Record) {
        self.text.push_str(self.records.before(self.is_empty));
        self.text.push_str(&self.records.text(record));
        self.is_empty = false;
    }

    /// How many bytes there are so far.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The file.
    pub fn finish(mut self) -> String {
        self.text.push_str(self.records.end(self.is_empty));
        self.text
    }
}

impl std::fmt::Debug for Whole {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Whole").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

impl Records {
    fn is_json(&self) -> bool {
        matches!(self.format, Format::DataCite | Format::CslJson)
    }

    /// What stands before a record.
    fn before(&self, is_first: bool) -> &'static str {
        match (self.is_json(), is_first) {
            (true, true) => "[\n",
            (true, false) => ",\n",
            (false, true) => "",
            (false, false) => "\n",
        }
    }

    fn end(&self, is_empty: bool) -> &'static str {
        match (self.is_json(), is_empty) {
            (true, true) => "[]\n",
            (true, false) => "\n]\n",
            (false, _) => "",
        }
    }

    fn text(&mut self, record: &Record) -> String {
        match self.format {
            Format::DataCite => datacite::write(record).to_string(),
            Format::CslJson => csl::write(record).to_string(),
            Format::Ris => ris::write(record),
            _ => {
                let key = self.unused(&bibtex::key(record));
                bibtex::write(record, &key)
            }
        }
    }

    /// A key that no entry so far has.
    fn unused(&mut self, key: &str) -> String {
        let mut candidate = key.to_owned();
        for number in 2_u64.. {
            let mut hasher = DefaultHasher::new();
            candidate.to_lowercase().hash(&mut hasher);
            if self.keys.insert(hasher.finish()) {
                break;
            }
            candidate = format!("{key}-{number}");
        }
        candidate
    }
}
