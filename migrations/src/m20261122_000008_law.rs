//! Proposals of what is to be recorded of the law, and which day was told of already.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date, json_binary, string, text_null, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::table::{create, drop, index, part, record, refers_to, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The list of what a station has to look at again is in the order of use.
const BY_USE: [&str; 3] = ["station_id", "reuse_count", "id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            index("regulation_proposals", &["state", "id"]),
            index("regulation_proposals", &["proposed_by_id"]),
            unique("clock_marks", &["name", "day"]),
            index("answered_questions", &BY_USE),
        ];
        create(manager, vec![regulation_proposals(), clock_marks()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let name = format!("answered_questions_{}_idx", BY_USE.join("_"));
        let by_use = Index::drop().name(name).table("answered_questions").to_owned();
        manager.drop_index(by_use).await?;
        drop(manager, &["clock_marks", "regulation_proposals"]).await
    }
}

/// `content` is what was sent, under the names that the columns of a file have. What was recorded in the end is named
/// without a reference: a relation may be taken back, and the proposal stays.
fn regulation_proposals() -> TableCreateStatement {
    record("regulation_proposals")
        .col(string("kind"))
        .col(json_binary("content"))
        .col(string("state"))
        .col(uuid("proposed_by_id"))
        .col(uuid_null("decided_by_id"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(text_null("reason"))
        .col(uuid_null("recorded_id"))
        .foreign_key(&mut refers_to("regulation_proposals", "proposed_by_id", "members"))
        .foreign_key(&mut refers_to("regulation_proposals", "decided_by_id", "members"))
        .take()
}

/// What is done once a day by whichever process comes first: the day is entered in the transaction that does it.
fn clock_marks() -> TableCreateStatement {
    part("clock_marks").col(string("name")).col(date("day")).take()
}
