//! A step that somebody takes: found, allowed, looked at again inside of the transaction, written with its event, its note
//! to the followers and its entry in the audit log.
//!
//! Every rule of this room is one of these with its own guards; what all have in common stands here once.

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel as _, QueryFilter, QuerySelect, Set, entity::prelude::*};

use super::{
    Consultation, Step, area_entity,
    asker::Asker,
    deadlines::Days,
    entity, event_entity,
    holding::{Held, Reader, action, is_for_the_holder, readers},
    missed, reader_entity,
    sealed::{Part, seal_note},
    state::{Facts, Refusal, Seat, clock, may_follow, next, seat},
    words::Words,
};
use crate::{
    access::{self, Guarded, Scope},
    app::Ctx,
    audit::{Entry, SERVICE},
    change::{Change, Done},
    error::{Error, Result},
    ids::{NodeKind, new_id},
    outbox::{Note, Subject},
    vault::DataKey,
};

/// Which consultation a step is about, as whoever takes it last saw it.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Which one.
    pub id: Uuid,
    /// The version that was seen.
    pub version: i32,
}

/// What an event tells beside the step itself.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) note: Option<Words>,
    pub(super) answered_question: Option<Uuid>,
    pub(super) station: Option<Uuid>,
    pub(super) member: Option<Uuid>,
}

impl Told {
    /// No more than a note.
    pub(super) fn of(note: impl Into<Option<Words>>) -> Self {
        Self { note: note.into(), ..Self::default() }
    }
}

/// A case that the viewer may see.
pub(super) async fn find(ctx: &Ctx, id: Uuid) -> Result<(Consultation, Vec<Reader>)> {
    let row = entity::Entity::visible_to(&ctx.scope()).filter(entity::Column::Id.eq(id));
    let row = row.one(ctx.db()).await?.ok_or(Error::NotFound)?;
    let readers = readers(ctx.db(), vec![id]).await?.remove(&id).unwrap_or_default();
    Ok((row, readers))
}

/// A step under way.
pub(super) struct Taken<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) change: Change<'a>,
    pub(super) row: Consultation,
    pub(super) areas: Vec<Uuid>,
    pub(super) key: DataKey,
    step: Step,
    from: super::State,
    readers: Vec<Reader>,
    before: Vec<String>,
}

impl<'a> Taken<'a> {
    /// Begins a step.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::AlreadyDone`], [`Error::Conflict`], and [`Error::Rule`] where
    /// the state speaks against it or somebody else has the case in hand.
    pub(super) async fn begin(ctx: &'a Ctx, about: About, step: Step) -> Result<Self> {
        access::check_at_all(&ctx.viewer, action(step))?;
        let (row, seen) = find(ctx, about.id).await?;
        let holding = Held { row: &row, readers: &seen }.for_step(step);
        access::check(&ctx.viewer, action(step), &holding)?;
        let change = Change::begin(ctx).await?;
        let row = locked(&*change, about.id).await?;
        let readers = readers(&*change, vec![row.id]).await?.remove(&row.id).unwrap_or_default();
        let areas = area_ids(&*change, row.id).await?;
        let key = ctx.app.vault.unwrap(&row.data_key)?;
        let before = readers.iter().map(|reader| reader.token.clone()).collect();
        let from = row.state;
        let mut taken = Self { ctx, change, row, areas, key, step, from, readers, before };
        close_unopposed(&*taken.change, &mut taken.row, ctx.today).await?;
        taken.from = taken.row.state;
        if taken.row.version != about.version {
            return Err(Error::Conflict { present: taken.row.version });
        }
        if !may_follow(taken.row.state, step) {
            return Err(Refusal::WrongState(taken.row.state).into());
        }
        if is_for_the_holder(step) {
            taken.held().check_in_hand(&ctx.viewer)?;
        }
        Ok(taken)
    }

