//! The keys that sign tokens, shared by all nodes through the database, their private halves sealed by the vault.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel as _, QueryFilter, QueryOrder, entity::prelude::*};

use super::{Settings, key_entity, keys::SigningKey, tokens::KeyRing};
use crate::{
    access::{Guarded, Scope},
    db::Database,
    error::{Error, Result},
    ids::new_id,
    vault::Vault,
};

/// For how long the keys are taken to be what they were. Another node may have made a new one meanwhile; a token signed
/// with a key that is not known makes for a look at once.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// The ring of keys as it last was.
#[derive(Debug, Default)]
pub(super) struct Kept(RwLock<Option<(Instant, Arc<KeyRing>)>>);

impl Kept {
    /// The keys, looked up where they were not of late; with `anew`, in any case but at most once a second.
    pub(super) async fn get(
        &self,
        db: &Database,
        vault: &Vault,
        settings: &Settings,
        anew: bool,
    ) -> Result<Arc<KeyRing>> {
        let kept_for = if anew { Duration::from_secs(1) } else { KEPT_FOR };
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, ring)) = kept
            && at.elapsed() < kept_for
        {
            return Ok(ring);
        }
        let ring = Arc::new(load(db.read(), vault, settings).await?);
        let kept = Some((Instant::now(), Arc::clone(&ring)));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(ring)
    }
}

/// Where a key is sealed for.
fn context(kid: &str) -> String {
    format!("signing-key:{kid}")
}

async fn load(db: &impl ConnectionTrait, vault: &Vault, settings: &Settings) -> Result<KeyRing> {
    let rows = key_entity::Entity::visible_to(&Scope::Service)
        .order_by_asc(key_entity::Column::CreatedAt)
        .all(db)
        .await?;
    let keys = rows.into_iter().map(|row| {
        let secret = vault.open_sealed(&context(&row.kid), &row.sealed)?;
        let secret: [u8; 32] = secret
            .try_into()
            .map_err(|_| Error::internal("a signing key has not the length of one"))?;
        Ok(SigningKey::from_secret_bytes(&secret, row.created_at, row.retired_at))
    });
    let keys = keys.collect::<Result<_>>()?;
    let (issuer, audience) = (settings.issuer.as_str(), settings.audience.as_str());
    Ok(KeyRing::new(issuer, audience, settings.longest_token_life(), keys))
}

/// Makes the first key where there is none.
pub(super) async fn ensure(db: &Database, vault: &Vault, now: DateTime<Utc>) -> Result<()> {
    let first = key_entity::Entity::visible_to(&Scope::Service)
        .filter(key_entity::Column::RetiredAt.is_null());
    if first.clone().one(db.read()).await?.is_some() {
        return Ok(());
    }
    let write = db.write().await?;
    // Of several nodes that start at once, two may each make one: both verify, and the newest signs.
    if first.one(&*write).await?.is_none() {
        add(&*write, vault, now).await?;
    }
    write.commit(now).await?;
    Ok(())
}

/// Makes a new key and retires those before it: they sign no more, and verify until what they signed has ended.
/// Gives the name of the new one.
pub async fn rotate(db: &Database, vault: &Vault, now: DateTime<Utc>) -> Result<String> {
    let write = db.write().await?;
    // Other nodes learn of the new key within their time; until then the old ones go on signing there.
    key_entity::Entity::update_many()
        .col_expr(key_entity::Column::RetiredAt, Expr::value(Some(now)))
        .filter(key_entity::Column::RetiredAt.is_null())
        .exec(&*write)
        .await?;
    let kid = add(&*write, vault, now).await?;
    write.commit(now).await?;
    Ok(kid)
}

async fn add(db: &impl ConnectionTrait, vault: &Vault, now: DateTime<Utc>) -> Result<String> {
    let key = SigningKey::new(&mut rand::rng(), now);
    let row = key_entity::Model {
        id: new_id(),
        kid: key.kid().to_owned(),
        sealed: vault.seal(&context(key.kid()), &key.to_secret_bytes()),
        created_at: now,
        retired_at: None,
    };
    let kid = row.kid.clone();
    key_entity::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(kid)
}

/// Seals every key anew under the current master key. Gives how many were.
pub async fn reseal(db: &impl ConnectionTrait, vault: &Vault) -> Result<u64> {
    let mut resealed = 0;
    for row in key_entity::Entity::visible_to(&Scope::Service).all(db).await? {
        if let Some(sealed) = vault.reseal(&context(&row.kid), &row.sealed)? {
            key_entity::Entity::update_many()
                .col_expr(key_entity::Column::Sealed, Expr::value(sealed))
                .filter(key_entity::Column::Id.eq(row.id))
                .exec(db)
                .await?;
            resealed += 1;
        }
    }
    Ok(resealed)
}

/// Whether there are keys in the database that a vault has sealed.
pub async fn has_keys(db: &Database) -> Result<bool> {
    let any = key_entity::Entity::visible_to(&Scope::Service);
    Ok(any.one(db.read()).await?.is_some())
}
