//! How consultations look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter, QueryOrder, entity::prelude::*};
use tokio::sync::OnceCell;

use super::{
    Asker, Channel, Closure, Consultation, ConsultationEvent, Level, Priority, State, Step,
    answer_entity, area_entity,
    asker::{self, MASK},
    event_entity,
    holding::{Held, Reader, Sight, readers},
    possible_steps,
    sealed::Part,
    timeline_graphql::{EventNode, People, PersonNode, people},
};
use crate::{
    access::{Guarded, Scope, member_actor},
    answers::{self, AnsweredQuestionNode, DeviceClass, ProductKind},
    app::Ctx,
    batch::{Batch, Shared, grouped},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, areas_of},
    ids::{GlobalId, NodeKind},
    scalars::Date,
    search::{SimilarAnsweredQuestion, similar_answered_questions},
    stations::{self, ServicePointNode, StationNode},
    strengths::StationMatch,
};

/// A consultation among the others of its page.
#[derive(Clone)]
pub struct ConsultationNode {
    pub(super) row: Arc<Consultation>,
    pub(super) page: Arc<ConsultationPage>,
}

pub(super) struct ConsultationPage {
    rows: Vec<Arc<Consultation>>,
    readers: Shared<Uuid, Vec<Reader>>,
    pub(super) areas: Shared<Uuid, Vec<Uuid>>,
    stations: Shared<Uuid, StationNode>,
    points: Shared<Uuid, Vec<stations::ServicePoint>>,
    shown: OnceCell<HashMap<Uuid, Asker>>,
    unseen: Shared<Uuid, Asker>,
    events: Shared<Uuid, Vec<Arc<ConsultationEvent>>>,
    actors: OnceCell<People>,
    persons: OnceCell<People>,
    reused: Shared<Uuid, Vec<Uuid>>,
    answers: OnceCell<HashMap<Uuid, AnsweredQuestionNode>>,
    originals: Shared<Uuid, ConsultationNode>,
}

/// Consultations that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(rows: impl IntoIterator<Item = Consultation>) -> Vec<ConsultationNode> {
    let rows: Vec<Arc<Consultation>> = rows.into_iter().map(Arc::new).collect();
    let ids = || rows.iter().map(|row| row.id);
    let owners = rows.iter().map(|row| row.station_id);
    let others = rows.iter().filter_map(|row| row.referred_station_id);
    let page = Arc::new(ConsultationPage {
        readers: Arc::new(Batch::new(ids())),
        areas: Arc::new(Batch::new(ids())),
        stations: Arc::new(Batch::new(owners.chain(others))),
        points: Arc::new(Batch::new(rows.iter().map(|row| row.station_id))),
        shown: OnceCell::new(),
        unseen: Arc::new(Batch::new(ids())),
        events: Arc::new(Batch::new(ids())),
        actors: OnceCell::new(),
        persons: OnceCell::new(),
        reused: Arc::new(Batch::new(ids())),
        answers: OnceCell::new(),
        originals: Arc::new(Batch::new(rows.iter().filter_map(|row| row.duplicate_of_id))),
        rows: rows.clone(),
    });
    rows.into_iter().map(|row| ConsultationNode { row, page: Arc::clone(&page) }).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, ConsultationNode>> {
    let rows = super::by_ids(ctx.db(), &ctx.scope(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.row.id, node)).collect())
}

impl ConsultationNode {
    async fn readers(&self, ctx: &Ctx) -> Result<&[Reader]> {
        let readers = self.page.readers.get(&self.row.id, |ids| readers(ctx.db(), ids)).await?;
        Ok(readers.map(Vec::as_slice).unwrap_or_default())
    }

    /// How much the viewer sees.
    pub(super) async fn sight(&self, ctx: &Ctx) -> Result<Sight> {
        Ok(Sight::of(&ctx.viewer, self.readers(ctx).await?))
    }

    /// A text of the case as the viewer may read it: without what would tell who asked, where they may not see that.
    pub(super) async fn shown(&self, ctx: &Ctx, text: String) -> Result<String> {
        if self.sight(ctx).await?.asker {
            return Ok(text);
        }
        self.masked(ctx, text).await
    }

    pub(super) async fn masked(&self, ctx: &Ctx, text: String) -> Result<String> {
        let load = |ids| async move { asker::unseen(ctx.db(), &ctx.app.vault, ids).await };
        match self.page.unseen.get(&self.row.id, load).await? {
            Some(asker) => asker::masked(&text, asker),
            None => Ok(text),
        }
    }

