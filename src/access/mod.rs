//! Who may see what: the one place that knows.
//!
//! A thing carries audience tokens, a viewer holds tokens, and the thing is visible exactly when the two sets meet. The
//! same set of tokens becomes a condition in SQL ([`rows`]) and a clause in the index ([`hits`]), so that a count, a
//! facet and a list can never disagree. What a viewer may not see does not exist for them.

use std::sync::Arc;

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

mod graphql;
mod hits;
mod identity;
mod rights;
mod rows;

pub use graphql::ViewerNode;
pub use hits::IndexScope;
pub use identity::{ClientIdentity, Identity, MemberIdentity, PlaceOf, Role, member_actor};
pub use rights::{
    Action, ClientScope, Holding, Reach, Standing, check, check_at_all, may, reach, roles_given,
};
pub use rows::{Guarded, everyone, held, owned, owned_from, owned_until, there_is};

/// The token of what everybody may see.
pub const PUBLIC: &str = "public";
/// The token of what partner portals may see.
pub const PARTNERS: &str = "partners";
/// The token of what the network of stations may see.
pub const NETWORK: &str = "network";

/// The token by which the service finds open needs at its own work. No viewer ever holds it.
pub const MATCHMAKER: &str = "matchmaker";

/// Who may read a thing, as its owner says it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    serde::Serialize,
    serde::Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum Audience {
    /// Everybody.
    Public,
    /// Partner portals, and the network of stations.
    Partners,
    /// The network of stations and their officers.
    Network,
    /// The officers of one district, and the owner.
    District,
    /// The owning station alone.
    Station,
    /// The owning organization alone.
    Organization,
}

/// The token of a district's officers.
pub fn district_token(code: &str) -> String {
    format!("district:{code}")
}

/// The token of a station's people.
pub fn station_token(code: &str) -> String {
    format!("station:{code}")
}

/// The token of a partner portal's program.
pub fn client_token(id: Uuid) -> String {
    format!("client:{}", id.simple())
}

/// The token of a district's bureau, for what has been handed up to it; what is shared within the district carries
/// [`district_token`], which the municipal level holds too.
pub fn district_bureau(code: &str) -> String {
    format!("bureau:{code}")
}

/// The token of the municipal level, for what has been handed up to it.
pub fn municipal_bureau() -> String {
    "bureau:municipal".to_owned()
}

/// The token of an organization's people.
pub fn organization_token(id: Uuid) -> String {
    format!("organization:{}", id.simple())
}

impl Audience {
    /// The token that a viewer must hold to be of this audience. `owner` is the owner's token, `district` the code of
    /// the district of a thing that has one; without one, only the owner is meant.
    pub fn token(self, owner: &str, district: Option<&str>) -> String {
        match self {
            Self::Public => PUBLIC.to_owned(),
            Self::Partners => PARTNERS.to_owned(),
            Self::Network => NETWORK.to_owned(),
            Self::District => district.map_or_else(|| owner.to_owned(), district_token),
            Self::Station | Self::Organization => owner.to_owned(),
        }
    }
}

/// The tokens that open a thing on a day: its audience's and its owner's, or its owner's alone before the day from which
/// others see it. What the log of changes tells of a thing that is under embargo, it tells its owner only.
pub fn opened_by(
    audience: &str,
    owner: &str,
    from: Option<NaiveDate>,
    day: NaiveDate,
) -> Vec<String> {
    if from.is_some_and(|from| day < from) {
        return vec![owner.to_owned()];
    }
    vec![audience.to_owned(), owner.to_owned()]
}

/// Who is asking, and the tokens they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    identity: Identity,
    tokens: Arc<[String]>,
}

impl Viewer {
    /// Anybody.
    pub fn anonymous() -> Self {
        Self::of(Identity::Anonymous)
    }

    /// Somebody known, with the tokens that their standing gives.
    pub fn of(identity: Identity) -> Self {
        let tokens = identity.tokens();
        Self { tokens: sorted(tokens), identity }
    }

    /// A viewer that holds these tokens and may do nothing. What is public is open to everybody, so that token is
    /// always among them.
    pub fn holding<T: Into<String>>(tokens: impl IntoIterator<Item = T>) -> Self {
        let tokens = tokens.into_iter().map(Into::into).collect();
        Self { identity: Identity::Anonymous, tokens: sorted(tokens) }
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The member who is asking, where it is one.
    pub fn member(&self) -> Option<&MemberIdentity> {
        match &self.identity {
            Identity::Member(member) => Some(member),
            Identity::Anonymous | Identity::Client(_) => None,
        }
    }

    /// Whether nobody is signed in.
    pub fn is_anonymous(&self) -> bool {
        self.identity == Identity::Anonymous
    }

    /// The tokens, sorted, each once.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Whether a thing with this audience token is visible.
    pub fn holds(&self, token: &str) -> bool {
        self.tokens.binary_search_by(|held| held.as_str().cmp(token)).is_ok()
    }

    /// Whether something that any of these tokens opens is visible.
    pub fn holds_any(&self, tokens: &[String]) -> bool {
        tokens.iter().any(|token| self.holds(token))
    }

    /// Whether the viewer is an officer of this district.
    pub fn is_of(&self, district: &str) -> bool {
        let Some(member) = self.member() else { return false };
        let own = member.district.as_ref().map(|place| place.code.as_str());
        member.role == Role::DistrictOfficer && own == Some(district)
    }

    /// How far the right to an action reaches with the scopes that were granted.
    pub fn reach_now(&self, action: Action) -> Reach {
        match check_at_all(self, action) {
            Ok(()) => self.reach(action),
            Err(_) => Reach::No,
        }
    }

    /// How far the right to an action reaches, before it is known what it would be done to.
    pub fn reach(&self, action: Action) -> Reach {
        reach(self.identity.standing(), action)
    }
}

fn sorted(mut tokens: Vec<String>) -> Arc<[String]> {
    tokens.push(PUBLIC.to_owned());
    tokens.sort_unstable();
    tokens.dedup();
    tokens.into()
}

/// What may be seen in a list: everything (by the service itself, which then shows it to nobody), or what a viewer may
/// see on a day.
#[derive(Clone, Debug)]
pub enum Scope {
    /// The service at its own work: indexing, verifying, exporting by the operator.
    Service,
    /// What these tokens open on this day.
    Of {
        /// The viewer.
        viewer: Viewer,
        /// The day, with which embargoes are compared.
        today: NaiveDate,
    },
}

impl Scope {
    /// What a viewer may see on a day.
    pub fn of(viewer: &Viewer, today: NaiveDate) -> Self {
        Self::Of { viewer: viewer.clone(), today }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_public_is_open_to_everybody() {
        assert_eq!(Viewer::anonymous().tokens(), ["public"]);
        assert!(Viewer::holding(["network"]).holds(PUBLIC));
        assert!(!Viewer::anonymous().holds(NETWORK));
    }

    #[test]
    fn a_district_audience_without_a_district_is_the_owner_alone() {
        assert_eq!(Audience::District.token("station:SH-PD", Some("PD")), "district:PD");
        assert_eq!(Audience::District.token("organization:1", None), "organization:1");
    }
}
