//! Needs as the index has them: to be found by who looks for what fits an offer, and by no plain search.

use sea_orm::{QueryFilter, QuerySelect as _, entity::prelude::*};

use super::{Need, NeedState, area_ids, entity};
use crate::{
    access::{Guarded, MATCHMAKER, Scope},
    error::Result,
    expertise::Tree,
};

/// Loads the needs that are shown with what the index needs of them; the others have no place in it.
pub async fn documents(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
    tree: &Tree,
) -> Result<Vec<zhanjian_index::Document>> {
    let select = entity::Entity::visible_to(&Scope::Service).filter(entity::Column::Id.is_in(ids));
    let mut rows = select.all(db).await?;
    rows.retain(|row| row.state.lapses());
    let mut areas = area_ids(db, rows.iter().map(|row| row.id).collect()).await?;
    let document = |row: Need| zhanjian_index::Document {
        audience: vec![row.audience_token, MATCHMAKER.to_owned()],
        owner: vec![row.owner_token],
        title: row.title.unwrap_or_default(),
        body: row.text,
        areas: tree.closed_codes(areas.remove(&row.id).unwrap_or_default()),
        ..zhanjian_index::Document::new(crate::search::key(zhanjian_index::Kind::Need, row.id))
    };
    Ok(rows.into_iter().map(document).collect())
}

/// The ids of the needs that follow one, at most so many, in their order.
pub async fn ids_after(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let all = entity::Entity::visible_to(&Scope::Service);
    crate::db::ids_after(db, all, entity::Column::Id, after, limit).await
}

/// The ids of the needs that are open on a day.
pub async fn open_ids(
    db: &impl ConnectionTrait,
    today: chrono::NaiveDate,
) -> Result<std::collections::BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::State.is_in([NeedState::Open, NeedState::Matched]))
        .filter(entity::Column::ShownUntil.gte(today))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().collect())
}
