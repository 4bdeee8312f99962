//! The room tried on sentences: those it was tuned on, those it never saw, and any text at all.

mod properties;

use std::fmt::Write as _;

use super::*;

/// The consultation that the sentences come from.
pub(super) fn asker() -> Confidential {
    let value = |value: &str, kind| ConfidentialValue { value: value.to_owned(), kind };
    Confidential {
        values: vec![
            value("示例生物医药科技（上海）有限公司", ValueKind::Company),
            value("王晓明", ValueKind::Person),
            value("021-50800001", ValueKind::Other),
            value("wang.xm@shili-bio.example", ValueKind::Other),
            value("康示宁", ValueKind::Other),
            value("P-SL2025", ValueKind::Other),
            value("上海市浦东新区示例路100号3幢", ValueKind::Other),
        ],
    }
}

pub(super) fn companies() -> Enterprises {
    Enterprises::new([
        "虚构康泰医疗器械（苏州）有限公司",
        "样例诊断技术股份有限公司",
        "假想药业集团有限公司",
        "例星科技有限公司",
        "示范医疗科技（杭州）有限公司",
        "Sample Orchid Medical Inc.",
    ])
    .expect("a handful of names fits")
}

/// A sentence without its marks, and what the marks say: kind, sure, start, end.
fn unmarked(line: &str) -> (String, Vec<(String, bool, usize, usize)>) {
    let (mut text, mut length, mut open, mut marks) = (String::new(), 0, Vec::new(), Vec::new());
    let mut rest = line.chars();
    while let Some(ch) = rest.next() {
        match ch {
            '{' => {
                let label: String = rest.by_ref().take_while(|ch| *ch != ' ').collect();
                open.push((label, length));
            }
            '}' => {
                let (label, start) = open.pop().expect("every bracket is opened");
                let kind = label.trim_end_matches('?').to_owned();
                marks.push((kind, !label.ends_with('?'), start, length));
            }
            _ => {
                text.push(ch);
                length += 1;
            }
        }
    }
    marks.sort_by_key(|(_, _, start, end)| (*start, Reverse(*end)));
    (text, marks)
}

/// A kind as it is written outside: `ID_NUMBER`.
fn outside(kind: Kind) -> String {
    let mut name = String::new();
    for ch in format!("{kind:?}").chars() {
        if ch.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(ch.to_ascii_uppercase());
    }
    name
}

/// How the finds compare with the marks.
#[derive(Default)]
struct Tally {
    right: usize,
    too_much: usize,
    missed: usize,
    sentences: usize,
    faults: String,
}

fn tally(sentences: &str) -> Tally {
    let (asker, companies) = (asker(), companies());
    let mut tally = Tally::default();
    for line in sentences.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (text, wanted) = unmarked(line);
        let found = find(&[("text", &text)], &asker, &companies);
        let got: Vec<_> =
            found.iter().map(|it| (outside(it.kind), it.sure, it.start, it.end)).collect();
        let right = got.iter().filter(|it| wanted.contains(it)).count();
        tally.sentences += 1;
        tally.right += right;
        tally.too_much += got.len() - right;
        tally.missed += wanted.len() - right;
        if got != wanted {
            let said: Vec<_> = found.iter().map(|it| (it.kind, it.sure, &it.text)).collect();
            writeln!(tally.faults, "{line}\n    {said:?}").expect("a string takes everything");
        }
    }
    tally
}

#[test]
fn everyday_sentences() {
    let tally = tally(include_str!("sentences.txt"));
    assert!(tally.faults.is_empty() && tally.sentences > 80, "{}", tally.faults);
}

#[test]
fn sentences_never_tuned_on() {
    let tally = tally(include_str!("held_back.txt"));
    let shares = (tally.right, tally.too_much, tally.missed, tally.sentences);
    assert!(tally.faults.is_empty(), "{shares:?}\n{}", tally.faults);
}
