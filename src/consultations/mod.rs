//! Consultations: what a company asks, on its way to a reply. Confidential, owned by a station.
//!
//! Basic questions the station answers itself; others go up to the district bureau, and only from there to the municipal
//! level, or across to a station whose strengths fit; always with a named person and a due date, until the reply has
//! reached the company. Every step is an event that is never changed ([`state`] is the table of steps).
//!
//! What a company wrote and was told stands in the database sealed under a key of the case, and who asked in a row of its
//! own under a key of its own ([`asker`]). No event, note, entry of the audit log, error or index holds a word of it.
//! Who may read a case is listed row by row; whoever had it in hand goes on reading it, and a station that it was referred
//! to reads it without what would tell who asked, until the owner releases that.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Days as CalendarDays, FixedOffset, NaiveDate, NaiveTime, Utc};
use sea_orm::{QueryFilter, entity::prelude::*};

pub(crate) mod answer_entity;
pub(crate) mod area_entity;
mod asker;
pub(crate) mod asker_entity;
mod brief;
mod closing;
mod closing_graphql;
mod deadlines;
mod demand;
pub(crate) mod entity;
pub(crate) mod event_entity;
mod filter;
mod graphql;
mod holding;
mod query_graphql;
mod queues;
pub(crate) mod reader_entity;
mod record;
mod record_graphql;
mod refusal;
mod rotation;
mod sealed;
pub(crate) mod serial_entity;
mod state;
#[cfg(test)]
mod state_tests;
mod taken;
mod terms;
mod tick;
mod tiers;
mod tiers_graphql;
mod timeline_graphql;
mod triage;
mod triage_graphql;
mod whom_graphql;
mod words;

pub use self::{
    asker::{Asker, MASK},
    brief::{Brief, Recorded, briefs},
    demand::{AskedIn, asked_in},
    entity::Model as Consultation,
    event_entity::Model as ConsultationEvent,
    filter::ConsultationFilter,
    graphql::{ConsultationNode, nodes, nodes_by_id},
    query_graphql::{ConsultationQuery, ConsultationQueues},
    record_graphql::ConsultationMutation,
    rotation::rewrap,
    taken::About,
    terms::{
        ConsultationChannel as Channel, ConsultationClosure as Closure, ConsultationLevel as Level,
        ConsultationPriority as Priority, ConsultationState as State, ConsultationStep as Step,
        EscalationTier,
    },
    tick::tick,
};
use self::{holding::Held, sealed::Part, state::Facts};
use crate::{
    access::{self, Action, Guarded, Holding, Scope},
    answers::{DeviceClass, ProductKind},
    app::Ctx,
    deidentification::ConfidentialValue,
    error::Result,
    vault::Vault,
};

/// By when consultations are answered, and how long askers are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Working days for a basic question, to classify a new one, and to pass on a reply that has come.
    pub basic_days: u32,
    /// Working days for a district bureau, and for a station that a case was referred to.
    pub district_days: u32,
    /// Working days for the municipal level.
    pub municipal_days: u32,
    /// Working days for the national level.
    pub national_days: u32,
    /// Working days after which a reply that nobody objected to closes its case.
    pub no_objection_days: u32,
    /// How long after its end a case keeps who asked; for ever where nothing is said.
    pub asker_retention: Option<chrono::Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            basic_days: 1,
            district_days: 5,
            municipal_days: 10,
            national_days: 30,
            no_objection_days: 5,
            asker_retention: Some(chrono::Duration::days(1095)),
        }
    }
}

/// A case is closed once its company has said nothing against the reply in time, whether or not that has been written
/// down yet: everything that shows or judges a state asks here.
impl Consultation {
    /// Where it stands on a day.
    pub fn state_on(&self, today: NaiveDate) -> State {
        if self.unopposed_since(today).is_some() { State::Closed } else { self.state }
    }

    /// Why it is closed on a day.
    pub fn closure_on(&self, today: NaiveDate) -> Option<Closure> {
        self.closure.or(self.unopposed_since(today).map(|_| Closure::NoObjection))
    }

    /// Since when it is closed on a day.
    pub fn closed_at_on(&self, today: NaiveDate) -> Option<DateTime<Utc>> {
        self.closed_at.or(self.unopposed_since(today))
    }

    /// Since when it is closed because nobody objected, where that has not been written down yet.
    fn unopposed_since(&self, today: NaiveDate) -> Option<DateTime<Utc>> {
        unopposed_since(self.state, self.no_objection_on, today)
    }

    /// Whether it should have been dealt with before a day.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.due_on.is_some_and(|due| due < today)
    }
}

/// The first due day of a case that passed: one that a step came too late for, or the one that it has now.
fn missed(
    before: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let passed = due_on.filter(|due| *due < today);
    [before, passed].into_iter().flatten().min()
}

