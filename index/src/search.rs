//! One search from what was typed to a page of hits.

use crate::{
    collect::{Collected, Kept, Wanted, collect, most_by_relevance, rank_of},
    cursor::Cursor,
    document::Key,
    error::Result,
    facets::Facets,
    fields::fields,
    filter::{Filter, Gate, Viewer},
    highlight::Highlighter,
    phrase::PhraseCheck,
    query::Query,
    ranking,
    request::{Found, Hit, Page, SearchRequest, Sort},
    scan::{Pass, Prepared},
    spelling,
    view::View,
};
use std::collections::HashMap;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, Term, schema::IndexRecordOption};

/// Answers a search from one view.
pub(crate) fn search(view: &View, request: &SearchRequest) -> Result<Found> {
    let query = Query::parse(&view.analyzer, &request.text);
    let viewer = Viewer { tokens: &request.tokens, today: request.today, as_of: request.as_of };
    let by_relevance = request.sort == Sort::Relevance && !query.everything;
    let sort = if query.everything && request.sort == Sort::Relevance {
        Sort::Newest
    } else {
        request.sort
    };
    let (limit, deep) = match request.page {
        Page::First { limit, after } => {
            (limit, after.is_some() || limit > ranking::WINDOW || request.filter.include_superseded)
        }
        Page::Last { limit, .. } => (limit, true),
    };
    let wanted = if by_relevance {
        Wanted {
            sort,
            most: most_by_relevance(deep),
            from_behind: false,
            beyond: None,
            until: None,
            counted: true,
        }
    } else {
        let (from_behind, beyond) = match request.page {
            Page::First { after, .. } => (false, after),
            Page::Last { before, .. } => (true, before),
        };
        let most = limit.saturating_add(1);
        Wanted { sort, most, from_behind, beyond, until: None, counted: true }
    };

    let prepared = Prepared::new(view, &query)?;
    let identified = identified(view, &query, &request.named)?;
    let facets = || Facets::new(&request.facets);
    let look = Look {
        view,
        query: &query,
        prepared: &prepared,
        identified: &identified,
        viewer,
        filter: &request.filter,
        exclude: None,
    };
    let steps: &[f32] = if query.long { &ranking::LONG_STEPS } else { &ranking::STEPS };
    let (pass, collected) = look.relaxing(steps, wanted, &facets)?;
    let Collected { total, mut kept, facets, few, .. } = collected;
    let slice = if by_relevance {
        look.score_again(&pass, &mut kept)?;
        slice(&kept, request.page)
    } else {
        look.score_page(&pass, &mut kept)?;
        keyset_slice(&mut kept, request.page)
    };
    let best = if by_relevance {
        kept.first()
    } else {
        slice.kept(&kept).iter().max_by(|a, b| a.score.total_cmp(&b.score))
    };
    let best = best.map_or(0.0, |hit| hit.score);
    let hit = |kept: &Kept| Hit {
        key: kept.key,
        score: if best > 0.0 { kept.score / best } else { 1.0 },
        cursor: Cursor { snapshot: view.id, rank: kept.rank, key: kept.key },
    };
    let did_you_mean = if few && !query.long && request.filter.only.is_empty() {
        spelling::suggest(view, viewer, &request.filter, &query, &request.text)?
    } else {
        None
    };
    Ok(Found {
        total,
        hits: slice.kept(&kept).iter().map(hit).collect(),
        has_next: slice.has_next,
        has_previous: slice.has_previous,
        facets: facets.finish(),
        did_you_mean,
        watermark: view.watermark.unwrap_or_default(),
        generation: view.generation,
        highlighter: Highlighter::new(&view.analyzer, &query),
    })
}

/// All that stays the same over the passes of one search.
pub(crate) struct Look<'a> {
    pub(crate) view: &'a View,
    pub(crate) query: &'a Query,
    pub(crate) prepared: &'a Prepared,
    /// Documents that an identifier names.
    pub(crate) identified: &'a [(usize, DocId)],
    pub(crate) viewer: Viewer<'a>,
    pub(crate) filter: &'a Filter,
    pub(crate) exclude: Option<Key>,
}

