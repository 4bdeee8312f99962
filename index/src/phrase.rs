//! Whether a document has units in a row.

use crate::{error::Result, fields::fields, query::Phrase};
use tantivy::{
    DocId, DocSet, SegmentReader, TERMINATED, Term,
    postings::{Postings, SegmentPostings},
    schema::IndexRecordOption,
};

/// Looks for one phrase in one segment, in documents of rising number.
pub(crate) struct PhraseCheck {
    /// Each unit with its place from the end, the rarest first; none when the segment lacks one.
    units: Option<Vec<(SegmentPostings, u32)>>,
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl PhraseCheck {
    pub(crate) fn new(segment: &SegmentReader, phrase: &Phrase) -> Result<Self> {
        let field = fields().characters;
        let index = segment.inverted_index(field)?;
        let last = phrase.units.last().map_or(0, |(_, at)| *at);
        let mut units = Some(Vec::new());
        for (text, at) in &phrase.units {
            let term = Term::from_field_text(field, text);
            match (
                index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?,
                &mut units,
            ) {
                (Some(postings), Some(units)) => units.push((postings, last - at)),
                _ => units = None,
            }
        }
        if let Some(units) = &mut units {
            units.sort_by_key(|(postings, _)| postings.doc_freq());
        }
        Ok(Self { units, starts: Vec::new(), places: Vec::new() })
    }

    /// Whether the document has the phrase.
    pub(crate) fn holds(&mut self, doc: DocId) -> bool {
        self.first_end(doc).is_some()
    }

    /// Where the phrase first ends in the document: the place of its last unit.
    pub(crate) fn first_end(&mut self, doc: DocId) -> Option<u32> {
        let units = self.units.as_mut()?;
        for (postings, _) in units.iter_mut() {
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() != doc || doc == TERMINATED {
                return None;
            }
        }
        for (number, (postings, back)) in units.iter_mut().enumerate() {
            postings.positions_with_offset(*back, &mut self.places);
            if number == 0 {
                std::mem::swap(&mut self.starts, &mut self.places);
            } else {
                let places = &self.places;
                self.starts.retain(|start| places.binary_search(start).is_ok());
            }
            if self.starts.is_empty() {
                return None;
            }
        }
        self.starts.first().copied()
    }
}
