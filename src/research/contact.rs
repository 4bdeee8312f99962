//! Whom to ask about a research output. It is shown to its own organization, and to others only once an introduction has
//! released it: it stands in no index, no version, no log and no export but the operator's.

use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::entity;
use crate::{
    access::{Guarded, Scope},
    error::Result,
};

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// A person or an office.
    pub name: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// Where to write to or to come to.
    pub address: Option<String>,
}

impl Contact {
    /// The contact in a column; it was looked at when it was written.
    pub fn of(column: Option<&Json>) -> Option<Self> {
        let column = column?;
        serde_json::from_value(column.clone()).ok().filter(|contact| *contact != Self::default())
    }
}

/// The contact of a research output, whoever may see that: for the one who releases it, and enters that in the audit log.
pub async fn contact(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Contact>> {
    let found: Option<Option<Json>> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Contact)
        .filter(entity::Column::Id.eq(id))
        .into_tuple()
        .one(db)
        .await?;
    Ok(Contact::of(found.flatten().as_ref()))
}