    async fn opened(&self, ctx: &Ctx, part: Part, sealed: &str) -> Result<String> {
        let key = ctx.app.vault.unwrap(&self.row.data_key)?;
        self.shown(ctx, part.open(&key, self.row.id, sealed)?).await
    }

    /// What was asked, as the viewer may read it.
    pub(super) async fn question(&self, ctx: &Ctx) -> Result<String> {
        self.opened(ctx, Part::Text, &self.row.sealed_text).await
    }

    /// Who asked, of every case of the page with which the viewer may see it: looked up once, entered once.
    async fn askers(&self, ctx: &Ctx) -> Result<&HashMap<Uuid, Asker>> {
        let load = || async {
            let mut cases = HashMap::new();
            let readers = self.page.readers.all(|ids| readers(ctx.db(), ids)).await?;
            for row in &self.page.rows {
                let readers = readers.get(&row.id).map(Vec::as_slice).unwrap_or_default();
                if Sight::of(&ctx.viewer, readers).asker {
                    cases.insert(row.id, row.district_code.clone());
                }
            }
            asker::read(ctx, &cases).await
        };
        self.page.shown.get_or_try_init(load).await
    }

    async fn loaded_events(
        &self,
        ctx: &Ctx,
    ) -> Result<&HashMap<Uuid, Vec<Arc<ConsultationEvent>>>> {
        self.page.events.all(|ids| events(ctx, ids)).await
    }

    /// Everybody who did something to a case of the page.
    pub(super) async fn actors(&self, ctx: &Ctx) -> Result<&People> {
        let load = || async {
            let mut actors = Vec::new();
            for event in self.loaded_events(ctx).await?.values().flatten() {
                actors.push(event.actor.clone());
                actors.extend(event.member_id.map(member_actor));
            }
            people(ctx, actors).await
        };
        self.page.actors.get_or_try_init(load).await
    }

    async fn person(&self, ctx: &Ctx, id: Option<Uuid>) -> Result<Option<PersonNode>> {
        let Some(id) = id else { return Ok(None) };
        let load = || async {
            let mut persons = Vec::new();
            for row in &self.page.rows {
                persons.extend(row.assignee_id.map(member_actor));
                persons.extend(row.handler_id.map(member_actor));
            }
            people(ctx, persons).await
        };
        let persons = self.page.persons.get_or_try_init(load).await?;
        Ok(Some(persons.of(&member_actor(id))))
    }

    /// A station that a case of the page is with, or an event of one names.
    pub(super) async fn station_of(&self, ctx: &Ctx, id: Uuid) -> Result<Option<StationNode>> {
        let load = |ids| stations::nodes_by_id(ctx, ids);
        if let Some(station) = self.page.stations.get(&id, load).await? {
            return Ok(Some(station.clone()));
        }
        // An event may name a station of an earlier referral.
        Ok(stations::nodes_by_id(ctx, vec![id]).await?.remove(&id))
    }

    async fn reused(&self, ctx: &Ctx) -> Result<Vec<AnsweredQuestionNode>> {
        let reused = self.page.reused.all(|ids| reused(ctx, ids)).await?;
        let load = || async {
            let ids = reused.values().flatten().copied().collect();
            answers::nodes_by_id(ctx, ids).await
        };
        let found = self.page.answers.get_or_try_init(load).await?;
        let own = reused.get(&self.row.id).into_iter().flatten();
        Ok(own.filter_map(|id| found.get(id)).cloned().collect())
    }

    /// The answered questions most like what was asked. Who asked makes none of them more or less like it.
    pub(super) async fn similar(
        &self,
        ctx: &Ctx,
        first: i32,
    ) -> Result<Vec<SimilarAnsweredQuestion>> {
        let text = self.question(ctx).await?;
        let text = self.masked(ctx, text).await?.replace(MASK, " ");
        similar_answered_questions(ctx, text, None, first, false).await
    }
}

async fn events(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Arc<ConsultationEvent>>>> {
    let rows = event_entity::Entity::visible_to(&Scope::Service)
        .filter(event_entity::Column::ConsultationId.is_in(ids))
        .order_by_asc(event_entity::Column::Position)
        .all(ctx.db())
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.consultation_id, Arc::new(row)))))
}

async fn reused(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = answer_entity::Entity::visible_to(&Scope::Service)
        .filter(answer_entity::Column::ConsultationId.is_in(ids))
        .order_by_asc(answer_entity::Column::UsedAt)
        .order_by_asc(answer_entity::Column::AnsweredQuestionId)
        .all(ctx.db())
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.consultation_id, row.answered_question_id))))
}

pub(super) async fn area_ids(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::ConsultationId.is_in(ids))
        .all(ctx.db())
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.consultation_id, row.area_id))))
}

