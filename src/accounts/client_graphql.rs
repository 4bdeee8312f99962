//! How the programs of partner portals are read and kept from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter, QueryOrder, entity::prelude::*};

use super::{
    ApiClient, ClientState, NewClient, client_administration as rules,
    client_administration::ClientChange, client_entity, clients, secret_entity,
};
use crate::{
    access::{self, Action, ClientScope, Guarded, Scope},
    app::Ctx,
    audit::Entry,
    batch::{Batch, Shared, grouped},
    change::{Answered, Once, UserError, answered, payload},
    error::{Done, Fault, Result},
    ids::{GlobalId, NodeKind},
    organizations::{self, OrganizationNode},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::RevisionScalar,
};

/// A partner portal's program among the others of its page.
#[derive(Clone)]
pub struct ApiClientNode {
    client: Arc<ApiClient>,
    page: Arc<ApiClientPage>,
}

struct ApiClientPage {
    organizations: Shared<Uuid, OrganizationNode>,
    secrets: Shared<Uuid, Vec<ApiClientSecret>>,
}

fn nodes(clients: impl IntoIterator<Item = ApiClient>) -> Vec<ApiClientNode> {
    let clients: Vec<Arc<ApiClient>> = clients.into_iter().map(Arc::new).collect();
    let page = Arc::new(ApiClientPage {
        organizations: Arc::new(Batch::new(clients.iter().filter_map(|row| row.organization_id))),
        secrets: Arc::new(Batch::new(clients.iter().map(|row| row.id))),
    });
    let node = |client| ApiClientNode { client, page: Arc::clone(&page) };
    clients.into_iter().map(node).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn client_nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, ApiClientNode>> {
    let rows = client_entity::Entity::visible_to(&ctx.scope())
        .filter(client_entity::Column::Id.is_in(ids))
        .all(ctx.db())
        .await?;
    Ok(nodes(rows).into_iter().map(|node| (node.client.id, node)).collect())
}

/// A secret of a client: when it was made, and until when it is good. The secret itself is shown once and kept nowhere.
#[derive(Clone, Debug, SimpleObject)]
struct ApiClientSecret {
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Until when it is good; without an end where nothing is said.
    expires_at: Option<DateTime<Utc>>,
}

async fn secrets(
    db: &impl ConnectionTrait,
    clients: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<ApiClientSecret>>> {
    let rows = secret_entity::Entity::visible_to(&Scope::Service)
        .filter(secret_entity::Column::ApiClientId.is_in(clients))
        .order_by_desc(secret_entity::Column::Id)
        .all(db)
        .await?;
    let secret = |row: secret_entity::Model| {
        let secret = ApiClientSecret { created_at: row.created_at, expires_at: row.expires_at };
        (row.api_client_id, secret)
    };
    Ok(grouped(rows.into_iter().map(secret)))
}

/// A program of a partner portal, which gets its tokens at `/oauth/token`.
#[Object(name = "ApiClient")]
impl ApiClientNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::ApiClient, self.client.id)
    }

    /// The name by which OAuth calls it.
    async fn client_id(&self) -> &str {
        &self.client.client_id
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.client.name
    }

    /// The organization that it speaks for.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<OrganizationNode>, Fault> {
        let Some(id) = self.client.organization_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| organizations::nodes_by_id(ctx, ids);
        Ok(self.page.organizations.get(&id, load).await?.cloned())
    }

    /// What it may do.
    async fn scopes(&self) -> Vec<ClientScope> {
        clients::scopes(&self.client.scopes)
    }

    /// Whether it gets in.
    async fn state(&self) -> ClientState {
        self.client.state
    }

    /// How many requests a minute it may send, at each node of the service; no bound of its own where nothing is said.
    async fn requests_per_minute(&self) -> Option<i32> {
        self.client.requests_per_minute
    }

    /// What its requests may cost a minute, at each node of the service, as `extensions.cost` counts; no bound of its
    /// own where nothing is said.
    async fn cost_per_minute(&self) -> Option<i32> {
        self.client.cost_per_minute
    }

    /// Its secrets, the newest first.
    async fn secrets(&self, ctx: &Context<'_>) -> Result<Vec<ApiClientSecret>, Fault> {
        let db = ctx.data_unchecked::<Ctx>().db();
        let secrets = self.page.secrets.get(&self.client.id, |ids| secrets(db, ids)).await?;
        Ok(secrets.cloned().unwrap_or_default())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.client.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.client.updated_at
    }

    /// The version, which a change must name.
    async fn version(&self) -> i32 {
        self.client.version
    }
}

connection!(
    ApiClientConnection,
    ApiClientEdge,
    ApiClientNode,
    "A page of partner portals' programs.",
    "A partner portal's program in a list, with its cursor."
);

/// Which programs are wanted.
#[derive(Debug, Default, InputObject)]
struct ApiClientFilter {
    /// In one of these states.
    states: Option<Vec<ClientState>>,
    /// With one of these client ids.
    client_ids: Option<Vec<String>>,
}

