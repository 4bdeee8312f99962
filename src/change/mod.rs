//! A change that somebody makes: one transaction with what changed, the note for the followers, the entry in the audit
//! log, and the memory that it was asked for.
//!
//! A rule begins a [`Change`], writes, says what it did, and commits; dropped before, nothing was. Asked for again under
//! the same `clientMutationId`, beginning fails with [`Error::AlreadyDone`], which the answer turns into the answer of
//! the first time: the rules need not know.

mod graphql;
pub(crate) mod repeat_entity;
mod version;

use std::ops::Deref;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, IntoActiveModel as _, QueryFilter, Set,
    entity::prelude::*, sea_query::OnConflict,
};
use sha2::{Digest as _, Sha256};

pub use crate::error::Done;
pub(crate) use graphql::payload;
pub use graphql::{Answered, Once, UserError, answered};
pub use version::{check_version, update_at};

use crate::{
    access::Guarded as _,
    app::Ctx,
    audit::{self, Entry},
    error::{Error, Result},
    ids::new_id,
    language::Text,
    outbox::{Note, Write},
};

/// A change under way.
pub struct Change<'a> {
    ctx: &'a Ctx,
    write: Write,
    entries: Vec<Entry>,
    remembered: Option<Uuid>,
}

impl Deref for Change<'_> {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.write
    }
}

impl<'a> Change<'a> {
    /// Begins a change.
    ///
    /// # Errors
    /// [`Error::AlreadyDone`] where the same was asked for before; [`Error::Invalid`] where something else was asked
    /// for under the same `clientMutationId`.
    pub async fn begin(ctx: &'a Ctx) -> Result<Self> {
        let mut change =
            Self { ctx, write: ctx.app.db.write().await?, entries: Vec::new(), remembered: None };
        if let Some(once) = ctx.once() {
            change.remembered = Some(remember(&change.write, ctx, once).await?);
        }
        Ok(change)
    }

    /// Who changes, as rows remember it.
    pub fn actor(&self) -> String {
        self.ctx.viewer.identity().actor()
    }

    /// Remembers to tell the followers when this is committed.
    pub fn note(&mut self, note: Note) {
        self.write.note(note);
    }

    /// What an outbox row is written through; for rooms that write in batches.
    pub fn write(&mut self) -> &mut Write {
        &mut self.write
    }

    /// Remembers to enter something into the audit log when this is committed. It must hold no confidential value.
    pub fn audit(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Ends the change. When this returns, it is on the disk.
    pub async fn commit(self, id: Uuid) -> Result<Done> {
        let Self { ctx, write, entries, remembered } = self;
        let now = ctx.now();
        audit::write(&*write, ctx, entries).await?;
        if let Some(remembered) = remembered {
            repeat_entity::Entity::update_many()
                .col_expr(repeat_entity::Column::SubjectId, Expr::value(Some(id)))
                .filter(repeat_entity::Column::Id.eq(remembered))
                .exec(&*write)
                .await?;
        }
        let revision = write.commit(now).await?;
        Ok(Done { id, revision })
    }
}

/// Takes the place of a `clientMutationId`. Of two that come at once, the second waits for the first and then finds it.
async fn remember(write: &Write, ctx: &Ctx, once: &Once) -> Result<Uuid> {
    use repeat_entity::{ActiveModel, Column, Entity, Model};
    let row = Model {
        id: new_id(),
        actor: ctx.viewer.identity().actor(),
        mutation: once.mutation.clone(),
        client_mutation_id: once.key.clone(),
        input_digest: digest(&once.input),
        subject_id: None,
        asked_at: ctx.now(),
    };
    let (id, input_digest) = (row.id, row.input_digest.clone());
    let place = [Column::Actor, Column::Mutation, Column::ClientMutationId];
    let taken = Entity::insert(ActiveModel { id: Set(row.id), ..row.clone().into_active_model() })
        .on_conflict(OnConflict::columns(place).do_nothing().to_owned())
        .exec_without_returning(&**write)
        .await;
    match taken {
        Ok(0) | Err(DbErr::RecordNotInserted) => {}
        Ok(_) => return Ok(id),
        Err(fault) => return Err(fault.into()),
    }
    let before = Entity::visible_to(&crate::access::Scope::Service)
        .filter(Column::Actor.eq(row.actor))
        .filter(Column::Mutation.eq(row.mutation))
        .filter(Column::ClientMutationId.eq(row.client_mutation_id))
        .one(&**write)
        .await?
        .ok_or_else(|| Error::internal("a repeated change has lost its first"))?;
    match before.subject_id {
        Some(id) if before.input_digest == input_digest => {
            Err(Error::AlreadyDone(Done { id, revision: None }))
        }
        _ => Err(Error::invalid(
            "clientMutationId",
            Text::new(
                "another input was sent under the same clientMutationId before; take a new one for a new change",
                "同一 clientMutationId 此前已用于不同的内容，新的操作请换用新的值",
            ),
        )),
    }
}

fn digest(input: &str) -> String {
    Sha256::digest(input).iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Forgets what was asked for before an instant: nobody repeats a request that is days old.
pub async fn forget_repeats(db: &impl ConnectionTrait, before: DateTimeUtc) -> Result<u64> {
    let forgotten = repeat_entity::Entity::delete_many()
        .filter(repeat_entity::Column::AskedAt.lt(before))
        .exec(db)
        .await?;
    Ok(forgotten.rows_affected)
}
