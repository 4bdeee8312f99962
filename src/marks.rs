//! What is done once a day, by whichever process comes first: the day is entered in the transaction that does it, so that
//! it is done once however many processes try, and not at all where it fails.

use chrono::NaiveDate;
use sea_orm::{
    Condition, IntoActiveModel as _, QueryFilter as _, QuerySelect as _, entity::prelude::*,
    sea_query::OnConflict,
};

use crate::{
    access::{Guarded as _, Scope},
    error::Result,
    ids::new_id,
};

pub(crate) mod entity {
    //! The table of marks.

    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
    #[sea_orm(table_name = "clock_marks")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        pub day: Date,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Never shown to anybody.
impl crate::access::Guarded for entity::Entity {
    fn shown_in(_: &Scope) -> Condition {
        Condition::all()
    }
}

/// The last day for which something was done.
pub async fn last(db: &impl ConnectionTrait, name: &str) -> Result<Option<NaiveDate>> {
    let last: Option<Option<NaiveDate>> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column_as(entity::Column::Day.max(), "day")
        .filter(entity::Column::Name.eq(name))
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten())
}

/// Takes a day for oneself, until the transaction ends; tells whether nobody had it. Of two that come at once, the second
/// waits for the first.
pub async fn take(transaction: &impl ConnectionTrait, name: &str, day: NaiveDate) -> Result<bool> {
    let row = entity::Model { id: new_id(), name: name.to_owned(), day };
    let place = [entity::Column::Name, entity::Column::Day];
    let taken = entity::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(place).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await;
    match taken {
        Ok(0) | Err(DbErr::RecordNotInserted) => Ok(false),
        Ok(_) => Ok(true),
        Err(fault) => Err(fault.into()),
    }
}
