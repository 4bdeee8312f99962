//! Recording the law: a regulation with what it does to others, and mending what was recorded. Whatever rests on it is
//! right from then on by itself, for verdicts are computed; the note of each change leads the index to it.

use std::collections::HashMap;

use sea_orm::{DbBackend, IntoActiveModel as _, QueryFilter, Set, entity::prelude::*};
use serde_json::{Map, Value};

use super::{
    Regulation, RegulationRelation, RegulationRelations, Regulations,
    content::{self, Content, Plan},
    currency::Graph,
    entity, import,
    import::relations,
    relation_entity,
};
use crate::{
    access::{Action, Guarded, Holding, check},
    app::Ctx,
    audit::Entry,
    change::Change,
    error::{Done, Error, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
    transfer::Known,
};

/// The advisory lock under which PostgreSQL's law is written. The number means nothing; it must only be ours.
const LAW_LOCK: i64 = 0x7a68_616e_006c_6177;

/// Records a regulation with what it does to others, or what one does to another.
pub(super) async fn record(ctx: &Ctx, content: Content) -> Result<Done> {
    check(&ctx.viewer, Action::DecideRegulation, &Holding::nobody())?;
    let mut change = Change::begin(ctx).await?;
    let plan = plan(&change, content).await?.1;
    let recorded = write(&mut change, plan, ctx).await?;
    change.commit(recorded).await
}

/// Looks at what is to be recorded with the law as it is now, which stays so until the change ends: two who record at
/// once could together close a ring that neither of them sees. Gives it as it is kept, too.
pub(super) async fn plan(change: &Change<'_>, content: Content) -> Result<(Content, Plan)> {
    one_at_a_time(change).await?;
    let ids = super::all_ids_by_key(&**change).await?;
    let graph = super::graph(&**change).await?;
    let content = content.named(&ids);
    let plan = content.plan(ids, &graph)?;
    Ok((content, plan))
}

async fn one_at_a_time(change: &Change<'_>) -> Result<()> {
    if change.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({LAW_LOCK})");
        change.execute_unprepared(&lock).await?;
    }
    Ok(())
}

/// Writes what was planned, with its notes and entries. Gives the id of the regulation, or of the relation.
pub(super) async fn write(change: &mut Change<'_>, plan: Plan, ctx: &Ctx) -> Result<Uuid> {
    let (now, actor) = (ctx.now(), change.actor());
    let mut recorded = None;
    if let Some((id, draft)) = plan.regulation {
        let key = draft.key.clone();
        let mut row = import::fresh(&key, now);
        row.id = Set(id);
        import::fill(&mut row, draft);
        (row.created_by, row.updated_by) = (Set(Some(actor.clone())), Set(Some(actor.clone())));
        entity::Entity::insert(row).exec_without_returning(&**change).await?;
        import::note(change.write(), id, true);
        change.audit(Entry::new("recordRegulation").of(NodeKind::Regulation, id).saying(key));
        recorded = Some(id);
    }
    let mut rows = Vec::new();
    for draft in plan.relations {
        let (to, kind) = (draft.to, draft.kind);
        let mut row = relations::fresh(&draft, now);
        relations::fill(&mut row, draft);
        (row.created_by, row.updated_by) = (Set(Some(actor.clone())), Set(Some(actor.clone())));
        let id = *row.id.as_ref();
        rows.push(row);
        // The regulation acted on is not new, though the relation is: whoever cites it is told.
        import::note(change.write(), to, false);
        let entry = Entry::new("recordRegulationRelation").of(NodeKind::RegulationRelation, id);
        change.audit(entry.saying(kind.to_value()));
        recorded = recorded.or(Some(id));
    }
    if !rows.is_empty() {
        relation_entity::Entity::insert_many(rows).exec_without_returning(&**change).await?;
    }
    recorded.ok_or_else(|| Error::internal("nothing was planned to be recorded"))
}

/// Mends what is recorded of a regulation: what is named changes, null takes it away. Its key stays.
pub(super) async fn amend(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    changes: Map<String, Value>,
) -> Result<Done> {
    check(&ctx.viewer, Action::DecideRegulation, &Holding::nobody())?;
    let mut change = Change::begin(ctx).await?;
    one_at_a_time(&change).await?;
    let found = entity::Entity::visible_to(&ctx.scope()).filter(entity::Column::Id.eq(id));
    let row = found.one(&*change).await?.ok_or(Error::NotFound)?;
    if row.version != version {
        return Err(Error::Conflict { present: row.version });
    }
    let dated = changes.contains_key("issuedOn") || changes.contains_key("effectiveOn");
    let fields = overlaid(import::fields(&row), changes);
    let draft = content::read(&Regulations, fields, &Known::default(), "regulation.")?;
    // A regulation that was revised may have been imported with the dates of two of its versions. Whoever changes its
    // title need not mend that.
    if dated { content::check_regulation(&draft) } else { content::check_end(&draft) }?;
    let key = draft.key.clone();
    let mut row = row.into_active_model();
    import::fill(&mut row, draft);
    if !row.is_changed() {
        return change.commit(id).await;
    }
    row.version = Set(version + 1);
    row.updated_at = Set(ctx.now());
    row.updated_by = Set(Some(change.actor()));
    let written = entity::Entity::update_many()
        .set(row)
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::Version.eq(version))
        .exec(&*change);
    unless_overtaken(written.await?.rows_affected, version)?;
    import::note(change.write(), id, false);
    change.audit(Entry::new("amendRegulation").of(NodeKind::Regulation, id).saying(key));
    change.commit(id).await
}

