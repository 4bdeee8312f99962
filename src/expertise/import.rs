//! The taxonomy by file. A parent stands before its children, or is there already.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, IntoActiveModel, Set, entity::prelude::*};
use serde_json::{Map, Value};

use super::{ExpertiseArea, Facet, entity};
use crate::{
    access::PUBLIC,
    db::Database,
    error::Result,
    files::Row,
    ids::new_id,
    outbox::{Note, Subject, Write},
    transfer::{Fields, Known, Tally, Transfer, required_term, save, unknown},
};

/// How areas come in.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExpertiseAreas;

/// What a row says.
#[derive(Debug)]
pub struct Draft {
    code: String,
    parent: Option<String>,
    label: String,
    label_en: Option<String>,
    facet: Facet,
    aliases: Vec<String>,
    position: Option<i32>,
}

#[async_trait::async_trait]
impl Transfer for ExpertiseAreas {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] =
        &["code", "parent", "label", "labelEn", "facet", "aliases", "position"];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("代码", "code"),
        ("上级", "parent"),
        ("名称", "label"),
        ("英文名称", "labelEn"),
        ("别名", "aliases"),
    ];

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        let draft = Draft {
            code: row.required_text("code"),
            parent: row.text("parent"),
            label: row.required_text("label"),
            label_en: row.text("labelEn"),
            facet: required_term(row, "facet", Facet::Reg),
            aliases: row.texts("aliases"),
            position: row.integer("position", 0..=1_000_000).and_then(|at| i32::try_from(at).ok()),
        };
        if let Some(parent) = &draft.parent
            && known.tree.by_code(parent).is_none()
            && !known.coming.contains(parent)
        {
            row.fault("parent", unknown("area", "专业领域", parent));
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
        let mut tally = Tally::default();
        let mut ids: HashMap<String, Uuid> =
            known.tree.areas().iter().map(|area| (area.code.clone(), area.id)).collect();
        let mut place = i32::try_from(ids.len()).unwrap_or(i32::MAX);
        for draft in drafts {
            let existing = known.tree.by_code(&draft.code);
            let new = existing.is_none();
            let mut row = existing.map_or_else(
                || fresh(&draft, place, now),
                |area| (**area).clone().into_active_model(),
            );
            place = place.saturating_add(i32::from(new));
            row.parent_id.set_if_not_equals(draft.parent.and_then(|code| ids.get(&code).copied()));
            row.label.set_if_not_equals(draft.label);
            row.label_en.set_if_not_equals(draft.label_en);
            row.facet.set_if_not_equals(draft.facet);
            row.aliases.set_if_not_equals(draft.aliases.into());
            if let Some(position) = draft.position {
                row.position.set_if_not_equals(position);
            }
            let id = *row.id.as_ref();
            ids.insert(draft.code, id);
            if !new && row.is_changed() {
                row.updated_at = Set(now);
                row.version = Set(*row.version.as_ref() + 1);
            }
            if save(write, row, new, &mut tally).await? {
                let tokens = vec![PUBLIC.to_owned()];
                let before = if new { Vec::new() } else { tokens.clone() };
                write.note(Note { subject: Subject::ExpertiseArea, id, before, after: tokens });
            }
        }
        known.tree = super::tree(&**write).await?;
        Ok(tally)
    }

    async fn export(
        &self,
        _: &Database,
        known: &Known,
        after: Option<Uuid>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
        if after.is_some() {
            return Ok((Vec::new(), None));
        }
        let row = |area: &std::sync::Arc<ExpertiseArea>| {
            let parent = area.parent_id.and_then(|id| known.tree.by_id(id));
            Fields::default()
                .with("code", area.code.clone())
                .text("parent", parent.map(|parent| &parent.code))
                .with("label", area.label.clone())
                .with("labelEn", area.label_en.clone())
                .with("facet", area.facet.to_value())
                .with("aliases", area.aliases.clone())
                .with("position", area.position)
                .done()
        };
        let areas = known.tree.parents_first();
        let last = areas.last().map(|area| area.id);
        Ok((areas.into_iter().map(row).collect(), last))
    }
}

fn fresh(draft: &Draft, place: i32, now: DateTime<Utc>) -> entity::ActiveModel {
    entity::ActiveModel {
        id: Set(new_id()),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(None),
        updated_at: Set(now),
        updated_by: Set(None),
        code: Set(draft.code.clone()),
        position: Set(place),
        parent_id: Set(None),
        label: Set(String::new()),
        label_en: Set(None),
        facet: Set(draft.facet),
        aliases: Set(Json::Null),
    }
}
