//! Stations by file, each with its district. A parent stands before its branches, or is there already.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{IntoActiveModel, Set, entity::prelude::*};
use serde_json::{Map, Value};

use super::{ServicePoint, State, Station, entity};
use crate::{
    access::PUBLIC,
    db::Database,
    error::{Error, Result},
    files::{Object, Row},
    ids::new_id,
    language::Text,
    outbox::{Note, Subject, Write},
    transfer::{Known, Move, Tally, Transfer, save, station_moved, term, unknown},
};

mod districts;
mod export;
mod parts;

use districts::DistrictDraft;

/// How stations come in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stations;

/// What a row says.
#[derive(Debug)]
pub struct Draft {
    code: String,
    name: String,
    district: DistrictDraft,
    parent: Option<String>,
    founded_on: Option<NaiveDate>,
    service_model: Option<String>,
    areas: Vec<Uuid>,
    state: State,
    points: Vec<PointDraft>,
}

/// What a row says of one place where the station can be met.
#[derive(Debug, PartialEq, Eq)]
struct PointDraft {
    name: String,
    park: Option<String>,
    address: Option<String>,
    hours: Option<String>,
}

#[async_trait::async_trait]
impl Transfer for Stations {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] = &[
        "code",
        "name",
        "district",
        "districtName",
        "districtNameEn",
        "marketBureau",
        "industryBody",
        "parent",
        "foundedOn",
        "serviceModel",
        "areas",
        "state",
        "servicePoints",
    ];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("代码", "code"),
        ("工作站代码", "code"),
        ("名称", "name"),
        ("工作站名称", "name"),
        ("区代码", "district"),
        ("区名称", "districtName"),
        ("区英文名称", "districtNameEn"),
        ("市场监管局", "marketBureau"),
        ("产业主管部门", "industryBody"),
        ("上级", "parent"),
        ("成立日期", "foundedOn"),
        ("服务模式", "serviceModel"),
        ("专业领域", "areas"),
        ("状态", "state"),
        ("服务点", "servicePoints"),
    ];

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        let draft = Draft {
            code: row.required_text("code"),
            name: row.required_text("name"),
            district: DistrictDraft::read(row, known),
            parent: row.text("parent"),
            founded_on: row.date("foundedOn"),
            service_model: row.text("serviceModel"),
            areas: known.areas(row, "areas"),
            state: term(row, "state").unwrap_or(State::Active),
            points: row.objects("servicePoints").iter_mut().map(PointDraft::read).collect(),
        };
        if let Some(parent) = &draft.parent {
            if *parent == draft.code {
                let text = Text::new("a station is not its own parent", "工作站不能是自身的上级");
                row.fault("parent", text);
            } else if !known.stations.contains_key(parent) && !known.coming.contains(parent) {
                row.fault("parent", unknown("station", "工作站", parent));
            }
        }
        draft
    }

    fn identity(draft: &Draft) -> String {
        draft.code.clone()
    }

    async fn store(
        &self,
        write: &mut Write,
        drafts: Vec<Draft>,
        known: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        let said = drafts.iter().map(|draft| draft.district.clone());
        let districts = districts::store(write, said, known, now).await?;
        let there = drafts.iter().filter_map(|draft| known.stations.get(&draft.code));
        let there: Vec<Uuid> = there.map(|(row, _)| row.id).collect();
        let mut areas = super::area_ids(&**write, there.clone()).await?;
        let mut points = super::service_points(&**write, there).await?;
        let mut parents = Parents::of(known);
        let mut tally = Tally::default();
        for draft in drafts {
            let existing = known.stations.get(&draft.code).cloned();
            let (was, was_in) = existing.unzip();
            let new = was.is_none();
            let row =
                was.clone().map_or_else(|| fresh(&draft.code, now), Station::into_active_model);
            let id = *row.id.as_ref();
            if !parents.is_there(&draft) {
                // Refused when the file was looked at: its parent stands below it, or is refused itself.
                continue;
            }
            let parent = parents.take(&draft, id)?;
            let old_points = points.remove(&id).unwrap_or_default();
            let old_points: Vec<PointDraft> =
                old_points.into_iter().map(PointDraft::from).collect();
            let change = Change {
                district: districts.get(&draft.district.code).copied().unwrap_or_default(),
                parent,
                areas: parts::differ(areas.remove(&id).unwrap_or_default(), &draft.areas),
                points: old_points != draft.points,
                new,
            };
            if store_one(write, row, &draft, &change, now, &mut tally).await? {
                note(write, id, new);
            }
            if change.areas {
                parts::replace_areas(write, id, &draft.areas).await?;
            }
            if change.points {
                parts::replace_points(write, id, draft.points).await?;
            }
            if let (Some(station), Some(from)) = (was, was_in)
                && from != draft.district.code
            {
                let moved = Move { from: &from, to: Some(&draft.district.code), secret: false };
                station_moved(write, &station, moved).await?;
            }
        }
        known.stations = super::with_districts(&**write).await?;
        Ok(tally)
    }

    async fn export(
        &self,
        db: &Database,
        known: &Known,
        after: Option<Uuid>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
        export::rows(db, known, after).await
    }
}

