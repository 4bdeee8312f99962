//! What regulations do to each other, by file. Both must be there already.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set, entity::prelude::*,
};
use serde_json::{Map, Value};

use super::{
    super::{
        RegulationRelation, RelationKind, RelationScope, relation_entity as entity,
        replacements::ring,
    },
    as_text, note,
};
use crate::{
    access::{Guarded, Scope},
    db::Database,
    error::Result,
    files::Row,
    ids::new_id,
    language::Text,
    outbox::Write,
    partial_date::PartialDate,
    transfer::{Fields, Known, ROWS_AT_ONCE, Tally, Transfer, required_term, save},
};

/// How relations between regulations come in.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegulationRelations;

/// What a row says.
#[derive(Debug)]
pub struct Draft {
    pub(in super::super) from: Uuid,
    pub(in super::super) to: Uuid,
    pub(in super::super) kind: RelationKind,
    pub(in super::super) scope: RelationScope,
    pub(in super::super) articles: Vec<String>,
    pub(in super::super) effective_on: Option<PartialDate>,
    pub(in super::super) note: Option<String>,
}

/// By what a relation is the same as another.
type Place = (Uuid, Uuid, RelationKind);

#[async_trait::async_trait]
impl Transfer for RegulationRelations {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] =
        &["from", "to", "kind", "scope", "articles", "effectiveOn", "note"];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("新法规", "from"),
        ("旧法规", "to"),
        ("关系", "kind"),
        ("范围", "scope"),
        ("条款", "articles"),
        ("生效日期", "effectiveOn"),
        ("说明", "note"),
    ];

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        let from = known.regulation(row, "from");
        let to = known.regulation(row, "to");
        if from.is_some() && from == to {
            let text = Text::new(
                "is the same regulation as from; no regulation acts on itself",
                "与 from 相同：法规不能作用于自身",
            );
            row.fault("to", text);
        }
        let kind = required_term(row, "kind", RelationKind::Replaces);
        if let (Some(later), Some(older), RelationKind::Replaces) = (from, to, kind)
            && later != older
            && !known.replacements.add(later, older)
        {
            row.fault("to", ring());
        }
        Draft {
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
            kind,
            scope: required_term(row, "scope", RelationScope::Full),
            articles: row.texts("articles"),
            effective_on: row.partial_date("effectiveOn"),
            note: row.text("note"),
        }
    }

    fn identity(draft: &Draft) -> String {
        format!("{}\n{}\n{}", draft.from, draft.to, draft.kind.to_value())
    }

    async fn store(
        &self,
        write: &mut Write,
        drafts: Vec<Draft>,
        _: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        let mut existing = existing(write, &drafts).await?;
        let mut tally = Tally::default();
        for draft in drafts {
            let there = existing.remove(&(draft.from, draft.to, draft.kind));
            let new = there.is_none();
            let mut row =
                there.map_or_else(|| fresh(&draft, now), RegulationRelation::into_active_model);
            let to = draft.to;
            fill(&mut row, draft);
            if !new && row.is_changed() {
                row.updated_at = Set(now);
                row.version = Set(*row.version.as_ref() + 1);
            }
            if save(write, row, new, &mut tally).await? {
                // The regulation acted on is not new, though the relation may be: whoever cites it is told.
                note(write, to, false);
            }
        }
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
        let keys: HashMap<Uuid, &str> =
            known.regulations.iter().map(|(key, id)| (*id, key.as_str())).collect();
        let last = rows.last().map(|row| row.id);
        Ok((rows.iter().map(|row| fields(row, &keys)).collect(), last))
    }
}

async fn existing(write: &Write, drafts: &[Draft]) -> Result<HashMap<Place, RegulationRelation>> {
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::FromId.is_in(drafts.iter().map(|draft| draft.from)))
        .all(&**write)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.from_id, row.to_id, row.kind), row)).collect())
}

/// A row of its own for a relation that is new.
pub(in super::super) fn fresh(draft: &Draft, now: DateTime<Utc>) -> entity::ActiveModel {
    entity::ActiveModel {
        id: Set(new_id()),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(None),
        updated_at: Set(now),
        updated_by: Set(None),
        from_id: Set(draft.from),
        to_id: Set(draft.to),
        kind: Set(draft.kind),
        ..Default::default()
    }
}

/// Takes over what the row says and the table does not say yet.
pub(in super::super) fn fill(row: &mut entity::ActiveModel, draft: Draft) {
    row.scope.set_if_not_equals(draft.scope);
    row.articles.set_if_not_equals(draft.articles.into());
    row.effective_on.set_if_not_equals(as_text(draft.effective_on));
    row.note.set_if_not_equals(draft.note);
}

/// What the row of a file would say of a relation.
pub(in super::super) fn fields(
    row: &RegulationRelation,
    keys: &HashMap<Uuid, &str>,
) -> Map<String, Value> {
    Fields::default()
        .text("from", keys.get(&row.from_id))
        .text("to", keys.get(&row.to_id))
        .with("kind", row.kind.to_value())
        .with("scope", row.scope.to_value())
        .with("articles", row.articles.clone())
        .with("effectiveOn", row.effective_on.clone())
        .with("note", row.note.clone())
        .done()
}
