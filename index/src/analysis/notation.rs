//! One term for the many ways of writing a class, a document's number, a date.

use super::fold::FoldedChar;
use std::ops::Range;

/// Calls back with a label for every class, document number and date, and where it stands (in folded characters); then
/// whether it stands for something wider: a day is found by its month too.
///
/// `Ⅲ类 = III类 = 三类 = 第三类 = 3类 = class III`; `〔2024〕25号 = (2024) 25 号 = 2024年第25号`; `国令第739号 = 令739号`;
/// `2024年3月1日 = 2024-03-01`, `2024年3月 = 2024-03`.
pub(crate) fn each_notation(
    chars: &[FoldedChar],
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    for at in 0..chars.len() {
        match chars[at].ch {
            '类' => class_before(chars, at, found),
            's' => class_word(chars, at, found),
            ')' => year_and_number(chars, at, found),
            '年' => {
                year_and_number(chars, at, found);
                date_after_year(chars, at, found);
            }
            '第' | '令' => number_alone(chars, at, found),
            '-' | '.' | '/' => date_with_joints(chars, at, found),
            _ => {}
        }
    }
}

/// 三类, 第三类, Ⅲ类, 3类; and the one before in 二、三类.
fn class_before(chars: &[FoldedChar], at: usize, found: &mut impl FnMut(&str, Range<usize>, bool)) {
    let mut end = at;
    let mut until = at + 1;
    loop {
        end = back_over_spaces(chars, end);
        let Some((class, start)) = ordinal_before(chars, end) else { return };
        let start = if start > 0 && chars[start - 1].ch == '第' { start - 1 } else { start };
        // 分为三类 counts kinds, it names no class.
        if start > 0
            && matches!(chars[start - 1].ch, '为' | '成' | '共' | '这' | '以' | '述' | '几')
        {
            return;
        }
        found(label(class), start..until, false);
        if start < 2 || !matches!(chars[start - 1].ch, '、' | '/' | '和' | '或' | '及' | ',') {
            return;
        }
        end = start - 1;
        until = end;
    }
}

/// class III, class 3: called at the last letter of the word.
fn class_word(chars: &[FoldedChar], at: usize, found: &mut impl FnMut(&str, Range<usize>, bool)) {
    let word = ['c', 'l', 'a', 's', 's'];
    if at + 1 < word.len()
        || !word.iter().rev().enumerate().all(|(back, &ch)| chars[at - back].ch == ch)
    {
        return;
    }
    let start = at + 1 - word.len();
    if (start > 0 && chars[start - 1].ch.is_alphanumeric())
        || chars.get(at + 1).is_none_or(|next| next.ch != ' ')
    {
        return;
    }
    let end = (at + 2..chars.len().min(at + 6))
        .find(|&i| !chars[i].ch.is_ascii_alphanumeric())
        .unwrap_or_else(|| chars.len().min(at + 6));
    if let Some((class, first)) = ordinal_before(chars, end)
        && first == at + 2
    {
        found(label(class), start..end, false);
    }
}

fn label(class: u8) -> &'static str {
    match class {
        1 => "class:1",
        2 => "class:2",
        _ => "class:3",
    }
}

/// The number one, two or three in any script that ends before `end`, and where it starts.
fn ordinal_before(chars: &[FoldedChar], end: usize) -> Option<(u8, usize)> {
    let last = chars.get(end.checked_sub(1)?)?.ch;
    let before = |start: usize| start.checked_sub(1).map(|at| chars[at].ch);
    match last {
        '一' | '二' | '三' => {
            let more = before(end - 1).is_some_and(|ch| "一二三四五六七八九十百".contains(ch));
            let class = 1 + u8::try_from("一二三".chars().position(|ch| ch == last)?).ok()?;
            (!more).then_some((class, end - 1))
        }
        '1'..='3' => {
            let more = before(end - 1)
                .is_some_and(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '-'));
            (!more).then_some((u8::try_from(last.to_digit(10)?).ok()?, end - 1))
        }
        'i' => {
            let count = (0..end).rev().take_while(|&at| chars[at].ch == 'i').count();
            let more = before(end - count).is_some_and(|ch| ch.is_ascii_alphanumeric());
            (count <= 3 && !more).then_some((u8::try_from(count).ok()?, end - count))
        }
        _ => None,
    }
}

