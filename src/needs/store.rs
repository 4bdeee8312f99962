//! How a need is written: the row with its next version, its areas, the note for those who follow.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::NotSet, IntoActiveModel as _, QueryFilter, entity::prelude::*};

use super::{Need, NeedState, area_entity, entity};
use crate::{
    access::member_actor,
    app::Ctx,
    change::{Change, update_at},
    error::Result,
    outbox::{Note, Subject, Write},
};

/// Who sees a need now, and until when: follows from its state, its audience and its last day.
pub(super) fn settle(row: &mut Need) {
    row.audience_token = if row.state.is_shown() {
        row.audience.token(&row.owner_token, row.district_code.as_deref())
    } else {
        row.owner_token.clone()
    };
    row.shown_until = row.state.lapses().then_some(row.expires_on);
}

/// The tokens that open a need, as far as the log of changes tells.
pub(super) fn tokens(row: &Need) -> Vec<String> {
    vec![row.audience_token.clone(), row.owner_token.clone()]
}

/// Writes a need that is new.
pub(super) async fn insert(change: &mut Change<'_>, row: &Need, areas: &[Uuid]) -> Result<()> {
    entity::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&**change)
        .await?;
    keep_areas(&**change, row.id, areas).await?;
    change.note(Note {
        subject: Subject::Need,
        id: row.id,
        before: Vec::new(),
        after: tokens(row),
    });
    Ok(())
}

/// Writes a need as it is to be from now on, over the one that was read.
pub(super) async fn save(
    ctx: &Ctx,
    change: &mut Change<'_>,
    old: &Need,
    mut row: Need,
) -> Result<()> {
    row.updated_at = ctx.now();
    row.updated_by = Some(change.actor());
    write(change.write(), old, row).await
}

/// The same, where it is the service that writes.
pub(super) async fn write(write: &mut Write, old: &Need, mut row: Need) -> Result<()> {
    settle(&mut row);
    row.version = old.version + 1;
    let after = tokens(&row);
    let mut changed = row.into_active_model().reset_all();
    changed.id = NotSet;
    let (id, version) = ((entity::Column::Id, old.id), (entity::Column::Version, old.version));
    update_at(&**write, id, version, changed).await?;
    write.note(Note { subject: Subject::Need, id: old.id, before: tokens(old), after });
    Ok(())
}

/// Lets a need belong to these areas, and no others.
pub(super) async fn keep_areas(
    db: &impl ConnectionTrait,
    need_id: Uuid,
    areas: &[Uuid],
) -> Result<()> {
    area_entity::Entity::delete_many()
        .filter(area_entity::Column::NeedId.eq(need_id))
        .exec(db)
        .await?;
    if areas.is_empty() {
        return Ok(());
    }
    let row =
        |area_id: &Uuid| area_entity::Model { need_id, area_id: *area_id }.into_active_model();
    area_entity::Entity::insert_many(areas.iter().map(row)).exec_without_returning(db).await?;
    Ok(())
}

/// Lets a need be in another state from now on.
pub(super) fn moved(row: &mut Need, state: NeedState, ctx: &Ctx, reason: Option<String>) {
    row.state = state;
    let ended = matches!(state, NeedState::Fulfilled | NeedState::Withdrawn | NeedState::Lapsed);
    row.closed_at = ended.then(|| ctx.now());
    row.closed_reason = reason;
}

/// A member's hand in the text, remembered once.
pub(super) fn written_by(row: &mut Need, member: Option<Uuid>) {
    let Some(member) = member else { return };
    let name = member_actor(member);
    let mut writers = crate::json::texts(&row.writers);
    if !writers.contains(&name) {
        writers.push(name);
        row.writers = writers.into();
    }
}

/// Whether somebody had a hand in the text.
pub(super) fn has_written(row: &Need, member: Uuid) -> bool {
    crate::json::texts(&row.writers).contains(&member_actor(member))
}

/// Whether a day is over for a need.
pub(super) fn is_over(row: &Need, today: NaiveDate) -> bool {
    row.expires_on < today
}
