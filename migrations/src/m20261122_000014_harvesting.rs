//! Since when anybody may read a research output, for those who harvest here; and how far we have harvested elsewhere.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, string, string_null, text, text_null, timestamp_with_time_zone_null, uuid,
    },
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::table::{create, drop, index, record, refers_to, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["public_stamp", "public_from"] {
            let column = timestamp_with_time_zone_null(column);
            let table = Table::alter().table("research_outputs").add_column(column).take();
            manager.alter_table(table).await?;
        }
        stamp(manager).await?;
        let tables = vec![harvests(), harvested_outputs()];
        let indexes = vec![
            index("research_outputs", &["public_stamp", "id"]),
            index("research_outputs", &["public_from", "id"]),
            unique("harvests", &["organization_id", "source", "metadata_prefix", "set_spec"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["harvested_outputs", "harvests"]).await?;
        for column in ["public_stamp", "public_from"] {
            let name = format!("research_outputs_{column}_id_idx");
            let index = Index::drop().name(name).table("research_outputs").to_owned();
            manager.drop_index(index).await?;
            let table = Table::alter().table("research_outputs").drop_column(column).take();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// Outputs that anybody may read have been so since they were last written, as far as is known; those under embargo will
/// be from the midnight in China at which it ends.
async fn stamp(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let ends = if manager.get_database_backend() == DbBackend::Postgres {
        "(CAST(embargo_until AS timestamp) - INTERVAL '8 hours') AT TIME ZONE 'UTC'"
    } else {
        // As this engine keeps instants: a text, whose order is theirs.
        "strftime('%Y-%m-%dT16:00:00+00:00', embargo_until, '-1 day')"
    };
    let statements = [
        format!(
            "UPDATE research_outputs SET public_from = {ends} \
             WHERE audience_token = 'public' AND embargo_until IS NOT NULL"
        ),
        "UPDATE research_outputs SET public_from = NULL WHERE public_from <= updated_at".to_owned(),
        "UPDATE research_outputs SET public_stamp = updated_at \
         WHERE audience_token = 'public' AND public_from IS NULL"
            .to_owned(),
    ];
    for statement in statements {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// How far each harvest has come. An empty set means the whole repository.
fn harvests() -> TableCreateStatement {
    record("harvests")
        .col(uuid("organization_id"))
        .col(text("source"))
        .col(string("metadata_prefix"))
        .col(string("set_spec"))
        .col(string_null("harvest_from"))
        .col(string_null("pending_from"))
        .col(text_null("token"))
        .col(big_integer("added").default(0))
        .col(big_integer("updated").default(0))
        .col(big_integer("unchanged").default(0))
        .col(big_integer("deleted").default(0))
        .col(big_integer("kept").default(0))
        .col(big_integer("refused").default(0))
        .col(timestamp_with_time_zone_null("completed_at"))
        .foreign_key(&mut refers_to("harvests", "organization_id", "organizations"))
        .take()
}

/// Which records came from which repository: only the repository that a record came from may take it back.
fn harvested_outputs() -> TableCreateStatement {
    Table::create()
        .table("harvested_outputs")
        .col(uuid("organization_id"))
        .col(text("source"))
        .col(text("external_id"))
        .primary_key(Index::create().col("organization_id").col("source").col("external_id"))
        .foreign_key(&mut refers_to("harvested_outputs", "organization_id", "organizations"))
        .take()
}
