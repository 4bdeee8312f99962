//! Lists of documents, read or looked up for one window of documents at a time.

use crate::ranking::Saturation;
use tantivy::{DocId, TERMINATED, fieldnorm::FieldNormReader, postings::BlockSegmentPostings};

/// So many documents at a time: what is noted of them fits the processor's nearest memory.
const SPAN: usize = 4_096;
/// Looking a document up costs as much as reading so many entries on.
const LOOKUP: usize = 12;

/// The documents of a segment that have a term, read forward.
pub(crate) struct List<'a> {
    pub(crate) postings: BlockSegmentPostings,
    pub(crate) at: usize,
    pub(crate) done: bool,
    pub(crate) norms: &'a FieldNormReader,
    pub(crate) saturation: &'a Saturation,
    pub(crate) weight: f32,
    pub(crate) mass: u16,
    pub(crate) frequency: usize,
    pub(crate) behind: Behind,
}

/// What a list and those behind it can add at most.
#[derive(Clone, Copy, Default)]
pub(crate) struct Behind {
    pub(crate) mass: u32,
    pub(crate) weight: f32,
}

impl List<'_> {
    /// The document it stands at.
    pub(crate) fn doc(&self) -> DocId {
        if self.done { TERMINATED } else { self.postings.docs()[self.at] }
    }

    /// Calls back with every document before `end`, and stops at the first behind.
    fn read(&mut self, end: DocId, mut found: impl FnMut(DocId, u32)) {
        while !self.done {
            let (docs, frequencies) = (self.postings.docs(), self.postings.freqs());
            while let Some(&doc) = docs.get(self.at) {
                if doc >= end {
                    return;
                }
                found(doc, frequencies.get(self.at).copied().unwrap_or(1));
                self.at += 1;
            }
            self.postings.advance();
            self.at = 0;
            self.done = self.postings.docs().is_empty();
        }
    }

    /// How often a document has the term; documents are asked for in rising order.
    pub(crate) fn look_up(&mut self, doc: DocId) -> u32 {
        if self.done || self.doc() > doc {
            return 0;
        }
        self.at = self.postings.seek(doc);
        self.done = self.at >= self.postings.docs().len();
        if self.doc() == doc { self.postings.freqs().get(self.at).copied().unwrap_or(1) } else { 0 }
    }

    pub(crate) fn score(&self, doc: DocId, frequency: u32) -> f32 {
        self.weight * self.saturation.of(frequency, self.norms.fieldnorm_id(doc))
    }
}

/// What is noted of the documents of one window.
pub(crate) struct Window {
    pub(crate) base: DocId,
    pub(crate) scores: Box<[f32; SPAN]>,
    pub(crate) masses: Box<[u16; SPAN]>,
    /// Those with any term, in order.
    pub(crate) met: Vec<u16>,
    bits: [u64; SPAN / 64],
}

impl Window {
    pub(crate) fn new() -> Self {
        Self {
            base: 0,
            scores: Box::new([0.0; SPAN]),
            masses: Box::new([0; SPAN]),
            met: Vec::with_capacity(SPAN),
            bits: [0; SPAN / 64],
        }
    }

    pub(crate) fn clear(&mut self, base: DocId) {
        for (word, bits) in self.bits.iter_mut().enumerate() {
            while *bits != 0 {
                let slot = word * 64 + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                self.scores[slot] = 0.0;
                self.masses[slot] = 0;
            }
        }
        self.met.clear();
        self.base = base;
    }

    pub(crate) fn end(&self) -> DocId {
        self.base.saturating_add(DocId::try_from(SPAN).unwrap_or(DocId::MAX)).min(TERMINATED)
    }

    pub(crate) fn slot(&self, doc: DocId) -> usize {
        (doc - self.base) as usize
    }

    /// Reads the window's part of a list, every document of it.
    pub(crate) fn drive(&mut self, list: &mut List<'_>) {
        let (end, base) = (self.end(), self.base);
        let (weight, mass, norms, saturation) =
            (list.weight, list.mass, list.norms, list.saturation);
        let Self { scores, masses, bits, .. } = self;
        list.read(end, |doc, frequency| {
            let slot = (doc - base) as usize;
            scores[slot] += weight * saturation.of(frequency, norms.fieldnorm_id(doc));
            masses[slot] = masses[slot].saturating_add(mass);
            bits[slot / 64] |= 1 << (slot % 64);
        });
    }

    pub(crate) fn gather(&mut self) {
        for (word, bits) in self.bits.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                self.met.push(
                    u16::try_from(word * 64 + bits.trailing_zeros() as usize).unwrap_or(u16::MAX),
                );
                bits &= bits - 1;
            }
        }
    }

    /// Adds a list for the documents that have been met; others are passed over.
    pub(crate) fn follow(&mut self, list: &mut List<'_>, documents: usize) {
        let dense = list.frequency.saturating_mul(SPAN) / documents.max(1);
        if self.met.len().saturating_mul(LOOKUP) < dense {
            for &slot in &self.met {
                let slot = usize::from(slot);
                let doc = self.base + DocId::try_from(slot).unwrap_or_default();
                let frequency = list.look_up(doc);
                if frequency > 0 {
                    self.scores[slot] += list.score(doc, frequency);
                    self.masses[slot] = self.masses[slot].saturating_add(list.mass);
                }
            }
            return;
        }
        let (end, base) = (self.end(), self.base);
        let (weight, mass, norms, saturation) =
            (list.weight, list.mass, list.norms, list.saturation);
        let Self { scores, masses, bits, .. } = self;
        list.read(end, |doc, frequency| {
            let slot = doc.wrapping_sub(base) as usize;
            if slot < SPAN && bits[slot / 64] & (1 << (slot % 64)) != 0 {
                scores[slot] += weight * saturation.of(frequency, norms.fieldnorm_id(doc));
                masses[slot] = masses[slot].saturating_add(mass);
            }
        });
    }

    /// Notes a document that no list brought up.
    pub(crate) fn mark(&mut self, doc: DocId) -> usize {
        let slot = self.slot(doc);
        self.bits[slot / 64] |= 1 << (slot % 64);
        slot
    }

    pub(crate) fn keep_from(&mut self, threshold: u32) {
        if threshold > 0 {
            let masses = &self.masses;
            self.met.retain(|&slot| u32::from(masses[usize::from(slot)]) >= threshold);
        }
    }

    /// Keeps what comes up to a score with so much more.
    pub(crate) fn keep_above(&mut self, floor: f32, more: f32) {
        if floor > more {
            let scores = &self.scores;
            self.met.retain(|&slot| scores[usize::from(slot)] + more >= floor);
        }
    }
}
