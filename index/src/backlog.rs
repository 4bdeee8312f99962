//! Documents on their way to the engine's threads, bounded by their size.
//!
//! The engine's queue counts messages, not bytes: whoever reads faster than it indexes would fill the memory with what
//! waits. So every document on its way holds a share of a budget, and gives it back when the engine lets go of it.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};
use tantivy::{IndexWriter, TantivyDocument, Term, indexer::UserOperation};

/// Writes documents that wait in a bounded backlog.
pub(crate) type Writer = IndexWriter<Waiting>;

/// Bytes that may wait at a time.
const BUDGET: usize = 8_000_000;

/// Documents go to one of the engine's threads in pieces of this many, or of so many bytes: a small change becomes one
/// segment, a large one is shared.
const PIECE: usize = 128;
const PIECE_BYTES: usize = 1_000_000;

/// Hands changes to the engine's threads.
pub(crate) struct Feeder<'a> {
    writer: &'a Writer,
    backlog: Backlog,
    piece: Vec<UserOperation<Waiting>>,
    bytes: usize,
}

impl<'a> Feeder<'a> {
    pub(crate) fn new(writer: &'a Writer, backlog: &Backlog) -> Self {
        Self { writer, backlog: backlog.clone(), piece: Vec::new(), bytes: 0 }
    }

    /// Removes every document with a term that came before.
    pub(crate) fn delete(&mut self, term: Term) {
        self.piece.push(UserOperation::Delete(term));
    }

    /// Adds a document of about this size.
    pub(crate) fn add(&mut self, document: TantivyDocument, bytes: usize) -> tantivy::Result<()> {
        // What is held back here must never be what a document waits for: so it goes first.
        if self.piece.len() >= PIECE || self.bytes + bytes > PIECE_BYTES {
            self.flush()?;
        }
        self.bytes += bytes;
        self.piece.push(UserOperation::Add(self.backlog.admit(document, bytes)));
        Ok(())
    }

    /// Hands over what is still held back.
    pub(crate) fn flush(&mut self) -> tantivy::Result<()> {
        self.bytes = 0;
        if !self.piece.is_empty() {
            self.writer.run(std::mem::take(&mut self.piece))?;
        }
        Ok(())
    }
}

/// The room for waiting documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backlog(Arc<Room>);

#[derive(Debug, Default)]
struct Room {
    bytes: Mutex<usize>,
    freed: Condvar,
}

/// A document that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    document: TantivyDocument,
    bytes: usize,
    room: Backlog,
}

impl Backlog {
    /// Lets a document in, as soon as there is room; one larger than all the room comes in alone.
    fn admit(&self, document: TantivyDocument, bytes: usize) -> Waiting {
        let mut taken = self.0.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken > 0 && *taken + bytes > BUDGET {
            // Woken when a document leaves. The limit is for the case that the engine's threads are gone: the caller then
            // goes on and is told by the engine.
            let waited = self.0.freed.wait_timeout(taken, Duration::from_secs(10));
            let (guard, limit) = waited.unwrap_or_else(PoisonError::into_inner);
            taken = guard;
            if limit.timed_out() {
                break;
            }
        }
        *taken += bytes;
        drop(taken);
        Waiting { document, bytes, room: self.clone() }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut taken = self.room.0.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = taken.saturating_sub(self.bytes);
        drop(taken);
        self.room.0.freed.notify_all();
    }
}

impl tantivy::Document for Waiting {
    type Value<'a> = <TantivyDocument as tantivy::Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as tantivy::Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }
}
