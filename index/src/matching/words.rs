//! The words of a need, and where an offer meets them.
//!
//! A need is cut into the words that carry its matter; how much each says is judged by the language alone. An offer meets
//! a word by the word itself or another name of the thing, by a word of the field for it (`dictionaries/lay-words.txt`),
//! or by some of its pairs of characters; each way counts for less than the one before.

use super::{Met, MetAt, OfferedText, weights};
use crate::{
    analysis::{Analysis, Analyzer, Sort, Stream},
    matter::Matter,
};
use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

/// Of a longer text only the beginning is read, in characters.
const LONGEST: usize = 4_000;
/// More words than this are not held against offers: the weightiest are.
const MOST_WORDS: usize = 60;
/// So many places of one word are shown.
const MOST_PLACES: usize = 5;

/// What a need says.
#[derive(Debug, Default)]
pub(super) struct Sought {
    words: Vec<Word>,
    /// What may stand in an offer, and what it would meet; by stream.
    known: [HashMap<String, Vec<(usize, Way)>>; 3],
    /// The same for groups of words of those who ask.
    groups: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Word {
    text: String,
    weight: f64,
    /// In characters of the need.
    places: Vec<Range<usize>>,
    /// How many pairs of characters it has, where it may be met by some of them.
    pairs: usize,
}

/// By what a word is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Whole,
    Pair(usize),
}

/// A word of the need: the units it spans wherever it stands, and how much it says.
struct Found {
    units: Vec<Range<u32>>,
    weight: f64,
    /// What is looked for in the stream of words, where that is not what is written.
    term: Option<String>,
}

