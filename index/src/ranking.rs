//! Every weight of the ranking, and the arithmetic they go into.
//!
//! A search has two stages. The first goes through the terms that carry the matter and gathers the hits, scored by pairs
//! of characters and words. The second scores the best [`WINDOW`] of them again, with single characters, function words
//! and the title. Behind the window the first stage's order goes on, and the list ends at [`DEPTH`].

use crate::document::Currency;
use tantivy::fieldnorm::FieldNormReader;

/// How soon a repeated term stops counting. .6 was measured better than the usual 1.2 on Chinese sets (SEARCH.md).
const K1: f32 = 0.6;
/// How much a long text is held against it. .9 was measured best (SEARCH.md).
const B: f32 = 0.9;

/// Pairs of characters, over the whole document.
pub(crate) const PAIRS: f32 = 0.5;
/// A pair that straddles two words of the dictionary, as part of that (mean of the four sets .7164 against .7149 with 1).
pub(crate) const STRADDLING_PAIRS: f32 = 0.8;
/// A word of three characters has two pairs, one of six has five, and says hardly more than one of two: its pairs weigh
/// less by this power of its length (nmpa-class .677 against .675 with 0, cmd-im .241 against .239).
const LONG_WORDS_PAIRS: f32 = 0.6;
/// Chinese words, over the whole document. A word of two characters is its pair, which then weighs both: it is written
/// down once (nmpa-class .672 against .670, cmd-im .227 against .224, and a sixth less of index, with words and pairs
/// apart).
pub(crate) const WORDS: f32 = 0.4;
/// Words of three characters and more: their pairs say most of it already (nmpa-class .676 against .675 with .5).
pub(crate) const LONG_WORDS: f32 = 0.3;
/// Two characters that the dictionary knows in no word count this much more, for they may be one (nmpa-class .671
/// against .669, cmrc .990 against .989 with 1).
pub(crate) const UNKNOWN_WORDS: f32 = 2.0;

/// English stems and numbers: they stand for pair and word together.
pub(crate) const STEMS: f32 = 1.0;
/// `il-6` as one: it tells more than its parts (nmpa-class .669 against .660 with .5).
pub(crate) const COMPOUNDS: f32 = 2.0;
/// A concept under any of its names.
pub(crate) const CONCEPTS: f32 = 1.0;
/// Characters and pairs of a name whose concept is already asked for: what is left for partial names.
pub(crate) const COVERED: f32 = 0.5;
/// Single characters (second stage).
pub(crate) const CHARACTERS: f32 = 1.0;
/// Words that ask or join, as part of the weight they would have (cmd-im .227 against .225 with .3).
pub(crate) const FUNCTION_WORDS: f32 = 0.05;
/// Pairs and words that stand in the title or in a keyword count this much more (second stage). More does harm where
/// titles are those of documents (drcd-t2s .9664 with .6, .9670 with .3).
pub(crate) const TITLE: f32 = 0.3;
/// A text without a title is headed by so many of its first characters: that is where it says what it is about (cmd-im
/// .239 against .227 without, cmrc .991 against .990, nmpa-class .672 against .675; with 20 cmd-im .237, nmpa-class .664).
pub(crate) const HEAD: usize = 12;
/// A term that the query repeats counts at most this often.
pub(crate) const MOST_REPEATS: f32 = 2.0;

/// So many of the best hits are scored again (with 200, recall@100 of cmd-im .515 against .529).
pub(crate) const WINDOW: usize = 300;
/// The list by relevance ends here.
pub(crate) const DEPTH: usize = 1_000;

/// The share of the query's informative terms that a hit must have, step by step, until there are enough hits.
pub(crate) const STEPS: [f32; 4] = [0.6, 0.4, 0.2, 0.1];
/// The same for long texts, which nothing matches in full.
pub(crate) const LONG_STEPS: [f32; 3] = [0.4, 0.15, 0.0];
/// A query of more informative words than this is a long text.
pub(crate) const LONG: usize = 10;
/// So many hits are enough. (With 10, as at first, the right answer was left out too often: nDCG@10 of nmpa-class .669
/// against .636, cmrc .990 against .974; with 1,000 it is the same as with 200.)
pub(crate) const ENOUGH: u64 = 200;
/// Fewer hits than this at the first step make one wonder whether the query was meant.
pub(crate) const FEW: u64 = 10;
/// So many informative words of a pasted text are looked for.
pub(crate) const MOST_WORDS: usize = 24;

/// A hit whose title begins with what was typed counts this much more: asked for by its name.
pub(crate) const OPENING: f32 = 1.12;
/// A hit in which all that was typed stands together counts this much more.
pub(crate) const TOGETHER: f32 = 1.04;
/// What is longer is no name.
pub(crate) const LONGEST_NAME: usize = 40;

/// What the question alone counts when a text is held against a question and its answer together: half. Set beforehand,
/// not tuned; `docs/strengths.md` has the figures it was held against.
pub(crate) const MET_IN_QUESTION: f32 = 0.5;

