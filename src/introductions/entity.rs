//! The table of introductions.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{DeclineReason, IntroductionPurpose, IntroductionState, IntroductionSubjectKind};
use crate::access::{Guarded, Scope, owned};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "introductions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub about_kind: IntroductionSubjectKind,
    pub about_id: Uuid,
    /// The organization that is asked.
    pub organization_id: Uuid,
    pub need_id: Option<Uuid>,
    pub purpose: IntroductionPurpose,
    pub message: String,
    /// The station that asks.
    pub station_id: Option<Uuid>,
    /// The partner portal's program that asks.
    pub client_id: Option<Uuid>,
    /// The member who asks.
    pub asked_by_id: Option<Uuid>,
    pub district_code: Option<String>,
    /// Who asks, as a token.
    pub asker_token: String,
    /// Who is asked, as a token.
    pub owner_token: String,
    /// Who asks for what, while that is open: it is asked once at a time.
    pub open_key: Option<String>,
    pub state: IntroductionState,
    /// The last day for an answer.
    pub due_on: Date,
    pub acknowledged_at: Option<DateTimeUtc>,
    pub answered_at: Option<DateTimeUtc>,
    pub answered_by_id: Option<Uuid>,
    pub closed_at: Option<DateTimeUtc>,
    pub decline_reason: Option<DeclineReason>,
    /// For those who declined, and nobody else.
    pub decline_note: Option<String>,
    pub data_key: String,
    pub sealed_asker_contact: Option<String>,
    pub sealed_owner_contact: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Both sides see it, and nobody else.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned(scope, Column::AskerToken, Column::OwnerToken)
    }
}
