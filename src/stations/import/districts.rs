//! Districts come in with their stations.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel, QueryFilter, Set, entity::prelude::*};

use super::{super::district_entity, note};
use crate::{
    access::{Guarded, Scope},
    error::Result,
    files::Row,
    ids::new_id,
    outbox::Write,
    transfer::{Known, Tally, save},
};

/// What a row says of its district; what it leaves empty stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct DistrictDraft {
    pub(super) code: String,
    name: Option<String>,
    name_en: Option<String>,
    market_bureau: Option<String>,
    industry_body: Option<String>,
}

impl DistrictDraft {
    /// Reads the columns of the district; one that is not there yet needs a name.
    pub(super) fn read(row: &mut Row, known: &Known) -> Self {
        let code = row.required_text("district");
        if !code.is_empty() && known.district_id(&code).is_none() {
            row.require("districtName");
        }
        Self {
            code,
            name: row.text("districtName"),
            name_en: row.text("districtNameEn"),
            market_bureau: row.text("marketBureau"),
            industry_body: row.text("industryBody"),
        }
    }

    /// What this row leaves empty, another row of the same district may say. The first that says something is right,
    /// or else the same file would change something each time it is read.
    fn or(self, other: Self) -> Self {
        Self {
            code: self.code,
            name: self.name.or(other.name),
            name_en: self.name_en.or(other.name_en),
            market_bureau: self.market_bureau.or(other.market_bureau),
            industry_body: self.industry_body.or(other.industry_body),
        }
    }
}

/// Writes the districts that rows name. Gives the id of each, and whether one that was there has changed.
pub(super) async fn store(
    write: &mut Write,
    said: impl Iterator<Item = DistrictDraft>,
    known: &Known,
    now: DateTime<Utc>,
) -> Result<HashMap<String, (Uuid, bool)>> {
    let mut drafts: BTreeMap<String, DistrictDraft> = BTreeMap::new();
    for draft in said {
        let before = drafts.remove(&draft.code);
        let draft = before.map_or_else(|| draft.clone(), |before| before.or(draft.clone()));
        drafts.insert(draft.code.clone(), draft);
    }
    let existing = district_entity::Entity::visible_to(&Scope::Service)
        .filter(district_entity::Column::Code.is_in(drafts.keys().map(String::as_str)))
        .all(&**write)
        .await?;
    let mut existing: HashMap<String, super::super::District> =
        existing.into_iter().map(|row| (row.code.clone(), row)).collect();
    let mut stored = HashMap::new();
    for (code, draft) in drafts {
        let row = existing.remove(&code);
        let new = row.is_none();
        let row = row.map_or_else(|| fresh(&code, now), IntoActiveModel::into_active_model);
        let (id, written) = store_one(write, row, draft, new, now).await?;
        if written && !new {
            note_stations(write, known, &code);
        }
        stored.insert(code, (id, written && !new));
    }
    Ok(stored)
}

async fn store_one(
    write: &Write,
    mut row: district_entity::ActiveModel,
    draft: DistrictDraft,
    new: bool,
    now: DateTime<Utc>,
) -> Result<(Uuid, bool)> {
    if let Some(name) = draft.name {
        row.name.set_if_not_equals(name);
    }
    if draft.name_en.is_some() {
        row.name_en.set_if_not_equals(draft.name_en);
    }
    if draft.market_bureau.is_some() {
        row.market_bureau.set_if_not_equals(draft.market_bureau);
    }
    if draft.industry_body.is_some() {
        row.industry_body.set_if_not_equals(draft.industry_body);
    }
    if !new && row.is_changed() {
        row.updated_at = Set(now);
        row.version = Set(*row.version.as_ref() + 1);
    }
    let id = *row.id.as_ref();
    // The tally counts rows of the file, which are stations.
    let written = save(write, row, new, &mut Tally::default()).await?;
    Ok((id, written))
}

/// A station is found by the name of its district, so all of the district's are to be filed anew.
fn note_stations(write: &mut Write, known: &Known, district: &str) {
    for (station, code) in known.stations.values() {
        if code == district {
            note(write, station.id, false);
        }
    }
}

fn fresh(code: &str, now: DateTime<Utc>) -> district_entity::ActiveModel {
    district_entity::ActiveModel {
        id: Set(new_id()),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(None),
        updated_at: Set(now),
        updated_by: Set(None),
        code: Set(code.to_owned()),
        name: Set(code.to_owned()),
        name_en: Set(None),
        market_bureau: Set(None),
        industry_body: Set(None),
    }
}

/// Every district has a station, so whoever knows the stations knows the districts.
impl Known {
    /// The id of the district of this code.
    pub(crate) fn district_id(&self, code: &str) -> Option<Uuid> {
        let found = self.stations.values().find(|(_, district)| district == code);
        found.map(|(station, _)| station.district_id)
    }

    /// The code of the district of this id.
    pub(crate) fn district_code(&self, id: Uuid) -> Option<&str> {
        let found = self.stations.values().find(|(station, _)| station.district_id == id);
        found.map(|(_, district)| district.as_str())
    }
}
