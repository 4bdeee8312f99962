//! What a station does with a question: it classifies it, puts somebody in charge, asks back, answers what is basic.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel as _, QueryFilter, entity::prelude::*};

use super::{
    Channel, Level, Priority, Step, answer_entity,
    record::{check_areas, keep_areas},
    sealed::Part,
    state::{Facts, Seat, seat},
    taken::{About, Taken, Told},
    words::Words,
};
use crate::{
    access::{self, Action, Guarded, Holding, Role, Scope},
    accounts::{self, MemberState},
    answers::{self, AnsweredQuestion, DeviceClass, ProductKind},
    app::Ctx,
    change::Done,
    clock,
    error::{Error, Result},
    language::Text,
    stations,
};

/// The most answered questions that one reply may name.
const MOST_REUSED: usize = 20;

/// How a question is classified; what is left out stays as it was.
#[derive(Clone, Debug, Default)]
pub(super) struct Classification {
    /// How far up it has to go.
    pub(super) level: Option<Level>,
    /// The areas it belongs to.
    pub(super) areas: Option<Vec<Uuid>>,
    /// What kind of product it is about.
    pub(super) product_kind: Option<ProductKind>,
    /// The class of the device it is about.
    pub(super) device_class: Option<DeviceClass>,
    /// Whether it goes before others.
    pub(super) priority: Option<Priority>,
    /// Who of the station follows it.
    pub(super) assignee: Option<Uuid>,
}

/// Classifies a question: from then on it has a level, and a day by which it is answered.
pub(super) async fn classify(
    ctx: &Ctx,
    about: About,
    classification: Classification,
) -> Result<Done> {
    check_areas(ctx, classification.areas.as_deref().unwrap_or_default()).await?;
    let mut taken = Taken::begin(ctx, about, Step::Classify).await?;
    apply(&mut taken, &classification).await?;
    let facts = taken.facts();
    taken.go(&facts)?;
    taken.finish(Told { member: classification.assignee, ..Told::default() }).await
}

/// Classifies a question anew, by whoever has it in hand.
pub(super) async fn reclassify(
    ctx: &Ctx,
    about: About,
    classification: Classification,
    reason: Option<Words>,
) -> Result<Done> {
    check_areas(ctx, classification.areas.as_deref().unwrap_or_default()).await?;
    let mut taken = Taken::begin(ctx, about, Step::Reclassify).await?;
    apply(&mut taken, &classification).await?;
    let facts = Facts { note: reason.is_some(), ..taken.facts() };
    taken.go(&facts)?;
    taken.finish(Told::of(reason)).await
}

async fn apply(taken: &mut Taken<'_>, classification: &Classification) -> Result<()> {
    let Classification { level, areas, product_kind, device_class, priority, assignee } =
        classification;
    if let Some(areas) = areas {
        keep_areas(&*taken.change, taken.row.id, areas).await?;
        taken.areas.clone_from(areas);
    }
    if let Some(assignee) = assignee {
        check_person(taken, Seat::Owner, "assigneeId", *assignee).await?;
        taken.row.assignee_id = Some(*assignee);
    }
    let row = &mut taken.row;
    row.level = level.or(row.level);
    row.product_kind = product_kind.or(row.product_kind);
    row.device_class = device_class.or(row.device_class);
    row.priority = priority.unwrap_or(row.priority);
    Ok(())
}

/// Puts somebody in charge: of the station while it is there, of whoever has it in hand otherwise.
pub(super) async fn assign(
    ctx: &Ctx,
    about: About,
    person: Uuid,
    reason: Option<Words>,
) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::Assign).await?;
    let seat = seat(taken.row.state, taken.row.state_before_info);
    check_person(&taken, seat, "assigneeId", person).await?;
    if seat == Seat::Owner {
        taken.row.assignee_id = Some(person);
    } else {
        taken.row.handler_id = Some(person);
    }
    let facts = Facts { note: reason.is_some(), ..taken.facts() };
    taken.go(&facts)?;
    taken.finish(Told { member: Some(person), ..Told::of(reason) }).await
}

/// Whether somebody is at work where the case is, and the viewer may know of them.
pub(super) async fn check_person(
    taken: &Taken<'_>,
    seat: Seat,
    field: &str,
    id: Uuid,
) -> Result<()> {
    let (ctx, row) = (taken.ctx, &taken.row);
    let scope = if seat == Seat::Referred { Scope::Service } else { ctx.scope() };
    let member = accounts::by_ids(&*taken.change, &scope, vec![id]).await?.remove(&id);
    let station = stations::by_ids(&*taken.change, vec![row.station_id]).await?;
    let district = station.get(&row.station_id).map(|station| station.district_id);
    let fits =
        member.filter(|member| member.state == MemberState::Active).is_some_and(
            |member| match seat {
                Seat::Owner => member.station_id == Some(row.station_id),
                Seat::Referred => member.station_id == row.referred_station_id,
                Seat::District => {
                    member.role == Role::DistrictOfficer && member.district_id == district
                }
                Seat::Municipal => member.role == Role::MunicipalOfficer,
            },
        );
    if fits {
        return Ok(());
    }
    let reason = match seat {
        Seat::Owner => Text::new(
            "this must be somebody who is at work at the case's own station",
            "须为受理工作站的在岗人员",
        ),
        Seat::Referred => Text::new(
            "this must be somebody who is at work at the station that it was referred to",
            "须为承办工作站的在岗人员",
        ),
        Seat::District => Text::new(
            "this must be an officer of the station's district who is at work",
            "须为本区对口部门的在岗人员",
        ),
        Seat::Municipal => Text::new(
            "this must be an officer of the municipal level who is at work",
            "须为市级对口部门的在岗人员",
        ),
    };
    Err(Error::invalid(field, reason))
}

