//! How stations are kept from outside.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use sea_orm::prelude::Uuid;

use super::{
    State, StationNode,
    administration::{self as rules, PointDetails, StationChange},
    nodes_by_id,
};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Once, answered, payload},
    error::{Done, Fault, Result},
    ids::{GlobalId, NodeKind},
};

/// What is to be otherwise about a station.
#[derive(InputObject)]
struct ChangeStationInput {
    /// The station.
    station_id: ID,
    /// The version that was read.
    version: i32,
    /// Its name; as it is where nothing is said.
    name: Option<String>,
    /// How it works; as it is where nothing is said, not said any more where it is null.
    service_model: MaybeUndefined<String>,
    /// Whether it is at work: for the municipal level and administrators. As it is where nothing is said.
    state: Option<State>,
    /// The station that it is a branch of; as it is where nothing is said, of none where it is null.
    parent_id: MaybeUndefined<ID>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

impl ChangeStationInput {
    fn read(self) -> Result<StationChange> {
        Ok(StationChange {
            name: self.name,
            service_model: match self.service_model {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(model) => Some(Some(model)),
            },
            state: self.state,
            parent: match &self.parent_id {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(id) => {
                    Some(Some(GlobalId::decode_as("parentId", id, NodeKind::Station)?))
                }
            },
        })
    }
}

/// The areas that a station is to declare.
#[derive(InputObject)]
struct SetStationAreasInput {
    /// The station.
    station_id: ID,
    /// The version that was read.
    version: i32,
    /// The areas it declares itself good at, all of them.
    area_ids: Vec<ID>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// A place where a station is to be met.
#[derive(InputObject)]
struct AddServicePointInput {
    /// The station.
    station_id: ID,
    /// The version of the station that was read.
    version: i32,
    /// Its name.
    name: String,
    /// The park it lies in.
    park: Option<String>,
    /// Its address.
    address: Option<String>,
    /// When it is open.
    hours: Option<String>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// A place where a station can be met, described anew.
#[derive(InputObject)]
struct ChangeServicePointInput {
    /// The station.
    station_id: ID,
    /// The service point.
    service_point_id: ID,
    /// The version of the station that was read.
    version: i32,
    /// Its name.
    name: String,
    /// The park it lies in; none where nothing is said.
    park: Option<String>,
    /// Its address; none where nothing is said.
    address: Option<String>,
    /// When it is open; nothing is known where nothing is said.
    hours: Option<String>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// A place where a station can be met no longer.
#[derive(InputObject)]
struct RemoveServicePointInput {
    /// The station.
    station_id: ID,
    /// The service point.
    service_point_id: ID,
    /// The version of the station that was read.
    version: i32,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

payload!(StationPayload { station: StationNode = "the station as it is now." });

/// Keeping stations.
#[derive(Default)]
pub struct StationMutation;

#[Object]
impl StationMutation {
    /// Changes the profile of a station. Heads do so for their own, district officers for their district, the municipal
    /// level and administrators for all.
    async fn change_station(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and what is to be otherwise.")] input: ChangeStationInput,
    ) -> Result<StationPayload, Fault> {
        let asked = Asked::of(context, &input.station_id, input.client_mutation_id.clone())?;
        let version = input.version;
        let outcome = match input.read() {
            Ok(change) => rules::change_station(&asked.ctx, asked.id, version, change).await,
            Err(fault) => Err(fault),
        };
        asked.answer("changeStation", outcome).await
    }

    /// Lets a station declare the areas it is good at.
    async fn set_station_areas(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and which areas.")] input: SetStationAreasInput,
    ) -> Result<StationPayload, Fault> {
        let asked = Asked::of(context, &input.station_id, input.client_mutation_id)?;
        let read = |id| GlobalId::decode_as("areaIds", id, NodeKind::ExpertiseArea);
        let areas: Result<Vec<Uuid>> = input.area_ids.iter().map(|id| read(id)).collect();
        let outcome = match areas {
            Ok(areas) => rules::set_areas(&asked.ctx, asked.id, input.version, areas).await,
            Err(fault) => Err(fault),
        };
        asked.answer("setStationAreas", outcome).await
    }

    /// Adds a place where a station can be met.
    async fn add_service_point(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which station, and where.")] input: AddServicePointInput,
    ) -> Result<StationPayload, Fault> {
        let asked = Asked::of(context, &input.station_id, input.client_mutation_id)?;
        let details = PointDetails {
            name: input.name,
            park: input.park,
            address: input.address,
            hours: input.hours,
        };
        let outcome = rules::add_point(&asked.ctx, asked.id, input.version, details).await;
        asked.answer("addServicePoint", outcome).await
    }

    /// Describes a place where a station can be met anew.
    async fn change_service_point(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and how it is described.")] input: ChangeServicePointInput,
    ) -> Result<StationPayload, Fault> {
        let details = PointDetails {
            name: input.name,
            park: input.park,
            address: input.address,
            hours: input.hours,
        };
        let asked = Asked::of(context, &input.station_id, input.client_mutation_id)?;
        let (point, version) = (point(&input.service_point_id)?, input.version);
        let outcome = rules::change_point(&asked.ctx, asked.id, version, point, details).await;
        asked.answer("changeServicePoint", outcome).await
    }

    /// Removes a place where a station can be met.
    async fn remove_service_point(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: RemoveServicePointInput,
    ) -> Result<StationPayload, Fault> {
        let asked = Asked::of(context, &input.station_id, input.client_mutation_id)?;
        let (point, version) = (point(&input.service_point_id)?, input.version);
        let outcome = rules::remove_point(&asked.ctx, asked.id, version, point).await;
        asked.answer("removeServicePoint", outcome).await
    }
}

fn point(id: &ID) -> Result<Uuid> {
    GlobalId::decode_as("servicePointId", id, NodeKind::ServicePoint)
}

/// A mutation about one station.
struct Asked {
    ctx: Ctx,
    id: Uuid,
    client_mutation_id: Option<String>,
}

impl Asked {
    fn of(context: &Context<'_>, id: &ID, client_mutation_id: Option<String>) -> Result<Self> {
        let ctx = context.data_unchecked::<Ctx>();
        let id = GlobalId::decode_as("stationId", id, NodeKind::Station)?;
        let ctx = ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        Ok(Self { ctx, id, client_mutation_id })
    }

    async fn answer(
        self,
        action: &'static str,
        outcome: Result<Done>,
    ) -> Result<StationPayload, Fault> {
        let ctx = &self.ctx;
        let refused = Entry::new(action).of(NodeKind::Station, self.id);
        let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, Some(self.id), outcome, load).await?;
        Ok(StationPayload::new(answered, self.client_mutation_id))
    }
}
