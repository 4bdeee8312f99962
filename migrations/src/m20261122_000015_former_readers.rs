//! Former texts are for those who could read them: what was replaced while it was under embargo was its owner's alone. And
//! what anybody last saw of a research output is told of it once it is gone: of which kind it was then.

use sea_orm_migration::{
    prelude::*,
    schema::string_null,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        narrow(manager).await?;
        let column = string_null("public_kind");
        let table = Table::alter().table("research_outputs").add_column(column).take();
        manager.alter_table(table).await?;
        // As far as is known.
        let fill = "UPDATE research_outputs SET public_kind = kind WHERE public_stamp IS NOT NULL";
        manager.get_connection().execute_unprepared(fill).await?;
        Ok(())
    }

    /// What was narrowed stays so: nobody else was ever to read it.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table("research_outputs").drop_column("public_kind").take();
        manager.alter_table(table).await
    }
}

/// An embargo ends at midnight in China.
async fn narrow(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let ends = if manager.get_database_backend() == DbBackend::Postgres {
        "(CAST(embargo_until AS timestamp) - INTERVAL '8 hours') AT TIME ZONE 'UTC'"
    } else {
        // As this engine keeps instants: a text, whose order is theirs.
        "strftime('%Y-%m-%dT16:00:00+00:00', embargo_until, '-1 day')"
    };
    let statement = format!(
        "UPDATE research_output_versions SET audience_token = owner_token \
         WHERE embargo_until IS NOT NULL AND replaced_at < {ends}"
    );
    manager.get_connection().execute_unprepared(&statement).await?;
    Ok(())
}
