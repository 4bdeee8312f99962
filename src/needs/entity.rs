//! The table of needs.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{NeedKind, NeedState};
use crate::access::{Audience, Guarded, Scope, owned_until};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "needs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub number: String,
    pub kind: NeedKind,
    pub title: Option<String>,
    pub text: String,
    pub min_trl: Option<i32>,
    pub max_trl: Option<i32>,
    pub wanted_modes: Json,
    /// The code of the district that it belongs to.
    pub district_code: Option<String>,
    /// The station that raised it.
    pub station_id: Option<Uuid>,
    /// The partner portal's program that raised it.
    pub client_id: Option<Uuid>,
    /// The organization for which the program speaks: what it offers itself is never matched.
    pub organization_id: Option<Uuid>,
    /// The member who raised it.
    pub raised_by_id: Option<Uuid>,
    /// The case that it comes from.
    pub consultation_id: Option<Uuid>,
    /// All members who had a hand in the text.
    pub writers: Json,
    /// For whom it is meant once it is open.
    pub audience: Audience,
    /// Who sees it now: its audience while it is shown, and whoever raised it otherwise.
    pub audience_token: String,
    pub owner_token: String,
    pub state: NeedState,
    pub expires_on: Date,
    /// The last day on which its audience sees it, where a day ends that.
    pub shown_until: Option<Date>,
    pub opened_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    pub closed_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned_until(scope, Column::AudienceToken, Column::OwnerToken, Column::ShownUntil)
    }
}