/// Since when a case is closed because nobody objected, where that has not been written down yet: from the midnight in
/// Shanghai that ended the last day for it.
fn unopposed_since(
    state: State,
    no_objection_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<DateTime<Utc>> {
    let last = no_objection_on.filter(|_| state == State::Replied)?;
    let from = last.checked_add_days(CalendarDays::new(1)).filter(|from| *from <= today)?;
    let shanghai = FixedOffset::east_opt(8 * 3600)?;
    let midnight = from.and_time(NaiveTime::MIN).and_local_timezone(shanghai).single()?;
    Some(midnight.with_timezone(&Utc))
}

/// Loads what a scope shows of these, by id.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Consultation>> {
    let rows = entity::Entity::visible_to(scope).filter(entity::Column::Id.is_in(ids));
    Ok(rows.all(db).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// What a case gives to the draft of an answered question. It may still name the asker: it is for the finding of that.
#[derive(Clone)]
pub struct DraftSource {
    /// The case.
    pub consultation_id: Uuid,
    /// Its station.
    pub station_id: Uuid,
    /// The areas it belongs to.
    pub areas: Vec<Uuid>,
    /// What kind of product it is about.
    pub product_kind: Option<ProductKind>,
    /// The class of the device it is about.
    pub device_class: Option<DeviceClass>,
    /// What was asked.
    pub question: String,
    /// What was replied.
    pub reply: Option<String>,
    /// How it was summed up for the next tier.
    pub summary: Option<String>,
}

/// What a case gives to the draft of an answered question: to its station, and to the bureaus that it was handed up to. A
/// station that it was referred to drafts nothing from it.
///
/// # Errors
/// `NotFound` where the viewer may not see the case, `Forbidden` where they may only read it.
pub async fn for_draft(ctx: &Ctx, id: Uuid) -> Result<DraftSource> {
    let (row, readers) = taken::find(ctx, id).await?;
    let bureaus = readers.iter().map(|reader| reader.token.clone());
    let holding = Holding {
        owners: vec![row.owner_token.clone()],
        district: Some(row.district_code.clone()),
        escalated: bureaus.filter(|token| token.starts_with("bureau:")).collect(),
    };
    access::check(&ctx.viewer, Action::ReadConsultation, &holding)?;
    let key = ctx.app.vault.unwrap(&row.data_key)?;
    let open = |part: Part, sealed: &str| part.open(&key, row.id, sealed);
    Ok(DraftSource {
        consultation_id: row.id,
        station_id: row.station_id,
        areas: taken::area_ids(ctx.db(), row.id).await?,
        product_kind: row.product_kind,
        device_class: row.device_class,
        question: open(Part::Text, &row.sealed_text)?,
        reply: row.sealed_reply.as_deref().map(|text| open(Part::Reply, text)).transpose()?,
        summary: row.sealed_summary.as_deref().map(|text| open(Part::Summary, text)).transpose()?,
    })
}

/// Shows nothing of what was asked.
impl std::fmt::Debug for DraftSource {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DraftSource")
            .field("consultation_id", &self.consultation_id)
            .finish_non_exhaustive()
    }
}

/// Every value that would tell who asked, for finding them in a text. It is shown to nobody, and so leaves no trace of a
/// reading. Of an asker that has been erased there is nothing.
pub async fn confidential(
    db: &impl ConnectionTrait,
    vault: &Vault,
    consultation_id: Uuid,
) -> Result<Vec<ConfidentialValue>> {
    let mut values = confidential_of(db, vault, vec![consultation_id]).await?;
    Ok(values.remove(&consultation_id).unwrap_or_default())
}

/// The same for many cases at once, by case.
pub async fn confidential_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<ConfidentialValue>>> {
    let askers = asker::unseen(db, vault, ids).await?;
    Ok(askers.into_iter().map(|(id, asker)| (id, asker.confidential().values)).collect())
}

/// Of these cases, those that tell the viewer who asked.
pub async fn telling_who_asked(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let readers = holding::readers(ctx.db(), ids).await?;
    let told = |readers: &[holding::Reader]| holding::Sight::of(&ctx.viewer, readers).asker;
    Ok(readers.into_iter().filter(|(_, readers)| told(readers)).map(|(id, _)| id).collect())
}

/// What a viewer could do now: what the state, the rights and what is known of the case allow, and what the step itself
/// brings along will show.
fn possible_steps(ctx: &Ctx, held: Held<'_>, has_areas: bool) -> Vec<Step> {
    use sea_orm::Iterable as _;
    let row = held.row;
    let state = row.state_on(ctx.today);
    let facts = Facts {
        note: true,
        reply: true,
        summary: true,
        counterpart: true,
        // Whoever takes the step may name and classify in the same breath.
        assigned: true,
        classified: true,
        ..taken::standing(row, has_areas, ctx)
    };
    let possible = |step: &Step| {
        !matches!(step, Step::Record | Step::NoObjection)
            && state::next(state, *step, &facts).is_ok()
            && access::may(&ctx.viewer, holding::action(*step), &held.for_step(*step))
            && (!holding::is_for_the_holder(*step) || held.is_in_hand_of(&ctx.viewer))
    };
    Step::iter().filter(possible).collect()
}
