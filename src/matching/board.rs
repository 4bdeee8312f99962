//! An organization's research outputs as others' needs found them, in figures for its own office.

use sea_orm::{QueryFilter, QueryOrder as _, QuerySelect as _, entity::prelude::*};

use super::{
    MatchState, MatchTargetKind,
    entity::{Column, Entity},
};
use crate::{access::Guarded as _, app::Ctx, error::Result};

/// How many outputs are named as the most wanted.
const MOST_WANTED: u64 = 20;

/// The pairs of an organization's research outputs.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// How many are in which state.
    pub states: Vec<(MatchState, u64)>,
    /// The outputs with the most pairs that nobody has dismissed, with how many.
    pub most: Vec<(Uuid, u64)>,
}

/// The pairs of an organization's research outputs, as far as the viewer may read the needs.
pub async fn wanted_outputs(ctx: &Ctx, organization: Uuid) -> Result<Wanted> {
    use sea_orm::Iterable as _;
    let of = || {
        Entity::visible_to(&ctx.scope())
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::TargetKind.eq(MatchTargetKind::ResearchOutput))
            .select_only()
    };
    let states: Vec<(MatchState, i64)> = of()
        .column(Column::State)
        .column_as(Column::Id.count(), "pairs")
        .group_by(Column::State)
        .into_tuple()
        .all(ctx.db())
        .await?;
    let most: Vec<(Uuid, i64)> = of()
        .filter(Column::State.ne(MatchState::Dismissed))
        .column(Column::TargetId)
        .column_as(Column::Id.count(), "pairs")
        .group_by(Column::TargetId)
        .order_by_desc(Column::Id.count())
        .order_by_asc(Column::TargetId)
        .limit(MOST_WANTED)
        .into_tuple()
        .all(ctx.db())
        .await?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let count = |state: MatchState| {
        let found = states.iter().find(|(known, _)| *known == state)?;
        Some((state, number(found.1)))
    };
    Ok(Wanted {
        states: MatchState::iter().filter_map(count).collect(),
        most: most.into_iter().map(|(id, count)| (id, number(count))).collect(),
    })
}
