//! Who owns a case, who has it in hand, and what each of its readers sees of it.

use std::collections::HashMap;

use sea_orm::{QueryFilter, entity::prelude::*};

use super::{
    Consultation, Step, reader_entity,
    state::{Seat, seat},
};
use crate::{
    access::{Action, Guarded, Holding, Scope, Viewer, district_bureau, municipal_bureau},
    batch::grouped,
    error::{Error, Result, RuleCode},
    language::Text,
};

/// A row that lets somebody read a case.
pub(super) type Reader = reader_entity::Model;

/// How much of a case somebody sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// Who asked.
    pub(super) asker: bool,
    /// The correspondence between stations and bureaus.
    pub(super) inside: bool,
}

impl Sight {
    /// What the readers of a case let a viewer see.
    pub(super) fn of(viewer: &Viewer, readers: &[Reader]) -> Self {
        let own = readers.iter().filter(|reader| viewer.holds(&reader.token));
        own.fold(Self::default(), |sight, reader| Self {
            asker: sight.asker || reader.sees_asker,
            inside: sight.inside || reader.sees_inside,
        })
    }
}

/// Loads who may read cases, by case.
pub(super) async fn readers(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Reader>>> {
    let rows = reader_entity::Entity::visible_to(&Scope::Service)
        .filter(reader_entity::Column::ConsultationId.is_in(ids))
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.consultation_id, row))))
}

/// Which right a step needs.
pub(super) fn action(step: Step) -> Action {
    match step {
        Step::Record => Action::RecordConsultation,
        Step::Classify
        | Step::Reclassify
        | Step::AskForDetails
        | Step::AnswerDirectly
        | Step::ReferAcross
        | Step::ReleaseAsker
        | Step::ReleaseReferral
        | Step::Assign
        | Step::Return
        | Step::TierReply
        | Step::Reply
        | Step::Reopen
        | Step::NoObjection => Action::HandleConsultation,
        Step::GiveDetails | Step::Confirm | Step::MarkDuplicate | Step::Withdraw => {
            Action::RelayAsker
        }
        Step::EscalateToDistrict => Action::EscalateToDistrict,
        Step::EscalateToMunicipal => Action::EscalateToMunicipal,
        Step::ReferNational => Action::ReferNational,
        Step::EraseAsker => Action::EraseAsker,
    }
}

/// Whether a step is for whoever has the case in hand, and not for its station as such.
pub(super) fn is_for_the_holder(step: Step) -> bool {
    matches!(
        step,
        Step::Reclassify | Step::AskForDetails | Step::Assign | Step::Return | Step::TierReply
    )
}

/// A case with its readers: all that rights depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held<'a> {
    pub(super) row: &'a Consultation,
    pub(super) readers: &'a [Reader],
}

impl Held<'_> {
    /// Whose the case is, as far as a step goes. What is for the station alone, no bureau does; what is for whoever has it
    /// in hand may be done by anybody who may have had it, and [`Held::in_hand`] says whose turn it is.
    pub(super) fn for_step(&self, step: Step) -> Holding {
        let mut holding = Holding {
            owners: vec![self.row.owner_token.clone(), self.row.recorded_by.clone()],
            district: Some(self.row.district_code.clone()),
            escalated: Vec::new(),
        };
        if is_for_the_holder(step) {
            let tokens = || self.readers.iter().map(|reader| reader.token.clone());
            holding.owners.extend(tokens().filter(|token| token.starts_with("station:")));
            holding.escalated = tokens().filter(|token| token.starts_with("bureau:")).collect();
        }
        holding
    }

    /// The token of whoever has it in hand.
    pub(super) fn in_hand(&self) -> String {
        match seat(self.row.state, self.row.state_before_info) {
            Seat::Owner => self.row.owner_token.clone(),
            // A referred case names the station; without one it is nobody's.
            Seat::Referred => self.row.referred_token.clone().unwrap_or_default(),
            Seat::District => district_bureau(&self.row.district_code),
            Seat::Municipal => municipal_bureau(),
        }
    }

    /// Whether a viewer has it in hand.
    pub(super) fn is_in_hand_of(&self, viewer: &Viewer) -> bool {
        viewer.holds(&self.in_hand())
    }

    /// The same, as a refusal that says who has.
    pub(super) fn check_in_hand(&self, viewer: &Viewer) -> Result<()> {
        if self.is_in_hand_of(viewer) {
            return Ok(());
        }
        let reason = match seat(self.row.state, self.row.state_before_info) {
            Seat::Owner => Text::new(
                "it is back with its station, which takes the next step",
                "该咨询已回到受理工作站，由其办理下一步",
            ),
            Seat::Referred => Text::new(
                "it is with the station that it was referred to; take it back with releaseReferral first",
                "该咨询已转至其他工作站，请先用 releaseReferral 收回",
            ),
            Seat::District => Text::new(
                "it is with the district bureau, which replies or returns it",
                "该咨询正由区级部门办理，由其答复或退回",
            ),
            Seat::Municipal => Text::new(
                "it is with the municipal level, which replies or returns it",
                "该咨询正由市级部门办理，由其答复或退回",
            ),
        };
        Err(Error::rule(RuleCode::WrongState, "consultationId", reason))
    }
}
