//! How what happened to a consultation looks from outside, and who did it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::prelude::Uuid;

use super::{
    Consultation, ConsultationEvent, ConsultationNode, Level, State, Step, sealed::open_note,
};
use crate::{
    access::{Scope, member_actor},
    accounts::{self, MemberNode},
    answers::{self, AnsweredQuestionNode},
    app::Ctx,
    audit::SERVICE,
    error::{Fault, Result},
    ids::new_id,
    scalars::Date,
    stations::StationNode,
};

/// Somebody who has to do with a consultation.
#[derive(Clone, Default, SimpleObject)]
#[graphql(name = "ConsultationPerson")]
pub(super) struct PersonNode {
    /// What people call them: a member of the register, a partner portal, or the service itself.
    name: String,
    /// The member, where the viewer sees them on the register.
    member: Option<MemberNode>,
}

/// Those who have to do with the consultations of a page.
pub(super) struct People(HashMap<String, PersonNode>);

impl People {
    /// Somebody by how rows remember them.
    pub(super) fn of(&self, actor: &str) -> PersonNode {
        self.0.get(actor).cloned().unwrap_or_default()
    }
}

/// Loads people by how rows remember them. Whoever may read a case is told who has to do with it, by name; more of them
/// only where the register shows it.
pub(super) async fn people(ctx: &Ctx, actors: Vec<String>) -> Result<People> {
    let (mut members, mut clients) = (Vec::new(), Vec::new());
    let mut people = HashMap::new();
    for actor in actors {
        let id = |prefix| actor.strip_prefix(prefix).and_then(|id| Uuid::try_parse(id).ok());
        if let Some(id) = id("member:") {
            members.push(id);
        } else if let Some(id) = id("client:") {
            clients.push(id);
        } else if actor == SERVICE {
            people.insert(actor, PersonNode { name: SERVICE.to_owned(), member: None });
        }
    }
    members.sort_unstable();
    members.dedup();
    let all = accounts::by_ids(ctx.db(), &Scope::Service, members.clone()).await?;
    let mut shown = accounts::nodes_by_id(ctx, members).await?;
    for (id, member) in all {
        let node = PersonNode { name: member.name, member: shown.remove(&id) };
        people.insert(member_actor(id), node);
    }
    if !clients.is_empty() {
        for (id, name) in accounts::client_names(ctx.db(), clients).await? {
            people.insert(crate::access::client_token(id), PersonNode { name, member: None });
        }
    }
    Ok(People(people))
}

/// Something that happened to a consultation.
pub(super) struct EventNode {
    event: Arc<ConsultationEvent>,
    consultation: ConsultationNode,
}

impl EventNode {
    pub(super) fn of(consultation: &ConsultationNode, event: Arc<ConsultationEvent>) -> Self {
        Self { event, consultation: consultation.clone() }
    }

    /// That nobody objected in time, where it has not been written down yet.
    pub(super) fn unwritten(consultation: &ConsultationNode, today: NaiveDate) -> Option<Self> {
        let row: &Consultation = &consultation.row;
        let event = ConsultationEvent {
            id: new_id(),
            consultation_id: row.id,
            position: row.events + 1,
            event: Step::NoObjection,
            at: row.unopposed_since(today)?,
            actor: SERVICE.to_owned(),
            from_state: Some(row.state),
            to_state: State::Closed,
            level: row.level,
            due_on: None,
            sealed_note: None,
            answered_question_id: None,
            station_id: None,
            member_id: None,
        };
        Some(Self::of(consultation, Arc::new(event)))
    }
}

/// Something that happened to a consultation. It never changes.
#[Object(name = "ConsultationEvent")]
impl EventNode {
    /// What was done.
    async fn step(&self) -> Step {
        self.event.event
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.event.at
    }

    /// By whom.
    async fn actor(&self, ctx: &Context<'_>) -> Result<PersonNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if self.event.actor == SERVICE {
            return Ok(PersonNode { name: SERVICE.to_owned(), member: None });
        }
        Ok(self.consultation.actors(ctx).await?.of(&self.event.actor))
    }

    /// Where it stood before; null where it began.
    async fn from_state(&self) -> Option<State> {
        self.event.from_state
    }

    /// Where it stood afterwards.
    async fn to_state(&self) -> State {
        self.event.to_state
    }

    /// Of which level it was afterwards.
    async fn level(&self) -> Option<Level> {
        self.event.level
    }

    /// By when it was due afterwards.
    async fn due_on(&self) -> Option<Date> {
        self.event.due_on.map(Date)
    }

    /// What was written with it: a reason, a question, a reply. A partner portal reads what is between the company and its
    /// station; who may not see who asked reads it without what would tell that. Once who asked is erased, nobody reads
    /// what was written before: it may name them, and it cannot be told apart any more.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<String>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let Some(sealed) = self.event.sealed_note.as_deref() else { return Ok(None) };
        let row = &self.consultation.row;
        let sight = self.consultation.sight(ctx).await?;
        let hidden = !sight.inside && !self.event.event.is_with_the_asker();
        let erased = row.asker_erased_at.is_some_and(|at| self.event.at <= at)
            && self.event.event != Step::EraseAsker;
        if hidden || erased {
            return Ok(None);
        }
        let key = ctx.app.vault.unwrap(&row.data_key)?;
        let note = open_note(&key, row.id, self.event.id, sealed)?;
        Ok(Some(self.consultation.shown(ctx, note).await?))
    }

    /// The answered question that answered it, where the viewer may see it.
    async fn answered_question(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<AnsweredQuestionNode>, Fault> {
        let Some(id) = self.event.answered_question_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(answers::nodes_by_id(ctx, vec![id]).await?.remove(&id))
    }

    /// The station that it went to, or came back from.
    async fn station(&self, ctx: &Context<'_>) -> Result<Option<StationNode>, Fault> {
        let Some(id) = self.event.station_id else { return Ok(None) };
        Ok(self.consultation.station_of(ctx.data_unchecked::<Ctx>(), id).await?)
    }

    /// Who was put in charge of it, or told.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>, Fault> {
        let Some(id) = self.event.member_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(Some(self.consultation.actors(ctx).await?.of(&member_actor(id))))
    }
}
