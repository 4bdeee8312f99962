//! The table of answered questions.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{Basis, DeviceClass, ProductKind, State};
use crate::access::{Audience, Guarded, Scope, owned};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "answered_questions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub number: String,
    pub station_id: Uuid,
    pub external_id: String,
    pub question: String,
    pub answer: String,
    pub summary: Option<String>,
    pub product_kind: Option<ProductKind>,
    pub device_class: Option<DeviceClass>,
    pub state: State,
    pub audience: Audience,
    pub audience_token: String,
    pub owner_token: String,
    pub basis: Basis,
    pub author: Option<String>,
    pub answered_on: Option<Date>,
    pub ordered_on: Date,
    pub confirmed_on: Option<Date>,
    pub review_by: Option<Date>,
    pub superseded_by_id: Option<Uuid>,
    pub reuse_count: i32,
    pub helpful: i32,
    pub unhelpful: i32,
    pub content_digest: String,
    pub author_id: Option<Uuid>,
    pub writers: Option<Json>,
    pub consultation_id: Option<Uuid>,
    pub withdrawn_on: Option<Date>,
    pub withdrawn_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned(scope, Column::AudienceToken, Column::OwnerToken)
    }
}
