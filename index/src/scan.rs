//! The first stage: one pass over the terms that carry the matter, window by window, which finds every hit.
//!
//! A document is a hit when the terms it has weigh enough together. Terms so frequent that all of them together are not
//! enough are never read through: they are only looked up for documents that rarer terms brought up.

use crate::{
    analysis::Stream,
    error::Result,
    fields::fields,
    filter::Gate,
    phrase::PhraseCheck,
    places::Placed,
    query::Query,
    ranking::{self, Saturation},
    view::{Columns, View},
};
use tantivy::{
    DocId, SegmentReader, TERMINATED, Term,
    fieldnorm::FieldNormReader,
    postings::{BlockSegmentPostings, TermInfo},
    schema::{Field, IndexRecordOption},
};

/// So many documents at a time: what is noted of them fits the processor's nearest memory.
const SPAN: usize = 4_096;
/// Looking a document up costs as much as reading so many entries on.
const LOOKUP: usize = 12;

/// The terms of a query with their statistics over the whole index.
pub(crate) struct Prepared {
    /// First the terms that count towards being a hit, the rarest first; then those that only score.
    pub(crate) early: Vec<PreparedTerm>,
    /// Scored for the best hits only.
    pub(crate) late: Vec<PreparedTerm>,
    /// Characters and pairs, which are counted anew for the best hits.
    placed: Placed,
    saturations: Vec<(Field, Saturation)>,
    /// What all terms together weigh.
    pub(crate) mass: u32,
}

/// A term with its statistics.
pub(crate) struct PreparedTerm {
    field: Field,
    /// Weight times rarity.
    pub(crate) weight: f32,
    pub(crate) mass: u16,
    frequency: u64,
    /// Where each segment has it.
    infos: Vec<Option<TermInfo>>,
}

impl Prepared {
    /// Looks every term up in every segment.
    pub(crate) fn new(view: &View, query: &Query) -> Result<Self> {
        let documents = view.parts().map(|(segment, _)| u64::from(segment.max_doc())).sum();
        let fields = fields();
        let (mut early, mut late) = (Vec::new(), Vec::new());
        for term in &query.terms {
            let prepare = |field, weight| {
                PreparedTerm::new(view, field, &term.text, weight, term.mass, documents)
            };
            let whole = fields.whole(term.stream);
            if !term.late {
                early.push(prepare(whole, term.weight)?);
            } else if term.stream == Stream::Words {
                late.push(prepare(whole, term.weight)?);
            }
            if let Some(field) = fields.title(term.stream) {
                late.push(prepare(field, term.weight * ranking::TITLE)?);
            }
        }
        early.sort_by_key(|term| (term.mass == 0, term.frequency));
        let mut saturations = Vec::new();
        let texts =
            [fields.characters, fields.pairs, fields.words, fields.title_pairs, fields.title_words];
        for field in texts {
            let mut terms = 0;
            for (segment, _) in view.parts() {
                terms += segment.inverted_index(field)?.total_num_tokens();
            }
            saturations.push((field, Saturation::new(terms, documents)));
        }
        let placed = Placed::new(view, query, documents)?;
        Ok(Self { early, late, placed, saturations, mass: query.mass })
    }

    fn saturation(&self, field: Field) -> &Saturation {
        let found = self
            .saturations
            .iter()
            .find(|(known, _)| *known == field)
            .or_else(|| self.saturations.first());
        &found.expect("all text fields are prepared").1
    }
}

impl PreparedTerm {
    pub(crate) fn new(
        view: &View,
        field: Field,
        text: &str,
        weight: f32,
        mass: u32,
        documents: u64,
    ) -> Result<Self> {
        let term = Term::from_field_text(field, text);
        let mut infos = Vec::new();
        for (segment, _) in view.parts() {
            infos.push(segment.inverted_index(field)?.get_term_info(&term)?);
        }
        let frequency = infos.iter().flatten().map(|info| u64::from(info.doc_freq)).sum();
        let weight = weight * ranking::rarity(frequency, documents);
        Ok(Self { field, weight, mass: u16::try_from(mass).unwrap_or(u16::MAX), frequency, infos })
    }

    /// Where a segment has it.
    pub(crate) fn info(&self, number: usize) -> Option<&TermInfo> {
        self.infos[number].as_ref()
    }

    fn open<'a>(
        &self,
        prepared: &'a Prepared,
        number: usize,
        segment: &SegmentReader,
        columns: &'a Columns,
    ) -> Result<Option<List<'a>>> {
        let Some(info) = &self.infos[number] else { return Ok(None) };
        let index = segment.inverted_index(self.field)?;
        let postings =
            index.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
        Ok(Some(List {
            done: postings.docs().is_empty(),
            postings,
            at: 0,
            norms: columns.norms(self.field),
            saturation: prepared.saturation(self.field),
            weight: self.weight,
            mass: self.mass,
            frequency: usize::try_from(info.doc_freq).unwrap_or(usize::MAX),
        }))
    }
}

