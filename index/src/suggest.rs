//! Names while typing.

use crate::{
    analysis::{
        Analysis,
        sound::{
            self, CHARACTERS, INITIALS, LATIN, LETTERS, LONGEST_PREFIX, PREFIX, Reading, START,
            SYLLABLES,
        },
    },
    document::{Currency, Day, Key, Kind},
    error::Result,
    fields::fields,
    filter::{Filter, Gate, Viewer},
    request::Suggestion,
    view::View,
};
use std::{cmp::Reverse, collections::HashSet};
use tantivy::{
    DocId, DocSet, SegmentReader, TERMINATED, Term,
    query::{BooleanQuery, EnableScoring, Occur, Query, Scorer, TermQuery},
    schema::IndexRecordOption,
};

/// So many visible names are looked at in a segment: who has typed one letter gets good names, not the very best.
const MOST_SEEN: usize = 20_000;
/// More is not typed by hand.
const LONGEST: usize = 60;

/// The names that fit what has been typed.
pub(crate) fn suggest(
    view: &View,
    tokens: &[String],
    today: Day,
    typed: &str,
    kinds: &[Kind],
    limit: usize,
) -> Result<Vec<Suggestion>> {
    let typed: String = typed.chars().take(LONGEST).collect();
    let analysis = view.analyzer.analyse(&typed);
    if analysis.units.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let viewer = Viewer { tokens, today, as_of: today };
    let filter = Filter { kinds: kinds.to_vec(), ..Filter::default() };
    let mut names = Names { best: Vec::new(), most: limit, floor: None };
    for (segment, columns) in view.parts() {
        let gate = Gate::new(segment, columns, viewer, &filter, None)?;
        if !gate.is_open() {
            continue;
        }
        let wanted = Wanted::of(&analysis, segment)?;
        let currencies = columns.currencies(today);
        let mut all = scorer(&*wanted.query(), view, segment)?;
        let mut beginning = scorer(&*wanted.beginning(), view, segment)?;
        let mut seen = 0;
        while all.doc() != TERMINATED && seen < MOST_SEEN {
            let doc = all.doc();
            if gate.admits(doc) {
                seen += 1;
                let candidate = Candidate {
                    begins: stands_at(&mut *beginning, doc),
                    doubt: doubt(currencies.of(doc)),
                    uses: columns.uses.first(doc).unwrap_or_default(),
                    length: columns.title_length.first(doc).unwrap_or_default(),
                    key: columns.key(doc),
                    name: columns.title_hash.first(doc).unwrap_or_default(),
                };
                names.offer(candidate);
            }
            all.advance();
        }
    }
    names.shrink();
    Ok(names
        .best
        .iter()
        .map(|name| Suggestion { key: name.key, uses: name.uses, begins: name.begins })
        .collect())
}

fn scorer(query: &dyn Query, view: &View, segment: &SegmentReader) -> Result<Box<dyn Scorer>> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(&view.searcher))?;
    Ok(weight.scorer(segment, 1.0)?)
}

fn stands_at(docs: &mut dyn Scorer, doc: DocId) -> bool {
    if docs.doc() < doc {
        docs.seek(doc);
    }
    docs.doc() == doc
}

#[derive(Clone, Copy)]
struct Candidate {
    begins: bool,
    doubt: u8,
    uses: u64,
    length: u64,
    key: Key,
    /// The same for the same name.
    name: u64,
}

impl Candidate {
    fn order(&self) -> (bool, u8, Reverse<u64>, u64, Key) {
        (!self.begins, self.doubt, Reverse(self.uses), self.length, self.key)
    }
}

/// What still holds comes before what is doubtful, and that before what no longer holds.
fn doubt(currency: Option<Currency>) -> u8 {
    match currency {
        None | Some(Currency::Current | Currency::Upcoming | Currency::Unverified) => 0,
        Some(Currency::ReviewDue | Currency::PartlyStale) => 1,
        Some(Currency::Stale | Currency::Broken) => 2,
    }
}

/// Keeps the best names, each once.
struct Names {
    best: Vec<Candidate>,
    most: usize,
    /// The worst that is still of interest.
    floor: Option<Candidate>,
}

impl Names {
    fn offer(&mut self, candidate: Candidate) {
        if self.floor.is_some_and(|floor| candidate.order() >= floor.order()) {
            return;
        }
        self.best.push(candidate);
        if self.best.len() > self.most * 4 + 64 {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        self.best.sort_unstable_by_key(Candidate::order);
        let mut seen = HashSet::new();
        self.best.retain(|candidate| seen.insert(candidate.name));
        if self.best.len() >= self.most {
            self.best.truncate(self.most);
            self.floor = self.best.last().copied();
        }
    }
}

/// The ways a name can meet a piece of what was typed, and terms that tell that it begins with it.
#[derive(Default)]
struct Ways {
    ways: Vec<Vec<Term>>,
    starts: Vec<Term>,
}

/// What a name must sound like: each piece in one of its ways.
struct Wanted {
    pieces: Vec<Ways>,
}

impl Wanted {
    fn of(analysis: &Analysis, segment: &SegmentReader) -> Result<Self> {
        let mut wanted = Self { pieces: Vec::new() };
        let mut at = 0;
        while at < analysis.units.len() {
            let start = at;
            let han = analysis.units[at].han;
            while at < analysis.units.len() && analysis.units[at].han == han {
                at += 1;
            }
            let texts = (0_u32..)
                .skip(start)
                .take(at - start)
                .map(|unit| analysis.folded_text(unit..unit + 1));
            let units: Vec<&str> = texts.collect();
            wanted.pieces.push(if han {
                as_characters(&units)
            } else {
                Letters { segment, units: &units, last: at == analysis.units.len() }.ways()?
            });
        }
        Ok(wanted)
    }

