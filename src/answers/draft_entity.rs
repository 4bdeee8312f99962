//! The table of what is being worked on: one draft for an answered question at most.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{Basis, DeviceClass, ProductKind, State};
use crate::access::{Guarded, Scope, owned};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "answered_question_drafts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub answered_question_id: Uuid,
    pub question: String,
    pub answer: String,
    pub summary: Option<String>,
    pub product_kind: Option<ProductKind>,
    pub device_class: Option<DeviceClass>,
    pub areas: Json,
    pub citations: Json,
    pub basis: Basis,
    pub answered_on: Option<Date>,
    pub review_by: Option<Date>,
    pub state: State,
    pub author_id: Option<Uuid>,
    pub writers: Json,
    pub returned_reason: Option<String>,
    pub submitted_at: Option<DateTimeUtc>,
    pub audience_token: String,
    pub owner_token: String,
    pub home_token: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned(scope, Column::AudienceToken, Column::OwnerToken)
    }
}
