//! The bare engine with this crate's analysis, for benchmarks to compare with; the service uses none of it.
//!
//! It does what one gets without any of our own code behind the analysis: the same text in the same fields, an OR over
//! the terms that were typed, the engine's own scoring and pruning, and texts stored in the engine itself.

use crate::{
    Document, Fragment, Highlighter, Result,
    analysis::{Analysis, Analyzer, Stream, fold, tokenizer},
    query::Query,
    ranking,
};
use std::path::Path;
use tantivy::{
    Searcher, TantivyDocument, Term,
    collector::{Count, TopDocs},
    query::{BooleanQuery, BoostQuery, Occur, Query as EngineQuery, TermQuery},
    schema::{
        Field, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing,
        TextOptions, Value as _,
    },
};

/// The most characters of a piece of a text, and the most pieces of one text, as the service shows them.
const PIECE: (usize, usize) = (120, 2);

/// How many terms the analysis makes of texts, one after the other: for measuring it alone.
pub fn terms_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    let (analyzer, mut analysis) = (Analyzer::embedded(), Analysis::default());
    let count = |text| {
        analysis.run(&analyzer, text);
        analysis.tokens.len()
    };
    texts.into_iter().map(count).sum()
}

/// An index of the bare engine in a folder.
pub struct Bare {
    index: tantivy::Index,
    fields: Fields,
    searcher: Searcher,
}

/// A hit with its stored texts and the pieces that show why it was found.
#[derive(Debug)]
pub struct BareHit {
    /// The stored title.
    pub title: String,
    /// The stored body.
    pub body: String,
    /// Pieces of title and body.
    pub pieces: Vec<Fragment>,
}

#[derive(Clone, Copy)]
struct Fields {
    characters: Field,
    pairs: Field,
    words: Field,
    title_pairs: Field,
    title_words: Field,
    audience: Field,
    title: Field,
    body: Field,
}

impl Bare {
    /// An empty index in an empty folder.
    pub fn create(dir: &Path) -> Result<Self> {
        let (schema, fields) = schema();
        std::fs::create_dir_all(dir)?;
        Self::over(tantivy::Index::create_in_dir(dir, schema)?, fields)
    }

    /// The index that is in a folder.
    pub fn open(dir: &Path) -> Result<Self> {
        Self::over(tantivy::Index::open_in_dir(dir)?, schema().1)
    }

    fn over(index: tantivy::Index, fields: Fields) -> Result<Self> {
        tokenizer::register(index.tokenizers(), &Analyzer::embedded());
        let searcher = index.reader()?.searcher();
        Ok(Self { index, fields, searcher })
    }

    /// Adds documents and commits them, with this many threads and bytes for them. Merges under way are waited for when
    /// `settled` is wanted, as before a search is measured.
    pub fn add(
        &mut self,
        documents: impl IntoIterator<Item = Document>,
        (threads, bytes): (usize, usize),
        settled: bool,
    ) -> Result<()> {
        let mut writer: tantivy::IndexWriter =
            self.index.writer_with_num_threads(threads, bytes)?;
        for document in documents {
            writer.add_document(self.entry(&document))?;
        }
        writer.commit()?;
        if settled {
            writer.wait_merging_threads()?;
        }
        self.searcher = self.index.reader()?.searcher();
        Ok(())
    }

    fn entry(&self, document: &Document) -> TantivyDocument {
        let fields = &self.fields;
        let whole = format!("{}{}{}", document.title, fold::PART_BREAK, document.body);
        let mut entry = TantivyDocument::new();
        entry.add_text(fields.characters, &whole);
        entry.add_text(fields.pairs, &whole);
        entry.add_text(fields.words, &whole);
        entry.add_text(fields.title_pairs, &document.title);
        entry.add_text(fields.title_words, &document.title);
        for token in &document.audience {
            entry.add_text(fields.audience, token);
        }
        entry.add_text(fields.title, &document.title);
        entry.add_text(fields.body, &document.body);
        entry
    }

