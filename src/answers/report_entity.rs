//! The table of reports of errors: for the people of the answer's station and the officers of its district.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::AnswerReportState;
use crate::access::{Guarded, Scope, owned};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "answer_reports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub answered_question_id: Uuid,
    pub text: String,
    pub state: AnswerReportState,
    pub resolution: Option<String>,
    pub resolved_by: Option<Uuid>,
    pub resolved_at: Option<DateTimeUtc>,
    pub audience_token: String,
    pub owner_token: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned(scope, Column::AudienceToken, Column::OwnerToken)
    }
}
