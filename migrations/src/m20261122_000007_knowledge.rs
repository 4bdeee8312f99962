//! Answered questions on their way through review: drafts, what was looked through for names, ratings, reports of errors.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, date_null, json_binary, json_binary_null, string, string_null, text, text_null,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::table::{
    append_only, create, drop, drop_append_only, index, owned_by, part, record, refers_to, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            let alter = Table::alter().table("answered_questions").add_column(column).take();
            manager.alter_table(alter).await?;
        }
        let tables = vec![drafts(), deidentification_checks(), answer_ratings(), answer_reports()];
        let indexes = vec![
            index("answered_questions", &["consultation_id"]),
            unique("answered_question_drafts", &["answered_question_id"]),
            index("deidentification_checks", &["answered_question_id"]),
            unique("answer_ratings", &["answered_question_id", "rater"]),
            index("answer_reports", &["answered_question_id"]),
            index("answer_reports", &["owner_token"]),
            index("answer_reports", &["audience_token"]),
        ];
        create(manager, tables, indexes).await?;
        append_only(manager, "deidentification_checks").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_append_only(manager, "deidentification_checks").await?;
        let tables = [
            "answer_reports",
            "answer_ratings",
            "deidentification_checks",
            "answered_question_drafts",
        ];
        drop(manager, &tables).await?;
        // SQLite drops no column that an index names.
        let index = Index::drop()
            .name("answered_questions_consultation_id_idx")
            .table("answered_questions")
            .to_owned();
        manager.drop_index(index).await?;
        for name in ["withdrawn_reason", "withdrawn_on", "consultation_id", "writers", "author_id"]
        {
            let alter = Table::alter().table("answered_questions").drop_column(name).take();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}

/// Who wrote an answered question, all who had a hand in it, the case it came from, and when and why it was taken back.
/// What came by file has none of these. They refer to rows that are never deleted, and SQLite adds no reference to a
/// table that is there.
fn columns() -> Vec<ColumnDef> {
    vec![
        uuid_null("author_id"),
        json_binary_null("writers"),
        uuid_null("consultation_id"),
        date_null("withdrawn_on"),
        text_null("withdrawn_reason"),
    ]
}

/// The text that is being worked on, one for an answered question at most, whether it has been shown before or not.
/// `home_token` is who writes it: its station, or the bureau that began it.
fn drafts() -> TableCreateStatement {
    record("answered_question_drafts")
        .col(uuid("answered_question_id"))
        .col(text("question"))
        .col(text("answer"))
        .col(text_null("summary"))
        .col(string_null("product_kind"))
        .col(string_null("device_class"))
        .col(json_binary("areas"))
        .col(json_binary("citations"))
        .col(string("basis"))
        .col(date_null("answered_on"))
        .col(date_null("review_by"))
        .col(string("state"))
        .col(uuid_null("author_id"))
        .col(json_binary("writers"))
        .col(text_null("returned_reason"))
        .col(timestamp_with_time_zone_null("submitted_at"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .col(string("home_token"))
        .foreign_key(&mut owned_by(
            "answered_question_drafts",
            "answered_question_id",
            "answered_questions",
        ))
        .take()
}

/// Who looked through which text for what would tell who asked. A text is told by its digest, so that a change of it
/// leaves the check behind; findings stand here by their places, never by their words.
fn deidentification_checks() -> TableCreateStatement {
    part("deidentification_checks")
        .col(uuid("answered_question_id"))
        .col(string("purpose"))
        .col(string("text_digest"))
        .col(uuid("checked_by"))
        .col(timestamp_with_time_zone("checked_at"))
        .col(string("verdict"))
        .col(json_binary("findings"))
        .foreign_key(&mut refers_to(
            "deidentification_checks",
            "answered_question_id",
            "answered_questions",
        ))
        .take()
}

/// Who found an answer helpful, each once: a member or a partner portal's program.
fn answer_ratings() -> TableCreateStatement {
    part("answer_ratings")
        .col(uuid("answered_question_id"))
        .col(string("rater"))
        .col(boolean("helpful"))
        .col(timestamp_with_time_zone("rated_at"))
        .foreign_key(&mut owned_by("answer_ratings", "answered_question_id", "answered_questions"))
        .take()
}

/// Errors that somebody found in an answer, for its station and the officers of its district.
fn answer_reports() -> TableCreateStatement {
    record("answer_reports")
        .col(uuid("answered_question_id"))
        .col(text("text"))
        .col(string("state"))
        .col(text_null("resolution"))
        .col(uuid_null("resolved_by"))
        .col(timestamp_with_time_zone_null("resolved_at"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .foreign_key(&mut owned_by("answer_reports", "answered_question_id", "answered_questions"))
        .take()
}
