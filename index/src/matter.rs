//! Which words of a query carry its matter, and how much each says; judged by the language alone (see
//! [`ranking::informativeness`]).

use crate::{
    analysis::{Analysis, Sort, words::Words},
    ranking,
};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// What the units of a query say: which belong to which word, and how informative that is.
pub(crate) struct Matter {
    /// For each unit: the word it belongs to.
    word_of: Vec<usize>,
    /// For each unit: whether it stands inside a concept.
    covered: Vec<bool>,
    pieces: Vec<Piece>,
    /// How many informative words there are.
    pub(crate) words: usize,
}

struct Piece {
    units: Range<u32>,
    /// 0 for a function word, or one that was not chosen.
    informativeness: f32,
    function: bool,
    everyday: bool,
    chosen: bool,
}

impl Matter {
    /// Cuts a query into words and judges each.
    pub(crate) fn of(words: &Words, analysis: &Analysis) -> Self {
        let mut pieces = Vec::new();
        for run in analysis.han_runs() {
            for segment in words.segments(analysis.folded_text(run.clone())) {
                let offset = |at: usize| run.start + u32::try_from(at).unwrap_or_default();
                pieces.push(Piece::new(
                    words,
                    offset(segment.start)..offset(segment.end),
                    analysis,
                    true,
                ));
            }
        }
        for (at, unit) in (0..).zip(&analysis.units) {
            if !unit.han {
                pieces.push(Piece::new(words, at..at + 1, analysis, false));
            }
        }
        pieces.sort_unstable_by_key(|piece| piece.units.start);
        let mut word_of = vec![0; analysis.units.len()];
        for (number, piece) in pieces.iter().enumerate() {
            for unit in piece.units.clone() {
                word_of[unit as usize] = number;
            }
        }
        let mut covered = vec![false; analysis.units.len()];
        for concept in analysis.tokens.iter().filter(|token| token.sort == Sort::Concept) {
            for unit in concept.units.clone() {
                covered[unit as usize] = true;
            }
        }
        let mut matter = Self { word_of, covered, pieces, words: 0 };
        matter.choose(analysis);
        matter
    }

    /// Of a long text the most informative words are chosen, those that it repeats before others.
    fn choose(&mut self, analysis: &Analysis) {
        let mut values: HashMap<&str, (f32, u32)> = HashMap::new();
        for piece in self.pieces.iter().filter(|piece| !piece.function) {
            let text = analysis.folded_text(piece.units.clone());
            let value = values.entry(text).or_insert((piece.informativeness, 0));
            value.1 += 1;
        }
        self.words = values.len();
        let mut ranked: Vec<(f32, &str)> = values
            .into_iter()
            .map(|(text, (informativeness, count))| {
                #[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
                let repeated = 1.0 + (count as f32).ln();
                (informativeness * repeated, text)
            })
            .collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        ranked.truncate(ranking::MOST_WORDS);
        let chosen: HashSet<&str> = ranked.into_iter().map(|(_, text)| text).collect();
        let all = self.words <= ranking::MOST_WORDS;
        for piece in &mut self.pieces {
            piece.chosen = all || chosen.contains(analysis.folded_text(piece.units.clone()));
        }
    }

    /// Weight and informativeness of a term, and whether it is worth marking; none for a term to leave out.
    pub(crate) fn judge(
        &self,
        sort: Sort,
        units: &Range<u32>,
        analysis: &Analysis,
    ) -> Option<(f32, f32, bool)> {
        let (first, last) =
            (self.word_of[units.start as usize], self.word_of[units.end as usize - 1]);
        let pieces = &self.pieces[first..=last];
        if !pieces.iter().any(|piece| piece.chosen) {
            return None;
        }
        let function = pieces.iter().all(|piece| piece.function);
        let covered = units.clone().all(|unit| self.covered[unit as usize]);
        let damp = if function { ranking::FUNCTION_WORDS } else { 1.0 }
            * if covered { ranking::COVERED } else { 1.0 };
        let silent = function || covered;
        let piece = &self.pieces[first];
        Some(match sort {
            Sort::InnerConcept => return None,
            Sort::Concept => {
                let everyday = pieces.iter().all(|piece| piece.everyday);
                let mass =
                    if everyday { piece.informativeness } else { ranking::CONCEPT_INFORMATIVENESS };
                (ranking::CONCEPTS, mass, true)
            }
            Sort::Word => (ranking::LONG_WORDS * damp, 0.0, !function),
            Sort::Compound => (ranking::COMPOUNDS * damp, 0.0, !function),
            Sort::Stem => {
                (ranking::STEMS * damp, if silent { 0.0 } else { piece.informativeness }, !function)
            }
            Sort::Character => {
                let alone = self.stands_alone(first, analysis);
                let mass = if alone && !silent { ranking::SINGLE_INFORMATIVENESS } else { 0.0 };
                (ranking::CHARACTERS * damp, mass, mass > 0.0)
            }
            Sort::Pair | Sort::Straddle | Sort::PairedWord => {
                let mass = if silent { 0.0 } else { self.pair(first, last) };
                let unknown =
                    pieces.len() == 2 && pieces.iter().all(|piece| piece.units.len() == 1);
                let weight = match sort {
                    Sort::PairedWord if first == last => {
                        ranking::pair_of(piece.units.len()) + ranking::WORDS
                    }
                    Sort::PairedWord => ranking::PAIRS + ranking::WORDS,
                    _ if first == last => ranking::pair_of(piece.units.len()),
                    _ if unknown => ranking::PAIRS * ranking::UNKNOWN_WORDS,
                    _ if pieces.iter().any(|piece| piece.units.len() == 1) => ranking::PAIRS,
                    _ => ranking::PAIRS * ranking::STRADDLING_PAIRS,
                };
                (weight * damp, mass, mass >= ranking::UNKNOWN * ranking::SINGLE_INFORMATIVENESS)
            }
        })
    }

