//! The rows of the files that offices have brought, as they stand in them: contacts too, so that nobody else sees them.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::RowOutcome;
use crate::access::{Guarded, Scope};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "research_import_rows")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub import_id: Uuid,
    pub number: i32,
    pub line: i64,
    pub owner_token: String,
    pub external_id: Option<String>,
    pub title: Option<String>,
    pub outcome: RowOutcome,
    pub research_output_id: Option<Uuid>,
    pub fields: Json,
    pub faults: Json,
    pub conflicts: Json,
    pub duplicates: Json,
    pub proposed_areas: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        crate::access::owned(scope, Column::OwnerToken, Column::OwnerToken)
    }
}
