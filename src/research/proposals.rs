//! Which areas a text speaks of: those whose names stand in it. A proposal with the word that led to it, for a person to
//! take or leave; nothing is filed by itself.

use std::collections::{BTreeMap, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};
use sea_orm::prelude::Uuid;
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    error::{Error, Result},
    expertise::Tree,
};

/// The most areas that are proposed for one text: nobody reads the sixth.
const MOST: usize = 5;

/// An area, and the word of the text that speaks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    /// The code of the area.
    pub(super) code: String,
    /// The word.
    pub(super) term: String,
}

/// The names of all areas, made ready for being looked for.
pub(super) struct Proposer<'tree> {
    tree: &'tree Tree,
    names: AhoCorasick,
    /// The area of each name, and the name.
    meant: Vec<(Uuid, String)>,
}

impl<'tree> Proposer<'tree> {
    /// Makes the names of a taxonomy ready.
    pub(super) fn new(tree: &'tree Tree) -> Result<Self> {
        let mut meant = Vec::new();
        let mut seen = HashSet::new();
        for area in tree.areas() {
            let names = [Some(area.label.clone()), area.label_en.clone()].into_iter().flatten();
            for name in names.chain(crate::json::texts(&area.aliases)) {
                let name = folded(name.trim());
                if is_telling(&name) && seen.insert((area.id, name.clone())) {
                    meant.push((area.id, name));
                }
            }
        }
        let names = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(meant.iter().map(|(_, name)| name))
            .map_err(Error::internal)?;
        Ok(Self { tree, names, meant })
    }

    /// The areas whose names stand in a text, those with the longest names first. An area above another that is proposed
    /// says nothing more.
    pub(super) fn propose(&self, text: &str) -> Vec<Proposal> {
        let text = folded(text);
        let mut longest: BTreeMap<Uuid, &str> = BTreeMap::new();
        for found in self.names.find_overlapping_iter(&text) {
            let (area, name) = &self.meant[found.pattern().as_usize()];
            let whole = is_whole(&text, found.start(), found.end());
            if whole && longest.get(area).is_none_or(|known| known.len() < name.len()) {
                longest.insert(*area, name);
            }
        }
        let areas = longest.keys().filter_map(|id| self.tree.by_id(*id));
        let above: HashSet<Uuid> =
            areas.flat_map(|area| self.tree.ancestors(area)).map(|area| area.id).collect();
        let mut proposed: Vec<(usize, Proposal)> = longest
            .into_iter()
            .filter(|(id, _)| !above.contains(id))
            .filter_map(|(id, term)| {
                let code = self.tree.by_id(id)?.code.clone();
                Some((term.chars().count(), Proposal { code, term: term.to_owned() }))
            })
            .collect();
        proposed.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.code.cmp(&b.code)));
        proposed.into_iter().map(|(_, proposal)| proposal).take(MOST).collect()
    }
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Whether a name is long enough to mean something: two characters of Chinese, or three letters.
fn is_telling(name: &str) -> bool {
    let least = if name.is_ascii() { 3 } else { 2 };
    name.chars().count() >= least
}

/// Whether a match is no part of a longer word in letters.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let letter = |ch: Option<char>| ch.is_some_and(|ch| ch.is_ascii_alphanumeric());
    let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
    let (first, last) = (text[start..].chars().next(), text[..end].chars().next_back());
    !(letter(before) && letter(first)) && !(letter(after) && letter(last))
}
