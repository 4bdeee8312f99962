//! Which answers get another verdict because time goes on, for telling those who follow them.

use chrono::NaiveDate;
use sea_orm::{Condition, QueryFilter, entity::prelude::*};

use super::{
    by_ids, entity,
    sifting::{Sifting, published, resting_on},
};
use crate::{
    access::Scope,
    error::Result,
    outbox::{Note, Subject},
    regulations::currency::{Graph, assess},
};

/// A note of each published answer whose verdict on a day is another than on an earlier one, the law being the same.
pub async fn moved(
    db: &impl ConnectionTrait,
    graph: &Graph,
    after: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<Note>> {
    use entity::Column;
    let moving = graph.moving(after, until).into_iter().collect();
    // The last day of review is still in order; the verdict is another on the next.
    let due = Condition::all().add(Column::ReviewBy.gte(after)).add(Column::ReviewBy.lt(until));
    let candidates = Condition::any().add(resting_on(moving)).add(due);
    let mut sifting = Sifting::of(published(&Scope::Service).filter(candidates));
    let mut notes = Vec::new();
    loop {
        let mut some = sifting.next(db).await?;
        if some.is_empty() {
            return Ok(notes);
        }
        some.retain(|lean| {
            let verdict = |day| assess(&lean.grounds, graph, day).currency;
            verdict(after) != verdict(until)
        });
        let moved = by_ids(db, &Scope::Service, some.iter().map(|lean| lean.id).collect()).await?;
        notes.extend(moved.into_values().map(|row| {
            let tokens = vec![row.audience_token, row.owner_token];
            let subject = Subject::AnsweredQuestion;
            Note { subject, id: row.id, before: tokens.clone(), after: tokens }
        }));
    }
}
