//! Where the database is. May hold a password, which nothing prints.

use std::{fmt, path::Path};

/// The SQLite file in the data folder.
const SQLITE_FILE: &str = "zhanjian.sqlite";

/// Where the database is.
#[derive(Clone, Eq, PartialEq)]
pub struct DatabaseUrl {
    url: String,
    engine: Engine,
}

/// Which database this is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Engine {
    /// One file, one machine.
    Sqlite,
    /// A server that many nodes may share.
    Postgres,
}

impl DatabaseUrl {
    /// The file in the data folder.
    #[must_use]
    pub fn sqlite_in(data_dir: &Path) -> Self {
        // A path may hold what an address gives another meaning to: `?`, `#`, `%`, blanks.
        let path = data_dir.join(SQLITE_FILE).to_string_lossy().into_owned();
        let mut url = String::from("sqlite://");
        for character in path.chars() {
            match character {
                '%' => url.push_str("%25"),
                '?' => url.push_str("%3F"),
                '#' => url.push_str("%23"),
                other => url.push(other),
            }
        }
        url.push_str("?mode=rwc");
        Self { url, engine: Engine::Sqlite }
    }

    /// What an operator wrote; the error never repeats it, for a password may stand in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        const HOW: &str =
            "write \"postgres://user:password@host:5432/database\" or \"sqlite://path/to/file\"";
        let engine = match text.split_once(':').map(|(scheme, rest)| (scheme, !rest.is_empty())) {
            Some(("postgres" | "postgresql", true)) => Engine::Postgres,
            Some(("sqlite", true)) => Engine::Sqlite,
            Some((scheme @ ("mysql" | "mariadb" | "mssql"), _)) => {
                return Err(format!("{scheme} is not supported: {HOW}"));
            }
            _ => return Err(format!("this is no address of a database: {HOW}")),
        };
        if engine == Engine::Postgres && !text.contains("://") {
            return Err(format!("this is no address of a database: {HOW}"));
        }
        if engine == Engine::Sqlite && text.contains(":memory:") {
            return Err(
                "a database in memory forgets everything at the end: name a file".to_owned()
            );
        }
        Ok(Self { url: text.to_owned(), engine })
    }

    /// Which database this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The address with its password, to connect with and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.url
    }
}

/// The address without its password and without its parameters, among which a password may also stand.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.url.split('?').next().unwrap_or_default();
        let (scheme, rest) = plain.split_once("://").unwrap_or(("", plain));
        if scheme.is_empty() {
            return f.write_str(rest);
        }
        // The last "@": a password that was not escaped may hold others.
        match rest.rsplit_once('@') {
            Some((login, place)) => {
                let user = login.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}:***@{place}")
            }
            None => write!(f, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}
