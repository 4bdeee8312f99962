//! Who is asking, once it is known.

use std::{num::NonZeroU32, sync::Arc};

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    ClientScope, NETWORK, PARTNERS, Standing, client_token, district_bureau, district_token,
    municipal_bureau, organization_token, station_token,
};

/// What a member of the register is there for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum Role {
    /// Answers questions at a station.
    Staff,
    /// Heads a station.
    Head,
    /// An officer of a district bureau.
    DistrictOfficer,
    /// An officer of the municipal level.
    MunicipalOfficer,
    /// Publishes what a university or hospital offers.
    TechTransfer,
    /// Runs the service.
    Administrator,
}

impl Role {
    /// The column of the table of rights.
    pub fn standing(self) -> Standing {
        match self {
            Self::Staff => Standing::Staff,
            Self::Head => Standing::Head,
            Self::DistrictOfficer => Standing::DistrictOfficer,
            Self::MunicipalOfficer => Standing::MunicipalOfficer,
            Self::TechTransfer => Standing::TechTransfer,
            Self::Administrator => Standing::Administrator,
        }
    }

    /// Whether people of this role belong to a station.
    pub fn is_of_a_station(self) -> bool {
        matches!(self, Self::Staff | Self::Head)
    }
}

/// A station or a district as rights know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceOf {
    /// Which one.
    pub id: Uuid,
    /// Its code.
    pub code: String,
}

/// A member of the register who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberIdentity {
    /// Which member.
    pub id: Uuid,
    /// What people call them.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    /// The station of staff and heads.
    pub station: Option<PlaceOf>,
    /// The district: of the station, or of the bureau.
    pub district: Option<PlaceOf>,
    /// The organization of a tech-transfer office.
    pub organization: Option<Uuid>,
    /// The codes of all districts, where the role reaches all of them.
    pub districts: Vec<String>,
    /// The session, where one was begun here; a token of another issuer has none.
    pub session: Option<Uuid>,
    /// When the token ends.
    pub ends_at: DateTime<Utc>,
}

/// A partner portal's program that has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientIdentity {
    /// Which client.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The organization that it speaks for.
    pub organization: Option<Uuid>,
    /// What it may do.
    pub scopes: Vec<ClientScope>,
    /// How many requests a minute it may send, where that is bounded.
    pub requests_per_minute: Option<NonZeroU32>,
    /// What its requests may cost a minute, where that is bounded.
    pub cost_per_minute: Option<NonZeroU32>,
    /// When the token ends.
    pub ends_at: DateTime<Utc>,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nobody signed in.
    Anonymous,
    /// A person.
    Member(Arc<MemberIdentity>),
    /// A program.
    Client(Arc<ClientIdentity>),
}

impl Identity {
    /// The column of the table of rights.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Anonymous => Standing::Anonymous,
            Self::Client(_) => Standing::Portal,
            Self::Member(member) => member.role.standing(),
        }
    }

    /// When the token ends, where there is one.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Anonymous => None,
            Self::Client(client) => Some(client.ends_at),
            Self::Member(member) => Some(member.ends_at),
        }
    }

    /// How rows remember who made or changed them.
    pub fn actor(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Client(client) => client_token(client.id),
            Self::Member(member) => member_actor(member.id),
        }
    }

    /// The audience tokens of an identity: the one place where standing becomes sight.
    pub(super) fn tokens(&self) -> Vec<String> {
        let mut tokens = Vec::new();
        match self {
            Self::Anonymous => {}
            Self::Client(client) => {
                if client.scopes.contains(&ClientScope::Read) {
                    tokens.push(PARTNERS.to_owned());
                }
                tokens.push(client_token(client.id));
            }
            Self::Member(member) => {
                tokens.push(PARTNERS.to_owned());
                match member.role {
                    Role::Staff | Role::Head => {
                        tokens.push(NETWORK.to_owned());
                        tokens
                            .extend(member.station.iter().map(|place| station_token(&place.code)));
                    }
                    Role::DistrictOfficer => {
                        tokens.push(NETWORK.to_owned());
                        let district = member.district.as_ref().map(|place| place.code.as_str());
                        tokens.extend(district.map(district_token));
                        tokens.extend(district.map(district_bureau));
                    }
                    Role::MunicipalOfficer => {
                        tokens.push(NETWORK.to_owned());
                        tokens.extend(member.districts.iter().map(|code| district_token(code)));
                        tokens.push(municipal_bureau());
                    }
                    Role::TechTransfer => {
                        tokens.extend(member.organization.map(organization_token));
                    }
                    Role::Administrator => {}
                }
            }
        }
        tokens
    }
}

/// How rows remember that a member made or changed them.
pub fn member_actor(id: Uuid) -> String {
    format!("member:{}", id.simple())
}
