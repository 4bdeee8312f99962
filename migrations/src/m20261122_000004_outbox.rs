//! The outbox: a log of what changed, from which every index is made.

use sea_orm_migration::{prelude::*, schema::*};

use crate::table::{create, drop, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The number is never used twice, not even after the log was pruned: a follower's position stays true.
        let outbox = Table::create()
            .table("outbox")
            .col(big_pk_auto("revision"))
            .col(string("kind"))
            .col(uuid("subject_id"))
            .col(json_binary("tokens_before"))
            .col(json_binary("tokens_after"))
            .col(timestamp_with_time_zone("noted_at"))
            .take();
        create(manager, vec![outbox], vec![index("outbox", &["noted_at"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["outbox"]).await
    }
}
