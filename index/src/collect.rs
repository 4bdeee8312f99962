//! What becomes of the hits of a pass: they are counted, and the best of them kept.

use crate::{
    document::Key,
    error::Result,
    facets::{Counter, Facets},
    filter::{Filter, Gate, Viewer},
    ranking,
    request::Sort,
    scan::{Hits, Pass},
    view::Columns,
};
use std::cmp::Ordering;
use tantivy::DocId;

/// A hit that is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// Larger comes first.
    pub(crate) rank: u64,
    pub(crate) key: Key,
    pub(crate) segment: usize,
    pub(crate) doc: DocId,
    pub(crate) score: f32,
    /// Found by its identifier: stands before the others.
    pub(crate) identified: bool,
}

impl Kept {
    /// The order of lists.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        other.rank.cmp(&self.rank).then_with(|| self.key.cmp(&other.key))
    }
}

/// A score as a rank.
pub(crate) fn rank_of(score: f32) -> u64 {
    u64::from(score.max(0.0).to_bits())
}

/// Which hits to keep.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) sort: Sort,
    /// How many.
    pub(crate) most: usize,
    /// The last of the list rather than the first.
    pub(crate) from_behind: bool,
    /// Only hits behind this rank and key, or before it when from behind.
    pub(crate) beyond: Option<crate::cursor::Cursor>,
    /// Once so many were met, the rest is of no interest.
    pub(crate) until: Option<u64>,
    /// Every hit is wanted, to be counted; otherwise those that cannot come among the best need not be found.
    pub(crate) counted: bool,
}

impl Wanted {
    /// None of the hits: only whether there are as many.
    pub(crate) fn to_know_whether(there_are: u64) -> Self {
        let sort = Sort::MostReused;
        let until = Some(there_are);
        Self { sort, most: 0, from_behind: false, beyond: None, until, counted: true }
    }
}

/// All that one pass over every segment gives.
pub(crate) struct Collected {
    /// How many there are, where they were counted.
    pub(crate) total: u64,
    /// In order.
    pub(crate) kept: Vec<Kept>,
    pub(crate) facets: Facets,
    /// A hit was named by its identifier. Hidden documents do not count: whether the search goes on must not tell of them.
    pub(crate) identified: bool,
    /// Few meet what was asked at first: it may have been misspelt.
    pub(crate) few: bool,
}

/// Runs a pass over all segments.
pub(crate) fn collect(
    pass: &Pass<'_>,
    viewer: Viewer<'_>,
    filter: &Filter,
    exclude: Option<Key>,
    wanted: Wanted,
    mut facets: Facets,
) -> Result<Collected> {
    let mut best = Best { wanted, kept: Vec::new(), floor: 0.0, worst: None };
    let mut total = 0;
    let mut identified = false;
    for (number, (segment, columns)) in pass.view.parts().enumerate() {
        let gate = Gate::new(segment, columns, viewer, filter, exclude)?;
        let mut collector = Collector {
            number,
            columns,
            gate: &gate,
            counters: facets.counters(columns),
            identified: pass.identified,
            best: &mut best,
            before: total,
            total: 0,
            any_identified: false,
        };
        pass.run(number, &gate, &mut collector)?;
        total += collector.total;
        identified |= collector.any_identified;
        let counters = collector.counters;
        facets.add(counters)?;
    }
    Ok(Collected { total, kept: best.finish(), facets, identified, few: false })
}

struct Collector<'a, 'b> {
    number: usize,
    columns: &'a Columns,
    gate: &'a Gate<'a>,
    counters: Vec<Counter<'a>>,
    identified: &'a [(usize, DocId)],
    best: &'b mut Best,
    /// Hits of the segments before.
    before: u64,
    total: u64,
    any_identified: bool,
}

impl Hits for Collector<'_, '_> {
    fn floor(&self) -> f32 {
        if self.best.wanted.sort == Sort::Relevance { self.best.floor } else { f32::INFINITY }
    }