impl<'a> Look<'a> {
    /// Asks for less and less of the query until there are enough hits; only hits that the viewer may see count.
    ///
    /// What is enough is judged without the filter: so a filter takes away from the hits and never adds to them, and finds
    /// as many as its facet has counted.
    pub(crate) fn relaxing(
        &self,
        steps: &[f32],
        wanted: Wanted,
        facets: &dyn Fn() -> Facets,
    ) -> Result<(Pass<'a>, Collected)> {
        let include_superseded = self.filter.include_superseded;
        let unfiltered = Filter { include_superseded, ..Filter::default() };
        let apart = *self.filter != unfiltered || !wanted.counted;
        let look = |pass: &Pass<'_>, filter, wanted, facets| {
            collect(pass, self.viewer, filter, self.exclude, wanted, facets)
        };
        let mut few = None;
        let mut found: Option<(Pass<'a>, Collected)> = None;
        for share in steps {
            let threshold = threshold(self.prepared.mass, *share);
            if found.as_ref().is_some_and(|(pass, _)| pass.threshold == threshold) {
                continue;
            }
            let Look { view, query, prepared, identified, .. } = *self;
            let pass = Pass { view, query, prepared, threshold, identified };
            let collected = if apart {
                let count = Wanted::to_know_whether(ranking::ENOUGH);
                look(&pass, &unfiltered, count, Facets::new(&[]))?
            } else {
                look(&pass, self.filter, wanted, facets())?
            };
            few.get_or_insert(collected.total < ranking::FEW);
            // Who types an identifier wants that document and no approximations.
            let enough = collected.total >= ranking::ENOUGH
                || self.query.everything
                || (collected.identified && self.query.identifiers.is_empty());
            found = Some((pass, collected));
            if enough {
                break;
            }
        }
        let (pass, mut collected) = found.expect("there is always a first step");
        if apart {
            collected = look(&pass, self.filter, wanted, facets())?;
        }
        collected.few = few.unwrap_or_default();
        Ok((pass, collected))
    }

    /// The second stage: scores the window again and puts the list in its final order.
    pub(crate) fn score_again(&self, pass: &Pass<'_>, kept: &mut Vec<Kept>) -> Result<()> {
        let window = kept.len().min(ranking::WINDOW);
        let last_early = kept[..window].last().map_or(0.0, |hit| hit.score);
        self.add_scores(pass, &mut kept[..window])?;
        let best = kept[..window]
            .iter()
            .filter(|hit| !hit.identified)
            .map(|hit| hit.score)
            .fold(0.0, f32::max);
        for hit in kept[..window].iter_mut().filter(|hit| hit.identified) {
            hit.score = hit.score.max(best).max(f32::MIN_POSITIVE) * ranking::IDENTIFIED;
        }
        // Behind the window the first stage's order goes on, below the window's last.
        let lowest = kept[..window].iter().map(|hit| hit.score).fold(f32::INFINITY, f32::min);
        for hit in &mut kept[window..] {
            hit.score = if last_early > 0.0 {
                lowest * (hit.score / last_early).min(1.0) * 0.999
            } else {
                0.0
            };
        }
        if self.filter.include_superseded {
            self.sink_superseded(pass, kept)?;
        }
        for hit in kept.iter_mut() {
            hit.rank = rank_of(hit.score);
        }
        kept.sort_unstable_by(Kept::order);
        Ok(())
    }

    /// Scores a page that is in another order.
    fn score_page(&self, pass: &Pass<'_>, kept: &mut [Kept]) -> Result<()> {
        self.add_scores(pass, kept)
    }

    fn add_scores(&self, pass: &Pass<'_>, kept: &mut [Kept]) -> Result<()> {
        let mut by_segment: HashMap<usize, Vec<(DocId, f32)>> = HashMap::new();
        for hit in kept.iter() {
            by_segment.entry(hit.segment).or_default().push((hit.doc, hit.score));
        }
        let mut scores: HashMap<(usize, DocId), f32> = HashMap::new();
        for (number, mut docs) in by_segment {
            docs.sort_unstable_by_key(|(doc, _)| *doc);
            pass.score(number, &mut docs)?;
            let columns = &self.view.segments[number];
            let currencies = columns.currencies(self.viewer.as_of);
            let segment = &self.view.searcher.segment_readers()[number];
            let mut name = match &self.query.name {
                Some(name) => Some((
                    PhraseCheck::new(segment, name)?,
                    name.units.last().map_or(0, |(_, at)| at + 1),
                )),
                None => None,
            };
            for (doc, score) in docs {
                let standing = ranking::standing(
                    currencies.of(doc),
                    columns.uses.first(doc).unwrap_or_default(),
                );
                let together =
                    name.as_mut().map_or(1.0, |(check, length)| match check.first_end(doc) {
                        Some(end) if end + 1 == *length => ranking::OPENING,
                        Some(_) => ranking::TOGETHER,
                        None => 1.0,
                    });
                scores.insert((number, doc), score * standing * together);
            }
        }
        for hit in kept {
            hit.score = scores.get(&(hit.segment, hit.doc)).copied().unwrap_or(hit.score);
        }
        Ok(())
    }