/// 〔2024〕25号 at its bracket, 2024年第25号 at its 年: year, then number.
fn year_and_number(
    chars: &[FoldedChar],
    at: usize,
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    let year_end = back_over_spaces(chars, at);
    let Some(year_start) = digits_before(chars, year_end, 4) else { return };
    let mut next = over_spaces(chars, at + 1);
    let ordinal = chars.get(next).is_some_and(|ch| ch.ch == '第');
    if ordinal {
        next = over_spaces(chars, next + 1);
    }
    let Some(end) = digits_after(chars, next, 5) else { return };
    let sign = over_spaces(chars, end);
    let numbered = chars.get(sign).is_some_and(|ch| ch.ch == '号');
    if !numbered && (chars[at].ch == '年' || end - next > 4) {
        return;
    }
    let start =
        if year_start > 0 && chars[year_start - 1].ch == '(' { year_start - 1 } else { year_start };
    let label = format!("no:{}:{}", text(chars, year_start..year_end), number(chars, next..end));
    found(&label, start..if numbered { sign + 1 } else { end }, false);
}

/// 第739号, 令第739号, 令739号, 令739: a number without a year.
fn number_alone(chars: &[FoldedChar], at: usize, found: &mut impl FnMut(&str, Range<usize>, bool)) {
    let decree = chars[at].ch == '令';
    let before = back_over_spaces(chars, at);
    if !decree && before > 0 && matches!(chars[before - 1].ch, '年' | ')' | '令') {
        return;
    }
    let mut next = over_spaces(chars, at + 1);
    if decree && chars.get(next).is_some_and(|ch| ch.ch == '第') {
        next = over_spaces(chars, next + 1);
    }
    let Some(end) = digits_after(chars, next, 5) else { return };
    let sign = over_spaces(chars, end);
    let numbered = chars.get(sign).is_some_and(|ch| ch.ch == '号');
    if !numbered && !decree {
        return;
    }
    let label = format!("no:{}", number(chars, next..end));
    found(&label, at..if numbered { sign + 1 } else { end }, false);
}

/// 2024年3月1日, at its 年.
fn date_after_year(
    chars: &[FoldedChar],
    at: usize,
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    let Some(start) = digits_before(chars, at, 4) else { return };
    let month = at + 1;
    let Some(month_end) = digits_after(chars, month, 2) else { return };
    if chars.get(month_end).is_none_or(|ch| ch.ch != '月') {
        return;
    }
    let Some(day_end) = digits_after(chars, month_end + 1, 2) else {
        let month = month_of(chars, start..at, month..month_end);
        return found(&month, start..month_end + 1, false);
    };
    if chars.get(day_end).is_none_or(|ch| ch.ch != '日') {
        return;
    }
    date(chars, [start..at, month..month_end, month_end + 1..day_end], start..day_end + 1, found);
}

/// 2024-03-01, 2024.3.1, 2024/3/1, at the first joint.
fn date_with_joints(
    chars: &[FoldedChar],
    at: usize,
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    let Some(start) = digits_before(chars, at, 4) else { return };
    let Some(month_end) = digits_after(chars, at + 1, 2) else { return };
    if chars.get(month_end).is_none_or(|ch| ch.ch != chars[at].ch) {
        // 2024-03 is a month; 2024-3 and 2024.03 may be anything.
        if chars[at].ch == '-' && month_end - at == 3 {
            found(&month_of(chars, start..at, at + 1..month_end), start..month_end, false);
        }
        return;
    }
    let Some(day_end) = digits_after(chars, month_end + 1, 2) else { return };
    date(chars, [start..at, at + 1..month_end, month_end + 1..day_end], start..day_end, found);
}

/// A day; it is found by its month too.
fn date(
    chars: &[FoldedChar],
    [year, month, day]: [Range<usize>; 3],
    whole: Range<usize>,
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    let month = month_of(chars, year, month);
    found(&format!("{month}-{}", number(chars, day)), whole.clone(), false);
    found(&month, whole, true);
}