/// Asks the company for details, through its station; the clock stops until they come.
pub(super) async fn ask_for_details(ctx: &Ctx, about: About, question: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::AskForDetails).await?;
    let facts = Facts { note: true, ..taken.facts() };
    taken.go(&facts)?;
    taken.row.first_response_at.get_or_insert(ctx.now());
    taken.finish(Told::of(question)).await
}

/// Passes on the details that the company gave; the clock goes on with the days that were left.
pub(super) async fn give_details(ctx: &Ctx, about: About, details: Words) -> Result<Done> {
    let mut taken = Taken::begin(ctx, about, Step::GiveDetails).await?;
    let facts = Facts { note: true, ..taken.facts() };
    taken.go(&facts)?;
    taken.finish(Told::of(details)).await
}

/// How and when a company was told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling {
    /// How.
    pub(super) by: Channel,
    /// When; now where nothing is said.
    pub(super) at: Option<DateTime<Utc>>,
}

impl Telling {
    /// The instant, which lies between the recording and now.
    pub(super) fn instant(&self, taken: &Taken<'_>) -> Result<DateTime<Utc>> {
        let now = taken.ctx.now();
        let at = self.at.unwrap_or(now);
        if (taken.row.recorded_at..=now).contains(&at) {
            return Ok(at);
        }
        let reason = Text::new(
            "this must lie between the recording of the question and now",
            "应在登记之后、当前时间之前",
        );
        Err(Error::invalid("toldAt", reason))
    }
}

/// Lets a case be answered: the company has been told, and has some days to object.
pub(super) fn told(taken: &mut Taken<'_>, telling: Telling) -> Result<()> {
    let at = telling.instant(taken)?;
    // Who was told in time was, though it is entered late.
    taken.row.missed_on = taken.row.missed_on.filter(|day| *day < clock::day_of(at));
    taken.row.replied_at = Some(at);
    taken.row.replied_by = Some(telling.by);
    taken.row.first_response_at.get_or_insert(at);
    taken.row.no_objection_on = Some(taken.days().objection().day);
    Ok(())
}

/// Answers a basic question at the station, in words or by answered questions of any station. Those of another station
/// are counted there as reused.
pub(super) async fn answer_directly(
    ctx: &Ctx,
    about: About,
    text: Option<Words>,
    reused: Vec<Uuid>,
    telling: Telling,
) -> Result<Done> {
    let reused = reusable(ctx, reused).await?;
    let mut taken = Taken::begin(ctx, about, Step::AnswerDirectly).await?;
    let facts = Facts { reply: text.is_some() || !reused.is_empty(), ..taken.facts() };
    taken.go(&facts)?;
    told(&mut taken, telling)?;
    taken.row.sealed_reply = text.as_ref().map(|text| taken.sealed(Part::Reply, text));
    let answered_question = reused.first().map(|answered| answered.id);
    reuse(&mut taken, reused).await?;
    taken.finish(Told { answered_question, ..Told::of(text) }).await
}

/// The answered questions that a reply names, in order: all published, and shown to the viewer.
async fn reusable(ctx: &Ctx, mut ids: Vec<Uuid>) -> Result<Vec<AnsweredQuestion>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    access::check(&ctx.viewer, Action::ReuseAnswer, &Holding::nobody())?;
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let mut found = answers::by_ids(ctx.db(), &ctx.scope(), ids.clone()).await?;
    let published = ids
        .iter()
        .filter_map(|id| found.remove(id))
        .filter(|answered| answered.state == answers::State::Published)
        .collect::<Vec<_>>();
    if published.len() == ids.len() && ids.len() <= MOST_REUSED {
        return Ok(published);
    }
    let reason = Text::new(
        format!(
            "at most {MOST_REUSED} published answered questions are wanted; where another took the place of one, name that"
        ),
        format!("应为不超过 {MOST_REUSED} 个已发布的已答问题；已被取代的，请指明取代者"),
    );
    Err(Error::invalid("answeredQuestionIds", reason))
}

async fn reuse(taken: &mut Taken<'_>, reused: Vec<AnsweredQuestion>) -> Result<()> {
    use answer_entity::{Column, Entity, Model};
    let used = Entity::visible_to(&Scope::Service)
        .filter(Column::ConsultationId.eq(taken.row.id))
        .all(&*taken.change)
        .await?;
    let is_new = |answered: &AnsweredQuestion| {
        used.iter().all(|row| row.answered_question_id != answered.id)
    };
    let new: Vec<AnsweredQuestion> = reused.into_iter().filter(is_new).collect();
    if new.is_empty() {
        return Ok(());
    }
    let own = taken.row.station_id;
    let row = |answered: &AnsweredQuestion| Model {
        consultation_id: taken.row.id,
        answered_question_id: answered.id,
        counted: answered.station_id != own,
        used_at: taken.ctx.now(),
    };
    let rows: Vec<_> = new.iter().map(|answered| row(answered).into_active_model()).collect();
    Entity::insert_many(rows).exec_without_returning(&*taken.change).await?;
    let others: Vec<AnsweredQuestion> =
        new.into_iter().filter(|answered| answered.station_id != own).collect();
    answers::count_reuse(&mut taken.change, &others).await
}
