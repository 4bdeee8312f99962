//! What was asked for under which `clientMutationId`, so that a repeated request is done once.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::access::{Guarded, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "repeats")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub actor: String,
    pub mutation: String,
    pub client_mutation_id: String,
    pub input_digest: String,
    pub subject_id: Option<Uuid>,
    pub asked_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Never shown to anybody.
impl Guarded for Entity {
    fn shown_in(_: &Scope) -> Condition {
        everyone()
    }
}
