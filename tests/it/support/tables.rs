//! Tables as the database itself describes them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use zhanjian::db::Database;

/// Columns by table, but for what belongs to the engine and to the list of migrations.
pub async fn columns(db: &Database) -> BTreeMap<String, BTreeSet<String>> {
    let sql = match db.engine() {
        DbBackend::Postgres => {
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
    };
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, column) in pairs(db, sql).await {
        if table != "seaql_migrations" {
            tables.entry(table).or_default().insert(column);
        }
    }
    tables
}

/// All that the engine keeps of tables and indexes, word by word.
pub async fn definitions(db: &Database) -> Vec<(String, String)> {
    let sql = match db.engine() {
        DbBackend::Postgres => {
            "SELECT table_name || '.' || column_name,
                    data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' ' || coalesce(collation_name, '')
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace"
        }
        _ => "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    };
    let mut all = pairs(db, sql).await;
    all.sort_unstable();
    all
}

async fn pairs(db: &Database, sql: &str) -> Vec<(String, String)> {
    let statement = Statement::from_string(db.engine(), sql);
    let rows = db.read().query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).unwrap();
    rows.iter().map(|row| (text(row, 0), text(row, 1))).collect()
}
