//! Keeping a station: its profile, the areas it declares, the places where it can be met. Heads keep their own, officers
//! those of their district, the municipal level and administrators all; whether a station is at work at all is for those
//! whose right reaches everywhere.

use sea_orm::{QueryFilter as _, QueryOrder, QuerySelect, Set, entity::prelude::*};

use super::{State, Station, area_entity, by_ids, districts, entity, point_entity};
use crate::{
    access::{self, Action, Guarded, Holding, PUBLIC, Scope, station_token},
    app::Ctx,
    audit::Entry,
    change::{Change, check_version, update_at},
    db::is_referred_to,
    error::{Done, Error, Result, RuleCode},
    ids::{NodeKind, new_id},
    language::Text,
    outbox::{Note, Subject},
};

/// What is to be otherwise about a station; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct StationChange {
    pub(super) name: Option<String>,
    /// None any more where it is given as nothing.
    pub(super) service_model: Option<Option<String>>,
    pub(super) state: Option<State>,
    /// A branch of nothing any more where it is given as nothing.
    pub(super) parent: Option<Option<Uuid>>,
}

/// A place where a station can be met, as somebody describes it.
#[derive(Clone, Debug)]
pub(super) struct PointDetails {
    pub(super) name: String,
    pub(super) park: Option<String>,
    pub(super) address: Option<String>,
    pub(super) hours: Option<String>,
}

/// Changes the profile of a station.
pub(super) async fn change_station(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    wanted: StationChange,
) -> Result<Done> {
    let district = kept(ctx, id).await?;
    if wanted.state.is_some() {
        access::check(&ctx.viewer, Action::KeepStation, &Holding::nobody())?;
    }
    if let Some(Some(parent)) = wanted.parent {
        check_parent(ctx, parent).await?;
    }
    let mut row = <entity::ActiveModel as Default>::default();
    if let Some(name) = &wanted.name {
        row.name = Set(text("name", name, 200)?);
    }
    if let Some(model) = wanted.service_model {
        row.service_model = Set(optional("serviceModel", model, 2_000)?);
    }
    if let Some(parent) = wanted.parent {
        row.parent_id = Set(parent);
    }
    let mut change = Change::begin(ctx).await?;
    let station = present(&change, id, version).await?;
    if let Some(Some(parent)) = wanted.parent {
        refuse_ring(&change, id, parent).await?;
    }
    let mut entry = entry("changeStation", id, &district);
    if let Some(state) = wanted.state {
        row.state = Set(state);
        if state != station.state {
            entry = entry.saying(state.to_value());
        }
    }
    touch(&mut change, ctx, &station, row).await?;
    change.audit(entry);
    change.commit(id).await
}

/// Lets a station declare these areas, and no others.
pub(super) async fn set_areas(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    mut areas: Vec<Uuid>,
) -> Result<Done> {
    let district = kept(ctx, id).await?;
    areas.sort_unstable();
    areas.dedup();
    let tree = ctx.tree().await?;
    if areas.iter().any(|area| tree.by_id(*area).is_none()) {
        let reason = Text::new(
            "there is no area with one of these ids; expertiseAreas lists them",
            "其中有不存在的专业领域，可用 expertiseAreas 查看全部领域",
        );
        return Err(Error::invalid("areaIds", reason));
    }
    let mut change = Change::begin(ctx).await?;
    let station = present(&change, id, version).await?;
    touch(&mut change, ctx, &station, <entity::ActiveModel as Default>::default()).await?;
    area_entity::Entity::delete_many()
        .filter(area_entity::Column::StationId.eq(id))
        .exec(&*change)
        .await?;
    let row = |area| area_entity::ActiveModel { station_id: Set(id), area_id: Set(area) };
    if !areas.is_empty() {
        let rows = areas.into_iter().map(row);
        area_entity::Entity::insert_many(rows).exec_without_returning(&*change).await?;
    }
    change.audit(entry("setStationAreas", id, &district));
    change.commit(id).await
}

/// Adds a place where a station can be met, behind those that there are.
pub(super) async fn add_point(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    details: PointDetails,
) -> Result<Done> {
    let district = kept(ctx, id).await?;
    let described = described(details)?;
    let mut change = Change::begin(ctx).await?;
    let station = present(&change, id, version).await?;
    let last = super::service_points(&*change, vec![id]).await?.remove(&id).unwrap_or_default();
    let position = last.last().map_or(1, |point| point.position.saturating_add(1));
    touch(&mut change, ctx, &station, <entity::ActiveModel as Default>::default()).await?;
    let row = point_entity::ActiveModel {
        id: Set(new_id()),
        station_id: Set(id),
        position: Set(position),
        ..described
    };
    point_entity::Entity::insert(row).exec_without_returning(&*change).await?;
    change.audit(entry("addServicePoint", id, &district));
    change.commit(id).await
}

/// Describes a place where a station can be met anew. The version is that of the station.
pub(super) async fn change_point(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    point: Uuid,
    details: PointDetails,
) -> Result<Done> {
    let district = kept(ctx, id).await?;
    let described = described(details)?;
    let mut change = Change::begin(ctx).await?;
    let station = present(&change, id, version).await?;
    touch(&mut change, ctx, &station, <entity::ActiveModel as Default>::default()).await?;
    let changed = point_entity::Entity::update_many()
        .set(described)
        .filter(point_entity::Column::Id.eq(point))
        .filter(point_entity::Column::StationId.eq(id))
        .exec(&*change)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    change.audit(entry("changeServicePoint", id, &district));
    change.commit(id).await
}

