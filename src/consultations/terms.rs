//! The words for consultations.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::terms::words;

words! {
    /// How a company came to the station, or how it was told.
    ConsultationChannel {
        /// In person.
        Visit,
        /// By telephone.
        Phone,
        /// In writing, over the network.
        Online,
        /// At an event.
        Event,
    }
}

words! {
    /// How far up a question has to go.
    ConsultationLevel {
        /// The station answers it itself (基础问题).
        Basic,
        /// The district bureau answers it.
        District,
        /// The municipal level answers it.
        Municipal,
        /// The national level answers it.
        National,
    }
}

words! {
    /// Whether a case goes before others.
    ConsultationPriority {
        /// A key project: half the time.
        Key,
        /// Any other.
        Normal,
    }
}

words! {
    /// Where a consultation stands on its way to a reply.
    ConsultationState {
        /// Recorded, not yet classified.
        Received,
        /// Classified, at its station.
        Triaged,
        /// The company has been asked for details; the clock stops.
        NeedsInfo,
        /// With another station, whose strengths fit.
        WithStation,
        /// With the district bureau.
        WithDistrict,
        /// With the municipal level.
        WithMunicipal,
        /// With the national level.
        Referred,
        /// A reply has come back to the station; the company has not heard it yet.
        ReplyReceived,
        /// The company has been told.
        Replied,
        /// Done.
        Closed,
    }
}

words! {
    /// Why a consultation is closed.
    ConsultationClosure {
        /// The company confirmed the reply.
        Confirmed,
        /// The company said nothing against the reply in time.
        NoObjection,
        /// The same was asked in another consultation.
        Duplicate,
        /// The company took its question back.
        Withdrawn,
    }
}

words! {
    /// A step of a consultation: what was done, or what could be done.
    ConsultationStep {
        /// Record it.
        Record,
        /// Classify it.
        Classify,
        /// Classify it anew.
        Reclassify,
        /// Ask the company for details.
        AskForDetails,
        /// Pass on the details that the company gave.
        GiveDetails,
        /// Answer it at the station, in words or by answered questions.
        AnswerDirectly,
        /// Hand it across to another station.
        ReferAcross,
        /// Let the other station see who asked.
        ReleaseAsker,
        /// Take it back from the other station.
        ReleaseReferral,
        /// Hand it up to the district bureau.
        EscalateToDistrict,
        /// Hand it up to the municipal level.
        EscalateToMunicipal,
        /// Refer it to the national level.
        ReferNational,
        /// Put somebody in charge of it.
        Assign,
        /// Give it back to its station without a reply.
        Return,
        /// Give a reply to its station.
        TierReply,
        /// Tell the company the reply.
        Reply,
        /// Pass on that the company confirmed the reply.
        Confirm,
        /// Close it because the company said nothing against the reply in time.
        NoObjection,
        /// Take it up again.
        Reopen,
        /// Close it because the same was asked in another.
        MarkDuplicate,
        /// Pass on that the company took its question back.
        Withdraw,
        /// Erase who asked.
        EraseAsker,
    }
}

words! {
    /// To whom a station or a district hands a case up.
    EscalationTier {
        /// The district bureau.
        District,
        /// The municipal level.
        Municipal,
    }
}

impl ConsultationState {
    /// Whether it still waits for its reply.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Replied | Self::Closed)
    }
}

impl ConsultationStep {
    /// Its name in the audit log: that of the mutation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Record => "recordConsultation",
            Self::Classify => "classifyConsultation",
            Self::Reclassify => "reclassifyConsultation",
            Self::AskForDetails => "askForDetails",
            Self::GiveDetails => "giveDetails",
            Self::AnswerDirectly => "answerDirectly",
            Self::ReferAcross => "referConsultation",
            Self::ReleaseAsker => "releaseAsker",
            Self::ReleaseReferral => "releaseReferral",
            Self::EscalateToDistrict | Self::EscalateToMunicipal => "escalateConsultation",
            Self::ReferNational => "referNational",
            Self::Assign => "assignConsultation",
            Self::Return => "returnConsultation",
            Self::TierReply => "tierReply",
            Self::Reply => "replyToAsker",
            Self::Confirm => "confirmReply",
            Self::NoObjection => "closeUnopposed",
            Self::Reopen => "reopenConsultation",
            Self::MarkDuplicate => "markDuplicate",
            Self::Withdraw => "withdrawConsultation",
            Self::EraseAsker => "eraseAsker",
        }
    }

    /// Whether it is between the company and its station; the rest is correspondence within the network, which a partner
    /// portal does not read.
    pub fn is_with_the_asker(self) -> bool {
        match self {
            Self::Record
            | Self::AskForDetails
            | Self::GiveDetails
            | Self::AnswerDirectly
            | Self::Reply
            | Self::Confirm
            | Self::NoObjection
            | Self::Reopen
            | Self::MarkDuplicate
            | Self::Withdraw => true,
            Self::Classify
            | Self::Reclassify
            | Self::ReferAcross
            | Self::ReleaseAsker
            | Self::ReleaseReferral
            | Self::EscalateToDistrict
            | Self::EscalateToMunicipal
            | Self::ReferNational
            | Self::Assign
            | Self::Return
            | Self::TierReply
            | Self::EraseAsker => false,
        }
    }
}
