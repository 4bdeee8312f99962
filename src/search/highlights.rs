//! Why something was found: pieces of its text, cut from what the author wrote.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, SimpleObject};
use tokio::sync::OnceCell;
use zhanjian_index::{Highlighter, Key};

use super::Found;
use crate::{answers::AnsweredQuestionNode, error::Result};

/// The text that a piece was cut from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum HighlightField {
    /// A question.
    Question,
    /// An answer.
    Answer,
    /// A title or a name.
    Title,
    /// An abstract or a description.
    Abstract,
}

/// A piece of a text, with what matched in it.
#[derive(Clone, Debug, SimpleObject)]
pub struct Highlight {
    /// The text that it was cut from.
    pub field: HighlightField,
    /// The piece, cut where what matched begins and ends: put together, its fragments are the piece.
    pub fragments: Vec<HighlightFragment>,
}

/// A stretch of a piece.
#[derive(Clone, Debug, SimpleObject)]
pub struct HighlightFragment {
    /// The words, as the author wrote them.
    pub text: String,
    /// Whether they matched.
    pub matched: bool,
}

/// The most characters of a piece, and the most pieces of one text.
const PIECE: (usize, usize) = (120, 2);

/// Hits whose pieces are cut by one thread: analysing twenty texts takes milliseconds, so that it is shared, and done
/// away from the threads that serve others.
const HITS_AT_ONCE: usize = 7;

/// The pieces of all hits of a page; whoever first asks for one hit's has them cut for all.
pub(super) struct Highlights {
    found: Arc<HashMap<Key, Found>>,
    highlighter: Arc<Highlighter>,
    cut: OnceCell<HashMap<Key, Vec<Highlight>>>,
}

impl Highlights {
    /// Of these hits, none of them cut yet.
    pub(super) fn new(found: HashMap<Key, Found>, highlighter: Highlighter) -> Self {
        Self { found: Arc::new(found), highlighter: Arc::new(highlighter), cut: OnceCell::new() }
    }

    /// The pieces of one hit, in the order of its texts.
    pub(super) async fn of(&self, hit: Key) -> Result<&[Highlight]> {
        let cut = self.cut.get_or_try_init(|| self.cut()).await?;
        Ok(cut.get(&hit).map(Vec::as_slice).unwrap_or_default())
    }

    async fn cut(&self) -> Result<HashMap<Key, Vec<Highlight>>> {
        let keys: Vec<Key> = self.found.keys().copied().collect();
        let mut parts = Vec::new();
        for keys in keys.chunks(HITS_AT_ONCE) {
            let keys = keys.to_vec();
            let (found, highlighter) = (Arc::clone(&self.found), Arc::clone(&self.highlighter));
            parts.push(tokio::task::spawn_blocking(move || {
                let of = |key: Key| Some((key, highlights(found.get(&key)?, &highlighter)));
                keys.into_iter().filter_map(of).collect::<Vec<_>>()
            }));
        }
        let mut all = HashMap::with_capacity(keys.len());
        for part in parts {
            all.extend(part.await?);
        }
        Ok(all)
    }
}

/// The pieces of an answered question that show what another text is in it.
pub fn passages(node: &AnsweredQuestionNode, highlighter: &Highlighter) -> Vec<Highlight> {
    highlights(&Found::AnsweredQuestion(node.clone()), highlighter)
}

/// The pieces of a thing that was found; no field that is confidential is among its texts.
fn highlights(found: &Found, highlighter: &Highlighter) -> Vec<Highlight> {
    let (max_chars, max_pieces) = PIECE;
    let mut all = Vec::new();
    for (field, text) in texts(found) {
        for piece in highlighter.fragments(text, max_pieces, max_chars) {
            let fragments = cut(&piece.text, &piece.matched);
            all.push(Highlight { field, fragments });
        }
    }
    all
}

fn texts(found: &Found) -> Vec<(HighlightField, &str)> {
    use HighlightField::{Abstract, Answer, Question, Title};
    match found {
        Found::AnsweredQuestion(node) => {
            let row = node.row();
            vec![(Question, &row.question), (Answer, &row.answer)]
        }
        Found::ResearchOutput(node) => {
            let row = node.row();
            vec![(Title, &row.title), (Abstract, &row.r#abstract)]
        }
        Found::Resource(node) => {
            let row = node.row();
            let description = row.description.as_deref().map(|text| (Abstract, text));
            std::iter::once((Title, row.name.as_str())).chain(description).collect()
        }
        Found::Organization(node) => vec![(Title, node.name_text())],
        Found::Station(node) => vec![(Title, node.name_text())],
        Found::Regulation(node) => vec![(Title, node.title_text())],
    }
}

/// A text in stretches that matched and stretches that did not.
pub(super) fn cut(text: &str, matched: &[std::ops::Range<usize>]) -> Vec<HighlightFragment> {
    let mut fragments = Vec::with_capacity(matched.len() * 2 + 1);
    let mut push = |range: std::ops::Range<usize>, matched| {
        if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
            fragments.push(HighlightFragment { text: text.to_owned(), matched });
        }
    };
    let mut at = 0;
    for range in matched {
        push(at..range.start, false);
        push(range.clone(), true);
        at = range.end;
    }
    push(at..text.len(), false);
    fragments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fragments_of_a_piece_are_the_piece() {
        let text = "医疗器械注册人委托生产";
        let fragments = cut(text, &[0..12, 21..24]);
        let whole: String = fragments.iter().map(|fragment| fragment.text.as_str()).collect();
        assert_eq!(whole, text);
        let matched: Vec<_> = fragments.iter().filter(|fragment| fragment.matched).collect();
        assert_eq!(matched[0].text, "医疗器械");
        assert_eq!(matched.len(), 2);
    }
}
