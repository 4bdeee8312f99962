//! A new generation in the making, beside the one that serves.

use crate::{
    backlog::{Backlog, Feeder, Writer},
    document::Document,
    error::{Error, Result},
    fields::{self, fields},
    index::Inner,
    storage::{self, Generation, Note},
};
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};
use tantivy::{Term, indexer::NoMergePolicy};

/// A generation of no more documents becomes one segment: every word is written down once, and looked up once.
const WHOLE: usize = 200_000;

/// A half-made generation. Dropping it unfinished removes it.
pub struct Rebuild {
    inner: Arc<Inner>,
    generation: Option<Generation>,
    writer: Option<Writer>,
    /// The same over all calls: what one call handed over may still wait.
    backlog: Backlog,
    /// Short hashes of the keys so far: most documents come once and then need no deletion.
    seen: HashSet<u64>,
}

impl Rebuild {
    pub(crate) fn begin(inner: Arc<Inner>) -> Result<Self> {
        if inner.rebuilding.swap(true, Ordering::AcqRel) {
            return Err(Error::Rebuilding);
        }
        // From here on `drop` tidies up, whatever fails.
        let mut rebuild = Self {
            inner,
            generation: None,
            writer: None,
            backlog: Backlog::default(),
            seen: HashSet::new(),
        };
        let dir = &rebuild.inner.dir;
        rebuild.inner.hold_folder()?;
        let number = storage::next_number(dir).max(rebuild.inner.generation().folder.number + 1);
        // As the dictionaries are now: who edits one asks for a rebuild.
        let analyzer = rebuild.inner.options.analyzer()?;
        let generation = Generation::create(dir, number, analyzer)?;
        rebuild.writer = Some(rebuild.inner.options.large_writer(&generation.index)?);
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
        let blame = |error| generation.folder.blame(error);
        let mut feeder = Feeder::new(writer, &self.backlog);
        for document in &documents {
            let key = document.key.bytes();
            let mut hash = crate::hash::Hasher::default();
            hash.bytes(&key);
            if !self.seen.insert(hash.finish()) {
                feeder.delete(Term::from_field_bytes(fields().key, &key));
            }
            let (entry, bytes) = fields::entry(&generation.analyzer, document);
            feeder.add(entry, bytes).map_err(blame)?;
        }
        feeder.flush().map_err(blame)
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
        let note = Note {
            watermark: Some(watermark),
            fingerprint: generation.analyzer.fingerprint().to_owned(),
        };
        commit.set_payload(&note.write());
        commit.commit().map_err(blame)?;
        writer.wait_merging_threads().map_err(blame)?;
        if self.seen.len() <= WHOLE {
            self.make_whole(&generation).map_err(blame)?;
        }
        generation.reload()?;
        crate::directory::sync(&folder.path)?;
        storage::set_current(&self.inner.dir, folder.number)?;
        folder.obsolete.store(false, Ordering::Release);
        self.inner.switch(generation);
        Ok(())
    }
}

impl Rebuild {
    /// Merges what the threads wrote apart.
    fn make_whole(&self, generation: &Generation) -> tantivy::Result<()> {
        let segments = generation.index.searchable_segment_ids()?;
        if segments.len() > 1 {
            // A writer that merges nothing by itself: what it merged would be gone under this hand.
            let mut writer = self.inner.options.small_writer(&generation.index)?;
            writer.set_merge_policy(Box::new(NoMergePolicy));
            writer.merge(&segments).wait()?;
            writer.wait_merging_threads()?;
        }
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
