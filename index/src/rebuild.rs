//! A new generation in the making, beside the one that serves.

use crate::{
    document::Document,
    error::{Error, Result},
    fields::{self, schema},
    index::Inner,
    storage::{self, Generation, Note},
};
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};
use tantivy::{IndexWriter, Term, indexer::UserOperation};

/// A half-made generation. Dropping it unfinished removes it.
pub struct Rebuild {
    inner: Arc<Inner>,
    generation: Option<Generation>,
    writer: Option<IndexWriter>,
    /// Short hashes of the keys so far: most documents come once and then need no deletion.
    seen: HashSet<u64>,
}

impl Rebuild {
    pub(crate) fn begin(inner: Arc<Inner>) -> Result<Self> {
        if inner.rebuilding.swap(true, Ordering::AcqRel) {
            return Err(Error::Rebuilding);
        }
        // From here on `drop` tidies up, whatever fails.
        let mut rebuild = Self { inner, generation: None, writer: None, seen: HashSet::new() };
        let dir = &rebuild.inner.dir;
        std::fs::create_dir_all(dir)?;
        let number = storage::next_number(dir).max(rebuild.inner.generation().folder.number + 1);
        let generation = Generation::create(dir, number)?;
        rebuild.writer = Some(rebuild.inner.options.writer(&generation.index)?);
        rebuild.generation = Some(generation);
        Ok(rebuild)
    }

    /// Adds documents. One that comes again replaces the former.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the caller has no use for a batch that has been added"
    )]
    pub fn add(&mut self, documents: Vec<Document>) -> Result<()> {
        let (Some(writer), Some(generation)) = (&self.writer, &self.generation) else {
            return Err(Error::Rebuilding);
        };
        for piece in documents.chunks(128) {
            let mut operations = Vec::with_capacity(piece.len());
            for document in piece {
                let key = document.key.bytes();
                let mut hash = crate::hash::Hasher::default();
                hash.bytes(&key);
                if !self.seen.insert(hash.finish()) {
                    operations
                        .push(UserOperation::Delete(Term::from_field_bytes(schema().1.key, &key)));
                }
                operations.push(UserOperation::Add(fields::entry(document)));
            }
            writer.run(operations).map_err(|error| generation.folder.blame(error))?;
        }
        Ok(())
    }

    /// Commits, makes it durable, and lets it serve from now on, up to this revision. The old generation is removed once
    /// nobody reads it any more.
    pub fn finish(mut self, watermark: u64) -> Result<()> {
        let (Some(mut writer), Some(generation)) = (self.writer.take(), self.generation.take())
        else {
            return Err(Error::Rebuilding);
        };
        let folder = Arc::clone(&generation.folder);
        // Until it is named in CURRENT it is removed if anything fails.
        folder.obsolete.store(true, Ordering::Release);
        let blame = |error| folder.blame(error);
        let mut commit = writer.prepare_commit().map_err(blame)?;
        let note = Note { watermark: Some(watermark), fingerprint: fields::fingerprint() };
        commit.set_payload(&note.write());
        commit.commit().map_err(blame)?;
        writer.wait_merging_threads().map_err(blame)?;
        generation.reload()?;
        crate::directory::sync(&folder.path)?;
        storage::set_current(&self.inner.dir, folder.number)?;
        folder.obsolete.store(false, Ordering::Release);
        self.inner.switch(generation);
        Ok(())
    }
}

impl Drop for Rebuild {
    fn drop(&mut self) {
        if let Some(generation) = &self.generation {
            generation.folder.obsolete.store(true, Ordering::Release);
        }
        // The writer goes before the files do.
        self.writer = None;
        self.generation = None;
        self.inner.rebuilding.store(false, Ordering::Release);
    }
}
