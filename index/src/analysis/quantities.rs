//! One term for the many ways of writing an amount or a standard.

use super::fold::FoldedChar;
use std::ops::Range;

/// Units under all their names, folded; the first names the group. Longer names stand before those they begin with.
const UNITS: [&[&str]; 34] = [
    &["mmhg", "毫米汞柱"],
    &["kpa", "千帕"],
    &["mpa", "兆帕"],
    &["pa", "帕"],
    &["mg/ml", "毫克/毫升"],
    &["ng/ml", "纳克/毫升"],
    &["mol/l", "摩尔/升"],
    &["c", "°c", "摄氏度", "度c"],
    &["μm", "um", "微米"],
    &["nm", "纳米", "奈米"],
    &["mm", "毫米"],
    &["cm", "厘米", "公分"],
    &["km", "千米", "公里"],
    &["μl", "ul", "微升"],
    &["ml", "毫升"],
    &["l", "升", "公升"],
    &["μg", "ug", "微克"],
    &["ng", "纳克"],
    &["mg", "毫克"],
    &["kg", "千克", "公斤"],
    &["g", "克"],
    &["khz", "千赫兹", "千赫"],
    &["mhz", "兆赫兹", "兆赫"],
    &["ghz", "吉赫兹", "吉赫"],
    &["hz", "赫兹"],
    &["kv", "千伏"],
    &["v", "伏特", "伏"],
    &["kw", "千瓦"],
    &["w", "瓦特", "瓦"],
    &["gy", "戈瑞"],
    &["min", "分钟"],
    &["h", "小时"],
    &["s", "秒钟", "秒"],
    &["%", "％"],
];

/// Makers of standards, folded. A /T, /Z or T behind only says how binding the standard is, and people leave it out.
const MAKERS: [&str; 16] = [
    "gb", "gbz", "yy", "ws", "jjf", "jjg", "hj", "ny", "qb", "iso", "iec", "astm", "en", "din",
    "ich", "iso/iec",
];

/// Calls back with a label for every amount (`37℃ = 37°C = 37 摄氏度`, `10ml = 10 毫升`) and every standard
/// (`GB/T 16886.1 = GBT16886.1`), and where it stands (in folded characters); then whether it stands for something wider:
/// a standard's part is found by the standard too.
pub(crate) fn each_quantity(
    chars: &[FoldedChar],
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    let mut at = 0;
    while at < chars.len() {
        let begins = chars[at].ch.is_ascii_digit()
            && (at == 0 || !(chars[at - 1].ch.is_ascii_digit() || matches!(chars[at - 1].ch, '.')));
        if !begins {
            at += 1;
            continue;
        }
        let end = number_end(chars, at);
        if let Some(maker) = maker_before(chars, at) {
            standard(chars, maker, at, found);
        } else {
            amount(chars, at..end, found);
        }
        at = end.max(at + 1);
    }
}

fn amount(
    chars: &[FoldedChar],
    number: Range<usize>,
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    // The 6 of IL-6 counts nothing.
    let before = |back: usize| number.start.checked_sub(back).map(|at| chars[at].ch);
    let named = |ch: Option<char>| ch.is_some_and(|ch| ch.is_ascii_alphanumeric());
    if named(before(1)) || (before(1) == Some('-') && named(before(2))) {
        return;
    }
    let start = number.end + usize::from(chars.get(number.end).is_some_and(|ch| ch.ch == ' '));
    let named = UNITS.iter().flat_map(|names| names.iter().map(|name| (*name, names[0])));
    let unit = named
        .filter_map(|(name, label)| Some((stands_at(chars, start, name)?, label)))
        .max_by_key(|(end, _)| *end);
    if let Some((end, unit)) = unit {
        let digits: String = chars[number.clone()].iter().map(|ch| ch.ch).collect();
        let digits = if digits.contains('.') {
            digits.trim_end_matches('0').trim_end_matches('.')
        } else {
            &digits
        };
        found(&format!("amount:{digits}{unit}"), number.start..end, false);
    }
}

/// The end of a name that stands at a place, if no Latin word goes on behind it.
fn stands_at(chars: &[FoldedChar], start: usize, name: &str) -> Option<usize> {
    let mut at = start;
    for ch in name.chars() {
        if chars.get(at)?.ch != ch {
            return None;
        }
        at += 1;
    }
    let latin = name.ends_with(|ch: char| ch.is_ascii_alphabetic());
    let goes_on = latin && chars.get(at).is_some_and(|ch| ch.ch.is_ascii_alphanumeric());
    (!goes_on).then_some(at)
}