impl Sought {
    pub(super) fn new(analyzer: &Analyzer, text: &str) -> Self {
        let text = text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end]);
        let analysis = analyzer.analyse(text);
        let mut found: Vec<(String, Found)> = found(analyzer, &analysis).into_iter().collect();
        found.sort_by(|a, b| b.1.weight.total_cmp(&a.1.weight).then_with(|| a.0.cmp(&b.0)));
        // What says next to nothing is left out, unless there is nothing else.
        if found.first().is_some_and(|(_, best)| best.weight >= weights::TOLD) {
            found.retain(|(_, found)| found.weight >= weights::TOLD);
        }
        found.truncate(MOST_WORDS);
        let all: f64 = found.iter().map(|(_, found)| found.weight).sum();
        let mut sought = Self::default();
        let groups = analysis.groups(analyzer.lay_words());
        let places = Places::new(text);
        for (number, (_, found)) in found.iter().enumerate() {
            for (label, units) in &groups {
                let meets = |of: &Range<u32>| of.start < units.end && units.start < of.end;
                if found.units.iter().any(meets) {
                    let words = sought.groups.entry((*label).to_owned()).or_default();
                    if words.last() != Some(&number) {
                        words.push(number);
                    }
                }
            }
            let pairs = sought.learn(number, found, &analysis);
            let source = |units: &Range<u32>| analysis.source_of(units);
            sought.words.push(Word {
                text: text[bytes(&source(&found.units[0]))].to_owned(),
                weight: found.weight / all,
                places: found.units.iter().map(|units| places.of(&source(units))).collect(),
                pairs,
            });
        }
        sought
    }

    /// Whether the need says nothing that could be met.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Takes in by what a word may be met, and tells how many pairs of its characters may be met alone.
    fn learn(&mut self, number: usize, found: &Found, analysis: &Analysis) -> usize {
        let units = found.units[0].clone();
        let written = analysis.folded_text(units.clone());
        let letters: Vec<char> = written.chars().collect();
        let han = analysis.units[units.start as usize..units.end as usize].iter().all(|it| it.han);
        let mut meet = |stream: Stream, text: &str, way: Way| {
            let known = self.known[stream as usize].entry(text.to_owned()).or_default();
            if !known.contains(&(number, way)) {
                known.push((number, way));
            }
        };
        if let Some(term) = &found.term {
            meet(Stream::Words, term, Way::Whole);
        }
        match letters.len() {
            _ if !han => return 0,
            1 => {
                meet(Stream::Characters, written, Way::Whole);
                return 0;
            }
            2 => meet(Stream::Pairs, written, Way::Whole),
            _ => meet(Stream::Words, written, Way::Whole),
        }
        for (at, pair) in letters.windows(2).enumerate() {
            meet(Stream::Pairs, &pair.iter().collect::<String>(), Way::Pair(at));
        }
        letters.len() - 1
    }

    fn meetings(&self, analyzer: &Analyzer, texts: &[OfferedText<'_>]) -> Vec<Meeting> {
        let mut meetings: Vec<Meeting> = self.words.iter().map(|_| Meeting::default()).collect();
        for (number, text) in texts.iter().enumerate() {
            let analysis = analyzer.analyse(text.text);
            let part = if text.head { weights::HEAD } else { weights::BODY };
            for token in &analysis.tokens {
                let known = &self.known[token.sort.stream() as usize];
                for (word, way) in known.get(analysis.text(token)).into_iter().flatten() {
                    let place = Place { text: number, source: token.source.clone(), part };
                    meetings[*word].take(*way, token.sort, place);
                }
            }
            if !self.groups.is_empty() {
                for (label, units) in analysis.groups(analyzer.lay_words()) {
                    for word in self.groups.get(label).into_iter().flatten() {
                        let source = analysis.source_of(&units);
                        meetings[*word].lay.push(Place { text: number, source, part });
                    }
                }
            }
        }
        meetings
    }

    /// The words that an offer meets, the weightiest first.
    pub(super) fn met_by(&self, analyzer: &Analyzer, texts: &[OfferedText<'_>]) -> Vec<Met> {
        let meetings = self.meetings(analyzer, texts);
        let places: Vec<Places> = texts.iter().map(|text| Places::new(text.text)).collect();
        let met = self.words.iter().zip(meetings).filter_map(|(word, meeting)| {
            let (value, mut at) = meeting.best(word.pairs)?;
            at.sort_unstable_by_key(|place| (place.text, place.source.start, place.source.end));
            at.dedup_by(|a, b| (a.text, &a.source) == (b.text, &b.source));
            let passages = at.iter().take(MOST_PLACES).map(|place| MetAt {
                text: place.text,
                range: places[place.text].of(&place.source),
            });
            Some(Met {
                text: word.text.clone(),
                weight: word.weight,
                value,
                in_need: word.places.clone(),
                passages: passages.collect(),
            })
        });
        met.collect()
    }
}

/// Where a word is met.
#[derive(Debug)]
struct Place {
    text: usize,
    /// In bytes.
    source: Range<u32>,
    /// What it counts there.
    part: f64,
}

/// By what one word is met, and where.
#[derive(Debug, Default)]
struct Meeting {
    whole: Vec<Place>,
    lay: Vec<Place>,
    pairs: Vec<(usize, Place)>,
}

impl Meeting {
    fn take(&mut self, way: Way, sort: Sort, place: Place) {
        match way {
            // Two characters of two longer words are no word.
            Way::Whole | Way::Pair(_) if sort == Sort::Straddle => {}
            Way::Whole => self.whole.push(place),
            Way::Pair(at) => self.pairs.push((at, place)),
        }
    }

    /// How well the word is met by the way that counts most, and where.
    fn best(self, pairs: usize) -> Option<(f64, Vec<Place>)> {
        let most = |places: &[Place]| places.iter().map(|place| place.part).fold(0.0, f64::max);
        let mut of_pairs = vec![0.0_f64; pairs];
        for (at, place) in &self.pairs {
            of_pairs[*at] = of_pairs[*at].max(place.part);
        }
        #[expect(clippy::cast_precision_loss, reason = "a word has few characters")]
        let share = of_pairs.iter().sum::<f64>() / pairs.max(1) as f64;
        let pairs = self.pairs.into_iter().map(|(_, place)| place).collect();
        let ways = [
            (weights::WHOLE * most(&self.whole), self.whole),
            (weights::LAY * most(&self.lay), self.lay),
            (weights::PAIRS * share, pairs),
        ];
        let best = ways.into_iter().reduce(|best, way| if way.0 > best.0 { way } else { best });
        best.filter(|(value, _)| *value > 0.0)
    }
}

/// The words of a need by their names.
fn found(analyzer: &Analyzer, analysis: &Analysis) -> BTreeMap<String, Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut take = |name: &str, term: Option<&str>, units: Range<u32>, weight: f64| {
        let word = found.entry(name.to_owned()).or_insert_with(|| Found {
            units: Vec::new(),
            weight,
            term: term.map(str::to_owned),
        });
        word.weight = word.weight.max(weight);
        if !word.units.contains(&units) {
            word.units.push(units);
        }
    };
    let words = analyzer.words();
    let weight = |text: &str| {
        if words.is_everyday(text) {
            weights::EVERYDAY
        } else {
            weights::of_word(words.general_frequency(text))
        }
    };
    let matter = Matter::of(words, analysis);
    let mut covered: Vec<Range<u32>> = Vec::new();
    for token in analysis.tokens.iter().filter(|token| token.sort == Sort::Concept) {
        let name = analysis.text(token);
        let everyday = words.is_everyday(analysis.folded_text(token.units.clone()));
        let weight = if everyday { weights::EVERYDAY } else { weights::CONCEPT };
        take(name, Some(name), token.units.clone(), weight);
        covered.push(token.units.clone());
    }
    let is_covered = |units: &Range<u32>| {
        covered.iter().any(|by| by.start <= units.start && units.end <= by.end)
    };
    // Characters that the dictionary knows in no word may be one: those that stand together are taken so.
    let mut alone: Option<Range<u32>> = None;
    let pieces = matter.informative().map(|(units, _)| units).filter(|units| !is_covered(units));
    let pieces: Vec<Range<u32>> = pieces.collect();
    for (number, units) in pieces.iter().enumerate() {
        let text = analysis.folded_text(units.clone());
        let first = &analysis.units[units.start as usize];
        if !first.han {
            let stem = analysis.stem_at(units.start);
            let digits = text.chars().all(char::is_numeric);
            let weight = if digits { weights::NUMBER } else { weight(text).max(weights::EVERYDAY) };
            take(stem, Some(stem), units.clone(), weight);
            continue;
        }
        if units.len() > 1 {
            take(text, None, units.clone(), weight(text));
            continue;
        }
        let run = match alone.take() {
            Some(run) if run.end == units.start && first.adjoins => run.start..units.end,
            _ => units.clone(),
        };
        let goes_on = pieces.get(number + 1).is_some_and(|next| {
            next.len() == 1
                && next.start == units.end
                && analysis.units[next.start as usize].han
                && analysis.units[next.start as usize].adjoins
        });
        if goes_on {
            alone = Some(run);
        } else if run.len() > 1 {
            take(analysis.folded_text(run.clone()), None, run, weights::UNKNOWN);
        } else {
            take(text, None, run, weights::SINGLE * weight(text));
        }
    }
    found
}

/// Bytes of a text as its characters.
struct Places(Option<Vec<u32>>);

impl Places {
    fn new(text: &str) -> Self {
        let starts = || text.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX));
        Self((!text.is_ascii()).then(|| starts().collect()))
    }

    fn of(&self, bytes: &Range<u32>) -> Range<usize> {
        let at = |byte: u32| match &self.0 {
            Some(starts) => starts.partition_point(|start| *start < byte),
            None => byte as usize,
        };
        at(bytes.start)..at(bytes.end)
    }
}

fn bytes(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
