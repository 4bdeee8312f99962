//! The words for matches.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What can fit a need.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MatchTargetKind {
    /// A research output.
    ResearchOutput,
    /// A resource.
    Resource,
    /// An organization.
    Organization,
    /// A station.
    Station,
}

/// What became of a pair.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum MatchState {
    /// Found by the service.
    Proposed,
    /// Taken into closer view by those who raised the need.
    Shortlisted,
    /// The other side has been told that it is wanted.
    Invited,
    /// An introduction has been asked for.
    Introduced,
    /// Something came of it.
    Succeeded,
    /// Nothing came of it.
    Failed,
    /// It does not fit; not proposed again unless one of the sides changes.
    Dismissed,
}

/// A component of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(remote = "zhanjian_index::matching::Component")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchComponentName {
    /// How much of what is asked for the other side speaks of.
    Text,
    /// How near the areas of both are to each other.
    Areas,
    /// Whether what is offered is the kind of help that is asked for.
    Kind,
    /// Whether it is as ready as it should be.
    Maturity,
    /// Whether both can work together in one of the same ways.
    CooperationMode,
    /// Whether both are near each other.
    Nearness,
    /// What came of former introductions.
    TrackRecord,
}

/// A text of one of the sides, in which a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum MatchField {
    /// The title of a need or of a research output.
    Title,
    /// The text of a need.
    Text,
    /// The abstract of a research output.
    Abstract,
    /// The advantages of a research output.
    Advantages,
    /// How far a research output has come in the clinic.
    ClinicalStage,
    /// The name of a resource, an organization or a station.
    Name,
    /// The description of a resource.
    Description,
    /// One of the capabilities of a resource.
    Capabilities,
    /// The Chinese label of one of the areas of an organization or a station.
    Areas,
    /// How a station works.
    ServiceModel,
}

impl MatchField {
    /// The name under which the arithmetic knows it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Abstract => "abstract",
            Self::Advantages => "advantages",
            Self::ClinicalStage => "clinicalStage",
            Self::Name => "name",
            Self::Description => "description",
            Self::Capabilities => "capabilities",
            Self::Areas => "areas",
            Self::ServiceModel => "serviceModel",
        }
    }

    /// Whether it heads the thing.
    pub(super) fn heads(self) -> bool {
        matches!(self, Self::Title | Self::Name)
    }
}
