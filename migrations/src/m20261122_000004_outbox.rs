//! The outbox: a log of what changed, from which every index is made.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_pk_auto, integer, json_binary, string, timestamp_with_time_zone, uuid,
    },
};

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
        // One row: the last revision that pruning has removed. A follower behind it cannot catch up any more.
        let tail = Table::create()
            .table("outbox_tail")
            .col(integer("id").primary_key())
            .col(big_integer("pruned_to"))
            .take();
        create(manager, vec![outbox, tail], vec![index("outbox", &["noted_at"])]).await?;
        let first = Query::insert()
            .into_table("outbox_tail")
            .columns(["id", "pruned_to"])
            .values_panic([1.into(), 0.into()])
            .take();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["outbox_tail", "outbox"]).await
    }
}