/// Who asked. Every reading of it is entered into the audit log.
#[derive(SimpleObject)]
pub(super) struct ConsultationAsker {
    /// The company.
    company: String,
    /// Its 统一社会信用代码.
    social_credit_code: Option<String>,
    /// The person to talk to.
    contact: Option<String>,
    /// Their telephone.
    telephone: Option<String>,
    /// Their e-mail address.
    email: Option<String>,
}

impl From<&Asker> for ConsultationAsker {
    fn from(asker: &Asker) -> Self {
        let Asker { company, social_credit_code, contact, telephone, email } = asker.clone();
        Self { company, social_credit_code, contact, telephone, email }
    }
}

/// A company's question on its way to a reply: confidential, and for its handlers alone.
#[Object(name = "Consultation")]
impl ConsultationNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Consultation, self.row.id)
    }

    /// Its number: station, year, serial number.
    async fn number(&self) -> &str {
        &self.row.number
    }

    /// Where it stands today.
    async fn state(&self, ctx: &Context<'_>) -> State {
        self.row.state_on(ctx.data_unchecked::<Ctx>().today)
    }

    /// The station that owns it.
    async fn station(&self, ctx: &Context<'_>) -> Result<StationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| stations::nodes_by_id(ctx, ids);
        Ok(self.page.stations.require(&self.row.station_id, load).await?.clone())
    }

    /// The service point where it was asked.
    async fn service_point(&self, ctx: &Context<'_>) -> Result<Option<ServicePointNode>, Fault> {
        let Some(point) = self.row.point_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| async move { stations::service_points(ctx.db(), ids).await };
        let points = self.page.points.get(&self.row.station_id, load).await?;
        let found = points.into_iter().flatten().find(|it| it.id == point);
        Ok(found.cloned().map(ServicePointNode))
    }

    /// How the company came.
    async fn channel(&self) -> Channel {
        self.row.channel
    }

    /// What kind of product it is about.
    async fn product_kind(&self) -> Option<ProductKind> {
        self.row.product_kind
    }

    /// The class of the device it is about.
    async fn device_class(&self) -> Option<DeviceClass> {
        self.row.device_class
    }

    /// The areas it belongs to.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let areas = self.page.areas.get(&self.row.id, |ids| area_ids(ctx, ids)).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }

    /// How far up it has to go; absent before it is classified.
    async fn level(&self) -> Option<Level> {
        self.row.level
    }

    /// Whether it goes before others.
    async fn priority(&self) -> Priority {
        self.row.priority
    }

    /// What was asked. A station that it was referred to reads it without what would tell who asked, until that is
    /// released.
    async fn text(&self, ctx: &Context<'_>) -> Result<String, Fault> {
        Ok(self.question(ctx.data_unchecked::<Ctx>()).await?)
    }

    /// Who asked; null where the viewer may not see it, or where it has been erased.
    async fn asker(&self, ctx: &Context<'_>) -> Result<Option<ConsultationAsker>, Fault> {
        let askers = self.askers(ctx.data_unchecked::<Ctx>()).await?;
        Ok(askers.get(&self.row.id).map(ConsultationAsker::from))
    }

    /// When who asked was erased, where it was.
    async fn asker_erased_at(&self) -> Option<DateTime<Utc>> {
        self.row.asker_erased_at
    }

    /// Who of its station follows it (专人跟踪).
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>, Fault> {
        Ok(self.person(ctx.data_unchecked::<Ctx>(), self.row.assignee_id).await?)
    }

    /// Who is in charge of it where it is now, while it is not with its own station.
    async fn handler(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>, Fault> {
        Ok(self.person(ctx.data_unchecked::<Ctx>(), self.row.handler_id).await?)
    }

    /// The station that it was last referred to.
    async fn referred_to(&self, ctx: &Context<'_>) -> Result<Option<StationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        match self.row.referred_station_id {
            Some(id) => Ok(self.station_of(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// Whether that station may see who asked.
    async fn asker_released(&self) -> bool {
        self.row.asker_released
    }

    /// The day by which whoever has it in hand deals with it, in Chinese working days.
    async fn due_on(&self) -> Option<Date> {
        self.row.due_on.map(Date)
    }

    /// Whether the calendar did not reach as far as that day, so that weekends alone were left out.
    async fn due_is_estimated(&self) -> bool {
        self.row.due_estimated
    }

    /// Whether it should have been dealt with before today.
    async fn is_overdue(&self, ctx: &Context<'_>) -> bool {
        self.row.is_overdue(ctx.data_unchecked::<Ctx>().today)
    }

    /// Whether the clock stands, because the company was asked for details.
    async fn clock_stopped(&self) -> bool {
        self.row.state == State::NeedsInfo
    }

    /// How many working days are left while the clock stands; negative beyond the due date.
    async fn days_left(&self) -> Option<i32> {
        self.row.days_left
    }

    /// When the company first heard of its question.
    async fn first_response_at(&self) -> Option<DateTime<Utc>> {
        self.row.first_response_at
    }

    /// When the company was told the reply.
    async fn replied_at(&self) -> Option<DateTime<Utc>> {
        self.row.replied_at
    }

    /// How the company was told the reply.
    async fn replied_by(&self) -> Option<Channel> {
        self.row.replied_by
    }

    /// The last day on which the company can object to the reply; without a word it is closed then.
    async fn objection_until(&self) -> Option<Date> {
        self.row.no_objection_on.map(Date)
    }

    /// When it was closed.
    async fn closed_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        self.row.closed_at_on(ctx.data_unchecked::<Ctx>().today)
    }

    /// Why it is closed.
    async fn closure(&self, ctx: &Context<'_>) -> Option<Closure> {
        self.row.closure_on(ctx.data_unchecked::<Ctx>().today)
    }

    /// The consultation in which the same was asked, where the viewer may see it.
    async fn duplicate_of(&self, ctx: &Context<'_>) -> Result<Option<ConsultationNode>, Fault> {
        let Some(original) = self.row.duplicate_of_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.page.originals.get(&original, |ids| nodes_by_id(ctx, ids)).await?.cloned())
    }

    /// What was summed up for the next tier; correspondence within the network.
    async fn summary(&self, ctx: &Context<'_>) -> Result<Option<String>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let Some(sealed) = self.row.sealed_summary.as_deref() else { return Ok(None) };
        if !self.sight(ctx).await?.inside {
            return Ok(None);
        }
        Ok(Some(self.opened(ctx, Part::Summary, sealed).await?))
    }

    /// The reply in words. A partner portal reads it once the company has been told.
    async fn reply(&self, ctx: &Context<'_>) -> Result<Option<String>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let Some(sealed) = self.row.sealed_reply.as_deref() else { return Ok(None) };
        // What a bureau wrote is correspondence until the station has told the company.
        if self.row.replied_at.is_none() && !self.sight(ctx).await?.inside {
            return Ok(None);
        }
        Ok(Some(self.opened(ctx, Part::Reply, sealed).await?))
    }

    /// The answered questions that it was answered with, as far as the viewer may see them.
    async fn answered_questions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<AnsweredQuestionNode>, Fault> {
        Ok(self.reused(ctx.data_unchecked::<Ctx>()).await?)
    }

    /// Everything that happened to it, in order.
    async fn timeline(&self, ctx: &Context<'_>) -> Result<Vec<EventNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let events = self.loaded_events(ctx).await?.get(&self.row.id);
        let event = |event: &Arc<ConsultationEvent>| EventNode::of(self, Arc::clone(event));
        let mut timeline: Vec<EventNode> = events.into_iter().flatten().map(event).collect();
        timeline.extend(EventNode::unwritten(self, ctx.today));
        Ok(timeline)
    }

    /// Answered questions like what was asked: whether it has been answered before.
    async fn similar_answered_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most.", default = 10)] first: i32,
    ) -> Result<Vec<SimilarAnsweredQuestion>, Fault> {
        Ok(self.similar(ctx.data_unchecked::<Ctx>(), first).await?)
    }

    /// Stations that might be asked about it, by what they have answered, the best first; its own is left out.
    async fn station_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most.", default = 3)] first: i32,
    ) -> Result<Vec<StationMatch>, Fault> {
        Ok(self.whom_to_ask(ctx.data_unchecked::<Ctx>(), first).await?)
    }

    /// What the viewer could do now.
    async fn possible_actions(&self, ctx: &Context<'_>) -> Result<Vec<Step>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let held = Held { row: &self.row, readers: self.readers(ctx).await? };
        let areas = self.page.areas.get(&self.row.id, |ids| area_ids(ctx, ids)).await?;
        Ok(possible_steps(ctx, held, areas.is_some_and(|areas| !areas.is_empty())))
    }

    /// How often it was given back to its station without a reply.
    async fn bounced(&self) -> i32 {
        self.row.bounced
    }

    /// How often it was taken up again.
    async fn reopened(&self) -> i32 {
        self.row.reopened
    }

    /// How often it has been changed, counted from 1; every change names the version that it saw.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// When it was recorded here.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When it was last changed here.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.row.updated_at
    }
}