/// The entry points to the programs of partner portals.
#[derive(Default)]
pub struct ApiClientQuery;

#[Object]
impl ApiClientQuery {
    /// The program with this id. Only who keeps them may ask.
    async fn api_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<ApiClientNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        access::check_at_all(&ctx.viewer, Action::KeepClients)?;
        let id = GlobalId::decode_as("id", &id, NodeKind::ApiClient)?;
        Ok(node(ctx, id).await?)
    }

    /// The programs of partner portals, in the order in which they were made. Only who keeps them may ask.
    async fn api_clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which programs; all where nothing is said.")] filter: Option<
            ApiClientFilter,
        >,
    ) -> Result<ApiClientConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        access::check_at_all(&ctx.viewer, Action::KeepClients)?;
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let mut select = client_entity::Entity::visible_to(&ctx.scope());
        let filter = filter.unwrap_or_default();
        if let Some(states) = filter.states {
            select = select.filter(client_entity::Column::State.is_in(states));
        }
        if let Some(ids) = filter.client_ids {
            select = select.filter(client_entity::Column::ClientId.is_in(ids));
        }
        let keyset = Keyset {
            name: "apiClients",
            column: client_entity::Column::Id,
            id: client_entity::Column::Id,
            descending: false,
            place: |row: &ApiClient| (Place::Id, row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(ApiClientConnection::new(slice, count, nodes))
    }
}

/// A program that is to be made.
#[derive(InputObject)]
struct CreateApiClientInput {
    /// What people call it.
    name: String,
    /// The organization that it speaks for.
    organization_id: Option<ID>,
    /// What it may do.
    scopes: Vec<ClientScope>,
    /// How many requests a minute it may send, at each node of the service; no bound of its own where nothing is said.
    requests_per_minute: Option<i32>,
    /// What its requests may cost a minute, at each node of the service; no bound of its own where nothing is said.
    cost_per_minute: Option<i32>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// What is to be otherwise about a program.
#[derive(InputObject)]
struct ChangeApiClientInput {
    /// The program.
    api_client_id: ID,
    /// The version that was read.
    version: i32,
    /// What people call it; as it is where nothing is said.
    name: Option<String>,
    /// The organization that it speaks for; as it is where nothing is said, none where it is null.
    organization_id: MaybeUndefined<ID>,
    /// What it may do, all of it; as it is where nothing is said.
    scopes: Option<Vec<ClientScope>>,
    /// Requests a minute; as it is where nothing is said, no bound of its own where it is null.
    requests_per_minute: MaybeUndefined<i32>,
    /// Cost a minute; as it is where nothing is said, no bound of its own where it is null.
    cost_per_minute: MaybeUndefined<i32>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// Whose secret is to be replaced.
#[derive(InputObject)]
struct RotateApiClientSecretInput {
    /// The program.
    api_client_id: ID,
    /// The version that was read.
    version: i32,
    /// End the present secrets at once, and not after the overlap that the service is set to. Tokens that were granted
    /// for them end when they end: to end those too, disable the program.
    #[graphql(default)]
    at_once: bool,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// A program, as it was read.
#[derive(InputObject)]
struct ApiClientInput {
    /// The program.
    api_client_id: ID,
    /// The version that was read.
    version: i32,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

fn organization(id: &ID) -> Result<Uuid> {
    GlobalId::decode_as("organizationId", id, NodeKind::Organization)
}

fn maybe<T, U>(
    value: MaybeUndefined<T>,
    read: impl FnOnce(T) -> Result<U>,
) -> Result<Option<Option<U>>> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(value) => Ok(Some(Some(read(value)?))),
    }
}

impl CreateApiClientInput {
    fn read(self) -> Result<NewClient> {
        Ok(NewClient {
            name: self.name,
            organization: self.organization_id.as_ref().map(organization).transpose()?,
            scopes: self.scopes,
            requests_per_minute: self.requests_per_minute,
            cost_per_minute: self.cost_per_minute,
        })
    }
}

impl ChangeApiClientInput {
    fn read(self) -> Result<ClientChange> {
        Ok(ClientChange {
            name: self.name,
            organization: maybe(self.organization_id, |id| organization(&id))?,
            scopes: self.scopes,
            requests_per_minute: maybe(self.requests_per_minute, Ok)?,
            cost_per_minute: maybe(self.cost_per_minute, Ok)?,
        })
    }
}

payload!(ApiClientPayload { api_client: ApiClientNode = "the program as it is now." });

/// What came of a change that gives a program a secret.
#[derive(SimpleObject)]
struct ApiClientSecretPayload {
    /// The program as it is now.
    api_client: Option<ApiClientNode>,
    /// The secret: shown this once and kept nowhere. It is absent where the same change is sent a second time.
    client_secret: Option<String>,
    /// Why nothing was changed; empty where it was.
    user_errors: Vec<UserError>,
    /// The revision of the change: given to `search(atLeast:)`, it waits until the change is found.
    revision: Option<RevisionScalar>,
    /// The id that the client gave to this change.
    client_mutation_id: Option<String>,
}

impl ApiClientSecretPayload {
    fn new(
        answered: Answered<ApiClientNode>,
        client_secret: Option<String>,
        client_mutation_id: Option<String>,
    ) -> Self {
        let Answered { node: api_client, user_errors, revision } = answered;
        Self { api_client, client_secret, user_errors, revision, client_mutation_id }
    }
}

/// Takes the secret out of an outcome, so that the rest is one like any other.
fn apart(outcome: Result<(Done, String)>) -> (Result<Done>, Option<String>) {
    match outcome {
        Ok((done, secret)) => (Ok(done), Some(secret)),
        Err(error) => (Err(error), None),
    }
}

/// Keeping the programs of partner portals.
#[derive(Default)]
pub struct ApiClientMutation;

#[Object]
impl ApiClientMutation {
    /// Makes a program of a partner portal. Its secret is shown this once.
    async fn create_api_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it is called, and what it may do.")] input: CreateApiClientInput,
    ) -> Result<ApiClientSecretPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let outcome = match input.read() {
            Ok(new) => rules::create(ctx, new).await,
            Err(fault) => Err(fault),
        };
        let (outcome, secret) = apart(outcome);
        let refused = Entry::new("createApiClient");
        let answered =
            answered(ctx, refused, None, outcome, async |id| node(ctx, id).await).await?;
        Ok(ApiClientSecretPayload::new(answered, secret, client_mutation_id))
    }

