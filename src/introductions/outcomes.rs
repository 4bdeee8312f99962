//! What came of an introduction, by the word of each side. Both words are kept as they were said.

use std::collections::HashMap;

use sea_orm::{ActiveEnum as _, IntoActiveModel as _, QueryFilter, QueryOrder, entity::prelude::*};

use super::{
    DeclineReason, IntroductionOutcome, IntroductionOutcomeKind, IntroductionSide,
    IntroductionStep,
    answering::checked_note,
    outcome_entity::{Column, Entity},
    steps::{self, About},
    store,
};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    batch::grouped,
    change::{Change, Done},
    error::{Error, Result, RuleCode},
    ids::new_id,
    language::Text,
    needs::{self, NeedState},
};

/// What one side says.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) outcome: IntroductionOutcomeKind,
    pub(super) reason: Option<DeclineReason>,
    pub(super) note: Option<String>,
}

/// Loads what came of introductions, in the order in which it was said.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<IntroductionOutcome>>> {
    let rows = Entity::visible_to(&Scope::Service)
        .filter(Column::IntroductionId.is_in(ids))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.introduction_id, row))))
}

/// Records what came of an introduction: that both are talking, and then how that ended, each once a side. The need moves
/// by the word of those who raised it.
pub(super) async fn record(ctx: &Ctx, about: About, word: Word) -> Result<Done> {
    let Word { outcome, reason, note } = word;
    let note = checked_note(note)?;
    if reason.is_some() != (outcome == IntroductionOutcomeKind::Failed) {
        let text = Text::new(
            "say why where it failed, and only there",
            "仅在未成功时填写原因，且必须填写",
        );
        return Err(Error::invalid("reason", text));
    }
    let (mut change, row, side) = steps::at(ctx, about, IntroductionStep::RecordOutcome).await?;
    let said = of(&*change, vec![row.id]).await?.remove(&row.id).unwrap_or_default();
    let mut own = said.iter().filter(|word| word.side == side);
    if own.any(|word| word.outcome.is_final() || word.outcome == outcome) {
        let text = Text::new("your side has said this already", "本方已登记过结果");
        return Err(Error::rule(RuleCode::AlreadyThere, "outcome", text));
    }
    let spoken = IntroductionOutcome {
        id: new_id(),
        introduction_id: row.id,
        side,
        outcome,
        reason,
        note,
        recorded_by: change.actor(),
        recorded_at: ctx.now(),
    };
    let mut changed = row.clone();
    if side == IntroductionSide::Asking {
        if let Some(need) = row.need_id {
            move_need(ctx, &mut change, need, outcome).await?;
        }
        if outcome.is_final() {
            changed.closed_at = Some(ctx.now());
            changed.open_key = None;
        }
    }
    let entry = store::entry("recordIntroductionOutcome", &row);
    change.audit(entry.saying(format!("{} {}", side.to_value(), outcome.to_value())));
    // The row first: whoever speaks at the same moment waits there, and hears of a conflict.
    store::save(ctx, &mut change, &row, changed).await?;
    Entity::insert(spoken.into_active_model()).exec_without_returning(&*change).await?;
    change.commit(about.id).await
}

async fn move_need(
    ctx: &Ctx,
    change: &mut Change<'_>,
    id: Uuid,
    outcome: IntroductionOutcomeKind,
) -> Result<()> {
    let Some(need) = needs::by_ids(&**change, &Scope::Service, vec![id]).await?.remove(&id) else {
        return Ok(());
    };
    let to = match outcome {
        IntroductionOutcomeKind::InTalks => NeedState::InTalks,
        IntroductionOutcomeKind::ContractSigned => NeedState::Fulfilled,
        IntroductionOutcomeKind::Failed => NeedState::Open,
    };
    needs::advance(ctx, change, &need, to).await.map(drop)
}
