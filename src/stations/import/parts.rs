//! What belongs to a station: its areas and the places where it can be met. They are replaced as a whole.

use sea_orm::{QueryFilter, Set, entity::prelude::*};

use super::{
    super::{area_entity, point_entity},
    PointDraft,
};
use crate::{error::Result, ids::new_id, outbox::Write};

/// Whether the one list holds other ids than the other; in which order does not matter.
pub(super) fn differ(mut old: Vec<Uuid>, new: &[Uuid]) -> bool {
    let mut new = new.to_vec();
    old.sort_unstable();
    new.sort_unstable();
    old != new
}

/// Puts these areas in the place of all that the station had.
pub(super) async fn replace_areas(write: &Write, station: Uuid, areas: &[Uuid]) -> Result<()> {
    let old = area_entity::Column::StationId.eq(station);
    area_entity::Entity::delete_many().filter(old).exec(&**write).await?;
    if areas.is_empty() {
        return Ok(());
    }
    let rows = areas
        .iter()
        .map(|area| area_entity::ActiveModel { station_id: Set(station), area_id: Set(*area) });
    area_entity::Entity::insert_many(rows).exec_without_returning(&**write).await?;
    Ok(())
}

/// Puts these service points in the place of all that the station had.
pub(super) async fn replace_points(
    write: &Write,
    station: Uuid,
    points: Vec<PointDraft>,
) -> Result<()> {
    let old = point_entity::Column::StationId.eq(station);
    point_entity::Entity::delete_many().filter(old).exec(&**write).await?;
    // One by one: a row of at most a megabyte may name more points than one statement takes values.
    for (point, position) in points.into_iter().zip(1..) {
        let row = point_entity::ActiveModel {
            id: Set(new_id()),
            station_id: Set(station),
            position: Set(position),
            name: Set(point.name),
            park: Set(point.park),
            address: Set(point.address),
            hours: Set(point.hours),
        };
        point_entity::Entity::insert(row).exec_without_returning(&**write).await?;
    }
    Ok(())
}
