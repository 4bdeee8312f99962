//! The table of consultations. What a company wrote or was told stands in it sealed.

use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait as _, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{Channel, Closure, Level, Priority, State, reader_entity};
use crate::{
    access::{Action, Guarded, Reach, Scope, held},
    answers::{DeviceClass, ProductKind},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consultations")]
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
    pub owner_token: String,
    pub point_id: Option<Uuid>,
    pub district_code: String,
    pub channel: Channel,
    pub product_kind: Option<ProductKind>,
    pub device_class: Option<DeviceClass>,
    pub level: Option<Level>,
    pub priority: Priority,
    pub state: State,
    pub state_before_info: Option<State>,
    pub assignee_id: Option<Uuid>,
    pub handler_id: Option<Uuid>,
    pub referred_station_id: Option<Uuid>,
    pub referred_token: Option<String>,
    pub asker_released: bool,
    pub due_on: Option<Date>,
    pub ordered_due: Date,
    pub due_estimated: bool,
    pub due_from: Option<Date>,
    pub due_days: Option<i32>,
    pub allowed_days: Option<i32>,
    pub days_left: Option<i32>,
    pub missed_on: Option<Date>,
    pub no_objection_on: Option<Date>,
    pub recorded_by: String,
    pub recorded_at: DateTimeUtc,
    pub first_response_at: Option<DateTimeUtc>,
    pub replied_at: Option<DateTimeUtc>,
    pub replied_by: Option<Channel>,
    pub closed_at: Option<DateTimeUtc>,
    pub closure: Option<Closure>,
    pub duplicate_of_id: Option<Uuid>,
    pub highest_tier: Option<Level>,
    pub bounced: i32,
    pub reopened: i32,
    pub events: i32,
    pub asker_erased_at: Option<DateTimeUtc>,
    pub data_key: String,
    pub sealed_text: String,
    pub sealed_summary: Option<String>,
    pub sealed_reply: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A case is for those who are listed as its readers, as long as they may read consultations at all: a portal's program
/// may have been granted less.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        if let Scope::Of { viewer, .. } = scope
            && viewer.reach_now(Action::ReadConsultation) == Reach::No
        {
            return Condition::all().add(Expr::value(false));
        }
        held(scope, Column::Id, |tokens| {
            reader_entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(reader_entity::Column::ConsultationId)
                .filter(reader_entity::Column::Token.is_in(tokens.iter().map(String::as_str)))
                .into_query()
        })
    }
}
