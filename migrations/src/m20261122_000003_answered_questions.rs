//! Answered questions, the articles they rest on, and what they said before.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date, date_null, integer, json_binary, string, string_null, text, text_null,
        timestamp_with_time_zone, uuid, uuid_null,
    },
};

use crate::table::{
    create, drop, index, order_by_bytes, owned_by, pairs, part, record, refers_to, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![
            answered_questions(),
            pairs(
                "answered_question_areas",
                ("answered_question_id", "answered_questions"),
                ("area_id", "expertise_areas"),
            ),
            citations(),
            confirmations(),
            answered_question_versions(),
        ];
        let indexes = vec![
            unique("answered_questions", &["number"]),
            unique("answered_questions", &["station_id", "external_id"]),
            index("answered_questions", &["ordered_on", "id"]),
            index("answered_questions", &["station_id", "ordered_on", "id"]),
            index("answered_questions", &["reuse_count", "id"]),
            index("answered_questions", &["superseded_by_id"]),
            index("answered_question_areas", &["area_id"]),
            index("citations", &["answered_question_id"]),
            index("citations", &["regulation_id"]),
            index("confirmations", &["answered_question_id"]),
            unique("answered_question_versions", &["answered_question_id", "version"]),
        ];
        create(manager, tables, indexes).await?;
        order_by_bytes(manager, &[("answered_questions", "number")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "answered_question_versions",
            "confirmations",
            "citations",
            "answered_question_areas",
            "answered_questions",
        ];
        drop(manager, &tables).await
    }
}

/// `audience_token` and `owner_token` are what a viewer's tokens are compared with; `ordered_on` is `answered_on`,
/// or a day before all others where none is known, so that lists have a total order on both engines.
fn answered_questions() -> TableCreateStatement {
    record("answered_questions")
        .col(string("number"))
        .col(uuid("station_id"))
        .col(string("external_id"))
        .col(text("question"))
        .col(text("answer"))
        .col(text_null("summary"))
        .col(string_null("product_kind"))
        .col(string_null("device_class"))
        .col(string("state"))
        .col(string("audience"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .col(string("basis"))
        .col(text_null("author"))
        .col(date_null("answered_on"))
        .col(date("ordered_on"))
        .col(date_null("confirmed_on"))
        .col(date_null("review_by"))
        .col(uuid_null("superseded_by_id"))
        .col(integer("reuse_count"))
        .col(integer("helpful"))
        .col(integer("unhelpful"))
        .col(string("content_digest"))
        .foreign_key(&mut refers_to("answered_questions", "station_id", "stations"))
        .foreign_key(&mut refers_to("answered_questions", "superseded_by_id", "answered_questions"))
        .take()
}

fn citations() -> TableCreateStatement {
    part("citations")
        .col(uuid("answered_question_id"))
        .col(integer("position"))
        .col(uuid("regulation_id"))
        .col(json_binary("articles"))
        .col(text_null("quote"))
        .col(string("role"))
        .col(date_null("checked_on"))
        .foreign_key(&mut owned_by("citations", "answered_question_id", "answered_questions"))
        .foreign_key(&mut refers_to("citations", "regulation_id", "regulations"))
        .take()
}

fn confirmations() -> TableCreateStatement {
    part("confirmations")
        .col(uuid("answered_question_id"))
        .col(integer("position"))
        .col(uuid("regulation_id"))
        .col(date("confirmed_on"))
        .col(text_null("note"))
        .foreign_key(&mut owned_by("confirmations", "answered_question_id", "answered_questions"))
        .foreign_key(&mut refers_to("confirmations", "regulation_id", "regulations"))
        .take()
}

/// What an answered question said before it was changed, whole, and who might see it then: what was written for a few
/// stays with them when the answer is later opened to more.
fn answered_question_versions() -> TableCreateStatement {
    part("answered_question_versions")
        .col(uuid("answered_question_id"))
        .col(integer("version"))
        .col(text("question"))
        .col(text("answer"))
        .col(text_null("summary"))
        .col(json_binary("citations"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .col(timestamp_with_time_zone("written_at"))
        .col(timestamp_with_time_zone("replaced_at"))
        .foreign_key(&mut owned_by(
            "answered_question_versions",
            "answered_question_id",
            "answered_questions",
        ))
        .take()
}
