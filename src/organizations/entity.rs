//! The table of organizations.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::OrganizationType;
use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub r#type: OrganizationType,
    pub ror: Option<String>,
    pub social_credit_code: Option<String>,
    pub district_id: Option<Uuid>,
    pub region: Option<String>,
    pub source: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
