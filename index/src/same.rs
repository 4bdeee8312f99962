//! Whether two texts ask the same question; judged by the language alone, so that no other document can influence it.
//!
//! A question is the same when all that it is about is asked, and nothing that makes it another question: its words are
//! met, under any of their names, little else is asked, and no word contrasts (`dictionaries/contrasts.txt`).

use crate::{
    analysis::{Analysis, Analyzer, Sort},
    matter::Matter,
    ranking,
};
use std::{collections::HashSet, ops::Range, sync::Arc};

/// A text that asks something, to be held against questions that are known.
pub struct Asked {
    analyzer: Arc<Analyzer>,
    text: Text,
}

impl Asked {
    pub(crate) fn new(analyzer: Arc<Analyzer>, text: &str) -> Self {
        let text = Text::new(&analyzer, text);
        Self { analyzer, text }
    }

    /// Whether the answer to a known question answers this one. Cautious: of what it calls the same, hardly any is not;
    /// what asks the same in other words is often not called so (figures in ARCHITECTURE.md).
    pub fn is_the_same_as(&self, question: &str) -> bool {
        let known = Text::new(&self.analyzer, question);
        let met = known.met_by(|term| self.text.terms.contains(term));
        met.share >= ranking::SAME_MET
            && met.missing <= ranking::SAME_MISSING
            && self.text.met_by(|term| known.terms.contains(term)).share >= ranking::SAME_ASKED
            && !known.contrasts_with(&self.text)
    }

    /// How much of what this text is about a question and its answer are about too, from 0 to 1. What the question says
    /// counts for more. Unlike a rank among hits it is the same whatever else there is to be found.
    pub fn met_in(&self, question: &str, answer: &str) -> f32 {
        let (question, answer) = (self.analyzer.analyse(question), self.analyzer.analyse(answer));
        let (asked, answered) = (terms_of(&question), terms_of(&answer));
        let in_question = self.text.met_by(|term| asked.contains(term)).share;
        let anywhere = |term: &str| asked.contains(term) || answered.contains(term);
        let share = self.text.met_by(anywhere).share;
        ranking::MET_IN_QUESTION * in_question + (1.0 - ranking::MET_IN_QUESTION) * share
    }
}

fn terms_of(analysis: &Analysis) -> HashSet<&str> {
    analysis.tokens.iter().map(|token| analysis.text(token)).collect()
}

/// What a text says, as far as it is compared.
struct Text {
    analysis: Analysis,
    matter: Matter,
    terms: HashSet<String>,
    /// Group and side of every contrasting word.
    sides: HashSet<(usize, usize)>,
}

impl Text {
    fn new(analyzer: &Analyzer, text: &str) -> Self {
        let analysis = analyzer.analyse(text);
        let matter = Matter::of(analyzer.words(), &analysis);
        let terms = terms_of(&analysis).into_iter().map(str::to_owned).collect();
        let sides = analyzer.contrasts().sides(&analyzer.folded(text));
        Self { analysis, matter, terms, sides }
    }

    /// How much of what this text says another says too that has some terms, 0…1, and the most that a single word says
    /// which it lacks.
    fn met_by(&self, has: impl Fn(&str) -> bool) -> Met {
        let (mut all, mut met, mut missing) = (0.0, 0.0, 0.0_f32);
        for (units, weight) in self.matter.informative() {
            let share = self.share_of(&units, &has);
            all += weight;
            met += weight * share;
            if share < 0.5 {
                missing = missing.max(weight);
            }
        }
        Met { share: if all > 0.0 { met / all } else { 0.0 }, missing }
    }

    /// How much of one word the other text has: all of it under any name, or some of its pairs.
    fn share_of(&self, units: &Range<u32>, has: impl Fn(&str) -> bool) -> f32 {
        let concepts = self.analysis.tokens.iter().filter(|token| token.sort == Sort::Concept);
        let mut around = concepts
            .filter(|token| token.units.start <= units.start && units.end <= token.units.end);
        if around.any(|token| has(self.analysis.text(token)))
            || has(self.analysis.folded_text(units.clone()))
        {
            return 1.0;
        }
        let mut pairs = (units.start..units.end.saturating_sub(1))
            .map(|at| f32::from(u8::from(has(self.analysis.folded_text(at..at + 2)))));
        let first = pairs.next().unwrap_or_default();
        let (sum, count) = pairs.fold((first, 1.0), |(sum, count), pair| (sum + pair, count + 1.0));
        sum / count
    }

    fn contrasts_with(&self, other: &Self) -> bool {
        let groups: HashSet<usize> = self.sides.iter().map(|(group, _)| *group).collect();
        let of = |text: &Self, group: usize| -> Vec<usize> {
            text.sides.iter().filter(|(of, _)| *of == group).map(|(_, side)| *side).collect()
        };
        let words = groups.into_iter().any(|group| {
            let (here, there) = (of(self, group), of(other, group));
            !there.is_empty() && !here.iter().any(|side| there.contains(side))
        });
        words || self.notations_differ(other)
    }

    /// Classes, numbers, days, amounts: both have some, and not the same.
    fn notations_differ(&self, other: &Self) -> bool {
        let of = |text: &Self, kind: &str| -> HashSet<String> {
            let concepts = text.analysis.tokens.iter().filter(|token| token.sort == Sort::Concept);
            let labels = concepts.map(|token| text.analysis.text(token).to_owned());
            labels.filter(|label| label[1..].starts_with(kind)).collect()
        };
        ["class:", "no:", "date:", "amount:", "standard:"].iter().any(|kind| {
            let (here, there) = (of(self, kind), of(other, kind));
            !here.is_empty() && !there.is_empty() && here.is_disjoint(&there)
        })
    }
}

struct Met {
    share: f32,
    missing: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fold::PART_BREAK;

    /// A question and its answer are read one by one; together they have the terms of the two as one text.
    #[test]
    fn parts_have_the_terms_that_they_have_together() {
        let analyzer = Analyzer::embedded();
        let text = "第三类植入物（骨科）按GB/T 16886.1-2022做生物学评价，软件更新要不要变更注册？37℃，2026年9月18日";
        for (cut, _) in text.char_indices() {
            let (first, second) = text.split_at(cut);
            let whole = analyzer.analyse(&format!("{first}{PART_BREAK}{second}"));
            let (first, second) = (analyzer.analyse(first), analyzer.analyse(second));
            let parts: HashSet<&str> = &terms_of(&first) | &terms_of(&second);
            assert_eq!(parts, terms_of(&whole), "cut at {cut}");
        }
    }
}
