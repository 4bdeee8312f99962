//! What a research output said before.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::access::{Guarded, Scope, owned_from};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "research_output_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub research_output_id: Uuid,
    pub number: i32,
    pub content: Json,
    pub published_at: DateTimeUtc,
    pub replaced_at: DateTimeUtc,
    pub replaced_by: Option<String>,
    pub embargo_until: Option<Date>,
    pub audience_token: String,
    pub owner_token: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// For whom it was shown, and not for whom the output is shown now: what the network read is not the public's because the
/// next version is.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned_from(scope, Column::AudienceToken, Column::OwnerToken, Column::EmbargoUntil)
    }
}
