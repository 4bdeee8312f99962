//! `zhanjian backup`

use super::{BackupArgs, Failure, Outcome};
use crate::{backup, config::Config, service::Settings};

/// Copies the database while it serves, or puts a copy back.
pub(super) async fn run(config: &Config, arguments: &BackupArgs) -> Result<Outcome, Failure> {
    let database = Settings::of(config).database;
    if let Some(copy) = &arguments.restore {
        super::prepare_data_dir(config)?;
        let rows = backup::restore(&database, copy).await?;
        super::say(&format!("{rows} rows put back; the index is made at the next start"));
    } else if let Some(folder) = &arguments.dir {
        super::require_data(config)?;
        let db = super::open_database(config).await?;
        let rows = backup::copy(&db, folder).await?;
        super::say(&format!("{rows} rows copied to {}", folder.display()));
    }
    Ok(Outcome::Done)
}