/// A known question is the same as what is asked when at least this much of what it says is asked,
pub(crate) const SAME_MET: f32 = 0.8;
/// no word of it is missing that says more than this (a word of the field does),
pub(crate) const SAME_MISSING: f32 = 1.0;
/// and at least this much of what is asked is what it says. (On `judged/same-question.jsonl`, tuning half and the half held
/// back: precision 1.0 and .96 at recall .43 and .45; with .75, 1.25 and .75: 1.0 and .90 at .48 and .45.)
pub(crate) const SAME_ASKED: f32 = 0.8;

/// The document whose identifier was typed stands this much above the best other hit.
pub(crate) const IDENTIFIED: f32 = 1.25;
/// A replaced document stands below the one that replaced it by at least this factor.
pub(crate) const SUPERSEDED: f32 = 0.999;
/// Each tenfold of uses raises a hit by this part.
const USES: f32 = 0.03;

/// By what currency multiplies a score: the law behind an answer matters, but less than whether it answers.
fn currency(currency: Option<Currency>) -> f32 {
    match currency {
        None | Some(Currency::Current) => 1.0,
        Some(Currency::Upcoming | Currency::Unverified) => 0.99,
        Some(Currency::ReviewDue) => 0.98,
        Some(Currency::PartlyStale) => 0.95,
        Some(Currency::Stale) => 0.85,
        Some(Currency::Broken) => 0.8,
    }
}

/// What is multiplied to the score of the text.
pub(crate) fn standing(state: Option<Currency>, uses: u64) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
    let tenfolds = (uses.min(1_000_000) as f32 + 1.0).log10();
    currency(state) * (1.0 + USES * tenfolds)
}

/// How much a term says, by the number of documents that have it.
pub(crate) fn rarity(documents_with: u64, documents: u64) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "statistics of large numbers")]
    let (with, all) = (documents_with as f32, documents.max(documents_with) as f32);
    (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
}

/// Two characters that stand together by chance are this much rarer than both (drcd-t2s .968 with 1.3 to 1.6, .9677 with
/// 1; were it known how many documents have them: .969).
const TOGETHER_RARITY: f32 = 1.3;

/// How much two characters that stand together say, by how much each of them does.
pub(crate) fn rarity_together(one: f32, other: f32, documents: u64) -> f32 {
    (TOGETHER_RARITY * (one + other)).min(rarity(1, documents))
}

/// Turns how often a term occurs in a text, and the text's length, into 0…1.
#[derive(Clone)]
pub(crate) struct Saturation([f32; 256]);

impl Saturation {
    /// For a field whose texts have so many terms in all.
    pub(crate) fn new(terms: u64, documents: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "statistics of large numbers")]
        let mean = (terms as f32 / documents.max(1) as f32).max(1.0);
        let mut table = [0.0; 256];
        for (id, norm) in (0..=u8::MAX).zip(&mut table) {
            #[expect(clippy::cast_precision_loss, reason = "lengths are rounded anyway")]
            let length = FieldNormReader::id_to_fieldnorm(id) as f32;
            *norm = K1 * (1.0 - B + B * length / mean);
        }
        Self(table)
    }

    /// The value of `frequency` occurrences in a text of this (encoded) length.
    #[inline]
    pub(crate) fn of(&self, frequency: u32, norm: u8) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "frequencies are small")]
        let frequency = frequency as f32;
        frequency / (frequency + self.0[norm as usize])
    }
}

/// How much a word tells of the matter, judged by the language alone and never by the documents: whoever counted
/// documents here would let hidden ones decide what is a hit. `frequency`: how often the general dictionary saw it.
pub(crate) fn informativeness(
    frequency: usize,
    characters: usize,
    domain: bool,
    everyday: bool,
) -> f32 {
    if everyday {
        return 0.4;
    }
    #[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
    let rare = if domain || frequency == 0 {
        1.3
    } else {
        (1.6 - 0.12 * (frequency as f32).ln()).clamp(0.5, 1.4)
    };
    if characters > 2 { rare * 1.2 } else { rare }
}

/// What a pair inside a word weighs, by the word's length in characters.
pub(crate) fn pair_of(length: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "the length of a word")]
    let length = length.max(2) as f32;
    PAIRS * (2.0 / length).powf(LONG_WORDS_PAIRS)
}

/// Informativeness of two characters that straddle two words, as part of a word's.
pub(crate) const STRADDLING: f32 = 0.15;
/// The same next to a word of one character: often an unknown word, cut in two.
pub(crate) const UNKNOWN: f32 = 0.5;
/// Informativeness of a concept.
pub(crate) const CONCEPT_INFORMATIVENESS: f32 = 1.4;
/// Informativeness of a number.
pub(crate) const NUMBER_INFORMATIVENESS: f32 = 0.6;
/// Informativeness of a single letter or character.
pub(crate) const SINGLE_INFORMATIVENESS: f32 = 0.5;
/// Informativeness of an English word.
pub(crate) const STEM_INFORMATIVENESS: f32 = 1.2;
