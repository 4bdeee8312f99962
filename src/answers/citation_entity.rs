//! What answers rest on.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::CitationRole;
use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "citations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub answered_question_id: Uuid,
    pub position: i32,
    pub regulation_id: Uuid,
    pub articles: Json,
    pub quote: Option<String>,
    pub role: CitationRole,
    pub checked_on: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