/// Mends what is recorded of a relation: its scope, its articles, its day, its note. Its ends and its kind stay.
pub(super) async fn amend_relation(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    changes: Map<String, Value>,
) -> Result<Done> {
    check(&ctx.viewer, Action::DecideRegulation, &Holding::nobody())?;
    let mut change = Change::begin(ctx).await?;
    one_at_a_time(&change).await?;
    let row = relation(ctx, &change, id, version).await?;
    let ids = super::all_ids_by_key(&*change).await?;
    let keys: HashMap<Uuid, &str> = ids.iter().map(|(key, id)| (*id, key.as_str())).collect();
    let fields = overlaid(relations::fields(&row, &keys), changes);
    let known = Known { regulations: ids, ..Known::default() };
    let draft = content::read(&RegulationRelations, fields, &known, "relation.")?;
    content::check_terms(&draft, &super::graph(&*change).await?, "relation.")?;
    let to = row.to_id;
    let mut row = row.into_active_model();
    relations::fill(&mut row, draft);
    if !row.is_changed() {
        return change.commit(id).await;
    }
    row.version = Set(version + 1);
    row.updated_at = Set(ctx.now());
    row.updated_by = Set(Some(change.actor()));
    let written = relation_entity::Entity::update_many()
        .set(row)
        .filter(relation_entity::Column::Id.eq(id))
        .filter(relation_entity::Column::Version.eq(version))
        .exec(&*change);
    unless_overtaken(written.await?.rows_affected, version)?;
    import::note(change.write(), to, false);
    change.audit(Entry::new("amendRegulationRelation").of(NodeKind::RegulationRelation, id));
    change.commit(id).await
}

/// Takes back a relation that should not have been recorded. The reason stays in the audit log. Gives the regulation
/// that was acted upon.
pub(super) async fn remove_relation(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    reason: &str,
) -> Result<Done> {
    check(&ctx.viewer, Action::DecideRegulation, &Holding::nobody())?;
    let reason = reason_given("reason", reason)?;
    let mut change = Change::begin(ctx).await?;
    one_at_a_time(&change).await?;
    let row = relation(ctx, &change, id, version).await?;
    let graph: Graph = super::graph(&*change).await?;
    relation_entity::Entity::delete_many()
        .filter(relation_entity::Column::Id.eq(id))
        .exec(&*change)
        .await?;
    import::note(change.write(), row.to_id, false);
    let (from, to) = (graph.name(row.from_id), graph.name(row.to_id));
    let what = format!("{from} {} {to}: {reason}", row.kind.to_value());
    let entry = Entry::new("removeRegulationRelation").of(NodeKind::RegulationRelation, id);
    change.audit(entry.saying(what));
    change.commit(row.to_id).await
}

/// A reason that somebody gives: a sentence, not a page.
pub(super) fn reason_given(field: &str, reason: &str) -> Result<String> {
    let reason = reason.trim();
    if (1..=1_000).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    let text =
        Text::new("give a reason, in at most 1,000 characters", "请说明理由，不超过 1000 个字符");
    Err(Error::invalid(field, text))
}

async fn relation(
    ctx: &Ctx,
    change: &Change<'_>,
    id: Uuid,
    version: i32,
) -> Result<RegulationRelation> {
    let found = relation_entity::Entity::visible_to(&ctx.scope())
        .filter(relation_entity::Column::Id.eq(id));
    let row = found.one(&**change).await?.ok_or(Error::NotFound)?;
    if row.version == version { Ok(row) } else { Err(Error::Conflict { present: row.version }) }
}

/// An import does not wait for whoever amends; of two that meet, the later one is told.
fn unless_overtaken(rows: u64, version: i32) -> Result<()> {
    if rows == 0 { Err(Error::Conflict { present: version + 1 }) } else { Ok(()) }
}

/// What is recorded, with the changes over it; null takes a value away.
fn overlaid(mut fields: Map<String, Value>, changes: Map<String, Value>) -> Map<String, Value> {
    fields.extend(changes);
    fields
}

/// Finds a regulation by its global id or its key.
pub async fn named(ctx: &Ctx, field: &str, name: &str) -> Result<Regulation> {
    let select = entity::Entity::visible_to(&ctx.scope());
    let select = match GlobalId::decode_as(field, name, NodeKind::Regulation) {
        Ok(id) => select.filter(entity::Column::Id.eq(id)),
        Err(_) => select.filter(entity::Column::Key.eq(name)),
    };
    select
        .one(ctx.db())
        .await?
        .ok_or_else(|| Error::invalid(field, crate::transfer::unknown("regulation", "法规", name)))
}
