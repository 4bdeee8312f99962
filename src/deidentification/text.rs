//! A text in one spelling, in which every find still knows its place in what was written.

use std::{ops::Range, sync::LazyLock};

use regex::{Captures, Regex};

use super::Kind;

/// Punctuation at which a clause ends, in the folded text: a short name does not reach across it.
const CLAUSE_ENDS: &[char] =
    &[',', '，', '。', '.', ';', '；', ':', '：', '、', '!', '！', '?', '？', '\n'];

/// Something found in a folded text.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    /// Bytes of the folded text.
    pub(super) range: Range<usize>,
    pub(super) sure: bool,
}

/// A place in the original.
pub(super) struct Place {
    /// In characters.
    pub(super) chars: Range<usize>,
    /// In bytes.
    pub(super) bytes: Range<usize>,
}

/// A text after folding: width, case, script, brackets and accents make no difference any more.
pub(super) struct Folded {
    pub(super) text: String,
    sources: Vec<Source>,
}

struct Source {
    /// First byte of the character in the folded text.
    at: usize,
    bytes: Range<usize>,
    chars: Range<usize>,
    /// Whether it was written as a capital.
    capital: bool,
}

impl Folded {
    pub(super) fn new(original: &str) -> Self {
        let folded = zhanjian_index::fold_with_offsets(original);
        let mut text = String::with_capacity(original.len());
        let mut sources = Vec::with_capacity(folded.len());
        let (mut byte, mut count) = (0, 0);
        for (number, (ch, bytes)) in folded.iter().enumerate() {
            let next = folded.get(number + 1).map_or(original.len(), |(_, next)| next.start);
            count += length(original, byte..bytes.start);
            byte = bytes.start;
            let chars = count..count + length(original, bytes.clone());
            let capital =
                original.get(bytes.clone()).is_some_and(|it| it.starts_with(char::is_uppercase));
            sources.push(Source { at: text.len(), bytes: bytes.clone(), chars, capital });
            // Folding makes one blank of all white space; but at the end of a line a sentence ends too.
            let ends_line = *ch == ' '
                && original.get(byte..next).is_some_and(|gap| gap.contains(['\n', '\r']));
            text.push(if ends_line { '\n' } else { *ch });
        }
        Self { text, sources }
    }

    /// Where some of it stands in the original.
    pub(super) fn place(&self, range: &Range<usize>) -> Option<Place> {
        let first =
            self.sources.partition_point(|source| source.at <= range.start).checked_sub(1)?;
        let last = self.sources.partition_point(|source| source.at < range.end).checked_sub(1)?;
        let (first, last) = (self.sources.get(first)?, self.sources.get(last)?);
        Some(Place {
            chars: first.chars.start..last.chars.end,
            bytes: first.bytes.start..last.bytes.end,
        })
    }

    /// Whether its first letter was written as a capital.
    pub(super) fn begins_with_capital(&self, range: &Range<usize>) -> bool {
        let first = self.sources.partition_point(|source| source.at < range.start);
        self.sources.get(first).is_some_and(|source| source.capital)
    }

    /// What stands directly before.
    pub(super) fn before(&self, range: &Range<usize>) -> &str {
        &self.text[..range.start]
    }

    /// What stands directly behind.
    pub(super) fn after(&self, range: &Range<usize>) -> &str {
        &self.text[range.end..]
    }

    /// Whether no letter or digit goes on at either end: `cn1` is no part of `xcn12`. Chinese characters always are ends,
    /// for they are written without blanks.
    pub(super) fn is_alone(&self, range: &Range<usize>) -> bool {
        let inner = &self.text[range.clone()];
        let word = |ch: Option<char>| ch.is_some_and(|ch| ch.is_ascii_alphanumeric());
        let goes_on_before =
            word(inner.chars().next()) && word(self.before(range).chars().next_back());
        let goes_on_behind =
            word(inner.chars().next_back()) && word(self.after(range).chars().next());
        !goes_on_before && !goes_on_behind
    }

    /// Whether a clause ends inside.
    pub(super) fn is_broken(&self, range: &Range<usize>) -> bool {
        self.text[range.clone()].contains(CLAUSE_ENDS)
    }

    /// The sentence around, before and behind; no more than so many bytes each, for work must stay bounded.
    pub(super) fn sentence(&self, range: &Range<usize>) -> (&str, &str) {
        const ENDS: &[char] = &['。', ';', '；', '!', '！', '?', '？', '\n'];
        let (before, after) = (last(self.before(range), 300), first(self.after(range), 300));
        let start = before
            .rfind(ENDS)
            .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
        let end = after.find(ENDS).unwrap_or(after.len());
        (&before[start..], &after[..end])
    }

    /// Shows every match to `see`; where it takes one (`true`), the search goes on behind it, else one character on.
    pub(super) fn each(
        &self,
        regex: &Regex,
        mut see: impl FnMut(&Captures<'_>, Range<usize>) -> bool,
    ) {
        let mut at = 0;
        while at <= self.text.len()
            && let Some(captures) = regex.captures_at(&self.text, at)
            && let Some(whole) = captures.get(0)
        {
            let step = self.text[whole.start()..].chars().next().map_or(1, char::len_utf8);
            let taken = see(&captures, whole.range());
            at = if taken { whole.end().max(whole.start() + step) } else { whole.start() + step };
        }
    }
}

/// Only the letters and digits of a folded text: blanks and punctuation hide no name.
pub(super) struct Letters {
    pub(super) text: String,
    /// First byte here, bytes in the folded text.
    places: Vec<(usize, Range<usize>)>,
}

impl Letters {
    pub(super) fn of(folded: &Folded) -> Self {
        let mut letters =
            Self { text: String::with_capacity(folded.text.len()), places: Vec::new() };
        for (at, ch) in folded.text.char_indices().filter(|(_, ch)| ch.is_alphanumeric()) {
            letters.places.push((letters.text.len(), at..at + ch.len_utf8()));
            letters.text.push(ch);
        }
        letters
    }

    /// Where some of them stand in the folded text.
    pub(super) fn in_folded(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let first = self.places.partition_point(|(at, _)| *at < range.start);
        let last = self.places.partition_point(|(at, _)| *at < range.end).checked_sub(1)?;
        Some(self.places.get(first)?.1.start..self.places.get(last)?.1.end)
    }
}

/// The letters and digits of a text, folded.
pub(super) fn letters(text: &str) -> String {
    Folded::new(text).text.chars().filter(|ch| ch.is_alphanumeric()).collect()
}

/// How many characters.
pub(super) fn count(text: &str) -> usize {
    text.chars().count()
}

/// The end of a text, at most so many bytes.
pub(super) fn last(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
}

/// The beginning of a text, at most so many bytes.
pub(super) fn first(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// A Chinese character.
pub(super) fn is_han(ch: char) -> bool {
    matches!(ch, '\u{3007}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

fn length(original: &str, range: Range<usize>) -> usize {
    original.get(range).map_or(0, count)
}

/// A pattern over folded text.
pub(super) type Pattern = LazyLock<Regex>;

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("every pattern stands in the program and is compiled by its tests")
}
