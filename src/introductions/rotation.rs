//! Carrying the sealed contacts over to a new master key.

use sea_orm::{QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use super::entity::{Column, Entity};
use crate::{
    access::{Guarded, Scope},
    db::Database,
    error::Result,
    vault::Vault,
};

/// How many rows are carried over in one transaction.
const AT_ONCE: u64 = 200;

/// Wraps every data key of an introduction anew under the current master key. Gives how many rows it carried over. What
/// was carried over before is passed by, so that it can be cut off and run again; while it runs, the service goes on.
pub async fn rewrap(db: &Database, vault: &Vault) -> Result<u64> {
    let mut carried = 0;
    loop {
        let batch = some(db, vault).await?;
        carried += batch;
        if batch == 0 {
            return Ok(carried);
        }
    }
}

async fn some(db: &Database, vault: &Vault) -> Result<u64> {
    let write = db.write().await?;
    // Locked, so that nobody who changes a row meanwhile writes its old key back.
    let rows: Vec<(Uuid, String)> = Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([Column::Id, Column::DataKey])
        .filter(Column::DataKey.not_like(format!("{}.%", vault.current_id())))
        .order_by_asc(Column::Id)
        .limit(AT_ONCE)
        .lock_exclusive()
        .into_tuple()
        .all(&*write)
        .await?;
    let mut carried = 0;
    for (id, old) in rows {
        let Some(new) = vault.rewrap(&old)? else { continue };
        let update = Entity::update_many().col_expr(Column::DataKey, Expr::value(new.as_str()));
        carried += update.filter(Column::Id.eq(id)).exec(&*write).await?.rows_affected;
    }
    write.commit(chrono::DateTime::UNIX_EPOCH).await?;
    Ok(carried)
}
