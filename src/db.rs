//! The two ways to the database: a pool of readers, and one road for writing.
//!
//! SQLite has one writer: writes go through a single connection and begin with `BEGIN IMMEDIATE`, so that none fails
//! half way for having read first. Readers have their own pool beside it; in WAL mode neither waits for the other.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
    entity::prelude::{ColumnTrait as _, EntityTrait, Select, Uuid},
    sqlx::sqlite::{SqliteError, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::Notify;

use crate::{error::Result, outbox::Write};

/// The advisory lock under which PostgreSQL's tables are changed. The number means nothing; it must only be ours.
const TABLES_LOCK: i64 = 0x7a68_616e_7461_626c;

/// How to reach a database and with how many connections.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite://FILE` or `postgres://…`.
    pub url: String,
    /// Connections for reading.
    pub readers: u32,
    /// How long a request waits for a free connection.
    pub acquire_timeout: Duration,
}

impl DatabaseSettings {
    /// The SQLite file in a data folder.
    pub fn in_folder(folder: &Path) -> Self {
        let url = format!("sqlite://{}", folder.join("zhanjian.sqlite").display());
        Self::at(url)
    }

    /// A database at a URL, with the usual number of connections.
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 8, acquire_timeout: Duration::from_secs(5) }
    }

    fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}

/// The database, open.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    written: Arc<Notify>,
    statements: Arc<AtomicU64>,
}

