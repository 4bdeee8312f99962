//! The words for introductions.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Defines words that stand in a column and in the contract alike.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $word:ident,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            Hash,
            PartialOrd,
            Ord,
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
        pub enum $name {
            $($(#[$each])* $word,)*
        }
    };
}

words! {
    /// What kind of thing an introduction is about.
    IntroductionSubjectKind {
        /// A research output.
        ResearchOutput,
        /// A resource.
        Resource,
    }
}

words! {
    /// What contact is wanted for.
    IntroductionPurpose {
        /// To take over a technology, or to use it under a licence.
        TechnologyTransfer,
        /// To develop something together.
        JointDevelopment,
        /// To carry out a clinical study.
        ClinicalStudy,
        /// To have something tested.
        Testing,
        /// To have people trained.
        Training,
        /// To have something made.
        Manufacturing,
        /// To ask somebody who knows.
        Advice,
        /// Something else, which the message says.
        Other,
    }
}

words! {
    /// Where an introduction stands.
    IntroductionState {
        /// Asked for; nobody has looked at it yet.
        Requested,
        /// Seen by those who are asked, who are thinking about it.
        Acknowledged,
        /// Accepted: each side sees the other's contact.
        ContactReleased,
        /// Declined, with a reason.
        Declined,
        /// Nobody answered in time.
        Expired,
        /// Taken back by those who asked.
        Withdrawn,
    }
}

impl IntroductionState {
    /// Whether an answer is waited for.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Requested | Self::Acknowledged)
    }
}

words! {
    /// Why contact is declined, or why talks failed.
    DeclineReason {
        /// It is too early.
        TooEarly,
        /// It is unclear what would be gained.
        BenefitUnclear,
        /// It is unclear how this would come to market.
        CommercialRouteUnclear,
        /// What is offered or wanted is not described clearly.
        DescriptionUnclear,
        /// There are scientific doubts.
        ScientificConcern,
        /// It is unclear to whom the intellectual property belongs.
        IpUnclear,
        /// It is licensed to somebody already.
        AlreadyLicensed,
        /// There is no capacity for it.
        NoCapacity,
        /// Something else.
        Other,
    }
}

words! {
    /// One of the two sides of an introduction.
    IntroductionSide {
        /// Those who asked for it.
        Asking,
        /// Those who were asked.
        Asked,
    }
}

words! {
    /// What came of an introduction, by the word of one side.
    IntroductionOutcomeKind {
        /// Both sides are talking.
        InTalks,
        /// A contract has been signed.
        ContractSigned,
        /// It came to nothing.
        Failed,
    }
}

impl IntroductionOutcomeKind {
    /// Whether nothing comes after it.
    pub fn is_final(self) -> bool {
        self != Self::InTalks
    }
}

/// What can be done with an introduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, Enum)]
#[graphql(name = "IntroductionAction")]
pub enum IntroductionStep {
    /// Say that it has been seen.
    Acknowledge,
    /// Accept it: each side sees the other's contact.
    Accept,
    /// Decline it.
    Decline,
    /// Take it back.
    Withdraw,
    /// Say what came of it.
    RecordOutcome,
}
