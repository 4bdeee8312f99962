//! The analysis as the engine wants it: one tokenizer a field.
//!
//! The fields of a document hold the same text, and a thread indexes them one after the other. So the last analysis is
//! kept a thread: a text is analysed once, not once a field.

use super::{Analysis, Analyzer, Sort, Stream, sound};
use std::{cell::RefCell, rc::Rc, sync::Arc};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

/// Name of the tokenizer for names that are found while typing.
pub(crate) const SOUNDS: &str = "zhanjian_sounds";

/// Name of the tokenizer for the pairs of a title, with those that straddle two words: there they cost little.
pub(crate) const TITLE_PAIRS: &str = "zhanjian_title_pairs";

/// Name of the tokenizer for a stream.
pub(crate) fn name(stream: Stream) -> &'static str {
    match stream {
        Stream::Characters => "zhanjian_characters",
        Stream::Pairs => "zhanjian_pairs",
        Stream::Words => "zhanjian_words",
    }
}

/// Makes the tokenizers known under their names.
pub(crate) fn register(manager: &TokenizerManager, analyzer: &Arc<Analyzer>) {
    for stream in [Stream::Characters, Stream::Pairs, Stream::Words] {
        manager.register(name(stream), StreamTokenizer(stream, Arc::clone(analyzer), false));
    }
    manager.register(TITLE_PAIRS, StreamTokenizer(Stream::Pairs, Arc::clone(analyzer), true));
    manager.register(SOUNDS, SoundTokenizer(Arc::clone(analyzer)));
}

#[derive(Default)]
struct Last {
    text: String,
    /// By whose rules.
    analyzer: Option<Arc<Analyzer>>,
    analysis: Rc<Analysis>,
}

thread_local! {
    static LAST: RefCell<Last> = RefCell::default();
}

/// The analysis of `text`, made anew only when the thread's last text was another.
fn analysed(analyzer: &Arc<Analyzer>, text: &str) -> Rc<Analysis> {
    LAST.with_borrow_mut(|last| {
        let same = last.analyzer.as_ref().is_some_and(|other| Arc::ptr_eq(other, analyzer));
        if !same || last.text != text || last.text.is_empty() {
            match Rc::get_mut(&mut last.analysis) {
                Some(reused) => reused.run(analyzer, text),
                None => last.analysis = Rc::new(analyzer.analyse(text)),
            }
            if !same {
                last.analyzer = Some(Arc::clone(analyzer));
            }
            last.text.clear();
            last.text.push_str(text);
        }
        Rc::clone(&last.analysis)
    })
}

#[derive(Clone)]
struct StreamTokenizer(Stream, Arc<Analyzer>, bool);

impl Tokenizer for StreamTokenizer {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms {
            whole: self.2,
            analysis: analysed(&self.1, text),
            stream: self.0,
            next: 0,
            token: Token::default(),
        }
    }
}

/// The terms of one stream, in the order of their places.
struct Terms {
    whole: bool,
    analysis: Rc<Analysis>,
    stream: Stream,
    next: usize,
    token: Token,
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        while let Some(term) = self.analysis.tokens.get(self.next) {
            self.next += 1;
            if term.sort.stream() == self.stream && (self.whole || term.sort != Sort::Straddle) {
                self.token.text.clear();
                self.token.text.push_str(self.analysis.text(term));
                self.token.position =
                    self.analysis.units[term.units.start as usize].position as usize;
                self.token.offset_from = term.source.start as usize;
                self.token.offset_to = term.source.end as usize;
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[derive(Clone)]
struct SoundTokenizer(Arc<Analyzer>);

impl Tokenizer for SoundTokenizer {
    type TokenStream<'a> = Sounds;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Sounds {
        let (mut arena, mut ends) = (String::new(), Vec::new());
        sound::each_term(&analysed(&self.0, text), |term| {
            arena.push_str(term);
            ends.push(arena.len());
        });
        Sounds { arena, ends, next: 0, token: Token::default() }
    }
}

struct Sounds {
    arena: String,
    ends: Vec<usize>,
    next: usize,
    token: Token,
}

impl TokenStream for Sounds {
    fn advance(&mut self) -> bool {
        let Some(&end) = self.ends.get(self.next) else { return false };
        let start = self.next.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.token.text.clear();
        self.token.text.push_str(&self.arena[start..end]);
        self.token.position = self.next;
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
