//! Words that make two questions different ones.

use super::{
    Analyzer,
    dictionaries::{Dictionaries, Dictionary},
};
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashSet;

/// Groups of contrasting words.
pub(crate) struct Contrasts {
    automaton: Option<AhoCorasick>,
    /// Name to group and side.
    side_of: Vec<(usize, usize)>,
}

impl Contrasts {
    pub(crate) fn new(analyzer: &Analyzer, dictionaries: &Dictionaries) -> Self {
        let (mut names, mut side_of) = (Vec::new(), Vec::new());
        for (group, line) in dictionaries.lines(Dictionary::Contrasts).enumerate() {
            for (side, words) in line.split('|').enumerate() {
                for name in words.split_whitespace() {
                    names.push(analyzer.folded(name));
                    side_of.push((group, side));
                }
            }
        }
        // Dictionaries of this size always fit; were one not to, nothing would contrast.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(names).ok();
        Self { automaton, side_of }
    }

    /// Group and side of every contrasting word of a folded text. Inside a word of a group, a shorter one of the same
    /// group is not meant (医疗器械 and 器械 are one side, but 多中心 is no 中心).
    pub(crate) fn sides(&self, folded: &str) -> HashSet<(usize, usize)> {
        let Some(automaton) = &self.automaton else { return HashSet::new() };
        let hits: Vec<_> = automaton.find_overlapping_iter(folded).collect();
        let group = |at: usize| self.side_of[at].0;
        hits.iter()
            .filter(|hit| {
                !hits.iter().any(|other| {
                    other.start() <= hit.start()
                        && hit.end() <= other.end()
                        && other.len() > hit.len()
                        && group(other.pattern().as_usize()) == group(hit.pattern().as_usize())
                })
            })
            .map(|hit| self.side_of[hit.pattern().as_usize()])
            .collect()
    }
}
