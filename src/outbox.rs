//! The log of what changed, written with the change it tells of.
//!
//! A row names a thing and the tokens that could see it before and after; it never carries content. The log is pruned
//! by age and is no queue: any number of followers read it, each from its own position.
//!
//! In PostgreSQL, numbers of a sequence become visible out of order when transactions overlap, and a follower that
//! remembers the highest number it saw would lose the late ones. So the rows are the transaction's last statement, and
//! are written under one lock that is held until the commit is visible: revisions appear in their order, and a slow
//! transaction delays nobody before its very end.

use std::{ops::Deref, sync::Arc};

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, QueryOrder, QuerySelect,
    Set, Statement, entity::prelude::*,
};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::error::{Error, Result};

/// The channel on which PostgreSQL wakes the followers of other processes.
pub const CHANNEL: &str = "zhanjian_outbox";

/// The advisory lock that keeps revisions in order. The number means nothing; it must only be ours ("zhanjian").
const ORDER_LOCK: i64 = 0x7a68_616e_6a69_616e;

/// What kind of thing a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum Subject {
    AnsweredQuestion,
    ResearchOutput,
    Resource,
    Organization,
    Station,
    Regulation,
    ExpertiseArea,
    Consultation,
    Need,
    Introduction,
}

/// A position in the log; 0 is before everything.
pub type Revision = i64;

/// What is told of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What kind of thing changed.
    pub subject: Subject,
    /// Which one.
    pub id: Uuid,
    /// The tokens that could see it before; none when it is new.
    pub before: Vec<String>,
    /// The tokens that can see it now; none when it is gone.
    pub after: Vec<String>,
}

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub(super) struct Model {
        #[sea_orm(primary_key)]
        pub revision: i64,
        pub kind: super::Subject,
        pub subject_id: Uuid,
        pub tokens_before: Json,
        pub tokens_after: Json,
        pub noted_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A change under way: a transaction that will tell of what it did. Dropped without [`Write::commit`], it never was.
#[derive(Debug)]
pub struct Write {
    transaction: DatabaseTransaction,
    notes: Vec<Note>,
    written: Arc<Notify>,
}

impl Deref for Write {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}

impl Write {
    pub(crate) fn new(transaction: DatabaseTransaction, written: Arc<Notify>) -> Self {
        Self { transaction, notes: Vec::new(), written }
    }

    /// Remembers to tell of a change when this is committed.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Ends the change: writes the notes, commits, wakes the followers. Gives the revision of the last note, or nothing
    /// when there was none to tell. When this returns, the change is on the disk.
    pub async fn commit(self, now: DateTime<Utc>) -> Result<Option<Revision>> {
        let Self { transaction, notes, written } = self;
        let revision = write_notes(&transaction, &notes, now).await?;
        transaction.commit().await?;
        written.notify_waiters();
        Ok(revision)
    }
}

/// Rows in one statement; SQLite takes at most 32,766 values in one.
const ROWS_AT_ONCE: usize = 2_000;

async fn write_notes(
    transaction: &DatabaseTransaction,
    notes: &[Note],
    now: DateTime<Utc>,
) -> Result<Option<Revision>> {
    if notes.is_empty() {
        return Ok(None);
    }
    let postgres = transaction.get_database_backend() == DbBackend::Postgres;
    if postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({ORDER_LOCK})");
        transaction.execute_unprepared(&lock).await?;
        transaction.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    }
    for notes in notes.chunks(ROWS_AT_ONCE) {
        let rows = notes.iter().map(|note| entity::ActiveModel {
            kind: Set(note.subject),
            subject_id: Set(note.id),
            tokens_before: Set(note.before.clone().into()),
            tokens_after: Set(note.after.clone().into()),
            noted_at: Set(now),
            ..Default::default()
        });
        entity::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    Ok(Some(head(transaction).await?))
}

/// The newest revision that can be seen through this connection, or 0. It never goes back, not even after pruning
/// everything.
///
/// It is never the number that the engine gave out last: in PostgreSQL that runs ahead of what has been committed, and
/// an index made "up to there" would pass over what is committed a moment later.
pub async fn head<C: ConnectionTrait>(connection: &C) -> Result<Revision> {
    Ok(ends(connection).await?.newest)
}

/// Where the log begins and ends.
struct Ends {
    /// The last revision that pruning has removed, or 0.
    pruned_to: Revision,
    /// The newest revision that was ever visible, or 0.
    newest: Revision,
}

async fn ends<C: ConnectionTrait>(connection: &C) -> Result<Ends> {
    let sql = "SELECT pruned_to, (SELECT MAX(revision) FROM outbox) FROM outbox_tail";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let Some(row) = connection.query_one_raw(statement).await? else {
        return Err(Error::internal("the table outbox_tail has lost its row"));
    };
    let pruned_to = row.try_get_by_index::<i64>(0)?;
    let newest = row.try_get_by_index::<Option<i64>>(1)?;
    Ok(Ends { pruned_to, newest: newest.unwrap_or(0).max(pruned_to) })
}

/// One row of the log, as a follower reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its position.
    pub revision: Revision,
    /// What kind of thing changed.
    pub subject: Subject,
    /// Which one.
    pub id: Uuid,
}