/// What a row brings that does not stand in the station's own columns.
#[derive(Debug)]
struct Change {
    /// The id of its district, and whether anything about that has changed.
    district: (Uuid, bool),
    parent: Option<Uuid>,
    areas: bool,
    points: bool,
    new: bool,
}

/// Writes the row of one station, and tells whether there was anything to write.
async fn store_one(
    write: &Write,
    mut row: entity::ActiveModel,
    draft: &Draft,
    change: &Change,
    now: DateTime<Utc>,
    tally: &mut Tally,
) -> Result<bool> {
    let (district, district_changed) = change.district;
    row.name.set_if_not_equals(draft.name.clone());
    row.district_id.set_if_not_equals(district);
    row.parent_id.set_if_not_equals(change.parent);
    row.founded_on.set_if_not_equals(draft.founded_on);
    row.service_model.set_if_not_equals(draft.service_model.clone());
    row.state.set_if_not_equals(draft.state);
    let changed = row.is_changed() || district_changed || change.areas || change.points;
    if !change.new && changed {
        row.updated_at = Set(now);
        row.version = Set(*row.version.as_ref() + 1);
    }
    save(write, row, change.new, tally).await
}

fn fresh(code: &str, now: DateTime<Utc>) -> entity::ActiveModel {
    entity::ActiveModel {
        id: Set(new_id()),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(None),
        updated_at: Set(now),
        updated_by: Set(None),
        code: Set(code.to_owned()),
        ..Default::default()
    }
}

/// Everybody may see stations, before and after.
fn note(write: &mut Write, id: Uuid, new: bool) {
    let after = vec![PUBLIC.to_owned()];
    let before = if new { Vec::new() } else { after.clone() };
    write.note(Note { subject: Subject::Station, id, before, after });
}

/// Which station belongs to which, as far as the rows are written.
#[derive(Debug)]
struct Parents {
    ids: HashMap<String, Uuid>,
    above: HashMap<Uuid, Option<Uuid>>,
}

impl Parents {
    fn of(known: &Known) -> Self {
        let rows = || known.stations.values().map(|(row, _)| row);
        Self {
            ids: rows().map(|row| (row.code.clone(), row.id)).collect(),
            above: rows().map(|row| (row.id, row.parent_id)).collect(),
        }
    }

    /// Whether the row names no parent, or one whose row is written.
    fn is_there(&self, draft: &Draft) -> bool {
        draft.parent.as_ref().is_none_or(|code| self.ids.contains_key(code))
    }

    /// The parent that a row names, kept in mind for the rows after it. One that leads back to the station is refused.
    fn take(&mut self, draft: &Draft, id: Uuid) -> Result<Option<Uuid>> {
        let parent = draft.parent.as_ref().and_then(|code| self.ids.get(code)).copied();
        let mut next = parent;
        // No more steps than stations: a ring that somebody made by hand in the tables must not hold an import for ever.
        for _ in 0..self.above.len() {
            if next == Some(id) {
                return Err(ring(&draft.code));
            }
            next = next.and_then(|at| self.above.get(&at).copied().flatten());
        }
        self.ids.insert(draft.code.clone(), id);
        self.above.insert(id, parent);
        Ok(parent)
    }
}

fn ring(code: &str) -> Error {
    let reason = Text::new(
        format!("the parents of station {code:?} lead back to itself"),
        format!("工作站“{code}”的上级最终又指回其自身"),
    );
    Error::invalid("parent", reason)
}

impl PointDraft {
    fn read(point: &mut Object) -> Self {
        Self {
            name: point.required_text("name"),
            park: point.text("park"),
            address: point.text("address"),
            hours: point.text("hours"),
        }
    }
}

impl From<ServicePoint> for PointDraft {
    fn from(point: ServicePoint) -> Self {
        Self { name: point.name, park: point.park, address: point.address, hours: point.hours }
    }
}
