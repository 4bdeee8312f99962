//! The ways through the console: where they lead, and for whom they are.

use super::{administration, shell::Viewer, texts::Texts};

/// A part of the console that the navigation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// None of those in the navigation.
    None,
    Search,
    Consultations,
    Drafts,
    Supervision,
    Partners,
    Needs,
    Introductions,
    Publishing,
    Stations,
    Research,
    Organizations,
    Resources,
    Regulations,
    Reports,
    Account,
    Administration,
    Help,
    Developers,
}

/// A way: the part that it leads to, its address, the name of its text, and any of the rights that it is for (none: for all).
type Way = (Section, &'static str, &'static str, &'static [&'static str]);

/// What people come to do.
const WORK: &[Way] = &[
    (Section::Search, "/", "nav-search", &[]),
    (Section::Consultations, "/consultations", "consultations-title", &["HANDLE_CONSULTATION"]),
    (Section::Drafts, "/drafts", "drafts-title", &["DRAFT_ANSWER"]),
    (Section::Supervision, "/supervision", "supervision-title", &["PROPOSE_REGULATION"]),
    (Section::Partners, "/partners", "nav-partners", &["RAISE_NEED"]),
    (Section::Needs, "/needs", "nav-needs", &["RAISE_NEED", "SEE_OWN_MATCHES"]),
    (
        Section::Introductions,
        "/introductions",
        "nav-introductions",
        &["ASK_INTRODUCTION", "ANSWER_INTRODUCTION"],
    ),
    (Section::Publishing, "/publishing", "nav-publishing", &["WRITE_RESEARCH_OUTPUT"]),
    // An office's own reports are on its desk.
    (Section::Reports, "/dashboard", "nav-reports", &["READ_CONSULTATION"]),
    (Section::Administration, "/administration", "nav-administration", administration::RIGHTS),
];

/// What there is to look up.
const DIRECTORY: &[Way] = &[
    (Section::Stations, "/stations", "nav-stations", &[]),
    (Section::Research, "/research", "nav-research", &[]),
    (Section::Organizations, "/organizations", "nav-organizations", &[]),
    (Section::Resources, "/resources", "nav-resources", &[]),
    (Section::Regulations, "/regulations", "nav-regulations", &[]),
    (Section::Help, "/help", "nav-help", &[]),
    (Section::Developers, "/developers", "nav-developers", &[]),
];

/// A way as a page shows it.
pub(super) struct ShownWay {
    pub address: &'static str,
    pub text: String,
    pub is_here: bool,
}

/// The ways to what people come to do, and to what there is to look up.
pub(super) fn ways(viewer: &Viewer, here: Section, text: Texts) -> [Vec<ShownWay>; 2] {
    [WORK, DIRECTORY].map(|ways| {
        let open = |way: &&Way| way.3.is_empty() || way.3.iter().any(|right| viewer.may(right));
        let shown = |way: &Way| ShownWay {
            address: way.1,
            text: text.of(way.2).into_owned(),
            is_here: way.0 == here,
        };
        ways.iter().filter(open).map(shown).collect()
    })
}
