//! Where the introductions between needs and things have come to, for whoever keeps what becomes of such pairs.

use std::collections::{BTreeMap, HashSet};

use sea_orm::{QueryFilter, QueryOrder, entity::prelude::*};

use super::{Introduction, IntroductionState, IntroductionSubjectKind, entity, record::settled};
use crate::{
    access::{Guarded, Scope},
    error::Result,
};

/// Where an introduction has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Asked for, or accepted: what comes of it is not known yet.
    UnderWay,
    /// A contract, by the word of those who asked.
    Succeeded,
    /// Declined, not answered in time, or come to nothing by the word of those who asked.
    Failed,
    /// Taken back by those who asked.
    TakenBack,
}

/// Between which need and which thing there is an introduction, and where the last of them has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// The need for which contact was asked.
    pub need: Uuid,
    /// What kind of thing it is about.
    pub about_kind: IntroductionSubjectKind,
    /// Which one.
    pub about_id: Uuid,
    /// How far it has come.
    pub progress: Progress,
}

/// The courses of the pairs that these introductions are about; of all pairs where none are named.
pub async fn courses(db: &impl ConnectionTrait, of: Option<Vec<Uuid>>) -> Result<Vec<Course>> {
    let with_need = || {
        entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::NeedId.is_not_null())
            .order_by_asc(entity::Column::Id)
    };
    let rows = match of {
        None => with_need().all(db).await?,
        Some(ids) => {
            let named = with_need().filter(entity::Column::Id.is_in(ids)).all(db).await?;
            let pairs: HashSet<_> = named.iter().map(pair).collect();
            let needs: HashSet<Uuid> = named.iter().filter_map(|row| row.need_id).collect();
            let mut rows = with_need().filter(entity::Column::NeedId.is_in(needs)).all(db).await?;
            rows.retain(|row| pairs.contains(&pair(row)));
            rows
        }
    };
    // In the order of time: the last of each pair stays.
    let last: BTreeMap<_, Introduction> = rows.into_iter().map(|row| (pair(&row), row)).collect();
    let released = last.values().filter(|row| row.state == IntroductionState::ContactReleased);
    let settled = settled(db, released.map(|row| row.id).collect()).await?;
    let course = |row: Introduction| {
        let progress = match (row.state, settled.get(&row.id)) {
            (IntroductionState::ContactReleased, Some(true)) => Progress::Succeeded,
            (IntroductionState::ContactReleased, Some(false))
            | (IntroductionState::Declined | IntroductionState::Expired, _) => Progress::Failed,
            (IntroductionState::Withdrawn, _) => Progress::TakenBack,
            (
                IntroductionState::Requested
                | IntroductionState::Acknowledged
                | IntroductionState::ContactReleased,
                _,
            ) => Progress::UnderWay,
        };
        Some(Course {
            need: row.need_id?,
            about_kind: row.about_kind,
            about_id: row.about_id,
            progress,
        })
    };
    Ok(last.into_values().filter_map(course).collect())
}

fn pair(row: &Introduction) -> (Option<Uuid>, IntroductionSubjectKind, Uuid) {
    (row.need_id, row.about_kind, row.about_id)
}
