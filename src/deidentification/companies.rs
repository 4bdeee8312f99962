//! What looks like the name of a company, though nobody has told of it: something with 有限公司 or `GmbH` behind.

use std::ops::Range;

use super::{
    Kind,
    names::has_core,
    text::{Folded, Found, Pattern, is_han, pattern},
    words::{BEFORE_NAMES, REGIONS, ending},
};

/// A name has at most so many characters before its legal form.
const LONGEST_NAME: usize = 36;

static CHINESE: Pattern = Pattern::new(|| {
    pattern(
        "(?:股份|集团|控股|责任)?(?:有限责任公司|有限公司|股份公司|集团公司)(?:\\(有限合伙\\))?\
         (?:[\u{4e00}-\u{9fff}]{2,4}分公司)?|(?:合伙企业)?\\((?:有限|普通|特殊普通)合伙\\)",
    )
});

static LATIN: Pattern = Pattern::new(|| {
    pattern(
        r"(?-u:\b)(?:co ?\. ?,? ?(?:ltd|limited|inc)(?-u:\b)\.?|co,? ltd(?-u:\b)\.?|gmbh(?: ?& ?co\.? ?kg)?(?-u:\b)|inc(?-u:\b)\.?|l\.?l\.?c(?-u:\b)\.?|ltd(?-u:\b)\.?|limited(?-u:\b)|corp(?:oration)?(?-u:\b)\.?|plc(?-u:\b)|pte\.? ?ltd(?-u:\b)\.?|b\.v\.|s\.a\.|s\.p\.a\.|k\.k\.)",
    )
});

/// Words that may stand in a Latin name without a capital.
const SMALL: &[&str] = &["and", "of", "for", "de", "du", "la", "von"];

pub(super) fn find(folded: &Folded, found: &mut Vec<Found>) {
    folded.each(&CHINESE, |_, legal| {
        let known =
            found.iter().any(|it| it.range.end == legal.end && it.range.start < legal.start);
        if !known && let Some(start) = chinese_start(folded, &legal) {
            found.push(Found { kind: Kind::Enterprise, range: start..legal.end, sure: true });
        }
        true
    });
    folded.each(&LATIN, |_, legal| {
        if let Some(start) = latin_start(folded, &legal) {
            found.push(Found { kind: Kind::Enterprise, range: start..legal.end, sure: true });
        }
        true
    });
}

/// Where the name before a legal form begins. Chinese is written without blanks, so the name ends to the left at
/// punctuation, or at a word before which no name goes on, as far as a name is left then; the region belongs to it.
fn chinese_start(folded: &Folded, legal: &Range<usize>) -> Option<usize> {
    let run = run_before(folded, legal.start);
    let name = &folded.text[run.clone()];
    let cuts = name.char_indices().map(|(at, _)| at).rev();
    let begins_here = |at: &usize| {
        let before = &name[..*at];
        let word = ending(before, &BEFORE_NAMES);
        // What stands at the very beginning of a run joins nothing: 和 is the first character of a name there.
        let joins = word.is_some_and(|length| length > 3 || length < before.len());
        (*at == 0 || joins || REGIONS.iter().any(|region| name[*at..].starts_with(region)))
            && has_core(&name[*at..])
            // Nor does it begin within a bracket: 示例（上海）.
            && !name[*at..].split('(').next().is_some_and(|front| front.contains(')'))
    };
    let mut start = cuts.into_iter().find(begins_here)?;
    while let Some(region) = ending(&name[..start], &REGIONS) {
        start -= region;
    }
    Some(run.start + start)
}

/// The characters before a legal form that can belong to a name.
fn run_before(folded: &Folded, end: usize) -> Range<usize> {
    let mut start = end;
    let mut open = 0_usize;
    for (at, ch) in folded.text[..end].char_indices().rev().take(LONGEST_NAME) {
        match ch {
            ')' => open += 1,
            '(' if open == 0 => break,
            '(' => open -= 1,
            '&' | '-' | '·' => {}
            _ if is_han(ch) || ch.is_ascii_alphanumeric() => {}
            _ => break,
        }
        // Another company's name ends here.
        if folded.text[at..end].starts_with("公司") {
            start = at + "公司".len();
            break;
        }
        start = at;
    }
    // A bracket that was never opened belongs to no name.
    let unopened = folded.text[start..end].rfind(')').filter(|_| open > 0);
    unopened.map_or(start, |at| start + at + 1)..end
}

/// Where the Latin name before a legal form begins: words with capitals, from the first of them.
fn latin_start(folded: &Folded, legal: &Range<usize>) -> Option<usize> {
    let mut start = legal.start;
    for _ in 0..8 {
        let before = folded.text[..start].trim_end_matches([' ', ',', '&']);
        let word = before.len()
            - before
                .bytes()
                .rev()
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"-'.".contains(byte))
                .count();
        let range = word..before.len();
        let text = folded.text[range.clone()].trim_start_matches(['.', '-', '\'']);
        // A comma before the name itself, or the end of a sentence, is no joint.
        let joint = &folded.text[before.len()..start];
        let parted =
            start != legal.start && joint.contains(',') || text.ends_with('.') && text.len() > 3;
        if text.is_empty() || parted || !belongs(folded, &range, text) {
            break;
        }
        start = range.end - text.len();
    }
    while let Some(small) = SMALL.iter().find(|small| {
        folded.text[start..legal.start]
            .strip_prefix(**small)
            .is_some_and(|rest| rest.starts_with(' '))
    }) {
        start += small.len() + 1;
    }
    (start < legal.start).then_some(start)
}

fn belongs(folded: &Folded, range: &Range<usize>, text: &str) -> bool {
    let first = range.end - text.len();
    folded.begins_with_capital(&(first..range.end))
        || text.starts_with(|ch: char| ch.is_ascii_digit())
        || SMALL.contains(&text)
}
