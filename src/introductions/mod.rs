//! Asking for contact: between those who look for something and those who offer it, to the end.
//!
//! The contacts of both sides are sealed until the request is accepted; then each side sees the other's, for as long as
//! the thing is offered, and every reading is entered into the audit log. Only the two sides see an introduction at all.
//! What is declined, taken back or left without an answer loses the contact that came with it.
//!
//! In reading order: `steps` (who may do what in which state), `asking`, `answering`, `outcomes`, `contact` (what is
//! sealed and who reads it), `tick` (what time does), `record` (what the past says of an organization), `course` (where the
//! introductions between a need and a thing have come to).

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use sea_orm::{QueryFilter, entity::prelude::*};

use crate::{
    access::{Guarded, Scope, Viewer},
    calendar::Calendar,
    error::Result,
};

mod answering;
mod asking;
mod board;
mod contact;
mod course;
pub(crate) mod entity;
mod graphql;
mod list_graphql;
mod mutation_graphql;
pub(crate) mod outcome_entity;
mod outcomes;
mod record;
mod rotation;
mod steps;
mod store;
mod target;
mod terms;
mod tick;

pub use board::{Asked, asked_about_outputs};
pub use course::{Course, Progress, courses};
pub use entity::Model as Introduction;
pub use graphql::{IntroductionNode, nodes, nodes_by_id};
pub use list_graphql::IntroductionQuery;
pub use mutation_graphql::IntroductionMutation;
pub use outcome_entity::Model as IntroductionOutcome;
pub use record::{Brief, TrackRecord, of_organizations, track_record};
pub use rotation::rewrap;
pub use terms::{
    DeclineReason, IntroductionOutcomeKind, IntroductionPurpose, IntroductionSide,
    IntroductionState, IntroductionStep, IntroductionSubjectKind,
};
pub use tick::tick;

/// How long a request waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Working days, counted from the request and once more from its acknowledgement.
    pub answer_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { answer_days: 10 }
    }
}

impl Settings {
    /// The last day for an answer to what is asked on a day. Where the calendar does not reach, weekends alone are left
    /// out, and the day is rather too late than too early.
    fn due(&self, calendar: &Calendar, from: NaiveDate) -> NaiveDate {
        let counted = calendar.after(from, self.answer_days);
        let roughly = || from.checked_add_days(Days::new(u64::from(self.answer_days) * 7 / 5 + 2));
        counted.ok().or_else(roughly).unwrap_or(from)
    }
}

/// A request expires by the clock, whether or not that has been written down yet: everything that shows or judges a
/// state asks here.
impl Introduction {
    /// Where it stands on a day.
    pub fn state_on(&self, today: NaiveDate) -> IntroductionState {
        if self.state.is_waiting() && self.due_on < today {
            IntroductionState::Expired
        } else {
            self.state
        }
    }

    /// The side that a viewer is on.
    pub fn side_of(&self, viewer: &Viewer) -> Option<IntroductionSide> {
        if viewer.holds(&self.owner_token) {
            Some(IntroductionSide::Asked)
        } else if viewer.holds(&self.asker_token) {
            Some(IntroductionSide::Asking)
        } else {
            None
        }
    }
}

/// Loads what a scope shows of these, by id.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Introduction>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entity::Entity::visible_to(scope).filter(entity::Column::Id.is_in(ids));
    Ok(rows.all(db).await?.into_iter().map(|row| (row.id, row)).collect())
}
