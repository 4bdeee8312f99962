//! What one can choose from in forms and lists: values of the enumerations of the API, in the order in which people look for
//! them.

/// What a need is for.
pub(in crate::console) const NEED_KINDS: [&str; 6] =
    ["TECHNOLOGY", "CLINICAL", "TESTING", "TRAINING", "MANUFACTURING", "EXPERTISE"];

/// What a partner can be.
pub(in crate::console) const TARGET_KINDS: [&str; 4] =
    ["RESEARCH_OUTPUT", "RESOURCE", "ORGANIZATION", "STATION"];

/// Ways of working together.
pub(in crate::console) const COOPERATION_MODES: [&str; 6] =
    ["LICENSE", "ASSIGN", "JOINT", "EQUITY", "SELF_INVEST", "OTHER"];

/// Who may see a need.
pub(in crate::console) const NEED_AUDIENCES: [&str; 5] =
    ["NETWORK", "STATION", "DISTRICT", "PARTNERS", "PUBLIC"];

/// How far a need has come.
pub(in crate::console) const NEED_STATES: [&str; 7] =
    ["DRAFT", "OPEN", "MATCHED", "IN_TALKS", "FULFILLED", "LAPSED", "WITHDRAWN"];

/// What contact is wanted for.
pub(in crate::console) const INTRODUCTION_PURPOSES: [&str; 8] = [
    "TECHNOLOGY_TRANSFER",
    "JOINT_DEVELOPMENT",
    "CLINICAL_STUDY",
    "TESTING",
    "TRAINING",
    "MANUFACTURING",
    "ADVICE",
    "OTHER",
];

/// How far an introduction has come.
pub(in crate::console) const INTRODUCTION_STATES: [&str; 6] =
    ["REQUESTED", "ACKNOWLEDGED", "CONTACT_RELEASED", "DECLINED", "EXPIRED", "WITHDRAWN"];

/// Why something is declined, or came to nothing.
pub(in crate::console) const DECLINE_REASONS: [&str; 9] = [
    "TOO_EARLY",
    "BENEFIT_UNCLEAR",
    "COMMERCIAL_ROUTE_UNCLEAR",
    "DESCRIPTION_UNCLEAR",
    "SCIENTIFIC_CONCERN",
    "IP_UNCLEAR",
    "ALREADY_LICENSED",
    "NO_CAPACITY",
    "OTHER",
];

/// What came of an introduction.
pub(in crate::console) const OUTCOMES: [&str; 3] = ["IN_TALKS", "CONTRACT_SIGNED", "FAILED"];

/// What a research output is.
pub(in crate::console) const OUTPUT_KINDS: [&str; 13] = [
    "PATENT",
    "PROTOTYPE",
    "KNOW_HOW",
    "SOFTWARE",
    "DATASET",
    "BIOLOGICAL_MATERIAL",
    "PROTOCOL",
    "STANDARD",
    "CLINICAL_TRIAL",
    "JOURNAL_ARTICLE",
    "PREPRINT",
    "THESIS",
    "OTHER",
];

/// How intellectual property stands.
pub(in crate::console) const IP_STATUSES: [&str; 7] =
    ["NONE", "FILED", "PUBLISHED", "GRANTED", "LAPSED", "LICENSED", "ASSIGNED"];

/// What an organization is.
pub(in crate::console) const ORGANIZATION_TYPES: [&str; 10] = [
    "UNIVERSITY",
    "HOSPITAL",
    "RESEARCH_INSTITUTE",
    "ENTERPRISE",
    "ASSOCIATION",
    "TEST_LAB",
    "CRO",
    "CDMO",
    "EXCHANGE",
    "REGULATOR",
];

/// What a resource is.
pub(in crate::console) const RESOURCE_KINDS: [&str; 4] =
    ["CLINICAL", "TESTING", "TRAINING", "MANUFACTURING"];

/// Where a regulation holds.
pub(in crate::console) const REGIONS: [&str; 3] = ["CN", "SH", "YRD"];

/// What a product is.
pub(in crate::console) const PRODUCT_KINDS: [&str; 6] =
    ["DEVICE", "DRUG", "IVD", "COMBINATION", "COSMETIC", "OTHER"];

/// The classes of devices.
pub(in crate::console) const DEVICE_CLASSES: [&str; 3] = ["I", "II", "III"];

/// How far an output has come on its way to others.
pub(in crate::console) const OUTPUT_STATES: [&str; 7] =
    ["DRAFT", "SUBMITTED", "RETURNED", "PUBLISHED", "NEGOTIATING", "TRANSFERRED", "WITHDRAWN"];

/// Who may see an output once it is published.
pub(in crate::console) const OUTPUT_AUDIENCES: [&str; 4] =
    ["PUBLIC", "PARTNERS", "NETWORK", "DISTRICT"];

/// What becomes of a row of a file.
pub(in crate::console) const ROW_OUTCOMES: [&str; 6] =
    ["NEW", "UPDATE", "UNCHANGED", "DUPLICATE", "CONFLICT", "FAULTY"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::Regex;

    use super::*;

    /// The values of an enumeration of the schema.
    fn values(enumeration: &str) -> BTreeSet<&'static str> {
        let schema = include_str!("../../../schema.graphql");
        let begin = format!("\nenum {enumeration} {{\n");
        let at = schema.find(&begin).unwrap_or_else(|| panic!("there is no {enumeration}"));
        let body = &schema[at + begin.len()..];
        let body = &body[..body.find("\n}").expect("an end")];
        let value = Regex::new(r"(?m)^\t([A-Z][A-Z0-9_]*)$").expect("a pattern");
        value.captures_iter(body).map(|found| found.extract::<1>().1[0]).collect()
    }

    #[test]
    fn one_can_choose_all_that_the_api_knows() {
        let whole: [(&str, &[&str]); 16] = [
            ("NeedKind", &NEED_KINDS),
            ("MatchTargetKind", &TARGET_KINDS),
            ("CooperationMode", &COOPERATION_MODES),
            ("NeedState", &NEED_STATES),
            ("IntroductionPurpose", &INTRODUCTION_PURPOSES),
            ("IntroductionState", &INTRODUCTION_STATES),
            ("DeclineReason", &DECLINE_REASONS),
            ("IntroductionOutcomeKind", &OUTCOMES),
            ("ResearchOutputKind", &OUTPUT_KINDS),
            ("IpStatus", &IP_STATUSES),
            ("ResearchOutputState", &OUTPUT_STATES),
            ("OrganizationType", &ORGANIZATION_TYPES),
            ("ResourceKind", &RESOURCE_KINDS),
            ("Region", &REGIONS),
            ("ProductKind", &PRODUCT_KINDS),
            ("DeviceClass", &DEVICE_CLASSES),
        ];
        for (enumeration, ours) in whole {
            let ours: BTreeSet<&str> = ours.iter().copied().collect();
            assert_eq!(ours, values(enumeration), "{enumeration}");
        }
        let outcomes: BTreeSet<&str> = ROW_OUTCOMES.into();
        assert_eq!(outcomes, values("ResearchOutputImportOutcome"));
        let audiences = values("Audience");
        assert!(NEED_AUDIENCES.iter().chain(&OUTPUT_AUDIENCES).all(|it| audiences.contains(it)));
    }
}
