//! How the audit log is read from outside.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, resolver_utils::enum_value};
use chrono::{DateTime, Utc};
use sea_orm::{Condition, QueryFilter, entity::prelude::*};

use super::{AuditActorKind, AuditEvent, AuditOutcome, entity};
use crate::{
    access::{self, Action, Guarded, Standing, client_token, member_actor},
    accounts::{self, ApiClientNode, MemberNode},
    app::Ctx,
    batch::{Batch, Shared},
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
    page::{Keyset, Page, Place, connection, counter, slice},
};

/// An entry of the audit log among the others of its page.
#[derive(Clone)]
pub(crate) struct AuditEventNode {
    event: Arc<AuditEvent>,
    page: Arc<AuditPage>,
}

struct AuditPage {
    members: Shared<Uuid, MemberNode>,
    clients: Shared<Uuid, ApiClientNode>,
}

fn nodes(events: Vec<AuditEvent>) -> Vec<AuditEventNode> {
    let events: Vec<Arc<AuditEvent>> = events.into_iter().map(Arc::new).collect();
    let actors = || events.iter().map(|event| Actor::of(&event.actor));
    let page = Arc::new(AuditPage {
        members: Arc::new(Batch::new(actors().filter_map(Actor::member))),
        clients: Arc::new(Batch::new(actors().filter_map(Actor::client))),
    });
    let node = |event| AuditEventNode { event, page: Arc::clone(&page) };
    events.into_iter().map(node).collect()
}

/// An actor, read out of how rows remember one.
#[derive(Clone, Copy)]
enum Actor {
    Member(Uuid),
    Client(Uuid),
    Operator,
    Service,
}

impl Actor {
    fn of(stored: &str) -> Self {
        let id = |text: &str| Uuid::try_parse(text).ok();
        match stored.split_once(':') {
            Some(("member", text)) => id(text).map_or(Self::Service, Self::Member),
            Some(("client", text)) => id(text).map_or(Self::Service, Self::Client),
            _ if stored == super::OPERATOR => Self::Operator,
            _ => Self::Service,
        }
    }

    fn kind(self) -> AuditActorKind {
        match self {
            Self::Member(_) => AuditActorKind::Member,
            Self::Client(_) => AuditActorKind::ApiClient,
            Self::Operator => AuditActorKind::Operator,
            Self::Service => AuditActorKind::Service,
        }
    }

    fn member(self) -> Option<Uuid> {
        if let Self::Member(id) = self { Some(id) } else { None }
    }

    fn client(self) -> Option<Uuid> {
        if let Self::Client(id) = self { Some(id) } else { None }
    }
}

/// An actor as files name them: by kind, and by the global id of a member or a program.
pub(super) fn actor_words(stored: &str) -> (String, Option<String>) {
    let actor = Actor::of(stored);
    let member = actor.member().map(|id| GlobalId::encode(NodeKind::Member, id).0);
    let client = actor.client().map(|id| GlobalId::encode(NodeKind::ApiClient, id).0);
    (enum_value(actor.kind()).to_string(), member.or(client))
}

/// A standing as files name it; nothing for the operator and for the service itself.
pub(super) fn standing_word(stored: &str) -> Option<String> {
    standing(stored).map(|standing| enum_value(standing).to_string())
}

fn standing(stored: &str) -> Option<Standing> {
    Standing::ALL.into_iter().find(|known| format!("{known:?}") == stored)
}

/// Who did something.
struct AuditActor(AuditEventNode);

/// Who did something, as far as the viewer may see them.
#[Object]
impl AuditActor {
    /// What kind of actor it is.
    async fn kind(&self) -> AuditActorKind {
        Actor::of(&self.0.event.actor).kind()
    }

    /// The member, where it is one whom the viewer may see.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        let Some(id) = Actor::of(&self.0.event.actor).member() else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| accounts::nodes_by_id(ctx, ids);
        Ok(self.0.page.members.get(&id, load).await?.cloned())
    }

    /// The partner portal's program, where it is one that the viewer may see.
    async fn api_client(&self, ctx: &Context<'_>) -> Result<Option<ApiClientNode>, Fault> {
        let Some(id) = Actor::of(&self.0.event.actor).client() else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| accounts::client_nodes_by_id(ctx, ids);
        Ok(self.0.page.clients.get(&id, load).await?.cloned())
    }

    /// As what they counted in the table of rights at that time; nothing for the operator and for the service itself.
    async fn standing(&self) -> Option<Standing> {
        standing(&self.0.event.standing)
    }
}

/// What something was done to.
struct AuditTarget {
    kind: NodeKind,
    id: Uuid,
}

/// What something was done to. Whether the viewer may see the thing itself is another question.
#[Object]
impl AuditTarget {
    /// Its kind: the name of its type, such as `Member`.
    async fn kind(&self) -> &str {
        self.kind.as_str()
    }

    /// Its global id, good for `node(id:)`.
    async fn node_id(&self) -> ID {
        GlobalId::encode(self.kind, self.id)
    }
}

