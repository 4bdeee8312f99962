//! Universities, hospitals, laboratories: what they offer.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date, date_null, integer_null, json_binary, json_binary_null, string, string_null, text,
        text_null, uuid, uuid_null,
    },
};

use crate::table::{create, drop, index, order_by_bytes, pairs, record, refers_to, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let area = ("area_id", "expertise_areas");
        let tables = vec![
            organizations(),
            pairs("organization_areas", ("organization_id", "organizations"), area),
            research_outputs(),
            pairs("research_output_areas", ("research_output_id", "research_outputs"), area),
            resources(),
            pairs("resource_areas", ("resource_id", "resources"), area),
        ];
        let indexes = vec![
            unique("organizations", &["code"]),
            index("organization_areas", &["area_id"]),
            unique("research_outputs", &["organization_id", "external_id"]),
            index("research_outputs", &["ordered_on", "id"]),
            index("research_output_areas", &["area_id"]),
            unique("resources", &["organization_id", "external_id"]),
            index("resource_areas", &["area_id"]),
        ];
        create(manager, tables, indexes).await?;
        order_by_bytes(manager, &[("organizations", "code")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "resource_areas",
            "resources",
            "research_output_areas",
            "research_outputs",
            "organization_areas",
            "organizations",
        ];
        drop(manager, &tables).await
    }
}

fn organizations() -> TableCreateStatement {
    record("organizations")
        .col(string("code"))
        .col(text("name"))
        .col(text_null("name_en"))
        .col(string("type"))
        .col(string_null("ror"))
        .col(string_null("social_credit_code"))
        .col(uuid_null("district_id"))
        .col(string_null("region"))
        .col(text_null("source"))
        .foreign_key(&mut refers_to("organizations", "district_id", "districts"))
        .take()
}

fn research_outputs() -> TableCreateStatement {
    record("research_outputs")
        .col(uuid("organization_id"))
        .col(string("external_id"))
        .col(text("title"))
        .col(text("abstract"))
        .col(string("kind"))
        .col(integer_null("trl"))
        .col(string("ip_status"))
        .col(json_binary("patents"))
        .col(text_null("clinical_stage"))
        .col(json_binary("trial_ids"))
        .col(json_binary("cooperation_modes"))
        .col(json_binary("contributors"))
        .col(date_null("completed_on"))
        .col(date_null("published_on"))
        .col(date("ordered_on"))
        .col(date_null("embargo_until"))
        .col(string("audience"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .col(string_null("doi"))
        .col(json_binary("identifiers"))
        .col(text_null("advantages"))
        .col(json_binary_null("contact"))
        .col(string("state"))
        .col(date_null("withdrawn_on"))
        .col(text_null("withdrawal_reason"))
        .col(text_null("source_format"))
        .col(text_null("raw_record"))
        .col(string("content_digest"))
        .foreign_key(&mut refers_to("research_outputs", "organization_id", "organizations"))
        .take()
}

fn resources() -> TableCreateStatement {
    record("resources")
        .col(uuid("organization_id"))
        .col(string("external_id"))
        .col(string("kind"))
        .col(text("name"))
        .col(text_null("description"))
        .col(json_binary("capabilities"))
        .col(text_null("accreditation"))
        .col(text_null("capacity"))
        .col(date_null("valid_until"))
        .col(string("audience"))
        .col(string("audience_token"))
        .col(string("owner_token"))
        .col(string("content_digest"))
        .foreign_key(&mut refers_to("resources", "organization_id", "organizations"))
        .take()
}
