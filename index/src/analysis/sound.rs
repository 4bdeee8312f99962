//! How a name sounds: the terms by which a half-typed name is found, in characters, in pinyin or by its initials.
//!
//! Every kind of term comes in short overlapping pieces (two characters, two syllables, four initials), never as a whole
//! rest of the name: so the number of different terms has a bound, whatever the number of documents.

use super::{Analysis, Unit, words::Words};
use pinyin::ToPinyin;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// Only so many characters of a name are found while typing.
const LONGEST_NAME: usize = 48;
/// Initials come in pieces of up to this many.
pub(crate) const INITIALS: usize = 4;
/// So much of a Latin word is found while it is typed.
pub(crate) const LONGEST_PREFIX: usize = 12;
/// The longest syllable: zhuang.
const LONGEST_SYLLABLE: usize = 6;
/// A typed text is read in at most so many ways (xian: xian, xi an).
const MOST_READINGS: usize = 4;

/// A Chinese character or two.
pub(crate) const CHARACTERS: char = 'h';
/// A syllable or two.
pub(crate) const SYLLABLES: char = 's';
/// Two to four initials.
pub(crate) const LETTERS: char = 'i';
/// A word in Latin letters.
pub(crate) const LATIN: char = 'w';
/// The beginning of such a word.
pub(crate) const PREFIX: char = 'p';
/// The same at the start of a name.
pub(crate) const START: char = '^';

/// Calls back with every term of the names in an analysed text.
pub(crate) fn each_term(analysis: &Analysis, mut found: impl FnMut(&str)) {
    let mut start = 0;
    while start < analysis.units.len() {
        let mut end = start + 1;
        while end < analysis.units.len()
            && analysis.units[end].position == analysis.units[end - 1].position + 1
        {
            end += 1;
        }
        name(analysis, start, end.min(start + LONGEST_NAME), &mut found);
        start = end;
    }
}

fn name(analysis: &Analysis, start: usize, end: usize, found: &mut impl FnMut(&str)) {
    let spoken: Vec<(&str, &str)> =
        (start..end).map(|at| spoken(analysis, &analysis.units[at], at)).collect();
    let mut term = String::new();
    for at in 0..spoken.len() {
        let marks: &[&str] = if at == 0 { &["", "^"] } else { &[""] };
        for mark in marks {
            let mut emit = |kind: char, parts: &[&str]| {
                term.clear();
                term.push_str(mark);
                term.push(kind);
                for (n, part) in parts.iter().enumerate() {
                    if n > 0 && kind == SYLLABLES {
                        term.push('\'');
                    }
                    term.push_str(part);
                }
                found(&term);
            };
            let next = spoken.get(at + 1);
            let han = |at: usize| analysis.units.get(start + at).is_some_and(|unit| unit.han);
            if han(at) {
                emit(CHARACTERS, &[spoken[at].0]);
                if let Some(next) = next.filter(|_| han(at + 1)) {
                    emit(CHARACTERS, &[spoken[at].0, next.0]);
                }
            } else {
                emit(LATIN, &[spoken[at].0]);
                for end in spoken[at]
                    .0
                    .char_indices()
                    .map(|(at, ch)| at + ch.len_utf8())
                    .take(LONGEST_PREFIX)
                {
                    emit(PREFIX, &[&spoken[at].0[..end]]);
                }
            }
            emit(SYLLABLES, &[spoken[at].1]);
            if let Some(next) = next {
                emit(SYLLABLES, &[spoken[at].1, next.1]);
            }
            let initials: Vec<&str> =
                spoken[at..].iter().take(INITIALS).map(|(_, sound)| first(sound)).collect();
            // A single one is the beginning of a syllable.
            for count in 2..=initials.len() {
                emit(LETTERS, &initials[..count]);
            }
        }
    }
}

/// What is written and what is spoken for one unit.
pub(crate) fn spoken<'a>(analysis: &'a Analysis, unit: &Unit, at: usize) -> (&'a str, &'a str) {
    let at = super::index(at);
    let written = analysis.folded_text(at..at + 1);
    let sound = written
        .chars()
        .next()
        .filter(|_| unit.han)
        .and_then(|ch| ch.to_pinyin())
        .map(pinyin::Pinyin::plain);
    (written, sound.unwrap_or(written))
}

fn first(sound: &str) -> &str {
    let end = sound.char_indices().nth(1).map_or(sound.len(), |(at, _)| at);
    &sound[..end]
}

/// One way to read typed letters: whole syllables, and the beginning of one more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whole syllables.
    pub(crate) syllables: Vec<String>,
    /// What was typed of the next one; may be empty.
    pub(crate) rest: String,
}

