//! Research outputs on their way out, as an import reads them. The operator's file is complete: it has the contacts too.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{
    ActiveEnum, Condition, ExprTrait as _, Iterable, QueryFilter, QueryOrder, QuerySelect,
    entity::prelude::*,
};
use serde_json::{Map, Value};

use super::super::{ResearchOutput, State, area_ids, entity};
use crate::{
    access::{Guarded, Scope},
    bibliography::Record,
    db::Database,
    error::Result,
    expertise::Tree,
    organizations::Organization,
    transfer::{Fields, Known, ROWS_AT_ONCE},
};

/// The rows after one, in the order of their ids, and the last of them.
pub(super) async fn rows(
    db: &Database,
    known: &Known,
    after: Option<Uuid>,
) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
    let mut select = entity::Entity::visible_to(&Scope::Service);
    if let Some(after) = after {
        select = select.filter(entity::Column::Id.gt(after));
    }
    let select = select.order_by_asc(entity::Column::Id).limit(ROWS_AT_ONCE as u64);
    let rows = select.all(db.read()).await?;
    let areas = area_ids(db.read(), rows.iter().map(|row| row.id).collect()).await?;
    let codes: HashMap<Uuid, &str> =
        known.organizations.values().map(|row| (row.id, row.code.as_str())).collect();
    let row = |row: &ResearchOutput| {
        let areas = areas.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let code = codes.get(&row.organization_id).copied().unwrap_or_default();
        fields_of(row, code, known.area_codes(areas))
    };
    Ok((rows.iter().map(row).collect(), rows.last().map(|row| row.id)))
}

/// A row whole, as an import reads it.
pub(in super::super) fn fields_of(
    row: &ResearchOutput,
    organization: &str,
    areas: Vec<String>,
) -> Map<String, Value> {
    fields(row).text("organization", Some(organization)).with("areas", areas).done()
}

/// What stands in the row itself, as an import reads it.
pub(in super::super) fn columns_of(row: &ResearchOutput) -> Map<String, Value> {
    fields(row).done()
}

/// The rows of an organization with these external ids, as an export writes them.
pub(crate) async fn rows_by_external_id(
    db: &impl ConnectionTrait,
    known: &Known,
    organization: &Organization,
    external_ids: &[String],
) -> Result<HashMap<String, Map<String, Value>>> {
    let mut found = HashMap::new();
    for some in external_ids.chunks(ROWS_AT_ONCE) {
        let rows = entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::OrganizationId.eq(organization.id))
            .filter(entity::Column::ExternalId.is_in(some))
            .all(db)
            .await?;
        let areas = area_ids(db, rows.iter().map(|row| row.id).collect()).await?;
        found.extend(rows.into_iter().map(|row| {
            let areas = areas.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let columns = fields_of(&row, &organization.code, known.area_codes(areas));
            (row.external_id, columns)
        }));
    }
    Ok(found)
}

/// The bibliographic records of what is shown to others on a day, after a place, and the place where the next ones begin.
///
/// Drafts, what is withdrawn and what is under embargo stay behind, for the formats have no word for it.
pub async fn shown_records(
    db: &Database,
    known: &Known,
    today: NaiveDate,
    after: Option<Uuid>,
) -> Result<(Vec<Record>, Option<Uuid>)> {
    let mut select = entity::Entity::visible_to(&Scope::Service).filter(is_shown(today));
    if let Some(after) = after {
        select = select.filter(entity::Column::Id.gt(after));
    }
    let select = select.order_by_asc(entity::Column::Id).limit(ROWS_AT_ONCE as u64);
    let rows = select.all(db.read()).await?;
    let areas = area_ids(db.read(), rows.iter().map(|row| row.id).collect()).await?;
    let owners: HashMap<Uuid, &Organization> =
        known.organizations.values().map(|row| (row.id, row)).collect();
    let record = |row: &ResearchOutput| {
        let areas = areas.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        record(row, owners.get(&row.organization_id).copied(), areas, &known.tree)
    };
    Ok((rows.iter().map(record).collect(), rows.last().map(|row| row.id)))
}

/// What is shown to its audience on a day.
pub(crate) fn is_shown(today: NaiveDate) -> Condition {
    let states = State::iter().filter(|state| state.is_shown());
    let embargo = entity::Column::EmbargoUntil;
    Condition::all()
        .add(entity::Column::State.is_in(states))
        .add(embargo.is_null().or(embargo.lte(today)))
}

/// An output as a bibliographic record.
pub(crate) fn record(
    row: &ResearchOutput,
    owner: Option<&Organization>,
    areas: &[Uuid],
    tree: &Tree,
) -> Record {
    let areas = areas.iter().filter_map(|id| tree.by_id(*id));
    let (areas, keywords) = areas.map(|area| (area.code.clone(), area.label.clone())).unzip();
    Record {
        areas,
        keywords,
        publisher: owner.map(|owner| owner.name.clone()),
        recorded_in: Some(row.created_at.year()),
        ..Record::of_row(&fields(row).done())
    }
}

/// What an export says of an output by itself; the contact is among it, for the operator's file.
pub(crate) fn fields(row: &ResearchOutput) -> Fields {
    let summary = Some(row.r#abstract.clone()).filter(|text| !text.is_empty());
    Fields::default()
        .with("externalId", row.external_id.clone())
        .with("title", row.title.clone())
        .with("abstract", summary)
        .with("kind", row.kind.to_value())
        .with("trl", row.trl)
        .with("ipStatus", row.ip_status.to_value())
        .with("patents", row.patents.clone())
        .with("clinicalStage", row.clinical_stage.clone())
        .with("trialIds", row.trial_ids.clone())
        .with("cooperationModes", row.cooperation_modes.clone())
        .with("contributors", row.contributors.clone())
        .text("completedOn", row.completed_on)
        .text("publishedOn", row.published_on)
        .text("embargoUntil", row.embargo_until)
        .with("audience", row.audience.to_value())
        .with("doi", row.doi.clone())
        .with("identifiers", row.identifiers.clone())
        .with("advantages", row.advantages.clone())
        .with("contact", row.contact.clone())
        .with("state", row.state.to_value())
        .text("withdrawnOn", row.withdrawn_on)
        .with("withdrawalReason", row.withdrawal_reason.clone())
        .with("sourceFormat", row.source_format.clone())
}
