//! Writing a thing only as it was when it was read: whoever was slower is told, and loses nothing in silence.

use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};

use crate::{
    access::{Guarded, Scope},
    error::{Error, Result},
};

/// Says that somebody was faster, where the version given is not the present one.
pub fn check_version(present: i32, given: i32) -> Result<()> {
    if present == given { Ok(()) } else { Err(Error::Conflict { present }) }
}

/// Writes the set columns of a row that must still have the version that was read. The row brings the next version
/// along.
///
/// # Errors
/// [`Error::Conflict`] with the present version where somebody was faster; [`Error::NotFound`] where it is gone.
pub async fn update_at<E: Guarded>(
    db: &impl ConnectionTrait,
    (id_column, id): (E::Column, Uuid),
    (version_column, version): (E::Column, i32),
    row: impl ActiveModelTrait<Entity = E>,
) -> Result<()> {
    let updated = E::update_many()
        .set(row)
        .filter(id_column.eq(id))
        .filter(version_column.eq(version))
        .exec(db)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(());
    }
    let present: Option<i32> = E::visible_to(&Scope::Service)
        .select_only()
        .column(version_column)
        .filter(id_column.eq(id))
        .into_tuple()
        .one(db)
        .await?;
    Err(present.map_or(Error::NotFound, |present| Error::Conflict { present }))
}