fn month_of(chars: &[FoldedChar], year: Range<usize>, month: Range<usize>) -> String {
    format!("date:{}-{}", text(chars, year), number(chars, month))
}

fn over_spaces(chars: &[FoldedChar], at: usize) -> usize {
    if chars.get(at).is_some_and(|ch| ch.ch == ' ') { at + 1 } else { at }
}

fn back_over_spaces(chars: &[FoldedChar], end: usize) -> usize {
    if end > 0 && chars[end - 1].ch == ' ' { end - 1 } else { end }
}

/// Exactly `count` digits that end before `end`.
fn digits_before(chars: &[FoldedChar], end: usize, count: usize) -> Option<usize> {
    let start = end.checked_sub(count)?;
    let all = chars[start..end].iter().all(|ch| ch.ch.is_ascii_digit());
    let more = start > 0 && chars[start - 1].ch.is_ascii_digit();
    (all && !more).then_some(start)
}

/// One to `most` digits from `start` on, no more behind them.
fn digits_after(chars: &[FoldedChar], start: usize, most: usize) -> Option<usize> {
    let count =
        chars.get(start..)?.iter().take(most + 1).take_while(|ch| ch.ch.is_ascii_digit()).count();
    (1..=most).contains(&count).then_some(start + count)
}

fn text(chars: &[FoldedChar], range: Range<usize>) -> String {
    chars[range].iter().map(|ch| ch.ch).collect()
}

/// Digits without leading zeros.
fn number(chars: &[FoldedChar], range: Range<usize>) -> String {
    let digits = text(chars, range);
    let short = digits.trim_start_matches('0');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{super::fold::Folded, *};

    fn labels(original: &str) -> Vec<(String, String)> {
        let mut folded = Folded::default();
        folded.fold(original, crate::analysis::Analyzer::embedded().traditional());
        let mut labels = Vec::new();
        each_notation(&folded.chars, &mut |label, range, wider| {
            if wider {
                return;
            }
            let (from, to) =
                (folded.chars[range.start].from as usize, folded.chars[range.end - 1].to as usize);
            labels.push((label.to_owned(), original[from..to].to_owned()));
        });
        labels
    }

    #[test]
    fn classes_are_one_whatever_the_script() {
        for class in [
            "Ⅲ类",
            "III类",
            "iii 类",
            "三类",
            "第三类",
            "3类",
            "第3類",
            "３类",
            "Class III",
            "class 3",
        ] {
            assert_eq!(labels(class), [("class:3".to_owned(), class.to_owned())], "{class}");
        }
        assert_eq!(labels("Ⅱ类")[0].0, "class:2");
        assert_eq!(labels("第一类")[0].0, "class:1");
        assert_eq!(labels("第二、三类").len(), 2);
        for no_class in ["十三类", "13类", "分为三类", "种类", "classic 3"] {
            assert_eq!(labels(no_class), [], "{no_class}");
        }
    }

    #[test]
    fn document_numbers_are_one_whatever_the_brackets() {
        for number in [
            "〔2024〕25号",
            "（2024）25号",
            "[2024]25號",
            "(２０２４) 25 号",
            "2024〕25号",
            "〔2024〕25",
            "2024年第25号",
        ] {
            assert_eq!(
                labels(number).first().map(|found| found.0.as_str()),
                Some("no:2024:25"),
                "{number}"
            );
        }
        for number in ["国令第739号", "令739号", "国令739", "第７３９号"] {
            assert_eq!(
                labels(number).first().map(|found| found.0.as_str()),
                Some("no:739"),
                "{number}"
            );
        }
        assert_eq!(labels("2014年第64号"), [("no:2014:64".to_owned(), "2014年第64号".to_owned())]);
    }

    #[test]
    fn dates_are_one() {
        for date in ["2024年3月1日", "2024-03-01", "2024.3.1", "2024/03/1"] {
            assert_eq!(labels(date), [("date:2024-3-1".to_owned(), date.to_owned())], "{date}");
        }
        for month in ["2024年3月", "2024-03"] {
            assert_eq!(labels(month), [("date:2024-3".to_owned(), month.to_owned())], "{month}");
        }
    }
}
