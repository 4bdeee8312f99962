//! How the tables came to be, oldest change first, on SQLite and on PostgreSQL.
//!
//! A change that has been released is never edited; a further one is added below it.
//! Columns are named by strings, for the entities of the service move on and history must not.

use sea_orm_migration::prelude::*;

mod m20261122_000001_places_and_rules;
mod m20261122_000002_organizations;
mod m20261122_000003_answered_questions;
mod m20261122_000004_outbox;
mod m20261122_000005_accounts;
mod m20261122_000006_consultations;
mod m20261122_000007_knowledge;
mod m20261122_000008_law;
mod m20261122_000009_register;
mod m20261122_000010_following;
mod m20261122_000011_publishing;
mod m20261122_000012_needs;
mod m20261122_000013_matches;
mod m20261122_000014_harvesting;
mod m20261122_000015_former_readers;
mod m20261123_000016_rated_answers;
mod table;

/// Runs the list of changes up and down.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_places_and_rules::Migration),
            Box::new(m20261122_000002_organizations::Migration),
            Box::new(m20261122_000003_answered_questions::Migration),
            Box::new(m20261122_000004_outbox::Migration),
            Box::new(m20261122_000005_accounts::Migration),
            Box::new(m20261122_000006_consultations::Migration),
            Box::new(m20261122_000007_knowledge::Migration),
            Box::new(m20261122_000008_law::Migration),
            Box::new(m20261122_000009_register::Migration),
            Box::new(m20261122_000010_following::Migration),
            Box::new(m20261122_000011_publishing::Migration),
            Box::new(m20261122_000012_needs::Migration),
            Box::new(m20261122_000013_matches::Migration),
            Box::new(m20261122_000014_harvesting::Migration),
            Box::new(m20261122_000015_former_readers::Migration),
            Box::new(m20261123_000016_rated_answers::Migration),
        ]
    }
}

pub use sea_orm_migration::MigratorTrait;
