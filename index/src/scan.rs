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
    window::{Behind, List, Window},
};
use tantivy::{
    DocId, SegmentReader, TERMINATED, Term,
    postings::TermInfo,
    schema::{Field, IndexRecordOption},
};

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
            behind: Behind::default(),
        }))
    }
}

/// The lists of one pass over a segment, the rarest first.
struct Lists<'a> {
    lists: Vec<List<'a>>,
    /// So many are read through,
    drivers: usize,
    /// the others up to here are looked up for what those brought up, and the rest only scores.
    counting: usize,
}

impl<'a> Lists<'a> {
    fn open(
        pass: &'a Pass<'_>,
        number: usize,
        segment: &SegmentReader,
        columns: &'a Columns,
    ) -> Result<Self> {
        let (mut lists, mut counting) = (Vec::new(), 0);
        for term in &pass.prepared.early {
            let list = term.open(pass.prepared, number, segment, columns)?;
            counting += usize::from(term.mass > 0 && list.is_some());
            lists.extend(list);
        }
        let mut behind = Behind::default();
        for list in lists.iter_mut().rev() {
            behind.mass += u32::from(list.mass);
            // A little more than the sum, so that rounding never drops a hit.
            behind.weight += list.weight * 1.001;
            list.behind = behind;
        }
        let mut opened = Self { drivers: counting, counting, lists };
        // Once what is left is too little for a hit, the rest need not be read.
        opened.drive_while(|list| list.behind.mass >= pass.threshold);
        Ok(opened)
    }

    /// Reads lists through as long as one of them says so; the last first.
    fn drive_while(&mut self, drives: impl Fn(&List<'_>) -> bool) {
        while self.drivers > 0 && !drives(&self.lists[self.drivers - 1]) {
            self.drivers -= 1;
        }
    }

    fn drivers(&mut self) -> &mut [List<'a>] {
        &mut self.lists[..self.drivers]
    }

    fn followers(&mut self) -> &mut [List<'a>] {
        &mut self.lists[self.drivers..self.counting]
    }

    fn scorers(&mut self) -> &mut [List<'a>] {
        &mut self.lists[self.counting..]
    }

    /// What the lists that only score can add.
    fn scorers_weigh(&self) -> f32 {
        self.lists.get(self.counting).map_or(0.0, |list| list.behind.weight)
    }

    /// The next document that a list brings up.
    fn next(&self) -> DocId {
        self.lists[..self.drivers].iter().map(List::doc).min().unwrap_or(TERMINATED)
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
    /// Whether every hit is wanted; otherwise those below the floor need not be told.
    fn are_counted(&self) -> bool;
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
            let mut meet = |doc| {
                if gate.admits(doc) && conditions.hold(doc) {
                    hits.hit(doc, 0.0);
                }
            };
            match gate.few() {
                Some(few) => few.iter().copied().for_each(&mut meet),
                None => (0..segment.max_doc()).for_each(&mut meet),
            }
            return Ok(());
        }
        let mut lists = Lists::open(self, number, segment, columns)?;
        // Where few documents can pass at all, they are looked up in the lists, and none is read through.
        let few = gate.few();
        if few.is_some() {
            lists.drive_while(|_| false);
        }
        let seen = |doc: &DocId| gate.admits(*doc);
        let mut few = few.unwrap_or_default().iter().copied().filter(seen).peekable();
        let mut identified: Vec<DocId> =
            self.identified.iter().filter(|(of, _)| *of == number).map(|(_, doc)| *doc).collect();
        identified.sort_unstable();
        let mut identified = identified.into_iter().peekable();
        let only_best = !hits.are_counted() && self.identified.is_empty();
        let documents = segment.max_doc() as usize;
        let mut window = Window::new();
        loop {
            let floor = if only_best { hits.floor() } else { 0.0 };
            lists.drive_while(|list| list.behind.weight >= floor);
            let named = few.peek().into_iter().chain(identified.peek()).copied();
            let next = named.fold(lists.next(), DocId::min);
            if next == TERMINATED || hits.is_enough() {
                return Ok(());
            }
            window.clear(next);
            for list in lists.drivers() {
                window.drive(list);
            }
            while let Some(doc) = few.next_if(|doc| *doc < window.end()) {
                window.mark(doc);
            }
            while let Some(doc) = identified.next_if(|doc| *doc < window.end()) {
                let slot = window.mark(doc);
                window.masses[slot] = u16::MAX;
            }
            window.gather();
            for list in lists.followers() {
                window.keep_from(self.threshold.saturating_sub(list.behind.mass));
                window.keep_above(floor, list.behind.weight);
                window.follow(list, documents);
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
            window.met.extend(&met);
            window.keep_above(hits.floor(), lists.scorers_weigh());
            for list in lists.scorers() {
                window.follow(list, documents);
            }
            for slot in met {
                hits.hit(base + DocId::from(slot), window.scores[usize::from(slot)]);
            }
        }
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
