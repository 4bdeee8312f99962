//! Organizations and resources that people take away as a file: those that the viewer may see, in the columns in which
//! they are imported.
//!
//! A resource has no audience in it, and one that its organization took back is left out, for in a file nobody could tell
//! it from the rest; one whose time is over shows its last day.

use std::collections::HashMap;

use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select, entity::prelude::*};
use serde_json::{Map, Value};

use super::{
    Organization, Resource, area_ids, entity, graphql::OrganizationFilter, import,
    resource_area_ids, resource_entity, resource_graphql::ResourceFilter,
};
use crate::{
    access::Guarded,
    app::Ctx,
    error::{Error, Result},
    expertise::Tree,
    files::Format,
    ids::{GlobalId, NodeKind},
    stations,
    takeaway::{self, Exported, MOST, ROWS_AT_ONCE, Rows},
    transfer::Transfer as _,
};

/// What a file has of a resource.
const RESOURCE_COLUMNS: [&str; 10] = [
    "externalId",
    "organization",
    "kind",
    "name",
    "description",
    "capabilities",
    "accreditation",
    "capacity",
    "areas",
    "validUntil",
];

/// The organizations that the viewer may see, or the one of a code, as a file.
///
/// The parameters are `format` (csv, jsonl, xlsx) and, each as often as is wanted, `type`, `region` and `area` (with all
/// below it).
///
/// # Errors
/// Other parameters, and more organizations than a file may have; `NotFound` where there is none of the code.
pub async fn export<'a>(
    ctx: &Ctx,
    code: Option<&str>,
    parameters: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str> + 'a)>,
) -> Result<Exported> {
    let (mut format, mut filter) = (None, OrganizationFilter::default());
    for (name, value) in parameters {
        let value = value.as_ref().trim();
        match name.as_ref() {
            "format" => format = Some(takeaway::table_format(value)?),
            "type" => filter.types.get_or_insert_default().push(takeaway::term("type", value)?),
            "region" => filter.regions.get_or_insert_default().push(value.to_owned()),
            "area" => filter.areas.get_or_insert_default().push(value.to_owned()),
            name => {
                return Err(takeaway::unknown_parameter(
                    name,
                    &["format", "type", "region", "area"],
                ));
            }
        }
    }
    let format = said(format)?;
    filter.codes = code.map(|code| vec![code.to_owned()]);
    let place = takeaway::place().await?;
    let select =
        entity::Entity::visible_to(&ctx.scope()).filter(filter.condition(ctx, "area").await?);
    let ids = found(ctx, select, entity::Column::Code, code.is_some(), "area").await?;
    let tree = ctx.tree().await?;
    let mut rows = Rows::new("area");
    for ids in ids.chunks(ROWS_AT_ONCE) {
        rows.take(organization_rows(ctx, ids, &tree).await?)?;
    }
    let columns = import::Organizations::COLUMNS;
    takeaway::of_rows(ctx, place, "organizations", format, columns, rows).await
}

/// The resources that the viewer may see, or the one of an id, as a file.
///
/// The parameters are `format` (csv, jsonl, xlsx), `accredited` (true, false) and, each as often as is wanted,
/// `organization`, `kind` and `area` (with all below it).
///
/// # Errors
/// Other parameters, and more resources than a file may have; `NotFound` where the viewer sees none of the id.
pub async fn export_resources<'a>(
    ctx: &Ctx,
    id: Option<&str>,
    parameters: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str> + 'a)>,
) -> Result<Exported> {
    const PARAMETERS: [&str; 5] = ["format", "organization", "kind", "area", "accredited"];
    let (mut format, mut filter) = (None, ResourceFilter::default());
    for (name, value) in parameters {
        let value = value.as_ref().trim();
        match name.as_ref() {
            "format" => format = Some(takeaway::table_format(value)?),
            "organization" => {
                filter.organizations.get_or_insert_default().push(value.to_owned());
            }
            "kind" => filter.kinds.get_or_insert_default().push(takeaway::term("kind", value)?),
            "area" => filter.areas.get_or_insert_default().push(value.to_owned()),
            "accredited" => filter.accredited = Some(truth("accredited", value)?),
            name => return Err(takeaway::unknown_parameter(name, &PARAMETERS)),
        }
    }
    let format = said(format)?;
    let place = takeaway::place().await?;
    let mut select = resource_entity::Entity::visible_to(&ctx.scope())
        .filter(filter.condition(ctx, "area").await?)
        .filter(resource_entity::Column::RetiredOn.is_null());
    if let Some(id) = id {
        let id = GlobalId::decode_as("id", id, NodeKind::Resource)?;
        select = select.filter(resource_entity::Column::Id.eq(id));
    }
    let ids = found(ctx, select, resource_entity::Column::Id, id.is_some(), "organization").await?;
    let tree = ctx.tree().await?;
    let mut rows = Rows::new("organization");
    for ids in ids.chunks(ROWS_AT_ONCE) {
        rows.take(resource_rows(ctx, ids, &tree).await?)?;
    }
    takeaway::of_rows(ctx, place, "resources", format, &RESOURCE_COLUMNS, rows).await
}

