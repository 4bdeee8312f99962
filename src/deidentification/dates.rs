//! Exact dates: a day of a month. A year, or a month of a year, tells of nobody; nor does the day from which the law holds.

use std::ops::Range;

use regex::Captures;

use super::{
    Kind,
    text::{Folded, Found, Pattern, first, last, pattern},
};

static IN_FIGURES: Pattern = Pattern::new(|| {
    pattern(
        "((?:19|20)[0-9]{2}|[0-9]{2})(?: ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2})(?: ?[日号])?|-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\\. ?([0-9]{1,2})\\. ?([0-9]{1,2}))",
    )
});

static REPUBLIC: Pattern =
    Pattern::new(|| pattern("民国 ?[0-9]{2,3} ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号]"));

static RUN_TOGETHER: Pattern = Pattern::new(|| pattern("(?:19|20)[0-9]{2}([0-9]{2})([0-9]{2})"));

static DAY_FIRST: Pattern = Pattern::new(|| pattern("([0-9]{1,2})/([0-9]{1,2})/(?:19|20)[0-9]{2}"));

static WITHOUT_YEAR: Pattern = Pattern::new(|| pattern("([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号]"));

static IN_WORDS: Pattern = Pattern::new(|| {
    pattern(
        "((?:[一二][〇零○o0一二三四五六七八九]{3}|[〇零一二三四五六七八九]{2}) ?年 ?)?(?:十[一二]?|正|元|[一二三四五六七八九]) ?月 ?(?:初?[一二三四五六七八九]?十?[一二三四五六七八九十]|廿[一二三四五六七八九]?) ?[日号]",
    )
});

const MONTHS: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";

static ENGLISH: Pattern = Pattern::new(|| {
    pattern(&format!(
        "[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]?{MONTHS}[ ,-]{{0,2}}(?:19|20)[0-9]{{2}}|{MONTHS} ?[0-9]{{1,2}}(?:st|nd|rd|th)?(?: ?, ?| )(?:19|20)[0-9]{{2}}"
    ))
});

/// What a sentence about the law speaks of.
const LAW: &[&str] = &[
    "》",
    "条例",
    "办法",
    "规定",
    "公告",
    "通告",
    "通知",
    "令第",
    "指导原则",
    "细则",
    "规范",
    "药典",
    "法规",
    "药品管理法",
    "新规",
    ")",
];

/// What is done with the law on a day.
const ENACTED: &[&str] = &[
    "起施行",
    "起实施",
    "起执行",
    "起生效",
    "起实行",
    "施行",
    "实施",
    "公布",
    "发布",
    "颁布",
    "印发",
    "修订",
    "修正",
    "废止",
    "生效",
    "通过",
    "公告",
    "通告",
    "令",
];

/// Of every year, and of no one's.
const EVERY_YEAR: &[&str] = &["每年", "当年", "次年", "年度"];

pub(super) fn find(folded: &Folded, found: &mut Vec<Found>) {
    let mut see = |range: Range<usize>, exists: bool, sure: bool| {
        let taken = exists && stands_alone(folded, &range);
        if taken && !is_of_the_law(folded, &range) {
            found.push(Found { kind: Kind::Date, range, sure });
        }
        taken
    };
    folded.each(&IN_FIGURES, |captures, range| {
        // Two figures for a year only with its word: 10.12.13 is a version or a chapter.
        let year = captures.get(1).map_or(0, |year| year.len());
        let worded = captures.get(2).is_some();
        see(range, is_day(captures, 2) && (year == 4 || worded), true)
    });
    folded.each(&REPUBLIC, |captures, range| see(range, is_day(captures, 1), true));
    folded.each(&RUN_TOGETHER, |captures, range| see(range, is_day(captures, 1), false));
    folded.each(&DAY_FIRST, |captures, range| {
        see(range, number(captures, 1) <= 31 && number(captures, 2) <= 31, true)
    });
    folded.each(&WITHOUT_YEAR, |captures, range| {
        let of_every_year = EVERY_YEAR.iter().any(|word| folded.before(&range).ends_with(word));
        let has_year = folded.before(&range).trim_end().ends_with('年');
        see(range, is_day(captures, 1) && !of_every_year && !has_year, false)
    });
    folded.each(&IN_WORDS, |captures, range| {
        let of_every_year = EVERY_YEAR.iter().any(|word| folded.before(&range).ends_with(word));
        see(range, !of_every_year, captures.get(1).is_some())
    });
    folded.each(&ENGLISH, |_, range| see(range, true, true));
}

/// Month and day from the first pair of groups that is there, from this one on.
fn is_day(captures: &Captures<'_>, from: usize) -> bool {
    let Some(month) = (from..captures.len()).step_by(2).find(|at| captures.get(*at).is_some())
    else {
        return false;
    };
    (1..=12).contains(&number(captures, month)) && (1..=31).contains(&number(captures, month + 1))
}

fn number(captures: &Captures<'_>, group: usize) -> u32 {
    captures.get(group).and_then(|it| it.as_str().parse().ok()).unwrap_or(0)
}

/// No digits go on at its ends, as in a version or a range of numbers.
fn stands_alone(folded: &Folded, range: &Range<usize>) -> bool {
    let digit = |ch: Option<char>| ch.is_some_and(|ch| ch.is_ascii_digit());
    let joint = |ch: Option<char>| ch.is_some_and(|ch| matches!(ch, '.' | '/' | '-'));
    let text = &folded.text[range.clone()];
    let mut back = folded.before(range).chars().rev();
    let mut ahead = folded.after(range).chars();
    let on_before = digit(text.chars().next()) && joint(back.next()) && digit(back.next());
    let on_behind = digit(text.chars().next_back()) && joint(ahead.next()) && digit(ahead.next());
    folded.is_alone(range) && !on_before && !on_behind
}

/// Whether this is the day on which a regulation was given, or from which it holds.
fn is_of_the_law(folded: &Folded, range: &Range<usize>) -> bool {
    let (before, after) = folded.sentence(range);
    let about_law = LAW.iter().any(|word| before.contains(word) || after.contains(word));
    let clause = after.split([',', '，', '、']).next().unwrap_or(after);
    let enacted = ENACTED.iter().any(|word| first(clause, 60).contains(word));
    // 沪药监械注〔2024〕25号，2024年5月20日
    let behind_number = last(before, 12).trim_end_matches([',', '，', ' ', '(']).ends_with('号');
    let in_force = ["起施行", "施行", "起正式施行", "正式施行"];
    in_force.iter().any(|words| clause.starts_with(words))
        || about_law && enacted
        || behind_number && about_law
}
