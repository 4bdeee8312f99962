//! Which part of a name is what was typed: for showing why it was suggested.

use crate::analysis::{
    Analysis, Analyzer, Sort,
    sound::{self, Reading},
};
use std::{ops::Range, sync::Arc};

/// What has been typed, to be marked in the names that were suggested for it.
pub struct Typed {
    analyzer: Arc<Analyzer>,
    pieces: Vec<Piece>,
}

/// A run of characters of one kind.
enum Piece {
    /// Chinese characters.
    Characters(Vec<String>),
    /// Letters and digits: words, pinyin or initials.
    Letters(Vec<String>),
}

/// A unit of a name.
struct Unit<'a> {
    written: &'a str,
    sound: &'a str,
    /// Its place in the name, in bytes.
    source: Range<usize>,
}

impl Typed {
    pub(crate) fn new(analyzer: Arc<Analyzer>, typed: &str) -> Self {
        let analysis = analyzer.analyse(typed);
        let mut pieces: Vec<Piece> = Vec::new();
        for (at, unit) in (0..).zip(&analysis.units) {
            let text = analysis.folded_text(at..at + 1).to_owned();
            match (pieces.last_mut(), unit.han) {
                (Some(Piece::Characters(units)), true) | (Some(Piece::Letters(units)), false) => {
                    units.push(text);
                }
                (_, true) => pieces.push(Piece::Characters(vec![text])),
                (_, false) => pieces.push(Piece::Letters(vec![text])),
            }
        }
        Self { analyzer, pieces }
    }

    /// The places of a name that were typed, as bytes of it, in order and without overlap; none for what does not stand
    /// there in one piece.
    pub fn marks(&self, name: &str) -> Vec<Range<usize>> {
        let analysis = self.analyzer.analyse(name);
        let units = units(&analysis);
        let mut marks: Vec<Range<usize>> = Vec::new();
        let last = self.pieces.len().saturating_sub(1);
        for (number, piece) in self.pieces.iter().enumerate() {
            let mark = match piece {
                Piece::Characters(typed) => {
                    run(&units, typed.len(), |at, unit| unit.written == typed[at])
                }
                Piece::Letters(typed) => letters(name, &units, typed, number == last),
            };
            marks.extend(mark);
        }
        marks.sort_unstable_by_key(|mark| (mark.start, mark.end));
        let mut joined: Vec<Range<usize>> = Vec::new();
        for mark in marks {
            match joined.last_mut() {
                Some(before) if mark.start <= before.end => before.end = before.end.max(mark.end),
                _ => joined.push(mark),
            }
        }
        joined
    }
}

fn units(analysis: &Analysis) -> Vec<Unit<'_>> {
    let tokens = analysis.tokens.iter().filter(|token| token.sort == Sort::Character);
    let unit = |token: &crate::analysis::Token| {
        let at = token.units.start as usize;
        let (written, sound) = sound::spoken(analysis, &analysis.units[at], at);
        let source = token.source.start as usize..token.source.end as usize;
        Unit { written, sound, source }
    };
    tokens.map(unit).collect()
}

/// Where so many units in a row first fit.
fn run(
    units: &[Unit<'_>],
    count: usize,
    fits: impl Fn(usize, &Unit<'_>) -> bool,
) -> Option<Range<usize>> {
    if count == 0 {
        return None;
    }
    let here = |row: &&[Unit<'_>]| row.iter().enumerate().all(|(at, unit)| fits(at, unit));
    let row = units.windows(count).find(here)?;
    Some(row[0].source.start..row[count - 1].source.end)
}

/// Letters as words, then as syllables, then as initials.
fn letters(name: &str, units: &[Unit<'_>], typed: &[String], last: bool) -> Option<Range<usize>> {
    let as_words = run(units, typed.len(), |at, unit| {
        let whole = at + 1 < typed.len() || !last;
        if whole { unit.written == typed[at] } else { unit.written.starts_with(&typed[at]) }
    });
    if let Some(mut mark) = as_words {
        // Of an unfinished word only what was typed; where width makes bytes and letters differ, all of it.
        let unfinished = units.iter().find(|unit| unit.source.end == mark.end)?;
        let typed = typed.last().map_or(0, String::len);
        if name[unfinished.source.clone()].is_ascii() && typed < unfinished.source.len() {
            mark.end = unfinished.source.start + typed;
        }
        return Some(mark);
    }
    let joined = typed.concat();
    // Xian is xian and xi an: what stands first is meant.
    let readings = sound::readings(&joined).into_iter();
    let spoken = readings
        .filter_map(|reading| syllables(units, &reading))
        .min_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end)));
    let initials: Vec<char> = joined.chars().collect();
    spoken.or_else(|| run(units, initials.len(), |at, unit| unit.sound.starts_with(initials[at])))
}

fn syllables(units: &[Unit<'_>], reading: &Reading) -> Option<Range<usize>> {
    let whole = reading.syllables.len();
    let count = whole + usize::from(!reading.rest.is_empty());
    run(units, count, |at, unit| {
        // The last syllable may be unfinished, also where it is one already: xi, xin.
        let typed = reading.syllables.get(at).unwrap_or(&reading.rest);
        if at + 1 < count { unit.sound == *typed } else { unit.sound.starts_with(typed.as_str()) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(typed: &str, name: &str) -> Vec<String> {
        let marks = Typed::new(Analyzer::embedded(), typed).marks(name);
        marks.into_iter().map(|mark| name[mark].to_owned()).collect()
    }

    #[test]
    fn what_was_typed_is_marked_in_the_name() {
        for (typed, name, wanted) in [
            ("医疗器械", "第二類醫療器械註冊", "醫療器械"),
            ("yiliaoqixie", "一次性醫療器械", "醫療器械"),
            ("yi liao q", "一次性医疗器械", "医疗器"),
            ("ylqx", "进口医疗器械", "医疗器械"),
            ("cathe", "Catheter 导管", "Cathe"),
            ("ｃｔ", "ＣＴ设备", "ＣＴ"),
            ("xian", "西安的现场", "西安"),
        ] {
            assert_eq!(marked(typed, name), [wanted], "{typed}");
        }
        assert_eq!(marked("yiliao器械", "进口医疗器械"), ["医疗器械"]);
        assert_eq!(marked("器械yl", "进口医疗器械"), ["医疗器械"]);
        assert_eq!(marked("没有", "进口医疗器械"), [""; 0]);
    }

    proptest! {
        #[test]
        fn marks_are_always_good(typed in "[a-zA医疗器械Ａ 0-9\u{301}🙂]{0,14}", name in "[a-c医疗器械類ＡBcd🙂\u{301} ]{0,30}") {
            let mut end = 0;
            for mark in Typed::new(Analyzer::embedded(), &typed).marks(&name) {
                prop_assert!(mark.start >= end && name.get(mark.clone()).is_some_and(|text| !text.is_empty()));
                end = mark.end;
            }
        }
    }
}
