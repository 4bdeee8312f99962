//! What time does to needs: those whose last day is over are written down as lapsed.
//!
//! Nothing waits for this round to be right: whoever looks is shown the state of the day. It may run on several nodes at
//! once, and be cut off at any moment.

use sea_orm::{QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use super::{NeedState, entity, store};
use crate::{
    access::{Guarded, Scope},
    app::App,
    audit::{self, Entry, SERVICE},
    error::{Error, Result},
    ids::NodeKind,
};

/// How many are looked at between two questions for more.
const AT_ONCE: u64 = 200;

/// One round. Gives how many needs were written down as lapsed.
pub async fn tick(app: &App) -> Result<u64> {
    let (mut after, mut lapsed) = (Uuid::nil(), 0);
    loop {
        let ids: Vec<Uuid> = entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(entity::Column::Id)
            .filter(entity::Column::State.is_in([NeedState::Open, NeedState::Matched]))
            .filter(entity::Column::ExpiresOn.lt(app.clock.today()))
            .filter(entity::Column::Id.gt(after))
            .order_by_asc(entity::Column::Id)
            .limit(AT_ONCE)
            .into_tuple()
            .all(app.db.read())
            .await?;
        let Some(last) = ids.last() else { return Ok(lapsed) };
        after = *last;
        for id in ids {
            lapsed += u64::from(one(app, id).await?);
        }
    }
}

/// Does it to one need, as it is now. Whether there was something to do.
async fn one(app: &App, id: Uuid) -> Result<bool> {
    let mut write = app.db.write().await?;
    let Some(need) = super::by_ids(&*write, &Scope::Service, vec![id]).await?.remove(&id) else {
        return Ok(false);
    };
    let (today, now) = (app.clock.today(), app.clock.now());
    if !need.state.lapses() || !store::is_over(&need, today) {
        return Ok(false);
    }
    let mut row = need.clone();
    row.state = NeedState::Lapsed;
    row.closed_at = Some(now);
    row.updated_at = now;
    row.updated_by = Some(SERVICE.to_owned());
    let district = need.district_code.clone();
    match store::write(&mut write, &need, row).await {
        // Somebody changed it a moment ago; the next round looks again.
        Err(Error::Conflict { .. }) => return Ok(false),
        written => written?,
    }
    let entry = Entry::new("lapseNeed").of(NodeKind::Need, id).within(district.as_deref());
    audit::by_service(&*write, vec![entry.saying("LAPSED")], now).await?;
    write.commit(now).await?;
    Ok(true)
}