/// One row of the log with all that it tells, as those read it who decide whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its position, and what changed.
    pub entry: Entry,
    /// When.
    pub noted_at: DateTime<Utc>,
    /// The tokens that could see it before.
    pub before: Vec<String>,
    /// The tokens that can see it since.
    pub after: Vec<String>,
}

/// What a follower finds after its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After<T = Entry> {
    /// The next entries, in order; none when it has caught up.
    Entries(Vec<T>),
    /// The log does not hold what came after the position: it was pruned beyond it, or it is another log (a database
    /// that was put back) and has never come so far. Start anew.
    Expired,
}

/// The entries after a position, at most `limit` of them.
#[expect(clippy::disallowed_methods, reason = "the log is no thing with an audience")]
pub async fn after(
    connection: &DatabaseConnection,
    position: Revision,
    limit: u64,
) -> Result<After> {
    let rows: Vec<(i64, Subject, Uuid)> = entity::Entity::find()
        .select_only()
        .columns([entity::Column::Revision, entity::Column::Kind, entity::Column::SubjectId])
        .filter(entity::Column::Revision.gt(position))
        .order_by_asc(entity::Column::Revision)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?;
    if !reaches(connection, position).await? {
        return Ok(After::Expired);
    }
    let entry = |(revision, subject, id)| Entry { revision, subject, id };
    Ok(After::Entries(rows.into_iter().map(entry).collect()))
}

/// The same, with whom each entry concerns.
#[expect(clippy::disallowed_methods, reason = "the log is no thing with an audience")]
pub async fn told_after(
    connection: &DatabaseConnection,
    position: Revision,
    limit: u64,
) -> Result<After<Told>> {
    let rows = entity::Entity::find()
        .filter(entity::Column::Revision.gt(position))
        .order_by_asc(entity::Column::Revision)
        .limit(limit)
        .all(connection)
        .await?;
    if !reaches(connection, position).await? {
        return Ok(After::Expired);
    }
    let told = |row: entity::Model| Told {
        entry: Entry { revision: row.revision, subject: row.kind, id: row.subject_id },
        noted_at: row.noted_at,
        before: crate::json::texts(&row.tokens_before),
        after: crate::json::texts(&row.tokens_after),
    };
    Ok(After::Entries(rows.into_iter().map(told).collect()))
}

/// Whether the log still holds all that came after a position, and has ever come so far.
///
/// Numbers may have gaps (a transaction undone), so a gap at the start proves nothing: the tail is written down. Whoever
/// reads rows asks this after them, for what was pruned in between would be missing.
pub async fn reaches(connection: &DatabaseConnection, position: Revision) -> Result<bool> {
    let ends = ends(connection).await?;
    Ok((ends.pruned_to..=ends.newest).contains(&position))
}

/// Removes what was noted before an instant, and remembers how far. Gives the number of rows removed.
pub async fn prune(write: &Write, before: DateTime<Utc>) -> Result<u64> {
    #[expect(clippy::disallowed_methods, reason = "the log is no thing with an audience")]
    let last = entity::Entity::find()
        .select_only()
        .column_as(entity::Column::Revision.max(), "last")
        .filter(entity::Column::NotedAt.lt(before))
        .into_tuple::<Option<i64>>()
        .one(&**write)
        .await?
        .flatten();
    let Some(last) = last else { return Ok(0) };
    let removed = entity::Entity::delete_many()
        .filter(entity::Column::Revision.lte(last))
        .exec(&**write)
        .await?;
    // Another node may have pruned further meanwhile.
    let sql = format!("UPDATE outbox_tail SET pruned_to = {last} WHERE pruned_to < {last}");
    write.execute_unprepared(&sql).await?;
    Ok(removed.rows_affected)
}
