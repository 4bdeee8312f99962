//! The table of regulations.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::Region;
use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "regulations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub key: String,
    pub title: String,
    pub title_en: Option<String>,
    pub number: Option<String>,
    pub level: Option<String>,
    pub issuer: Option<String>,
    pub region: Region,
    pub issued_on: Option<String>,
    pub effective_on: Option<String>,
    pub ends_on: Option<String>,
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
