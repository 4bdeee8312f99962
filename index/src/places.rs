//! The second stage for characters and pairs of them: counted in a document by their places.
//!
//! The index notes which documents have a pair, and for single characters where they stand. How often a pair stands in a
//! document is only of interest for the best hits, and for them it is counted here (over a comma or a line's end too, as
//! in phrases); so are pairs that straddle two words, which are not noted at all.

use crate::{
    analysis::Stream,
    error::Result,
    fields::fields,
    query::{Query, QueryTerm},
    ranking::{self, Saturation},
    scan::PreparedTerm,
    view::{Columns, View},
};
use std::collections::HashMap;
use tantivy::{
    DocId, DocSet, SegmentReader, TERMINATED,
    postings::{Postings, SegmentPostings},
    schema::IndexRecordOption,
};

/// The characters of a query, and which of them count together.
pub(crate) struct Placed {
    characters: Vec<Placeable>,
    pairs: Vec<Pair>,
}

struct Placeable {
    term: PreparedTerm,
    /// What it counts alone: weight times rarity.
    weight: f32,
    /// Whether it is part of a pair.
    paired: bool,
}

struct Pair {
    first: usize,
    second: usize,
    weight: f32,
}

impl Placed {
    /// Looks up every character of a query. `documents`: how many there are.
    pub(crate) fn new(view: &View, query: &Query, documents: u64) -> Result<Self> {
        let mut placed = Self { characters: Vec::new(), pairs: Vec::new() };
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut place = |placed: &mut Self, text| -> Result<usize> {
            if let Some(at) = known.get(text) {
                return Ok(*at);
            }
            let term = PreparedTerm::new(view, fields().characters, text, 1.0, 0, documents)?;
            placed.characters.push(Placeable { term, weight: 0.0, paired: false });
            known.insert(text, placed.characters.len() - 1);
            Ok(placed.characters.len() - 1)
        };
        for term in &query.terms {
            match term.stream {
                Stream::Words => {}
                Stream::Characters => {
                    let at = place(&mut placed, &term.text)?;
                    let character = &mut placed.characters[at];
                    character.weight = term.weight * character.term.weight;
                }
                Stream::Pairs => {
                    let Some((end, _)) = term.text.char_indices().nth(1) else { continue };
                    let first = place(&mut placed, &term.text[..end])?;
                    let second = place(&mut placed, &term.text[end..])?;
                    let weight =
                        term.weight * placed.rarity(view, term, [first, second], documents)?;
                    placed.characters[first].paired = true;
                    placed.characters[second].paired = true;
                    placed.pairs.push(Pair { first, second, weight });
                }
            }
        }
        Ok(placed)
    }

    fn rarity(
        &self,
        view: &View,
        term: &QueryTerm,
        [first, second]: [usize; 2],
        documents: u64,
    ) -> Result<f32> {
        if term.straddles {
            let of = |at: usize| self.characters[at].term.weight;
            return Ok(ranking::rarity_together(of(first), of(second), documents));
        }
        Ok(PreparedTerm::new(view, fields().pairs, &term.text, 1.0, 0, documents)?.weight)
    }

    /// Adds what characters and pairs count to the scores of some documents of one segment, given in rising order.
    pub(crate) fn score(
        &self,
        number: usize,
        segment: &SegmentReader,
        columns: &Columns,
        [for_characters, for_pairs]: [&Saturation; 2],
        docs: &mut [(DocId, f32)],
    ) -> Result<()> {
        let mut places = Places::open(self, number, segment)?;
        let norms = [columns.norms(fields().characters), columns.norms(fields().pairs)];
        for (doc, score) in docs {
            places.look_at(*doc);
            let [characters, pairs] = norms.map(|norms| norms.fieldnorm_id(*doc));
            for (character, list) in self.characters.iter().zip(&places.lists) {
                if list.frequency > 0 && character.weight > 0.0 {
                    *score += character.weight * for_characters.of(list.frequency, characters);
                }
            }
            for pair in &self.pairs {
                let frequency = places.together(pair);
                if frequency > 0 {
                    *score += pair.weight * for_pairs.of(frequency, pairs);
                }
            }
        }
        Ok(())
    }
}

/// Where the characters stand in one document after the other, of rising number.
struct Places {
    lists: Vec<List>,
}

struct List {
    postings: Option<SegmentPostings>,
    /// In the present document.
    frequency: u32,
    places: Vec<u32>,
}

impl List {
    fn read(&mut self) {
        if let Some(postings) = self.postings.as_mut().filter(|_| self.places.is_empty()) {
            postings.positions_with_offset(0, &mut self.places);
        }
    }
}

impl Places {
    fn open(placed: &Placed, number: usize, segment: &SegmentReader) -> Result<Self> {
        let index = segment.inverted_index(fields().characters)?;
        let mut lists = Vec::with_capacity(placed.characters.len());
        for character in &placed.characters {
            let record = if character.paired {
                IndexRecordOption::WithFreqsAndPositions
            } else {
                IndexRecordOption::WithFreqs
            };
            let open = |info| index.read_postings_from_terminfo(info, record);
            let postings = character.term.info(number).map(open).transpose()?;
            lists.push(List { postings, frequency: 0, places: Vec::new() });
        }
        Ok(Self { lists })
    }

    fn look_at(&mut self, doc: DocId) {
        for list in &mut self.lists {
            list.frequency = 0;
            list.places.clear();
            let Some(postings) = &mut list.postings else { continue };
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() == doc && doc != TERMINATED {
                list.frequency = postings.term_freq();
            }
        }
    }

    /// How often two characters stand together. Places are only read where both are there.
    fn together(&mut self, pair: &Pair) -> u32 {
        let both = [pair.first, pair.second];
        if both.iter().any(|at| self.lists[*at].frequency == 0) {
            return 0;
        }
        for at in both {
            self.lists[at].read();
        }
        let (first, second) = (&self.lists[pair.first].places, &self.lists[pair.second].places);
        let (mut count, mut at) = (0, 0);
        for place in first {
            while second.get(at).is_some_and(|other| *other <= *place) {
                at += 1;
            }
            count += u32::from(second.get(at) == Some(&(place + 1)));
        }
        count
    }
}
