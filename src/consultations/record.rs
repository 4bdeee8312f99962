//! Recording what a company asks.

use chrono::Datelike as _;
use sea_orm::{
    ExprTrait as _, IntoActiveModel as _, QueryFilter, QuerySelect, entity::prelude::*,
    sea_query::OnConflict,
};

use super::{
    Asker, Channel, Consultation, Priority, State, Step, area_entity, asker, asker_entity,
    deadlines::{Days, never},
    entity,
    holding::Reader,
    reader_entity,
    sealed::Part,
    serial_entity,
    state::Clock,
    taken::{Happened, Told, write_event},
    words::Words,
};
use crate::{
    access::{
        self, Action, Guarded, Holding, Identity, Reach, Role, Scope, district_bureau,
        station_token,
    },
    answers::{DeviceClass, ProductKind},
    app::Ctx,
    audit::Entry,
    change::{Change, Done},
    error::{Error, Result},
    ids::{NodeKind, new_id},
    language::Text,
    outbox::{Note, Subject},
    stations::{self, Station},
};

/// What a company asks, looked at.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The station; one's own where nothing is said.
    pub(super) station: Option<Uuid>,
    /// The service point where it was asked.
    pub(super) point: Option<Uuid>,
    /// How the company came.
    pub(super) channel: Channel,
    /// What it asks.
    pub(super) text: Words,
    /// What kind of product it is about.
    pub(super) product_kind: Option<ProductKind>,
    /// The class of the device it is about.
    pub(super) device_class: Option<DeviceClass>,
    /// The areas it belongs to.
    pub(super) areas: Vec<Uuid>,
    /// Whether it goes before others.
    pub(super) priority: Priority,
    /// Who asks.
    pub(super) asker: Asker,
}

/// Records a question. It is due to be classified within the time of a basic one.
///
/// # Errors
/// [`Error::Invalid`] for a station that is not the viewer's to record for, for an area or a point that is not there, for
/// an asker that is none.
pub(super) async fn record(ctx: &Ctx, question: Question) -> Result<Done> {
    access::check_at_all(&ctx.viewer, Action::RecordConsultation)?;
    let (station, district) = station_of(ctx, question.station).await?;
    check_point(ctx, &station, question.point).await?;
    check_areas(ctx, &question.areas).await?;
    let asker = question.asker.clone().checked()?;
    let vault = &ctx.app.vault;
    let (key, data_key) = vault.new_data_key();
    let mut change = Change::begin(ctx).await?;
    let mut row = blank(ctx, &question, &station, district, change.actor());
    row.data_key = data_key.into();
    row.sealed_text = Part::Text.seal(&key, row.id, question.text.as_str());
    row.number = next_number(&*change, &station, ctx.today.year()).await?;
    Days::new(&ctx.app.calendar, &ctx.app.consultations, ctx.today).set(&mut row, Clock::Anew);
    row.events = 1;
    let inserted = row.clone().into_active_model();
    entity::Entity::insert(inserted).exec_without_returning(&*change).await?;
    // The event counts itself.
    row.events = 0;
    let happened =
        Happened { step: Step::Record, from: None, actor: change.actor(), at: ctx.now() };
    write_event(&*change, &mut row, &key, happened, Told::default()).await?;
    keep_areas(&*change, row.id, &question.areas).await?;
    let readers = first_readers(ctx, &row);
    let after = readers.iter().map(|reader| reader.token.clone()).collect();
    let readers = readers.into_iter().map(Reader::into_active_model);
    reader_entity::Entity::insert_many(readers).exec_without_returning(&*change).await?;
    let asker = asker::row(vault, row.id, &asker)?;
    asker_entity::Entity::insert(asker).exec_without_returning(&*change).await?;
    change.note(Note { subject: Subject::Consultation, id: row.id, before: Vec::new(), after });
    let entry = Entry::new(Step::Record.name()).of(NodeKind::Consultation, row.id);
    change.audit(entry.within(Some(&row.district_code)).saying(row.state.to_value()));
    change.commit(row.id).await
}

/// The station to record for, with the code of its district.
async fn station_of(ctx: &Ctx, asked: Option<Uuid>) -> Result<(Station, String)> {
    let member = ctx.viewer.member();
    let own = member.and_then(|member| member.station.as_ref()).map(|place| place.id);
    let Some(id) = asked.or(own) else {
        let reason = Text::new("name the station", "请指定工作站");
        return Err(Error::invalid("stationId", reason));
    };
    let station = stations::by_ids(ctx.db(), vec![id]).await?.remove(&id).ok_or_else(|| {
        Error::invalid("stationId", Text::new("there is no such station", "没有该工作站"))
    })?;
    let district = station.district_id;
    let district = stations::districts(ctx.db(), vec![district]).await?.remove(&district);
    let district = district.map(|district| district.code).unwrap_or_default();
    check_station(ctx, &station, &district)?;
    Ok((station, district))
}

/// Whether the viewer records for this station: staff for their own, an officer for those of the district, a portal for
/// any that is at work.
fn check_station(ctx: &Ctx, station: &Station, district: &str) -> Result<()> {
    let mut holding = Holding::of(station_token(&station.code), Some(district));
    holding.owners.push(ctx.viewer.identity().actor());
    access::check(&ctx.viewer, Action::RecordConsultation, &holding)?;
    let at_work = match ctx.viewer.identity() {
        Identity::Client(_) => station.state == stations::State::Active,
        Identity::Anonymous | Identity::Member(_) => station.state != stations::State::Delisted,
    };
    let own = match ctx.viewer.member() {
        None => true,
        Some(member) if member.role == Role::DistrictOfficer => ctx.viewer.is_of(district),
        Some(_) => ctx.viewer.holds(&station_token(&station.code)),
    };
    let reason = if !own {
        Text::new(
            "you record for your own station, or for those of your district; hand it across with referConsultation",
            "只能为本站或本区工作站登记；如需其他工作站办理，请用 referConsultation 转办",
        )
    } else if !at_work {
        Text::new("this station takes no questions now", "该工作站目前不受理咨询")
    } else {
        return Ok(());
    };
    Err(Error::invalid("stationId", reason))
}

