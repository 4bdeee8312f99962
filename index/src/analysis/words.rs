//! Which words a text has: the dictionary's words for Chinese, stems for English; and how much a word says.

use super::dictionaries;
use frostem::{Algorithm, Stemmer};
use jieba_rs::Jieba;
use std::{collections::HashSet, ops::Range, sync::LazyLock};

/// Calls back with every word of two characters or more in a run of Chinese characters: the words of the best cut and
/// the shorter words inside them. No guessing of unknown words: pairs of characters find those.
pub(crate) fn each_word(run: &str, mut found: impl FnMut(&str, Range<usize>)) {
    for token in JIEBA.cut_for_search(run, false) {
        if token.end - token.start > 1 {
            found(token.word, token.start..token.end);
        }
    }
}

/// The best cut of a run of Chinese characters, as ranges of characters without overlap.
pub(crate) fn segments(run: &str) -> Vec<Range<usize>> {
    JIEBA.cut(run, false).into_iter().map(|token| token.start..token.end).collect()
}

/// Appends the stem of a run of letters (folded), or the run itself where there is none.
pub(crate) fn push_stem(run: &str, target: &mut String) {
    if run.len() > 2 && run.bytes().all(|byte| byte.is_ascii_lowercase()) {
        target.push_str(&Stemmer::new(Algorithm::English).stem(run));
    } else {
        target.push_str(run);
    }
}

/// A word that asks or joins and says nothing of the matter.
pub(crate) fn is_function_word(folded: &str) -> bool {
    FUNCTION_WORDS.contains(folded)
}

/// A character that stands in some function word only with others of its kind: 是否, 什么.
pub(crate) fn is_everyday_word(folded: &str) -> bool {
    EVERYDAY_WORDS.contains(folded)
}

/// A word that the field's own dictionary names.
pub(crate) fn is_domain_word(folded: &str) -> bool {
    DOMAIN_WORDS.contains(folded)
}

/// How often the general dictionary saw a word, 0 for one that it does not know.
pub(crate) fn general_frequency(word: &str) -> usize {
    if JIEBA.has_word(word) { JIEBA.suggest_freq(word) } else { 0 }
}

/// Loads the dictionaries now rather than with the first text (about a tenth of a second).
pub(crate) fn warm() {
    LazyLock::force(&JIEBA);
}

static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    for word in dictionaries::lines(dictionaries::DOMAIN) {
        if !jieba.has_word(word) {
            jieba.add_word(word, None, None);
        }
    }
    jieba
});

static DOMAIN_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| dictionaries::lines(dictionaries::DOMAIN).collect());
static FUNCTION_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| dictionaries::lines(dictionaries::FUNCTION_WORDS).collect());
static EVERYDAY_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| dictionaries::lines(dictionaries::EVERYDAY_WORDS).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_words_stay_whole_and_keep_their_parts() {
        let mut words = Vec::new();
        each_word("上市许可持有人", |word, _| words.push(word.to_owned()));
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
