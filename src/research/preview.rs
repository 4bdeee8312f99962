//! Looking at a file that an office brings, before anything of it is written: what is wrong with which cell, what would
//! become of each row, which rows are the same work as something that is there, which areas their texts speak of.

use std::{collections::HashMap, sync::Arc};

use chrono::Duration;
use sea_orm::{ExprTrait as _, IntoActiveModel as _, QueryFilter, entity::prelude::*};
use serde_json::{Value, json};

use super::{
    ImportState, ResearchImport, ResearchImportRow, RowOutcome,
    case::{member, own_organization},
    content::Desk,
    import_entity, import_row_entity,
    incoming::{self, IncomingRow, Upload},
    plan::{Planned, Planner, Taker},
    proposals::Proposer,
};
use crate::{
    access::organization_token,
    app::{App, Ctx},
    audit::Entry,
    change::Change,
    error::{Error, Result},
    files::without_nul,
    ids::{NodeKind, new_id},
    organizations,
    transfer::{Known, ROWS_AT_ONCE},
};

/// How long a file that was looked at is kept; its rows hold contacts.
const KEPT: Duration = Duration::days(7);

/// The entry in the audit log of a step on an import.
pub(super) fn entry(action: &'static str, id: Uuid) -> Entry {
    Entry::new(action).of(NodeKind::ResearchOutputImport, id)
}

/// Whether somebody may bring files at all; asked before any are read.
pub fn may_import(ctx: &Ctx) -> Result<()> {
    own_organization(&ctx.viewer).map(drop)
}

/// What an organization's rows are looked at against.
pub(super) async fn desk(ctx: &Ctx, organization: Uuid) -> Result<Desk> {
    let found = organizations::by_ids(ctx.db(), vec![organization]).await?.remove(&organization);
    let code = found.ok_or(Error::NotFound)?.code;
    Ok(Desk { code, known: Known::load(&ctx.app.db).await? })
}

/// Looks at a file and keeps what was seen.
///
/// # Errors
/// [`Error::Forbidden`] to whoever writes for no organization, or names another one; [`Error::Invalid`] where the file
/// cannot be read as a whole.
pub async fn preview(ctx: &Ctx, upload: Upload) -> Result<ResearchImport> {
    let organization = own_organization(&ctx.viewer)?;
    let desk = desk(ctx, organization).await?;
    if upload.organization.as_ref().is_some_and(|code| *code != desk.code) {
        return Err(Error::Forbidden);
    }
    let (name, bytes) = (called(&upload.name), upload.bytes.len());
    // Held for as long as somebody waits for this: a thread cannot be stopped from outside.
    let waiting = Arc::new(());
    let waited_for = Arc::downgrade(&waiting);
    let read = move || {
        let incoming = incoming::read(&upload, &desk.code, &desk.known, &waited_for);
        incoming.map(|incoming| (desk, incoming))
    };
    let (desk, mut incoming) = tokio::task::spawn_blocking(read).await??;
    drop(waiting);
    let taker = taker(ctx)?;
    let id = new_id();
    let rows = rows(ctx, &desk, &taker, (organization, id), &mut incoming.rows).await?;
    let import = ResearchImport {
        id,
        version: 1,
        created_at: taker.now,
        created_by: Some(taker.actor.clone()),
        updated_at: taker.now,
        updated_by: Some(taker.actor),
        organization_id: organization,
        owner_token: organization_token(organization),
        member_id: Some(taker.member),
        state: ImportState::Previewed,
        format: incoming.format,
        encoding: incoming.encoding,
        file_name: name,
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        rows: count(incoming.rows.len()),
        good: count(incoming.rows.iter().filter(|row| row.faults.is_empty()).count()),
        unknown_columns: without_nul(incoming.unknown_columns.into()),
        outcome: Some(tally(&rows)),
        expires_at: taker.now + KEPT,
    };
    let mut change = Change::begin(ctx).await?;
    let row = import.clone().into_active_model();
    import_entity::Entity::insert(row).exec_without_returning(&*change).await?;
    for some in rows.chunks(ROWS_AT_ONCE) {
        let rows = some.iter().cloned().map(ResearchImportRow::into_active_model);
        import_row_entity::Entity::insert_many(rows).exec_without_returning(&*change).await?;
    }
    let said = format!("{} rows, {} good", import.rows, import.good);
    change.audit(entry("previewResearchOutputImport", id).saying(said));
    change.commit(id).await?;
    Ok(import)
}

/// Who takes a file in.
pub(super) fn taker(ctx: &Ctx) -> Result<Taker> {
    let member = member(&ctx.viewer)?.id;
    Ok(Taker { actor: ctx.viewer.identity().actor(), member, now: ctx.now() })
}

