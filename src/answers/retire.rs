//! Taking an answer back at once, keeping it in the archive, and letting another take its place.

use sea_orm::{QueryFilter, Set, entity::prelude::*};

use super::{
    AnsweredQuestion, State, Step,
    case::{Case, at_version},
    content::words,
    drafts::{About, entry},
    entity, write,
};
use crate::{
    access::{Action, Audience, Guarded, Holding, Scope, check_at_all, may},
    app::Ctx,
    change::{Change, Done},
    error::{Error, Result},
    language::Text,
};

/// Which answer is to be withdrawn.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// By its id.
    Id(Uuid),
    /// By the number that people call it by.
    Number(String),
}

/// Takes an answer back: from this change on nobody but its station sees it, whoever was reading it.
///
/// It takes no version: whoever sees that something must not be read any longer does not wait for others to finish.
pub(super) async fn withdraw(ctx: &Ctx, named: &Named, reason: &str) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::WithdrawAnswer)?;
    let reason = words("reason", reason, 1, 1_000)?;
    let mut change = Change::begin(ctx).await?;
    let case = find(ctx, &change, named).await?;
    let id = case.row.id;
    case.may(&ctx.viewer, Step::Withdraw)?;
    case.ready(&ctx.viewer, Step::Withdraw)?;
    write::end_work(&change, id).await?;
    let set = entity::ActiveModel {
        withdrawn_on: Set(Some(ctx.today)),
        withdrawn_reason: Set(Some(reason)),
        ..hidden(&case.row, State::Withdrawn)
    };
    write::row(ctx, &mut change, &case.row, set).await?;
    change.audit(entry("withdrawAnsweredQuestion", id, &case.district).saying("WITHDRAWN"));
    change.commit(id).await
}

/// Finds what is to be withdrawn. Whoever may withdraw everywhere finds by its number also what they may not read, if it
/// is shown to anybody: they need not know more than that it must go.
async fn find(ctx: &Ctx, change: &Change<'_>, named: &Named) -> Result<Case> {
    let number = match named {
        Named::Id(id) => return Case::find(ctx, &**change, *id).await,
        Named::Number(number) => number,
    };
    let everywhere = may(&ctx.viewer, Action::WithdrawAnswer, &Holding::nobody());
    let scope = if everywhere { Scope::Service } else { ctx.scope() };
    let row = entity::Entity::visible_to(&scope)
        .filter(entity::Column::Number.eq(number.trim()))
        .one(&**change)
        .await?;
    let readable = |row: &AnsweredQuestion| {
        let viewer = &ctx.viewer;
        viewer.holds(&row.audience_token) || viewer.holds(&row.owner_token)
    };
    let row = row.filter(|row| readable(row) || row.state.is_shown()).ok_or(Error::NotFound)?;
    let id = row.id;
    Case::all(ctx, &**change, vec![row]).await?.remove(&id).ok_or(Error::NotFound)
}

/// What is shown to nobody but its station any more.
fn hidden(row: &AnsweredQuestion, state: State) -> entity::ActiveModel {
    entity::ActiveModel {
        state: Set(state),
        audience: Set(Audience::Station),
        audience_token: Set(row.owner_token.clone()),
        ..Default::default()
    }
}

/// Begins a change of what is shown: right, version and state, in this order.
async fn at<'a>(ctx: &'a Ctx, about: About, step: Step) -> Result<(Change<'a>, Case)> {
    check_at_all(&ctx.viewer, step.action())?;
    let change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, about.id).await?;
    case.may(&ctx.viewer, step)?;
    at_version(about.version, case.row.version)?;
    case.ready(&ctx.viewer, step)?;
    Ok((change, case))
}

/// Keeps an answer for its station, and shows it to nobody else any more.
pub(super) async fn archive(ctx: &Ctx, about: About) -> Result<Done> {
    let (mut change, case) = at(ctx, about, Step::Archive).await?;
    write::end_work(&change, about.id).await?;
    write::row(ctx, &mut change, &case.row, hidden(&case.row, State::Archived)).await?;
    change.audit(entry("archiveAnsweredQuestion", about.id, &case.district).saying("ARCHIVED"));
    change.commit(about.id).await
}

/// Lets another answer of the same station take the place of one. Both stay readable for whom they were; searches give
/// the new one.
pub(super) async fn supersede(ctx: &Ctx, about: About, by: Uuid) -> Result<Done> {
    let (mut change, case) = at(ctx, about, Step::Supersede).await?;
    let successor = Case::find(ctx, &*change, by).await?.row;
    let fits = successor.state == State::Published
        && successor.id != case.row.id
        && successor.station_id == case.row.station_id;
    if !fits {
        // Files name a successor by the id that its station gave it.
        let reason = Text::new(
            "name another published answer of the same station; it takes the place of this one",
            "请指定同一工作站另一条已发布的答复，由其取代本条",
        );
        return Err(Error::invalid("byId", reason));
    }
    write::end_work(&change, about.id).await?;
    let set = entity::ActiveModel {
        state: Set(State::Superseded),
        superseded_by_id: Set(Some(by)),
        ..Default::default()
    };
    write::row(ctx, &mut change, &case.row, set).await?;
    change.audit(entry("supersedeAnsweredQuestion", about.id, &case.district).saying("SUPERSEDED"));
    change.commit(about.id).await
}
