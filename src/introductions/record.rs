//! What the past says of an organization: how introductions to it went, in figures that tell of no single one.
//!
//! How others fared is information about them. So what leaves this room for everybody's eyes is one value between 0 and
//! 1, in tenths, and only from three settled introductions on; the figures behind it are for the organization itself. An
//! introduction is settled by the last word of those who asked: nobody betters their own record by their own word.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};

use super::{
    DeclineReason, Introduction, IntroductionOutcomeKind, IntroductionSide, IntroductionState,
    IntroductionSubjectKind, entity, outcome_entity,
};
use crate::{
    access::{Guarded, Scope},
    error::Result,
};

/// From how many settled introductions on there is a value.
const SETTLED_AT_LEAST: u32 = 3;

/// How introductions to an organization went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackRecord {
    /// How many were accepted.
    pub released: u32,
    /// How many of these ended in a contract, by the word of those who asked.
    pub succeeded: u32,
    /// How many of these came to nothing, by the word of those who asked.
    pub failed: u32,
    /// How many days an answer takes, by the median.
    pub median_days_to_answer: Option<u32>,
}

impl TrackRecord {
    /// The share of those that succeeded among those that are settled, in tenths; none where there are too few of them.
    pub fn value(&self) -> Option<f64> {
        let settled = self.succeeded + self.failed;
        if settled < SETTLED_AT_LEAST {
            return None;
        }
        let share = f64::from(self.succeeded) / f64::from(settled);
        Some((share * 10.0).round() / 10.0)
    }
}

/// How introductions to these organizations went, by organization; those that were never asked are left out. Two
/// statements, whatever their number.
pub async fn track_record(
    db: &impl ConnectionTrait,
    organizations: Vec<Uuid>,
) -> Result<HashMap<Uuid, TrackRecord>> {
    if organizations.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Uuid, IntroductionState, DateTimeUtc, Option<DateTimeUtc>)> =
        entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .columns([
                entity::Column::Id,
                entity::Column::OrganizationId,
                entity::Column::State,
                entity::Column::CreatedAt,
                entity::Column::AnsweredAt,
            ])
            .filter(entity::Column::OrganizationId.is_in(organizations))
            .into_tuple()
            .all(db)
            .await?;
    let released = |state: &IntroductionState| *state == IntroductionState::ContactReleased;
    let ids = rows.iter().filter(|row| released(&row.2)).map(|row| row.0);
    let settled = settled(db, ids.collect()).await?;
    let mut records: HashMap<Uuid, TrackRecord> = HashMap::new();
    let mut days: HashMap<Uuid, Vec<u32>> = HashMap::new();
    for (id, organization, state, asked, answered) in rows {
        let record = records.entry(organization).or_default();
        record.released += u32::from(released(&state));
        record.succeeded += u32::from(settled.get(&id) == Some(&true));
        record.failed += u32::from(settled.get(&id) == Some(&false));
        if let Some(answered) = answered {
            let taken = u32::try_from((answered - asked).num_days()).unwrap_or(0);
            days.entry(organization).or_default().push(taken);
        }
    }
    for (organization, mut days) in days {
        days.sort_unstable();
        if let Some(record) = records.get_mut(&organization) {
            record.median_days_to_answer = days.get((days.len() - 1) / 2).copied();
        }
    }
    Ok(records)
}

/// Whether introductions succeeded, by id; those that are not settled are left out.
pub(super) async fn settled(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, bool>> {
    use outcome_entity::{Column, Entity};
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: HashSet<Uuid> = ids.iter().copied().collect();
    let words: Vec<(Uuid, IntroductionOutcomeKind)> = Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([Column::IntroductionId, Column::Outcome])
        .filter(Column::Side.eq(IntroductionSide::Asking))
        .filter(Column::IntroductionId.is_in(ids))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let last = words.into_iter().filter(|(id, word)| asked.contains(id) && word.is_final());
    Ok(last.map(|(id, word)| (id, word == IntroductionOutcomeKind::ContractSigned)).collect())
}

/// An introduction in brief, for the page of the organization that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    /// What kind of thing it is about.
    pub about_kind: IntroductionSubjectKind,
    /// Which one.
    pub about_id: Uuid,
    /// Where it stands on the day.
    pub state: IntroductionState,
    /// Why it was declined, where it was.
    pub decline_reason: Option<DeclineReason>,
}

/// The introductions to these organizations in brief, the oldest first, by organization. For the organizations' own
/// people: whoever asks has looked at whose they are.
pub async fn of_organizations(
    db: &impl ConnectionTrait,
    organizations: Vec<Uuid>,
    today: NaiveDate,
) -> Result<BTreeMap<Uuid, Vec<Brief>>> {
    let rows: Vec<Introduction> = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::OrganizationId.is_in(organizations))
        .order_by_asc(entity::Column::Id)
        .all(db)
        .await?;
    let mut briefs: BTreeMap<Uuid, Vec<Brief>> = BTreeMap::new();
    for row in rows {
        let brief = Brief {
            about_kind: row.about_kind,
            about_id: row.about_id,
            state: row.state_on(today),
            decline_reason: row.decline_reason,
        };
        briefs.entry(row.organization_id).or_default().push(brief);
    }
    Ok(briefs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_told_in_tenths_and_only_of_several() {
        let record =
            |succeeded, failed| TrackRecord { succeeded, failed, ..TrackRecord::default() };
        assert_eq!(record(2, 0).value(), None);
        assert_eq!(record(2, 1).value(), Some(0.7));
        assert_eq!(record(0, 3).value(), Some(0.0));
        assert_eq!(record(30, 1).value(), Some(1.0));
    }
}
