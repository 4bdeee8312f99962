//! Instants as people read them: the day in China, where what they mark happens.

use chrono::{DateTime, Utc};

use crate::clock;

/// The day of an instant, as the API writes both.
pub(in crate::console) fn day_of(instant: &str) -> String {
    let read = DateTime::parse_from_rfc3339(instant).map(|it| it.with_timezone(&Utc));
    read.map_or_else(|_| instant.to_owned(), |instant| clock::day_of(instant).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_that_of_china() {
        assert_eq!(day_of("2026-11-22T15:59:59Z"), "2026-11-22");
        assert_eq!(day_of("2026-11-22T16:00:00.000001Z"), "2026-11-23");
        assert_eq!(day_of("?"), "?");
    }
}
