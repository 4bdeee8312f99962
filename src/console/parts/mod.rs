//! What several pages show: names in two languages, hits, currency, pages of lists.

pub(super) mod areas;
pub(super) mod laws;
pub(super) mod linked_data;
pub(super) mod moments;
pub(super) mod standing;
pub(super) mod whole;

/// A regulation by its name.
pub(super) use laws::Law as RegulationName;

use laws::Law;
use serde::{Deserialize, Serialize};

use super::texts::Texts;
use crate::language::Language;

/// A name in Chinese, and maybe in English.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Localized {
    pub zh: String,
    pub en: Option<String>,
}

impl Localized {
    /// In the reader's language, as far as there is one.
    pub(super) fn of(&self, text: &Texts) -> &str {
        match (text.language(), &self.en) {
            (Language::En, Some(en)) => en,
            _ => &self.zh,
        }
    }
}

/// Where a page of a list stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

/// Whether the law that an answer rests on still stands, and what led to that.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assessment {
    pub status: String,
    pub as_of: String,
    pub day: Option<String>,
    pub explanation: Option<Localized>,
    pub path: Vec<Step>,
}

/// A step on the way to a judgement of currency.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Step {
    pub event: String,
    pub on: Option<String>,
    pub articles: Vec<String>,
    pub regulation: Law,
}

/// A station by its name.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct StationName {
    pub code: String,
    pub name: String,
}

/// An organization by its name.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OrganizationName {
    pub code: String,
    pub name: Localized,
}

/// What a search finds.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "__typename", rename_all_fields = "camelCase")]
pub(super) enum Hit {
    AnsweredQuestion {
        id: String,
        number: String,
        question: String,
        summary: Option<String>,
        audience: String,
        confirmed_on: Option<String>,
        answered_on: Option<String>,
        reuse_count: i64,
        currency: Assessment,
        station: StationName,
    },
    ResearchOutput {
        id: String,
        title: String,
        audience: String,
        output_kind: String,
        trl: Option<i64>,
        published_on: Option<String>,
        organization: OrganizationName,
    },
    Resource {
        id: String,
        name: String,
        audience: String,
        resource_kind: String,
        is_valid: bool,
        organization: OrganizationName,
    },
    Organization {
        code: String,
        label: Localized,
        organization_type: String,
    },
    Station {
        code: String,
        name: String,
        district: DistrictName,
    },
    Regulation {
        key: String,
        heading: Localized,
        document_number: Option<String>,
        effective_on: Option<String>,
        ends_on: Option<String>,
    },
}

/// A district by its name.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DistrictName {
    pub name: Localized,
}

/// A piece of a text, and whether it is what was looked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Fragment {
    pub text: String,
    pub matched: bool,
}

impl Fragment {
    /// The text without the signs of Markdown, which mean nothing in a piece.
    pub(super) fn plain(&self) -> String {
        self.text.replace("**", "").replace('`', "")
    }
}

/// Where a hit was met.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Highlight {
    pub field: String,
    pub fragments: Vec<Fragment>,
}

/// An area by its name.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AreaName {
    pub code: String,
    pub label: Localized,
}
