//! The figures of a report, in the order in which a case goes through them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::console::{numbers, texts::Texts};

/// The figures with the fields that count them; those that list what is missing stand apart.
const FIGURES: [(&str, &str); 19] = [
    ("DROPPED", "dropped"),
    ("CLOSED", "closed"),
    ("OPEN", "open"),
    ("AWAITING", "awaiting"),
    ("TO_ANSWER", "toAnswer"),
    ("CLASSIFIED", "classified"),
    ("BASIC", "basic"),
    ("FIRST_RESPONSE", "firstResponse"),
    ("HANDED_ON", "handedOn"),
    ("BOUNCED", "bounced"),
    ("ABOVE_BASIC", "aboveBasic"),
    ("TRACKED", "tracked"),
    ("REPLIED", "replied"),
    ("REPLIED_IN_TIME", "repliedInTime"),
    ("SOLVED_AT_STATION", "solvedAtStation"),
    ("REUSED_FROM_OTHERS", "reusedFromOthers"),
    ("ENDED", "ended"),
    ("REOPENED", "reopened"),
    ("CLOSED_LOOP", "closedLoop"),
];

/// All figures of a part.
#[derive(Deserialize)]
pub(super) struct Figures {
    pub received: i64,
    #[serde(flatten)]
    shares: BTreeMap<String, Share>,
}

/// How many cases, of how many.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Share {
    pub count: i64,
    pub of: i64,
    share: Option<f64>,
    median_minutes: Option<i64>,
    p90_minutes: Option<i64>,
}

impl Share {
    pub(super) fn percent(&self) -> String {
        self.share.map_or_else(|| "—".to_owned(), numbers::percent)
    }

    pub(super) fn median(&self, text: &Texts) -> Option<String> {
        self.median_minutes.map(|minutes| numbers::duration(*text, minutes))
    }

    pub(super) fn p90(&self, text: &Texts) -> Option<String> {
        self.p90_minutes.map(|minutes| numbers::duration(*text, minutes))
    }
}

/// A figure in the table of all.
pub(super) struct Line {
    pub figure: &'static str,
    pub share: Share,
}

impl Figures {
    /// The figures in their order, but for the first, which is of nothing.
    pub(super) fn lines(&self) -> Vec<Line> {
        let line = |(figure, field): (&'static str, &str)| {
            Some(Line { figure, share: self.shares.get(field)?.clone() })
        };
        FIGURES.into_iter().filter_map(line).collect()
    }
}
