//! Which words a text has: the dictionary's words for Chinese, stems for English; and how much a word says.

use super::dictionaries::{Dictionaries, Dictionary};
use frostem::{Algorithm, Stemmer};
use jieba_rs::Jieba;
use std::{collections::HashSet, ops::Range};

/// The words that are known.
pub(crate) struct Words {
    jieba: Jieba,
    domain: HashSet<String>,
    function: HashSet<String>,
    everyday: HashSet<String>,
}

impl Words {
    pub(crate) fn new(dictionaries: &Dictionaries) -> Self {
        let set = |dictionary| dictionaries.lines(dictionary).map(str::to_owned).collect();
        let mut jieba = Jieba::new();
        for word in dictionaries.lines(Dictionary::Domain) {
            if !jieba.has_word(word) {
                jieba.add_word(word, None, None);
            }
        }
        Self {
            jieba,
            domain: set(Dictionary::Domain),
            function: set(Dictionary::FunctionWords),
            everyday: set(Dictionary::EverydayWords),
        }
    }

    /// Calls back with every word in a run of Chinese characters: those of the best cut, which are told to be so, and
    /// the shorter words of two to four characters inside them. No guessing of unknown words: pairs of characters find
    /// those.
    pub(crate) fn each(&self, run: &str, mut found: impl FnMut(&str, Range<usize>, bool)) {
        let mut ends = Vec::new();
        for token in self.jieba.cut(run, false) {
            let length = token.end - token.start;
            if length > 2 {
                ends.clear();
                ends.extend(token.word.char_indices().map(|(at, _)| at).chain([token.word.len()]));
                for size in 2..length.min(5) {
                    for at in 0..=length - size {
                        let part = &token.word[ends[at]..ends[at + size]];
                        if self.jieba.has_word(part) {
                            found(part, token.start + at..token.start + at + size, false);
                        }
                    }
                }
            }
            found(token.word, token.start..token.end, true);
        }
    }

    /// The best cut of a run of Chinese characters, as ranges of characters without overlap.
    pub(crate) fn segments(&self, run: &str) -> Vec<Range<usize>> {
        self.jieba.cut(run, false).into_iter().map(|token| token.start..token.end).collect()
    }

    /// A word that asks or joins and says nothing of the matter.
    pub(crate) fn is_function(&self, folded: &str) -> bool {
        self.function.contains(folded)
    }

    /// A word that nearly every text of the field has.
    pub(crate) fn is_everyday(&self, folded: &str) -> bool {
        self.everyday.contains(folded)
    }

    /// A word that the field's own dictionary names.
    pub(crate) fn is_domain(&self, folded: &str) -> bool {
        self.domain.contains(folded)
    }

    /// How often the general dictionary saw a word, 0 for one that it does not know.
    pub(crate) fn general_frequency(&self, word: &str) -> usize {
        if self.jieba.has_word(word) { self.jieba.suggest_freq(word) } else { 0 }
    }
}

/// Appends the stem of a run of letters (folded), or the run itself where there is none.
pub(crate) fn push_stem(run: &str, target: &mut String) {
    if run.len() > 2 && run.bytes().all(|byte| byte.is_ascii_lowercase()) {
        target.push_str(&Stemmer::new(Algorithm::English).stem(run));
    } else {
        target.push_str(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyzer;

    #[test]
    fn domain_words_stay_whole_and_keep_their_parts() {
        let mut words = Vec::new();
        Analyzer::embedded()
            .words()
            .each("上市许可持有人", |word, _, _| words.push(word.to_owned()));
        assert!(words.iter().any(|word| word == "上市许可持有人"));
        assert!(words.iter().any(|word| word == "许可"));
    }

    #[test]
    fn stems_are_english() {
        let stem = |word| {
            let mut target = String::new();
            push_stem(word, &mut target);
            target
        };
        assert_eq!(stem("registrations"), stem("registration"));
        assert_eq!(stem("il"), "il");
    }
}
