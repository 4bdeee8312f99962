//! What may be done with an introduction: by whom, and in which state. One table of steps answers both the rules that
//! refuse and the list of what a viewer could do now.

use chrono::NaiveDate;
use sea_orm::{ActiveEnum as _, prelude::*};

use super::{Introduction, IntroductionSide, IntroductionState, IntroductionStep};
use crate::{
    access::{Action, Holding, Viewer, check, check_at_all},
    app::Ctx,
    change::{Change, check_version},
    error::{Error, Result, RuleCode},
    language::Text,
};

/// Which introduction of which version a step is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) id: Uuid,
    /// The version that the caller has seen.
    pub(super) version: i32,
}

impl IntroductionStep {
    /// The side whose step it is, where it is one side's.
    fn side(self) -> Option<IntroductionSide> {
        match self {
            Self::Acknowledge | Self::Accept | Self::Decline => Some(IntroductionSide::Asked),
            Self::Withdraw => Some(IntroductionSide::Asking),
            Self::RecordOutcome => None,
        }
    }

    /// The states in which it can be taken.
    fn states(self) -> &'static [IntroductionState] {
        use IntroductionState::{Acknowledged, ContactReleased, Requested};
        match self {
            Self::Acknowledge => &[Requested],
            Self::Accept | Self::Decline | Self::Withdraw => &[Requested, Acknowledged],
            Self::RecordOutcome => &[ContactReleased],
        }
    }
}

/// The right that a side needs.
fn right(side: IntroductionSide) -> Action {
    match side {
        IntroductionSide::Asking => Action::AskIntroduction,
        IntroductionSide::Asked => Action::AnswerIntroduction,
    }
}

/// Whether the right is there; gives the side on which the viewer takes the step.
pub(super) fn may(
    viewer: &Viewer,
    row: &Introduction,
    step: IntroductionStep,
) -> Result<IntroductionSide> {
    let own = row.side_of(viewer).ok_or(Error::Forbidden)?;
    let side = step.side().unwrap_or(own);
    let token = match side {
        IntroductionSide::Asking => &row.asker_token,
        IntroductionSide::Asked => &row.owner_token,
    };
    check(viewer, right(side), &Holding::of(token.clone(), row.district_code.as_deref()))?;
    if viewer.holds(token) { Ok(side) } else { Err(Error::Forbidden) }
}

/// Whether the state is right on a day.
pub(super) fn ready(row: &Introduction, step: IntroductionStep, today: NaiveDate) -> Result<()> {
    let state = row.state_on(today);
    if step.states().contains(&state) {
        return Ok(());
    }
    let state = state.to_value();
    let reason = Text::new(
        format!(
            "it is in the state {state}, in which this cannot be done; possibleActions tells what can"
        ),
        format!("当前状态为 {state}，不能进行此操作；可进行的操作见 possibleActions"),
    );
    Err(Error::rule(RuleCode::WrongState, "", reason))
}

/// What the viewer could do now.
pub(super) fn possible(
    viewer: &Viewer,
    row: &Introduction,
    today: NaiveDate,
) -> Vec<IntroductionStep> {
    use sea_orm::Iterable as _;
    let possible = |step: &IntroductionStep| {
        may(viewer, row, *step).is_ok() && ready(row, *step, today).is_ok()
    };
    IntroductionStep::iter().filter(possible).collect()
}

/// Refuses whoever may take a step on no introduction at all, before one is looked for.
pub(super) fn may_at_all(viewer: &Viewer, step: IntroductionStep) -> Result<()> {
    match step.side() {
        Some(side) => check_at_all(viewer, right(side)),
        None => check_at_all(viewer, Action::AskIntroduction)
            .or_else(|_| check_at_all(viewer, Action::AnswerIntroduction)),
    }
}

/// Begins a step: right, version and state, in this order.
pub(super) async fn at(
    ctx: &Ctx,
    about: About,
    step: IntroductionStep,
) -> Result<(Change<'_>, Introduction, IntroductionSide)> {
    may_at_all(&ctx.viewer, step)?;
    let change = Change::begin(ctx).await?;
    let found = super::by_ids(&*change, &ctx.scope(), vec![about.id]).await?.remove(&about.id);
    let row = found.ok_or(Error::NotFound)?;
    let side = may(&ctx.viewer, &row, step)?;
    check_version(row.version, about.version)?;
    ready(&row, step, ctx.today)?;
    Ok((change, row, side))
}