    fn are_counted(&self) -> bool {
        self.best.wanted.counted
    }

    fn is_enough(&self) -> bool {
        self.best.wanted.until.is_some_and(|until| self.before + self.total >= until)
    }

    fn hit(&mut self, doc: DocId, score: f32) {
        self.total += 1;
        for counter in &mut self.counters {
            counter.count(doc, self.gate);
        }
        let identified = self.identified.contains(&(self.number, doc));
        self.any_identified |= identified;
        let rank = rank(self.best.wanted.sort, self.columns, doc, score, identified);
        self.best.offer(rank, score, || Kept {
            rank,
            key: self.columns.key(doc),
            segment: self.number,
            doc,
            score,
            identified,
        });
    }
}

fn rank(sort: Sort, columns: &Columns, doc: DocId, score: f32, identified: bool) -> u64 {
    /// Above every day that an `i32` can name, so that no day is rank 0, which is for the undated.
    const MIDDLE: i64 = 1 << 32;
    let day = |sign: i64| {
        let day = columns.dated_on.first(doc);
        day.and_then(|day| u64::try_from(MIDDLE + sign * day).ok()).unwrap_or_default()
    };
    match sort {
        Sort::Relevance => rank_of(score) | u64::from(identified) << 32,
        Sort::Newest => day(1),
        Sort::Oldest => day(-1),
        Sort::MostReused => columns.uses.first(doc).unwrap_or_default(),
    }
}

/// Keeps the best hits and forgets the others now and then.
struct Best {
    wanted: Wanted,
    kept: Vec<Kept>,
    /// The score below which no hit is kept any more.
    floor: f32,
    /// The rank of the worst hit that would still be kept, once there are enough.
    worst: Option<u64>,
}

impl Best {
    fn offer(&mut self, rank: u64, score: f32, hit: impl FnOnce() -> Kept) {
        if self.wanted.sort == Sort::Relevance && score < self.floor && rank >> 32 == 0 {
            return;
        }
        let wanted = self.wanted;
        let out = |worst: u64| if wanted.from_behind { rank > worst } else { rank < worst };
        if self.worst.is_some_and(out) {
            return;
        }
        // By rank alone most hits are out already; only then is the key worth reading.
        if wanted.beyond.is_some_and(|cursor| {
            if wanted.from_behind { rank < cursor.rank } else { rank > cursor.rank }
        }) {
            return;
        }
        let hit = hit();
        let beyond = |cursor: crate::cursor::Cursor| {
            if wanted.from_behind {
                cursor.is_behind(rank, hit.key)
            } else {
                cursor.is_before(rank, hit.key)
            }
        };
        if !wanted.beyond.is_none_or(beyond) {
            return;
        }
        self.kept.push(hit);
        if self.kept.len() >= (wanted.most * 2).max(64) {
            self.shrink();
        }
    }

    fn order(&self) -> impl Fn(&Kept, &Kept) -> Ordering + use<> {
        let from_behind = self.wanted.from_behind;
        move |a, b| if from_behind { b.order(a) } else { a.order(b) }
    }

    fn shrink(&mut self) {
        let most = self.wanted.most;
        if self.kept.len() <= most {
            return;
        }
        let order = self.order();
        if most == 0 {
            self.kept.clear();
            return;
        }
        self.kept.select_nth_unstable_by(most - 1, order);
        self.kept.truncate(most);
        let last = self.kept[most - 1];
        self.worst = Some(last.rank);
        if !last.identified {
            self.floor = self.floor.max(last.score);
        }
    }

    /// The kept hits in the order of the list.
    fn finish(mut self) -> Vec<Kept> {
        self.shrink();
        self.kept.sort_unstable_by(Kept::order);
        self.kept
    }
}

/// Lists by relevance keep at least the window that is scored again, others what a page needs.
pub(crate) fn most_by_relevance(deep: bool) -> usize {
    if deep { ranking::DEPTH } else { ranking::WINDOW + 1 }
}