    fn query(&self) -> Box<dyn Query> {
        let all = self.pieces.iter().map(|piece| {
            let any = piece.ways.iter().map(|terms| (Occur::Should, every(terms))).collect();
            (Occur::Must, Box::new(BooleanQuery::new(any)) as Box<dyn Query>)
        });
        Box::new(BooleanQuery::new(all.collect()))
    }

    fn beginning(&self) -> Box<dyn Query> {
        let starts = self.pieces.first().into_iter().flat_map(|piece| &piece.starts);
        let any = starts.map(|term| (Occur::Should, one(term))).collect();
        let begins: Box<dyn Query> = Box::new(BooleanQuery::new(any));
        Box::new(BooleanQuery::new(vec![(Occur::Must, self.query()), (Occur::Must, begins)]))
    }
}

fn as_characters(units: &[&str]) -> Ways {
    let all =
        pieces(units, 2).into_iter().map(|piece| term(&format!("{CHARACTERS}{}", piece.concat())));
    let start = term(&format!("{START}{CHARACTERS}{}", units[..units.len().min(2)].concat()));
    Ways { ways: vec![all.collect()], starts: vec![start] }
}

/// A run of typed letters: Latin words, pinyin or initials.
struct Letters<'a> {
    segment: &'a SegmentReader,
    units: &'a [&'a str],
    /// The last word may be unfinished.
    last: bool,
}

impl Letters<'_> {
    fn ways(&self) -> Result<Ways> {
        let mut ways = Ways::default();
        self.as_words(&mut ways);
        let letters = self.units.concat();
        if letters.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            for reading in sound::readings(&letters) {
                self.as_syllables(&reading, &mut ways)?;
            }
            as_initials(&letters, &mut ways);
        }
        Ok(ways)
    }

    fn as_words(&self, ways: &mut Ways) {
        let Some((last, finished)) = self.units.split_last() else { return };
        let prefix: String = last.chars().take(LONGEST_PREFIX).collect();
        let unfinished =
            if self.last { format!("{PREFIX}{prefix}") } else { format!("{LATIN}{last}") };
        let finished: Vec<String> = finished.iter().map(|word| format!("{LATIN}{word}")).collect();
        let first = finished.first().unwrap_or(&unfinished);
        ways.starts.push(term(&format!("{START}{first}")));
        ways.ways.push(finished.iter().chain([&unfinished]).map(|word| term(word)).collect());
    }

    fn as_syllables(&self, reading: &Reading, ways: &mut Ways) -> Result<()> {
        let mut syllables: Vec<&str> = reading.syllables.iter().map(String::as_str).collect();
        if !syllables.is_empty() {
            let first = syllables[..syllables.len().min(2)].join("'");
            ways.starts.push(term(&format!("{START}{SYLLABLES}{first}")));
        }
        // The last syllable may be unfinished, also where it is one already: xi, xin.
        let rest = if reading.rest.is_empty() {
            syllables.pop().unwrap_or_default()
        } else {
            &reading.rest
        };
        let whole = pieces(&syllables, 2).into_iter();
        let whole: Vec<Term> =
            whole.map(|piece| term(&format!("{SYLLABLES}{}", piece.join("'")))).collect();
        let before = syllables
            .last()
            .map_or_else(|| SYLLABLES.to_string(), |last| format!("{SYLLABLES}{last}'"));
        for ending in self.endings(&before, rest)? {
            if syllables.len() < 2 {
                ways.starts.push(term(&format!("{START}{ending}")));
            }
            ways.ways.push(whole.iter().cloned().chain([term(&ending)]).collect());
        }
        Ok(())
    }

    /// The terms that go on from `before` with a syllable that begins with `rest`. Only real syllables are taken: there
    /// are few, so that none has to be left out, and which ones does not depend on what others may read.
    fn endings(&self, before: &str, rest: &str) -> Result<Vec<String>> {
        let prefix = format!("{before}{rest}");
        let index = self.segment.inverted_index(fields().sounds)?;
        let mut stream = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
        let mut endings = Vec::new();
        while stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
            let Some(ending) = std::str::from_utf8(stream.key()).ok() else { continue };
            if ending.strip_prefix(before).is_some_and(sound::is_syllable) {
                endings.push(ending.to_owned());
            }
        }
        Ok(endings)
    }
}

fn as_initials(letters: &str, ways: &mut Ways) {
    if letters.len() < 2 {
        return;
    }
    let initials: Vec<&str> = (0..letters.len()).map(|at| &letters[at..=at]).collect();
    let all = pieces(&initials, INITIALS).into_iter();
    ways.ways.push(all.map(|piece| term(&format!("{LETTERS}{}", piece.concat()))).collect());
    ways.starts.push(term(&format!("{START}{LETTERS}{}", &letters[..letters.len().min(INITIALS)])));
}

/// All runs of `size` neighbours; the whole when there are fewer.
fn pieces<'a, 'b>(units: &'b [&'a str], size: usize) -> Vec<&'b [&'a str]> {
    if units.is_empty() {
        Vec::new()
    } else if units.len() <= size {
        vec![units]
    } else {
        units.windows(size).collect()
    }
}

fn term(text: &str) -> Term {
    Term::from_field_text(fields().sounds, text)
}

fn one(term: &Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic))
}

fn every(terms: &[Term]) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(terms.iter().map(|term| (Occur::Must, one(term))).collect()))
}