/// The maker of a standard whose number begins at a place, and where its name begins.
fn maker_before(chars: &[FoldedChar], number: usize) -> Option<(&'static str, usize)> {
    let mut end = number;
    if end > 0 && matches!(chars[end - 1].ch, ' ' | '-') {
        end -= 1;
    }
    let mut start = end;
    while start > 0
        && end - start < 9
        && (chars[start - 1].ch.is_ascii_alphabetic() || chars[start - 1].ch == '/')
    {
        start -= 1;
    }
    let name: String = chars[start..end].iter().map(|ch| ch.ch).collect();
    let maker = |name: &str| MAKERS.into_iter().find(|maker| *maker == name);
    let plain = ["/t", "/z", "t", "/"].iter().find_map(|tail| maker(name.strip_suffix(tail)?));
    Some((maker(&name).or(plain)?, start))
}

/// `gb 16886.1-2011`: with its part, and the whole standard as something wider; the year is left out.
fn standard(
    chars: &[FoldedChar],
    (maker, start): (&str, usize),
    number: usize,
    found: &mut impl FnMut(&str, Range<usize>, bool),
) {
    let digits = |from: usize| {
        let count = chars[from..].iter().take_while(|ch| ch.ch.is_ascii_digit()).count();
        from + count
    };
    let text = |range: Range<usize>| chars[range].iter().map(|ch| ch.ch).collect::<String>();
    let whole = digits(number);
    if whole - number < 3 && maker != "ich" {
        return;
    }
    let part = |joint: char| {
        let end = digits((whole + 1).min(chars.len()));
        (chars.get(whole).is_some_and(|ch| ch.ch == joint) && end > whole + 1 && end - whole < 5)
            .then_some(end)
    };
    // ISO and IEC count their parts with a hyphen, in which four digits are a year.
    let part = part('.').or_else(|| part('-').filter(|end| end - whole < 4));
    let family = format!("standard:{maker}{}", text(number..whole));
    match part {
        Some(end) => {
            found(&format!("{family}.{}", text(whole + 1..end)), start..end, false);
            found(&family, start..end, true);
        }
        None => found(&family, start..whole, false),
    }
}

fn number_end(chars: &[FoldedChar], start: usize) -> usize {
    let digits =
        |from: usize| from + chars[from..].iter().take_while(|ch| ch.ch.is_ascii_digit()).count();
    let whole = digits(start);
    let fraction = chars.get(whole).is_some_and(|ch| ch.ch == '.')
        && chars.get(whole + 1).is_some_and(|ch| ch.ch.is_ascii_digit());
    if fraction { digits(whole + 1) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analyzer, fold::Folded};

    fn labels(original: &str) -> Vec<(String, String)> {
        let mut folded = Folded::default();
        folded.fold(original, Analyzer::embedded().traditional());
        let mut labels = Vec::new();
        each_quantity(&folded.chars, &mut |label, range, wider| {
            let (from, to) =
                (folded.chars[range.start].from as usize, folded.chars[range.end - 1].to as usize);
            if !wider {
                labels.push((label.to_owned(), original[from..to].to_owned()));
            }
        });
        labels
    }

    #[test]
    fn amounts_are_one_whatever_their_unit_is_called() {
        for (label, ways) in [
            ("amount:37c", vec!["37℃", "37°C", "37 摄氏度", "３７攝氏度"]),
            ("amount:5μm", vec!["5μm", "5 µm", "5um", "5微米"]),
            ("amount:0.9%", vec!["0.9%", "0.9％", "0.90 %"]),
            ("amount:10ml", vec!["10 mL", "10ml", "10毫升", "１０ＭＬ"]),
            ("amount:20kpa", vec!["20kPa", "20 千帕"]),
            ("amount:30min", vec!["30min", "30 分钟"]),
        ] {
            for way in ways {
                assert_eq!(labels(way), [(label.to_owned(), way.to_owned())], "{way}");
            }
        }
        for none in ["10mlx", "il-6c", "16-06", "2024年", "a10ml"] {
            assert_eq!(labels(none), [], "{none}");
        }
    }

    #[test]
    fn standards_are_one_with_and_without_their_slash() {
        for way in ["GB/T 16886.1", "GBT16886.1", "gb 16886.1", "ＧＢ／Ｔ１６８８６．１"]
        {
            assert_eq!(labels(way), [("standard:gb16886.1".to_owned(), way.to_owned())], "{way}");
        }
        assert_eq!(labels("GB/T 16886.1-2011")[0].0, "standard:gb16886.1");
        for way in ["YY 0505", "YY/T 0505", "YY0505"] {
            assert_eq!(labels(way)[0].0, "standard:yy0505", "{way}");
        }
        assert_eq!(labels("ISO 10993-1")[0].0, "standard:iso10993.1");
        assert_eq!(labels("ISO 13485-2016")[0].0, "standard:iso13485");
        assert_eq!(labels("type 2"), []);
    }
}
