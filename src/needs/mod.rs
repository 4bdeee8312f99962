//! What companies and stations look for: a technology, a clinical centre, a laboratory, training, manufacturing, somebody
//! who knows.
//!
//! A station, a bureau or a partner portal raises a need for a company and never names it: before a need is shown, and
//! with every change of its text while it is, it is looked through for what would tell who it is for. A draft is its
//! raiser's alone; an open need is seen by its audience until its last day, by the clock.
//!
//! In reading order: `raising` (the steps of a need), `content` (what it says), `findings` and `clearing` (what would
//! tell who it is for), `tick` (what time does to needs).

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{QueryFilter, entity::prelude::*};

use crate::{
    access::{Action, Guarded, Holding, Scope, Viewer, check},
    batch::grouped,
    error::{Error, Result},
};

pub(crate) mod area_entity;
pub(crate) mod check_entity;
mod clearing;
mod content;
pub(crate) mod entity;
mod filter;
mod findings;
mod forgetting;
mod graphql;
mod list_graphql;
mod mutation_graphql;
mod raising;
mod store;
mod terms;
mod tick;

pub use check_entity::Model as NeedCheck;
pub use entity::Model as Need;
pub(crate) use findings::Found;
pub use forgetting::forget;
pub use graphql::{NeedNode, nodes, nodes_by_id};
pub use list_graphql::NeedQuery;
pub use mutation_graphql::NeedMutation;
pub use raising::{advance, matched};
pub use terms::{NeedKind, NeedState, NeedStep};
pub use tick::tick;

/// How long needs stay open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// For how many days a need is open where nothing else is said.
    pub open_days: u32,
    /// For how many days it may be open at most, counted from the day on which that is said.
    pub longest_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { open_days: 180, longest_days: 730 }
    }
}

/// A need lapses by the clock, whether or not that has been written down yet: everything that shows or judges a state
/// asks here.
impl Need {
    /// Where it stands on a day.
    pub fn state_on(&self, today: NaiveDate) -> NeedState {
        if self.shown_until.is_some_and(|last| last < today) {
            NeedState::Lapsed
        } else {
            self.state
        }
    }

    /// Whose it is, as far as rights go.
    pub fn holding(&self) -> Holding {
        Holding::of(self.owner_token.clone(), self.district_code.as_deref())
    }

    /// Whether the viewer is of those who raised it: its station, its bureau, its portal's program.
    pub fn is_own(&self, viewer: &Viewer) -> bool {
        viewer.holds(&self.owner_token)
    }

    /// What it says, as the fields in which something would be found.
    pub fn wording(&self) -> [(&'static str, &str); 2] {
        [("title", self.title.as_deref().unwrap_or_default()), ("text", &self.text)]
    }
}

/// Refuses whoever may not see the matches of a need, and why they are matches: whoever raises needs at all may look at
/// those of any need that they see; a partner portal, at those of its own.
///
/// # Errors
/// `Unauthenticated` or `Forbidden`. Ask only of a need that was found in the viewer's scope.
pub fn check_matches(viewer: &Viewer, need: &Need) -> Result<()> {
    check(viewer, Action::RaiseNeed, &need.holding())
}

/// Loads what a scope shows of these, by id.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Need>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entity::Entity::visible_to(scope).filter(entity::Column::Id.is_in(ids));
    Ok(rows.all(db).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds one in a scope.
///
/// # Errors
/// `NotFound` where there is none, or it is hidden.
pub async fn find(db: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Need> {
    by_ids(db, scope, vec![id]).await?.remove(&id).ok_or(Error::NotFound)
}

/// Loads the areas of needs.
pub async fn area_ids(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::NeedId.is_in(ids))
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.need_id, row.area_id))))
}
