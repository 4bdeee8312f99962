//! The table of saved searches.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "saved_searches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub owner: String,
    pub name: String,
    pub query: String,
    pub filter: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What somebody looks for is theirs alone. Nobody who has not signed in has any.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        match scope {
            Scope::Service => everyone(),
            Scope::Of { viewer, .. } if viewer.is_anonymous() => {
                Condition::all().add(Expr::value(false))
            }
            Scope::Of { viewer, .. } => {
                Condition::all().add(Column::Owner.eq(viewer.identity().actor()))
            }
        }
    }
}
