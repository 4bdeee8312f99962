//! Where many ask and little is written down, or what is written down no longer holds. Nothing here reads or writes.

use super::{
    GapKind,
    weights::{self, real},
};
use crate::language::Text;

/// An area as far as a gap is told from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Supply {
    /// The consultations that are shown.
    pub(super) consultations: u64,
    /// The published answers of all stations.
    pub(super) answers: u64,
    /// The same, each counted by how far it still stands.
    pub(super) sound: f64,
    /// Those that rest on what no longer holds, in part or wholly.
    pub(super) stale: u64,
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gap {
    /// What is missing.
    pub(super) kind: GapKind,
    /// How much: the consultations that the answers fall short of.
    pub(super) severity: f64,
    /// The same as a sentence.
    pub(super) explanation: Text,
}

impl Supply {
    /// What is missing in an area named so, of all that is asked and answered.
    pub(super) fn gaps(&self, whole: &Self, zh: &str, en: &str) -> Vec<Gap> {
        [self.few(whole, zh, en), self.outdated(zh, en)].into_iter().flatten().collect()
    }

    /// The area's part of all consultations over its part of all answers that stand; none where that is boundless.
    pub(super) fn quotient(&self, whole: &Self) -> Option<f64> {
        let asked = real(self.consultations) / real(whole.consultations.max(1));
        let written = if whole.sound > 0.0 { self.sound / whole.sound } else { 0.0 };
        (written > 0.0).then(|| asked / written)
    }

    fn few(&self, whole: &Self, zh: &str, en: &str) -> Option<Gap> {
        let quotient = self.quotient(whole);
        let few = quotient.is_none_or(|quotient| quotient >= weights::GAP_QUOTIENT);
        if self.consultations < weights::GAP_LEAST || !few {
            return None;
        }
        let Self { consultations, answers, .. } = self;
        let covered = quotient.map_or(0.0, |quotient| 1.0 / quotient);
        Some(Gap {
            kind: GapKind::FewAnswers,
            severity: real(*consultations) * (1.0 - covered),
            explanation: Text::new(
                format!(
                    "{en}: {consultations} consultations, and only {answers} published answers; elsewhere there are more for as many"
                ),
                format!(
                    "{zh}：咨询{consultations}件，已发布答案仅{answers}条，与其他领域相比明显偏少"
                ),
            ),
        })
    }

    fn outdated(&self, zh: &str, en: &str) -> Option<Gap> {
        let share = real(self.stale) / real(self.answers.max(1));
        if self.consultations < weights::GAP_LEAST || share < weights::GAP_STALE {
            return None;
        }
        let Self { consultations, answers, stale, .. } = self;
        Some(Gap {
            kind: GapKind::StaleAnswers,
            severity: real(*consultations) * share,
            explanation: Text::new(
                format!(
                    "{en}: {consultations} consultations, and {stale} of {answers} published answers rest on what no longer holds"
                ),
                format!(
                    "{zh}：咨询{consultations}件，已发布答案{answers}条中有{stale}条依据已失效或部分失效"
                ),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Supply = Supply { consultations: 100, answers: 50, sound: 40.0, stale: 10 };

    fn kinds(supply: Supply) -> Vec<GapKind> {
        supply.gaps(&WHOLE, "领域", "area").into_iter().map(|gap| gap.kind).collect()
    }

    #[test]
    fn what_many_ask_and_few_have_written_down_is_a_gap() {
        // A fifth of what is asked, a twentieth of what is written down.
        let supply = Supply { consultations: 20, answers: 2, sound: 2.0, stale: 0 };
        assert_eq!(kinds(supply), [GapKind::FewAnswers]);
        assert_eq!(supply.quotient(&WHOLE), Some(4.0));
        assert!((supply.gaps(&WHOLE, "", "")[0].severity - 15.0).abs() < 1e-12);
        assert_eq!(kinds(Supply { answers: 9, sound: 9.0, ..supply }), []);
        assert_eq!(kinds(Supply { consultations: 4, answers: 0, sound: 0.0, ..supply }), []);
    }

    #[test]
    fn what_many_ask_and_no_longer_holds_is_a_gap() {
        let supply = Supply { consultations: 10, answers: 12, sound: 6.0, stale: 6 };
        assert_eq!(kinds(supply), [GapKind::StaleAnswers]);
        let none = Supply { consultations: 10, answers: 3, sound: 0.0, stale: 3 };
        assert_eq!(kinds(none), [GapKind::FewAnswers, GapKind::StaleAnswers]);
    }
}
