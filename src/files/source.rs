//! Where a file's bytes come from: a file, standard input, or memory.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use super::sheet_rows::Limits;
use super::{FileError, MAX_PIPED_BYTES, MAX_SHEET_BYTES, MAX_SHEET_CELLS, Message};

/// Bytes that can be read more than once: the first pass finds the encoding.
pub(super) trait Bytes: Read + Seek + Send {}
impl<T: Read + Seek + Send> Bytes for T {}

/// A named source of bytes.
pub struct Source {
    pub(super) name: String,
    pub(super) bytes: Box<dyn Bytes>,
    pub(super) length: u64,
    /// What it may hold, should it be a workbook.
    pub(super) sheet: Limits,
}

/// What the operator brings may hold this much.
const LIMITS: Limits = Limits { bytes: MAX_SHEET_BYTES, cells: MAX_SHEET_CELLS };

impl Source {
    /// A file by its path; `-` is standard input.
    pub fn open(path: &Path) -> Result<Source, FileError> {
        let name = path.display().to_string();
        if path.as_os_str() == "-" {
            return Source::piped("standard input", io::stdin().lock());
        }
        let file = File::open(path).map_err(|cause| FileError::io(&name, cause))?;
        let metadata = file.metadata().map_err(|cause| FileError::io(&name, cause))?;
        if metadata.is_dir() {
            return Err(FileError::new(
                &name,
                Message::new("is a folder; name a file in it", "是文件夹，请指定其中的文件"),
            ));
        }
        if !metadata.is_file() {
            return Source::piped(&name, file);
        }
        Ok(Source { name, bytes: Box::new(file), length: metadata.len(), sheet: LIMITS })
    }

    /// What can be read only once is taken into memory, up to a bound.
    pub fn piped(name: &str, reader: impl Read) -> Result<Source, FileError> {
        let mut bytes = Vec::new();
        reader
            .take(MAX_PIPED_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| FileError::io(name, cause))?;
        if bytes.len() as u64 > MAX_PIPED_BYTES {
            return Err(FileError::new(
                name,
                Message::new(
                    format!("is over {} MiB; save it as a file first", MAX_PIPED_BYTES >> 20),
                    format!("超过 {} MiB，请先存成文件", MAX_PIPED_BYTES >> 20),
                ),
            ));
        }
        Ok(Source::memory(name, bytes))
    }

    /// Bytes that are there already.
    pub fn memory(name: &str, bytes: impl AsRef<[u8]> + Send + 'static) -> Source {
        let length = bytes.as_ref().len() as u64;
        let bytes = Box::new(Cursor::new(bytes));
        Source { name: name.to_owned(), bytes, length, sheet: LIMITS }
    }

    /// Anything that can be read more than once, and how long it is.
    pub fn seekable(name: &str, bytes: impl Read + Seek + Send + 'static, length: u64) -> Source {
        Source { name: name.to_owned(), bytes: Box::new(bytes), length, sheet: LIMITS }
    }

    /// The same with narrower bounds, should it be a workbook: on the bytes that it unpacks to and its texts come to, and on
    /// its cells.
    #[must_use]
    pub fn within(mut self, bytes: u64, cells: usize) -> Source {
        self.sheet = Limits { bytes: bytes.min(LIMITS.bytes), cells: cells.min(LIMITS.cells) };
        self
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first bytes; refused is what can be read in no format.
    pub fn head_of_text(&mut self) -> Result<Vec<u8>, FileError> {
        let head = self.head()?;
        match super::format::refusal(&head) {
            Some(message) => Err(FileError::new(&self.name, message)),
            None => Ok(head),
        }
    }

    /// The first bytes.
    pub(super) fn head(&mut self) -> Result<Vec<u8>, FileError> {
        let mut head = Vec::new();
        self.bytes
            .by_ref()
            .take(4096)
            .read_to_end(&mut head)
            .and_then(|_| self.bytes.rewind())
            .map_err(|cause| FileError::io(&self.name, cause))?;
        Ok(head)
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}
