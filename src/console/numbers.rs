//! Numbers as people write them.

use super::texts::Texts;

/// A share.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

/// A number from 0 to 1, of a hundred points.
pub(super) fn points(value: f64) -> String {
    format!("{:.0}", 100.0 * value)
}

/// How long something took, in the unit that says it best.
pub(super) fn duration(text: Texts, minutes: i64) -> String {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    let tenths = |unit: i64| {
        let tenths = (10 * minutes + unit / 2) / unit;
        match tenths % 10 {
            0 => format!("{}", tenths / 10),
            rest => format!("{}.{rest}", tenths / 10),
        }
    };
    match minutes {
        ..=119 => text.with("minutes", "count", minutes),
        120..2880 => text.with("hours", "count", tenths(HOUR)),
        _ => text.with("days", "count", tenths(DAY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_time_is_told_in_the_unit_that_says_it_best() {
        let said = |minutes| duration(Texts::in_language(Language::En), minutes);
        assert_eq!(said(59), "59 min");
        assert_eq!(said(150), "2.5 h");
        assert_eq!(said(240), "4 h");
        assert_eq!(said(4320), "3 days");
        assert_eq!(percent(0.666), "67%");
    }
}
