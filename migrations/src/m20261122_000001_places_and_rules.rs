//! Districts, stations, the tree of areas, regulations and what became of them.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date_null, integer, json_binary, string, string_null, text, text_null, uuid, uuid_null,
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
            districts(),
            expertise_areas(),
            stations(),
            service_points(),
            pairs("station_areas", ("station_id", "stations"), ("area_id", "expertise_areas")),
            regulations(),
            regulation_relations(),
        ];
        let indexes = vec![
            unique("districts", &["code"]),
            unique("expertise_areas", &["code"]),
            index("expertise_areas", &["parent_id"]),
            unique("stations", &["code"]),
            index("service_points", &["station_id"]),
            index("station_areas", &["area_id"]),
            unique("regulations", &["key"]),
            unique("regulation_relations", &["from_id", "to_id", "kind"]),
            index("regulation_relations", &["to_id"]),
        ];
        create(manager, tables, indexes).await?;
        let ordered = [
            ("districts", "code"),
            ("expertise_areas", "code"),
            ("stations", "code"),
            ("regulations", "key"),
            ("regulations", "issued_on"),
            ("regulations", "effective_on"),
        ];
        order_by_bytes(manager, &ordered).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "regulation_relations",
            "regulations",
            "station_areas",
            "service_points",
            "stations",
            "expertise_areas",
            "districts",
        ];
        drop(manager, &tables).await
    }
}

fn districts() -> TableCreateStatement {
    record("districts")
        .col(string("code"))
        .col(text("name"))
        .col(text_null("name_en"))
        .col(text_null("market_bureau"))
        .col(text_null("industry_body"))
        .take()
}

fn expertise_areas() -> TableCreateStatement {
    record("expertise_areas")
        .col(string("code"))
        .col(uuid_null("parent_id"))
        .col(text("label"))
        .col(text_null("label_en"))
        .col(string("facet"))
        .col(json_binary("aliases"))
        .col(integer("position"))
        .foreign_key(&mut refers_to("expertise_areas", "parent_id", "expertise_areas"))
        .take()
}

fn stations() -> TableCreateStatement {
    record("stations")
        .col(string("code"))
        .col(text("name"))
        .col(uuid("district_id"))
        .col(uuid_null("parent_id"))
        .col(date_null("founded_on"))
        .col(text_null("service_model"))
        .col(string("state"))
        .foreign_key(&mut refers_to("stations", "district_id", "districts"))
        .foreign_key(&mut refers_to("stations", "parent_id", "stations"))
        .take()
}

fn service_points() -> TableCreateStatement {
    part("service_points")
        .col(uuid("station_id"))
        .col(integer("position"))
        .col(text("name"))
        .col(text_null("park"))
        .col(text_null("address"))
        .col(text_null("hours"))
        .foreign_key(&mut owned_by("service_points", "station_id", "stations"))
        .take()
}

/// Dates of regulations are texts of the form `2020`, `2020-06` or `2020-06-01`: often no more is known.
fn regulations() -> TableCreateStatement {
    record("regulations")
        .col(string("key"))
        .col(text("title"))
        .col(text_null("title_en"))
        .col(text_null("number"))
        .col(text_null("level"))
        .col(text_null("issuer"))
        .col(string("region"))
        .col(string_null("issued_on"))
        .col(string_null("effective_on"))
        .col(string_null("ends_on"))
        .col(text_null("source"))
        .take()
}

fn regulation_relations() -> TableCreateStatement {
    record("regulation_relations")
        .col(uuid("from_id"))
        .col(uuid("to_id"))
        .col(string("kind"))
        .col(string("scope"))
        .col(json_binary("articles"))
        .col(string_null("effective_on"))
        .col(text_null("note"))
        .foreign_key(&mut refers_to("regulation_relations", "from_id", "regulations"))
        .foreign_key(&mut refers_to("regulation_relations", "to_id", "regulations"))
        .take()
}
