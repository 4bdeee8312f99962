//! Since when anybody may read a research output, or may no longer: what harvesters go by.
//!
//! A row remembers two instants. `public_stamp` is when what anybody sees of it last changed: when it was published,
//! changed, or taken back. `public_from` is the end of an embargo that lay ahead when the row was written. At any instant
//! the two tell how the row stands, so that an output appears on its day with that day's stamp though nothing is written
//! on it. An output that nobody ever saw has neither, and does not exist for a harvester. Of one that is gone nothing is
//! told but what was seen of it: `public_kind` is its kind then, whatever became of it since.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    Condition, PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*,
};

use super::{OutputKind, ResearchOutput, State, entity};
use crate::{
    access::{Guarded, PUBLIC, Scope},
    clock::begins,
    error::Result,
};

/// The two instants of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicStamp {
    /// When what anybody sees last changed; none while nobody ever saw it.
    pub changed: Option<DateTime<Utc>>,
    /// From when anybody will see it, where that lay ahead when it was written.
    pub from: Option<DateTime<Utc>>,
}

/// How a research output stands for anybody at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody but its owner and those it is shown to has ever seen it.
    Never,
    /// Anybody reads it, as it has been since this instant.
    Public(DateTime<Utc>),
    /// Anybody read it until this instant.
    Gone(DateTime<Utc>),
}

/// What decides whether anybody sees a row.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The token of its audience, as its state leaves it.
    pub audience_token: &'a str,
    /// Until when its owner alone sees it.
    pub embargo_until: Option<NaiveDate>,
}

impl Shown<'_> {
    /// From when anybody sees it: none if never, the beginning of time if there is no embargo.
    fn begins(self) -> Option<DateTime<Utc>> {
        let begins = self.embargo_until.map_or(DateTime::<Utc>::MIN_UTC, begins);
        (self.audience_token == PUBLIC).then_some(begins)
    }
}

impl ResearchOutput {
    /// How it stands for anybody at an instant.
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        let stamp = PublicStamp { changed: self.public_stamp, from: self.public_from };
        stamp.standing(self.shown(), now)
    }

    /// Remembers when what anybody sees of it last changed by being written now, and of which kind it was then; `before` is
    /// the row as it was, where there was one. Whoever writes a research output does this, and nobody else sets these.
    pub fn stamp(&mut self, before: Option<&Self>, now: DateTime<Utc>) {
        let stamp = public_stamp(before, self.shown(), now);
        self.public_stamp = stamp.changed;
        self.public_from = stamp.from;
        self.public_kind = match self.standing(now) {
            Standing::Public(_) => Some(self.kind),
            Standing::Gone(_) | Standing::Never => before.and_then(|before| before.seen_kind(now)),
        };
    }

    /// The kind of it that anybody sees, or last saw.
    fn seen_kind(&self, now: DateTime<Utc>) -> Option<OutputKind> {
        match self.standing(now) {
            Standing::Never => None,
            Standing::Public(_) => Some(self.kind),
            Standing::Gone(_) => self.public_kind,
        }
    }

    /// When what others read of it last changed, as far as that is theirs to know: work on it that they do not see moves
    /// this no more than anything else that they see.
    pub fn seen_to_change(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self.standing(now) {
            Standing::Public(at) => at,
            Standing::Gone(_) | Standing::Never => self.published_at.unwrap_or(self.created_at),
        }
    }

    fn shown(&self) -> Shown<'_> {
        Shown { audience_token: &self.audience_token, embargo_until: self.embargo_until }
    }
}

impl PublicStamp {
    /// The stamp that counts at an instant.
    fn at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.from.filter(|from| *from <= now).or(self.changed)
    }

    fn standing(self, shown: Shown<'_>, now: DateTime<Utc>) -> Standing {
        match self.at(now) {
            None => Standing::Never,
            Some(at) if shown.begins().is_some_and(|begins| begins <= now) => Standing::Public(at),
            Some(at) => Standing::Gone(at),
        }
    }
}

