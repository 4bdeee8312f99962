//! Loading what may fit: what a scope shows of it, and what is still to be had.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use futures_util::future::try_join_all;
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, prelude::Uuid,
};
use zhanjian_index::matching::{OfferedKind, Place};

use super::{
    MatchField, MatchTargetKind,
    sides::{Target, TargetText, Targets, paths},
};
use crate::{
    access::{Guarded as _, PUBLIC, Scope, organization_token, station_token},
    error::Result,
    expertise::Tree,
    introductions,
    organizations::{self, Organization, OrganizationType, Resource, ResourceKind},
    research::{self, OutputKind, ResearchOutput, State},
    stations::{self, Station},
};

/// Where targets are loaded from.
#[derive(Clone, Copy)]
pub(super) struct From<'a> {
    pub(super) db: &'a DatabaseConnection,
    pub(super) scope: &'a Scope,
    pub(super) tree: &'a Tree,
    pub(super) today: NaiveDate,
}

impl From<'_> {
    /// Loads what the scope shows of these, as far as it is to be had today.
    pub(super) async fn load(
        self,
        keys: impl IntoIterator<Item = (MatchTargetKind, Uuid)>,
    ) -> Result<Targets> {
        let mut by_kind: HashMap<MatchTargetKind, HashSet<Uuid>> = HashMap::new();
        for (kind, id) in keys {
            by_kind.entry(kind).or_default().insert(id);
        }
        // The kinds have nothing to do with each other: none waits for another's rows.
        let load = by_kind.into_iter().map(|(kind, ids)| async move {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            match kind {
                MatchTargetKind::ResearchOutput => self.outputs(ids).await,
                MatchTargetKind::Resource => self.resources(ids).await,
                MatchTargetKind::Organization => self.organizations(ids).await,
                MatchTargetKind::Station => self.stations(ids).await,
            }
        });
        let found: Vec<Target> = try_join_all(load).await?.into_iter().flatten().collect();
        let offering = found.iter().filter_map(|target| target.organization).collect();
        let records = introductions::track_record(self.db, offering).await?;
        let known = |mut target: Target| {
            target.track_record =
                target.organization.and_then(|organization| records.get(&organization)?.value());
            (target.key(), target)
        };
        Ok(found.into_iter().map(known).collect())
    }

    async fn outputs(self, ids: Vec<Uuid>) -> Result<Vec<Target>> {
        let mut rows = research::by_ids(self.db, self.scope, ids).await?;
        rows.retain(|_, row| {
            matches!(row.state, State::Published | State::Negotiating)
                && row.embargo_until.is_none_or(|until| until <= self.today)
        });
        let (mut areas, owners) = tokio::try_join!(
            research::area_ids(self.db, rows.keys().copied().collect()),
            owners(self.db, rows.values().map(|row| row.organization_id)),
        )?;
        let target = |row: ResearchOutput| {
            let place = place(owners.get(&row.organization_id));
            let areas = areas.remove(&row.id).unwrap_or_default();
            let texts = [
                (MatchField::Title, Some(row.title)),
                (MatchField::Abstract, Some(row.r#abstract)),
                (MatchField::Advantages, row.advantages),
                (MatchField::ClinicalStage, row.clinical_stage),
            ];
            Target {
                kind: MatchTargetKind::ResearchOutput,
                id: row.id,
                offered: offered_by_output(row.kind),
                texts: told(texts),
                paths: paths(self.tree, &areas),
                trl: row.trl,
                modes: crate::json::texts(&row.cooperation_modes),
                place,
                organization: Some(row.organization_id),
                track_record: None,
                owner_token: row.owner_token,
                audience_token: row.audience_token,
            }
        };
        Ok(rows.into_values().map(target).collect())
    }

    async fn resources(self, ids: Vec<Uuid>) -> Result<Vec<Target>> {
        use organizations::resource_entity::{Column, Entity};
        let rows = Entity::visible_to(self.scope).filter(Column::Id.is_in(ids)).all(self.db);
        let mut rows = rows.await?;
        rows.retain(|row| {
            let open = |last: Option<NaiveDate>| last.is_none_or(|last| last >= self.today);
            open(row.valid_until) && row.retired_on.is_none()
        });
        let ids = rows.iter().map(|row| row.id).collect();
        let mut areas = organizations::resource_area_ids(self.db, ids).await?;
        let owners = owners(self.db, rows.iter().map(|row| row.organization_id)).await?;
        let target = |row: Resource| {
            let place = place(owners.get(&row.organization_id));
            let areas = areas.remove(&row.id).unwrap_or_default();
            let texts =
                [(MatchField::Name, Some(row.name)), (MatchField::Description, row.description)];
            let capabilities = crate::json::texts(&row.capabilities);
            let mut texts = told(texts);
            texts.extend(items(MatchField::Capabilities, capabilities));
            Target {
                kind: MatchTargetKind::Resource,
                id: row.id,
                offered: offered_by_resource(row.kind),
                texts,
                paths: paths(self.tree, &areas),
                trl: None,
                modes: Vec::new(),
                place,
                organization: Some(row.organization_id),
                track_record: None,
                owner_token: row.owner_token,
                audience_token: row.audience_token,
            }
        };
        Ok(rows.into_iter().map(target).collect())
    }

    /// Companies are no partners to be shown, and those who decide about applications neither.
    async fn organizations(self, ids: Vec<Uuid>) -> Result<Vec<Target>> {
        let mut rows = organizations::by_ids(self.db, ids).await?;
        rows.retain(|_, row| {
            !matches!(row.r#type, OrganizationType::Enterprise | OrganizationType::Regulator)
        });
        let mut areas = organizations::area_ids(self.db, rows.keys().copied().collect()).await?;
        let districts = owners(self.db, rows.keys().copied()).await?;
        let target = |row: Organization| {
            let areas = areas.remove(&row.id).unwrap_or_default();
            let mut texts = told([(MatchField::Name, Some(row.name.clone()))]);
            texts.extend(self.labels(&areas));
            Target {
                kind: MatchTargetKind::Organization,
                id: row.id,
                offered: OfferedKind::Organization,
                texts,
                paths: paths(self.tree, &areas),
                trl: None,
                modes: Vec::new(),
                place: place(districts.get(&row.id)),
                organization: Some(row.id),
                track_record: None,
                owner_token: organization_token(row.id),
                audience_token: PUBLIC.to_owned(),
            }
        };
        Ok(rows.into_values().map(target).collect())
    }

    async fn stations(self, ids: Vec<Uuid>) -> Result<Vec<Target>> {
        let mut rows = stations::by_ids(self.db, ids).await?;
        rows.retain(|_, row| row.state == stations::State::Active);
        let mut areas = stations::area_ids(self.db, rows.keys().copied().collect()).await?;
        let districts = rows.values().map(|row| row.district_id).collect();
        let districts = stations::districts(self.db, districts).await?;
        let target = |row: Station| {
            let areas = areas.remove(&row.id).unwrap_or_default();
            let texts =
                [(MatchField::Name, Some(row.name)), (MatchField::ServiceModel, row.service_model)];
            let mut texts = told(texts);
            texts.extend(self.labels(&areas));
            let district = districts.get(&row.district_id).map(|district| district.code.clone());
            Target {
                kind: MatchTargetKind::Station,
                id: row.id,
                offered: OfferedKind::Station,
                texts,
                paths: paths(self.tree, &areas),
                trl: None,
                modes: Vec::new(),
                place: Place { district, region: None },
                organization: None,
                track_record: None,
                owner_token: station_token(&row.code),
                audience_token: PUBLIC.to_owned(),
            }
        };
        Ok(rows.into_values().map(target).collect())
    }

    fn labels(self, areas: &[Uuid]) -> impl Iterator<Item = TargetText> {
        let labels = areas.iter().filter_map(|id| self.tree.by_id(*id));
        let mut labels: Vec<(String, String)> =
            labels.map(|area| (area.code.clone(), area.label.clone())).collect();
        labels.sort_unstable();
        items(MatchField::Areas, labels.into_iter().map(|(_, label)| label).collect())
    }

    /// What is filed under some areas and is neither a research output, of which there are too many to go by that: at
    /// most `limit` of each kind.
    pub(super) async fn filed_under(
        self,
        areas: &[Uuid],
        limit: u64,
    ) -> Result<Vec<(MatchTargetKind, Uuid)>> {
        use organizations::{area_entity, resource_area_entity, resource_entity};
        if areas.is_empty() {
            return Ok(Vec::new());
        }
        let of_resources = resource_area_entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(resource_area_entity::Column::ResourceId)
            .filter(resource_area_entity::Column::AreaId.is_in(areas.iter().copied()))
            .into_query();
        let resources: Vec<Uuid> = resource_entity::Entity::visible_to(self.scope)
            .select_only()
            .column(resource_entity::Column::Id)
            .filter(resource_entity::Column::Id.in_subquery(of_resources))
            .order_by_asc(resource_entity::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.db)
            .await?;
        let organizations: Vec<Uuid> = area_entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(area_entity::Column::OrganizationId)
            .distinct()
            .filter(area_entity::Column::AreaId.is_in(areas.iter().copied()))
            .order_by_asc(area_entity::Column::OrganizationId)
            .limit(limit)
            .into_tuple()
            .all(self.db)
            .await?;
        let stations: Vec<Uuid> = stations::area_entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(stations::area_entity::Column::StationId)
            .distinct()
            .filter(stations::area_entity::Column::AreaId.is_in(areas.iter().copied()))
            .order_by_asc(stations::area_entity::Column::StationId)
            .limit(limit)
            .into_tuple()
            .all(self.db)
            .await?;
        let of = |kind, ids: Vec<Uuid>| ids.into_iter().map(move |id| (kind, id));
        Ok(of(MatchTargetKind::Resource, resources)
            .chain(of(MatchTargetKind::Organization, organizations))
            .chain(of(MatchTargetKind::Station, stations))
            .collect())
    }
}

/// Organizations with the codes of their districts.
async fn owners(
    db: &DatabaseConnection,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Place>> {
    let ids: HashSet<Uuid> = ids.collect();
    let rows = organizations::by_ids(db, ids.into_iter().collect()).await?;
    let districts = rows.values().filter_map(|row| row.district_id).collect();
    let districts = stations::districts(db, districts).await?;
    let place = |row: Organization| {
        let district = row.district_id.and_then(|id| districts.get(&id));
        (row.id, Place { district: district.map(|it| it.code.clone()), region: row.region })
    };
    Ok(rows.into_values().map(place).collect())
}

fn place(known: Option<&Place>) -> Place {
    known.cloned().unwrap_or_default()
}

/// Texts with something in them.
fn told(texts: impl IntoIterator<Item = (MatchField, Option<String>)>) -> Vec<TargetText> {
    let text = |(field, text): (MatchField, Option<String>)| {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some(TargetText { field, item: 0, text })
    };
    texts.into_iter().filter_map(text).collect()
}

fn items(field: MatchField, texts: Vec<String>) -> impl Iterator<Item = TargetText> {
    texts.into_iter().enumerate().map(move |(item, text)| TargetText { field, item, text })
}

fn offered_by_output(kind: OutputKind) -> OfferedKind {
    match kind {
        OutputKind::KnowHow => OfferedKind::KnowHow,
        OutputKind::Protocol | OutputKind::Standard => OfferedKind::Method,
        OutputKind::Dataset => OfferedKind::Data,
        OutputKind::JournalArticle | OutputKind::Preprint | OutputKind::Thesis => {
            OfferedKind::Publication
        }
        OutputKind::ClinicalTrial => OfferedKind::Study,
        OutputKind::Software
        | OutputKind::Patent
        | OutputKind::Prototype
        | OutputKind::BiologicalMaterial
        | OutputKind::Other => OfferedKind::Technology,
    }
}

fn offered_by_resource(kind: ResourceKind) -> OfferedKind {
    match kind {
        ResourceKind::Clinical => OfferedKind::ClinicalResource,
        ResourceKind::Testing => OfferedKind::TestingResource,
        ResourceKind::Training => OfferedKind::TrainingResource,
        ResourceKind::Manufacturing => OfferedKind::ManufacturingResource,
    }
}
