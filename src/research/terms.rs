//! The words for research outputs.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What kind of output it is.
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
#[graphql(name = "ResearchOutputKind")]
pub enum OutputKind {
    /// An article in a journal.
    JournalArticle,
    /// An article before its review.
    Preprint,
    /// A thesis.
    Thesis,
    /// A set of data.
    Dataset,
    /// Software.
    Software,
    /// A patent, or an application for one.
    Patent,
    /// A prototype.
    Prototype,
    /// A cell line, a strain, a sample.
    BiologicalMaterial,
    /// A clinical trial.
    ClinicalTrial,
    /// A protocol.
    Protocol,
    /// A standard.
    Standard,
    /// Know-how.
    KnowHow,
    /// Something else.
    Other,
}

/// How its intellectual property stands.
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
pub enum IpStatus {
    /// Nothing is protected.
    None,
    /// Applied for.
    Filed,
    /// The application is published.
    Published,
    /// Granted.
    Granted,
    /// No longer in force.
    Lapsed,
    /// Licensed to somebody.
    Licensed,
    /// Given to somebody.
    Assigned,
}

/// How far a research output has come.
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
#[graphql(name = "ResearchOutputState")]
pub enum State {
    /// Being written.
    Draft,
    /// Handed in for review by a second member.
    Submitted,
    /// Given back with a reason.
    Returned,
    /// Shown to its audience, from its embargo's end on.
    Published,
    /// Being negotiated.
    Negotiating,
    /// Handed over.
    Transferred,
    /// Taken back; date and reason stay.
    Withdrawn,
}

impl State {
    /// Whether the audience sees it; otherwise only its owner does.
    pub fn is_shown(self) -> bool {
        match self {
            Self::Published | Self::Negotiating | Self::Transferred => true,
            Self::Draft | Self::Submitted | Self::Returned | Self::Withdrawn => false,
        }
    }
}

/// How the owner is ready to work together (促进科技成果转化法, art. 16).
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
pub enum CooperationMode {
    /// 自行投资实施: carried out with the owner's own money.
    SelfInvest,
    /// 转让: assigned.
    Assign,
    /// 许可: licensed.
    License,
    /// 合作实施: carried out together.
    Joint,
    /// 作价投资: brought in as a share.
    Equity,
    /// Another way that both agree on.
    Other,
}

impl CooperationMode {
    /// The mode of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::try_from_value(&name.to_owned()).ok()
    }
}

/// What can be done with a research output on its way. What is done to a text is done to the revision beside it, where
/// the output is shown already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, Enum)]
#[graphql(name = "ResearchOutputAction")]
pub enum Step {
    /// Change what the draft or revision says.
    Edit,
    /// Hand the draft or revision to a second person.
    Submit,
    /// Give it back with a reason.
    Return,
    /// Show it to its audience.
    Publish,
    /// Take back what is shown, at once.
    Withdraw,
    /// Say that it is being negotiated.
    Negotiate,
    /// Say that the talks have failed: it is open to others again.
    Resume,
    /// Say that it has been handed over.
    Transfer,
    /// Set until when only its owner sees it.
    ChangeEmbargo,
    /// Begin a revision beside what is shown, which stays as it is.
    Revise,
    /// Give up a draft that was never shown, or a revision.
    Discard,
}

/// What has become of a file that an office has brought.
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
#[graphql(name = "ResearchOutputImportState")]
pub enum ImportState {
    /// Looked at; nothing is written yet.
    Previewed,
    /// Taken in.
    Committed,
    /// Nobody took it in in time; its rows are gone.
    Expired,
}

/// What becomes of a row of a file.
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
#[graphql(name = "ResearchOutputImportOutcome")]
pub enum RowOutcome {
    /// A new research output, as a draft.
    New,
    /// One that is there is changed: a draft itself, what is shown by a revision beside it.
    Update,
    /// It is there as the file says it.
    Unchanged,
    /// The same work is there under another id, or stands further up in the file: it is not taken.
    Duplicate,
    /// What was done here stands against it: it is not taken.
    Conflict,
    /// Something is wrong with the row: it is not taken.
    Faulty,
}
