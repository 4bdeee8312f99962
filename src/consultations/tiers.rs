//! What a station cannot answer: handed across, handed up, given back, replied to.

use sea_orm::{QueryFilter, entity::prelude::*};

use super::{
    Level, Step, reader_entity,
    sealed::Part,
    state::{Facts, Seat},
    taken::{About, Taken, Told},
    triage::check_person,
    words::Words,
};
use crate::{
    access::{district_bureau, municipal_bureau, station_token},
    app::Ctx,
    change::Done,
    error::{Error, Result},
    language::Text,
    stations::{self, Station},
};

/// Hands a case across to a station whose strengths fit. It reads the case without its asker until the owner releases
/// who asked.
pub(super) async fn refer(
    ctx: &Ctx,
    about: About,
    station: Uuid,
    assignee: Option<Uuid>,
    reason: Words,
) -> Result<Done> {
    let station = other_station(ctx, station).await?;
    let mut taken = Taken::begin(ctx, about, Step::ReferAcross).await?;
    if station.id == taken.row.station_id {
        let reason = Text::new("this is its own station", "该咨询本就由此工作站受理");
        return Err(Error::invalid("stationId", reason));
    }
    name_assignee(&mut taken, assignee).await?;
    let facts = Facts { note: true, ..taken.facts() };
    taken.go(&facts)?;
    let reader = station_token(&station.code);
    taken.row.referred_station_id = Some(station.id);
    taken.row.referred_token = Some(reader.clone());
    // Who was told once, in an earlier referral, knows.
    taken.row.asker_released = taken.shows_asker_to(&reader);
    taken.let_read(reader, false).await?;
    taken.finish(Told { station: Some(station.id), member: assignee, ..Told::of(reason) }).await
}

async fn other_station(ctx: &Ctx, id: Uuid) -> Result<Station> {
    let station = stations::by_ids(ctx.db(), vec![id]).await?.remove(&id);
    station.filter(|station| station.state == stations::State::Active).ok_or_else(|| {
        let reason = Text::new("there is no such station at work", "没有该在岗工作站");
        Error::invalid("stationId", reason)
    })
}

/// Who of the station follows the case from now on, where somebody is named.
async fn name_assignee(taken: &mut Taken<'_>, assignee: Option<Uuid>) -> Result<()> {
    if let Some(assignee) = assignee {
        check_person(taken, Seat::Owner, "assigneeId", assignee).await?;
        taken.row.assignee_id = Some(assignee);
    }
    Ok(())
}

/// Lets the station that it was referred to see who asked.
pub(super) async fn release_asker(ctx: &Ctx, about: About) -> Result<Done> {
    use reader_entity::{Column, Entity};
    let mut taken = Taken::begin(ctx, about, Step::ReleaseAsker).await?;
    let facts = taken.facts();
    taken.go(&facts)?;
    taken.row.asker_released = true;
    Entity::update_many()
        .col_expr(Column::SeesAsker, Expr::value(true))
        .filter(Column::ConsultationId.eq(taken.row.id))
        .filter(Column::Token.eq(taken.row.referred_token.clone()))
        .exec(&*taken.change)
        .await?;
    let station = taken.row.referred_station_id;
    taken.finish(Told { station, ..Told::default() }).await
}

/// Takes a case back from the station that it was referred to and that has not replied.
pub(super) async fn release_referral(ctx: &Ctx, about: About, reason: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::ReleaseReferral).await?;
    let facts = Facts { note: true, ..taken.facts() };
    taken.go(&facts)?;
    let station = taken.row.referred_station_id;
    taken.finish(Told { station, ..Told::of(reason) }).await
}

/// Hands a case up to the bureau of its district, with what is asked of it and who of the station follows it.
pub(super) async fn escalate_to_district(
    ctx: &Ctx,
    about: About,
    summary: Option<Words>,
    assignee: Option<Uuid>,
    counterpart: Option<Uuid>,
) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::EscalateToDistrict).await?;
    name_assignee(&mut taken, assignee).await?;
    let facts = Facts { summary: summary.is_some(), ..taken.facts() };
    rise(&mut taken, Level::District, &facts)?;
    name_counterpart(&mut taken, Seat::District, counterpart).await?;
    keep_summary(&mut taken, summary.as_ref());
    let bureau = district_bureau(&taken.row.district_code);
    taken.let_read(bureau, true).await?;
    taken.finish(Told { member: counterpart, ..Told::of(summary) }).await
}

/// Hands a case up from the district to the municipal level, to a named counterpart there.
pub(super) async fn escalate_to_municipal(
    ctx: &Ctx,
    about: About,
    summary: Option<Words>,
    counterpart: Option<Uuid>,
) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::EscalateToMunicipal).await?;
    let facts = Facts { counterpart: counterpart.is_some(), ..taken.facts() };
    rise(&mut taken, Level::Municipal, &facts)?;
    name_counterpart(&mut taken, Seat::Municipal, counterpart).await?;
    keep_summary(&mut taken, summary.as_ref());
    taken.let_read(municipal_bureau(), true).await?;
    taken.finish(Told { member: counterpart, ..Told::of(summary) }).await
}

/// Refers a case to the national level, which answers outside of this service.
pub(super) async fn refer_national(ctx: &Ctx, about: About, reason: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::ReferNational).await?;
    let handler = taken.row.handler_id;
    let facts = Facts { note: true, ..taken.facts() };
    rise(&mut taken, Level::National, &facts)?;
    // The municipal level goes on following it.
    taken.row.handler_id = handler;
    taken.finish(Told::of(reason)).await
}

/// Takes a step up. What has been handed up to a tier is of its level at least.
fn rise(taken: &mut Taken<'_>, tier: Level, facts: &Facts) -> Result<()> {
    taken.row.level = taken.row.level.max(Some(tier));
    taken.go(facts)?;
    taken.row.highest_tier = taken.row.highest_tier.max(Some(tier));
    taken.row.handler_id = None;
    Ok(())
}

async fn name_counterpart(
    taken: &mut Taken<'_>,
    seat: Seat,
    counterpart: Option<Uuid>,
) -> Result<()> {
    if let Some(counterpart) = counterpart {
        check_person(taken, seat, "counterpartId", counterpart).await?;
        taken.row.handler_id = Some(counterpart);
    }
    Ok(())
}

fn keep_summary(taken: &mut Taken<'_>, summary: Option<&Words>) {
    if let Some(summary) = summary {
        taken.row.sealed_summary = Some(taken.sealed(Part::Summary, summary));
    }
}

/// Gives a case back to its station without a reply. It is counted.
pub(super) async fn give_back(ctx: &Ctx, about: About, reason: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::Return).await?;
    let facts = Facts { note: true, ..taken.facts() };
    taken.go(&facts)?;
    taken.row.bounced += 1;
    taken.finish(Told::of(reason)).await
}

/// Gives a reply to the station, whose assignee tells the company.
pub(super) async fn tier_reply(ctx: &Ctx, about: About, text: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::TierReply).await?;
    let facts = Facts { reply: true, ..taken.facts() };
    taken.go(&facts)?;
    taken.row.sealed_reply = Some(taken.sealed(Part::Reply, &text));
    let member = taken.row.assignee_id;
    taken.finish(Told { member, ..Told::of(text) }).await
}
