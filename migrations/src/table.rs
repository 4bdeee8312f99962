//! What every table here has in common.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, pk_uuid, text_null, timestamp_with_time_zone, uuid},
    sea_orm::{ConnectionTrait, DbBackend},
};

/// A table with an id, the version for optimistic locking, and who made and last changed a row, when.
pub(crate) fn record(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(pk_uuid("id"))
        .col(integer("version").default(1))
        .col(timestamp_with_time_zone("created_at"))
        .col(text_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(text_null("updated_by"))
        .take()
}

/// A table that belongs to a record and comes and goes with it.
pub(crate) fn part(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).col(pk_uuid("id")).take()
}

/// A table of pairs, `left_id` and `right_id`; the pair goes when its left side goes.
pub(crate) fn pairs(
    name: &'static str,
    left: (&'static str, &'static str),
    right: (&'static str, &'static str),
) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(uuid(left.0))
        .col(uuid(right.0))
        .primary_key(Index::create().col(left.0).col(right.0))
        .foreign_key(&mut owned_by(name, left.0, left.1))
        .foreign_key(&mut refers_to(name, right.0, right.1))
        .take()
}

/// A reference that must be released before what it points to can go.
pub(crate) fn refers_to(
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}_fkey"))
        .from(table, column)
        .to(target, "id")
        .on_delete(ForeignKeyAction::Restrict)
        .take()
}

/// A reference to the record that a row is a part of.
pub(crate) fn owned_by(
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    refers_to(table, column, target).on_delete(ForeignKeyAction::Cascade).take()
}

/// An index named after its table and columns.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{}_idx", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// An index that allows each combination of values once.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, columns).unique().take()
}

/// Makes tables and their indexes, in this order.
pub(crate) async fn create(
    manager: &SchemaManager<'_>,
    tables: Vec<TableCreateStatement>,
    indexes: Vec<IndexCreateStatement>,
) -> Result<(), DbErr> {
    for table in tables {
        manager.create_table(table).await?;
    }
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// Lets PostgreSQL order a column by its characters' numbers, as SQLite does, whatever the server's locale: lists come
/// in the same order everywhere, and a cursor stays good after a restore elsewhere.
pub(crate) async fn order_by_bytes(
    manager: &SchemaManager<'_>,
    columns: &[(&'static str, &'static str)],
) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for (table, column) in columns {
        let sql =
            format!(r#"ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE varchar COLLATE "C""#);
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Drops tables, in this order.
pub(crate) async fn drop(
    manager: &SchemaManager<'_>,
    tables: &[&'static str],
) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).take()).await?;
    }
    Ok(())
}

/// Lets the database itself refuse to change or delete rows of a table: what was entered there stays.
pub(crate) async fn append_only(
    manager: &SchemaManager<'_>,
    table: &'static str,
) -> Result<(), DbErr> {
    let statements = if manager.get_database_backend() == DbBackend::Postgres {
        vec![
            format!(
                "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ \
                 BEGIN RAISE EXCEPTION 'rows of {table} are never changed'; END $$"
            ),
            format!(
                "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
            ),
        ]
    } else {
        let trigger = |event: &str| {
            format!(
                "CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} \
                 BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
            )
        };
        vec![trigger("UPDATE"), trigger("DELETE")]
    };
    for statement in statements {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Takes back [`append_only`]; the table itself goes by [`drop`].
pub(crate) async fn drop_append_only(
    manager: &SchemaManager<'_>,
    table: &'static str,
) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let statement = format!("DROP FUNCTION IF EXISTS {table}_append_only() CASCADE");
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}
