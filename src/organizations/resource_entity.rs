//! The table of resources.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::ResourceKind;
use crate::access::{Audience, Guarded, Scope, owned};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "resources")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub organization_id: Uuid,
    pub external_id: String,
    pub kind: ResourceKind,
    pub name: String,
    pub description: Option<String>,
    pub capabilities: Json,
    pub accreditation: Option<String>,
    pub capacity: Option<String>,
    pub valid_until: Option<Date>,
    pub audience: Audience,
    pub audience_token: String,
    pub owner_token: String,
    pub content_digest: String,
    /// When its owner took it back, where that has happened.
    pub retired_on: Option<Date>,
    /// The columns that somebody has edited here: a later file does not undo that.
    pub edited_columns: Option<Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned(scope, Column::AudienceToken, Column::OwnerToken)
    }
}
