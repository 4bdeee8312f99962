//! What an organization was asked about its research outputs, in figures for its own office: how far requests have come,
//! and why it declined them, output by output.

use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};

use super::{DeclineReason, IntroductionState, IntroductionSubjectKind, entity};
use crate::{access::Guarded, app::Ctx, error::Result};

/// Requests about an organization's research outputs.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// How many stand where today.
    pub states: Vec<(IntroductionState, u64)>,
    /// How many were declined, by the output and the reason.
    pub declined: Vec<(Uuid, DeclineReason, u64)>,
}

/// The requests about an organization's research outputs, as far as the viewer sees them.
pub async fn asked_about_outputs(ctx: &Ctx, organization: Uuid) -> Result<Asked> {
    use entity::Column;
    use sea_orm::Iterable as _;
    let of = || {
        entity::Entity::visible_to(&ctx.scope())
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::AboutKind.eq(IntroductionSubjectKind::ResearchOutput))
    };
    let waiting = IntroductionState::iter().filter(|state| state.is_waiting());
    let waiting: Vec<IntroductionState> = waiting.collect();
    // A request expires by the clock, whether or not that has been written down yet.
    let over = of()
        .filter(Column::State.is_in(waiting.iter().copied()))
        .filter(Column::DueOn.lt(ctx.today))
        .select_only()
        .column(Column::State)
        .column_as(Column::Id.count(), "requests")
        .group_by(Column::State);
    let over: Vec<(IntroductionState, i64)> = over.into_tuple().all(ctx.db()).await?;
    let all = of()
        .select_only()
        .column(Column::State)
        .column_as(Column::Id.count(), "requests")
        .group_by(Column::State);
    let all: Vec<(IntroductionState, i64)> = all.into_tuple().all(ctx.db()).await?;
    let count = |counts: &[(IntroductionState, i64)], state| {
        counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count)
    };
    let expired: i64 = over.iter().map(|(_, count)| count).sum();
    let standing = |state: IntroductionState| {
        let more = if state == IntroductionState::Expired { expired } else { 0 };
        let requests = count(&all, state) - count(&over, state) + more;
        Some((state, u64::try_from(requests).ok().filter(|requests| *requests > 0)?))
    };
    let declined: Vec<(Uuid, Option<DeclineReason>, i64)> = of()
        .filter(Column::State.eq(IntroductionState::Declined))
        .select_only()
        .columns([Column::AboutId, Column::DeclineReason])
        .column_as(Column::Id.count(), "requests")
        .group_by(Column::AboutId)
        .group_by(Column::DeclineReason)
        .into_tuple()
        .all(ctx.db())
        .await?;
    let reason = |(output, reason, count): (Uuid, Option<DeclineReason>, i64)| {
        Some((output, reason?, u64::try_from(count).unwrap_or(0)))
    };
    Ok(Asked {
        states: IntroductionState::iter().filter_map(standing).collect(),
        declined: declined.into_iter().filter_map(reason).collect(),
    })
}
