//! The table of matches.

use sea_orm::{
    ActiveEnum as _, Condition, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    entity::prelude::*, sea_query::SelectStatement,
};
use serde::{Deserialize, Serialize};

use super::{MatchState, MatchTargetKind};
use crate::{
    access::{Action, Guarded, Reach, Scope, Viewer},
    needs::{self, Need},
    organizations, research,
};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "matches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub need_id: Uuid,
    pub target_kind: MatchTargetKind,
    pub target_id: Uuid,
    /// The organization that offers the target.
    pub organization_id: Option<Uuid>,
    /// The token of those to whom the target belongs.
    pub target_token: Option<String>,
    pub state: MatchState,
    pub score: f64,
    pub components: Json,
    pub algorithm_version: String,
    /// What the need said when the pair was judged.
    pub need_digest: String,
    /// What the target said then.
    pub target_digest: String,
    /// Why it was dismissed.
    pub reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where a pair stands once contact was asked for.
const INTRODUCTIONS: [MatchState; 3] =
    [MatchState::Introduced, MatchState::Succeeded, MatchState::Failed];

impl Model {
    /// Whether a viewer who sees the need may know where the pair stands.
    pub(super) fn is_told(&self, need: &Need, viewer: &Viewer) -> bool {
        !INTRODUCTIONS.contains(&self.state)
            || need.is_own(viewer)
            || self.target_token.as_deref().is_some_and(|token| viewer.holds(token))
    }
}

/// A match is there for whoever sees both sides and has a right to the matches of one of them: of any need they see, of
/// their own needs, or of their own offers. One that has come to an introduction is there for its two sides alone, as the
/// introduction is.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        let Scope::Of { viewer, .. } = scope else { return Condition::all() };
        let own = |column: Column| column.is_in(viewer.tokens().iter().map(String::as_str));
        let needs = |select: Select<needs::entity::Entity>| -> SelectStatement {
            select.select_only().column(needs::entity::Column::Id).into_query()
        };
        let seen = || needs::entity::Entity::visible_to(scope);
        let own_needs = || {
            let held = viewer.tokens().iter().map(String::as_str);
            let own = seen().filter(needs::entity::Column::OwnerToken.is_in(held));
            Column::NeedId.in_subquery(needs(own))
        };
        let mut rights = Condition::any();
        match viewer.reach_now(Action::RaiseNeed) {
            Reach::Yes => {
                rights = rights.add(Column::State.is_not_in(INTRODUCTIONS)).add(own_needs());
            }
            Reach::Own => rights = rights.add(own_needs()),
            Reach::No | Reach::District | Reach::Escalated => {}
        }
        if viewer.reach_now(Action::SeeOwnMatches) == Reach::Own {
            rights = rights.add(own(Column::TargetToken));
        }
        if rights.is_empty() {
            return Condition::all().add(Column::Id.is_null());
        }
        let of_kind = |kind: MatchTargetKind| Column::TargetKind.eq(kind.to_value());
        let outputs = research::entity::Entity::visible_to(scope)
            .select_only()
            .column(research::entity::Column::Id)
            .into_query();
        let resources = organizations::resource_entity::Entity::visible_to(scope)
            .select_only()
            .column(organizations::resource_entity::Column::Id)
            .into_query();
        let target = Condition::any()
            .add(
                Condition::all()
                    .add(of_kind(MatchTargetKind::ResearchOutput))
                    .add(Column::TargetId.in_subquery(outputs)),
            )
            .add(
                Condition::all()
                    .add(of_kind(MatchTargetKind::Resource))
                    .add(Column::TargetId.in_subquery(resources)),
            )
            .add(of_kind(MatchTargetKind::Organization))
            .add(of_kind(MatchTargetKind::Station));
        Condition::all().add(Column::NeedId.in_subquery(needs(seen()))).add(target).add(rights)
    }
}
