//! What readers said of published answers, for counting it by station and area.

use chrono::NaiveDate;
use sea_orm::{
    Condition, QueryFilter, QuerySelect, QueryTrait as _, entity::prelude::*, sea_query::Expr,
};

use super::{area_entity, entity, sifting::published};
use crate::{
    access::{Guarded, Scope},
    batch::grouped,
    error::Result,
};

/// An answer of which readers said whether it helped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rated {
    /// The station that answered.
    pub station_id: Uuid,
    /// How many found it helpful.
    pub helpful: u64,
    /// How many did not.
    pub unhelpful: u64,
    /// The areas that it is filed under.
    pub areas: Vec<Uuid>,
}

/// The published answers of a scope of which anybody said anything, answered on these days. Two statements, whatever
/// their number; no text is read.
pub async fn rated(
    db: &impl ConnectionTrait,
    scope: &Scope,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<Vec<Rated>> {
    use entity::Column;
    // Word for word as the index says it that holds these: engines know it again by its words alone.
    let said = Expr::cust("(helpful > 0 OR unhelpful > 0)");
    let on = Condition::all()
        .add_option(from.map(|day| Column::AnsweredOn.gte(day)))
        .add_option(to.map(|day| Column::AnsweredOn.lte(day)));
    let select = published(scope).filter(said).filter(on).select_only();
    let rows: Vec<(Uuid, Uuid, i32, i32)> = select
        .clone()
        .columns([Column::Id, Column::StationId, Column::Helpful, Column::Unhelpful])
        .into_tuple()
        .all(db)
        .await?;
    let pairs = area_entity::Entity::visible_to(&Scope::Service)
        .filter(
            area_entity::Column::AnsweredQuestionId
                .in_subquery(select.column(Column::Id).into_query()),
        )
        .all(db)
        .await?;
    let mut areas = grouped(pairs.into_iter().map(|row| (row.answered_question_id, row.area_id)));
    let rated = |(id, station_id, helpful, unhelpful): (Uuid, Uuid, i32, i32)| Rated {
        station_id,
        helpful: u64::try_from(helpful).unwrap_or(0),
        unhelpful: u64::try_from(unhelpful).unwrap_or(0),
        areas: areas.remove(&id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(rated).collect())
}
