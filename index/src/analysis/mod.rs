//! Chinese and English text into terms, the same way when a text is put in and when it is asked for.
//!
//! A text is folded ([`fold`]), cut into units (one Chinese character, one run of letters or digits), and gives three
//! streams of terms, one for each field: characters (with places, for phrases), pairs of neighbouring characters (for
//! recall where the dictionary does not know a word) and words (the dictionary's words, English stems, compounds like
//! `il-6`, and concepts: one term for all names and notations of a thing). Every term knows which bytes of the original
//! it came from.

mod analyzer;
mod contrasts;
mod dictionaries;
pub(crate) mod fold;
mod notation;
mod quantities;
pub(crate) mod sound;
mod synonyms;
pub(crate) mod tokenizer;
pub(crate) mod words;

pub(crate) use analyzer::Analyzer;
pub use dictionaries::write_dictionaries;
pub use fold::fold_with_offsets;
use fold::{Folded, FoldedChar, PART_BREAK};
use std::ops::Range;

/// Concepts begin with this, so that they never meet a word.
pub(crate) const CONCEPT_MARK: char = '\u{1}';
/// No phrase reaches over this many places from one part of a document to the next.
const PART_GAP: u32 = 10;
/// Longer runs of letters are cut: nobody searches them, and a term has a bounded length.
const LONGEST_RUN: usize = 40;
/// Of a longer text only the beginning is analysed, in bytes: no answer is as long, and the memory for its terms has a
/// bound.
const LONGEST_TEXT: usize = 1_000_000;
/// More parts than this make no compound.
const LONGEST_COMPOUND: usize = 6;

/// What a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A single unit: a Chinese character, or a run of letters or digits unstemmed.
    Character,
    /// Two neighbouring Chinese characters.
    Pair,
    /// Two neighbouring Chinese characters, of two longer words: they are found by their places, not written down.
    Straddle,
    /// Two that are a word of the dictionary, there where they stand.
    PairedWord,
    /// A longer Chinese word of the dictionary.
    Word,
    /// A stem of letters, or a number.
    Stem,
    /// Letters and digits joined: `il-6`, `16-06`.
    Compound,
    /// All names or notations of a thing.
    Concept,
    /// The same inside a longer name of another thing: who asks for the longer one does not ask for it.
    InnerConcept,
}

/// The stream a term belongs to: each is a field of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Stream {
    /// Single units, with places.
    Characters,
    /// Pairs.
    Pairs,
    /// Words, stems, compounds, concepts.
    Words,
}

impl Sort {
    pub(crate) fn stream(self) -> Stream {
        match self {
            Self::Character => Stream::Characters,
            Self::Pair | Self::Straddle | Self::PairedWord => Stream::Pairs,
            Self::Word | Self::Stem | Self::Compound | Self::Concept | Self::InnerConcept => {
                Stream::Words
            }
        }
    }
}

/// A term with its place.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) sort: Sort,
    /// Where its text lies in the arena of the analysis.
    text: Range<u32>,
    /// Bytes of the original.
    pub(crate) source: Range<u32>,
    /// The units it spans.
    pub(crate) units: Range<u32>,
}

/// A Chinese character, or a run of letters or of digits.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// Its folded characters.
    chars: Range<u32>,
    /// Its place for phrases: units in a row, with gaps between parts.
    pub(crate) position: u32,
    /// A Chinese (or Japanese, or Korean) character.
    pub(crate) han: bool,
    /// Directly behind the unit before it.
    pub(crate) adjoins: bool,
}

/// The terms of a text. Reused from text to text, so that its memory is.
#[derive(Debug, Default)]
pub(crate) struct Analysis {
    folded: Folded,
    arena: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) units: Vec<Unit>,
    /// Where words of two characters begin.
    paired: Vec<u32>,
    /// Where a pair begins that straddles two longer words.
    straddled: Vec<u32>,
}

impl Analysis {
    /// Replaces the content by the terms of `original`.
    pub(crate) fn run(&mut self, analyzer: &Analyzer, original: &str) {
        let original = &original[..original.floor_char_boundary(LONGEST_TEXT)];
        self.folded.fold(original, analyzer.traditional());
        self.arena.clear();
        self.tokens.clear();
        self.units.clear();
        self.paired.clear();
        self.straddled.clear();
        self.cut_units();
        self.han_words(analyzer.words());
        self.characters_and_pairs();
        self.latin_words();
        self.concepts(analyzer.synonyms());
    }

