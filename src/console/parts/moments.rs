//! Instants as people of the network read and write them: by the clock of Shanghai.

use chrono::{DateTime, FixedOffset, NaiveDateTime};

/// What the clocks of Shanghai are ahead of UTC, in seconds.
const AHEAD: i32 = 8 * 60 * 60;

/// An instant, as it is shown: day, hour and minute.
pub(in crate::console) fn shown(instant: &str) -> String {
    let read = DateTime::parse_from_rfc3339(instant).ok().zip(FixedOffset::east_opt(AHEAD));
    read.map_or_else(
        || instant.to_owned(),
        |(instant, zone)| instant.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// The day of an instant.
pub(in crate::console) fn day(instant: &str) -> String {
    shown(instant).chars().take(10).collect()
}

/// What was written into a field for a day and a time, as the API takes it.
pub(in crate::console) fn written(text: &str) -> String {
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"));
    let zoned = read.ok().zip(FixedOffset::east_opt(AHEAD));
    let instant = zoned.and_then(|(read, zone)| read.and_local_timezone(zone).single());
    // What is no time goes on as it is, and is refused with a reason.
    instant.map_or_else(|| text.to_owned(), |instant| instant.to_rfc3339())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_shanghai_is_read_and_shown() {
        assert_eq!(shown("2026-03-01T16:30:12Z"), "2026-03-02 00:30");
        assert_eq!(day("2026-03-01T16:30:12.123456Z"), "2026-03-02");
        assert_eq!(written("2026-03-02T00:30"), "2026-03-02T00:30:00+08:00");
        assert_eq!(written("soon"), "soon");
    }
}