/// The ways to read letters as pinyin, those with the fewest syllables first; none for letters that are no pinyin.
pub(crate) fn readings(letters: &str) -> Vec<Reading> {
    let mut readings = Vec::new();
    if letters.is_empty()
        || letters.len() > 120
        || !letters.bytes().all(|byte| byte.is_ascii_lowercase())
    {
        return readings;
    }
    // Which ends can be read at all, from behind: so that the search below never runs into a dead end.
    let mut open = vec![false; letters.len() + 1];
    open[letters.len()] = true;
    for at in (0..letters.len()).rev() {
        open[at] = BEGINNINGS.contains(&letters[at..])
            || (1..=LONGEST_SYLLABLE.min(letters.len() - at))
                .any(|len| open[at + len] && SOUNDS.contains(&letters[at..at + len]));
    }
    if open[0] {
        read(letters, 0, &open, &mut Vec::new(), &mut readings);
    }
    readings
}

fn read(
    letters: &str,
    at: usize,
    open: &[bool],
    path: &mut Vec<String>,
    readings: &mut Vec<Reading>,
) {
    if readings.len() >= MOST_READINGS {
        return;
    }
    if at == letters.len() {
        readings.push(Reading { syllables: path.clone(), rest: String::new() });
        return;
    }
    for len in (1..=LONGEST_SYLLABLE.min(letters.len() - at)).rev() {
        let syllable = &letters[at..at + len];
        if open[at + len] && SOUNDS.contains(syllable) {
            path.push(syllable.to_owned());
            read(letters, at + len, open, path, readings);
            path.pop();
        }
    }
    if BEGINNINGS.contains(&letters[at..])
        && !SOUNDS.contains(&letters[at..])
        && readings.len() < MOST_READINGS
    {
        readings.push(Reading { syllables: path.clone(), rest: letters[at..].to_owned() });
    }
}

/// Whether letters are one whole syllable.
pub(crate) fn is_syllable(letters: &str) -> bool {
    SOUNDS.contains(letters)
}

static SOUNDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    ('\u{4e00}'..='\u{9fa5}')
        .filter_map(|ch| ch.to_pinyin())
        .map(pinyin::Pinyin::plain)
        .filter(|s| s.is_ascii())
        .collect()
});

static BEGINNINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    SOUNDS.iter().flat_map(|sound| (1..=sound.len()).map(|len| &sound[..len])).collect()
});

/// Characters by their sound.
pub(crate) struct Homophones(HashMap<&'static str, Vec<char>>);

impl Homophones {
    pub(crate) fn new(words: &Words) -> Self {
        let mut by_sound: HashMap<&str, Vec<(usize, char)>> = HashMap::new();
        for ch in '\u{4e00}'..='\u{9fa5}' {
            let frequency = words.general_frequency(ch.encode_utf8(&mut [0; 4]));
            if let Some(sound) = ch.to_pinyin().filter(|_| frequency > 1) {
                by_sound.entry(sound.plain()).or_default().push((frequency, ch));
            }
        }
        let most_used = |mut all: Vec<(usize, char)>| {
            all.sort_unstable_by(|a, b| b.cmp(a));
            all.into_iter().map(|(_, ch)| ch).take(40).collect()
        };
        Self(by_sound.into_iter().map(|(sound, all)| (sound, most_used(all))).collect())
    }

    /// The characters that sound like this one, the most used first.
    pub(crate) fn of(&self, ch: char) -> &[char] {
        ch.to_pinyin().and_then(|sound| self.0.get(sound.plain())).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_characters_syllables_and_initials() {
        let mut terms = Vec::new();
        each_term(&crate::analysis::Analyzer::embedded().analyse("医疗器械CT"), |term| {
            terms.push(term.to_owned());
        });
        for wanted in ["^h医", "h疗器", "syi'liao", "^syi'liao", "^iylqx", "iqxc", "wct"] {
            assert!(terms.iter().any(|term| term == wanted), "{wanted} in {terms:?}");
        }
    }

    #[test]
    fn letters_are_read_as_syllables() {
        assert_eq!(readings("yiliaoqixie")[0].syllables, ["yi", "liao", "qi", "xie"]);
        let half = &readings("mazuishoushulin")[0];
        assert_eq!((half.syllables.len(), half.rest.as_str()), (5, ""));
        assert_eq!(readings("yiliaoq")[0].rest, "q");
        assert!(
            readings("ylqx").iter().all(|reading| reading.syllables.is_empty())
                || readings("ylqx").is_empty()
        );
        assert!(readings("xian").len() >= 2);
        assert!(readings(&"a".repeat(100)).len() <= MOST_READINGS);
    }
}
