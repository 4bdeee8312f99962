//! Tables come up from nothing, go down to nothing, and fit what the program reads and writes.

use zhanjian::db::Database;
use zhanjian_migrations::{Migrator, MigratorTrait as _};

use crate::support::{House, on_both_engines, tables};

on_both_engines!(
    tables_come_up_go_down_and_come_up_the_same,
    every_change_can_be_taken_back_by_itself,
    what_the_program_reads_is_what_the_tables_have,
    coming_up_twice_changes_nothing,
);

/// A database of its own, without a service.
async fn bare(house: &House) -> (crate::support::Place, Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let place = house.engine.fresh(folder.path()).await;
    let db = Database::open(&place.settings).await.unwrap();
    (place, db, folder)
}

async fn tables_come_up_go_down_and_come_up_the_same(house: &House) {
    let (place, db, _folder) = bare(house).await;
    assert!(tables::columns(&db).await.is_empty());
    Migrator::up(db.for_migrations(), None).await.unwrap();
    let first = tables::definitions(&db).await;
    assert!(tables::columns(&db).await.len() >= 20);
    Migrator::down(db.for_migrations(), None).await.unwrap();
    let left = tables::columns(&db).await;
    assert!(left.is_empty(), "{left:?}");
    Migrator::up(db.for_migrations(), None).await.unwrap();
    assert_eq!(tables::definitions(&db).await, first);
    db.close().await.unwrap();
    place.remove().await;
}

async fn every_change_can_be_taken_back_by_itself(house: &House) {
    let (place, db, _folder) = bare(house).await;
    let changes = u32::try_from(Migrator::migrations().len()).unwrap();
    assert!(changes >= 4);
    let mut states = vec![tables::columns(&db).await];
    for _ in 0..changes {
        Migrator::up(db.for_migrations(), Some(1)).await.unwrap();
        states.push(tables::columns(&db).await);
    }
    while let Some(above) = states.pop() {
        assert_eq!(tables::columns(&db).await, above);
        if !states.is_empty() {
            Migrator::down(db.for_migrations(), Some(1)).await.unwrap();
        }
    }
    db.close().await.unwrap();
    place.remove().await;
}

/// A copy holds each table as its entity reads it: no column may be missing on either side.
async fn what_the_program_reads_is_what_the_tables_have(house: &House) {
    let mut tables = tables::columns(house.db()).await;
    // The log of changes is read by its own tests, and a copy does not hold it.
    // The log goes on elsewhere; who was signed in signs in again; failures and repeats are of the hour.
    for passing in [
        "outbox",
        "outbox_tail",
        "sessions",
        "refresh_tokens",
        "sign_in_failures",
        "sign_in_places",
        "repeats",
    ] {
        assert!(tables.remove(passing).is_some(), "{passing}");
    }
    let read = zhanjian::backup::columns();
    for (table, columns) in &tables {
        assert_eq!(read.get(table), Some(columns), "{table}");
    }
    assert_eq!(read.len(), tables.len());
}

async fn coming_up_twice_changes_nothing(house: &House) {
    house.demo().await;
    let before = tables::definitions(house.db()).await;
    Migrator::up(house.db().for_migrations(), None).await.unwrap();
    assert_eq!(tables::definitions(house.db()).await, before);
    let applied = Migrator::get_applied_migrations(house.db().for_migrations()).await.unwrap();
    assert_eq!(applied.len(), Migrator::migrations().len());
}
