//! How often others look at a research output: counted in memory, written down every few seconds.
//!
//! Looking never waits for the counting and never fails by it. What a process has counted and not written down when it is
//! killed is lost: these are figures for an office to see what is of interest, and nothing rests on them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::NaiveDate;
use sea_orm::{
    ExprTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
    entity::prelude::*,
    sea_query::{Alias, OnConflict},
};

use super::{ResearchOutput, case, entity, view_entity};
use crate::{
    access::{Guarded, Scope},
    app::{App, Ctx},
    error::Result,
};

/// The most that is kept in memory: with the writer gone for long, counting stops and looking goes on.
const MOST: usize = 100_000;
/// Rows in one statement.
const ROWS_AT_ONCE: usize = 1_000;

/// What was looked at and is not written down yet.
#[derive(Debug, Default)]
pub struct Views(Mutex<HashMap<(Uuid, NaiveDate), i64>>);

impl Views {
    fn counts(&self) -> MutexGuard<'_, HashMap<(Uuid, NaiveDate), i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, place: (Uuid, NaiveDate), views: i64) {
        let mut counts = self.counts();
        if counts.len() < MOST || counts.contains_key(&place) {
            *counts.entry(place).or_default() += views;
        }
    }
}

/// Counts that somebody looks at an output by itself, and not in a list; its own people do not count.
pub fn seen(ctx: &Ctx, row: &ResearchOutput) {
    if row.state.is_shown() && !case::is_own(&ctx.viewer, row) {
        ctx.app.views.count((row.id, ctx.today), 1);
    }
}

/// Writes down what was counted.
pub async fn flush(app: &App) -> Result<()> {
    let counted: Vec<_> = app.views.counts().drain().collect();
    if counted.is_empty() {
        return Ok(());
    }
    let written = write_down(app, &counted).await;
    if written.is_err() {
        // Kept for the next time.
        counted.into_iter().for_each(|(place, views)| app.views.count(place, views));
    }
    written
}

async fn write_down(app: &App, counted: &[((Uuid, NaiveDate), i64)]) -> Result<()> {
    use view_entity::{Column, Entity, Model};
    let write = app.db.write().await?;
    for some in counted.chunks(ROWS_AT_ONCE) {
        let ids = some.iter().map(|((id, _), _)| *id);
        // One that is gone by now would fail them all.
        let there: Vec<Uuid> = entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(entity::Column::Id)
            .filter(entity::Column::Id.is_in(ids))
            .into_tuple()
            .all(&*write)
            .await?;
        let rows = some.iter().filter(|((id, _), _)| there.contains(id));
        let rows: Vec<_> = rows
            .map(|((research_output_id, viewed_on), views)| Model {
                research_output_id: *research_output_id,
                viewed_on: *viewed_on,
                views: *views,
            })
            .map(Model::into_active_model)
            .collect();
        if rows.is_empty() {
            continue;
        }
        let new = Expr::col((Alias::new("excluded"), Column::Views));
        let sum = Expr::col((Entity, Column::Views)).add(new);
        let more = OnConflict::columns([Column::ResearchOutputId, Column::ViewedOn])
            .value(Column::Views, sum)
            .to_owned();
        Entity::insert_many(rows).on_conflict(more).exec_without_returning(&*write).await?;
    }
    write.commit(app.clock.now()).await?;
    Ok(())
}