/// The name of a file without the folders before it, and of a length that people read.
fn called(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|ch| !ch.is_control()).take(200).collect()
}

fn count(rows: usize) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}

/// How many rows have which outcome.
pub(super) fn tally(rows: &[ResearchImportRow]) -> Value {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for row in rows {
        *counts.entry(row.outcome.to_value()).or_default() += 1;
    }
    json!(counts)
}

/// What was seen of each row.
async fn rows(
    ctx: &Ctx,
    desk: &Desk,
    taker: &Taker,
    (organization, import): (Uuid, Uuid),
    incoming: &mut [IncomingRow],
) -> Result<Vec<ResearchImportRow>> {
    let mut sight = Planner::new(desk, taker);
    let proposer = Proposer::new(&desk.known.tree)?;
    let owner = organization_token(organization);
    let mut rows = Vec::with_capacity(incoming.len());
    for some in incoming.chunks_mut(ROWS_AT_ONCE) {
        let drafts = some.iter().filter_map(|row| Some((row.line, row.draft.clone()?))).collect();
        let mut planned = sight.plan(ctx.db(), drafts).await?.into_iter();
        for row in some {
            let planned = row.draft.as_ref().and_then(|_| planned.next());
            let number = count(rows.len());
            rows.push(seen(row, planned, &proposer, (import, number, owner.clone())));
        }
    }
    Ok(rows)
}

/// What was seen of a row. What stands in it is taken out, for a file may be large.
fn seen(
    row: &mut IncomingRow,
    planned: Option<Planned>,
    names: &Proposer<'_>,
    (import_id, number, owner_token): (Uuid, i32, String),
) -> ResearchImportRow {
    let text = |column: &str| row.fields.get(column).and_then(Value::as_str).map(str::to_owned);
    let (external_id, title) = (text("externalId"), text("title"));
    let none = || Value::Array(Vec::new());
    let (outcome, output, conflicts, duplicates) = match planned {
        Some(planned) => (
            planned.outcome,
            planned.output.filter(|_| planned.outcome != RowOutcome::New),
            planned.conflicts,
            planned.duplicates,
        ),
        None => (RowOutcome::Faulty, None, none(), none()),
    };
    // Only where the row itself names none: what a person has chosen is not doubted.
    let draft = row.draft.take();
    let unfiled = draft.as_ref().filter(|draft| draft.areas.is_empty());
    let proposed = unfiled.map(|draft| {
        let text = format!("{}\n{}", draft.title, draft.summary);
        let proposals = names.propose(&text).into_iter();
        proposals.map(|it| json!({ "area": it.code, "term": it.term })).collect()
    });
    ResearchImportRow {
        id: new_id(),
        import_id,
        number,
        line: i64::try_from(row.line).unwrap_or(i64::MAX),
        owner_token,
        external_id,
        title,
        outcome,
        research_output_id: output,
        fields: Value::Object(std::mem::take(&mut row.fields)),
        faults: row.faults.iter().map(incoming::told).collect(),
        conflicts,
        duplicates,
        proposed_areas: proposed.map_or_else(none, Value::Array),
    }
}

/// Forgets the rows of files that nobody needs any more: there are contacts in them.
pub(super) async fn expire(app: &App) -> Result<()> {
    use import_entity::{Column, Entity};
    let now = app.clock.now();
    let write = app.db.write().await?;
    let over = over_with_rows(&*write, now).await?;
    if over.is_empty() {
        return Ok(());
    }
    let rows = import_row_entity::Column::ImportId.is_in(over.iter().copied());
    import_row_entity::Entity::delete_many().filter(rows).exec(&*write).await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::value(ImportState::Expired.to_value()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.is_in(over))
        .filter(Column::State.eq(ImportState::Previewed))
        .exec(&*write)
        .await?;
    write.commit(now).await?;
    Ok(())
}

/// The files that are over and still have rows, some at a time.
async fn over_with_rows(db: &impl ConnectionTrait, now: DateTimeUtc) -> Result<Vec<Uuid>> {
    use crate::access::{Guarded as _, Scope};
    use import_entity::{Column, Entity};
    use sea_orm::{QuerySelect as _, QueryTrait as _};
    let with_rows = import_row_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(import_row_entity::Column::ImportId)
        .distinct();
    let ids = Entity::visible_to(&Scope::Service)
        .select_only()
        .column(Column::Id)
        .filter(Column::ExpiresAt.lte(now))
        .filter(
            Column::State
                .eq(ImportState::Previewed)
                .or(Column::Id.in_subquery(with_rows.into_query())),
        )
        .limit(20)
        .into_tuple();
    Ok(ids.all(db).await?)
}
