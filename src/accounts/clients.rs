//! The programs of partner portals: OAuth 2 client credentials (RFC 6749, section 4.4).
//!
//! A secret is shown once and stored as a digest. Two may be good at once for a while, so that a portal can change over
//! without a gap. A token ends with the client: whoever is disabled is out with the next request.

use chrono::{DateTime, Utc};
use sea_orm::{Condition, IntoActiveModel as _, QueryFilter, entity::prelude::*};
use serde_json::Value;

use super::{Accounts, ApiClient, ClientState, Subject, client_entity, passwords, secret_entity};
use crate::{
    access::{ClientScope, Guarded, Scope},
    db::Database,
    error::{Error, Result},
    ids::{new_id, spoken_number},
    language::Text,
};

/// A client that is to be made.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// What people call it.
    pub name: String,
    /// The organization that it speaks for.
    pub organization: Option<Uuid>,
    /// What it may do.
    pub scopes: Vec<ClientScope>,
    /// Requests a minute; no bound of its own where nothing is said.
    pub requests_per_minute: Option<i32>,
    /// Cost a minute; no bound of its own where nothing is said.
    pub cost_per_minute: Option<i32>,
}

/// The scopes of a row.
pub fn scopes(stored: &Value) -> Vec<ClientScope> {
    crate::json::texts(stored).iter().filter_map(|name| ClientScope::parse(name)).collect()
}

/// Scopes as OAuth writes them, apart by spaces; what is none of ours is passed over.
pub(super) fn parse_scopes(text: &str) -> Vec<ClientScope> {
    text.split(' ').filter_map(ClientScope::parse).collect()
}

pub(super) fn stored(scopes: &[ClientScope]) -> Value {
    scopes.iter().map(|scope| scope.as_str()).collect()
}

/// Makes a client. Gives it with its secret, which is not kept.
///
/// # Errors
/// [`Error::Invalid`] for a name that is none, for no scopes, for a budget below one.
pub async fn add(
    db: &impl ConnectionTrait,
    new: NewClient,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(ApiClient, String)> {
    let id = new_id();
    let client = ApiClient {
        id,
        version: 1,
        created_at: now,
        created_by: Some(by.to_owned()),
        updated_at: now,
        updated_by: Some(by.to_owned()),
        client_id: spoken_number("zj", id).to_lowercase(),
        name: checked_name(&new.name)?,
        organization_id: new.organization,
        scopes: stored(&checked_scopes(new.scopes)?),
        state: ClientState::Active,
        requests_per_minute: checked_budget("requestsPerMinute", new.requests_per_minute)?,
        cost_per_minute: checked_budget("costPerMinute", new.cost_per_minute)?,
        tokens_valid_from: now,
    };
    let row = client.clone().into_active_model();
    client_entity::Entity::insert(row).exec_without_returning(db).await?;
    let secret = add_secret(db, id, now).await?;
    Ok((client, secret))
}

pub(super) fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        let reason = Text::new("a name has 1 to 200 characters", "名称为 1 至 200 个字");
        return Err(Error::invalid("name", reason));
    }
    Ok(name.to_owned())
}

pub(super) fn checked_scopes(mut scopes: Vec<ClientScope>) -> Result<Vec<ClientScope>> {
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        let reason = Text::new("name at least one scope", "请至少指定一个权限范围");
        return Err(Error::invalid("scopes", reason));
    }
    Ok(scopes)
}

pub(super) fn checked_budget(field: &'static str, budget: Option<i32>) -> Result<Option<i32>> {
    match budget {
        Some(budget) if budget < 1 => {
            let reason = Text::new("a budget is 1 or more", "限额应为 1 或更大");
            Err(Error::invalid(field, reason))
        }
        budget => Ok(budget),
    }
}

/// A new secret beside those that there are.
async fn add_secret(db: &impl ConnectionTrait, client: Uuid, now: DateTime<Utc>) -> Result<String> {
    let secret = passwords::random_secret(passwords::SecretKind::Client);
    let row = secret_entity::Model {
        id: new_id(),
        api_client_id: client,
        digest: passwords::digest(&secret),
        created_at: now,
        expires_at: None,
    };
    secret_entity::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(secret)
}

/// A new secret; the present ones are good until an instant and no longer. Gives the new one.
pub(super) async fn replace_secret(
    db: &impl ConnectionTrait,
    client: Uuid,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<String> {
    use secret_entity::{Column, Entity};
    Entity::delete_many()
        .filter(Column::ApiClientId.eq(client))
        .filter(Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    // One that ends before then already is not prolonged.
    let lasting =
        Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(until));
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(Some(until)))
        .filter(Column::ApiClientId.eq(client))
        .filter(lasting)
        .exec(db)
        .await?;
    add_secret(db, client, now).await
}

/// Finds a client by the name that OAuth calls it by.
pub async fn by_client_id(db: &impl ConnectionTrait, client_id: &str) -> Result<Option<ApiClient>> {
    let client = client_entity::Entity::visible_to(&Scope::Service)
        .filter(client_entity::Column::ClientId.eq(client_id));
    Ok(client.one(db).await?)
}

/// What people call clients, by id.
pub async fn names(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<std::collections::HashMap<Uuid, String>> {
    let clients = client_entity::Entity::visible_to(&Scope::Service)
        .filter(client_entity::Column::Id.is_in(ids));
    Ok(clients.all(db).await?.into_iter().map(|client| (client.id, client.name)).collect())
}

/// What a client is granted.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The access token.
    pub token: String,
    /// For how long it is good.
    pub lasts: chrono::Duration,
    /// What it allows, as OAuth writes it.
    pub scope: String,
}

/// Why a client was granted nothing (RFC 6749, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantRefused {
    /// Unknown, disabled, or the wrong secret: never told apart.
    InvalidClient,
    /// A scope that the client does not have.
    InvalidScope,
}

impl Accounts {
    /// Grants a client an access token for its secret.
    pub async fn grant(
        &self,
        db: &Database,
        client_id: &str,
        secret: &str,
        scope: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Result<Grant, GrantRefused>> {
        let client = by_client_id(db.read(), client_id).await?;
        let id = client.as_ref().map(|client| client.id).unwrap_or_default();
        let secrets = secret_entity::Entity::visible_to(&Scope::Service)
            .filter(secret_entity::Column::ApiClientId.eq(id))
            .all(db.read())
            .await?;
        let live = |row: &&secret_entity::Model| row.expires_at.is_none_or(|at| at > now);
        // All are compared, so that the time does not tell which.
        let right = secrets
            .iter()
            .filter(live)
            .fold(false, |right, row| passwords::has_digest(secret, &row.digest) | right);
        let client = client.filter(|client| right && client.state == ClientState::Active);
        let Some(client) = client else { return Ok(Err(GrantRefused::InvalidClient)) };
        let granted = scopes(&client.scopes);
        let asked = match scope.map(str::trim).filter(|scope| !scope.is_empty()) {
            None => granted,
            Some(scope) => {
                let names: Vec<&str> = scope.split_ascii_whitespace().collect();
                let asked: Vec<ClientScope> =
                    names.iter().filter_map(|name| ClientScope::parse(name)).collect();
                if asked.len() != names.len() || asked.iter().any(|it| !granted.contains(it)) {
                    return Ok(Err(GrantRefused::InvalidScope));
                }
                asked
            }
        };
        let scope = asked.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
        let ends_at = now + self.settings.client_token_life;
        let subject = Subject::Client { id: client.id, scope: scope.clone() };
        let token = self.issue(db, subject, now, ends_at).await?;
        Ok(Ok(Grant { token, lasts: self.settings.client_token_life, scope }))
    }
}
