//! What readers say of an answer: whether it helped, and what is wrong with it.

use sea_orm::{
    ExprTrait as _, IntoActiveModel as _, QueryFilter, QuerySelect, Set,
    entity::prelude::*,
    sea_query::{OnConflict, SimpleExpr},
};
use std::collections::HashMap;

use super::{
    AnswerReport, AnswerReportState, Step,
    case::{Case, at_version, member},
    content::words,
    drafts::entry,
    entity, rating_entity, report_entity,
};
use crate::{
    access::{Action, Guarded, check_at_all, district_token},
    app::Ctx,
    audit::Entry,
    change::{Change, Done},
    error::{Error, Result, RuleCode},
    ids::{NodeKind, new_id},
    language::Text,
};

/// Says whether an answer helped. Everybody says it once; saying it again takes the place of what was said before.
pub(super) async fn rate(ctx: &Ctx, id: Uuid, helpful: bool) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::RateAnswer)?;
    let mut change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, id).await?;
    case.may(&ctx.viewer, Step::Rate)?;
    case.ready(&ctx.viewer, Step::Rate)?;
    let rater = change.actor();
    let (up, down) = match said_first(ctx, &change, id, &rater, helpful).await? {
        true => (helpful, None),
        false if said_otherwise(ctx, &change, id, &rater, helpful).await? => {
            (helpful, Some(!helpful))
        }
        false => return change.commit(id).await,
    };
    count(&change, id, up, down).await?;
    change.audit(entry("rateAnsweredQuestion", id, &case.district));
    change.commit(id).await
}

/// Writes a first rating down; false where there is one.
async fn said_first(
    ctx: &Ctx,
    change: &Change<'_>,
    answered_question_id: Uuid,
    rater: &str,
    helpful: bool,
) -> Result<bool> {
    use rating_entity::{Column, Entity, Model};
    let rater = rater.to_owned();
    let rating = Model { id: new_id(), answered_question_id, rater, helpful, rated_at: ctx.now() };
    let place = [Column::AnsweredQuestionId, Column::Rater];
    let written = Entity::insert(rating.into_active_model())
        .on_conflict(OnConflict::columns(place).do_nothing().to_owned())
        .exec_without_returning(&**change)
        .await;
    match written {
        Ok(0) | Err(DbErr::RecordNotInserted) => Ok(false),
        Ok(_) => Ok(true),
        Err(fault) => Err(fault.into()),
    }
}

/// Turns a rating round; false where it said the same.
async fn said_otherwise(
    ctx: &Ctx,
    change: &Change<'_>,
    id: Uuid,
    rater: &str,
    helpful: bool,
) -> Result<bool> {
    use rating_entity::{Column, Entity};
    let turned = Entity::update_many()
        .col_expr(Column::Helpful, Expr::value(helpful))
        .col_expr(Column::RatedAt, Expr::value(ctx.now()))
        .filter(Column::AnsweredQuestionId.eq(id))
        .filter(Column::Rater.eq(rater))
        .filter(Column::Helpful.eq(!helpful))
        .exec(&**change)
        .await?;
    Ok(turned.rows_affected > 0)
}

/// Counts one rating more, and one less where it said the contrary before. The figures of a file may be lower than what
/// was said here, so that none falls below nothing.
async fn count(change: &Change<'_>, id: Uuid, up: bool, down: Option<bool>) -> Result<()> {
    let column = |helpful| {
        if helpful { entity::Column::Helpful } else { entity::Column::Unhelpful }
    };
    let more = column(up);
    let mut update = entity::Entity::update_many()
        .col_expr(more, Expr::col(more).add(1))
        .filter(entity::Column::Id.eq(id));
    if let Some(down) = down {
        let less = column(down);
        let lower: SimpleExpr =
            Expr::case(Expr::col(less).gt(0), Expr::col(less).sub(1)).finally(0).into();
        update = update.col_expr(less, lower);
    }
    update.exec(&**change).await?;
    Ok(())
}

/// Reports an error in an answer to its station.
pub(super) async fn report(ctx: &Ctx, id: Uuid, text: &str) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::RateAnswer)?;
    let text = words("text", text, 1, 5_000)?;
    let mut change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, id).await?;
    case.may(&ctx.viewer, Step::ReportError)?;
    case.ready(&ctx.viewer, Step::ReportError)?;
    let by = Some(change.actor());
    let report = AnswerReport {
        id: new_id(),
        version: 1,
        created_at: ctx.now(),
        created_by: by.clone(),
        updated_at: ctx.now(),
        updated_by: by,
        answered_question_id: id,
        text,
        state: AnswerReportState::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        audience_token: district_token(&case.district),
        owner_token: case.row.owner_token.clone(),
    };
    let row = report.into_active_model();
    report_entity::Entity::insert(row).exec_without_returning(&*change).await?;
    change.audit(entry("reportAnswerError", id, &case.district));
    change.commit(id).await
}

/// Ends a report with a note of what was done about it.
pub(super) async fn resolve(ctx: &Ctx, id: Uuid, version: i32, note: &str) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::DraftAnswer)?;
    let resolver = member(&ctx.viewer)?.id;
    let resolution = words("note", note, 1, 5_000)?;
    let mut change = Change::begin(ctx).await?;
    // Only its station's people and the officers of its district see it, and whoever does may deal with it.
    let report = report_entity::Entity::visible_to(&ctx.scope())
        .filter(report_entity::Column::Id.eq(id))
        .one(&*change)
        .await?
        .ok_or(Error::NotFound)?;
    at_version(version, report.version)?;
    if report.state != AnswerReportState::Open {
        let reason = Text::new("it has been dealt with already", "该报告已处理");
        return Err(Error::rule(RuleCode::WrongState, "reportId", reason));
    }
    let set = report_entity::ActiveModel {
        version: Set(report.version + 1),
        updated_at: Set(ctx.now()),
        updated_by: Set(Some(change.actor())),
        state: Set(AnswerReportState::Resolved),
        resolution: Set(Some(resolution)),
        resolved_by: Set(Some(resolver)),
        resolved_at: Set(Some(ctx.now())),
        ..Default::default()
    };
    let done = report_entity::Entity::update_many()
        .set(set)
        .filter(report_entity::Column::Id.eq(id))
        .filter(report_entity::Column::Version.eq(version))
        .exec(&*change)
        .await?;
    if done.rows_affected == 0 {
        return Err(Error::Conflict { present: version + 1 });
    }
    change.audit(Entry::new("resolveAnswerReport").of(NodeKind::AnswerReport, id));
    change.commit(id).await
}

/// What the viewer may see of these reports, by id.
pub(super) async fn reports(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, AnswerReport>> {
    let rows = report_entity::Entity::visible_to(&ctx.scope())
        .filter(report_entity::Column::Id.is_in(ids));
    Ok(rows.all(ctx.db()).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// How many reports of each answered question nobody has dealt with yet, as far as the viewer may see them.
pub(super) async fn open_reports(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, i64>> {
    let counts: Vec<(Uuid, i64)> = report_entity::Entity::visible_to(&ctx.scope())
        .select_only()
        .column(report_entity::Column::AnsweredQuestionId)
        .column_as(report_entity::Column::Id.count(), "open")
        .filter(report_entity::Column::AnsweredQuestionId.is_in(ids))
        .filter(report_entity::Column::State.eq(AnswerReportState::Open))
        .group_by(report_entity::Column::AnsweredQuestionId)
        .into_tuple()
        .all(ctx.db())
        .await?;
    Ok(counts.into_iter().collect())
}