    /// A Chinese character that no word takes in and that has only function words beside it.
    fn stands_alone(&self, piece: usize, analysis: &Analysis) -> bool {
        let Piece { units, .. } = &self.pieces[piece];
        let unit = |at: u32| &analysis.units[at as usize];
        let joins = |at: usize| self.pieces.get(at).is_some_and(|other| !other.function);
        let before =
            piece > 0 && unit(units.start).adjoins && unit(units.start - 1).han && joins(piece - 1);
        let behind = self
            .pieces
            .get(piece + 1)
            .map(|next| unit(next.units.start))
            .is_some_and(|next| next.han && next.adjoins && joins(piece + 1));
        units.len() == 1 && unit(units.start).han && !before && !behind
    }

    /// The words that say something, as units, with how much they say.
    pub(crate) fn informative(&self) -> impl Iterator<Item = (Range<u32>, f32)> + '_ {
        let pieces = self.pieces.iter().filter(|piece| !piece.function);
        pieces.map(|piece| (piece.units.clone(), piece.informativeness))
    }

    fn pair(&self, first: usize, last: usize) -> f32 {
        let (a, b) = (&self.pieces[first], &self.pieces[last]);
        if first == last {
            #[expect(clippy::cast_precision_loss, reason = "the length of a word")]
            let pairs = (a.units.len() - 1) as f32;
            return a.informativeness / pairs;
        }
        let unknown = a.units.len() == 1 || b.units.len() == 1;
        let share = match (unknown, a.function || b.function) {
            // 向宠: a name that begins like a function word.
            (true, true) if a.units.len() == b.units.len() => ranking::STRADDLING,
            (_, true) => return 0.0,
            (true, false) => ranking::UNKNOWN,
            (false, false) => ranking::STRADDLING,
        };
        share * a.informativeness.min(b.informativeness).max(ranking::SINGLE_INFORMATIVENESS)
    }

    /// The informative runs of Chinese characters and words in letters, to be held against other spellings.
    pub(crate) fn spelling(&self, analysis: &Analysis) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        let mut open: Option<Range<u32>> = None;
        for piece in &self.pieces {
            let han = analysis.units[piece.units.start as usize].han;
            let joins = open.as_ref().is_some_and(|open| {
                open.end == piece.units.start && analysis.units[piece.units.start as usize].adjoins
            });
            let covered = piece.units.clone().any(|unit| self.covered[unit as usize]);
            let usable = !piece.function && !covered;
            if let Some(range) = open.as_mut().filter(|_| usable && joins && han) {
                range.end = piece.units.end;
                continue;
            }
            texts.extend(open.take().map(|range| analysis.folded_text(range).to_owned()));
            if usable && han {
                open = Some(piece.units.clone());
            } else if usable {
                texts.push(analysis.folded_text(piece.units.clone()).to_owned());
            }
        }
        texts.extend(open.map(|range| analysis.folded_text(range).to_owned()));
        texts
    }
}

impl Piece {
    fn new(words: &Words, units: Range<u32>, analysis: &Analysis, han: bool) -> Self {
        let text = analysis.folded_text(units.clone());
        let function = words.is_function(text);
        let everyday = words.is_everyday(text);
        let characters = text.chars().count();
        let informativeness = if function {
            0.0
        } else if han && characters > 1 {
            ranking::informativeness(
                words.general_frequency(text),
                characters,
                words.is_domain(text),
                everyday,
            )
        } else if han || characters == 1 {
            ranking::SINGLE_INFORMATIVENESS
        } else if text.chars().all(char::is_numeric) {
            ranking::NUMBER_INFORMATIVENESS
        } else if everyday {
            ranking::informativeness(0, characters, false, true)
        } else {
            ranking::STEM_INFORMATIVENESS
        };
        Self { units, informativeness, function, everyday, chosen: false }
    }
}
