//! What time does to consultations: those that nobody objected to are written down as closed, askers whose time is over
//! are erased, and estimated due dates are counted again once the calendar reaches.
//!
//! Nothing waits for this round to be right: whoever looks is shown the state of the day. It may run on several nodes at
//! once, and be cut off at any moment.

use sea_orm::Condition;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use super::{
    Consultation, State, Step, asker,
    deadlines::Days,
    entity,
    holding::readers,
    taken::{Happened, Told, close_unopposed, locked, mask_texts, save, write_event},
};
use crate::{
    access::{Guarded, Scope},
    answers,
    app::App,
    audit::{self, Entry, SERVICE},
    error::Result,
    ids::NodeKind,
    needs,
    outbox::{Note, Subject, Write},
};

/// How many are looked at between two transactions.
const AT_ONCE: u64 = 200;

/// What a round has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Cases written down as closed.
    pub closed: u64,
    /// Askers erased.
    pub erased: u64,
    /// Due dates that are no estimates any more, or better ones.
    pub counted: u64,
}

/// One round.
pub async fn tick(app: &App) -> Result<Ticked> {
    let today = app.clock.today();
    let unopposed = Condition::all()
        .add(entity::Column::State.eq(State::Replied))
        .add(entity::Column::NoObjectionOn.lt(today));
    let closed = round(app, unopposed, Kind::Close).await?;
    let erased = match before_retention(app) {
        Some(before) => {
            let over = Condition::all()
                .add(entity::Column::State.eq(State::Closed))
                .add(entity::Column::ClosedAt.lt(before))
                .add(entity::Column::AskerErasedAt.is_null());
            round(app, over, Kind::Erase).await?
        }
        None => 0,
    };
    let estimated = Condition::all().add(entity::Column::DueEstimated.eq(true));
    let counted = round(app, estimated, Kind::Count).await?;
    Ok(Ticked { closed, erased, counted })
}

/// Before when a case must have been closed for its asker to be erased now.
fn before_retention(app: &App) -> Option<DateTimeUtc> {
    app.clock.now().checked_sub_signed(app.consultations.asker_retention?)
}

#[derive(Clone, Copy)]
enum Kind {
    Close,
    Erase,
    Count,
}

/// Goes through the cases of a condition, each in a transaction of its own, so that nobody waits long.
async fn round(app: &App, condition: Condition, kind: Kind) -> Result<u64> {
    let (mut after, mut done) = (Uuid::nil(), 0);
    loop {
        let ids: Vec<Uuid> = entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(entity::Column::Id)
            .filter(condition.clone())
            .filter(entity::Column::Id.gt(after))
            .order_by_asc(entity::Column::Id)
            .limit(AT_ONCE)
            .into_tuple()
            .all(app.db.read())
            .await?;
        let Some(last) = ids.last() else { return Ok(done) };
        after = *last;
        for id in ids {
            done += u64::from(one(app, id, kind).await?);
        }
    }
}

/// Does it to one case, as it is now. Whether there was something to do.
async fn one(app: &App, id: Uuid, kind: Kind) -> Result<bool> {
    let mut write = app.db.write().await?;
    let mut row = locked(&*write, id).await?;
    let seen = row.version;
    let changed = match kind {
        Kind::Close => close_unopposed(&*write, &mut row, app.clock.today()).await?,
        Kind::Erase => erase(app, &mut write, &mut row).await?,
        Kind::Count => {
            row.due_estimated
                && Days::new(&app.calendar, &app.consultations, app.clock.today())
                    .count_again(&mut row)
        }
    };
    if !changed {
        return Ok(false);
    }
    save(&*write, &row, seen).await?;
    tell(&mut write, &row, kind, app.clock.now()).await?;
    write.commit(app.clock.now()).await?;
    Ok(true)
}

async fn erase(app: &App, write: &mut Write, row: &mut Consultation) -> Result<bool> {
    let over = before_retention(app).zip(row.closed_at);
    let due = over.is_some_and(|(before, closed)| closed < before);
    if !due || row.state != State::Closed || row.asker_erased_at.is_some() {
        return Ok(false);
    }
    let key = app.vault.unwrap(&row.data_key)?;
    let found = asker::unseen(&**write, &app.vault, vec![row.id]).await?.remove(&row.id);
    if let Some(asker) = found {
        mask_texts(row, &key, &asker)?;
        let (id, now) = (row.id, app.clock.now());
        for note in answers::forget(&**write, id, &asker.confidential(), now).await? {
            write.note(note);
        }
        needs::forget(write, id, &asker.confidential(), now).await?;
    }
    asker::erase(&**write, row.id).await?;
    let now = app.clock.now();
    row.asker_erased_at = Some(now);
    row.version += 1;
    row.updated_at = now;
    row.updated_by = Some(SERVICE.to_owned());
    let happened = Happened {
        step: Step::EraseAsker,
        from: Some(row.state),
        actor: SERVICE.to_owned(),
        at: now,
    };
    write_event(&**write, row, &key, happened, Told::default()).await?;
    Ok(true)
}

async fn tell(write: &mut Write, row: &Consultation, kind: Kind, now: DateTimeUtc) -> Result<()> {
    let step = match kind {
        Kind::Close => Step::NoObjection,
        Kind::Erase => Step::EraseAsker,
        Kind::Count => return Ok(()),
    };
    let readers = readers(&**write, vec![row.id]).await?.remove(&row.id).unwrap_or_default();
    let tokens: Vec<String> = readers.into_iter().map(|reader| reader.token).collect();
    let subject = Subject::Consultation;
    write.note(Note { subject, id: row.id, before: tokens.clone(), after: tokens });
    let entry = Entry::new(step.name()).of(NodeKind::Consultation, row.id);
    let entry = entry.within(Some(&row.district_code)).saying(row.state.to_value());
    audit::by_service(&**write, vec![entry], now).await
}
