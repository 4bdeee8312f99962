//! What is asked where: cases by station and area, with how long each waited for its reply, and without a word of what
//! was asked.

use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};

use super::{Closure, Recorded, area_entity, entity};
use crate::{
    access::{Guarded, Scope},
    batch::grouped,
    db::Database,
    error::Result,
};

/// A case, as far as it is counted by area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedIn {
    /// The station that owns it.
    pub station_id: Uuid,
    /// The areas that it was filed under.
    pub areas: Vec<Uuid>,
    /// How many minutes by the clock the company waited until it was told a reply; none where it has not been.
    pub waited_minutes: Option<u64>,
}

/// What is read of a case.
type Line = (Uuid, Uuid, DateTime<Utc>, Option<DateTime<Utc>>, Option<Closure>);

/// The cases recorded in a period, but for those that were withdrawn or were duplicates: nobody has to answer those.
///
/// Two statements of one instant, whatever their number. Who may be shown what is counted from them is for the caller to
/// ask.
pub async fn asked_in(db: &Database, recorded: &Recorded) -> Result<Vec<AskedIn>> {
    use entity::Column;
    if recorded.stations.is_empty() {
        return Ok(Vec::new());
    }
    let snapshot = db.snapshot().await?;
    let lines: Vec<Line> = recorded
        .select()
        .select_only()
        .columns([
            Column::Id,
            Column::StationId,
            Column::RecordedAt,
            Column::RepliedAt,
            Column::Closure,
        ])
        .into_tuple()
        .all(&snapshot)
        .await?;
    let pairs = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::ConsultationId.in_subquery(recorded.ids()))
        .all(&snapshot)
        .await?;
    let mut areas = grouped(pairs.into_iter().map(|row| (row.consultation_id, row.area_id)));
    let asked = |(id, station_id, recorded_at, replied_at, closure): Line| {
        if matches!(closure, Some(Closure::Withdrawn | Closure::Duplicate)) {
            return None;
        }
        let waited = replied_at.map(|replied_at| (replied_at - recorded_at).num_minutes());
        let waited_minutes = waited.map(|minutes| u64::try_from(minutes).unwrap_or(0));
        let areas = areas.remove(&id).unwrap_or_default();
        Some(AskedIn { station_id, areas, waited_minutes })
    };
    Ok(lines.into_iter().filter_map(asked).collect())
}
