//! Which partner fits which need, what became of the pair, and how far the matchmaker has come.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, double, json_binary, string, string_null, text_null, uuid, uuid_null},
};

use crate::table::{create, drop, index, owned_by, part, record, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let position = part("matchmakers").col(string("name")).col(big_integer("revision")).take();
        let indexes = vec![
            unique("matches", &["need_id", "target_kind", "target_id"]),
            index("matches", &["target_id"]),
            index("matches", &["target_token"]),
            index("matches", &["organization_id", "state"]),
            unique("matchmakers", &["name"]),
        ];
        create(manager, vec![matches(), position], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["matchmakers", "matches"]).await
    }
}

/// A pair of a need and what may fit it. The digests tell what both sides said when it was judged, so that a pair that was
/// dismissed is not proposed again until one of them says something else.
fn matches() -> TableCreateStatement {
    record("matches")
        .col(uuid("need_id"))
        .col(string("target_kind"))
        .col(uuid("target_id"))
        .col(uuid_null("organization_id"))
        .col(string_null("target_token"))
        .col(string("state"))
        .col(double("score"))
        .col(json_binary("components"))
        .col(string("algorithm_version"))
        .col(string("need_digest"))
        .col(string("target_digest"))
        .col(text_null("reason"))
        .foreign_key(&mut owned_by("matches", "need_id", "needs"))
        .take()
}
