//! Research outputs on their way out, as an import reads them. The operator's file is complete: it has the contacts too.

use std::collections::HashMap;

use sea_orm::{ActiveEnum, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};
use serde_json::{Map, Value};

use super::super::{ResearchOutput, area_ids, entity};
use crate::{
    access::{Guarded, Scope},
    db::Database,
    error::Result,
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

fn fields(row: &ResearchOutput) -> Fields {
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
