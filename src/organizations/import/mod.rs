//! Universities, hospitals, laboratories by file.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set, entity::prelude::*,
};
use serde_json::{Map, Value};

use super::{Organization, OrganizationType, area_entity, entity};
use crate::{
    access::{Guarded, PUBLIC, Scope},
    checkdigits::{self, checked},
    clock::day_of,
    db::Database,
    error::Result,
    files::Row,
    ids::new_id,
    outbox::{Note, Subject, Write},
    transfer::{
        Fields, Known, Move, ROWS_AT_ONCE, Tally, Transfer, organization_moved, required_term,
        save, unknown,
    },
};

pub(super) mod resources;

pub use resources::Resources;

/// How organizations come in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Organizations;

/// What a row says.
#[derive(Debug)]
pub struct Draft {
    code: String,
    name: String,
    name_en: Option<String>,
    kind: OrganizationType,
    ror: Option<String>,
    social_credit_code: Option<String>,
    district: Option<Uuid>,
    region: Option<String>,
    areas: Vec<Uuid>,
    source: Option<String>,
}

#[async_trait::async_trait]
impl Transfer for Organizations {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] = &[
        "code",
        "name",
        "nameEn",
        "type",
        "ror",
        "socialCreditCode",
        "district",
        "region",
        "areas",
        "source",
    ];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("代码", "code"),
        ("机构代码", "code"),
        ("名称", "name"),
        ("机构名称", "name"),
        ("英文名称", "nameEn"),
        ("类型", "type"),
        ("机构类型", "type"),
        ("统一社会信用代码", "socialCreditCode"),
        ("区代码", "district"),
        ("地区", "region"),
        ("专业领域", "areas"),
        ("来源", "source"),
    ];

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        let district = row.text("district");
        let district_id = district.as_ref().and_then(|code| known.district_id(code));
        if let (Some(code), None) = (&district, district_id) {
            row.fault("district", unknown("district", "区", code));
        }
        Draft {
            code: row.required_text("code"),
            name: row.required_text("name"),
            name_en: row.text("nameEn"),
            kind: required_term(row, "type", OrganizationType::University),
            ror: checked(row, "ror", checkdigits::ror),
            social_credit_code: checked(row, "socialCreditCode", checkdigits::social_credit_code),
            district: district_id,
            region: row.text("region"),
            areas: known.areas(row, "areas"),
            source: row.text("source"),
        }
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
        let codes: Vec<String> = drafts.iter().map(|draft| draft.code.clone()).collect();
        let mut existing = super::by_codes(&**write, codes.clone()).await?;
        let ids = existing.values().map(|row| row.id).collect();
        let mut areas = super::area_ids(&**write, ids).await?;
        let mut tally = Tally::default();
        for draft in drafts {
            let there = existing.remove(&draft.code);
            let new = there.is_none();
            let was_in = there.as_ref().and_then(|row| row.district_code(known));
            let is_in = draft.district.and_then(|id| known.district_code(id));
            let from = was_in.filter(|_| was_in != is_in);
            let moved = from.map(|from| Move { from, to: is_in, secret: false });
            let mut row =
                there.map_or_else(|| fresh(&draft.code, now), Organization::into_active_model);
            let id = *row.id.as_ref();
            let old_areas = sorted(areas.remove(&id).unwrap_or_default());
            let new_areas = sorted(draft.areas.clone());
            fill(&mut row, draft);
            if !new && (row.is_changed() || old_areas != new_areas) {
                row.updated_at = Set(now);
                row.version = Set(*row.version.as_ref() + 1);
            }
            if save(write, row, new, &mut tally).await? {
                note(write, id, new);
            }
            if old_areas != new_areas {
                replace_areas(write, id, &new_areas).await?;
            }
            if let Some(moved) = moved {
                organization_moved(write, id, moved, day_of(now)).await?;
            }
        }
        known.organizations.extend(super::by_codes(&**write, codes).await?);
        Ok(tally)
    }

    async fn export(
        &self,
        db: &Database,
        known: &Known,
        after: Option<Uuid>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
        let mut select = entity::Entity::visible_to(&Scope::Service);
        if let Some(after) = after {
            select = select.filter(entity::Column::Id.gt(after));
        }
        let select = select.order_by_asc(entity::Column::Id).limit(ROWS_AT_ONCE as u64);
        let rows = select.all(db.read()).await?;
        let areas = super::area_ids(db.read(), rows.iter().map(|row| row.id).collect()).await?;
        let row = |row: &Organization| {
            let areas = areas.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            fields(row)
                .text("district", row.district_code(known))
                .with("areas", known.area_codes(areas))
                .done()
        };
        Ok((rows.iter().map(row).collect(), rows.last().map(|row| row.id)))
    }
}

impl Organization {
    /// The code of the district that it sits in.
    pub(crate) fn district_code<'known>(&self, known: &'known Known) -> Option<&'known str> {
        self.district_id.and_then(|id| known.district_code(id))
    }
}

fn sorted(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids
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

/// Takes over what the row says and the table does not say yet.
fn fill(row: &mut entity::ActiveModel, draft: Draft) {
    row.name.set_if_not_equals(draft.name);
    row.name_en.set_if_not_equals(draft.name_en);
    row.r#type.set_if_not_equals(draft.kind);
    row.ror.set_if_not_equals(draft.ror);
    row.social_credit_code.set_if_not_equals(draft.social_credit_code);
    row.district_id.set_if_not_equals(draft.district);
    row.region.set_if_not_equals(draft.region);
    row.source.set_if_not_equals(draft.source);
}

/// Everybody may see organizations, before and after.
fn note(write: &mut Write, id: Uuid, new: bool) {
    let after = vec![PUBLIC.to_owned()];
    let before = if new { Vec::new() } else { after.clone() };
    write.note(Note { subject: Subject::Organization, id, before, after });
}

async fn replace_areas(write: &Write, organization: Uuid, areas: &[Uuid]) -> Result<()> {
    let old = area_entity::Column::OrganizationId.eq(organization);
    area_entity::Entity::delete_many().filter(old).exec(&**write).await?;
    if areas.is_empty() {
        return Ok(());
    }
    let rows = areas.iter().map(|area| area_entity::ActiveModel {
        organization_id: Set(organization),
        area_id: Set(*area),
    });
    area_entity::Entity::insert_many(rows).exec_without_returning(&**write).await?;
    Ok(())
}

/// An organization as a row of a file, but for what other tables say of it.
pub(super) fn fields(row: &Organization) -> Fields {
    Fields::default()
        .with("code", row.code.clone())
        .with("name", row.name.clone())
        .with("nameEn", row.name_en.clone())
        .with("type", row.r#type.to_value())
        .with("ror", row.ror.clone())
        .with("socialCreditCode", row.social_credit_code.clone())
        .with("region", row.region.clone())
        .with("source", row.source.clone())
}
