//! Regulations by file. Their dates may be a year or a month: often no more is known.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set, entity::prelude::*,
};
use serde_json::{Map, Value};

use super::{Region, Regulation, entity};
use crate::{
    access::{Guarded, PUBLIC, Scope},
    db::Database,
    error::Result,
    files::Row,
    ids::new_id,
    language::Text,
    outbox::{Note, Subject, Write},
    partial_date::PartialDate,
    transfer::{Fields, Known, ROWS_AT_ONCE, Tally, Transfer, required_term, save},
};

pub(super) mod relations;

pub use relations::RegulationRelations;

/// How regulations come in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Regulations;

/// What a row says.
#[derive(Debug)]
pub struct Draft {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) title_en: Option<String>,
    pub(super) number: Option<String>,
    pub(super) level: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) region: Region,
    pub(super) issued_on: Option<PartialDate>,
    pub(super) effective_on: Option<PartialDate>,
    pub(super) ends_on: Option<PartialDate>,
    pub(super) source: Option<String>,
}

#[async_trait::async_trait]
impl Transfer for Regulations {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] = &[
        "key",
        "title",
        "titleEn",
        "number",
        "level",
        "issuer",
        "region",
        "issuedOn",
        "effectiveOn",
        "endsOn",
        "source",
    ];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("标识", "key"),
        ("名称", "title"),
        ("标题", "title"),
        ("英文名称", "titleEn"),
        ("文号", "number"),
        ("效力级别", "level"),
        ("发布机关", "issuer"),
        ("适用地域", "region"),
        ("发布日期", "issuedOn"),
        ("施行日期", "effectiveOn"),
        ("失效日期", "endsOn"),
        ("来源", "source"),
    ];

    fn read(&self, row: &mut Row, _: &Known) -> Draft {
        let draft = Draft {
            key: row.required_text("key"),
            title: row.required_text("title"),
            title_en: row.text("titleEn"),
            number: row.text("number"),
            level: row.text("level"),
            issuer: row.text("issuer"),
            region: required_term(row, "region", Region::China),
            issued_on: row.partial_date("issuedOn"),
            effective_on: row.partial_date("effectiveOn"),
            ends_on: row.partial_date("endsOn"),
            source: row.text("source"),
        };
        if let (Some(effective), Some(ends)) = (draft.effective_on, draft.ends_on)
            && ends.last_day() < effective.first_day()
        {
            let text = Text::new("is before effectiveOn", "早于施行日期（effectiveOn）");
            row.fault("endsOn", text);
        }
        draft
    }

    fn identity(draft: &Draft) -> String {
        draft.key.clone()
    }

    async fn store(
        &self,
        write: &mut Write,
        drafts: Vec<Draft>,
        known: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        let there = drafts.iter().filter_map(|draft| known.regulations.get(&draft.key));
        let mut existing = super::by_ids(&**write, there.copied().collect()).await?;
        let mut tally = Tally::default();
        for draft in drafts {
            let there = known.regulations.get(&draft.key).and_then(|id| existing.remove(id));
            let new = there.is_none();
            let mut row =
                there.map_or_else(|| fresh(&draft.key, now), Regulation::into_active_model);
            let id = *row.id.as_ref();
            known.regulations.insert(draft.key.clone(), id);
            fill(&mut row, draft);
            if !new && row.is_changed() {
                row.updated_at = Set(now);
                row.version = Set(*row.version.as_ref() + 1);
            }
            if save(write, row, new, &mut tally).await? {
                note(write, id, new);
            }
        }
        Ok(tally)
    }

    async fn export(
        &self,
        db: &Database,
        _: &Known,
        after: Option<Uuid>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
        let mut select = entity::Entity::visible_to(&Scope::Service);
        if let Some(after) = after {
            select = select.filter(entity::Column::Id.gt(after));
        }
        let select = select.order_by_asc(entity::Column::Id).limit(ROWS_AT_ONCE as u64);
        let rows = select.all(db.read()).await?;
        Ok((rows.iter().map(fields).collect(), rows.last().map(|row| row.id)))
    }
}

/// A row of its own for a regulation that is new.
pub(super) fn fresh(key: &str, now: DateTime<Utc>) -> entity::ActiveModel {
    entity::ActiveModel {
        id: Set(new_id()),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(None),
        updated_at: Set(now),
        updated_by: Set(None),
        key: Set(key.to_owned()),
        ..Default::default()
    }
}

/// Takes over what the row says and the table does not say yet.
pub(super) fn fill(row: &mut entity::ActiveModel, draft: Draft) {
    row.title.set_if_not_equals(draft.title);
    row.title_en.set_if_not_equals(draft.title_en);
    row.number.set_if_not_equals(draft.number);
    row.level.set_if_not_equals(draft.level);
    row.issuer.set_if_not_equals(draft.issuer);
    row.region.set_if_not_equals(draft.region);
    row.issued_on.set_if_not_equals(as_text(draft.issued_on));
    row.effective_on.set_if_not_equals(as_text(draft.effective_on));
    row.ends_on.set_if_not_equals(as_text(draft.ends_on));
    row.source.set_if_not_equals(draft.source);
}

/// A date as a column keeps it.
pub(super) fn as_text(date: Option<PartialDate>) -> Option<String> {
    date.map(|date| date.to_string())
}

/// Everybody may see regulations, before and after.
pub(super) fn note(write: &mut Write, id: Uuid, new: bool) {
    let after = vec![PUBLIC.to_owned()];
    let before = if new { Vec::new() } else { after.clone() };
    write.note(Note { subject: Subject::Regulation, id, before, after });
}

/// What the row of a file would say of a regulation.
pub(super) fn fields(row: &Regulation) -> Map<String, Value> {
    Fields::default()
        .with("key", row.key.clone())
        .with("title", row.title.clone())
        .with("titleEn", row.title_en.clone())
        .with("number", row.number.clone())
        .with("level", row.level.clone())
        .with("issuer", row.issuer.clone())
        .with("region", row.region.to_value())
        .with("issuedOn", row.issued_on.clone())
        .with("effectiveOn", row.effective_on.clone())
        .with("endsOn", row.ends_on.clone())
        .with("source", row.source.clone())
        .done()
}
