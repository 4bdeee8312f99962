//! Settings of consultations: by when they are answered, and how long askers are kept.

use std::time::Duration;

use super::{DAY, draft::Draft, values};

/// By when consultations are answered, in Chinese working days, and how long askers are kept.
#[derive(Clone, Debug)]
pub struct Consultations {
    /// For a basic question.
    pub basic_days: u32,
    /// For the district bureau, and for another station.
    pub district_days: u32,
    /// For the municipal level.
    pub municipal_days: u32,
    /// For the national level.
    pub national_days: u32,
    /// After which a reply that nobody objected to closes its case.
    pub no_objection_days: u32,
    /// How long after its end a case keeps who asked; for ever where nothing is said.
    pub asker_retention: Option<Duration>,
}

impl Consultations {
    pub(super) fn read(draft: &mut Draft) -> Self {
        draft.section(
            "consultations",
            "By when consultations are answered, in Chinese working days (half for key projects), and how long it is kept who asked.",
        );
        Self {
            basic_days: draft.setting(
                "consultations.basic_days",
                "1",
                "Working days for a basic question, for classifying a new one, and for passing on a reply that has come.",
                values::whole(1..=365),
            ),
            district_days: draft.setting(
                "consultations.district_days",
                "5",
                "Working days for a district bureau, and for a station that a case was referred to.",
                values::whole(1..=365),
            ),
            municipal_days: draft.setting(
                "consultations.municipal_days",
                "10",
                "Working days for the municipal level.",
                values::whole(1..=365),
            ),
            national_days: draft.setting(
                "consultations.national_days",
                "30",
                "Working days for the national level.",
                values::whole(1..=365),
            ),
            no_objection_days: draft.setting(
                "consultations.no_objection_days",
                "5",
                "Working days after which a reply that the company has not objected to closes its case.",
                values::whole(1..=365),
            ),
            asker_retention: draft.setting(
                "consultations.asker_retention",
                "1095d",
                "How long after its end a case keeps who asked; then that is erased for good. \"never\" keeps it for ever.",
                retention,
            ),
        }
    }
}

fn retention(text: &str) -> Result<Option<Duration>, String> {
    if text.trim().eq_ignore_ascii_case("never") {
        return Ok(None);
    }
    values::duration(Duration::from_secs(DAY)..=Duration::from_secs(36_500 * DAY))(text).map(Some)
}
