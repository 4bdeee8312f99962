//! Stations on their way out, as an import reads them.

use std::collections::{HashMap, HashSet};

use sea_orm::{ActiveEnum, prelude::Uuid};
use serde_json::{Map, Value};

use super::super::{District, ServicePoint, Station};
use crate::{
    db::Database,
    error::Result,
    transfer::{Fields, Known},
};

/// All stations at once, for they are few: parents first, then by their codes.
pub(super) async fn rows(
    db: &Database,
    known: &Known,
    after: Option<Uuid>,
) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
    if after.is_some() {
        return Ok((Vec::new(), None));
    }
    let stations = parents_first(known);
    let ids: Vec<Uuid> = stations.iter().map(|station| station.id).collect();
    let last = ids.last().copied();
    let districts = stations.iter().map(|station| station.district_id).collect();
    let districts = super::super::districts(db.read(), districts).await?;
    let areas = super::super::area_ids(db.read(), ids.clone()).await?;
    let points = super::super::service_points(db.read(), ids).await?;
    let codes: HashMap<Uuid, &str> =
        stations.iter().map(|station| (station.id, station.code.as_str())).collect();
    let row = |station: &&Station| {
        let areas = areas.get(&station.id).map(Vec::as_slice).unwrap_or_default();
        let points = points.get(&station.id).map(Vec::as_slice).unwrap_or_default();
        district(fields(station), districts.get(&station.district_id))
            .text("parent", station.parent_id.and_then(|id| codes.get(&id)))
            .with("areas", known.area_codes(areas))
            .with("servicePoints", points.iter().map(point).collect::<Vec<Value>>())
            .done()
    };
    Ok((stations.iter().map(row).collect(), last))
}

fn fields(station: &Station) -> Fields {
    Fields::default()
        .with("code", station.code.clone())
        .with("name", station.name.clone())
        .text("foundedOn", station.founded_on)
        .with("serviceModel", station.service_model.clone())
        .with("state", station.state.to_value())
}

fn district(fields: Fields, district: Option<&District>) -> Fields {
    let Some(district) = district else { return fields };
    fields
        .with("district", district.code.clone())
        .with("districtName", district.name.clone())
        .with("districtNameEn", district.name_en.clone())
        .with("marketBureau", district.market_bureau.clone())
        .with("industryBody", district.industry_body.clone())
}

fn point(point: &ServicePoint) -> Value {
    let fields = Fields::default()
        .with("name", point.name.clone())
        .with("park", point.park.clone())
        .with("address", point.address.clone())
        .with("hours", point.hours.clone());
    Value::Object(fields.done())
}

/// The stations by their codes, but none before its parent.
fn parents_first(known: &Known) -> Vec<&Station> {
    let mut waiting: Vec<&Station> = known.stations.values().map(|(station, _)| station).collect();
    waiting.sort_unstable_by(|one, other| one.code.cmp(&other.code));
    let mut placed: HashSet<Uuid> = HashSet::new();
    let mut stations = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = |station: &&Station| station.parent_id.is_none_or(|id| placed.contains(&id));
        let (now, later): (Vec<&Station>, Vec<&Station>) = waiting.into_iter().partition(ready);
        // An import makes no ring; should there be one, what is left goes out as it is.
        let (now, later) = if now.is_empty() { (later, Vec::new()) } else { (now, later) };
        placed.extend(now.iter().map(|station| station.id));
        stations.extend(now);
        waiting = later;
    }
    stations
}

impl Known {
    /// The codes of areas, in their order, as files name them.
    pub(crate) fn area_codes(&self, ids: &[Uuid]) -> Vec<String> {
        let areas = ids.iter().filter_map(|id| self.tree.by_id(*id));
        let mut codes: Vec<String> = areas.map(|area| area.code.clone()).collect();
        codes.sort_unstable();
        codes
    }
}
