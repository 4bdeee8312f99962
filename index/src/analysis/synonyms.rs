//! Names of one and the same thing become one concept, whichever of them a text uses.

use super::{
    dictionaries,
    fold::{self, Folded},
};
use aho_corasick::{AhoCorasick, MatchKind};
use std::{ops::Range, sync::LazyLock};

/// Calls back with the label of each group that the text names, and where (in folded characters).
pub(crate) fn each_group(folded: &Folded, found: &mut impl FnMut(&str, Range<usize>)) {
    let synonyms = &*SYNONYMS;
    let Some(automaton) = &synonyms.automaton else { return };
    for hit in automaton.find_iter(&folded.text) {
        let bytes = folded.text.as_bytes();
        if joins(bytes, hit.start()) || joins(bytes, hit.end()) {
            continue;
        }
        let char_at = |byte: usize| folded.chars.partition_point(|ch| (ch.at as usize) < byte);
        let label = &synonyms.labels[synonyms.group_of[hit.pattern().as_usize()]];
        found(label, char_at(hit.start())..char_at(hit.end()));
    }
}

/// Whether a Latin word goes on across this place.
fn joins(bytes: &[u8], at: usize) -> bool {
    let latin = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    at > 0 && latin(at - 1) && latin(at)
}

struct Synonyms {
    automaton: Option<AhoCorasick>,
    /// Pattern to group.
    group_of: Vec<usize>,
    labels: Vec<String>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let (mut names, mut group_of, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for line in dictionaries::lines(dictionaries::SYNONYMS) {
        let folded: Vec<String> = line.split('|').map(|name| fold::folded(name.trim())).collect();
        for name in folded.iter().filter(|name| !name.is_empty()) {
            names.push(name.clone());
            group_of.push(labels.len());
        }
        labels.push(folded[0].clone());
    }
    // A dictionary of this size always fits; were it not to, search would go on without synonyms.
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).ok();
    Synonyms { automaton, group_of, labels }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(text: &str) -> Vec<String> {
        let mut folded = Folded::default();
        folded.fold(text);
        let mut groups = Vec::new();
        each_group(&folded, &mut |label, _| groups.push(label.to_owned()));
        groups
    }

    #[test]
    fn every_name_of_a_thing_is_the_same_concept() {
        assert_eq!(groups("ＵＤＩ怎么赋码"), groups("醫療器械唯一標識怎么赋码"));
        assert_eq!(groups("Good Manufacturing  Practice"), ["gmp"]);
        assert_eq!(groups("MAH与CRO"), ["mah", "cro"]);
    }

    #[test]
    fn latin_names_match_whole_words() {
        assert!(groups("mahogany crop").is_empty());
        assert_eq!(groups("的MAH是"), ["mah"]);
    }
}
