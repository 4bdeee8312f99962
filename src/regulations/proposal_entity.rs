//! What somebody wants recorded, and what became of that.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{ProposalKind, ProposalState};
use crate::access::{Action, Guarded, Reach, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "regulation_proposals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub kind: ProposalKind,
    pub content: Json,
    pub state: ProposalState,
    pub proposed_by_id: Uuid,
    pub decided_by_id: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
    pub reason: Option<String>,
    pub recorded_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whoever may propose sees what has been proposed, so that nobody proposes it twice.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        match scope {
            Scope::Of { viewer, .. } if viewer.reach(Action::ProposeRegulation) == Reach::No => {
                Condition::all().add(Expr::value(false))
            }
            _ => everyone(),
        }
    }
}
