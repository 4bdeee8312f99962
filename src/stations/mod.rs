//! Who the stations are, where they can be met, and what they declare themselves good at.

use std::collections::HashMap;

use async_graphql::Enum;
use sea_orm::{
    QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, entity::prelude::*,
    sea_query::SelectStatement,
};
use serde::{Deserialize, Serialize};

use crate::{
    access::{Guarded, Scope},
    batch::grouped,
    error::Result,
    kept::{self, Stamp},
};

mod administration;
mod administration_graphql;
pub(crate) mod area_entity;
pub(crate) mod district_entity;
pub(crate) mod entity;
mod graphql;
mod import;
pub(crate) mod point_entity;

pub use administration_graphql::StationMutation;
pub use district_entity::Model as District;
pub use entity::Model as Station;
pub use graphql::{DistrictNode, ServicePointNode, StationNode, StationQuery, nodes, nodes_by_id};
pub use import::Stations;
pub use point_entity::Model as ServicePoint;

/// Whether a station is at work.
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
#[graphql(name = "StationState")]
pub enum State {
    /// At work.
    Active,
    /// Told to put something right.
    Rectifying,
    /// No longer a station.
    Delisted,
}

/// Loads stations by id.
pub async fn by_ids(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Station>> {
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds the station of a code.
pub async fn by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<Station>> {
    let station = entity::Entity::visible_to(&Scope::Service).filter(entity::Column::Code.eq(code));
    Ok(station.one(db).await?)
}

/// The names of the stations with these codes.
pub async fn names(
    db: &impl ConnectionTrait,
    codes: Vec<String>,
) -> Result<HashMap<String, String>> {
    let names: Vec<(String, String)> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([entity::Column::Code, entity::Column::Name])
        .filter(entity::Column::Code.is_in(codes))
        .into_tuple()
        .all(db)
        .await?;
    Ok(names.into_iter().collect())
}

/// Loads districts by id.
pub async fn districts(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, District>> {
    let rows = district_entity::Entity::visible_to(&Scope::Service)
        .filter(district_entity::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds the district of a code.
pub async fn district_by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<District>> {
    let district = district_entity::Entity::visible_to(&Scope::Service)
        .filter(district_entity::Column::Code.eq(code));
    Ok(district.one(db).await?)
}

/// Finds the districts of codes, by code.
pub async fn districts_by_code(
    db: &impl ConnectionTrait,
    codes: Vec<String>,
) -> Result<HashMap<String, District>> {
    let districts = district_entity::Entity::visible_to(&Scope::Service)
        .filter(district_entity::Column::Code.is_in(codes))
        .all(db)
        .await?;
    Ok(districts.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// The ids of a district's stations, as a part of a larger question.
pub fn ids_of_district(district: Option<Uuid>) -> SelectStatement {
    entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::DistrictId.eq(district))
        .into_query()
}

/// The ids of the stations with these codes, as a part of a larger question.
pub fn ids_of_codes(codes: Vec<String>) -> SelectStatement {
    entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::Code.is_in(codes))
        .into_query()
}

/// Tells whether [`district_codes`] is as it was.
pub async fn district_stamp(db: &impl ConnectionTrait) -> Result<Stamp> {
    use district_entity::{Column, Entity};
    kept::stamp::<Entity>(db, Column::Version, Column::UpdatedAt).await
}

/// The codes of all districts.
pub async fn district_codes(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let codes = district_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(district_entity::Column::Code)
        .order_by_asc(district_entity::Column::Code)
        .into_tuple();
    Ok(codes.all(db).await?)
}

/// All stations with the codes of their districts, by station code: a dozen rows that every import needs.
pub async fn with_districts(
    db: &impl ConnectionTrait,
) -> Result<HashMap<String, (Station, String)>> {
    let stations = entity::Entity::visible_to(&Scope::Service).all(db).await?;
    let districts = district_entity::Entity::visible_to(&Scope::Service).all(db).await?;
    let districts: HashMap<Uuid, String> =
        districts.into_iter().map(|district| (district.id, district.code)).collect();
    let with_district = |station: Station| {
        let district = districts.get(&station.district_id).cloned().unwrap_or_default();
        (station.code.clone(), (station, district))
    };
    Ok(stations.into_iter().map(with_district).collect())
}

/// Loads the areas that stations declare, by station.
pub async fn area_ids(
    db: &impl ConnectionTrait,
    stations: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::StationId.is_in(stations))
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.station_id, row.area_id))))
}

/// Loads the service points of stations, in their order, by station.
pub async fn service_points(
    db: &impl ConnectionTrait,
    stations: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<ServicePoint>>> {
    let rows = point_entity::Entity::visible_to(&Scope::Service)
        .filter(point_entity::Column::StationId.is_in(stations))
        .order_by_asc(point_entity::Column::Position)
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.station_id, row))))
}

/// Loads stations with what the index needs of them.
pub async fn documents(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
    tree: &crate::expertise::Tree,
) -> Result<Vec<zhanjian_index::Document>> {
    let select = entity::Entity::visible_to(&Scope::Service).filter(entity::Column::Id.is_in(ids));
    let stations = select.all(db).await?;
    let ids: Vec<Uuid> = stations.iter().map(|station| station.id).collect();
    let mut areas = area_ids(db, ids.clone()).await?;
    let mut points = service_points(db, ids).await?;
    let districts =
        districts(db, stations.iter().map(|station| station.district_id).collect()).await?;
    let document = |station: Station| {
        let points = points.remove(&station.id).unwrap_or_default();
        let areas = areas.remove(&station.id).unwrap_or_default();
        let labels = areas.iter().filter_map(|id| tree.by_id(*id)).map(|area| area.label.as_str());
        let district = districts.get(&station.district_id).map(|district| district.name.as_str());
        let mut body: Vec<&str> = labels.chain(station.service_model.as_deref()).collect();
        for point in &points {
            body.push(&point.name);
            body.extend(point.park.as_deref());
            body.extend(point.address.as_deref());
        }
        zhanjian_index::Document {
            title: station.name.clone(),
            body: body.join("\n"),
            keywords: district.map(str::to_owned).into_iter().collect(),
            identifiers: vec![station.code.clone()],
            station: Some(station.code.clone()),
            areas: tree.closed_codes(areas),
            ..crate::search::public_document(zhanjian_index::Kind::Station, station.id)
        }
    };
    Ok(stations.into_iter().map(document).collect())
}

/// The ids of all stations, in their order.
pub async fn all_ids(db: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    let ids = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Id)
        .order_by_asc(entity::Column::Id)
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// The ids of the stations that follow one, at most so many, in their order.
pub async fn ids_after(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let all = entity::Entity::visible_to(&Scope::Service);
    crate::db::ids_after(db, all, entity::Column::Id, after, limit).await
}
