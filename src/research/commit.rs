//! Taking in a file that was looked at: the same rows, planned anew against what is there by now.
//!
//! Some hundred rows a transaction, so that nobody waits for the writer. Broken off in the middle, it is done once more
//! and doubles nothing: a row that was taken is then there as the file says it.

use sea_orm::{
    IntoActiveModel as _, QueryFilter, QueryOrder, QuerySelect, Set, entity::prelude::*,
};

use super::{
    ImportState, ResearchImport, ResearchImportRow, RowOutcome,
    content::Desk,
    import_entity, import_row_entity, incoming,
    plan::{Planner, Taker},
    preview::{desk, entry, taker, tally},
    write,
};
use crate::{
    access::{Action, Guarded, Holding, Scope, check, check_at_all},
    app::Ctx,
    audit,
    change::{Change, Done},
    error::{Error, Result, RuleCode},
    language::Text,
    transfer::ROWS_AT_ONCE,
};

/// Takes a file in.
///
/// # Errors
/// [`Error::Rule`] where it was taken in before, is over, or has bad rows and nobody said to take the good ones.
pub(super) async fn commit(ctx: &Ctx, id: Uuid, take_good_rows: bool) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::WriteResearchOutput)?;
    let taker = taker(ctx)?;
    // Looked at, and let go again: while the rows go in, others write too.
    let import = {
        let change = Change::begin(ctx).await?;
        ready(ctx, &change, id, take_good_rows).await?
    };
    let desk = desk(ctx, import.organization_id).await?;
    let mut after = -1;
    while let Some(last) = Box::pin(some(ctx, &desk, &taker, id, after)).await? {
        after = last;
    }
    let mut change = Change::begin(ctx).await?;
    let import = ready(ctx, &change, id, take_good_rows).await?;
    let rows = rows_of(&*change, id, -1, u64::MAX).await?;
    let mut row = import.clone().into_active_model();
    row.state = Set(ImportState::Committed);
    row.version = Set(import.version + 1);
    row.outcome = Set(Some(tally(&rows)));
    row.updated_at = Set(taker.now);
    row.updated_by = Set(Some(taker.actor));
    row.update(&*change).await?;
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let said =
        format!("COMMITTED, {} new, {} changed", count(RowOutcome::New), count(RowOutcome::Update));
    change.audit(entry("commitResearchOutputImport", id).saying(said));
    change.commit(id).await
}

/// The import, if it may be taken in.
async fn ready(
    ctx: &Ctx,
    db: &Change<'_>,
    id: Uuid,
    take_good_rows: bool,
) -> Result<ResearchImport> {
    let found = import_entity::Entity::visible_to(&ctx.scope())
        .filter(import_entity::Column::Id.eq(id))
        .one(&**db)
        .await?
        .ok_or(Error::NotFound)?;
    let holding = Holding::of(found.owner_token.clone(), None);
    check(&ctx.viewer, Action::WriteResearchOutput, &holding)?;
    let over = ctx.now() >= found.expires_at;
    if found.state != ImportState::Previewed || over {
        let state = if over { ImportState::Expired } else { found.state };
        let state = state.to_value();
        let reason = Text::new(
            format!("this file is in the state {state}; bring it again"),
            format!("该文件当前状态为 {state}，请重新上传"),
        );
        return Err(Error::rule(RuleCode::WrongState, "id", reason));
    }
    let bad = found.rows - found.good;
    if bad > 0 && !take_good_rows {
        let reason = Text::new(
            format!("{bad} rows have faults: mend them, or say takeGoodRows to take the others"),
            format!("有 {bad} 行存在错误：请更正，或用 takeGoodRows 仅导入正确的行"),
        );
        return Err(Error::rule(RuleCode::Invalid, "takeGoodRows", reason));
    }
    Ok(found)
}

async fn rows_of(
    db: &impl ConnectionTrait,
    import: Uuid,
    after: i32,
    most: u64,
) -> Result<Vec<ResearchImportRow>> {
    let rows = import_row_entity::Entity::visible_to(&Scope::Service)
        .filter(import_row_entity::Column::ImportId.eq(import))
        .filter(import_row_entity::Column::Number.gt(after))
        .order_by_asc(import_row_entity::Column::Number)
        .limit(most.min(i64::MAX.unsigned_abs()));
    Ok(rows.all(db).await?)
}

/// Takes some rows in, and gives the number of the last of them; none at the end.
async fn some(
    ctx: &Ctx,
    desk: &Desk,
    taker: &Taker,
    import: Uuid,
    after: i32,
) -> Result<Option<i32>> {
    let mut write = ctx.app.db.write().await?;
    let rows = rows_of(&*write, import, after, ROWS_AT_ONCE as u64).await?;
    let Some(last) = rows.last().map(|row| row.number) else { return Ok(None) };
    let good = rows.into_iter().filter(|row| row.outcome != RowOutcome::Faulty);
    let (mut drafts, mut known) = (Vec::new(), Vec::new());
    for row in good {
        let fields = row.fields.as_object().cloned().unwrap_or_default();
        let Some(draft) = incoming::again(fields, &desk.code, &desk.known) else {
            // What it refers to has gone since it was looked at.
            put(&*write, row, RowOutcome::Faulty, None, None).await?;
            continue;
        };
        drafts.push((u64::try_from(row.line).unwrap_or_default(), draft));
        known.push(row);
    }
    let planned = Planner::new(desk, taker).plan(&*write, drafts).await?;
    let mut rewritten = Vec::new();
    let (mut new, mut changed) = (0, 0);
    for (row, planned) in known.into_iter().zip(planned) {
        // A row that is there because it was taken a moment ago, before this broke off, was new.
        let again = row.outcome == RowOutcome::New
            && planned.outcome == RowOutcome::Unchanged
            && row.research_output_id.is_some();
        let outcome = if again { RowOutcome::New } else { planned.outcome };
        new += u64::from(planned.outcome == RowOutcome::New);
        changed += u64::from(planned.outcome == RowOutcome::Update);
        let told = Some((planned.conflicts, planned.duplicates));
        put(&*write, row, outcome, planned.output, told).await?;
        rewritten.extend(planned.rewritten);
    }
    Box::pin(write::rows(&mut write, rewritten, taker.now)).await?;
    let said = format!("{new} new, {changed} changed");
    let entry = entry("commitResearchOutputImport", import).saying(said);
    audit::write(&*write, ctx, vec![entry]).await?;
    write.commit(taker.now).await?;
    Ok(Some(last))
}

/// Keeps what has become of a row.
async fn put(
    db: &impl ConnectionTrait,
    row: ResearchImportRow,
    outcome: RowOutcome,
    output: Option<Uuid>,
    told: Option<(Json, Json)>,
) -> Result<()> {
    let output = output.or(row.research_output_id);
    let mut row = row.into_active_model();
    row.outcome = Set(outcome);
    row.research_output_id = Set(output);
    if let Some((conflicts, duplicates)) = told {
        row.conflicts = Set(conflicts);
        row.duplicates = Set(duplicates);
    }
    row.update(db).await?;
    Ok(())
}