/// The instants of a row that is written now. `before` is the row as it was, where there was one. Whoever writes a
/// research output puts them into the row.
pub fn public_stamp(
    before: Option<&ResearchOutput>,
    after: Shown<'_>,
    now: DateTime<Utc>,
) -> PublicStamp {
    let gone = match before.map_or(Standing::Never, |before| before.standing(now)) {
        Standing::Never => None,
        Standing::Public(_) => Some(now),
        Standing::Gone(at) => Some(at),
    };
    match after.begins() {
        None => PublicStamp { changed: gone, from: None },
        Some(begins) if begins > now => PublicStamp { changed: gone, from: Some(begins) },
        Some(_) => PublicStamp { changed: Some(now), from: None },
    }
}

/// Which research outputs a harvester asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Changed at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Changed before this instant.
    pub before: DateTime<Utc>,
    /// Of this kind.
    pub kind: Option<OutputKind>,
    /// Of this organization.
    pub organization: Option<Uuid>,
}

/// A research output that anybody may read, or might before; without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which one.
    pub id: Uuid,
    /// When what anybody sees of it last changed.
    pub at: DateTime<Utc>,
    /// What kind it is, or was when anybody last saw it.
    pub kind: OutputKind,
    /// Whose it is.
    pub organization: Uuid,
}

impl Span {
    fn condition(&self, column: entity::Column, now: DateTime<Utc>) -> Condition {
        use entity::Column;
        // A stamp that lies ahead does not count yet; where one counts, it counts in the place of the other.
        let counts = match column {
            Column::PublicFrom => Condition::all().add(Column::PublicFrom.lte(now)),
            _ => Condition::any().add(Column::PublicFrom.is_null()).add(Column::PublicFrom.gt(now)),
        };
        // What has come by the clock is as it was written; the other may be gone, and have become something else.
        let of_kind = match column {
            Column::PublicFrom => Column::Kind,
            _ => Column::PublicKind,
        };
        Condition::all()
            .add(counts)
            .add(column.lt(self.before))
            .add_option(self.from.map(|from| column.gte(from)))
            .add_option(self.kind.map(|kind| of_kind.eq(kind)))
            .add_option(self.organization.map(|id| Column::OrganizationId.eq(id)))
    }
}

const STAMPS: [entity::Column; 2] = [entity::Column::PublicStamp, entity::Column::PublicFrom];

/// Which one, when, its kind, the kind that anybody last saw, and whose it is.
type ListedRow = (Uuid, DateTime<Utc>, OutputKind, Option<OutputKind>, Uuid);

