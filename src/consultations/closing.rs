//! How a case ends: the company is told, confirms, takes its question back; and how it begins again.

use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};

use super::{
    Closure, Step, asker, entity,
    sealed::Part,
    state::Facts,
    taken::{About, Taken, Told, mask_texts},
    triage::{Telling, told},
    words::Words,
};
use crate::{
    access::Guarded,
    answers,
    app::Ctx,
    change::Done,
    error::{Error, Result, RuleCode},
    language::Text,
    needs,
};

/// Tells the company the reply that has come; other words than those of the tier take their place.
pub(super) async fn reply(
    ctx: &Ctx,
    about: About,
    telling: Telling,
    text: Option<Words>,
) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::Reply).await?;
    let facts = taken.facts();
    taken.go(&facts)?;
    told(&mut taken, telling)?;
    if let Some(text) = &text {
        taken.row.sealed_reply = Some(taken.sealed(Part::Reply, text));
    }
    taken.finish(Told::of(text)).await
}

/// Closes a case because the company confirmed the reply.
pub(super) async fn confirm(ctx: &Ctx, about: About, note: Option<Words>) -> Result<Done> {
    close(ctx, about, Step::Confirm, Closure::Confirmed, note).await
}

/// Closes a case because the company took its question back.
pub(super) async fn withdraw(ctx: &Ctx, about: About, note: Option<Words>) -> Result<Done> {
    close(ctx, about, Step::Withdraw, Closure::Withdrawn, note).await
}

async fn close(
    ctx: &Ctx,
    about: About,
    step: Step,
    closure: Closure,
    note: Option<Words>,
) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, step).await?;
    end(&mut taken, closure)?;
    taken.finish(Told::of(note)).await
}

fn end(taken: &mut Taken<'_>, closure: Closure) -> Result<()> {
    let facts = taken.facts();
    taken.go(&facts)?;
    taken.row.closure = Some(closure);
    taken.row.closed_at = Some(taken.ctx.now());
    taken.row.no_objection_on = None;
    Ok(())
}

/// Closes a case because the same was asked in another, which is no duplicate itself.
pub(super) async fn mark_duplicate(
    ctx: &Ctx,
    about: About,
    of: Uuid,
    note: Option<Words>,
) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::MarkDuplicate).await?;
    let original = entity::Entity::visible_to(&ctx.scope())
        .filter(entity::Column::Id.eq(of))
        .filter(entity::Column::Id.ne(about.id))
        .lock_exclusive()
        .one(&*taken.change)
        .await?;
    let original = original.filter(|row| row.closure != Some(Closure::Duplicate));
    let Some(original) = original else {
        let reason = Text::new(
            "name another consultation that you may see and that is not closed as a duplicate itself",
            "请指明另一件您可查看、且自身未因重复而办结的咨询",
        );
        return Err(Error::invalid("duplicateOfId", reason));
    };
    end(&mut taken, Closure::Duplicate)?;
    taken.row.duplicate_of_id = Some(original.id);
    taken.finish(Told::of(note)).await
}

/// Takes a case up again: to where it stood once it was classified, within 90 days.
pub(super) async fn reopen(ctx: &Ctx, about: About, reason: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::Reopen).await?;
    let facts = Facts { note: true, ..taken.facts() };
    taken.go(&facts)?;
    let row = &mut taken.row;
    row.reopened += 1;
    row.replied_at = None;
    row.replied_by = None;
    row.no_objection_on = None;
    row.closed_at = None;
    row.closure = None;
    row.duplicate_of_id = None;
    taken.finish(Told::of(reason)).await
}

/// Erases who asked: the row with its key and its fingerprints, and what would tell it from the texts. The events stay.
pub(super) async fn erase_asker(ctx: &Ctx, about: About, reason: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::EraseAsker).await?;
    let facts = Facts { note: true, ..taken.facts() };
    taken.go(&facts)?;
    let id = taken.row.id;
    let asker = asker::unseen(&*taken.change, &ctx.app.vault, vec![id]).await?.remove(&id);
    if let Some(asker) = asker {
        mask_texts(&mut taken.row, &taken.key, &asker)?;
        let told = answers::forget(&*taken.change, id, &asker.confidential(), ctx.now()).await?;
        for note in told {
            taken.change.note(note);
        }
        let values = asker.confidential();
        needs::forget(taken.change.write(), id, &values, ctx.now()).await?;
    }
    if !asker::erase(&*taken.change, id).await? {
        let reason = Text::new("who asked has been erased", "咨询企业信息已删除");
        return Err(Error::rule(RuleCode::WrongState, "consultationId", reason));
    }
    taken.row.asker_erased_at = Some(ctx.now());
    taken.finish(Told::of(reason)).await
}