    /// Changes a program: its name, what it speaks for, what it may do, its budgets.
    async fn change_api_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and what is to be otherwise.")] input: ChangeApiClientInput,
    ) -> Result<ApiClientPayload, Fault> {
        let asked = Asked::of(context, &input.api_client_id, input.client_mutation_id.clone())?;
        let version = input.version;
        let outcome = match input.read() {
            Ok(change) => rules::change_client(&asked.ctx, asked.id, version, change).await,
            Err(fault) => Err(fault),
        };
        asked.answer("changeApiClient", outcome).await
    }

    /// Gives a program a new secret, shown this once. The present one stays good for a while beside it.
    async fn rotate_api_client_secret(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose.")] input: RotateApiClientSecretInput,
    ) -> Result<ApiClientSecretPayload, Fault> {
        let asked = Asked::of(context, &input.api_client_id, input.client_mutation_id)?;
        let outcome = rules::rotate(&asked.ctx, asked.id, input.version, input.at_once).await;
        let (outcome, secret) = apart(outcome);
        let client_mutation_id = asked.client_mutation_id.clone();
        let answered = asked.answered("rotateApiClientSecret", outcome).await?;
        Ok(ApiClientSecretPayload::new(answered, secret, client_mutation_id))
    }

    /// Keeps a program out: every token that it has ends at once.
    async fn disable_api_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApiClientInput,
    ) -> Result<ApiClientPayload, Fault> {
        let asked = Asked::of(context, &input.api_client_id, input.client_mutation_id)?;
        asked.put("disableApiClient", input.version, ClientState::Disabled).await
    }

    /// Lets a program in again.
    async fn enable_api_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApiClientInput,
    ) -> Result<ApiClientPayload, Fault> {
        let asked = Asked::of(context, &input.api_client_id, input.client_mutation_id)?;
        asked.put("enableApiClient", input.version, ClientState::Active).await
    }
}

/// A mutation about one program.
struct Asked {
    ctx: Ctx,
    id: Uuid,
    client_mutation_id: Option<String>,
}

impl Asked {
    fn of(context: &Context<'_>, id: &ID, client_mutation_id: Option<String>) -> Result<Self> {
        let ctx = context.data_unchecked::<Ctx>();
        let id = GlobalId::decode_as("apiClientId", id, NodeKind::ApiClient)?;
        let ctx = ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        Ok(Self { ctx, id, client_mutation_id })
    }

    async fn put(
        self,
        action: &'static str,
        version: i32,
        state: ClientState,
    ) -> Result<ApiClientPayload, Fault> {
        let outcome = rules::change_state(&self.ctx, action, self.id, version, state).await;
        self.answer(action, outcome).await
    }

    async fn answer(
        self,
        action: &'static str,
        outcome: Result<Done>,
    ) -> Result<ApiClientPayload, Fault> {
        let client_mutation_id = self.client_mutation_id.clone();
        Ok(ApiClientPayload::new(self.answered(action, outcome).await?, client_mutation_id))
    }

    async fn answered(
        self,
        action: &'static str,
        outcome: Result<Done>,
    ) -> Result<Answered<ApiClientNode>, Fault> {
        let refused = Entry::new(action).of(NodeKind::ApiClient, self.id);
        let load = async |id| node(&self.ctx, id).await;
        answered(&self.ctx, refused, Some(self.id), outcome, load).await
    }
}

async fn node(ctx: &Ctx, id: Uuid) -> Result<Option<ApiClientNode>> {
    Ok(client_nodes_by_id(ctx, vec![id]).await?.remove(&id))
}