/// What a span lists, by instant and id, behind a place.
pub async fn listed(
    db: &impl ConnectionTrait,
    span: &Span,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Listed>> {
    let mut all = Vec::new();
    for column in STAMPS {
        let behind = after.map(|(at, id)| {
            let same = Condition::all().add(column.eq(at)).add(entity::Column::Id.gt(id));
            // The first half alone lets the engine begin at the right place of its index.
            Condition::all().add(column.gte(at)).add(Condition::any().add(column.gt(at)).add(same))
        });
        let rows: Vec<ListedRow> = entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .columns([entity::Column::Id, column, entity::Column::Kind])
            .columns([entity::Column::PublicKind, entity::Column::OrganizationId])
            .filter(span.condition(column, now))
            .filter(Condition::all().add_option(behind))
            .order_by_asc(column)
            .order_by_asc(entity::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(db)
            .await?;
        let by_clock = matches!(column, entity::Column::PublicFrom);
        let listed = |(id, at, kind, seen, organization): ListedRow| {
            let kind = seen.filter(|_| !by_clock).unwrap_or(kind);
            Listed { id, at, kind, organization }
        };
        all.extend(rows.into_iter().map(listed));
    }
    all.sort_unstable_by_key(|listed| (listed.at, listed.id));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// How many a span lists.
pub async fn count(db: &impl ConnectionTrait, span: &Span, now: DateTime<Utc>) -> Result<u64> {
    let mut all = 0;
    for column in STAMPS {
        let rows = entity::Entity::visible_to(&Scope::Service).filter(span.condition(column, now));
        all += rows.count(db).await?;
    }
    Ok(all)
}

/// The first instant that anything is listed at.
pub async fn earliest(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let span = Span { from: None, before: now, kind: None, organization: None };
    Ok(listed(db, &span, None, 1, now).await?.first().map(|listed| listed.at))
}

/// The organizations that have anything which is listed.
pub async fn listed_organizations(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let listed = Condition::any()
        .add(entity::Column::PublicStamp.is_not_null())
        .add(entity::Column::PublicFrom.lte(now));
    let ids = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::OrganizationId)
        .filter(listed)
        .distinct()
        .into_tuple();
    Ok(ids.all(db).await?)
}

/// What remains of a research output for whoever comes by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// When it was taken back.
    pub on: Option<NaiveDate>,
    /// Why.
    pub reason: Option<String>,
}

/// How a research output stands for anybody, and what remains of it where it was taken back from everybody.
pub async fn standing(
    db: &impl ConnectionTrait,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(Standing, Option<(Listed, Option<Tombstone>)>)> {
    let row = entity::Entity::visible_to(&Scope::Service).filter(entity::Column::Id.eq(id));
    let Some(row) = row.one(db).await? else { return Ok((Standing::Never, None)) };
    let standing = row.standing(now);
    let (Standing::Public(at) | Standing::Gone(at)) = standing else {
        return Ok((Standing::Never, None));
    };
    let kind = row.seen_kind(now).unwrap_or(row.kind);
    let listed = Listed { id, at, kind, organization: row.organization_id };
    // Why it was taken back is for those who could see it then: not for whoever saw it once, before it was narrowed.
    let told = row.state == State::Withdrawn && row.former_token.as_deref() == Some(PUBLIC);
    let tombstone =
        told.then_some(Tombstone { on: row.withdrawn_on, reason: row.withdrawal_reason });
    Ok((standing, Some((listed, tombstone))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDDEN: Shown<'static> = Shown { audience_token: "network", embargo_until: None };
    const OPEN: Shown<'static> = Shown { audience_token: PUBLIC, embargo_until: None };

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T04:00:00Z").parse().expect("an instant")
    }

    fn until(text: &str) -> Shown<'static> {
        Shown { audience_token: PUBLIC, embargo_until: text.parse().ok() }
    }

    #[test]
    fn an_embargo_ends_at_midnight_in_china_with_that_stamp() {
        let after = until("2027-03-31");
        let stamp = public_stamp(None, after, day("2026-11-22"));
        let midnight: DateTime<Utc> = "2027-03-30T16:00:00Z".parse().expect("an instant");
        assert_eq!(stamp, PublicStamp { changed: None, from: Some(midnight) });
        let before = midnight - chrono::Duration::microseconds(1);
        assert_eq!(stamp.standing(after, before), Standing::Never);
        assert_eq!(stamp.standing(after, midnight), Standing::Public(midnight));
        assert_eq!(stamp.standing(after, day("2028-01-01")), Standing::Public(midnight));
    }

    #[test]
    fn what_nobody_saw_leaves_no_trace() {
        let stamp = public_stamp(None, HIDDEN, day("2026-11-22"));
        assert_eq!(stamp, PublicStamp::default());
        assert_eq!(stamp.standing(HIDDEN, day("2030-01-01")), Standing::Never);
    }

    #[test]
    fn what_is_open_stands_from_now() {
        let now = day("2026-11-22");
        let stamp = public_stamp(None, OPEN, now);
        assert_eq!(stamp.standing(OPEN, now), Standing::Public(now));
        assert_eq!(stamp.standing(HIDDEN, now), Standing::Gone(now));
    }
}
