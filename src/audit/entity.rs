//! The table of the audit log. Rows are added; the database itself refuses to change or delete one.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::AuditOutcome;
use crate::access::{Action, Guarded, Reach, Scope, everyone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub actor: String,
    pub standing: String,
    pub action: String,
    pub target_kind: Option<String>,
    pub target_id: Option<Uuid>,
    pub district_code: Option<String>,
    pub outcome: AuditOutcome,
    pub detail: Option<String>,
    pub request_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        let Scope::Of { viewer, .. } = scope else { return everyone() };
        let nothing = Condition::all().add(Expr::value(false));
        match viewer.reach(Action::ReadAuditLog) {
            Reach::Yes => everyone(),
            Reach::District => {
                let own = viewer.member().and_then(|member| member.district.as_ref());
                own.map_or(nothing, |code| {
                    Condition::all().add(Column::DistrictCode.eq(code.code.as_str()))
                })
            }
            Reach::No | Reach::Own | Reach::Escalated => nothing,
        }
    }
}
