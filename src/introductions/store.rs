//! How an introduction is written: the row with its next version, and the note for both sides.

use sea_orm::{ActiveValue::NotSet, IntoActiveModel as _, entity::prelude::*};

use super::{Introduction, IntroductionState, entity};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Change, update_at},
    error::Result,
    ids::NodeKind,
    outbox::{Note, Subject, Write},
};

/// The entry in the audit log of a step on an introduction.
pub(super) fn entry(action: &'static str, row: &Introduction) -> Entry {
    Entry::new(action).of(NodeKind::Introduction, row.id).within(row.district_code.as_deref())
}

/// The tokens of both sides.
pub(super) fn tokens(row: &Introduction) -> Vec<String> {
    vec![row.asker_token.clone(), row.owner_token.clone()]
}

/// Writes an introduction as it is to be from now on, over the one that was read.
pub(super) async fn save(
    ctx: &Ctx,
    change: &mut Change<'_>,
    old: &Introduction,
    mut row: Introduction,
) -> Result<()> {
    row.updated_at = ctx.now();
    row.updated_by = Some(change.actor());
    write(change.write(), old, row).await
}

/// The same, where it is the service that writes.
pub(super) async fn write(
    write: &mut Write,
    old: &Introduction,
    mut row: Introduction,
) -> Result<()> {
    row.version = old.version + 1;
    let tokens = tokens(&row);
    let mut changed = row.into_active_model().reset_all();
    changed.id = NotSet;
    let (id, version) = ((entity::Column::Id, old.id), (entity::Column::Version, old.version));
    update_at(&**write, id, version, changed).await?;
    let (before, after) = (tokens.clone(), tokens);
    write.note(Note { subject: Subject::Introduction, id: old.id, before, after });
    Ok(())
}

/// Ends a request without contact: what came with it is forgotten, and it can be asked for again.
pub(super) fn ended(row: &mut Introduction, state: IntroductionState, now: DateTimeUtc) {
    row.state = state;
    row.closed_at = Some(now);
    row.open_key = None;
    row.sealed_asker_contact = None;
    row.sealed_owner_contact = None;
}