    /// The text of a term.
    pub(crate) fn text(&self, token: &Token) -> &str {
        &self.arena[token.text.start as usize..token.text.end as usize]
    }

    /// The folded text of some units.
    pub(crate) fn folded_text(&self, units: Range<u32>) -> &str {
        let chars = self.char_range(&units);
        self.slice(chars)
    }

    /// Runs of Chinese characters without a gap, as ranges of units.
    pub(crate) fn han_runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            while !self.units.get(at)?.han {
                at += 1;
            }
            let start = at;
            at += 1;
            while self.units.get(at).is_some_and(|unit| unit.han && unit.adjoins) {
                at += 1;
            }
            Some(index(start)..index(at))
        })
    }

    /// The bytes of the original that some units came from.
    pub(crate) fn source_of(&self, units: &Range<u32>) -> Range<u32> {
        source(&self.folded.chars, &self.units, units)
    }

    /// The stem of the letters or digits in a unit; what it says itself where it has none.
    pub(crate) fn stem_at(&self, unit: u32) -> &str {
        let is_stem = |token: &&Token| token.sort == Sort::Stem && token.units.start == unit;
        let stem = self.tokens.iter().find(is_stem);
        stem.map_or_else(|| self.folded_text(unit..unit + 1), |token| self.text(token))
    }

    /// The groups of names that the text names, each by its label, and where.
    pub(crate) fn groups<'a>(&self, groups: &'a synonyms::Synonyms) -> Vec<(&'a str, Range<u32>)> {
        let mut found = Vec::new();
        groups.each_group(&self.folded, |label, chars, _| {
            let units = units_within(&self.units, &chars);
            if !units.is_empty() {
                found.push((label, units));
            }
        });
        found
    }

    fn cut_units(&mut self) {
        let chars = &self.folded.chars;
        let mut position = 0;
        let mut at = 0;
        let mut end_before = usize::MAX;
        while at < chars.len() {
            let class = Class::of(chars[at].ch);
            let mut end = at + 1;
            match class {
                Class::Other => {
                    if chars[at].ch == PART_BREAK {
                        position += PART_GAP;
                    }
                    at = end;
                    continue;
                }
                Class::Han => {}
                Class::Letter | Class::Digit => {
                    while end < chars.len()
                        && end - at < LONGEST_RUN
                        && Class::of(chars[end].ch) == class
                    {
                        end += 1;
                    }
                }
            }
            let adjoins = end_before == at;
            self.units.push(Unit {
                chars: index(at)..index(end),
                position,
                han: class == Class::Han,
                adjoins,
            });
            position += 1;
            end_before = end;
            at = end;
        }
    }

    fn characters_and_pairs(&mut self) {
        self.paired.sort_unstable();
        let mut paired = std::mem::take(&mut self.paired);
        let mut words = paired.iter().copied().peekable();
        let straddled = std::mem::take(&mut self.straddled);
        let mut between = straddled.iter().copied().peekable();
        for at in 0..self.units.len() {
            self.push(Sort::Character, index(at)..index(at + 1));
            if at > 0 && self.units[at].han && self.units[at - 1].han && self.units[at].adjoins {
                let first = index(at - 1);
                while words.next_if(|word| *word < first).is_some() {}
                let sort = if words.peek() == Some(&first) {
                    Sort::PairedWord
                } else if between.next_if_eq(&first).is_some() {
                    Sort::Straddle
                } else {
                    Sort::Pair
                };
                self.push(sort, first..first + 2);
            }
        }
        paired.clear();
        self.paired = paired;
        self.straddled = straddled;
    }

    fn han_words(&mut self, known: &words::Words) {
        let mut at = 0;
        while at < self.units.len() {
            if !self.units[at].han {
                at += 1;
                continue;
            }
            let start = at;
            at += 1;
            while at < self.units.len() && self.units[at].han && self.units[at].adjoins {
                at += 1;
            }
            if at - start < 2 {
                continue;
            }
            let run = self.char_range(&(index(start)..index(at)));
            let (from, to) = self.bytes(&run);
            let Self { folded, arena, tokens, units, paired, straddled, .. } = self;
            let mut before = 1;
            known.each(&folded.text[from..to], |word, chars, best| {
                if best {
                    if before > 1 && chars.len() > 1 && chars.start > 0 {
                        straddled.push(index(start + chars.start - 1));
                    }
                    before = chars.len();
                }
                if chars.len() < 2 {
                    return;
                }
                if chars.len() == 2 {
                    paired.push(index(start + chars.start));
                    return;
                }
                let units_of_word = index(start + chars.start)..index(start + chars.end);
                let source = source(&folded.chars, units, &units_of_word);
                let text_from = index(arena.len());
                arena.push_str(word);
                tokens.push(Token {
                    sort: Sort::Word,
                    text: text_from..index(arena.len()),
                    source,
                    units: units_of_word,
                });
            });
        }
    }

    /// Stems, and compounds of runs that touch or are joined by one of `-/._+`.
    fn latin_words(&mut self) {
        let mut chain = 0;
        for at in 0..self.units.len() {
            if self.units[at].han {
                self.compound(chain, at);
                chain = at + 1;
                continue;
            }
            if at > chain && !self.joined(at) {
                self.compound(chain, at);
                chain = at;
            }
            let (from, to) = self.bytes(&self.units[at].chars.clone());
            let text_from = index(self.arena.len());
            words::push_stem(&self.folded.text[from..to], &mut self.arena);
            self.finish(Sort::Stem, text_from, index(at)..index(at + 1));
        }
        self.compound(chain, self.units.len());
    }

    fn joined(&self, at: usize) -> bool {
        if self.units[at].adjoins {
            return true;
        }
        let (before, here) =
            (self.units[at - 1].chars.end as usize, self.units[at].chars.start as usize);
        here == before + 1 && matches!(self.folded.chars[before].ch, '-' | '/' | '.' | '_' | '+')
    }

    fn compound(&mut self, start: usize, end: usize) {
        if end < start + 2 || end - start > LONGEST_COMPOUND {
            return;
        }
        let text_from = index(self.arena.len());
        for at in start..end {
            let chars = self.units[at].chars.clone();
            let digits =
                |chars: &[FoldedChar], at: u32| Class::of(chars[at as usize].ch) == Class::Digit;
            // Between digits the joint matters (16-06, 2.5); elsewhere IL-6 is IL6.
            if at > start && !self.units[at].adjoins && digits(&self.folded.chars, chars.start) {
                let before = self.units[at - 1].chars.end;
                if digits(&self.folded.chars, before - 1) {
                    self.arena.push(self.folded.chars[before as usize].ch);
                }
            }
            let (from, to) = self.bytes(&chars);
            self.arena.push_str(&self.folded.text[from..to]);
        }
        self.finish(Sort::Compound, text_from, index(start)..index(end));
    }

    fn concepts(&mut self, synonyms: &synonyms::Synonyms) {
        let Self { folded, arena, tokens, units, .. } = self;
        let mut push = |sort: Sort, label: &str, chars: Range<usize>| {
            let units_of_concept = units_within(units, &chars);
            if units_of_concept.is_empty() {
                return;
            }
            let text_from = index(arena.len());
            arena.push(CONCEPT_MARK);
            arena.push_str(label);
            tokens.push(Token {
                sort,
                text: text_from..index(arena.len()),
                source: folded.chars[chars.start].from..folded.chars[chars.end - 1].to,
                units: units_of_concept,
            });
        };
        synonyms.each_group(folded, |label, chars, inner| {
            push(if inner { Sort::InnerConcept } else { Sort::Concept }, label, chars);
        });
        let mut notation = |label: &str, chars: Range<usize>, inner: bool| {
            push(if inner { Sort::InnerConcept } else { Sort::Concept }, label, chars);
        };
        notation::each_notation(&folded.chars, &mut notation);
        quantities::each_quantity(&folded.chars, &mut notation);
    }

    fn push(&mut self, sort: Sort, units: Range<u32>) {
        let text_from = index(self.arena.len());
        let (from, to) = self.bytes(&self.char_range(&units));
        self.arena.push_str(&self.folded.text[from..to]);
        self.finish(sort, text_from, units);
    }

    fn finish(&mut self, sort: Sort, text_from: u32, units: Range<u32>) {
        let source = source(&self.folded.chars, &self.units, &units);
        self.tokens.push(Token { sort, text: text_from..index(self.arena.len()), source, units });
    }

    fn char_range(&self, units: &Range<u32>) -> Range<u32> {
        if units.is_empty() {
            return 0..0;
        }
        self.units[units.start as usize].chars.start..self.units[units.end as usize - 1].chars.end
    }

    fn bytes(&self, chars: &Range<u32>) -> (usize, usize) {
        let at = |char_index: u32| {
            self.folded
                .chars
                .get(char_index as usize)
                .map_or(self.folded.text.len(), |char| char.at as usize)
        };
        (at(chars.start), at(chars.end))
    }

    fn slice(&self, chars: Range<u32>) -> &str {
        let (from, to) = self.bytes(&chars);
        &self.folded.text[from..to]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Han,
    Letter,
    Digit,
    Other,
}

