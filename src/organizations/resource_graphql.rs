//! How the resources that organizations offer look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object};
use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait, entity::prelude::*};

use super::{
    OrganizationNode, Resource, ResourceKind, ResourceState, entity, nodes_by_id,
    resource_area_entity, resource_entity,
};
use crate::{
    access::{Audience, Guarded},
    app::Ctx,
    batch::{Batch, Shared},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, areas_of},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::Date,
};

/// A resource among the others of its page.
#[derive(Clone)]
pub struct ResourceNode {
    resource: Arc<Resource>,
    page: Arc<ResourcePage>,
}

struct ResourcePage {
    organizations: Shared<Uuid, OrganizationNode>,
    areas: Shared<Uuid, Vec<Uuid>>,
}

/// Resources that know of each other, so that what belongs to them is loaded at once.
pub(super) fn nodes(resources: impl IntoIterator<Item = Resource>) -> Vec<ResourceNode> {
    let resources: Vec<Arc<Resource>> = resources.into_iter().map(Arc::new).collect();
    let page = Arc::new(ResourcePage {
        organizations: Arc::new(Batch::new(resources.iter().map(|row| row.organization_id))),
        areas: Arc::new(Batch::new(resources.iter().map(|row| row.id))),
    });
    let node = |resource| ResourceNode { resource, page: Arc::clone(&page) };
    resources.into_iter().map(node).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn resource_nodes_by_id(
    ctx: &Ctx,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, ResourceNode>> {
    let rows = resource_entity::Entity::visible_to(&ctx.scope())
        .filter(resource_entity::Column::Id.is_in(ids))
        .all(ctx.db())
        .await?;
    Ok(nodes(rows).into_iter().map(|node| (node.resource.id, node)).collect())
}

impl ResourceNode {
    /// The row behind it.
    pub fn row(&self) -> &Resource {
        &self.resource
    }
}

/// Clinical, testing, training or manufacturing capacity that an organization offers.
#[Object(name = "Resource")]
impl ResourceNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Resource, self.resource.id)
    }

    /// What it is for.
    async fn kind(&self) -> ResourceKind {
        self.resource.kind
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.resource.name
    }

    /// What it is.
    async fn description(&self) -> Option<&str> {
        self.resource.description.as_deref()
    }

    /// What can be done with it.
    async fn capabilities(&self) -> Vec<String> {
        crate::json::texts(&self.resource.capabilities)
    }

    /// Whether it is offered today.
    async fn state(&self, ctx: &Context<'_>) -> ResourceState {
        let today = ctx.data_unchecked::<Ctx>().today;
        if self.resource.retired_on.is_some() {
            ResourceState::Retired
        } else if self.resource.is_valid_on(today) {
            ResourceState::Offered
        } else {
            ResourceState::Expired
        }
    }

    /// Whether somebody has accredited it. One that nobody has is shown as such, and may be offered all the same.
    async fn is_accredited(&self) -> bool {
        self.resource.accreditation.is_some()
    }

    /// By whom it is accredited.
    async fn accreditation(&self) -> Option<&str> {
        self.resource.accreditation.as_deref()
    }

    /// How much of it there is.
    async fn capacity(&self) -> Option<&str> {
        self.resource.capacity.as_deref()
    }

    /// The last day on which it is offered, where there is one.
    async fn valid_until(&self) -> Option<Date> {
        self.resource.valid_until.map(Date)
    }

    /// Whether its last day is not over yet.
    async fn is_valid(&self, ctx: &Context<'_>) -> bool {
        self.resource.is_valid_on(ctx.data_unchecked::<Ctx>().today)
    }

    /// When its organization took it back, where it has.
    async fn retired_on(&self) -> Option<Date> {
        self.resource.retired_on.map(Date)
    }

    /// Who may see it.
    async fn audience(&self) -> Audience {
        self.resource.audience
    }

    /// The id under which its organization keeps it.
    async fn external_id(&self) -> &str {
        &self.resource.external_id
    }

    /// How often it has been changed, counted from 1; for saying what a change is made to.
    async fn version(&self) -> i32 {
        self.resource.version
    }

    /// The organization that offers it.
    async fn organization(&self, ctx: &Context<'_>) -> Result<OrganizationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| nodes_by_id(ctx, ids);
        let owner = self.page.organizations.require(&self.resource.organization_id, load).await?;
        Ok(owner.clone())
    }

    /// The areas it belongs to.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| super::resource_area_ids(ctx.db(), ids);
        let areas = self.page.areas.get(&self.resource.id, load).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }
}

connection!(
    ResourceConnection,
    ResourceEdge,
    ResourceNode,
    "A page of resources.",
    "A resource in a list, with its cursor."
);

/// Which resources are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct ResourceFilter {
    /// For one of these uses.
    pub(super) kinds: Option<Vec<ResourceKind>>,
    /// Of the organizations with these codes.
    pub(super) organizations: Option<Vec<String>>,
    /// In one of these areas, or one below it.
    pub(super) areas: Option<Vec<String>>,
    /// Still offered on this day.
    valid_on: Option<Date>,
    /// Only those that somebody has accredited, or only those that nobody has.
    pub(super) accredited: Option<bool>,
}

/// How resources are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ResourceOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

/// The entry points to resources.
#[derive(Default)]
pub struct ResourceQuery;

#[Object]
impl ResourceQuery {
    /// The resources that the viewer may see.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which resources; all where nothing is said.")] filter: Option<
            ResourceFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: ResourceOrder,
    ) -> Result<ResourceConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition(ctx, "filter.areas").await?;
        let select = resource_entity::Entity::visible_to(&ctx.scope()).filter(condition);
        // Ids are made one after the other, so their order is that in which resources were first recorded.
        let descending = order_by == ResourceOrder::Newest;
        let keyset = Keyset {
            name: if descending { "resources/NEWEST" } else { "resources/OLDEST" },
            column: resource_entity::Column::Id,
            id: resource_entity::Column::Id,
            descending,
            place: |row: &Resource| (Place::Id, row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(ResourceConnection::new(slice, count, nodes))
    }
}

impl ResourceFilter {
    /// The filter as a condition. `areas` is what its areas are called where it was asked.
    pub(super) async fn condition(self, ctx: &Ctx, areas: &str) -> Result<Condition> {
        use resource_entity::Column;
        let organizations = self.organizations.map(|codes| {
            let ids = entity::Entity::visible_to(&ctx.scope())
                .select_only()
                .column(entity::Column::Id)
                .filter(entity::Column::Code.is_in(codes));
            Column::OrganizationId.in_subquery(ids.into_query())
        });
        let below = match self.areas {
            None => None,
            Some(codes) => Some(ctx.tree().await?.subtree_ids(areas, &codes)?),
        };
        let below = below.map(|areas| {
            let ids = resource_area_entity::Entity::visible_to(&ctx.scope())
                .select_only()
                .column(resource_area_entity::Column::ResourceId)
                .filter(resource_area_entity::Column::AreaId.is_in(areas));
            Column::Id.in_subquery(ids.into_query())
        });
        let valid = self.valid_on.map(|Date(day)| {
            let valid =
                Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gte(day));
            Condition::all().add(Column::RetiredOn.is_null()).add(valid)
        });
        let accredited = self.accredited.map(|accredited| {
            if accredited {
                Column::Accreditation.is_not_null()
            } else {
                Column::Accreditation.is_null()
            }
        });
        Ok(Condition::all()
            .add_option(self.kinds.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(organizations)
            .add_option(below)
            .add_option(valid)
            .add_option(accredited))
    }
}
