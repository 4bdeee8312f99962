//! What is looked for, and who asks to be brought together with whom: needs and introductions; and that a resource is no
//! longer offered.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date, date_null, integer_null, json_binary, json_binary_null, string, string_null, text,
        text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::table::{
    append_only, create, drop, drop_append_only, index, owned_by, pairs, part, record, refers_to,
    unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [date_null("retired_on"), json_binary_null("edited_columns")] {
            let alter = Table::alter().table("resources").add_column(column).take();
            manager.alter_table(alter).await?;
        }
        let tables = vec![
            needs(),
            pairs("need_areas", ("need_id", "needs"), ("area_id", "expertise_areas")),
            need_checks(),
            introductions(),
            introduction_outcomes(),
        ];
        let indexes = vec![
            unique("needs", &["number"]),
            index("needs", &["owner_token"]),
            index("needs", &["audience_token"]),
            index("needs", &["state", "expires_on"]),
            index("need_areas", &["area_id"]),
            index("need_checks", &["need_id"]),
            unique("introductions", &["open_key"]),
            index("introductions", &["asker_token"]),
            index("introductions", &["owner_token"]),
            index("introductions", &["about_id"]),
            index("introductions", &["need_id"]),
            index("introductions", &["state", "due_on"]),
            unique("introduction_outcomes", &["introduction_id", "side", "outcome"]),
        ];
        create(manager, tables, indexes).await?;
        append_only(manager, "need_checks").await?;
        append_only(manager, "introduction_outcomes").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_append_only(manager, "introduction_outcomes").await?;
        drop_append_only(manager, "need_checks").await?;
        let tables =
            ["introduction_outcomes", "introductions", "need_checks", "need_areas", "needs"];
        drop(manager, &tables).await?;
        for name in ["edited_columns", "retired_on"] {
            let alter = Table::alter().table("resources").drop_column(name).take();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}

/// Who raised a need is told by `owner_token`: a station, a bureau, or a partner portal's client. `shown_until` is the
/// last day on which its audience sees it; none where no day ends that.
fn needs() -> TableCreateStatement {
    record("needs")
        .col(string("number"))
        .col(string("kind"))
        .col(text_null("title"))
        .col(text("text"))
        .col(integer_null("min_trl"))
        .col(integer_null("max_trl"))
        .col(json_binary("wanted_modes"))
        .col(string_null("district_code"))
        .col(uuid_null("station_id"))
        .col(uuid_null("client_id"))
        .col(uuid_null("organization_id"))
        .col(uuid_null("raised_by_id"))
        .col(uuid_null("consultation_id"))
        .col(json_binary("writers"))
        .col(string("audience"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .col(string("state"))
        .col(date("expires_on"))
        .col(date_null("shown_until"))
        .col(timestamp_with_time_zone_null("opened_at"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(text_null("closed_reason"))
        .foreign_key(&mut refers_to("needs", "station_id", "stations"))
        .take()
}

/// Who looked at what was found in which text of a need, and called it harmless. A text is told by its digest; findings
/// stand here by their places, never by their words.
fn need_checks() -> TableCreateStatement {
    part("need_checks")
        .col(uuid("need_id"))
        .col(string("text_digest"))
        .col(uuid("checked_by"))
        .col(timestamp_with_time_zone("checked_at"))
        .col(json_binary("findings"))
        .foreign_key(&mut refers_to("need_checks", "need_id", "needs"))
        .take()
}

/// A request for contact. `asker_token` is who asks, `owner_token` the organization that is asked. The contacts of both
/// sides are sealed under `data_key`. `open_key` says who asks for what while that is open, so that it is asked once.
fn introductions() -> TableCreateStatement {
    record("introductions")
        .col(string("about_kind"))
        .col(uuid("about_id"))
        .col(uuid("organization_id"))
        .col(uuid_null("need_id"))
        .col(string("purpose"))
        .col(text("message"))
        .col(uuid_null("station_id"))
        .col(uuid_null("client_id"))
        .col(uuid_null("asked_by_id"))
        .col(string_null("district_code"))
        .col(string("asker_token"))
        .col(string("owner_token"))
        .col(string_null("open_key"))
        .col(string("state"))
        .col(date("due_on"))
        .col(timestamp_with_time_zone_null("acknowledged_at"))
        .col(timestamp_with_time_zone_null("answered_at"))
        .col(uuid_null("answered_by_id"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(string_null("decline_reason"))
        .col(text_null("decline_note"))
        .col(text("data_key"))
        .col(text_null("sealed_asker_contact"))
        .col(text_null("sealed_owner_contact"))
        .foreign_key(&mut refers_to("introductions", "organization_id", "organizations"))
        .foreign_key(&mut refers_to("introductions", "need_id", "needs"))
        .foreign_key(&mut refers_to("introductions", "station_id", "stations"))
        .take()
}

/// What came of an introduction, by the word of one of its sides.
fn introduction_outcomes() -> TableCreateStatement {
    part("introduction_outcomes")
        .col(uuid("introduction_id"))
        .col(string("side"))
        .col(string("outcome"))
        .col(string_null("reason"))
        .col(text_null("note"))
        .col(string("recorded_by"))
        .col(timestamp_with_time_zone("recorded_at"))
        .foreign_key(&mut owned_by("introduction_outcomes", "introduction_id", "introductions"))
        .take()
}
