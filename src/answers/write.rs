//! Writing an answered question and its draft, each change against the version that it was made from.

use sea_orm::{IntoActiveModel as _, NotSet, QueryFilter, Set, entity::prelude::*};

use super::{
    AnsweredQuestion, State, area_entity, case::Case, citation_entity, content::Content,
    draft_entity, entity, store,
};
use crate::{
    access::{Audience, Guarded, Scope, district_token},
    app::Ctx,
    change::Change,
    error::{Error, Result},
    outbox::{Note, Subject},
};

/// Changes an answered question and tells of it.
///
/// # Errors
/// [`Error::Conflict`] where somebody else was faster.
pub(super) async fn row(
    ctx: &Ctx,
    change: &mut Change<'_>,
    before: &AnsweredQuestion,
    set: entity::ActiveModel,
) -> Result<()> {
    let after =
        [(&set.audience_token, &before.audience_token), (&set.owner_token, &before.owner_token)]
            .map(|(set, before)| set.try_as_ref().unwrap_or(before).clone());
    // What somebody has done here, a file does not undo.
    let done_here = set.state.is_set() || set.audience.is_set() || set.superseded_by_id.is_set();
    let content_digest = if done_here { Set(String::new()) } else { set.content_digest };
    let set = entity::ActiveModel {
        content_digest,
        version: Set(before.version + 1),
        updated_at: Set(ctx.now()),
        updated_by: Set(Some(change.actor())),
        ..set
    };
    let done = entity::Entity::update_many()
        .set(set)
        .filter(entity::Column::Id.eq(before.id))
        .filter(entity::Column::Version.eq(before.version))
        .exec(&**change)
        .await?;
    if done.rows_affected == 0 {
        let present = entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::Id.eq(before.id))
            .one(&**change)
            .await?;
        return Err(Error::Conflict { present: present.map_or(before.version, |row| row.version) });
    }
    note(change, before.id, store::tokens(before), after.to_vec());
    Ok(())
}

/// Raises the version of an answered question, and changes nothing else: what is done to it next goes by this change.
pub(super) async fn touch(
    ctx: &Ctx,
    change: &mut Change<'_>,
    before: &AnsweredQuestion,
) -> Result<()> {
    row(ctx, change, before, entity::ActiveModel { id: NotSet, ..Default::default() }).await
}

/// Tells the followers of the log.
pub(super) fn note(change: &mut Change<'_>, id: Uuid, before: Vec<String>, after: Vec<String>) {
    change.note(Note { subject: Subject::AnsweredQuestion, id, before, after });
}

/// Lets an answered question have the areas and citations of a text, and no others.
pub(super) async fn parts(change: &Change<'_>, id: Uuid, content: &Content) -> Result<()> {
    store::clear_areas_and_citations(&**change, vec![id]).await?;
    let areas = content.areas.iter().map(|area_id| {
        area_entity::Model { answered_question_id: id, area_id: *area_id }.into_active_model()
    });
    store::insert_rows::<area_entity::Entity, _>(&**change, areas.collect()).await?;
    let citations =
        content.citations_of(id).into_iter().map(sea_orm::IntoActiveModel::into_active_model);
    store::insert_rows::<citation_entity::Entity, _>(&**change, citations.collect()).await
}

/// What becomes of a draft.
pub(super) struct Next<'a> {
    /// The state that it comes into.
    pub(super) state: State,
    /// Whether its text as it stands has been cleared to leave its station.
    pub(super) cleared: bool,
    /// Another text, where it gets one.
    pub(super) content: Option<&'a Content>,
    /// What else changes.
    pub(super) set: draft_entity::ActiveModel,
}

/// Changes a draft, and with it what its own people see of an answered question that has not been shown yet.
///
/// Until a second person has cleared it, a draft is seen by its station, and by the bureau that began it; then, while it
/// is in review, by the officers of its district and the municipal level.
pub(super) async fn draft(
    ctx: &Ctx,
    change: &mut Change<'_>,
    case: &Case,
    next: Next<'_>,
) -> Result<()> {
    let before = case.draft()?;
    let open = next.cleared && next.state == State::InReview;
    let token = if open { district_token(&case.district) } else { before.home_token.clone() };
    let content = next.content.map(Content::as_draft).transpose()?;
    let set = merged(content.unwrap_or_default(), next.set);
    let set = draft_entity::ActiveModel {
        version: Set(before.version + 1),
        updated_at: Set(ctx.now()),
        updated_by: Set(Some(change.actor())),
        state: Set(next.state),
        audience_token: Set(token.clone()),
        ..set
    };
    let done = draft_entity::Entity::update_many()
        .set(set)
        .filter(draft_entity::Column::Id.eq(before.id))
        .filter(draft_entity::Column::Version.eq(before.version))
        .exec(&**change)
        .await?;
    if done.rows_affected == 0 {
        return Err(superseded_draft(change, before.id).await?);
    }
    if !case.is_new() {
        // What is shown stays as it is: only those who see the draft are told.
        let (was, owner) = (before.audience_token.clone(), before.owner_token.clone());
        note(change, case.row.id, vec![was, owner.clone()], vec![token, owner]);
        return Ok(());
    }
    let audience = if open { Audience::District } else { Audience::Station };
    let set = entity::ActiveModel {
        state: Set(next.state),
        audience: Set(audience),
        audience_token: Set(token),
        ..next.content.map(Content::as_row).unwrap_or_default()
    };
    row(ctx, change, &case.row, set).await?;
    match next.content {
        Some(content) => parts(change, case.row.id, content).await,
        None => Ok(()),
    }
}

/// The columns of a text with those that change beside it.
fn merged(
    content: draft_entity::ActiveModel,
    set: draft_entity::ActiveModel,
) -> draft_entity::ActiveModel {
    draft_entity::ActiveModel {
        writers: set.writers,
        returned_reason: set.returned_reason,
        submitted_at: set.submitted_at,
        ..content
    }
}

/// Why a draft could not be changed: it is at another version, or gone.
async fn superseded_draft(change: &Change<'_>, id: Uuid) -> Result<Error> {
    let present = draft_entity::Entity::visible_to(&Scope::Service)
        .filter(draft_entity::Column::Id.eq(id))
        .one(&**change)
        .await?;
    Ok(present.map_or(Error::NotFound, |draft| Error::Conflict { present: draft.version }))
}

/// Removes the draft of an answered question, if it is still the one that was looked at.
pub(super) async fn drop_draft(change: &Change<'_>, case: &Case) -> Result<()> {
    let before = case.draft()?;
    let done = draft_entity::Entity::delete_many()
        .filter(draft_entity::Column::Id.eq(before.id))
        .filter(draft_entity::Column::Version.eq(before.version))
        .exec(&**change)
        .await?;
    if done.rows_affected == 0 {
        return Err(superseded_draft(change, before.id).await?);
    }
    Ok(())
}

/// Removes whatever draft there is: the work on what is shown no longer ends.
pub(super) async fn end_work(change: &Change<'_>, id: Uuid) -> Result<()> {
    draft_entity::Entity::delete_many()
        .filter(draft_entity::Column::AnsweredQuestionId.eq(id))
        .exec(&**change)
        .await?;
    Ok(())
}
