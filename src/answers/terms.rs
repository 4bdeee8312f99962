//! The words for answered questions.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::terms::words;

/// What kind of product a question is about.
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
pub enum ProductKind {
    /// A medical device.
    Device,
    /// A drug or biologic.
    Drug,
    /// An in-vitro diagnostic reagent.
    #[sea_orm(string_value = "IVD")]
    #[graphql(name = "IVD")]
    Ivd,
    /// A combination of drug and device.
    Combination,
    /// A cosmetic.
    Cosmetic,
    /// Something else.
    Other,
}

/// The class of a device, by its risk (国务院令第739号, art. 6).
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
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum DeviceClass {
    /// 第一类: low risk, filed.
    #[sea_orm(string_value = "I")]
    #[graphql(name = "I")]
    I,
    /// 第二类: medium risk, registered by the province.
    #[sea_orm(string_value = "II")]
    #[graphql(name = "II")]
    Ii,
    /// 第三类: high risk, registered by the state.
    #[sea_orm(string_value = "III")]
    #[graphql(name = "III")]
    Iii,
}

/// How far an answered question has been reviewed.
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
#[graphql(name = "AnsweredQuestionState")]
pub enum State {
    /// Being written.
    Draft,
    /// Being looked at by a second person.
    InReview,
    /// Reviewed and shown to its audience.
    Published,
    /// Another answer has taken its place.
    Superseded,
    /// Kept, no longer shown.
    Archived,
    /// Taken back.
    Withdrawn,
}

impl State {
    /// Whether the audience sees it; otherwise only its owner does.
    pub fn is_shown(self) -> bool {
        match self {
            Self::Published | Self::Superseded => true,
            Self::Draft | Self::InReview | Self::Archived | Self::Withdrawn => false,
        }
    }
}

/// What an answer rests on.
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
#[graphql(name = "AnswerBasis")]
pub enum Basis {
    /// On the articles it cites.
    Cited,
    /// On the experience of who answered.
    Experience,
}

/// What a citation is for.
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
pub enum CitationRole {
    /// The answer rests on it: when it falls, the answer falls.
    Basis,
    /// For further reading.
    Reference,
}

words! {
    /// What a text was looked through for, before it goes further.
    DeidentificationPurpose {
        /// To leave its station.
        StationExit,
        /// To go to partners or the public.
        Wider,
    }
}

words! {
    /// What came of looking through a text.
    DeidentificationVerdict {
        /// Nothing in it tells who asked.
        Cleared,
        /// Something does: the text must be changed.
        Rejected,
    }
}

words! {
    /// Where a report of an error stands.
    AnswerReportState {
        /// Nobody has dealt with it yet.
        Open,
        /// It has been dealt with.
        Resolved,
    }
}

/// What can be done with an answered question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, Enum)]
#[graphql(name = "AnsweredQuestionAction")]
pub enum Step {
    /// Take up the work on it again, as a draft beside what is shown.
    Revise,
    /// Change the draft.
    EditDraft,
    /// Give the draft up.
    DiscardDraft,
    /// Hand the draft to a second person.
    SubmitForReview,
    /// Look through the draft for what would tell who asked, so that it may leave its station.
    ClearForStationExit,
    /// Look through the text as an officer, so that it may go to partners or the public.
    ClearForWider,
    /// Give the draft back to whoever wrote it.
    ReturnDraft,
    /// Show the draft to the network.
    Publish,
    /// Show it to partners or the public.
    Widen,
    /// Take it back at once.
    Withdraw,
    /// Keep it, and show it no longer.
    Archive,
    /// Let another answer take its place.
    Supersede,
    /// Confirm that it still stands.
    Confirm,
    /// Say whether it helped.
    Rate,
    /// Report an error in it.
    ReportError,
}
