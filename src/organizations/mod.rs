//! Universities, hospitals, institutes, laboratories, and the resources that they offer.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ActiveEnum, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use crate::{
    access::{Guarded, Scope},
    batch::grouped,
    error::Result,
    expertise::Tree,
    kept::{self, Stamp},
};

pub(crate) mod area_entity;
pub(crate) mod entity;
mod exporting;
mod graphql;
mod import;
mod offering;
mod offering_graphql;
pub(crate) mod resource_area_entity;
pub(crate) mod resource_entity;
mod resource_graphql;
mod terms;

pub use entity::Model as Organization;
pub use exporting::{export, export_resources};
pub use graphql::{OrganizationNode, OrganizationQuery, nodes, nodes_by_id};
pub use import::{Organizations, Resources};
pub use offering_graphql::ResourceMutation;
pub use resource_entity::Model as Resource;
pub use resource_graphql::{ResourceNode, ResourceQuery, resource_nodes_by_id};
pub use terms::{OrganizationType, ResourceKind, ResourceState};

/// A resource that its owner has taken back, or whose time is over, is offered no more; everything that matches or
/// introduces asks here.
impl Resource {
    /// Whether it is valid on a day: its time is not over.
    pub fn is_valid_on(&self, today: NaiveDate) -> bool {
        self.valid_until.is_none_or(|last| today <= last)
    }

    /// Whether it is offered on a day.
    pub fn is_offered(&self, today: NaiveDate) -> bool {
        self.retired_on.is_none() && self.is_valid_on(today)
    }
}

/// Loads organizations by id.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Organization>> {
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Loads organizations by code.
pub async fn by_codes(
    db: &impl ConnectionTrait,
    codes: Vec<String>,
) -> Result<HashMap<String, Organization>> {
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::Code.is_in(codes))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// All organizations.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Organization>> {
    Ok(entity::Entity::visible_to(&Scope::Service).all(db).await?)
}

/// Tells whether the organizations are as they were.
pub async fn stamp(db: &impl ConnectionTrait) -> Result<Stamp> {
    kept::stamp::<entity::Entity>(db, entity::Column::Version, entity::Column::UpdatedAt).await
}

/// The names of all companies, in both languages.
pub async fn enterprise_names(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let names: Vec<(String, Option<String>)> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([entity::Column::Name, entity::Column::NameEn])
        .filter(entity::Column::Type.eq(OrganizationType::Enterprise))
        .into_tuple()
        .all(db)
        .await?;
    Ok(names.into_iter().flat_map(|(name, other)| [Some(name), other]).flatten().collect())
}

/// Loads the resources that a scope shows of these, by id.
pub async fn resources_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Resource>> {
    let rows = resource_entity::Entity::visible_to(scope)
        .filter(resource_entity::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Loads the areas of organizations.
pub async fn area_ids(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::OrganizationId.is_in(ids))
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.organization_id, row.area_id))))
}

/// Loads the areas of resources.
pub async fn resource_area_ids(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = resource_area_entity::Entity::visible_to(&Scope::Service)
        .filter(resource_area_entity::Column::ResourceId.is_in(ids))
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.resource_id, row.area_id))))
}

/// Loads organizations with what the index needs of them.
pub async fn documents(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
    tree: &Tree,
) -> Result<Vec<zhanjian_index::Document>> {
    let select = entity::Entity::visible_to(&Scope::Service).filter(entity::Column::Id.is_in(ids));
    let rows = select.all(db).await?;
    let mut areas = area_ids(db, rows.iter().map(|row| row.id).collect()).await?;
    let document = |row: Organization| {
        let areas = areas.remove(&row.id).unwrap_or_default();
        let labels = areas.iter().filter_map(|id| tree.by_id(*id)).map(|area| area.label.as_str());
        let ids = [&row.ror, &row.social_credit_code];
        let ids = ids.into_iter().flatten().cloned().chain([row.code.clone()]);
        zhanjian_index::Document {
            title: row.name.clone(),
            body: labels.collect::<Vec<_>>().join("\n"),
            keywords: row.name_en.iter().cloned().collect(),
            identifiers: ids.collect(),
            organization: Some(row.code.clone()),
            areas: tree.closed_codes(areas),
            tags: vec![format!("organizationType:{}", row.r#type.to_value())],
            ..crate::search::public_document(zhanjian_index::Kind::Organization, row.id)
        }
    };
    Ok(rows.into_iter().map(document).collect())
}

/// Loads resources with what the index needs of them.
pub async fn resource_documents(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
    tree: &Tree,
) -> Result<Vec<zhanjian_index::Document>> {
    let select = resource_entity::Entity::visible_to(&Scope::Service)
        .filter(resource_entity::Column::Id.is_in(ids));
    let rows = select.all(db).await?;
    let mut areas = resource_area_ids(db, rows.iter().map(|row| row.id).collect()).await?;
    let owners = by_ids(db, rows.iter().map(|row| row.organization_id).collect()).await?;
    let document = |row: Resource| {
        let owner = owners.get(&row.organization_id);
        let capabilities = crate::json::texts(&row.capabilities);
        let body = [&row.description, &row.accreditation, &row.capacity];
        let body = body.into_iter().flatten().cloned().chain(capabilities);
        zhanjian_index::Document {
            audience: vec![row.audience_token.clone()],
            owner: vec![row.owner_token.clone()],
            title: row.name.clone(),
            body: body.collect::<Vec<_>>().join("\n"),
            keywords: owner.map(|owner| owner.name.clone()).into_iter().collect(),
            identifiers: vec![row.external_id.clone()],
            organization: owner.map(|owner| owner.code.clone()),
            areas: tree.closed_codes(areas.remove(&row.id).unwrap_or_default()),
            tags: vec![format!("resourceKind:{}", row.kind.to_value())],
            ..crate::search::public_document(zhanjian_index::Kind::Resource, row.id)
        }
    };
    Ok(rows.into_iter().map(document).collect())
}

/// The ids of all organizations, in their order.
pub async fn all_ids(db: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    let ids = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Id)
        .order_by_asc(entity::Column::Id)
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// The ids of the organizations that follow one, at most so many, in their order.
pub async fn ids_after(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let all = entity::Entity::visible_to(&Scope::Service);
    crate::db::ids_after(db, all, entity::Column::Id, after, limit).await
}

/// The ids of the resources that follow one, at most so many, in their order.
pub async fn resource_ids_after(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let all = resource_entity::Entity::visible_to(&Scope::Service);
    crate::db::ids_after(db, all, resource_entity::Column::Id, after, limit).await
}

/// The resources of these organizations.
pub async fn resources_of(
    db: &impl ConnectionTrait,
    organizations: Vec<Uuid>,
) -> Result<Vec<Uuid>> {
    let ids = resource_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(resource_entity::Column::Id)
        .filter(resource_entity::Column::OrganizationId.is_in(organizations))
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// The resources filed under one of these areas.
pub async fn resources_filed_under(
    db: &impl ConnectionTrait,
    areas: Vec<Uuid>,
) -> Result<Vec<Uuid>> {
    let ids = resource_area_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(resource_area_entity::Column::ResourceId)
        .distinct()
        .filter(resource_area_entity::Column::AreaId.is_in(areas))
        .into_tuple();
    Ok(ids.all(db).await?)
}