    /// The case with its readers.
    pub(super) fn held(&self) -> Held<'_> {
        Held { row: &self.row, readers: &self.readers }
    }

    /// What is known of the case; what a step brings along is the rule's to add.
    pub(super) fn facts(&self) -> Facts {
        standing(&self.row, !self.areas.is_empty(), self.ctx)
    }

    /// Takes the step, if the table lets it.
    pub(super) fn go(&mut self, facts: &Facts) -> Result<()> {
        use super::State::NeedsInfo;
        let from = self.row.state;
        let to = next(from, self.step, facts)?;
        self.row.missed_on = missed(self.row.missed_on, self.row.due_on, self.ctx.today);
        if to == NeedsInfo && from != NeedsInfo {
            self.row.state_before_info = Some(from);
        } else if to != NeedsInfo {
            self.row.state_before_info = None;
        }
        self.row.state = to;
        let seat = |state| seat(state, self.row.state_before_info);
        if seat(to) == Seat::Owner {
            self.row.handler_id = None;
        }
        let clock = clock(self.step, from, to);
        self.days().set(&mut self.row, clock);
        Ok(())
    }

    /// What counts working days.
    pub(super) fn days(&self) -> Days<'a> {
        let app = &self.ctx.app;
        Days::new(&app.calendar, &app.consultations, self.ctx.today)
    }

    /// Seals a text of the case for its place.
    pub(super) fn sealed(&self, part: Part, words: &Words) -> String {
        part.seal(&self.key, self.row.id, words.as_str())
    }

    /// Lets somebody read the case from now on; who does already goes on as before.
    pub(super) async fn let_read(&mut self, token: String, sees_asker: bool) -> Result<()> {
        if self.readers.iter().any(|reader| reader.token == token) {
            return Ok(());
        }
        let consultation_id = self.row.id;
        let reader = Reader { consultation_id, token, sees_asker, sees_inside: true };
        let row = reader.clone().into_active_model();
        reader_entity::Entity::insert(row).exec_without_returning(&*self.change).await?;
        self.readers.push(reader);
        Ok(())
    }

    /// Whether a token lets its holder see who asked.
    pub(super) fn shows_asker_to(&self, token: &str) -> bool {
        self.readers.iter().any(|reader| reader.token == token && reader.sees_asker)
    }

    /// Ends the step: it is written, told and entered. Gives the consultation.
    pub(super) async fn finish(self, told: Told) -> Result<Done> {
        let Self { ctx, mut change, mut row, key, step, from, readers, before, .. } = self;
        let (seen, now, actor) = (row.version, ctx.now(), change.actor());
        row.version += 1;
        row.updated_at = now;
        row.updated_by = Some(actor.clone());
        let from = Some(from);
        write_event(&*change, &mut row, &key, Happened { step, from, actor, at: now }, told)
            .await?;
        save(&*change, &row, seen).await?;
        let after = readers.into_iter().map(|reader| reader.token).collect();
        change.note(Note { subject: Subject::Consultation, id: row.id, before, after });
        let entry = Entry::new(step.name()).of(NodeKind::Consultation, row.id);
        let district = Some(row.district_code.as_str());
        change.audit(entry.within(district).saying(row.state.to_value()));
        change.commit(row.id).await
    }
}

/// What is known of a case, apart from what a step brings along.
pub(super) fn standing(row: &Consultation, has_areas: bool, ctx: &Ctx) -> Facts {
    let ended = row.closed_at_on(ctx.today).or(row.replied_at);
    let asker_held_back = row.referred_station_id.is_some() && !row.asker_released;
    Facts {
        classified: has_areas && row.level.is_some() && row.product_kind.is_some(),
        level: row.level,
        before_info: row.state_before_info,
        handed_on: row.highest_tier.is_some() || row.referred_station_id.is_some(),
        asker_held_back,
        asker_erased: row.asker_erased_at.is_some(),
        days_since_end: ended.map(|ended| (ctx.now() - ended).num_days()),
        assigned: row.assignee_id.is_some(),
        by_assignee: ctx.viewer.member().is_some_and(|member| row.assignee_id == Some(member.id)),
        summary: row.sealed_summary.is_some(),
        ..Facts::default()
    }
}

/// The areas of one case.
pub(super) async fn area_ids(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Uuid>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::ConsultationId.eq(id));
    Ok(rows.all(db).await?.into_iter().map(|row| row.area_id).collect())
}

