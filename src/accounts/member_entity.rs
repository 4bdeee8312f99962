//! The register of members.

use sea_orm::{Condition, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{Employment, MemberState};
use crate::{
    access::{Guarded, Role, Scope, everyone},
    stations,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<String>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<String>,
    pub login: String,
    pub name: String,
    pub role: Role,
    pub station_id: Option<Uuid>,
    pub district_id: Option<Uuid>,
    pub organization_id: Option<Uuid>,
    pub employment: Option<Employment>,
    pub state: MemberState,
    pub state_reason: Option<String>,
    pub undertaking_signed_on: Option<Date>,
    pub password_hash: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Members see whom they work with: a station's people each other and the officers of their district, officers the people
/// below and beside them, a tech-transfer office its own. Nobody else sees that there is a register.
impl Guarded for Entity {
    fn shown_in(scope: &Scope) -> Condition {
        let Scope::Of { viewer, .. } = scope else { return everyone() };
        let nobody = Condition::all().add(Expr::value(false));
        let Some(member) = viewer.member() else { return nobody };
        let district = member.district.as_ref().map(|place| place.id);
        match member.role {
            Role::Staff | Role::Head => Condition::any()
                .add(Column::StationId.eq(member.station.as_ref().map(|place| place.id)))
                .add(Column::DistrictId.eq(district)),
            Role::DistrictOfficer => Condition::any()
                .add(Column::DistrictId.eq(district))
                .add(Column::StationId.in_subquery(stations::ids_of_district(district)))
                .add(Column::Role.eq(Role::MunicipalOfficer)),
            Role::TechTransfer => {
                Condition::all().add(Column::OrganizationId.eq(member.organization))
            }
            Role::MunicipalOfficer | Role::Administrator => everyone(),
        }
    }
}
