//! How stations look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object};
use sea_orm::{QueryFilter, QuerySelect, QueryTrait, entity::prelude::*};

use super::{District, ServicePoint, State, Station, area_entity, district_entity, entity};
use crate::{
    access::Guarded,
    app::Ctx,
    batch::{Batch, Shared},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, LocalizedText, areas_of},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::Date,
    strengths::{Asked, Profiles, StationStrengths},
};

/// A district of the city.
#[derive(Clone)]
pub struct DistrictNode(pub District);

/// A district of the city, with the offices that its station works with.
#[Object(name = "District")]
impl DistrictNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::District, self.0.id)
    }

    /// Its code, such as PD.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Its name.
    async fn name(&self) -> LocalizedText {
        LocalizedText::new(&self.0.name, self.0.name_en.as_deref())
    }

    /// The market supervision bureau to which its station hands up.
    async fn market_bureau(&self) -> Option<&str> {
        self.0.market_bureau.as_deref()
    }

    /// The office for industry.
    async fn industry_body(&self) -> Option<&str> {
        self.0.industry_body.as_deref()
    }
}

/// A place where a station can be met.
#[derive(Clone)]
pub struct ServicePointNode(pub ServicePoint);

/// A place where a station can be met.
#[Object(name = "ServicePoint")]
impl ServicePointNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::ServicePoint, self.0.id)
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The park it lies in.
    async fn park(&self) -> Option<&str> {
        self.0.park.as_deref()
    }

    /// Its address.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// When it is open.
    async fn hours(&self) -> Option<&str> {
        self.0.hours.as_deref()
    }
}

/// A station among the others of its page.
#[derive(Clone)]
pub struct StationNode {
    station: Arc<Station>,
    page: Arc<StationPage>,
}

struct StationPage {
    districts: Shared<Uuid, District>,
    parents: Shared<Uuid, StationNode>,
    points: Shared<Uuid, Vec<ServicePoint>>,
    areas: Shared<Uuid, Vec<Uuid>>,
    strengths: Profiles,
}

/// Stations that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(stations: impl IntoIterator<Item = Station>) -> Vec<StationNode> {
    let stations: Vec<Arc<Station>> = stations.into_iter().map(Arc::new).collect();
    let ids = || stations.iter().map(|station| station.id);
    let page = Arc::new(StationPage {
        districts: Arc::new(Batch::new(stations.iter().map(|station| station.district_id))),
        parents: Arc::new(Batch::new(stations.iter().filter_map(|station| station.parent_id))),
        points: Arc::new(Batch::new(ids())),
        areas: Arc::new(Batch::new(ids())),
        strengths: Profiles::new(stations.iter().map(|station| station.code.clone()).collect()),
    });
    let node = |station| StationNode { station, page: Arc::clone(&page) };
    stations.into_iter().map(node).collect()
}

/// Stations by id, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, StationNode>> {
    let rows = super::by_ids(ctx.db(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.station.id, node)).collect())
}

impl StationNode {
    /// What people call it.
    pub fn name_text(&self) -> &str {
        &self.station.name
    }
}

