//! How organizations look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object};
use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait, entity::prelude::*};

use super::{Organization, OrganizationType, area_entity, entity};
use crate::{
    access::Guarded,
    app::Ctx,
    batch::{Batch, Shared},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, LocalizedText, areas_of},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    stations::{self, District, DistrictNode},
};

/// An organization among the others of its page.
#[derive(Clone)]
pub struct OrganizationNode {
    organization: Arc<Organization>,
    page: Arc<OrganizationPage>,
}

struct OrganizationPage {
    districts: Shared<Uuid, District>,
    areas: Shared<Uuid, Vec<Uuid>>,
}

/// Organizations that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(organizations: impl IntoIterator<Item = Organization>) -> Vec<OrganizationNode> {
    let organizations: Vec<Arc<Organization>> = organizations.into_iter().map(Arc::new).collect();
    let page = Arc::new(OrganizationPage {
        districts: Arc::new(Batch::new(organizations.iter().filter_map(|row| row.district_id))),
        areas: Arc::new(Batch::new(organizations.iter().map(|row| row.id))),
    });
    let node = |organization| OrganizationNode { organization, page: Arc::clone(&page) };
    organizations.into_iter().map(node).collect()
}

/// Organizations by id, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, OrganizationNode>> {
    let rows = super::by_ids(ctx.db(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.organization.id, node)).collect())
}

impl OrganizationNode {
    /// What people call it.
    pub fn name_text(&self) -> &str {
        &self.organization.name
    }
}

/// A university, hospital, institute, laboratory, association, company or authority.
#[Object(name = "Organization")]
impl OrganizationNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Organization, self.organization.id)
    }

    /// Its code in this service.
    async fn code(&self) -> &str {
        &self.organization.code
    }

    /// Its name.
    async fn name(&self) -> LocalizedText {
        LocalizedText::new(&self.organization.name, self.organization.name_en.as_deref())
    }

    /// What kind it is.
    #[graphql(name = "type")]
    async fn kind(&self) -> OrganizationType {
        self.organization.r#type
    }

    /// Its identifier in the Research Organization Registry, nine characters.
    async fn ror(&self) -> Option<&str> {
        self.organization.ror.as_deref()
    }

    /// Its unified social credit code (GB 32100), eighteen characters.
    async fn social_credit_code(&self) -> Option<&str> {
        self.organization.social_credit_code.as_deref()
    }

    /// The district it sits in, where that is known.
    async fn district(&self, ctx: &Context<'_>) -> Result<Option<DistrictNode>, Fault> {
        let Some(district) = self.organization.district_id else { return Ok(None) };
        let db = ctx.data_unchecked::<Ctx>().db();
        let district =
            self.page.districts.get(&district, |ids| stations::districts(db, ids)).await?;
        Ok(district.cloned().map(DistrictNode))
    }

    /// The region it sits in, such as SH or YRD.
    async fn region(&self) -> Option<&str> {
        self.organization.region.as_deref()
    }

    /// The areas it works in.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| super::area_ids(ctx.db(), ids);
        let areas = self.page.areas.get(&self.organization.id, load).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }

    /// Where what is known of it comes from.
    async fn source(&self) -> Option<&str> {
        self.organization.source.as_deref()
    }
}

connection!(
    OrganizationConnection,
    OrganizationEdge,
    OrganizationNode,
    "A page of organizations.",
    "An organization in a list, with its cursor."
);

/// Which organizations are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct OrganizationFilter {
    /// With one of these codes.
    pub(super) codes: Option<Vec<String>>,
    /// Of one of these types.
    pub(super) types: Option<Vec<OrganizationType>>,
    /// With this identifier in the Research Organization Registry.
    ror: Option<String>,
    /// In one of these regions, such as SH.
    pub(super) regions: Option<Vec<String>>,
    /// That work in one of these areas, or one below it.
    pub(super) areas: Option<Vec<String>>,
}

/// How organizations are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OrganizationOrder {
    /// By their codes.
    #[default]
    Code,
}

/// The entry points to organizations.
#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The organizations that the network knows.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which organizations; all where nothing is said.")] filter: Option<
            OrganizationFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: OrganizationOrder,
    ) -> Result<OrganizationConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition(ctx, "filter.areas").await?;
        let select = entity::Entity::visible_to(&ctx.scope()).filter(condition);
        let keyset = match order_by {
            OrganizationOrder::Code => Keyset {
                name: "organizations/CODE",
                column: entity::Column::Code,
                id: entity::Column::Id,
                descending: false,
                place: |row: &Organization| (Place::Text(row.code.clone()), row.id),
            },
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(OrganizationConnection::new(slice, count, nodes))
    }
}

impl OrganizationFilter {
    /// The filter as a condition. `areas` is what its areas are called where it was asked.
    pub(super) async fn condition(self, ctx: &Ctx, areas: &str) -> Result<Condition> {
        use entity::Column;
        let below = match self.areas {
            None => None,
            Some(codes) => Some(ctx.tree().await?.subtree_ids(areas, &codes)?),
        };
        let below = below.map(|areas| {
            let ids = area_entity::Entity::visible_to(&ctx.scope())
                .select_only()
                .column(area_entity::Column::OrganizationId)
                .filter(area_entity::Column::AreaId.is_in(areas));
            Column::Id.in_subquery(ids.into_query())
        });
        Ok(Condition::all()
            .add_option(self.codes.map(|codes| Column::Code.is_in(codes)))
            .add_option(self.types.map(|types| Column::Type.is_in(types)))
            .add_option(self.ror.map(|ror| Column::Ror.eq(ror)))
            .add_option(self.regions.map(|regions| Column::Region.is_in(regions)))
            .add_option(below))
    }
}
