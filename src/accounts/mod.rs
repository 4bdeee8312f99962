//! Who gets in: the register of members, their sessions, and the programs of partner portals.
//!
//! Only active members who have signed the undertaking get in, and every request looks that up: whoever leaves is out
//! with the next request. An access token is short-lived and says nothing but who it is for; what they may see and do is
//! never written in it.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use sea_orm::{QueryFilter, entity::prelude::*};

use crate::{
    access::{ClientIdentity, Guarded, Scope},
    db::Database,
    error::Result,
    ids::new_id,
    kept::Kept,
    vault::Vault,
};
use tokens::{Claims, KeyRing, SubjectKind};

mod administration;
pub(crate) mod area_entity;
mod budgets;
mod client_administration;
pub(crate) mod client_entity;
mod client_graphql;
mod clients;
pub(crate) mod failure_entity;
mod graphql;
mod identify;
pub(crate) mod key_entity;
mod keys;
pub(crate) mod member_entity;
mod member_graphql;
mod passwords;
pub(crate) mod place_entity;
mod posts;
pub(crate) mod refresh_entity;
mod register;
mod register_graphql;
pub(crate) mod secret_entity;
pub(crate) mod session_entity;
mod session_graphql;
mod sessions;
mod signing;
mod sso;
mod states;
pub(crate) mod terms;
mod throttle;
mod tokens;

pub use client_administration::{all as all_clients, put_state as put_client_state, rotate_secret};
pub use client_entity::Model as ApiClient;
pub use client_graphql::{ApiClientMutation, ApiClientNode, ApiClientQuery, client_nodes_by_id};
pub use clients::{
    Grant, GrantRefused, NewClient, add as add_client, by_client_id, names as client_names, scopes,
};
pub use graphql::AccountMutation;
pub use identify::role_of;
pub use member_entity::Model as Member;
pub use member_graphql::{MemberNode, nodes_by_id};
pub use passwords::random_password;
pub use posts::{Post, district_of};
pub use register::{
    Checked, Enrolment, PlaceCodes, active_publishers, all as all_members, by_login, enrol,
    new_hash,
};
pub use register_graphql::{RegisterMutation, RegisterQuery};
pub use session_graphql::{SessionMutation, SessionQuery};
pub use sessions::{Tokens, begin};
pub use signing::{has_keys, reseal, rotate};
pub use sso::{
    ClientSecret, ClientSettings, Departure, IssuerFault, IssuerTokens, Secrets, Sso, SsoSettings,
};
pub use states::{Step, put_password, sign_undertaking, step};
pub use terms::{ClientState, Employment, MemberState};

/// How accounts work.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer that our tokens name: the address of the service.
    pub issuer: String,
    /// The audience that our tokens name.
    pub audience: String,
    /// How long an access token of a member is good.
    pub access_life: Duration,
    /// How long a refresh token is good.
    pub refresh_life: Duration,
    /// How long a session lasts at most.
    pub session_life: Duration,
    /// How long an access token of a client is good.
    pub client_token_life: Duration,
    /// How long a client's former secret is good beside the new one.
    pub secret_overlap: Duration,
    /// Whether the roles in the tokens of the configured issuer decide.
    pub sso_decides_roles: bool,
}

impl Settings {
    /// How long the longest-lived token is good; a key verifies for that long after its last.
    fn longest_token_life(&self) -> Duration {
        self.access_life.max(self.client_token_life)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            issuer: "http://127.0.0.1:8080".to_owned(),
            audience: "zhanjian".to_owned(),
            access_life: Duration::minutes(10),
            refresh_life: Duration::hours(12),
            session_life: Duration::days(7),
            client_token_life: Duration::minutes(30),
            secret_overlap: Duration::days(7),
            sso_decides_roles: false,
        }
    }
}

/// What the process knows of accounts beside the database.
pub struct Accounts {
    settings: Settings,
    vault: Vault,
    kept: signing::Kept,
    sso: Option<Sso>,
    budgets: budgets::Budgets,
    /// The codes of all districts, which those see whose role reaches all of them.
    districts: Kept<Vec<String>>,
}

impl Accounts {
    /// Makes the first signing key where there is none.
    pub async fn open(
        db: &Database,
        vault: Vault,
        settings: Settings,
        sso: Option<Sso>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        signing::ensure(db, &vault, now).await?;
        let accounts = Self {
            settings,
            vault,
            kept: signing::Kept::default(),
            sso,
            budgets: budgets::Budgets::default(),
            districts: Kept::default(),
        };
        // A node that has other master keys than the rest is told at the start, not at the first sign-in.
        accounts.ring(db, true).await?;
        Ok(accounts)
    }

    /// Whose tokens are accepted beside our own, where any are.
    pub fn sso(&self) -> Option<&Sso> {
        self.sso.as_ref()
    }

    async fn ring(&self, db: &Database, anew: bool) -> Result<Arc<KeyRing>> {
        self.kept.get(db, &self.vault, &self.settings, anew).await
    }

    /// The public halves of the keys that verify our tokens (RFC 7517, section 5).
    pub async fn jwks(&self, db: &Database, now: DateTime<Utc>) -> Result<serde_json::Value> {
        Ok(self.ring(db, false).await?.jwks(now))
    }

    /// Counts a request of a partner portal's program.
    ///
    /// # Errors
    /// [`crate::error::Error::TooMany`] where it has sent too many within a minute.
    pub fn count_request(&self, client: &ClientIdentity) -> Result<()> {
        self.budgets.request(client)
    }

    /// Counts what a request of a partner portal's program costs, before it is executed.
    ///
    /// # Errors
    /// [`crate::error::Error::TooMany`] where its requests have cost too much within a minute;
    /// [`crate::error::Error::TooComplex`] where this one alone costs more than a minute allows.
    pub fn count_cost(&self, client: &ClientIdentity, cost: u64) -> Result<()> {
        self.budgets.cost(client, cost)
    }

    /// How long a client's former secret is good beside a new one.
    pub fn secret_overlap(&self) -> Duration {
        self.settings.secret_overlap
    }

    /// A token for somebody, from now until it ends.
    async fn issue(
        &self,
        db: &Database,
        subject: Subject,
        now: DateTime<Utc>,
        ends_at: DateTime<Utc>,
    ) -> Result<String> {
        let (kind, id, session, scope) = match subject {
            Subject::Member { id, session } => {
                (SubjectKind::Member, id, Some(session), String::new())
            }
            Subject::Client { id, scope } => (SubjectKind::Client, id, None, scope),
        };
        let claims = Claims {
            iss: self.settings.issuer.clone(),
            aud: self.settings.audience.clone(),
            sub: id.simple().to_string(),
            sid: session.map(|id| id.simple().to_string()),
            jti: new_id().simple().to_string(),
            iat: now,
            // The clocks of several nodes differ a little.
            nbf: now - Duration::seconds(5),
            exp: ends_at,
            kind,
            scope,
        };
        self.ring(db, false).await?.issue(&claims)
    }
}

/// Whom a token is issued to.
enum Subject {
    Member { id: Uuid, session: Uuid },
    Client { id: Uuid, scope: String },
}

/// Loads the members among these that a scope shows, by id.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Member>> {
    let rows =
        member_entity::Entity::visible_to(scope).filter(member_entity::Column::Id.is_in(ids));
    Ok(rows.all(db).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds a member.
pub async fn by_id(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Member>> {
    let member =
        member_entity::Entity::visible_to(&Scope::Service).filter(member_entity::Column::Id.eq(id));
    Ok(member.one(db).await?)
}
