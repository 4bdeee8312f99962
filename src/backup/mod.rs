//! A copy of the database, made while it serves and put back into an empty one.
//!
//! A copy is a folder with a file of JSON Lines for each table and a manifest that says what must be in them. It is one
//! state of the database, and it belongs to no engine: what was copied from SQLite can be put back into PostgreSQL. The
//! index is not copied, for it is made from the database. What is confidential stays encrypted in the copy; the keys stand
//! beside it in a file of their own ([`keys`]).

pub mod keys;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write as _},
    path::Path,
};

use futures_util::TryStreamExt as _;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, IntoActiveModel, Iterable as _, QueryOrder,
    Statement, entity::prelude::*,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zhanjian_migrations::{Migrator, MigratorTrait as _};

use crate::{
    access::{Guarded, Scope},
    accounts, answers, audit, consultations,
    db::{Database, DatabaseSettings},
    error::{Error, Result},
    expertise, folders, following, introductions,
    language::Text,
    marks, matching, needs, oai, organizations, outbox, regulations, research, stations,
};

/// Does something for every table, parents before what refers to them. A table that refers to itself names the column.
macro_rules! each_table {
    ($each:ident) => {
        $each!(stations::district_entity::Entity, None);
        $each!(expertise::entity::Entity, Some("parent_id"));
        $each!(stations::entity::Entity, Some("parent_id"));
        $each!(stations::point_entity::Entity, None);
        $each!(stations::area_entity::Entity, None);
        $each!(regulations::entity::Entity, None);
        $each!(regulations::relation_entity::Entity, None);
        $each!(organizations::entity::Entity, None);
        $each!(organizations::area_entity::Entity, None);
        $each!(organizations::resource_entity::Entity, None);
        $each!(organizations::resource_area_entity::Entity, None);
        $each!(research::entity::Entity, None);
        $each!(research::area_entity::Entity, None);
        $each!(research::number_entity::Entity, None);
        $each!(research::version_entity::Entity, None);
        $each!(research::view_entity::Entity, None);
        $each!(research::import_entity::Entity, None);
        $each!(research::import_row_entity::Entity, None);
        $each!(answers::entity::Entity, Some("superseded_by_id"));
        $each!(answers::area_entity::Entity, None);
        $each!(answers::citation_entity::Entity, None);
        $each!(answers::confirmation_entity::Entity, None);
        $each!(answers::version_entity::Entity, None);
        $each!(accounts::member_entity::Entity, None);
        $each!(accounts::area_entity::Entity, None);
        $each!(accounts::key_entity::Entity, None);
        $each!(accounts::client_entity::Entity, None);
        $each!(accounts::secret_entity::Entity, None);
        $each!(audit::entity::Entity, None);
        $each!(regulations::proposal_entity::Entity, None);
        $each!(marks::entity::Entity, None);
        $each!(answers::draft_entity::Entity, None);
        $each!(answers::check_entity::Entity, None);
        $each!(answers::rating_entity::Entity, None);
        $each!(answers::report_entity::Entity, None);
        $each!(consultations::serial_entity::Entity, None);
        $each!(consultations::entity::Entity, Some("duplicate_of_id"));
        $each!(consultations::area_entity::Entity, None);
        $each!(consultations::reader_entity::Entity, None);
        $each!(consultations::event_entity::Entity, None);
        $each!(consultations::answer_entity::Entity, None);
        $each!(consultations::asker_entity::Entity, None);
        $each!(following::saved_entity::Entity, None);
        $each!(needs::entity::Entity, None);
        $each!(needs::area_entity::Entity, None);
        $each!(needs::check_entity::Entity, None);
        $each!(introductions::entity::Entity, None);
        $each!(introductions::outcome_entity::Entity, None);
        $each!(matching::entity::Entity, None);
        $each!(matching::maker_entity::Entity, None);
        $each!(oai::harvest::progress_entity::Entity, None);
        $each!(oai::harvest::taken_entity::Entity, None);
    };
}

/// The columns of every table that a copy holds, by table.
pub fn columns() -> BTreeMap<String, BTreeSet<String>> {
    let mut tables = BTreeMap::new();
    macro_rules! columns_of_table {
        ($entity:ty, $_:expr) => {
            let columns = <$entity as EntityTrait>::Column::iter();
            let columns = columns.map(|column| column.to_string()).collect();
            tables.insert(<$entity>::default().table_name().to_owned(), columns);
        };
    }
    each_table!(columns_of_table);
    tables
}