/// The documents of a segment that have a term, read forward.
struct List<'a> {
    postings: BlockSegmentPostings,
    at: usize,
    done: bool,
    norms: &'a FieldNormReader,
    saturation: &'a Saturation,
    weight: f32,
    mass: u16,
    frequency: usize,
}

impl List<'_> {
    /// The document it stands at.
    fn doc(&self) -> DocId {
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
    fn look_up(&mut self, doc: DocId) -> u32 {
        if self.done || self.doc() > doc {
            return 0;
        }
        self.at = self.postings.seek(doc);
        self.done = self.at >= self.postings.docs().len();
        if self.doc() == doc { self.postings.freqs().get(self.at).copied().unwrap_or(1) } else { 0 }
    }

    fn score(&self, doc: DocId, frequency: u32) -> f32 {
        self.weight * self.saturation.of(frequency, self.norms.fieldnorm_id(doc))
    }
}

/// What is noted of the documents of one window.
struct Window {
    base: DocId,
    scores: Box<[f32; SPAN]>,
    masses: Box<[u16; SPAN]>,
    /// Those with any term, in order.
    met: Vec<u16>,
    bits: [u64; SPAN / 64],
}

impl Window {
    fn new() -> Self {
        Self {
            base: 0,
            scores: Box::new([0.0; SPAN]),
            masses: Box::new([0; SPAN]),
            met: Vec::with_capacity(SPAN),
            bits: [0; SPAN / 64],
        }
    }