/// Removes a place where a station can be met. The version is that of the station.
pub(super) async fn remove_point(ctx: &Ctx, id: Uuid, version: i32, point: Uuid) -> Result<Done> {
    let district = kept(ctx, id).await?;
    let mut change = Change::begin(ctx).await?;
    let station = present(&change, id, version).await?;
    touch(&mut change, ctx, &station, <entity::ActiveModel as Default>::default()).await?;
    // Whatever refers to it, the database knows.
    let removed = point_entity::Entity::delete_many()
        .filter(point_entity::Column::Id.eq(point))
        .filter(point_entity::Column::StationId.eq(id))
        .exec(&*change)
        .await;
    let removed =
        removed.map_err(|fault| if is_referred_to(&fault) { in_use() } else { fault.into() })?;
    if removed.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    change.audit(entry("removeServicePoint", id, &district));
    change.commit(id).await
}

/// Checks that the viewer keeps a station, and gives the code of its district.
async fn kept(ctx: &Ctx, id: Uuid) -> Result<String> {
    let station = by_ids(ctx.db(), vec![id]).await?.remove(&id).ok_or(Error::NotFound)?;
    let district = district_code(ctx, &station).await?;
    let holding = Holding::of(station_token(&station.code), Some(&district));
    access::check(&ctx.viewer, Action::KeepStation, &holding)?;
    Ok(district)
}

async fn district_code(ctx: &Ctx, station: &Station) -> Result<String> {
    let mut found = districts(ctx.db(), vec![station.district_id]).await?;
    let district = found.remove(&station.district_id);
    Ok(district.ok_or_else(|| Error::internal("a station has lost its district"))?.code)
}

/// A station becomes a branch only of one that the viewer keeps too.
async fn check_parent(ctx: &Ctx, parent: Uuid) -> Result<()> {
    match kept(ctx, parent).await {
        Err(Error::NotFound) => {
            let reason = Text::new("there is no station with this id", "没有该标识对应的工作站");
            Err(Error::invalid("parentId", reason))
        }
        outcome => outcome.map(drop),
    }
}

/// Refuses a parent whose own parents lead back to the station. The rows are locked: of two stations that take each
/// other as their parent at once, the second waits and then sees the first.
async fn refuse_ring(change: &Change<'_>, id: Uuid, parent: Uuid) -> Result<()> {
    let above: Vec<(Uuid, Option<Uuid>)> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([entity::Column::Id, entity::Column::ParentId])
        .order_by_asc(entity::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(&**change)
        .await?;
    let mut next = Some(parent);
    // No more steps than stations, whatever stands in the tables.
    for _ in 0..=above.len() {
        let Some(at) = next else { return Ok(()) };
        if at == id {
            break;
        }
        next = above.iter().find(|(id, _)| *id == at).and_then(|(_, parent)| *parent);
    }
    let reason = Text::new(
        "the parents of this station would lead back to itself",
        "该工作站的上级最终会指回其自身",
    );
    Err(Error::invalid("parentId", reason))
}

async fn present(change: &Change<'_>, id: Uuid, version: i32) -> Result<Station> {
    let station = by_ids(&**change, vec![id]).await?.remove(&id).ok_or(Error::NotFound)?;
    check_version(station.version, version)?;
    Ok(station)
}

/// Writes the row of a station, raises its version, and tells the followers: whatever belongs to it has changed with it.
async fn touch(
    change: &mut Change<'_>,
    ctx: &Ctx,
    station: &Station,
    row: entity::ActiveModel,
) -> Result<()> {
    use entity::Column;
    let row = entity::ActiveModel {
        version: Set(station.version + 1),
        updated_at: Set(ctx.now()),
        updated_by: Set(Some(change.actor())),
        ..row
    };
    let (id, version) = ((Column::Id, station.id), (Column::Version, station.version));
    update_at(&**change, id, version, row).await?;
    let everybody = || vec![PUBLIC.to_owned()];
    change.note(Note {
        subject: Subject::Station,
        id: station.id,
        before: everybody(),
        after: everybody(),
    });
    Ok(())
}

fn entry(action: &'static str, id: Uuid, district: &str) -> Entry {
    Entry::new(action).of(NodeKind::Station, id).within(Some(district))
}

fn described(details: PointDetails) -> Result<point_entity::ActiveModel> {
    Ok(point_entity::ActiveModel {
        name: Set(text("name", &details.name, 200)?),
        park: Set(optional("park", details.park, 200)?),
        address: Set(optional("address", details.address, 500)?),
        hours: Set(optional("hours", details.hours, 500)?),
        ..Default::default()
    })
}

fn text(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if (1..=most).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    let reason =
        Text::new(format!("write 1 to {most} characters"), format!("请填写 1 至 {most} 个字"));
    Err(Error::invalid(field, reason))
}

/// A text that may be left out; one of blanks is left out.
fn optional(field: &'static str, given: Option<String>, most: usize) -> Result<Option<String>> {
    let given = given.filter(|given| !given.trim().is_empty());
    given.map(|given| text(field, &given, most)).transpose()
}

fn in_use() -> Error {
    let reason = Text::new(
        "something refers to this service point; change it instead of removing it",
        "该服务点已被引用，请修改而不要删除",
    );
    Error::rule(RuleCode::InUse, "servicePointId", reason)
}
