//! Searches that people and programs keep.

use sea_orm_migration::{
    prelude::*,
    schema::{json_binary, string, text},
};

use crate::table::{create, drop, order_by_bytes, record, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![saved_searches()];
        let indexes = vec![unique("saved_searches", &["owner", "name"])];
        create(manager, tables, indexes).await?;
        order_by_bytes(manager, &[("saved_searches", "name")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["saved_searches"]).await
    }
}

/// The owner is a member or a client, by the name that rows remember them by.
fn saved_searches() -> TableCreateStatement {
    record("saved_searches")
        .col(string("owner"))
        .col(string("name"))
        .col(text("query"))
        .col(json_binary("filter"))
        .take()
}
