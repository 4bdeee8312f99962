//! The words for regulations.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::terms::words;

/// Where a regulation is in force.
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
pub enum Region {
    /// In the whole of China.
    #[sea_orm(string_value = "CN")]
    #[graphql(name = "CN")]
    China,
    /// In Shanghai.
    #[sea_orm(string_value = "SH")]
    #[graphql(name = "SH")]
    Shanghai,
    /// In the Yangtze River Delta.
    #[sea_orm(string_value = "YRD")]
    #[graphql(name = "YRD")]
    YangtzeRiverDelta,
}

/// What a regulation does to an older one.
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
pub enum RelationKind {
    /// It takes its place.
    Replaces,
    /// It changes some of its articles; the older one keeps its number and stands.
    Amends,
    /// It changes how the older one is applied.
    Adjusts,
    /// It adds to it; both stand.
    Supplements,
    /// It says how the older one is carried out; both stand.
    Implements,
}

/// How much of the older regulation is touched.
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
pub enum RelationScope {
    /// All of it, or all of the articles named.
    Full,
    /// Parts of it.
    Partial,
    /// All of it, but step by step: the old one goes on for some cases.
    Staged,
}

words! {
    /// What somebody wants recorded.
    ProposalKind {
        /// A regulation, with what it does to others.
        Regulation,
        /// What one regulation does to another; both are recorded.
        Relation,
    }
}

words! {
    /// What became of a proposal.
    ProposalState {
        /// Nobody has decided yet.
        Proposed,
        /// It was recorded.
        Accepted,
        /// It was not.
        Rejected,
    }
}