/// What a copy holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    /// The version of the program that made it.
    program: String,
    /// The changes of the tables that the database had.
    migrations: Vec<String>,
    /// The newest revision of the log of changes; revisions go on from there.
    head: i64,
    /// Rows by table.
    tables: BTreeMap<String, u64>,
}

const MANIFEST: &str = "manifest.json";

/// Rows in one statement; SQLite takes at most 32,766 values in one.
const ROWS_AT_ONCE: usize = 500;

/// Copies the database into a folder that is empty or not there. Gives the number of rows.
pub async fn copy(db: &Database, folder: &Path) -> Result<u64> {
    folders::make_private(folder).map_err(|cause| on_disk(folder, &cause))?;
    let mut there = fs::read_dir(folder).map_err(|cause| on_disk(folder, &cause))?;
    if there.next().is_some() {
        let reason = Text::new(
            format!("{} is not empty; name a new folder", folder.display()),
            format!("{} 不是空文件夹，请另选一个", folder.display()),
        );
        return Err(Error::invalid("DIR", reason));
    }
    let snapshot = db.snapshot().await?;
    let mut manifest = Manifest {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        migrations: applied(db).await?,
        head: outbox::head(&snapshot).await?,
        ..Manifest::default()
    };
    macro_rules! copy_table {
        ($entity:ty, $_:expr) => {
            let (name, rows) = copy_table::<$entity>(&snapshot, folder).await?;
            manifest.tables.insert(name, rows);
        };
    }
    each_table!(copy_table);
    snapshot.commit().await?;
    // The manifest comes last: a folder without one is no copy.
    let text = serde_json::to_vec_pretty(&manifest)?;
    let mut file = File::create(folder.join(MANIFEST)).map_err(|cause| on_disk(folder, &cause))?;
    file.write_all(&text)
        .and_then(|()| file.sync_all())
        .map_err(|cause| on_disk(folder, &cause))?;
    Ok(manifest.tables.values().sum())
}

async fn applied(db: &Database) -> Result<Vec<String>> {
    let applied = Migrator::get_applied_migrations(db.for_migrations()).await?;
    Ok(applied.iter().map(|migration| migration.name().to_owned()).collect())
}

async fn copy_table<E>(snapshot: &DatabaseTransaction, folder: &Path) -> Result<(String, u64)>
where
    E: Guarded,
    E::Model: Serialize + Send + Sync,
{
    let name = E::default().table_name().to_owned();
    let path = folder.join(format!("{name}.jsonl"));
    let mut file = BufWriter::new(File::create(&path).map_err(|cause| on_disk(&path, &cause))?);
    let mut select = E::visible_to(&Scope::Service);
    for key in E::PrimaryKey::iter() {
        select = select.order_by_asc(key.into_column());
    }
    let mut rows = select.stream(snapshot).await?;
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        serde_json::to_writer(&mut file, &row)?;
        file.write_all(b"\n").map_err(|cause| on_disk(&path, &cause))?;
        count += 1;
    }
    let file = file.into_inner().map_err(|cause| on_disk(&path, cause.error()))?;
    file.sync_all().map_err(|cause| on_disk(&path, &cause))?;
    Ok((name, count))
}

/// Puts a copy back into an empty database, whole or not at all. Gives the number of rows.
pub async fn restore(settings: &DatabaseSettings, folder: &Path) -> Result<u64> {
    let manifest = manifest(folder)?;
    let db = crate::service::open_database(settings).await?;
    let here = applied(&db).await?;
    if here != manifest.migrations {
        let reason = Text::new(
            format!(
                "the copy was made by version {} with other tables; restore it with that version, then upgrade",
                manifest.program
            ),
            format!("该备份由 {} 版本以不同的表结构生成，请先用该版本恢复再升级", manifest.program),
        );
        return Err(Error::invalid("DIR", reason));
    }
    let write = db.write().await?;
    macro_rules! refuse_rows {
        ($entity:ty, $_:expr) => {
            if <$entity as Guarded>::visible_to(&Scope::Service).one(&*write).await?.is_some() {
                return Err(not_empty(<$entity>::default().table_name()));
            }
        };
    }
    each_table!(refuse_rows);
    let mut total = 0;
    macro_rules! restore_table {
        ($entity:ty, $self_reference:expr) => {
            let expected = manifest.tables.get(<$entity>::default().table_name()).copied();
            total += restore_table::<$entity>(&write, folder, $self_reference, expected).await?;
        };
    }
    each_table!(restore_table);
    go_on_from(&write, manifest.head).await?;
    // What is put back has no notes: its index is made from the tables.
    write.commit(chrono::DateTime::UNIX_EPOCH).await?;
    db.close().await?;
    Ok(total)
}

