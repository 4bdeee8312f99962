//! The words for needs.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What is looked for.
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
pub enum NeedKind {
    /// A technology: a patent, a prototype, a method.
    Technology,
    /// A place for clinical studies.
    Clinical,
    /// Testing.
    Testing,
    /// Training.
    Training,
    /// Manufacturing.
    Manufacturing,
    /// Somebody who knows.
    Expertise,
}

/// Where a need stands.
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
pub enum NeedState {
    /// Being written; only whoever raised it sees it.
    Draft,
    /// Shown to its audience.
    Open,
    /// Somebody has been asked for an introduction, or taken into closer view.
    Matched,
    /// Both sides are talking. It does not lapse meanwhile.
    InTalks,
    /// What was looked for has been found.
    Fulfilled,
    /// Its time is over; it can be extended.
    Lapsed,
    /// Taken back.
    Withdrawn,
}

impl NeedState {
    /// Whether the audience sees it; otherwise only whoever raised it does.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Open | Self::Matched | Self::InTalks)
    }

    /// Whether it ends by itself on its day.
    pub fn lapses(self) -> bool {
        matches!(self, Self::Open | Self::Matched)
    }
}

/// What can be done with a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, Enum)]
#[graphql(name = "NeedAction")]
pub enum NeedStep {
    /// Change what it says. One that was taken back, or whose time is over, becomes a draft again.
    Update,
    /// Show it to its audience.
    Open,
    /// Take it back.
    Withdraw,
    /// Say that it has been met.
    Fulfil,
    /// Let it be open longer, or again.
    Extend,
    /// Declare what was found in it harmless, as a second person.
    ClearFindings,
}
