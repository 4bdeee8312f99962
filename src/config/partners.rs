//! Settings of needs and introductions: how long the one stays open, and the other waits for an answer.

use super::{draft::Draft, values};

/// How long needs stay open, and requests for introductions wait for an answer.
#[derive(Clone, Debug)]
pub struct Partners {
    /// For how many days a need is open where nothing else is said.
    pub need_days: u32,
    /// For how many days it may be open at most.
    pub need_days_at_most: u32,
    /// For how many working days a request for an introduction waits.
    pub introduction_days: u32,
}

impl Partners {
    pub(super) fn read(draft: &mut Draft) -> Self {
        draft.section("partners", "How long needs stay open, and requests for introductions wait.");
        let partners = Self {
            need_days: draft.setting(
                "partners.need_days",
                "180",
                "Days for which a need is open where nothing else is said.",
                values::whole(1..=3650),
            ),
            need_days_at_most: draft.setting(
                "partners.need_days_at_most",
                "730",
                "Days for which a need may be open at most, counted from the day on which that is said.",
                values::whole(1..=3650),
            ),
            introduction_days: draft.setting(
                "partners.introduction_days",
                "10",
                "Working days for which a request for an introduction waits for an answer, and once more when it has been acknowledged.",
                values::whole(1..=365),
            ),
        };
        draft.check(
            "partners.need_days_at_most",
            partners.need_days_at_most >= partners.need_days,
            "is less than partners.need_days: give as many days or more",
        );
        partners
    }
}
