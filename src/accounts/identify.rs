//! From a token to who is asking, as the register says it now.

use std::{num::NonZeroU32, sync::Arc};

use chrono::{DateTime, Utc};
use sea_orm::{Iterable as _, JoinType, QueryFilter, QuerySelect, entity::prelude::*};
use tracing::debug;

use super::{
    Accounts, ClientState, Member, MemberState, client_entity, clients, member_entity,
    session_entity,
    tokens::{Claims, Refused, SubjectKind},
};
use crate::{
    access::{ClientIdentity, Guarded, Identity, MemberIdentity, PlaceOf, Role, Scope},
    db::Database,
    error::{Error, Result},
    stations,
};

/// Whether the register lets a member in.
pub(super) fn may_enter(member: &Member) -> bool {
    member.state == MemberState::Active && member.undertaking_signed_on.is_some()
}

impl Accounts {
    /// Who a bearer token stands for.
    ///
    /// # Errors
    /// [`Error::SignInEnded`] for every token that is no good, whatever the reason; the reason is in the log.
    pub async fn identify(
        &self,
        db: &Database,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Identity> {
        let refused = |reason: &dyn std::fmt::Debug| {
            debug!(?reason, "a bearer token was refused");
            Error::SignInEnded
        };
        match self.verify(db, token, now).await? {
            Ok(claims) => {
                self.of_claims(db, &claims).await?.ok_or_else(|| refused(&"not on the register"))
            }
            Err(reason) => match &self.sso {
                Some(sso) => match sso.verify(token, now).await {
                    Ok(identity) => {
                        let known = self.of_issuer(db, &identity).await?;
                        known.ok_or_else(|| refused(&"not on the register"))
                    }
                    Err(sso_reason) => Err(refused(&(reason, sso_reason))),
                },
                None => Err(refused(&reason)),
            },
        }
    }

    /// The claims of a token of our own. A key that is not known may be new, from another node.
    async fn verify(
        &self,
        db: &Database,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Result<Claims, Refused>> {
        let verified = self.ring(db, false).await?.verify(token, now);
        if !matches!(verified, Err(Refused::UnknownKey)) {
            return Ok(verified);
        }
        Ok(self.ring(db, true).await?.verify(token, now))
    }

    async fn of_claims(&self, db: &Database, claims: &Claims) -> Result<Option<Identity>> {
        let Ok(id) = Uuid::try_parse(&claims.sub) else { return Ok(None) };
        let ends_at = claims.exp;
        match claims.kind {
            SubjectKind::Member => {
                let Some(session) = claims.sid.as_deref().and_then(|id| Uuid::try_parse(id).ok())
                else {
                    return Ok(None);
                };
                // Session and member in one statement: every request pays for it.
                let found = session_entity::Entity::visible_to(&Scope::Service)
                    .filter(session_entity::Column::Id.eq(session))
                    .filter(session_entity::Column::MemberId.eq(id))
                    .filter(session_entity::Column::EndedAt.is_null())
                    .select_also(member_entity::Entity)
                    .join(JoinType::InnerJoin, to_member())
                    .one(db.read())
                    .await?;
                let Some((_, Some(member))) = found else { return Ok(None) };
                self.member_identity(db, member, None, Some(session), ends_at).await
            }
            SubjectKind::Client => {
                let client = client_entity::Entity::visible_to(&Scope::Service)
                    .filter(client_entity::Column::Id.eq(id))
                    .filter(client_entity::Column::State.eq(ClientState::Active))
                    .one(db.read())
                    .await?;
                let Some(client) = client else { return Ok(None) };
                if claims.iat.timestamp() < client.tokens_valid_from.timestamp() {
                    return Ok(None);
                }
                let granted = clients::scopes(&client.scopes);
                let scopes = clients::parse_scopes(&claims.scope).into_iter();
                let budget = |budget: Option<i32>| {
                    budget.and_then(|budget| NonZeroU32::new(u32::try_from(budget).ok()?))
                };
                let identity = ClientIdentity {
                    id,
                    name: client.name,
                    organization: client.organization_id,
                    scopes: scopes.filter(|scope| granted.contains(scope)).collect(),
                    requests_per_minute: budget(client.requests_per_minute),
                    cost_per_minute: budget(client.cost_per_minute),
                    ends_at,
                };
                Ok(Some(Identity::Client(Arc::new(identity))))
            }
        }
    }

    /// Who a token of the configured issuer stands for: the member whose login it names. The roles that the issuer
    /// claims decide which role it is, where they are configured; the place always comes from the register.
    async fn of_issuer(
        &self,
        db: &Database,
        identity: &super::sso::SsoIdentity,
    ) -> Result<Option<Identity>> {
        let login = super::register::normal_login(&identity.login);
        let member = member_entity::Entity::visible_to(&Scope::Service)
            .filter(member_entity::Column::Login.eq(login))
            .one(db.read())
            .await?;
        let Some(member) = member else { return Ok(None) };
        let role = if self.settings.sso_decides_roles {
            let roles = identity.roles.iter().filter_map(|name| role_of(name));
            // The first that the register has a place for; a claim alone opens no station.
            match roles.into_iter().find(|role| has_place(&member, *role)) {
                Some(role) => Some(role),
                None => return Ok(None),
            }
        } else {
            None
        };
        self.member_identity(db, member, role, None, identity.expires_at).await
    }

    /// A member as rights know them, if they may enter.
    async fn member_identity(
        &self,
        db: &Database,
        member: Member,
        role: Option<Role>,
        session: Option<Uuid>,
        ends_at: DateTime<Utc>,
    ) -> Result<Option<Identity>> {
        if !may_enter(&member) {
            return Ok(None);
        }
        let role = role.unwrap_or(member.role);
        let (mut station, mut district) = (None, None);
        if role.is_of_a_station() {
            let ids = member.station_id.into_iter().collect();
            let Some(row) = stations::by_ids(db.read(), ids).await?.into_values().next() else {
                return Ok(None);
            };
            district = place_of_district(db, row.district_id).await?;
            station = Some(PlaceOf { id: row.id, code: row.code });
        } else if let Some(id) = member.district_id {
            district = place_of_district(db, id).await?;
        }
        let districts = match role {
            Role::MunicipalOfficer => {
                let stamp = stations::district_stamp(db.read()).await?;
                let load = || stations::district_codes(db.read());
                self.districts.get(vec![stamp], load).await?.to_vec()
            }
            _ => Vec::new(),
        };
        Ok(Some(Identity::Member(Arc::new(MemberIdentity {
            id: member.id,
            name: member.name,
            role,
            station,
            district,
            organization: member.organization_id.filter(|_| role == Role::TechTransfer),
            districts,
            session,
            ends_at,
        }))))
    }
}

/// A role by the name that settings and files use.
pub fn role_of(name: &str) -> Option<Role> {
    Role::iter().find(|role| ActiveEnum::to_value(role) == name)
}

fn has_place(member: &Member, role: Role) -> bool {
    match role {
        Role::Staff | Role::Head => member.station_id.is_some(),
        Role::DistrictOfficer => member.district_id.is_some(),
        Role::TechTransfer => member.organization_id.is_some(),
        Role::MunicipalOfficer => member.role == Role::MunicipalOfficer,
        // Running the machine is given on the register alone.
        Role::Administrator => member.role == Role::Administrator,
    }
}

fn to_member() -> RelationDef {
    session_entity::Entity::belongs_to(member_entity::Entity)
        .from(session_entity::Column::MemberId)
        .to(member_entity::Column::Id)
        .into()
}

async fn place_of_district(db: &Database, id: Uuid) -> Result<Option<PlaceOf>> {
    let found = stations::districts(db.read(), vec![id]).await?;
    Ok(found.into_values().next().map(|row| PlaceOf { id: row.id, code: row.code }))
}