    /// Puts every replaced document below the one that replaced it, when that is a hit too.
    fn sink_superseded(&self, pass: &Pass<'_>, kept: &mut Vec<Kept>) -> Result<()> {
        let mut successor_of = HashMap::new();
        for hit in kept.iter() {
            let columns = &self.view.segments[hit.segment];
            if columns.superseded.first(hit.doc).unwrap_or_default() > 0
                && let Some(successor) = columns.successor(hit.doc)?
            {
                successor_of.insert(hit.key, successor);
            }
        }
        let mut scores: HashMap<Key, f32> = kept.iter().map(|hit| (hit.key, hit.score)).collect();
        let mut gone = Vec::new();
        // Once a link of a chain, so that the end of every chain is reached; a circle ends too.
        for _ in 0..successor_of.len().min(16) {
            let mut changed = false;
            for (key, successor) in &successor_of {
                let Some(&above) = scores.get(successor) else { continue };
                let limit = above * ranking::SUPERSEDED;
                let score = scores.entry(*key).or_default();
                if *score > limit {
                    *score = limit;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        for (key, successor) in &successor_of {
            // The successor is a hit beyond the end of the list: then so is what it replaced.
            if !scores.contains_key(successor) && self.is_hit(pass, *successor)? {
                gone.push(*key);
            }
        }
        for hit in kept.iter_mut() {
            hit.score = scores.get(&hit.key).copied().unwrap_or(hit.score);
        }
        kept.retain(|hit| !gone.contains(&hit.key));
        Ok(())
    }

    fn is_hit(&self, pass: &Pass<'_>, key: Key) -> Result<bool> {
        let term = Term::from_field_bytes(fields().key, &key.bytes());
        for (number, (segment, columns)) in self.view.parts().enumerate() {
            let gate = Gate::new(segment, columns, self.viewer, self.filter, self.exclude)?;
            for doc in documents_with(segment, &term)? {
                if pass.is_hit(number, doc, &gate)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// What the terms of a hit weigh at least.
fn threshold(mass: u32, share: f32) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a part of a small number"
    )]
    let part = (mass as f32 * share).ceil() as u32;
    part.clamp(1, mass.max(1))
}

/// The documents that an identifier in the query names, and those that the caller read in it.
fn identified(view: &View, query: &Query, named: &[Key]) -> Result<Vec<(usize, DocId)>> {
    let identifiers = query.identifier.iter().chain(&query.identifiers);
    let identifiers = identifiers.map(|it| Term::from_field_text(fields().identifiers, it));
    let named = named.iter().map(|key| Term::from_field_bytes(fields().key, &key.bytes()));
    let mut found = Vec::new();
    for term in identifiers.chain(named) {
        for (number, (segment, _)) in view.parts().enumerate() {
            found.extend(documents_with(segment, &term)?.into_iter().map(|doc| (number, doc)));
        }
    }
    Ok(found)
}

/// The documents of a segment with a rare term. (An identifier that thousands share identifies nothing.)
fn documents_with(segment: &SegmentReader, term: &Term) -> Result<Vec<DocId>> {
    let mut found = Vec::new();
    if let Some(mut postings) =
        segment.inverted_index(term.field())?.read_postings(term, IndexRecordOption::Basic)?
    {
        while postings.doc() != TERMINATED && found.len() < ranking::DEPTH {
            found.push(postings.doc());
            postings.advance();
        }
    }
    Ok(found)
}

struct Slice {
    range: std::ops::Range<usize>,
    has_next: bool,
    has_previous: bool,
}

impl Slice {
    fn kept<'a>(&self, kept: &'a [Kept]) -> &'a [Kept] {
        &kept[self.range.clone()]
    }
}

/// A page of a list that is there from its first hit on.
fn slice(kept: &[Kept], page: Page) -> Slice {
    let (start, end) = match page {
        Page::First { limit, after } => {
            let start = after.map_or(0, |cursor| place(kept, &cursor, true));
            (start, start.saturating_add(limit).min(kept.len()))
        }
        Page::Last { limit, before } => {
            let end = before.map_or(kept.len(), |cursor| place(kept, &cursor, false));
            (end.saturating_sub(limit), end)
        }
    };
    Slice { range: start..end, has_next: end < kept.len(), has_previous: start > 0 }
}

/// Where a list goes on behind (or before) a cursor: at its very hit, or by rank and key.
fn place(kept: &[Kept], cursor: &Cursor, behind: bool) -> usize {
    if let Some(at) = kept.iter().position(|hit| hit.key == cursor.key && hit.rank == cursor.rank) {
        return if behind { at + 1 } else { at };
    }
    kept.partition_point(|hit| !cursor.is_before(hit.rank, hit.key))
}

/// A page of a list that was cut at the cursor; one hit more was kept to know whether it goes on.
fn keyset_slice(kept: &mut Vec<Kept>, page: Page) -> Slice {
    match page {
        Page::First { limit, after } => {
            let has_next = kept.len() > limit;
            kept.truncate(limit);
            Slice { range: 0..kept.len(), has_next, has_previous: after.is_some() }
        }
        Page::Last { limit, before } => {
            let surplus = kept.len().saturating_sub(limit);
            kept.drain(..surplus);
            Slice { range: 0..kept.len(), has_next: before.is_some(), has_previous: surplus > 0 }
        }
    }
}