    /// The best hits of an OR over pairs of characters and words, in title and whole text, with their stored texts and
    /// pieces of them.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<BareHit>> {
        let analyzer = Analyzer::embedded();
        let query = Query::parse(&analyzer, text);
        let best = TopDocs::with_limit(limit).order_by_score();
        let found = self.searcher.search(&self.any_term(&query), &best)?;
        let highlighter = Highlighter::new(&analyzer, &query);
        found.into_iter().map(|(_, address)| self.hit(address, &highlighter)).collect()
    }

    /// The same among what one audience may see, with the number of all hits, as the service always gives it.
    pub fn search_and_count(
        &self,
        audience: &str,
        text: &str,
        limit: usize,
    ) -> Result<(usize, Vec<BareHit>)> {
        let analyzer = Analyzer::embedded();
        let query = Query::parse(&analyzer, text);
        let seen = Term::from_field_text(self.fields.audience, audience);
        let seen = TermQuery::new(seen, IndexRecordOption::Basic);
        let both = BooleanQuery::new(vec![
            (Occur::Must, Box::new(self.any_term(&query)) as Box<dyn EngineQuery>),
            (Occur::Must, Box::new(BoostQuery::new(Box::new(seen), 0.0))),
        ]);
        let best = TopDocs::with_limit(limit).order_by_score();
        let (count, found) = self.searcher.search(&both, &(Count, best))?;
        let highlighter = Highlighter::new(&analyzer, &query);
        let hits = found.into_iter().map(|(_, address)| self.hit(address, &highlighter));
        Ok((count, hits.collect::<Result<_>>()?))
    }

    /// Single characters are left out: in our index they are for phrases and for the last ordering, and would make the
    /// engine slower than anyone would have it.
    fn any_term(&self, query: &Query) -> BooleanQuery {
        let fields = &self.fields;
        let mut any: Vec<(Occur, Box<dyn EngineQuery>)> = Vec::new();
        for term in &query.terms {
            let (whole, title) = match term.stream {
                Stream::Characters => continue,
                Stream::Pairs => (fields.pairs, fields.title_pairs),
                Stream::Words => (fields.words, fields.title_words),
            };
            for (field, weight) in [(whole, term.weight), (title, term.weight * ranking::TITLE)] {
                let term = Term::from_field_text(field, &term.text);
                let one = TermQuery::new(term, IndexRecordOption::WithFreqs);
                any.push((Occur::Should, Box::new(BoostQuery::new(Box::new(one), weight))));
            }
        }
        BooleanQuery::new(any)
    }

    fn hit(&self, address: tantivy::DocAddress, highlighter: &Highlighter) -> Result<BareHit> {
        let stored: TantivyDocument = self.searcher.doc(address)?;
        let text = |field| {
            stored.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
        };
        let (title, body) = (text(self.fields.title), text(self.fields.body));
        let (chars, most) = PIECE;
        let mut pieces = highlighter.fragments(&title, most, chars);
        pieces.extend(highlighter.fragments(&body, most, chars));
        Ok(BareHit { title, body, pieces })
    }

    /// How many documents there are.
    pub fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let text = |builder: &mut SchemaBuilder, name: &str, stream, record| {
        // Every pair: to count those of two words by their places is our own work.
        let whole = stream == Stream::Pairs;
        let name_of = if whole { tokenizer::TITLE_PAIRS } else { tokenizer::name(stream) };
        let indexing = TextFieldIndexing::default().set_tokenizer(name_of).set_index_option(record);
        builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
    };
    let (plain, placed) = (IndexRecordOption::WithFreqs, IndexRecordOption::WithFreqsAndPositions);
    // As in our own index the fields of one text stand next to each other, so that it is analysed once for all of them.
    let fields = Fields {
        characters: text(&mut builder, "characters", Stream::Characters, placed),
        pairs: text(&mut builder, "pairs", Stream::Pairs, plain),
        words: text(&mut builder, "words", Stream::Words, plain),
        title_pairs: text(&mut builder, "title_pairs", Stream::Pairs, plain),
        title_words: text(&mut builder, "title_words", Stream::Words, plain),
        audience: builder.add_text_field("audience", STRING),
        title: builder.add_text_field("title", STORED),
        body: builder.add_text_field("body", STORED),
    };
    (builder.build(), fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, Kind};

    #[test]
    fn it_finds_and_marks() {
        let folder = tempfile::tempdir().unwrap();
        let mut bare = Bare::create(folder.path()).unwrap();
        let document = |id, title: &str, audience: &str| Document {
            title: title.to_owned(),
            body: "按第三类管理。".to_owned(),
            audience: vec![audience.to_owned()],
            ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
        };
        let documents =
            [document(1, "一次性使用导管", "public"), document(2, "注册变更与导管", "network")];
        bare.add(documents, (1, 15_000_000), true).unwrap();
        let hits = bare.search("导管 变更", 20).unwrap();
        assert_eq!(hits.len(), 2);
        assert_eq!(hits[0].title, "注册变更与导管");
        assert!(hits[0].pieces.iter().any(|piece| !piece.matched.is_empty()));
        let (count, hits) = bare.search_and_count("public", "导管 变更", 20).unwrap();
        assert_eq!((count, hits[0].title.as_str()), (1, "一次性使用导管"));
    }
}
