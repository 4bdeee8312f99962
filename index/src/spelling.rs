//! Another spelling for a query that finds little; learnt from nothing but what the viewer may read.
//!
//! Chinese is typed by its sound, so a wrong character sounds like the right one: where two characters never stand
//! together in anything the viewer may read, others of the same sound are tried. A word in letters is held against the
//! words there are, one or two letters away.

use crate::{
    analysis::Analyzer,
    error::Result,
    fields::fields,
    filter::{Filter, Gate, Viewer},
    phrase::PhraseCheck,
    query::{Phrase, Query},
    view::View,
};
use tantivy::{
    DocId, DocSet, SegmentReader, TERMINATED, Term,
    postings::SegmentPostings,
    query::FuzzyTermQuery,
    schema::{Field, IndexRecordOption},
};

/// So many documents make a spelling as good as any.
const PLENTY: usize = 50;
/// So many words in letters are tried.
const MOST_TRIED: usize = 2_000;
/// Longer runs of Chinese characters are no single word.
const LONGEST: usize = 16;

/// A spelling that finds something where this one does not, folded.
pub(crate) fn suggest(
    view: &View,
    viewer: Viewer<'_>,
    filter: &Filter,
    query: &Query,
    typed: &str,
) -> Result<Option<String>> {
    let mut speller = Speller::new(view, viewer, filter)?;
    let analyzer = &*view.analyzer;
    let mut text = analyzer.folded(typed);
    let mut changed = false;
    for run in &query.spelling {
        let han = run.chars().next().is_some_and(|ch| !analyzer.homophones(ch).is_empty());
        let better = if han { speller.han(analyzer, run)? } else { speller.letters(run)? };
        if let Some(better) = better {
            text = text.replacen(run.as_str(), &better, 1);
            changed = true;
        }
    }
    Ok(changed.then_some(text))
}

/// Counts what the viewer may read.
struct Speller<'a> {
    parts: Vec<(&'a SegmentReader, Gate<'a>)>,
}

impl<'a> Speller<'a> {
    fn new(view: &'a View, viewer: Viewer<'_>, filter: &Filter) -> Result<Self> {
        let mut parts = Vec::new();
        for (segment, columns) in view.parts() {
            let gate = Gate::new(segment, columns, viewer, filter, None)?;
            if gate.is_open() {
                parts.push((segment, gate));
            }
        }
        Ok(Self { parts })
    }

    /// How many visible documents have all of these terms, up to `most`.
    fn count(&self, field: Field, terms: &[&str], most: usize) -> Result<usize> {
        let mut count = 0;
        for (segment, gate) in &self.parts {
            let index = segment.inverted_index(field)?;
            let mut lists: Vec<SegmentPostings> = Vec::new();
            for term in terms {
                let term = Term::from_field_text(field, term);
                lists.extend(index.read_postings(&term, IndexRecordOption::Basic)?);
            }
            if lists.len() < terms.len() {
                continue;
            }
            // The rarest leads: the others are only looked up.
            lists.sort_unstable_by_key(SegmentPostings::doc_freq);
            let Some((first, others)) = lists.split_first_mut() else { continue };
            while first.doc() != TERMINATED {
                let doc = first.doc();
                if others.iter_mut().all(|list| stands_at(list, doc)) && gate.admits(doc) {
                    count += 1;
                    if count >= most {
                        return Ok(count);
                    }
                }
                first.advance();
            }
        }
        Ok(count)
    }

    fn han(&mut self, analyzer: &Analyzer, run: &str) -> Result<Option<String>> {
        let characters: Vec<char> = run.chars().collect();
        if !(2..=LONGEST).contains(&characters.len()) {
            return Ok(None);
        }
        let pair = |text: &[char]| text.iter().collect::<String>();
        let mut missing = Vec::new();
        for at in 0..characters.len() - 1 {
            if !self.stands_together([characters[at], characters[at + 1]])? {
                missing.push(at);
            }
        }
        // One wrong character breaks one pair or two neighbouring ones.
        let places = match missing[..] {
            [at] => vec![at, at + 1],
            [at, next] if next == at + 1 => vec![next],
            _ => return Ok(None),
        };
        let mut best: Option<(usize, String)> = None;
        for place in places {
            for &other in analyzer.homophones(characters[place]) {
                let mut tried = characters.clone();
                tried[place] = other;
                let around = &tried[place.saturating_sub(1)..(place + 2).min(tried.len())];
                if other == characters[place] {
                    continue;
                }
                // It makes a word with one neighbour, and stands somewhere with the other.
                let mut count = 0;
                for pair in around.windows(2).map(pair) {
                    count = count.max(self.count(fields().pairs, &[&pair], PLENTY)?);
                }
                if count <= best.as_ref().map_or(0, |(most, _)| *most) {
                    continue;
                }
                let mut together = true;
                for pair in around.windows(2) {
                    together = together && self.stands_together([pair[0], pair[1]])?;
                }
                if together {
                    best = Some((count, pair(&tried)));
                }
            }
        }
        Ok(best.map(|(_, text)| text))
    }

    /// Whether two characters stand together in anything that is visible. Pairs that straddle two words are not noted in
    /// the index: those are looked for by their places.
    fn stands_together(&self, pair: [char; 2]) -> Result<bool> {
        if self.count(fields().pairs, &[&pair.iter().collect::<String>()], 1)? > 0 {
            return Ok(true);
        }
        let phrase =
            Phrase { units: (0..).zip(pair).map(|(at, ch)| (ch.to_string(), at)).collect() };
        for (segment, gate) in &self.parts {
            let index = segment.inverted_index(fields().characters)?;
            let mut rarest: Option<SegmentPostings> = None;
            for ch in pair {
                let term = Term::from_field_text(fields().characters, ch.encode_utf8(&mut [0; 4]));
                let Some(list) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                    rarest = None;
                    break;
                };
                if rarest.as_ref().is_none_or(|other| list.doc_freq() < other.doc_freq()) {
                    rarest = Some(list);
                }
            }
            let Some(mut list) = rarest else { continue };
            let mut check = PhraseCheck::new(segment, &phrase)?;
            while list.doc() != TERMINATED {
                if gate.admits(list.doc()) && check.holds(list.doc()) {
                    return Ok(true);
                }
                list.advance();
            }
        }
        Ok(false)
    }

    fn letters(&mut self, word: &str) -> Result<Option<String>> {
        let field = fields().characters;
        let length = word.chars().count();
        if length < 4 || word.chars().any(char::is_numeric) || self.count(field, &[word], 1)? > 0 {
            return Ok(None);
        }
        let distance = if length < 8 { 1 } else { 2 };
        let mut tried = std::collections::BTreeSet::new();
        for (segment, _) in &self.parts {
            let query = FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true);
            let index = segment.inverted_index(field)?;
            let mut near = index.terms().search(query.automaton()?).into_stream()?;
            while near.advance() && tried.len() < MOST_TRIED {
                tried.extend(std::str::from_utf8(near.key()).ok().map(str::to_owned));
            }
        }
        let mut best: Option<(usize, String)> = None;
        for other in tried {
            let count = self.count(field, &[&other], PLENTY)?;
            if count > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((count, other));
            }
        }
        Ok(best.map(|(_, text)| text))
    }
}

fn stands_at(list: &mut SegmentPostings, doc: DocId) -> bool {
    if list.doc() < doc {
        list.seek(doc);
    }
    list.doc() == doc
}
