//! Research outputs on their way to being shown: who wrote them, what they said before, what is being revised, the files
//! that offices bring, and how often each is looked at.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, date, date_null, integer, json_binary, json_binary_null, string, string_null,
        text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::table::{create, drop, index, owned_by, part, record, refers_to};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            let alter = Table::alter().table("research_outputs").add_column(column).take();
            manager.alter_table(alter).await?;
        }
        let tables = vec![numbers(), versions(), views(), imports(), import_rows()];
        let indexes = vec![
            index("research_outputs", &["work_key"]),
            index("research_outputs", &["former_token", "withdrawn_on"]),
            index("research_output_numbers", &["scheme", "value"]),
            index("research_output_versions", &["research_output_id"]),
            index("research_output_views", &["viewed_on"]),
            index("research_imports", &["organization_id", "created_at"]),
            index("research_import_rows", &["import_id", "number"]),
        ];
        create(manager, tables, indexes).await?;
        // What is shown already is the first that was published of it.
        let shown = "UPDATE research_outputs SET edition = 1, published_at = created_at \
                     WHERE state IN ('PUBLISHED', 'NEGOTIATING', 'TRANSFERRED')";
        manager.get_connection().execute_unprepared(shown).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "research_import_rows",
            "research_imports",
            "research_output_views",
            "research_output_versions",
            "research_output_numbers",
        ];
        drop(manager, &tables).await?;
        // SQLite drops no column that an index names.
        for name in
            ["research_outputs_work_key_idx", "research_outputs_former_token_withdrawn_on_idx"]
        {
            let index = Index::drop().name(name).table("research_outputs").to_owned();
            manager.drop_index(index).await?;
        }
        for column in columns().iter().rev() {
            let name = column.get_column_name();
            let alter = Table::alter().table("research_outputs").drop_column(name).take();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}

/// Who wrote it and had a hand in it, when it was handed in and shown, which text of it is shown (the first is 1, nothing
/// yet 0), who could see it before it was taken back, the revision beside what is shown, the columns that a person
/// changed here, and by what it is known to be the same work as another. What came by file has few of these.
fn columns() -> Vec<ColumnDef> {
    vec![
        uuid_null("author_id"),
        json_binary_null("writers"),
        timestamp_with_time_zone_null("submitted_at"),
        uuid_null("submitted_by"),
        text_null("returned_reason"),
        timestamp_with_time_zone_null("published_at"),
        string_null("published_by"),
        integer("edition").default(0).take(),
        string_null("former_token"),
        json_binary_null("revision"),
        string_null("revision_state"),
        json_binary_null("revision_writers"),
        json_binary_null("edited_columns"),
        string_null("work_key"),
    ]
}

/// The numbers by which a work is known everywhere, in one form: its DOI, those of its patents.
fn numbers() -> TableCreateStatement {
    let name = "research_output_numbers";
    Table::create()
        .table(name)
        .col(uuid("research_output_id"))
        .col(string("scheme"))
        .col(string("value"))
        .primary_key(Index::create().col("research_output_id").col("scheme").col("value"))
        .foreign_key(&mut owned_by(name, "research_output_id", "research_outputs"))
        .take()
}

/// What was shown before, each for whom it was shown, without any contact.
fn versions() -> TableCreateStatement {
    let name = "research_output_versions";
    part(name)
        .col(uuid("research_output_id"))
        .col(integer("number"))
        .col(json_binary("content"))
        .col(timestamp_with_time_zone("published_at"))
        .col(timestamp_with_time_zone("replaced_at"))
        .col(text_null("replaced_by"))
        .col(date_null("embargo_until"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .foreign_key(&mut owned_by(name, "research_output_id", "research_outputs"))
        .take()
}

/// How often others looked at an output, day by day.
fn views() -> TableCreateStatement {
    let name = "research_output_views";
    Table::create()
        .table(name)
        .col(uuid("research_output_id"))
        .col(date("viewed_on"))
        .col(big_integer("views"))
        .primary_key(Index::create().col("research_output_id").col("viewed_on"))
        .foreign_key(&mut owned_by(name, "research_output_id", "research_outputs"))
        .take()
}

/// A file that an office has brought: looked at, and then taken in or forgotten.
fn imports() -> TableCreateStatement {
    record("research_imports")
        .col(uuid("organization_id"))
        .col(string("owner_token"))
        .col(uuid_null("member_id"))
        .col(string("state"))
        .col(string("format"))
        .col(string("encoding"))
        .col(text("file_name"))
        .col(big_integer("bytes"))
        .col(integer("rows"))
        .col(integer("good"))
        .col(json_binary("unknown_columns"))
        .col(json_binary_null("outcome"))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(&mut refers_to("research_imports", "organization_id", "organizations"))
        .take()
}

/// Its rows, with what is wrong with each and what would become of it.
fn import_rows() -> TableCreateStatement {
    let name = "research_import_rows";
    part(name)
        .col(uuid("import_id"))
        .col(integer("number"))
        .col(big_integer("line"))
        .col(string("owner_token"))
        .col(string_null("external_id"))
        .col(text_null("title"))
        .col(string("outcome"))
        .col(uuid_null("research_output_id"))
        .col(json_binary("fields"))
        .col(json_binary("faults"))
        .col(json_binary("conflicts"))
        .col(json_binary("duplicates"))
        .col(json_binary("proposed_areas"))
        .foreign_key(&mut owned_by(name, "import_id", "research_imports"))
        .take()
}