/// An entry of the audit log: who did what to what, or was refused. It is never changed.
#[Object(name = "AuditEvent")]
impl AuditEventNode {
    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.event.at
    }

    /// Who.
    async fn actor(&self) -> AuditActor {
        AuditActor(self.clone())
    }

    /// What: the name of the mutation, or of what was read.
    async fn action(&self) -> &str {
        &self.event.action
    }

    /// To what; nothing where it was to no one thing.
    async fn target(&self) -> Option<AuditTarget> {
        let kind = NodeKind::of_name(self.event.target_kind.as_deref()?)?;
        Some(AuditTarget { kind, id: self.event.target_id? })
    }

    /// The code of the district that it belongs to.
    async fn district_code(&self) -> Option<&str> {
        self.event.district_code.as_deref()
    }

    /// What came of it.
    async fn outcome(&self) -> AuditOutcome {
        self.event.outcome
    }

    /// A word more, such as the state that was reached or the code of the refusal.
    async fn detail(&self) -> Option<&str> {
        self.event.detail.as_deref()
    }

    /// The id of the request, by which the log of the process can be searched.
    async fn request_id(&self) -> Option<&str> {
        Some(self.event.request_id.as_str()).filter(|id| !id.is_empty())
    }
}

connection!(
    AuditEventConnection,
    AuditEventEdge,
    AuditEventNode,
    "A page of the audit log.",
    "An entry of the audit log in a list, with its cursor."
);

/// Which entries are wanted.
#[derive(Debug, Default, InputObject)]
struct AuditEventFilter {
    /// Of this actor: the global id of a member or of a partner portal's program.
    actor_id: Option<ID>,
    /// Of these kinds of actor.
    actor_kinds: Option<Vec<AuditActorKind>>,
    /// Of these actions, by the names of the mutations.
    actions: Option<Vec<String>>,
    /// About the thing with this global id.
    target_id: Option<ID>,
    /// With this outcome.
    outcome: Option<AuditOutcome>,
    /// From this instant on.
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    to: Option<DateTime<Utc>>,
}

impl AuditEventFilter {
    fn condition(self) -> Result<Condition> {
        use entity::Column;
        let mut condition = Condition::all();
        if let Some(id) = self.actor_id {
            condition = condition.add(Column::Actor.eq(actor(&id)?));
        }
        if let Some(kinds) = self.actor_kinds {
            let kinds = kinds.into_iter().map(of_kind);
            condition = condition.add(kinds.fold(Condition::any(), Condition::add));
        }
        if let Some(actions) = self.actions {
            condition = condition.add(Column::Action.is_in(actions));
        }
        if let Some(id) = self.target_id {
            let target = GlobalId::decode("filter.targetId", &id)?;
            condition = condition
                .add(Column::TargetId.eq(target.id))
                .add(Column::TargetKind.eq(target.kind.as_str()));
        }
        if let Some(outcome) = self.outcome {
            condition = condition.add(Column::Outcome.eq(outcome));
        }
        if let Some(from) = self.from {
            condition = condition.add(Column::At.gte(from));
        }
        if let Some(to) = self.to {
            condition = condition.add(Column::At.lt(to));
        }
        Ok(condition)
    }
}

fn actor(id: &ID) -> Result<String> {
    let global = GlobalId::decode("filter.actorId", id)?;
    match global.kind {
        NodeKind::Member => Ok(member_actor(global.id)),
        NodeKind::ApiClient => Ok(client_token(global.id)),
        _ => {
            let reason = Text::new(
                "give the id of a member or of an API client",
                "请给出成员或 API 客户端的标识",
            );
            Err(Error::invalid("filter.actorId", reason))
        }
    }
}

fn of_kind(kind: AuditActorKind) -> Condition {
    use entity::Column;
    let (member, client) =
        (Column::Actor.starts_with("member:"), Column::Actor.starts_with("client:"));
    let operator = Column::Actor.eq(super::OPERATOR);
    match kind {
        AuditActorKind::Member => Condition::all().add(member),
        AuditActorKind::ApiClient => Condition::all().add(client),
        AuditActorKind::Operator => Condition::all().add(operator),
        AuditActorKind::Service => Condition::any().add(member).add(client).add(operator).not(),
    }
}

/// The entry point to the audit log.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The audit log, the newest entries first: officers read what belongs to their district, the municipal level and
    /// administrators all of it.
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the newest.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the oldest.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which entries; all where nothing is said.")] filter: Option<
            AuditEventFilter,
        >,
    ) -> Result<AuditEventConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        access::check_at_all(&ctx.viewer, Action::ReadAuditLog)?;
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let select = entity::Entity::visible_to(&ctx.scope())
            .filter(filter.unwrap_or_default().condition()?);
        let keyset = Keyset {
            name: "auditEvents",
            column: entity::Column::At,
            id: entity::Column::Id,
            descending: true,
            place: |row: &AuditEvent| (Place::Instant(row.at), row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(AuditEventConnection::new(slice, count, nodes))
    }
}
