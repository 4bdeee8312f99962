//! The files that offices have brought.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::ImportState;
use crate::access::{Guarded, Scope};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "research_imports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub organization_id: Uuid,
    pub owner_token: String,
    pub member_id: Option<Uuid>,
    pub state: ImportState,
    pub format: String,
    pub encoding: String,
    pub file_name: String,
    pub bytes: i64,
    pub rows: i32,
    pub good: i32,
    pub unknown_columns: Json,
    pub outcome: Option<Json>,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The office that brought it, and nobody else.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        crate::access::owned(scope, Column::OwnerToken, Column::OwnerToken)
    }
}
