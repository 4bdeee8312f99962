//! Carrying what is sealed over to a new master key.

use sea_orm::{QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use super::{asker, asker_entity, entity};
use crate::{
    access::{Guarded, Scope},
    db::Database,
    error::Result,
    vault::Vault,
};

/// How many rows are carried over in one transaction.
const AT_ONCE: u64 = 200;

/// Wraps every data key of a case or an asker anew under the current master key, and makes the fingerprints of askers
/// anew. Gives how many rows it carried over. What was carried over before is passed by, so that it can be cut off and
/// run again; while it runs, the service goes on.
pub async fn rewrap(db: &Database, vault: &Vault) -> Result<u64> {
    let mut carried = 0;
    loop {
        let batch = cases(db, vault).await?;
        carried += batch;
        if batch == 0 {
            break;
        }
    }
    loop {
        let batch = askers(db, vault).await?;
        carried += batch;
        if batch == 0 {
            return Ok(carried);
        }
    }
}

/// What every key that is current begins with.
fn current(vault: &Vault) -> String {
    format!("{}.", vault.current_id())
}

async fn cases(db: &Database, vault: &Vault) -> Result<u64> {
    use entity::{Column, Entity};
    let write = db.write().await?;
    // Locked, so that nobody who changes a row meanwhile writes its old key back.
    let rows: Vec<(Uuid, String)> = Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([Column::Id, Column::DataKey])
        .filter(Column::DataKey.not_like(format!("{}%", current(vault))))
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

async fn askers(db: &Database, vault: &Vault) -> Result<u64> {
    use asker_entity::{Column, Entity};
    let write = db.write().await?;
    let rows = Entity::visible_to(&Scope::Service)
        .filter(Column::DataKey.not_like(format!("{}%", current(vault))))
        .order_by_asc(Column::Id)
        .limit(AT_ONCE)
        .lock_exclusive()
        .all(&*write)
        .await?;
    let mut carried = 0;
    for row in rows {
        let Some(new) = vault.rewrap(&row.data_key)? else { continue };
        let (name, code) = asker::fingerprints(vault, &asker::open(vault, &row)?);
        let updated = Entity::update_many()
            .col_expr(Column::DataKey, Expr::value(new.as_str()))
            .col_expr(Column::NameFingerprint, Expr::value(name))
            .col_expr(Column::CodeFingerprint, Expr::value(code))
            .filter(Column::Id.eq(row.id))
            .exec(&*write)
            .await?;
        carried += updated.rows_affected;
    }
    write.commit(chrono::DateTime::UNIX_EPOCH).await?;
    Ok(carried)
}