async fn check_point(ctx: &Ctx, station: &Station, point: Option<Uuid>) -> Result<()> {
    let Some(point) = point else { return Ok(()) };
    let points = stations::service_points(ctx.db(), vec![station.id]).await?;
    if points.get(&station.id).is_some_and(|points| points.iter().any(|it| it.id == point)) {
        return Ok(());
    }
    let reason = Text::new("the station has no such service point", "该工作站没有此服务点");
    Err(Error::invalid("pointId", reason))
}

/// Whether all of these are areas.
pub(super) async fn check_areas(ctx: &Ctx, areas: &[Uuid]) -> Result<()> {
    let tree = ctx.tree().await?;
    if areas.len() <= 20 && areas.iter().all(|id| tree.by_id(*id).is_some()) {
        return Ok(());
    }
    let reason = Text::new(
        "at most 20 areas of the taxonomy are wanted; expertiseAreas lists them",
        "最多填写 20 个专业领域，可用 expertiseAreas 查看",
    );
    Err(Error::invalid("areaIds", reason))
}

/// Lets a case belong to these areas, and no others.
pub(super) async fn keep_areas(
    db: &impl ConnectionTrait,
    consultation_id: Uuid,
    areas: &[Uuid],
) -> Result<()> {
    area_entity::Entity::delete_many()
        .filter(area_entity::Column::ConsultationId.eq(consultation_id))
        .exec(db)
        .await?;
    let mut areas = areas.to_vec();
    areas.sort_unstable();
    areas.dedup();
    let row = |area_id| area_entity::Model { consultation_id, area_id }.into_active_model();
    let rows: Vec<_> = areas.into_iter().map(row).collect();
    if !rows.is_empty() {
        area_entity::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// A case as it begins, without what is sealed in it.
fn blank(
    ctx: &Ctx,
    question: &Question,
    station: &Station,
    district_code: String,
    actor: String,
) -> Consultation {
    let now = ctx.now();
    Consultation {
        id: new_id(),
        version: 1,
        created_at: now,
        created_by: Some(actor.clone()),
        updated_at: now,
        updated_by: Some(actor.clone()),
        number: String::new(),
        station_id: station.id,
        owner_token: station_token(&station.code),
        point_id: question.point,
        district_code,
        channel: question.channel,
        product_kind: question.product_kind,
        device_class: question.device_class,
        level: None,
        priority: question.priority,
        state: State::Received,
        state_before_info: None,
        assignee_id: None,
        handler_id: None,
        referred_station_id: None,
        referred_token: None,
        asker_released: false,
        due_on: None,
        ordered_due: never(),
        due_estimated: false,
        due_from: None,
        due_days: None,
        allowed_days: None,
        days_left: None,
        missed_on: None,
        no_objection_on: None,
        recorded_by: actor,
        recorded_at: now,
        first_response_at: None,
        replied_at: None,
        replied_by: None,
        closed_at: None,
        closure: None,
        duplicate_of_id: None,
        highest_tier: None,
        bounced: 0,
        reopened: 0,
        events: 0,
        asker_erased_at: None,
        data_key: String::new(),
        sealed_text: String::new(),
        sealed_summary: None,
        sealed_reply: None,
    }
}

/// Who reads a case from the beginning: its station, and whoever recorded it from outside of it.
fn first_readers(ctx: &Ctx, row: &Consultation) -> Vec<Reader> {
    let reader = |token: String, sees_inside| Reader {
        consultation_id: row.id,
        token,
        sees_asker: true,
        sees_inside,
    };
    let mut readers = vec![reader(row.owner_token.clone(), true)];
    if matches!(ctx.viewer.identity(), Identity::Client(_)) {
        readers.push(reader(row.recorded_by.clone(), false));
    }
    if ctx.viewer.reach(Action::HandleConsultation) == Reach::Escalated {
        readers.push(reader(district_bureau(&row.district_code), true));
    }
    readers
}

/// The next number of a station in a year, such as `SH-PD-2026-0001`. Two that record at once wait for each other here,
/// so that no number is given out twice or left out.
async fn next_number(db: &impl ConnectionTrait, station: &Station, year: i32) -> Result<String> {
    use serial_entity::{Column, Entity, Model};
    let first = Model { id: new_id(), station_id: station.id, year, last: 1 };
    let taken = OnConflict::columns([Column::StationId, Column::Year])
        .value(Column::Last, Expr::col((Entity, Column::Last)).add(1))
        .to_owned();
    Entity::insert(first.into_active_model()).on_conflict(taken).exec_without_returning(db).await?;
    let last: Option<i32> = Entity::visible_to(&Scope::Service)
        .select_only()
        .column(Column::Last)
        .filter(Column::StationId.eq(station.id))
        .filter(Column::Year.eq(year))
        .into_tuple()
        .one(db)
        .await?;
    let last = last.ok_or_else(|| Error::internal("a serial number was not written"))?;
    Ok(format!("{}-{year}-{last:04}", station.code))
}
