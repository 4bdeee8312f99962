//! The table of matches.

use sea_orm::{ActiveEnum as _, Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{MatchState, MatchTargetKind};
use crate::{
    access::{Action, Guarded, Reach, Scope, Viewer, there_is},
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
        let need = needs::entity::Column::Id;
        let own_need = || {
            let held = viewer.tokens().iter().map(String::as_str);
            let own = needs::entity::Column::OwnerToken.is_in(held);
            there_is::<needs::entity::Entity>(scope, need, Column::NeedId, Some(own))
        };
        let mut rights = Condition::any();
        match viewer.reach_now(Action::RaiseNeed) {
            Reach::Yes => {
                rights = rights.add(Column::State.is_not_in(INTRODUCTIONS)).add(own_need());
            }
            Reach::Own => rights = rights.add(own_need()),
            Reach::No | Reach::District | Reach::Escalated => {}
        }
        if viewer.reach_now(Action::SeeOwnMatches) == Reach::Own {
            rights = rights.add(own(Column::TargetToken));
        }
        if rights.is_empty() {
            return Condition::all().add(Column::Id.is_null());
        }
        let of_kind = |kind: MatchTargetKind, shown: Expr| {
            Condition::all().add(Column::TargetKind.eq(kind.to_value())).add(shown)
        };
        let output = research::entity::Column::Id;
        let resource = organizations::resource_entity::Column::Id;
        let target = Condition::any()
            .add(of_kind(
                MatchTargetKind::ResearchOutput,
                there_is::<research::entity::Entity>(scope, output, Column::TargetId, None),
            ))
            .add(of_kind(
                MatchTargetKind::Resource,
                there_is::<organizations::resource_entity::Entity>(
                    scope,
                    resource,
                    Column::TargetId,
                    None,
                ),
            ))
            .add(
                Column::TargetKind.is_in(
                    [MatchTargetKind::Organization, MatchTargetKind::Station]
                        .map(|kind| kind.to_value()),
                ),
            );
        Condition::all()
            .add(there_is::<needs::entity::Entity>(scope, need, Column::NeedId, None))
            .add(target)
            .add(rights)
    }
}
