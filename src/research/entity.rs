//! The table of research outputs.

use sea_orm::{Condition, Iterable as _, QuerySelect as _, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{IpStatus, OutputKind, State};
use crate::access::{Audience, Guarded, Scope, owned_from};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "research_outputs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub organization_id: Uuid,
    pub external_id: String,
    pub title: String,
    pub r#abstract: String,
    pub kind: OutputKind,
    pub trl: Option<i32>,
    pub ip_status: IpStatus,
    pub patents: Json,
    pub clinical_stage: Option<String>,
    pub trial_ids: Json,
    pub cooperation_modes: Json,
    pub contributors: Json,
    pub completed_on: Option<Date>,
    pub published_on: Option<Date>,
    pub ordered_on: Date,
    pub embargo_until: Option<Date>,
    pub audience: Audience,
    pub audience_token: String,
    pub owner_token: String,
    pub doi: Option<String>,
    pub identifiers: Json,
    pub advantages: Option<String>,
    pub contact: Option<Json>,
    pub state: State,
    pub withdrawn_on: Option<Date>,
    pub withdrawal_reason: Option<String>,
    pub source_format: Option<String>,
    pub raw_record: Option<String>,
    pub content_digest: String,
    pub author_id: Option<Uuid>,
    pub writers: Option<Json>,
    pub submitted_at: Option<DateTimeUtc>,
    pub submitted_by: Option<Uuid>,
    pub returned_reason: Option<String>,
    pub published_at: Option<DateTimeUtc>,
    pub published_by: Option<String>,
    pub edition: i32,
    pub former_token: Option<String>,
    pub revision: Option<Json>,
    pub revision_state: Option<State>,
    pub revision_writers: Option<Json>,
    pub edited_columns: Option<Json>,
    pub work_key: Option<String>,
    /// When what anybody sees of it last changed; none while nobody ever saw it.
    pub public_stamp: Option<DateTimeUtc>,
    /// The instant from which anybody sees it, where that lay ahead when it was written.
    pub public_from: Option<DateTimeUtc>,
    /// What kind it was when anybody last saw it; none while nobody ever did.
    pub public_kind: Option<OutputKind>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        owned_from(scope, Column::AudienceToken, Column::OwnerToken, Column::EmbargoUntil)
    }
}

/// What rows are read without, where nobody is to see it and they are many: the record that each came as is long.
pub(super) const AS_IT_CAME: &[Column] = &[Column::RawRecord];

/// Rows without these columns, each of which may be empty: to be shown, and never to be written back.
pub(super) fn without(select: Select<Entity>, columns: &[Column]) -> Select<Entity> {
    let left_out = |column: &Column| columns.iter().any(|it| it.as_str() == column.as_str());
    let select = select.select_only().columns(Column::iter().filter(|it| !left_out(it)));
    columns.iter().fold(select, |select, column| {
        // As of the type of the column: one engine wants to know.
        let nothing = match column.def().get_column_type() {
            ColumnType::Json | ColumnType::JsonBinary => Expr::value(Option::<Json>::None),
            _ => Expr::value(Option::<String>::None),
        };
        select.expr_as(nothing, column.as_str())
    })
}
