//! Keeping the programs of partner portals: making them, changing what they may do, replacing their secrets, keeping
//! them out and letting them in again.
//!
//! The steps with a database alone know no viewer, so that the command line takes the same ones; above them stand those
//! of a viewer, who must keep the clients.

use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter as _, Set, entity::prelude::*};

use super::{
    ApiClient, ClientState, NewClient, client_entity,
    clients::{self, checked_budget, checked_name, checked_scopes, replace_secret, stored},
};
use crate::{
    access::{self, Action, ClientScope, Guarded, Scope},
    app::Ctx,
    audit::Entry,
    change::{Change, check_version, update_at},
    error::{Done, Error, Result, RuleCode},
    ids::NodeKind,
    language::Text,
    organizations,
};

/// What is to be otherwise about a client; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientChange {
    /// What people call it.
    pub(super) name: Option<String>,
    /// The organization that it speaks for; none any more where it is given as nothing.
    pub(super) organization: Option<Option<Uuid>>,
    /// What it may do.
    pub(super) scopes: Option<Vec<ClientScope>>,
    /// Requests a minute; no bound of its own where it is given as nothing.
    pub(super) requests_per_minute: Option<Option<i32>>,
    /// Cost a minute; no bound of its own where it is given as nothing.
    pub(super) cost_per_minute: Option<Option<i32>>,
}

/// Lets a client in or keeps it out; kept out, every token that it has ends at once and stays ended.
///
/// # Errors
/// [`Error::Rule`] where it is so already.
pub async fn put_state(
    db: &impl ConnectionTrait,
    client: &ApiClient,
    state: ClientState,
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if client.state == state {
        let reason = match state {
            ClientState::Active => Text::new("the client gets in already", "该客户端已启用"),
            ClientState::Disabled => Text::new("the client is kept out already", "该客户端已停用"),
        };
        return Err(Error::rule(RuleCode::WrongState, "apiClientId", reason));
    }
    let mut row = client_entity::ActiveModel { state: Set(state), ..Default::default() };
    if state == ClientState::Disabled {
        // Tokens count in whole seconds: one of this second is meant too.
        row.tokens_valid_from = Set(now + chrono::Duration::seconds(1));
    }
    save(db, client, row, by, now).await
}

/// A new secret; the present ones are good for the overlap and no longer. Gives the new one.
pub async fn rotate_secret(
    db: &impl ConnectionTrait,
    client: &ApiClient,
    overlap: chrono::Duration,
    by: &str,
    now: DateTime<Utc>,
) -> Result<String> {
    save(db, client, <client_entity::ActiveModel as Default>::default(), by, now).await?;
    let until = now.checked_add_signed(overlap).unwrap_or(DateTime::<Utc>::MAX_UTC);
    replace_secret(db, client.id, until, now).await
}

/// All clients, in the order in which they were made.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<ApiClient>> {
    use sea_orm::QueryOrder as _;
    let clients = client_entity::Entity::visible_to(&Scope::Service);
    Ok(clients.order_by_asc(client_entity::Column::Id).all(db).await?)
}

async fn save(
    db: &impl ConnectionTrait,
    client: &ApiClient,
    changed: client_entity::ActiveModel,
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    use client_entity::Column;
    let row = client_entity::ActiveModel {
        version: Set(client.version + 1),
        updated_at: Set(now),
        updated_by: Set(Some(by.to_owned())),
        ..changed
    };
    update_at(db, (Column::Id, client.id), (Column::Version, client.version), row).await
}

/// Makes a client. Gives its secret, which is kept nowhere.
pub(super) async fn create(ctx: &Ctx, new: NewClient) -> Result<(Done, String)> {
    check_keeper(ctx)?;
    check_organization(ctx, new.organization).await?;
    let mut change = Change::begin(ctx).await?;
    let (client, secret) = clients::add(&*change, new, &change.actor(), ctx.now()).await?;
    let scopes = clients::scopes(&client.scopes);
    let scopes: Vec<&str> = scopes.into_iter().map(ClientScope::as_str).collect();
    let entry = Entry::new("createApiClient").of(NodeKind::ApiClient, client.id);
    change.audit(entry.saying(scopes.join(" ")));
    Ok((change.commit(client.id).await?, secret))
}

/// Changes a client. What it may do counts from its next request on, whatever its token says.
pub(super) async fn change_client(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    wanted: ClientChange,
) -> Result<Done> {
    check_keeper(ctx)?;
    let mut row = <client_entity::ActiveModel as Default>::default();
    if let Some(name) = &wanted.name {
        row.name = Set(checked_name(name)?);
    }
    if let Some(organization) = wanted.organization {
        check_organization(ctx, organization).await?;
        row.organization_id = Set(organization);
    }
    if let Some(scopes) = wanted.scopes {
        row.scopes = Set(stored(&checked_scopes(scopes)?));
    }
    if let Some(budget) = wanted.requests_per_minute {
        row.requests_per_minute = Set(checked_budget("requestsPerMinute", budget)?);
    }
    if let Some(budget) = wanted.cost_per_minute {
        row.cost_per_minute = Set(checked_budget("costPerMinute", budget)?);
    }
    let mut change = Change::begin(ctx).await?;
    let client = present(&change, id, version).await?;
    save(&*change, &client, row, &change.actor(), ctx.now()).await?;
    change.audit(Entry::new("changeApiClient").of(NodeKind::ApiClient, id));
    change.commit(id).await
}

/// A new secret beside the present ones, which end with the overlap that the settings say, or `at_once`.
pub(super) async fn rotate(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    at_once: bool,
) -> Result<(Done, String)> {
    check_keeper(ctx)?;
    let overlap = match at_once {
        true => chrono::Duration::zero(),
        false => ctx.app.accounts.secret_overlap(),
    };
    let mut change = Change::begin(ctx).await?;
    let client = present(&change, id, version).await?;
    let secret = rotate_secret(&*change, &client, overlap, &change.actor(), ctx.now()).await?;
    change.audit(Entry::new("rotateApiClientSecret").of(NodeKind::ApiClient, id));
    Ok((change.commit(id).await?, secret))
}

/// Lets a client in or keeps it out. `action` is the name of the mutation.
pub(super) async fn change_state(
    ctx: &Ctx,
    action: &'static str,
    id: Uuid,
    version: i32,
    state: ClientState,
) -> Result<Done> {
    check_keeper(ctx)?;
    let mut change = Change::begin(ctx).await?;
    let client = present(&change, id, version).await?;
    put_state(&*change, &client, state, &change.actor(), ctx.now()).await?;
    change.audit(Entry::new(action).of(NodeKind::ApiClient, id).saying(state.to_value()));
    change.commit(id).await
}

fn check_keeper(ctx: &Ctx) -> Result<()> {
    access::check_at_all(&ctx.viewer, Action::KeepClients)
}

async fn present(change: &Change<'_>, id: Uuid, version: i32) -> Result<ApiClient> {
    let client = client_entity::Entity::visible_to(&Scope::Service)
        .filter(client_entity::Column::Id.eq(id))
        .one(&**change)
        .await?
        .ok_or(Error::NotFound)?;
    check_version(client.version, version)?;
    Ok(client)
}

async fn check_organization(ctx: &Ctx, id: Option<Uuid>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    if organizations::by_ids(ctx.db(), vec![id]).await?.contains_key(&id) {
        return Ok(());
    }
    let reason = Text::new("there is no organization with this id", "没有该标识对应的机构");
    Err(Error::invalid("organizationId", reason))
}
