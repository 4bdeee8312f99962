//! Who looked through which text for what would tell who asked. Rows are added; the database itself refuses to change one.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{DeidentificationPurpose, DeidentificationVerdict};
use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "deidentification_checks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub answered_question_id: Uuid,
    pub purpose: DeidentificationPurpose,
    pub text_digest: String,
    pub checked_by: Uuid,
    pub checked_at: DateTimeUtc,
    pub verdict: DeidentificationVerdict,
    pub findings: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Only rules of this room read it, and show it to those who work on the answer.
impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
