//! What was seen of a file, as the answer to bringing it.

use sea_orm::{ActiveEnum as _, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};
use serde_json::{Map, Value, json};

use super::{ResearchImport, import_row_entity};
use crate::{
    access::Guarded,
    app::Ctx,
    error::Result,
    ids::{GlobalId, NodeKind},
    language::Language,
};

/// The most rows about which something is told here; `researchOutputImport` gives them all.
const MOST: u64 = 1_000;

/// Tells what was seen: how many rows are good, what is wrong with which cell, what is there already, which areas are
/// proposed.
pub async fn report(ctx: &Ctx, import: &ResearchImport) -> Result<Value> {
    use import_row_entity::{Column, Entity};
    let rows = Entity::visible_to(&ctx.scope())
        .filter(Column::ImportId.eq(import.id))
        .order_by_asc(Column::Number)
        .limit(MOST)
        .all(ctx.db())
        .await?;
    let (mut faults, mut duplicates, mut conflicts, mut proposed) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        faults.extend(list(&row.faults).map(|fault| in_language(fault, ctx.visitor.language)));
        duplicates.extend(list(&row.duplicates).map(|it| at(row.line, "of", by_global_id(it))));
        conflicts.extend(list(&row.conflicts).map(|it| at(row.line, "conflict", it)));
        let areas: Vec<Value> = list(&row.proposed_areas).collect();
        if !areas.is_empty() {
            proposed.push(json!({ "line": row.line, "areas": areas }));
        }
    }
    Ok(json!({
        "id": GlobalId::encode(NodeKind::ResearchOutputImport, import.id).0,
        "state": import.state.to_value(),
        "format": import.format,
        "encoding": import.encoding,
        "fileName": import.file_name,
        "rows": import.rows,
        "good": import.good,
        "outcomes": import.outcome,
        "unknownColumns": import.unknown_columns,
        "faults": faults,
        "duplicates": duplicates,
        "conflicts": conflicts,
        "proposedAreas": proposed,
        "expiresAt": import.expires_at.to_rfc3339(),
    }))
}

fn list(column: &Value) -> impl Iterator<Item = Value> {
    column.as_array().cloned().unwrap_or_default().into_iter()
}

fn at(line: i64, name: &str, value: Value) -> Value {
    let mut told = Map::new();
    told.insert("line".to_owned(), line.into());
    told.insert(name.to_owned(), value);
    Value::Object(told)
}

/// The same, with the output as clients know it.
fn by_global_id(mut duplicate: Value) -> Value {
    let id = duplicate.get_mut("researchOutput");
    if let Some(Value::String(id)) = id
        && let Ok(found) = Uuid::try_parse(id)
    {
        *id = GlobalId::encode(NodeKind::ResearchOutput, found).0;
    }
    duplicate
}

/// A fault with its message in one language.
fn in_language(mut fault: Value, language: Language) -> Value {
    let Some(fields) = fault.as_object_mut() else { return fault };
    let (en, zh) = (fields.remove("en"), fields.remove("zh"));
    let message = match language {
        Language::En => en,
        Language::ZhCn => zh,
    };
    fields.insert("message".to_owned(), message.unwrap_or_default());
    fault
}
