//! How somebody is reached: by telephone, by e-mail, by messenger.

use regex::Regex;

use super::{
    Kind,
    text::{Folded, Found, Pattern, pattern},
};

static EMAIL: Pattern = Pattern::new(|| {
    pattern(
        r"[a-z0-9](?:[a-z0-9._%+-]{0,62}[a-z0-9_])? ?(?:@|\(at\)) ?[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?(?: ?\. ?[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?)*\.[a-z]{2,24}",
    )
});

static MOBILE: Pattern = Pattern::new(|| {
    pattern(r"(?:(?:\+ ?|00)?86[ -]?|\(\+?86\) ?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}")
});

static LANDLINE: Pattern = Pattern::new(|| {
    pattern(
        r"(?:\(0(?:10|2[0-9]|[3-9][0-9]{2})\) ?|0(?:10|2[0-9]|[3-9][0-9]{2})[ -]{0,3}|(?:\+ ?|00)86[ -]?\(?0?(?:10|2[0-9]|[3-9][0-9]{2})\)?[ -]?)[2-9][0-9]{2,3}[ -]?[0-9]{4}(?: ?(?:-|转|x|ext\.?|\*|#) ?[0-9]{1,6})?",
    )
});

static SERVICE: Pattern = Pattern::new(|| pattern("[48]00(?:[ -]?[0-9]){7}"));

static FOREIGN: Pattern =
    Pattern::new(|| pattern(r"\+ ?[1-9][0-9]{0,2}(?:[ -]?(?:\([0-9]{1,4}\)|[0-9]{1,5})){2,5}"));

static AFTER_LABEL: Pattern = Pattern::new(|| {
    pattern(
        "(?:电话|手机|座机|热线|传真|致电|联系方式|tel|fax|phone|mobile)(?:号码?)?[ .:：为是]{0,3}([2-9][0-9]{2,3}[ -]?[0-9]{4})",
    )
});

static WECHAT: Pattern = Pattern::new(|| {
    pattern(
        "(?:微信|wechat|weixin|(?-u:\\b)vx|v信|(?-u:\\b)wx)(?: ?id|号码?)?[ :：为是]{0,3}([a-z][a-z0-9_-]{5,19})",
    )
});

static QQ: Pattern =
    Pattern::new(|| pattern("(?-u:\\b)qq(?:号码?|群号?|群)?[ :：为是]{0,3}([1-9][0-9]{4,11})"));

pub(super) fn find(folded: &Folded, found: &mut Vec<Found>) {
    whole(folded, &EMAIL, Kind::Email, found);
    for regex in [&MOBILE, &LANDLINE, &SERVICE] {
        whole(folded, regex, Kind::Telephone, found);
    }
    folded.each(&FOREIGN, |captures, range| {
        let digits = captures[0].bytes().filter(u8::is_ascii_digit).count();
        let taken = folded.is_alone(&range) && (8..=15).contains(&digits);
        if taken {
            found.push(Found { kind: Kind::Telephone, range, sure: true });
        }
        taken
    });
    named(folded, &AFTER_LABEL, Kind::Telephone, found);
    named(folded, &WECHAT, Kind::MessengerId, found);
    named(folded, &QQ, Kind::MessengerId, found);
}

/// What the pattern matches, if nothing goes on at its ends.
fn whole(folded: &Folded, regex: &Regex, kind: Kind, found: &mut Vec<Found>) {
    folded.each(regex, |_, range| {
        let taken = folded.is_alone(&range);
        if taken {
            found.push(Found { kind, range, sure: true });
        }
        taken
    });
}

/// What stands behind a label.
fn named(folded: &Folded, regex: &Regex, kind: Kind, found: &mut Vec<Found>) {
    folded.each(regex, |captures, _| {
        let range = captures.get(1).map(|it| it.range()).filter(|range| folded.is_alone(range));
        let taken = range.is_some();
        found.extend(range.map(|range| Found { kind, range, sure: true }));
        taken
    });
}
