//! Consultations: the cases, who may read them, what happened to them, and who asked.
//!
//! What a company wrote or was told stands here sealed; the keys to it stand here wrapped under a key that is not in the
//! database.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, date, date_null, integer, integer_null, string, string_null, text, text_null,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::table::{
    append_only, create, drop, drop_append_only, index, order_by_bytes, owned_by, pairs, part,
    record, refers_to, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![
            serials(),
            consultations(),
            pairs(
                "consultation_areas",
                ("consultation_id", "consultations"),
                ("area_id", "expertise_areas"),
            ),
            readers(),
            events(),
            answers(),
            askers(),
        ];
        let indexes = vec![
            unique("consultation_serials", &["station_id", "year"]),
            unique("consultations", &["number"]),
            index("consultations", &["station_id", "state"]),
            index("consultations", &["referred_station_id", "state"]),
            index("consultations", &["district_code", "state"]),
            index("consultations", &["state", "no_objection_on"]),
            index("consultations", &["assignee_id"]),
            index("consultations", &["handler_id"]),
            index("consultations", &["ordered_due", "id"]),
            index("consultations", &["updated_at", "id"]),
            index("consultations", &["closed_at"]),
            index("consultation_areas", &["area_id"]),
            index("consultation_readers", &["token", "consultation_id"]),
            unique("consultation_events", &["consultation_id", "position"]),
            index("consultation_events", &["at"]),
            index("consultation_answers", &["answered_question_id"]),
            unique("askers", &["consultation_id"]),
            index("askers", &["name_fingerprint"]),
            index("askers", &["code_fingerprint"]),
        ];
        create(manager, tables, indexes).await?;
        order_by_bytes(manager, &[("consultations", "number")]).await?;
        append_only(manager, "consultation_events").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "askers",
            "consultation_answers",
            "consultation_events",
            "consultation_readers",
            "consultation_areas",
            "consultations",
            "consultation_serials",
        ];
        drop_append_only(manager, "consultation_events").await?;
        drop(manager, &tables).await
    }
}

/// The last number that a station has given out in a year.
fn serials() -> TableCreateStatement {
    part("consultation_serials")
        .col(uuid("station_id"))
        .col(integer("year"))
        .col(integer("last"))
        .foreign_key(&mut refers_to("consultation_serials", "station_id", "stations"))
        .take()
}

fn consultations() -> TableCreateStatement {
    record("consultations")
        .col(string("number"))
        .col(uuid("station_id"))
        .col(string("owner_token"))
        .col(uuid_null("point_id"))
        .col(string("district_code"))
        .col(string("channel"))
        .col(string_null("product_kind"))
        .col(string_null("device_class"))
        .col(string_null("level"))
        .col(string("priority"))
        .col(string("state"))
        .col(string_null("state_before_info"))
        .col(uuid_null("assignee_id"))
        .col(uuid_null("handler_id"))
        .col(uuid_null("referred_station_id"))
        .col(string_null("referred_token"))
        .col(boolean("asker_released"))
        .col(date_null("due_on"))
        .col(date("ordered_due"))
        .col(boolean("due_estimated"))
        .col(date_null("due_from"))
        .col(integer_null("due_days"))
        .col(integer_null("allowed_days"))
        .col(integer_null("days_left"))
        .col(date_null("missed_on"))
        .col(date_null("no_objection_on"))
        .col(string("recorded_by"))
        .col(timestamp_with_time_zone("recorded_at"))
        .col(timestamp_with_time_zone_null("first_response_at"))
        .col(timestamp_with_time_zone_null("replied_at"))
        .col(string_null("replied_by"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(string_null("closure"))
        .col(uuid_null("duplicate_of_id"))
        .col(string_null("highest_tier"))
        .col(integer("bounced"))
        .col(integer("reopened"))
        .col(integer("events"))
        .col(timestamp_with_time_zone_null("asker_erased_at"))
        .col(text("data_key"))
        .col(text("sealed_text"))
        .col(text_null("sealed_summary"))
        .col(text_null("sealed_reply"))
        .foreign_key(&mut refers_to("consultations", "station_id", "stations"))
        .foreign_key(&mut refers_to("consultations", "point_id", "service_points"))
        .foreign_key(&mut refers_to("consultations", "assignee_id", "members"))
        .foreign_key(&mut refers_to("consultations", "handler_id", "members"))
        .foreign_key(&mut refers_to("consultations", "referred_station_id", "stations"))
        .foreign_key(&mut refers_to("consultations", "duplicate_of_id", "consultations"))
        .take()
}

/// Who may read a case, by the token that they hold, and how much of it.
fn readers() -> TableCreateStatement {
    Table::create()
        .table("consultation_readers")
        .col(uuid("consultation_id"))
        .col(string("token"))
        .col(boolean("sees_asker"))
        .col(boolean("sees_inside"))
        .primary_key(Index::create().col("consultation_id").col("token"))
        .foreign_key(&mut owned_by("consultation_readers", "consultation_id", "consultations"))
        .take()
}

/// What happened to a case. Rows are added and never changed.
fn events() -> TableCreateStatement {
    part("consultation_events")
        .col(uuid("consultation_id"))
        .col(integer("position"))
        .col(string("event"))
        .col(timestamp_with_time_zone("at"))
        .col(string("actor"))
        .col(string_null("from_state"))
        .col(string("to_state"))
        .col(string_null("level"))
        .col(date_null("due_on"))
        .col(text_null("sealed_note"))
        .col(uuid_null("answered_question_id"))
        .col(uuid_null("station_id"))
        .col(uuid_null("member_id"))
        .foreign_key(&mut refers_to("consultation_events", "consultation_id", "consultations"))
        .take()
}

/// Which answered questions a case was answered with.
fn answers() -> TableCreateStatement {
    Table::create()
        .table("consultation_answers")
        .col(uuid("consultation_id"))
        .col(uuid("answered_question_id"))
        .col(boolean("counted"))
        .col(timestamp_with_time_zone("used_at"))
        .primary_key(Index::create().col("consultation_id").col("answered_question_id"))
        .foreign_key(&mut owned_by("consultation_answers", "consultation_id", "consultations"))
        .foreign_key(&mut refers_to(
            "consultation_answers",
            "answered_question_id",
            "answered_questions",
        ))
        .take()
}

/// Who asked: a row of its own under a key of its own, so that erasing it leaves nothing that could be read.
fn askers() -> TableCreateStatement {
    part("askers")
        .col(uuid("consultation_id"))
        .col(text("data_key"))
        .col(text("sealed"))
        .col(string("name_fingerprint"))
        .col(string_null("code_fingerprint"))
        .foreign_key(&mut owned_by("askers", "consultation_id", "consultations"))
        .take()
}
