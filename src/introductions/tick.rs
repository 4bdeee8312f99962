//! What time does to introductions: requests that nobody answered in time are written down as expired.
//!
//! Nothing waits for this round to be right: whoever looks is shown the state of the day. It may run on several nodes at
//! once, and be cut off at any moment.

use sea_orm::{QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use super::{Introduction, IntroductionState, entity, store};
use crate::{
    access::{Guarded, Scope},
    app::App,
    audit::{self, SERVICE},
    error::{Error, Result},
    outbox::Write,
};

/// How many are looked at between two questions for more.
const AT_ONCE: u64 = 200;

/// One round. Gives how many requests were written down as expired.
pub async fn tick(app: &App) -> Result<u64> {
    let (mut after, mut expired) = (Uuid::nil(), 0);
    loop {
        let waiting = [IntroductionState::Requested, IntroductionState::Acknowledged];
        let ids: Vec<Uuid> = entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(entity::Column::Id)
            .filter(entity::Column::State.is_in(waiting))
            .filter(entity::Column::DueOn.lt(app.clock.today()))
            .filter(entity::Column::Id.gt(after))
            .order_by_asc(entity::Column::Id)
            .limit(AT_ONCE)
            .into_tuple()
            .all(app.db.read())
            .await?;
        let Some(last) = ids.last() else { return Ok(expired) };
        after = *last;
        for id in ids {
            expired += u64::from(one(app, id).await?);
        }
    }
}

/// Does it to one request, as it is now. Whether there was something to do.
async fn one(app: &App, id: Uuid) -> Result<bool> {
    let mut write = app.db.write().await?;
    let Some(row) = super::by_ids(&*write, &Scope::Service, vec![id]).await?.remove(&id) else {
        return Ok(false);
    };
    let is_new = row.state != IntroductionState::Expired;
    if !is_new || row.state_on(app.clock.today()) != IntroductionState::Expired {
        return Ok(false);
    }
    match expire(&mut write, &row, app.clock.now()).await {
        // Somebody answered a moment ago.
        Err(Error::Conflict { .. }) => return Ok(false),
        written => written?,
    }
    write.commit(app.clock.now()).await?;
    Ok(true)
}

/// Writes down that a request has expired.
pub(super) async fn expire(write: &mut Write, row: &Introduction, now: DateTimeUtc) -> Result<()> {
    let mut changed = row.clone();
    store::ended(&mut changed, IntroductionState::Expired, now);
    changed.updated_at = now;
    changed.updated_by = Some(SERVICE.to_owned());
    store::write(write, row, changed).await?;
    let entry = store::entry("expireIntroduction", row).saying("EXPIRED");
    audit::by_service(&**write, vec![entry], now).await
}