    fn clear(&mut self, base: DocId) {
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

    fn end(&self) -> DocId {
        self.base.saturating_add(DocId::try_from(SPAN).unwrap_or(DocId::MAX)).min(TERMINATED)
    }

    fn slot(&self, doc: DocId) -> usize {
        (doc - self.base) as usize
    }

    /// Reads the window's part of a list, every document of it.
    fn drive(&mut self, list: &mut List<'_>) {
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

    fn gather(&mut self) {
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
    fn follow(&mut self, list: &mut List<'_>, documents: usize) {
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

    fn keep_from(&mut self, threshold: u32) {
        let masses = &self.masses;
        self.met.retain(|&slot| u32::from(masses[usize::from(slot)]) >= threshold);
    }
}

/// What a pass over one segment is given.
pub(crate) struct Pass<'a> {
    pub(crate) view: &'a View,
    pub(crate) query: &'a Query,
    pub(crate) prepared: &'a Prepared,
    /// What the terms of a hit weigh together at least.
    pub(crate) threshold: u32,
    /// Hits whatever terms they have.
    pub(crate) identified: &'a [(usize, DocId)],
}

/// Takes in the hits of a pass.
pub(crate) trait Hits {
    /// A hit is told before it is fully scored; a score below this need not be completed.
    fn floor(&self) -> f32;
    /// Whether the rest is of no interest.
    fn is_enough(&self) -> bool;
    /// A document is a hit.
    fn hit(&mut self, doc: DocId, score: f32);
}

impl Pass<'_> {
    /// Finds the hits of one segment, in the order of their numbers.
    pub(crate) fn run(&self, number: usize, gate: &Gate<'_>, hits: &mut impl Hits) -> Result<()> {
        let segment = &self.view.searcher.segment_readers()[number];
        let columns = &self.view.segments[number];
        if !gate.is_open() {
            return Ok(());
        }
        let mut conditions = Conditions::new(self, segment)?;
        if self.query.everything {
            for doc in 0..segment.max_doc() {
                if gate.admits(doc) && conditions.hold(doc) {
                    hits.hit(doc, 0.0);
                }
            }
            return Ok(());
        }
        let (mut drivers, mut followers, mut scorers) = self.lists(number, segment, columns)?;
        let mut identified: Vec<DocId> =
            self.identified.iter().filter(|(of, _)| *of == number).map(|(_, doc)| *doc).collect();
        identified.sort_unstable();
        let mut identified = identified.into_iter().peekable();
        // A little more than the sum, so that rounding never drops a hit.
        let rest = scorers.iter().map(|list| list.weight).sum::<f32>() * 1.001;
        let documents = segment.max_doc() as usize;
        let mut window = Window::new();
        loop {
            let driven = drivers.iter().map(List::doc).min().unwrap_or(TERMINATED);
            let next = driven.min(identified.peek().copied().unwrap_or(TERMINATED));
            if next == TERMINATED || hits.is_enough() {
                return Ok(());
            }
            window.clear(next);
            for list in &mut drivers {
                window.drive(list);
            }
            while let Some(doc) = identified.next_if(|doc| *doc < window.end()) {
                let slot = window.slot(doc);
                window.bits[slot / 64] |= 1 << (slot % 64);
                window.masses[slot] = u16::MAX;
            }
            window.gather();
            let mut outstanding: u32 = followers.iter().map(|list| u32::from(list.mass)).sum();
            for list in &mut followers {
                window.keep_from(self.threshold.saturating_sub(outstanding));
                window.follow(list, documents);
                outstanding -= u32::from(list.mass);
            }
            window.keep_from(self.threshold);
            let base = window.base;
            let passes = |slot: &u16| {
                let doc = base + DocId::from(*slot);
                gate.admits(doc) && conditions.hold(doc)
            };
            let mut met = std::mem::take(&mut window.met);
            met.retain(passes);
            // Hits that cannot come among the best are counted, but not scored to the end.
            let floor = hits.floor();
            window.met.extend(
                met.iter()
                    .copied()
                    .filter(|&slot| window.scores[usize::from(slot)] + rest >= floor),
            );
            for list in &mut scorers {
                window.follow(list, documents);
            }
            for slot in met {
                hits.hit(base + DocId::from(slot), window.scores[usize::from(slot)]);
            }
        }
    }

    /// Terms to read through, terms to look up, and terms that only score.
    fn lists<'a>(
        &'a self,
        number: usize,
        segment: &SegmentReader,
        columns: &'a Columns,
    ) -> Result<(Vec<List<'a>>, Vec<List<'a>>, Vec<List<'a>>)> {
        let (mut drivers, mut followers, mut scorers) = (Vec::new(), Vec::new(), Vec::new());
        let mut outstanding: u32 =
            self.prepared.early.iter().map(|term| u32::from(term.mass)).sum();
        for term in &self.prepared.early {
            // The rarer terms come first: once what is left is too little for a hit, the rest need not be read.
            let target = if term.mass == 0 {
                &mut scorers
            } else if outstanding >= self.threshold {
                &mut drivers
            } else {
                &mut followers
            };
            outstanding -= u32::from(term.mass);
            target.extend(term.open(self.prepared, number, segment, columns)?);
        }
        Ok((drivers, followers, scorers))
    }

    /// The full scores of some documents of one segment, given in rising order.
    pub(crate) fn score(&self, number: usize, docs: &mut [(DocId, f32)]) -> Result<()> {
        let segment = &self.view.searcher.segment_readers()[number];
        let columns = &self.view.segments[number];
        let Prepared { early, late, placed, .. } = self.prepared;
        for (_, score) in docs.iter_mut() {
            *score = 0.0;
        }
        let by_places = [fields().characters, fields().pairs];
        let early = early.iter().filter(|term| !by_places.contains(&term.field));
        for term in early.chain(late) {
            let Some(mut list) = term.open(self.prepared, number, segment, columns)? else {
                continue;
            };
            for (doc, score) in docs.iter_mut() {
                let frequency = list.look_up(*doc);
                if frequency > 0 {
                    *score += list.score(*doc, frequency);
                }
            }
        }
        let saturations = by_places.map(|field| self.prepared.saturation(field));
        placed.score(number, segment, columns, saturations, docs)
    }

    /// Whether one document is a hit.
    pub(crate) fn is_hit(&self, number: usize, doc: DocId, gate: &Gate<'_>) -> Result<bool> {
        let segment = &self.view.searcher.segment_readers()[number];
        if !gate.admits(doc) || !Conditions::new(self, segment)?.hold(doc) {
            return Ok(false);
        }
        if self.query.everything || self.identified.contains(&(number, doc)) {
            return Ok(true);
        }
        let mut mass = 0;
        for term in &self.prepared.early {
            if let Some(mut list) =
                term.open(self.prepared, number, segment, &self.view.segments[number])?
                && list.look_up(doc) > 0
            {
                mass += u32::from(term.mass);
            }
        }
        Ok(mass >= self.threshold)
    }
}

/// Phrases that a hit must have or must not have.
struct Conditions {
    with: Vec<PhraseCheck>,
    without: Vec<PhraseCheck>,
}

impl Conditions {
    fn new(pass: &Pass<'_>, segment: &SegmentReader) -> Result<Self> {
        let checks = |phrases: &[crate::query::Phrase]| -> Result<Vec<PhraseCheck>> {
            phrases.iter().map(|phrase| PhraseCheck::new(segment, phrase)).collect()
        };
        Ok(Self { with: checks(&pass.query.phrases)?, without: checks(&pass.query.without)? })
    }

    fn hold(&mut self, doc: DocId) -> bool {
        self.with.iter_mut().all(|phrase| phrase.holds(doc))
            && !self.without.iter_mut().any(|phrase| phrase.holds(doc))
    }
}
