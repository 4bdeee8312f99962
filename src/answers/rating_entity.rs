//! Who found which answer helpful.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "answer_ratings")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub answered_question_id: Uuid,
    pub rater: String,
    pub helpful: bool,
    pub rated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Only rules of this room read it; nobody is shown who said what.
impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
