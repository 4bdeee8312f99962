//! Names of one and the same thing become one concept, whichever of them a text uses.

use super::{
    Analyzer,
    dictionaries::{Dictionaries, Dictionary},
    fold::Folded,
};
use crate::error::{Error, Result};
use aho_corasick::AhoCorasick;
use std::{cmp::Reverse, collections::HashMap, ops::Range, path::Path};

/// The known groups of names.
pub(crate) struct Synonyms {
    automaton: Option<AhoCorasick>,
    names: Vec<Name>,
    labels: Vec<String>,
}

struct Name {
    /// Its folded text.
    text: String,
    group: usize,
    /// What stands inside it is no name of its own.
    closed: bool,
    dictionary: Dictionary,
    line: usize,
}

impl Synonyms {
    /// Names of one and the same thing.
    pub(crate) fn new(analyzer: &Analyzer, dictionaries: &Dictionaries) -> Self {
        Self::of(analyzer, dictionaries, &[Dictionary::Synonyms, Dictionary::Regional])
    }

    /// Words of those who ask, beside words of those who offer.
    pub(crate) fn lay(analyzer: &Analyzer, dictionaries: &Dictionaries) -> Self {
        Self::of(analyzer, dictionaries, &[Dictionary::LayWords])
    }

    fn of(analyzer: &Analyzer, dictionaries: &Dictionaries, which: &[Dictionary]) -> Self {
        let (mut names, mut labels) = (Vec::new(), Vec::new());
        for dictionary in which.iter().copied() {
            for (line, entry) in dictionaries.numbered(dictionary) {
                let group = labels.len();
                let first = names.len();
                for name in entry.split('|') {
                    let (text, marked) =
                        name.trim().strip_prefix('!').map_or((name, false), |name| (name, true));
                    let text = analyzer.folded(text.trim());
                    // A Latin name is one whole: the AI in "generative AI" is not meant.
                    let closed = marked || text.starts_with(|ch: char| ch.is_ascii());
                    names.push(Name { text, group, closed, dictionary, line });
                }
                labels.push(names[first].text.clone());
            }
        }
        // Dictionaries of this size always fit; were one not to, search would go on without synonyms.
        let automaton = AhoCorasick::new(names.iter().map(|name| &name.text)).ok();
        Self { automaton, names, labels }
    }

    /// Names that stand in two groups: which of them is meant could not be told.
    pub(crate) fn check(&self, dir: &Path) -> Result<()> {
        let mut seen: HashMap<&str, &Name> = HashMap::new();
        for name in &self.names {
            if let Some(other) = seen.insert(&name.text, name).filter(|it| it.group != name.group) {
                let reason = format!(
                    "{:?} stands in a second group, after line {}: leave it in one of them",
                    name.text, other.line
                );
                let file = dir.join(name.dictionary.file());
                return Err(Error::Dictionary { file, line: name.line, reason });
            }
        }
        Ok(())
    }

    /// Calls back with the label of each group that the text names, and where (in folded characters); then whether the
    /// name stands inside a longer one. Of names that overlap, the first counts, and of those the longest.
    pub(crate) fn each_group<'a>(
        &'a self,
        folded: &Folded,
        mut found: impl FnMut(&'a str, Range<usize>, bool),
    ) {
        let Some(automaton) = &self.automaton else { return };
        let bytes = folded.text.as_bytes();
        let mut hits: Vec<(usize, usize, usize)> = automaton
            .find_overlapping_iter(&folded.text)
            .filter(|hit| !joins(bytes, hit.start()) && !joins(bytes, hit.end()))
            .map(|hit| (hit.start(), hit.end(), hit.pattern().as_usize()))
            .collect();
        hits.sort_unstable_by_key(|&(start, end, _)| (start, Reverse(end)));
        let char_at = |byte: usize| folded.chars.partition_point(|ch| (ch.at as usize) < byte);
        let mut outer: Option<(Range<usize>, &Name)> = None;
        for (start, end, name) in hits {
            let name = &self.names[name];
            let inner = match &outer {
                Some((place, outer)) if start < place.end => {
                    let hidden = outer.closed && *place != (start..end);
                    if end > place.end || hidden || outer.group == name.group {
                        continue;
                    }
                    true
                }
                _ => false,
            };
            if !inner {
                outer = Some((start..end, name));
            }
            found(&self.labels[name.group], char_at(start)..char_at(end), inner);
        }
    }
}

/// Whether a Latin word goes on across this place.
fn joins(bytes: &[u8], at: usize) -> bool {
    let latin = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    at > 0 && latin(at - 1) && latin(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(text: &str) -> Vec<String> {
        let analyzer = Analyzer::embedded();
        let mut folded = Folded::default();
        folded.fold(text, analyzer.traditional());
        let mut groups = Vec::new();
        analyzer.synonyms().each_group(&folded, |label, _, inner| {
            if !inner {
                groups.push(label.to_owned());
            }
        });
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