/// A registration guidance station.
#[Object(name = "Station")]
impl StationNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Station, self.station.id)
    }

    /// Its code, such as SH-PD.
    async fn code(&self) -> &str {
        &self.station.code
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.station.name
    }

    /// The district it works in.
    async fn district(&self, ctx: &Context<'_>) -> Result<DistrictNode, Fault> {
        let db = ctx.data_unchecked::<Ctx>().db();
        let load = |ids| super::districts(db, ids);
        let district = self.page.districts.require(&self.station.district_id, load).await?;
        Ok(DistrictNode(district.clone()))
    }

    /// The station that it is a branch of.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<StationNode>, Fault> {
        let Some(parent) = self.station.parent_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.page.parents.get(&parent, |ids| nodes_by_id(ctx, ids)).await?.cloned())
    }

    /// When it was founded.
    async fn founded_on(&self) -> Option<Date> {
        self.station.founded_on.map(Date)
    }

    /// How it works.
    async fn service_model(&self) -> Option<&str> {
        self.station.service_model.as_deref()
    }

    /// Where it can be met.
    async fn service_points(&self, ctx: &Context<'_>) -> Result<Vec<ServicePointNode>, Fault> {
        let db = ctx.data_unchecked::<Ctx>().db();
        let load = |ids| super::service_points(db, ids);
        let points = self.page.points.get(&self.station.id, load).await?;
        Ok(points.into_iter().flatten().cloned().map(ServicePointNode).collect())
    }

    /// The areas it declares itself good at.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| super::area_ids(ctx.db(), ids);
        let areas = self.page.areas.get(&self.station.id, load).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }

    /// What it is good at: what it declares and what it has written down, area by area, beside the other stations, as far
    /// as the viewer may see it.
    async fn strengths(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day of the period; from the beginning where nothing is said.")]
        from: Option<Date>,
        #[graphql(desc = "The last day of the period; until now where nothing is said.")]
        to: Option<Date>,
        #[graphql(
            desc = "The codes of the areas, each with all below it; the tops of the tree, those right below them \
                          and those declared where nothing is said."
        )]
        areas: Option<Vec<String>>,
    ) -> Result<StationStrengths, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let asked = Asked { from: from.map(|Date(day)| day), to: to.map(|Date(day)| day), areas };
        Ok(self.page.strengths.of(ctx, self.station.id, asked).await?)
    }

    /// Whether it is at work.
    async fn state(&self) -> State {
        self.station.state
    }

    /// The version, which a change of it, of its areas or of its service points must name.
    async fn version(&self) -> i32 {
        self.station.version
    }
}

connection!(
    StationConnection,
    StationEdge,
    StationNode,
    "A page of stations.",
    "A station in a list, with its cursor."
);

/// Which stations are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct StationFilter {
    /// With one of these codes.
    codes: Option<Vec<String>>,
    /// Of the districts with these codes.
    districts: Option<Vec<String>>,
    /// That declare one of these areas, or one below it.
    areas: Option<Vec<String>>,
    /// In one of these states.
    states: Option<Vec<State>>,
}

/// How stations are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum StationOrder {
    /// By their codes.
    #[default]
    Code,
}

/// The entry points to stations.
#[derive(Default)]
pub struct StationQuery;

#[Object]
impl StationQuery {
    /// The station with this code.
    async fn station(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, such as SH-PD.")] code: String,
    ) -> Result<Option<StationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(super::by_code(ctx.db(), &code).await?.and_then(|station| nodes([station]).pop()))
    }

    /// The stations of the network.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn stations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which stations; all where nothing is said.")] filter: Option<
            StationFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: StationOrder,
    ) -> Result<StationConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let mut select = entity::Entity::visible_to(&ctx.scope());
        let filter = filter.unwrap_or_default();
        if let Some(codes) = filter.codes {
            select = select.filter(entity::Column::Code.is_in(codes));
        }
        if let Some(states) = filter.states {
            select = select.filter(entity::Column::State.is_in(states));
        }
        if let Some(districts) = filter.districts {
            let ids = district_entity::Entity::visible_to(&ctx.scope())
                .select_only()
                .column(district_entity::Column::Id)
                .filter(district_entity::Column::Code.is_in(districts));
            select = select.filter(entity::Column::DistrictId.in_subquery(ids.into_query()));
        }
        if let Some(areas) = filter.areas {
            let areas = ctx.tree().await?.subtree_ids("filter.areas", &areas)?;
            let ids = area_entity::Entity::visible_to(&ctx.scope())
                .select_only()
                .column(area_entity::Column::StationId)
                .filter(area_entity::Column::AreaId.is_in(areas));
            select = select.filter(entity::Column::Id.in_subquery(ids.into_query()));
        }
        let keyset = match order_by {
            StationOrder::Code => Keyset {
                name: "stations/CODE",
                column: entity::Column::Code,
                id: entity::Column::Id,
                descending: false,
                place: |row: &Station| (Place::Text(row.code.clone()), row.id),
            },
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(StationConnection::new(slice, count, nodes))
    }
}
