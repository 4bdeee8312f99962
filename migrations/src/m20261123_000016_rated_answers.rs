//! Few answers were ever called helpful or not; those are found without reading all others.

use sea_orm_migration::prelude::*;

const INDEX: &str = "answered_questions_rated_idx";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rated = Index::create()
            .name(INDEX)
            .table("answered_questions")
            .col("id")
            // Word for word as the statement says it that is to use it (`src/answers/rated.rs`).
            .and_where(Expr::cust("helpful > 0 OR unhelpful > 0"))
            .take();
        manager.create_index(rated).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rated = Index::drop().name(INDEX).table("answered_questions").to_owned();
        manager.drop_index(rated).await
    }
}
