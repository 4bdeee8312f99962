//! The register of members, their sessions, partner portals' clients, the keys that sign tokens, the audit log, and
//! what was asked for twice.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date_null, integer, integer_null, json_binary, string, string_null, text, text_null,
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
            members(),
            pairs("member_areas", ("member_id", "members"), ("area_id", "expertise_areas")),
            sessions(),
            refresh_tokens(),
            sign_in_failures(),
            sign_in_places(),
            signing_keys(),
            api_clients(),
            api_client_secrets(),
            audit_events(),
            repeats(),
        ];
        let indexes = vec![
            unique("members", &["login"]),
            index("members", &["station_id"]),
            index("member_areas", &["area_id"]),
            index("sessions", &["member_id"]),
            unique("refresh_tokens", &["digest"]),
            index("refresh_tokens", &["session_id"]),
            unique("sign_in_failures", &["place"]),
            index("sign_in_failures", &["last_at"]),
            unique("sign_in_places", &["member_id", "address"]),
            unique("signing_keys", &["kid"]),
            unique("api_clients", &["client_id"]),
            index("api_client_secrets", &["api_client_id"]),
            index("audit_events", &["at"]),
            index("audit_events", &["district_code", "at"]),
            index("audit_events", &["target_id"]),
            unique("repeats", &["actor", "mutation", "client_mutation_id"]),
            index("repeats", &["asked_at"]),
        ];
        create(manager, tables, indexes).await?;
        order_by_bytes(manager, &[("members", "login"), ("api_clients", "client_id")]).await?;
        append_only(manager, "audit_events").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "repeats",
            "audit_events",
            "api_client_secrets",
            "api_clients",
            "signing_keys",
            "sign_in_places",
            "sign_in_failures",
            "refresh_tokens",
            "sessions",
            "member_areas",
            "members",
        ];
        drop_append_only(manager, "audit_events").await?;
        drop(manager, &tables).await
    }
}

/// Who is on the register, and what they are there for. A row stays when somebody leaves: authorship stays.
fn members() -> TableCreateStatement {
    record("members")
        .col(string("login"))
        .col(text("name"))
        .col(string("role"))
        .col(uuid_null("station_id"))
        .col(uuid_null("district_id"))
        .col(uuid_null("organization_id"))
        .col(string_null("employment"))
        .col(string("state"))
        .col(date_null("undertaking_signed_on"))
        .col(text_null("password_hash"))
        .foreign_key(&mut refers_to("members", "station_id", "stations"))
        .foreign_key(&mut refers_to("members", "district_id", "districts"))
        .foreign_key(&mut refers_to("members", "organization_id", "organizations"))
        .take()
}

fn sessions() -> TableCreateStatement {
    part("sessions")
        .col(uuid("member_id"))
        .col(timestamp_with_time_zone("begun_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(string_null("ended_for"))
        .foreign_key(&mut owned_by("sessions", "member_id", "members"))
        .take()
}

/// The digests of refresh tokens. A used one stays, so that its second use is noticed.
fn refresh_tokens() -> TableCreateStatement {
    part("refresh_tokens")
        .col(uuid("session_id"))
        .col(string("digest"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut owned_by("refresh_tokens", "session_id", "sessions"))
        .take()
}

/// Attempts to sign in that failed, counted by place: a login from an address, an address, a login. Logins stand here
/// as digests, for what is typed there may be a password.
fn sign_in_failures() -> TableCreateStatement {
    part("sign_in_failures")
        .col(string("place"))
        .col(integer("failures"))
        .col(timestamp_with_time_zone("last_at"))
        .take()
}

/// From where a member has signed in before.
fn sign_in_places() -> TableCreateStatement {
    part("sign_in_places")
        .col(uuid("member_id"))
        .col(string("address"))
        .col(timestamp_with_time_zone("last_at"))
        .foreign_key(&mut owned_by("sign_in_places", "member_id", "members"))
        .take()
}

/// The keys that sign access tokens, their private parts sealed under a key that is not in the database.
fn signing_keys() -> TableCreateStatement {
    part("signing_keys")
        .col(string("kid"))
        .col(text("sealed"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("retired_at"))
        .take()
}

fn api_clients() -> TableCreateStatement {
    record("api_clients")
        .col(string("client_id"))
        .col(text("name"))
        .col(uuid_null("organization_id"))
        .col(json_binary("scopes"))
        .col(string("state"))
        .col(integer_null("requests_per_minute"))
        .col(integer_null("cost_per_minute"))
        .col(timestamp_with_time_zone("tokens_valid_from"))
        .foreign_key(&mut refers_to("api_clients", "organization_id", "organizations"))
        .take()
}

fn api_client_secrets() -> TableCreateStatement {
    part("api_client_secrets")
        .col(uuid("api_client_id"))
        .col(string("digest"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .foreign_key(&mut owned_by("api_client_secrets", "api_client_id", "api_clients"))
        .take()
}

/// Who did what to what. No reference to other tables: an entry outlives what it tells of.
fn audit_events() -> TableCreateStatement {
    part("audit_events")
        .col(timestamp_with_time_zone("at"))
        .col(string("actor"))
        .col(string("standing"))
        .col(string("action"))
        .col(string_null("target_kind"))
        .col(uuid_null("target_id"))
        .col(string_null("district_code"))
        .col(string("outcome"))
        .col(text_null("detail"))
        .col(string("request_id"))
        .take()
}

fn repeats() -> TableCreateStatement {
    part("repeats")
        .col(string("actor"))
        .col(string("mutation"))
        .col(string("client_mutation_id"))
        .col(string("input_digest"))
        .col(uuid_null("subject_id"))
        .col(timestamp_with_time_zone("asked_at"))
        .take()
}
