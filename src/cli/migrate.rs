//! `zhanjian migrate`

use zhanjian_migrations::{Migrator, MigratorTrait as _};

use super::{Failure, MigrateArgs, MigrateCommand, Outcome};
use crate::{config::Config, db::Database, service::Settings};

/// Brings the tables up to this version, or back.
pub(super) async fn run(config: &Config, arguments: &MigrateArgs) -> Result<Outcome, Failure> {
    super::prepare_data_dir(config)?;
    let db = Database::open(&Settings::of(config).database).await?;
    let connection = db.for_migrations();
    match &arguments.direction {
        None | Some(MigrateCommand::Up) => Migrator::up(connection, None).await?,
        Some(MigrateCommand::Down { steps }) => Migrator::down(connection, Some(*steps)).await?,
        Some(MigrateCommand::Status) => {}
    }
    for migration in Migrator::get_applied_migrations(connection).await? {
        super::say(&format!("applied  {}", migration.name()));
    }
    for migration in Migrator::get_pending_migrations(connection).await? {
        super::say(&format!("pending  {}", migration.name()));
    }
    Ok(Outcome::Done)
}