/// A row as it is now, which nobody else changes until the transaction ends. (SQLite has one writer anyway.)
pub(super) async fn locked(db: &impl ConnectionTrait, id: Uuid) -> Result<Consultation> {
    let row = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::Id.eq(id))
        .lock_exclusive();
    row.one(db).await?.ok_or(Error::NotFound)
}

/// Closes a case in the transaction if the company has said nothing against its reply in time. It has been closed since
/// that day for whoever looked; this writes it down, so that its version stays.
pub(super) async fn close_unopposed(
    db: &impl ConnectionTrait,
    row: &mut Consultation,
    today: chrono::NaiveDate,
) -> Result<bool> {
    let Some(at) = row.unopposed_since(today) else { return Ok(false) };
    let happened =
        Happened { step: Step::NoObjection, from: Some(row.state), actor: SERVICE.to_owned(), at };
    row.state = super::State::Closed;
    row.closure = Some(super::Closure::NoObjection);
    row.closed_at = Some(at);
    insert_event(db, row, happened, Told::default(), None).await?;
    Ok(true)
}

/// Writes a row, unless somebody else was faster.
pub(super) async fn save(db: &impl ConnectionTrait, row: &Consultation, seen: i32) -> Result<()> {
    let mut changed = row.clone().into_active_model().reset_all();
    changed.id = sea_orm::ActiveValue::NotSet;
    let saved = entity::Entity::update_many()
        .set(changed)
        .filter(entity::Column::Id.eq(row.id))
        .filter(entity::Column::Version.eq(seen))
        .exec(db)
        .await?;
    match saved.rows_affected {
        0 => Err(Error::Conflict { present: row.version }),
        _ => Ok(()),
    }
}

/// That something happened.
pub(super) struct Happened {
    pub(super) step: Step,
    pub(super) from: Option<super::State>,
    pub(super) actor: String,
    pub(super) at: DateTime<Utc>,
}

/// Writes an event with its note sealed under the key of the case.
pub(super) async fn write_event(
    db: &impl ConnectionTrait,
    row: &mut Consultation,
    key: &DataKey,
    happened: Happened,
    told: Told,
) -> Result<()> {
    insert_event(db, row, happened, told, Some(key)).await
}

async fn insert_event(
    db: &impl ConnectionTrait,
    row: &mut Consultation,
    happened: Happened,
    told: Told,
    key: Option<&DataKey>,
) -> Result<()> {
    row.events += 1;
    let id = new_id();
    let note = told.note.as_ref().zip(key);
    let event = event_entity::ActiveModel {
        id: Set(id),
        consultation_id: Set(row.id),
        position: Set(row.events),
        event: Set(happened.step),
        at: Set(happened.at),
        actor: Set(happened.actor),
        from_state: Set(happened.from),
        to_state: Set(row.state),
        level: Set(row.level),
        due_on: Set(row.due_on),
        sealed_note: Set(note.map(|(note, key)| seal_note(key, row.id, id, note.as_str()))),
        answered_question_id: Set(told.answered_question),
        station_id: Set(told.station),
        member_id: Set(told.member),
    };
    event_entity::Entity::insert(event).exec_without_returning(db).await?;
    Ok(())
}

/// Takes what would tell who asked out of the texts of a case, before who asked is erased: the texts stay, and nobody
/// could take it out any more. Notes of events are never changed; they are no longer shown to whoever did not see the
/// asker.
pub(super) fn mask_texts(row: &mut Consultation, key: &DataKey, asker: &Asker) -> Result<()> {
    let id = row.id;
    let mask = |part: Part, sealed: &str| -> Result<String> {
        let text = part.open(key, id, sealed)?;
        Ok(part.seal(key, id, &super::asker::masked(&text, asker)?))
    };
    row.sealed_text = mask(Part::Text, &row.sealed_text)?;
    row.sealed_summary =
        row.sealed_summary.as_deref().map(|sealed| mask(Part::Summary, sealed)).transpose()?;
    row.sealed_reply =
        row.sealed_reply.as_deref().map(|sealed| mask(Part::Reply, sealed)).transpose()?;
    Ok(())
}
