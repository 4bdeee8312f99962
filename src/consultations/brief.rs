//! Cases in brief, for reports: numbers, days and states, without a word of what was asked, who asked or what was replied.
//!
//! Who may read a report may read this of every case in it, though the case itself is not theirs to read.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt as _;
use sea_orm::{
    DatabaseTransaction, FromQueryResult, QueryFilter, QuerySelect, QueryTrait as _,
    entity::prelude::*, sea_query::SelectStatement,
};

use super::{Closure, Level, State, answer_entity, entity, missed, unopposed_since};
use crate::{
    access::{Guarded, Scope},
    clock::begins,
    db::Database,
    error::Result,
};

/// A case in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Which case.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Its station.
    pub station_id: Uuid,
    /// How far up it has to go, once that is known.
    pub level: Option<Level>,
    /// Where it stands on the day.
    pub state: State,
    /// Why it is closed on the day.
    pub closure: Option<Closure>,
    /// Whether somebody of its station follows it.
    pub followed: bool,
    /// By when whoever has it in hand should have dealt with it.
    pub due_on: Option<NaiveDate>,
    /// Whether that day was counted beyond the calendar.
    pub due_estimated: bool,
    /// The first day by which something should have been done and was not, before the company was told.
    pub missed_on: Option<NaiveDate>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When the company first heard something.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When the company was told the reply.
    pub replied_at: Option<DateTime<Utc>>,
    /// Since when it is closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// The highest tier that it was handed up to.
    pub highest_tier: Option<Level>,
    /// Whether it was referred across to another station.
    pub referred: bool,
    /// How often it was given back without a reply.
    pub bounced: u32,
    /// How often it was taken up again.
    pub reopened: u32,
    /// How many answered questions of other stations it was answered with.
    pub reused: u32,
}

/// Which cases: of these stations, recorded on these days, the last with them.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The stations.
    pub stations: Vec<Uuid>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Recorded {
    pub(super) fn select(&self) -> Select<entity::Entity> {
        let after = self.to.succ_opt().unwrap_or(self.to);
        entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::StationId.is_in(self.stations.iter().copied()))
            .filter(entity::Column::RecordedAt.gte(begins(self.from)))
            .filter(entity::Column::RecordedAt.lt(begins(after)))
    }

    pub(super) fn ids(&self) -> SelectStatement {
        self.select().select_only().column(entity::Column::Id).into_query()
    }
}

/// Loads cases in brief as they stand on a day, by their ids.
///
/// Two statements of one instant, whatever their number: the cases, and those of them that reused answers.
pub async fn briefs(db: &Database, today: NaiveDate, recorded: &Recorded) -> Result<Vec<Brief>> {
    use entity::Column;
    if recorded.stations.is_empty() {
        return Ok(Vec::new());
    }
    let snapshot = db.snapshot().await?;
    let select = recorded.select().select_only().columns([
        Column::Id,
        Column::Number,
        Column::StationId,
        Column::Level,
        Column::State,
        Column::Closure,
        Column::AssigneeId,
        Column::DueOn,
        Column::MissedOn,
        Column::DueEstimated,
        Column::NoObjectionOn,
        Column::RecordedAt,
        Column::FirstResponseAt,
        Column::RepliedAt,
        Column::ClosedAt,
        Column::HighestTier,
        Column::ReferredStationId,
        Column::Bounced,
        Column::Reopened,
    ]);
    let mut briefs = Vec::new();
    let mut lines = select.into_model::<Line>().stream(&snapshot).await?;
    while let Some(line) = lines.try_next().await? {
        briefs.push(line.brief(today));
    }
    drop(lines);
    briefs.sort_unstable_by_key(|brief| brief.id);
    for Reused { consultation_id, reused } in reused(&snapshot, recorded).await? {
        if let Some(brief) = find(&mut briefs, consultation_id) {
            brief.reused = u32::try_from(reused).unwrap_or(u32::MAX);
        }
    }
    Ok(briefs)
}

/// The case of an id, where it is among them: they stand in order.
fn find(briefs: &mut [Brief], id: Uuid) -> Option<&mut Brief> {
    let place = briefs.binary_search_by_key(&id, |brief| brief.id).ok()?;
    briefs.get_mut(place)
}

/// What is read of a case.
#[derive(FromQueryResult)]
struct Line {
    id: Uuid,
    number: String,
    station_id: Uuid,
    level: Option<Level>,
    state: State,
    closure: Option<Closure>,
    assignee_id: Option<Uuid>,
    due_on: Option<NaiveDate>,
    missed_on: Option<NaiveDate>,
    due_estimated: bool,
    no_objection_on: Option<NaiveDate>,
    recorded_at: DateTime<Utc>,
    first_response_at: Option<DateTime<Utc>>,
    replied_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    highest_tier: Option<Level>,
    referred_station_id: Option<Uuid>,
    bounced: i32,
    reopened: i32,
}

impl Line {
    fn brief(self, today: NaiveDate) -> Brief {
        let unopposed = unopposed_since(self.state, self.no_objection_on, today);
        let (state, closure) = match unopposed {
            Some(_) => (State::Closed, self.closure.or(Some(Closure::NoObjection))),
            None => (self.state, self.closure),
        };
        Brief {
            id: self.id,
            number: self.number,
            station_id: self.station_id,
            level: self.level,
            state,
            closure,
            followed: self.assignee_id.is_some(),
            due_on: self.due_on,
            due_estimated: self.due_estimated,
            missed_on: missed(self.missed_on, self.due_on, today),
            recorded_at: self.recorded_at,
            first_response_at: self.first_response_at,
            replied_at: self.replied_at,
            closed_at: self.closed_at.or(unopposed),
            highest_tier: self.highest_tier,
            referred: self.referred_station_id.is_some(),
            bounced: u32::try_from(self.bounced).unwrap_or(0),
            reopened: u32::try_from(self.reopened).unwrap_or(0),
            reused: 0,
        }
    }
}

/// A case that was answered with what others had answered.
#[derive(FromQueryResult)]
struct Reused {
    consultation_id: Uuid,
    reused: i64,
}

async fn reused(db: &DatabaseTransaction, recorded: &Recorded) -> Result<Vec<Reused>> {
    use answer_entity::{Column, Entity};
    let select = Entity::visible_to(&Scope::Service)
        .select_only()
        .column(Column::ConsultationId)
        .column_as(Column::AnsweredQuestionId.count(), "reused")
        .filter(Column::Counted.eq(true))
        .filter(Column::ConsultationId.in_subquery(recorded.ids()))
        .group_by(Column::ConsultationId);
    Ok(select.into_model::<Reused>().all(db).await?)
}
