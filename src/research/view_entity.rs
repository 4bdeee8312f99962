//! How often others looked at a research output, day by day.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "research_output_views")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub research_output_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub viewed_on: Date,
    pub views: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Only summed up for the organization itself.
impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
