//! The programs of partner portals.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::ClientState;
use crate::access::{Action, Guarded, Reach, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "api_clients")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub client_id: String,
    pub name: String,
    pub organization_id: Option<Uuid>,
    pub scopes: Json,
    pub state: ClientState,
    pub requests_per_minute: Option<i32>,
    pub cost_per_minute: Option<i32>,
    pub tokens_valid_from: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whoever keeps the clients sees them all; nobody else sees that there are any.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        let Scope::Of { viewer, .. } = scope else { return everyone() };
        match viewer.reach(Action::KeepClients) {
            Reach::Yes => everyone(),
            _ => Condition::all().add(Expr::value(false)),
        }
    }
}