impl Database {
    /// Opens the database; a missing SQLite file is made.
    ///
    /// # Errors
    /// [`DbErr`] as the driver gives it: no such host, no right to the file, a file that is no database.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self, DbErr> {
        let sqlite = settings.is_sqlite();
        let mut writers = options(settings, WRITER_CACHE);
        let mut readers = options(settings, READER_CACHE);
        readers.max_connections(settings.readers);
        if sqlite {
            writers.max_connections(1).min_connections(1);
            // Whoever waits to write waits for the one before, not for a free reader.
            writers.acquire_timeout(Duration::from_mins(1));
        } else {
            writers.max_connections(settings.readers);
        }
        let mut writer = connect(writers).await?;
        let mut reader = connect(readers).await?;
        let statements = Arc::new(AtomicU64::new(0));
        for connection in [&mut writer, &mut reader] {
            let statements = Arc::clone(&statements);
            connection.set_metric_callback(move |_| {
                statements.fetch_add(1, Ordering::Relaxed);
            });
        }
        Ok(Self { reader, writer, written: Arc::new(Notify::new()), statements })
    }

    /// For reading. What is read here may be older than a write that has not yet been committed, never half of it.
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a change. It is undone unless [`Write::commit`] ends it.
    pub async fn write(&self) -> Result<Write> {
        Ok(Write::new(self.begin().await?, Arc::clone(&self.written)))
    }

    /// Begins a change of the tables: one process at a time, for several may start at once on an empty database, and
    /// whole or not at all, for they may be killed in the middle of it.
    pub async fn change_tables(&self) -> Result<DatabaseTransaction, DbErr> {
        let transaction = self.begin().await?;
        if self.engine() == DbBackend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock({TABLES_LOCK})");
            transaction.execute_unprepared(&lock).await?;
        }
        Ok(transaction)
    }

    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.writer.begin_with_options(options).await
    }

    /// A read that sees one state of the database throughout.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            isolation_level: (self.engine() == DbBackend::Postgres)
                .then_some(sea_orm::IsolationLevel::RepeatableRead),
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
        };
        Ok(self.reader.begin_with_options(options).await?)
    }

    /// The connection on which the state of the migrations is looked up.
    pub fn for_migrations(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Which engine this is.
    pub fn engine(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Told whenever this process has committed a change.
    pub fn written(&self) -> Arc<Notify> {
        Arc::clone(&self.written)
    }

    /// The pools by name, each with its connections that are open and those of them that wait for work.
    pub fn connections(&self) -> [(&'static str, (u32, u32)); 2] {
        let of = |connection: &DatabaseConnection| {
            let (open, idle) = if self.engine() == DbBackend::Postgres {
                let pool = connection.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            } else {
                let pool = connection.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            };
            (open, u32::try_from(idle).unwrap_or(u32::MAX))
        };
        [("read", of(&self.reader)), ("write", of(&self.writer))]
    }

    /// How many statements have been run since the start.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Closes all connections, once what they do is done.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }
}

/// How long SQLite waits for a lock that somebody else holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a pool. SQLite does not wait for its locks where a file is turned to WAL mode, recovered, or left by its last
/// reader (<https://sqlite.org/wal.html>, section 9): it answers "busy" at once, and is asked again here.
async fn connect(options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match sea_orm::Database::connect(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            connected => return connected,
        }
    }
}

/// Whether the error is `SQLITE_BUSY`, of whichever of its kinds (<https://sqlite.org/rescode.html#busy>).
fn is_busy(error: &DbErr) -> bool {
    const SQLITE_BUSY: u32 = 5;
    let DbErr::Conn(RuntimeErr::SqlxError(cause)) = error else { return false };
    let Some(database) = cause.as_database_error() else { return false };
    let sqlite = database.try_downcast_ref::<SqliteError>().is_some();
    let code = database.code().and_then(|code| code.parse::<u32>().ok());
    sqlite && code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// The ids of what is selected that follow one, at most so many, in their order: for going through what does not fit into
/// memory.
pub async fn ids_after<E: EntityTrait>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    id: E::Column,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let select = match after {
        Some(after) => select.filter(id.gt(after)),
        None => select,
    };
    let ids = select.select_only().column(id).order_by_asc(id).limit(limit).into_tuple();
    Ok(ids.all(db).await?)
}

/// Whether a row could not be removed because others refer to it: a foreign key violation, or one of a reference that
/// restricts. SQLite enforces the latter by a trigger of its own (extended code 1811), PostgreSQL has a code for each
/// (class 23 of its appendix A).
pub fn is_referred_to(error: &DbErr) -> bool {
    let (DbErr::Exec(fault) | DbErr::Query(fault)) = error else { return false };
    let RuntimeErr::SqlxError(cause) = fault else { return false };
    let Some(database) = cause.as_database_error() else { return false };
    match database.code().as_deref() {
        Some("23001" | "23503" | "787") => true,
        Some("1811") => database.message().contains("FOREIGN KEY"),
        _ => false,
    }
}

/// What SQLite keeps of the file for a connection, in kibibytes, as its pragma wants it (negative). The writer of an
/// import touches the ends of many indexes and wants them at hand; readers are many.
const WRITER_CACHE: &str = "-65536";
const READER_CACHE: &str = "-8192";

/// Rows that SQLite's thread may be ahead of who reads them: a page of a list is read without waiting for each other.
const ROWS_AHEAD: usize = 512;

/// Pages (of 4 KiB) that the log of SQLite may hold before they are moved into the file. An import changes the same pages
/// of the indexes over and over: the more of that stays in the log, the less is written.
const CHECKPOINT_PAGES: &str = "8000";

fn options(settings: &DatabaseSettings, cache: &'static str) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.clone());
    options
        .sqlx_logging(false)
        .acquire_timeout(settings.acquire_timeout)
        .connect_timeout(settings.acquire_timeout)
        // A server may have hung up, a file cannot: asking first would double the trips to the engine's thread.
        .test_before_acquire(!settings.is_sqlite())
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                // In WAL mode only FULL keeps every acknowledged commit through a power cut.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY_TIMEOUT)
                .row_buffer_size(ROWS_AHEAD)
                // What was erased is not left in the file for whoever looks at its bytes.
                .pragma("secure_delete", "ON")
                .pragma("cache_size", cache)
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        });
    options
}
