//! `zhanjian migrate`

use zhanjian_migrations::{Migrator, MigratorTrait as _};

use super::{Failure, MigrateArgs, MigrateCommand, Outcome};
use crate::{
    config::Config,
    db::Database,
    service::{self, Settings},
};

/// Brings the tables up to this version, or back.
pub(super) async fn run(config: &Config, arguments: &MigrateArgs) -> Result<Outcome, Failure> {
    super::prepare_data_dir(config)?;
    let db = Database::open(&Settings::of(config).database).await?;
    match &arguments.direction {
        None | Some(MigrateCommand::Up) => service::migrate(&db).await?,
        Some(MigrateCommand::Down { steps }) => {
            let change = db.change_tables().await?;
            Migrator::down(&change, Some(*steps)).await?;
            change.commit().await?;
        }
        Some(MigrateCommand::Status) => {}
    }
    let connection = db.for_migrations();
    for migration in Migrator::get_applied_migrations(connection).await? {
        super::say(&format!("applied  {}", migration.name()));
    }
    for migration in Migrator::get_pending_migrations(connection).await? {
        super::say(&format!("pending  {}", migration.name()));
    }
    Ok(Outcome::Done)
}
