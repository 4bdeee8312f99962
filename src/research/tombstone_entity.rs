//! What is left of a research output that was taken back: the same table, and of it only what may be told. Nothing of what
//! the output said is among its columns, so that nothing of it can be read this way.

use sea_orm::{Condition, entity::prelude::*};

use super::State;
use crate::access::{Guarded, Scope, owned};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "research_outputs")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub state: State,
    pub withdrawn_on: Option<Date>,
    pub withdrawal_reason: Option<String>,
    pub former_token: Option<String>,
    pub owner_token: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who could see the output before, and its owner.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        Condition::all()
            .add(Column::State.eq(State::Withdrawn))
            .add(Column::WithdrawnOn.is_not_null())
            .add(Column::FormerToken.is_not_null())
            .add(owned(scope, Column::FormerToken, Column::OwnerToken))
    }
}
