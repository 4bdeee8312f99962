//! Going through many answers for a verdict on each: no more of a row than a verdict needs, the most used first, in
//! steps, so that neither memory nor statements grow with what is asked about.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{
    Condition, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select, entity::prelude::*,
};

use super::{CitationRole, State, citation_entity, entity, grounds_on};
use crate::{
    access::{Guarded, Scope},
    error::Result,
    regulations::currency::Grounds,
};

/// Answers that are looked at in one step.
const AT_ONCE: u64 = 2_000;

/// An answer, as far as a verdict and a count need it.
#[derive(Clone, Debug)]
pub(super) struct Lean {
    /// Which one.
    pub id: Uuid,
    /// The station that answered.
    pub station_id: Uuid,
    /// How often others have reused it.
    pub reuse_count: i32,
    /// What it rests on.
    pub grounds: Grounds,
}

/// Where going through them has come to.
pub(super) struct Sifting {
    select: Select<entity::Entity>,
    after: Option<(i32, Uuid)>,
    ended: bool,
}

impl Sifting {
    /// Goes through what a query selects.
    pub(super) fn of(select: Select<entity::Entity>) -> Self {
        Self { select, after: None, ended: false }
    }

    /// The next answers, each with what it rests on, the most used first; none when all have been seen.
    pub(super) async fn next(&mut self, db: &impl ConnectionTrait) -> Result<Vec<Lean>> {
        use entity::Column;
        if self.ended {
            return Ok(Vec::new());
        }
        let behind = self.after.map(|(uses, id)| {
            let tied = Column::ReuseCount.eq(uses).and(Column::Id.lt(id));
            Condition::any().add(Column::ReuseCount.lt(uses)).add(tied)
        });
        let rows: Vec<(Uuid, Uuid, i32, Option<NaiveDate>)> = self
            .select
            .clone()
            .filter(Condition::all().add_option(behind))
            .select_only()
            .columns([Column::Id, Column::StationId, Column::ReuseCount, Column::ReviewBy])
            .order_by_desc(Column::ReuseCount)
            .order_by_desc(Column::Id)
            .limit(AT_ONCE)
            .into_tuple()
            .all(db)
            .await?;
        self.ended = (rows.len() as u64) < AT_ONCE;
        self.after = rows.last().map(|(id, _, uses, _)| (*uses, *id));
        let reviews = rows.iter().map(|(id, _, _, review_by)| (*id, *review_by)).collect();
        let mut grounds = grounds_of(db, reviews).await?;
        let lean = |(id, station_id, reuse_count, _)| {
            let grounds = grounds.remove(&id).unwrap_or_default();
            Lean { id, station_id, reuse_count, grounds }
        };
        Ok(rows.into_iter().map(lean).collect())
    }
}

/// What answers rest on, each given with the day by which it is to be looked at again: two statements for all of them.
pub(super) async fn grounds_of(
    db: &impl ConnectionTrait,
    answers: Vec<(Uuid, Option<NaiveDate>)>,
) -> Result<HashMap<Uuid, Grounds>> {
    if answers.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = answers.iter().map(|(id, _)| *id).collect();
    let citations = super::citations(db, ids.clone()).await?;
    let confirmations = super::confirmations(db, ids).await?;
    let grounds = |(id, review_by): (Uuid, Option<NaiveDate>)| {
        let citations = citations.get(&id).map(Vec::as_slice).unwrap_or_default();
        let confirmations = confirmations.get(&id).map(Vec::as_slice).unwrap_or_default();
        (id, grounds_on(review_by, citations, confirmations))
    };
    Ok(answers.into_iter().map(grounds).collect())
}

/// The answers of a scope that are shown and stand on their own: what was superseded or taken back need not be mended.
pub(super) fn published(scope: &Scope) -> Select<entity::Entity> {
    entity::Entity::visible_to(scope).filter(entity::Column::State.eq(State::Published))
}

/// The condition of answers that rest on one of these regulations.
pub(super) fn resting_on(regulations: Vec<Uuid>) -> Expr {
    use citation_entity::{Column, Entity};
    let citations = Entity::visible_to(&Scope::Service)
        .select_only()
        .column(Column::Id)
        .filter(Column::RegulationId.is_in(regulations))
        .filter(Column::Role.eq(CitationRole::Basis))
        .filter(
            Expr::col((Entity, Column::AnsweredQuestionId))
                .equals((entity::Entity, entity::Column::Id)),
        );
    Expr::exists(sea_orm::QueryTrait::into_query(citations))
}