impl Class {
    fn of(ch: char) -> Self {
        match ch {
            'a'..='z' => Self::Letter,
            '0'..='9' => Self::Digit,
            '\0'..='\u{7f}' => Self::Other,
            '\u{4e00}'..='\u{9fff}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3041}'..='\u{30fa}'
            | '\u{30fc}'..='\u{312f}'
            | '\u{3131}'..='\u{318e}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{323af}' => Self::Han,
            _ if ch.is_numeric() => Self::Digit,
            _ if ch.is_alphabetic() => Self::Letter,
            _ => Self::Other,
        }
    }
}

/// Offsets inside one text. Texts are far below 4 GB; beyond it everything would stop at the limit, not break.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn source(chars: &[FoldedChar], units: &[Unit], range: &Range<u32>) -> Range<u32> {
    let first = units[range.start as usize].chars.start as usize;
    let last = units[range.end as usize - 1].chars.end as usize - 1;
    chars[first].from..chars[last].to
}

/// The units that lie in a range of characters.
fn units_within(units: &[Unit], chars: &Range<usize>) -> Range<u32> {
    let start = units.partition_point(|unit| (unit.chars.start as usize) < chars.start);
    let end = units.partition_point(|unit| (unit.chars.end as usize) <= chars.end);
    index(start)..index(end.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str, sort: Sort) -> Vec<String> {
        let analysis = Analyzer::embedded().analyse(text);
        analysis
            .tokens
            .iter()
            .filter(|token| token.sort == sort)
            .map(|token| analysis.text(token).to_owned())
            .collect()
    }

    #[test]
    fn both_scripts_give_the_same_terms() {
        for sort in [Sort::Character, Sort::Pair, Sort::PairedWord, Sort::Word, Sort::Concept] {
            let simplified = terms("医疗器械注册咨询：第三类的质量管理体系", sort);
            assert_eq!(terms("醫療器械註冊諮詢：第三類的質量管理體系", sort), simplified);
            assert!(!simplified.is_empty());
        }
    }

    #[test]
    fn compounds_meet_with_and_without_their_joint() {
        assert_eq!(terms("IL-6", Sort::Compound), ["il6"]);
        assert_eq!(terms("IL6", Sort::Compound), ["il6"]);
        assert_eq!(terms("16-06", Sort::Compound), ["16-06"]);
        assert_eq!(terms("IL-6", Sort::Stem), ["il", "6"]);
    }

    #[test]
    fn tokens_know_their_source() {
        let original = "申請Ⅲ類醫療器械（ＵＤＩ）";
        let analysis = Analyzer::embedded().analyse(original);
        let of = |wanted: &str| {
            let token =
                analysis.tokens.iter().find(|token| analysis.text(token) == wanted).expect(wanted);
            &original[token.source.start as usize..token.source.end as usize]
        };
        assert_eq!(of("\u{1}class:3"), "Ⅲ類");
        assert_eq!(of("\u{1}udi"), "ＵＤＩ");
        assert_eq!(of("医疗"), "醫療");
    }
}