fn said(format: Option<Format>) -> Result<Format> {
    format.map_or_else(|| takeaway::table_format(""), Ok)
}

fn truth(parameter: &str, value: &str) -> Result<bool> {
    value.parse().map_err(|_| {
        let reason = crate::language::Text::new("is true or false", "应为 true 或 false");
        Error::invalid(parameter, reason)
    })
}

/// The ids of what is selected, in an order.
async fn found<E: EntityTrait>(
    ctx: &Ctx,
    select: Select<E>,
    order: E::Column,
    is_one: bool,
    narrowed_by: &str,
) -> Result<Vec<Uuid>> {
    let id = <E::PrimaryKey as sea_orm::Iterable>::iter().map(PrimaryKeyToColumn::into_column);
    let ids: Vec<Uuid> = select
        .select_only()
        .columns(id)
        .order_by_asc(order)
        .limit(MOST + 1)
        .into_tuple()
        .all(ctx.db())
        .await?;
    if is_one && ids.is_empty() {
        return Err(Error::NotFound);
    }
    takeaway::check_number(ids.len(), narrowed_by)?;
    Ok(ids)
}

async fn organization_rows(
    ctx: &Ctx,
    ids: &[Uuid],
    tree: &Tree,
) -> Result<Vec<Map<String, Value>>> {
    let mut rows = super::by_ids(ctx.db(), ids.to_vec()).await?;
    let areas = area_ids(ctx.db(), ids.to_vec()).await?;
    let districts = rows.values().filter_map(|row| row.district_id).collect();
    let districts = stations::districts(ctx.db(), districts).await?;
    let row = |id: &Uuid| {
        let row: Organization = rows.remove(id)?;
        let district = row.district_id.and_then(|id| districts.get(&id));
        let fields = import::fields(&row)
            .text("district", district.map(|district| &district.code))
            .with("areas", codes(tree, areas.get(id)));
        Some(fields.done())
    };
    Ok(ids.iter().filter_map(row).collect())
}

/// Some of the resources, in this order, as far as the viewer still sees them.
async fn resource_rows(ctx: &Ctx, ids: &[Uuid], tree: &Tree) -> Result<Vec<Map<String, Value>>> {
    let mut rows: HashMap<Uuid, Resource> =
        super::resources_by_ids(ctx.db(), &ctx.scope(), ids.to_vec()).await?;
    let areas = resource_area_ids(ctx.db(), ids.to_vec()).await?;
    let owners = rows.values().map(|row| row.organization_id).collect();
    let owners = super::by_ids(ctx.db(), owners).await?;
    let row = |id: &Uuid| {
        let row = rows.remove(id)?;
        let mut fields = import::resources::fields(&row)
            .text("organization", owners.get(&row.organization_id).map(|owner| &owner.code))
            .with("areas", codes(tree, areas.get(id)))
            .done();
        fields.retain(|column, _| RESOURCE_COLUMNS.contains(&column.as_str()));
        Some(fields)
    };
    Ok(ids.iter().filter_map(row).collect())
}

fn codes<'tree>(tree: &'tree Tree, areas: Option<&Vec<Uuid>>) -> Vec<&'tree str> {
    let areas = areas.into_iter().flatten().filter_map(|id| tree.by_id(*id));
    let mut codes: Vec<&str> = areas.map(|area| area.code.as_str()).collect();
    codes.sort_unstable();
    codes
}
