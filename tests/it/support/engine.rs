//! A database of a test's own.

use std::path::Path;

use sea_orm::ConnectionTrait as _;
use zhanjian::db::DatabaseSettings;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Where a database is, and how it goes away again.
#[derive(Debug)]
pub struct Place {
    pub settings: DatabaseSettings,
    name: Option<String>,
}

impl Engine {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Sqlite => Self::Postgres,
            Self::Postgres => Self::Sqlite,
        }
    }

    /// A database with nothing in it: a file in the folder, or a new one on the server.
    pub async fn fresh(self, folder: &Path) -> Place {
        match self {
            Self::Sqlite => Place { settings: DatabaseSettings::in_folder(folder), name: None },
            Self::Postgres => {
                let name = format!("zhanjian_test_{}", zhanjian::ids::new_id().simple());
                on_server(&format!("CREATE DATABASE {name}")).await;
                Place { settings: settings(&on_database(&name)), name: Some(name) }
            }
        }
    }
}

impl Place {
    /// Removes it. Nobody may be connected but this test.
    pub async fn remove(&self) {
        if let Some(name) = &self.name {
            on_server(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// Many tests at once share a server: each takes few of its connections.
fn settings(url: &str) -> DatabaseSettings {
    DatabaseSettings { readers: 4, ..DatabaseSettings::at(url) }
}

async fn on_server(sql: &str) {
    let connection = sea_orm::Database::connect(server().as_str()).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// The server for tests. Without one, a test that needs it fails: nothing is left out in silence.
pub fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "this is the tests' one setting")]
    std::env::var("ZHANJIAN_TEST_POSTGRES_URL").expect(
        "ZHANJIAN_TEST_POSTGRES_URL must name a PostgreSQL server for tests, such as \
         postgres://user@127.0.0.1:5432/postgres; scripts/test starts one by itself",
    )
}

/// The server's URL with another database.
fn on_database(name: &str) -> String {
    let server = server();
    let (address, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{address}/{name}")
}
