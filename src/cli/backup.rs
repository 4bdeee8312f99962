//! `zhanjian backup`

use super::{BackupArgs, Failure, Outcome};
use crate::{backup, config::Config, service::Settings};

/// Copies the database while it serves, or puts a copy back.
pub(super) async fn run(config: &Config, arguments: &BackupArgs) -> Result<Outcome, Failure> {
    let Settings { database, vault, .. } = Settings::of(config);
    if let Some(copy) = &arguments.restore {
        super::prepare_data_dir(config)?;
        let keys = backup::keys::restore(&vault, copy)?;
        let rows = backup::restore(&database, copy).await?;
        if !keys {
            super::tell(
                "the copy has no keys: put the file of the keys in its place before you serve",
            );
        }
        super::say(&format!("{rows} rows put back; the index is made at the next start"));
    } else if let Some(folder) = &arguments.dir {
        super::require_data(config)?;
        let db = super::open_database(config).await?;
        let rows = backup::copy(&db, folder).await?;
        if backup::keys::copy(&vault, folder)? {
            super::tell("the keys are in the copy too: keep it where nobody else can read it");
        } else {
            super::tell("the keys are not in the copy: keep them apart");
        }
        super::say(&format!("{rows} rows copied to {}", folder.display()));
    }
    Ok(Outcome::Done)
}
