//! What can go wrong here, and whether a rebuild mends it.

use std::{io, path::PathBuf};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the index. A search text of any shape is never one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files are gone or unreadable: the index has to be rebuilt.
    #[error("the index in {folder} is damaged and has to be rebuilt: {reason}")]
    Damaged {
        /// The folder of the damaged generation.
        folder: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Another process has this index open for writing.
    #[error("the index in {0} is already open for writing elsewhere")]
    Locked(PathBuf),
    /// The index was opened for reading only.
    #[error("the index was opened for reading only")]
    ReadOnly,
    /// A second rebuild was begun while one is under way.
    #[error("a rebuild is already under way")]
    Rebuilding,
    /// A cursor that this crate did not write.
    #[error("not a cursor")]
    Cursor,
    /// A dictionary that cannot be taken.
    #[error("{}{}: {reason}", file.display(), if *line > 0 { format!(", line {line}") } else { String::new() })]
    Dictionary {
        /// The file, or the folder.
        file: PathBuf,
        /// The line, from 1 on; 0: the whole.
        line: usize,
        /// What is wrong, and the way out.
        reason: String,
    },
    /// A name that is none of the known ones.
    #[error("unknown {what}: {name}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name that was given.
        name: String,
    },
    /// The disk or the operating system refused.
    #[error("input or output failed: {0}")]
    Io(#[from] io::Error),
    /// The engine below failed.
    #[error("the search engine failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
}