fn manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(MANIFEST);
    let bytes = fs::read(&path).map_err(|cause| on_disk(&path, &cause))?;
    serde_json::from_slice(&bytes).map_err(|cause| {
        let reason = Text::from(format!("{} is no manifest of a copy: {cause}", path.display()));
        Error::invalid("DIR", reason)
    })
}

fn not_empty(table: &str) -> Error {
    let reason = Text::new(
        format!("there are rows in {table} already; a copy goes back into an empty database only"),
        format!("{table} 中已有数据，备份只能恢复到空数据库"),
    );
    Error::invalid("database", reason)
}

async fn restore_table<E>(
    write: &DatabaseTransaction,
    folder: &Path,
    self_reference: Option<&str>,
    expected: Option<u64>,
) -> Result<u64>
where
    E: EntityTrait,
    E::Model: DeserializeOwned + IntoActiveModel<E::ActiveModel> + Send + Sync,
    E::ActiveModel: Send,
{
    let name = E::default().table_name().to_owned();
    let path = folder.join(format!("{name}.jsonl"));
    let file = BufReader::new(File::open(&path).map_err(|cause| on_disk(&path, &cause))?);
    let mut lines = file.lines();
    let (mut count, mut references) = (0, Vec::new());
    loop {
        let mut rows = Vec::with_capacity(ROWS_AT_ONCE);
        for line in lines.by_ref().take(ROWS_AT_ONCE) {
            let line = line.map_err(|cause| on_disk(&path, &cause))?;
            let (row, reference) = parse::<E::Model>(&line, self_reference)
                .map_err(|cause| damaged(&path, count + rows.len() as u64 + 1, &cause))?;
            references.extend(reference);
            rows.push(row.into_active_model());
        }
        if rows.is_empty() {
            break;
        }
        count += rows.len() as u64;
        E::insert_many(rows).exec_without_returning(write).await?;
    }
    // A row may refer to one that stands further on, so these come once all rows are there.
    for (id, target) in references {
        let column = self_reference.unwrap_or_default();
        let engine = write.get_database_backend();
        let (first, second) = if engine == DbBackend::Postgres { ("$1", "$2") } else { ("?", "?") };
        let sql = format!(r#"UPDATE "{name}" SET "{column}" = {first} WHERE "id" = {second}"#);
        let values = [target.into(), id.into()];
        write.execute_raw(Statement::from_sql_and_values(engine, sql, values)).await?;
    }
    match expected {
        Some(expected) if expected == count => Ok(count),
        _ => Err(damaged(&path, count, "the manifest tells of another number of rows")),
    }
}

/// A row without its reference to its own table, and that reference.
fn parse<M: DeserializeOwned>(
    line: &str,
    self_reference: Option<&str>,
) -> Result<(M, Option<(Uuid, Uuid)>), serde_json::Error> {
    let mut value: serde_json::Value = serde_json::from_str(line)?;
    let mut reference = None;
    if let (Some(column), Some(fields)) = (self_reference, value.as_object_mut()) {
        let target: Option<Uuid> = fields
            .insert(column.to_owned(), serde_json::Value::Null)
            .map_or(Ok(None), serde_json::from_value)?;
        let id = fields.get("id").cloned().unwrap_or_default();
        if let Some(target) = target {
            reference = Some((serde_json::from_value(id)?, target));
        }
    }
    Ok((serde_json::from_value(value)?, reference))
}

/// Lets revisions go on where they were, so that no client sees one twice, and tells followers to start anew.
async fn go_on_from(write: &DatabaseTransaction, head: i64) -> Result<()> {
    if head <= 0 {
        return Ok(());
    }
    let sql = if write.get_database_backend() == DbBackend::Postgres {
        format!("SELECT setval('outbox_revision_seq', {head})")
    } else {
        format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', {head})")
    };
    write.execute_unprepared(&sql).await?;
    write.execute_unprepared(&format!("UPDATE outbox_tail SET pruned_to = {head}")).await?;
    Ok(())
}

fn damaged(path: &Path, line: u64, cause: impl std::fmt::Display) -> Error {
    let reason = Text::new(
        format!("{} is damaged at line {line}: {cause}", path.display()),
        format!("{} 第 {line} 行已损坏：{cause}", path.display()),
    );
    Error::invalid("DIR", reason)
}

fn on_disk(path: &Path, cause: &io::Error) -> Error {
    Error::invalid("DIR", Text::from(format!("{}: {cause}", path.display())))
}
