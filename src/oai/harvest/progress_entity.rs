//! The table of harvests: how far each has come.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "harvests")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub organization_id: Uuid,
    pub source: String,
    pub metadata_prefix: String,
    /// Empty for the whole repository.
    pub set_spec: String,
    /// From where the present interval reaches, in the repository's words.
    pub harvest_from: Option<String>,
    /// From where the next one will, once this one has ended.
    pub pending_from: Option<String>,
    pub token: Option<String>,
    pub added: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub deleted: i64,
    pub kept: i64,
    pub refused: i64,
    pub completed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
