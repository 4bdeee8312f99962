//! What happened to a consultation. Rows are added; the database itself refuses to change or delete one.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{Level, State, Step};
use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consultation_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub consultation_id: Uuid,
    pub position: i32,
    pub event: Step,
    pub at: DateTimeUtc,
    pub actor: String,
    pub from_state: Option<State>,
    pub to_state: State,
    pub level: Option<Level>,
    pub due_on: Option<Date>,
    pub sealed_note: Option<String>,
    pub answered_question_id: Option<Uuid>,
    pub station_id: Option<Uuid>,
    pub member_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Only rules of this room read it, for a case that the viewer may read.
impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
