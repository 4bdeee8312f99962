//! Who fits whom: research outputs, resources, organizations and stations for a need, and needs for an offer; and what
//! became of the pairs.
//!
//! The index finds candidates among what the viewer may see, the rows are loaded again through the viewer's scope, and
//! each pair is judged by itself ([`zhanjian_index::matching`]): by the two texts, the areas and the facts that both sides
//! show, by nothing else. So what a viewer may not see leaves no trace in a score, an order or an explanation, and every
//! score can be computed again from what is shown.
//!
//! Never matched are: what is under embargo (to its own owner neither), what is taken back or handed over, resources
//! whose time is over, offers of the organization for which a need was raised, and pairs that were dismissed, until one of
//! the sides says something else.
//!
//! In reading order: `sides` (what is held against what), `finding` (which pairs there are), `reason` (why, in a sentence),
//! `keeping` (what people do with pairs), `maker` (new pairs, without being asked for), `introduced` (what introductions
//! make of pairs), `board` (an organization's pairs in figures).

mod board;
pub(crate) mod entity;
mod filter;
mod finding;
mod graphql;
mod introduced;
mod keeping;
mod kept_graphql;
mod list_graphql;
mod maker;
pub(crate) mod maker_entity;
mod mutation_graphql;
mod offers;
mod reason;
mod reverse;
mod reverse_graphql;
mod sides;
mod store;
mod terms;

pub use board::{Wanted, wanted_outputs};
pub use entity::Model as Match;
pub use graphql::MatchQuery;
pub use kept_graphql::{MatchNode, nodes_by_id};
pub use list_graphql::MatchListQuery;
pub use maker::Matchmaker;
pub use mutation_graphql::MatchMutation;
pub use reverse_graphql::NeedMatchQuery;
pub use terms::{MatchComponentName, MatchField, MatchState, MatchTargetKind};

/// The name and version of the arithmetic, as matches carry it.
pub fn algorithm_version() -> String {
    format!("pairs-{}", zhanjian_index::matching::VERSION)
}
