//! What those who raised a need do with its pairs: take one into closer view, invite the other side, dismiss it.

use sea_orm::prelude::Uuid;

use super::{Match, MatchState, MatchTargetKind, finding::Eyes, sides::Sought, store};
use crate::{
    access::{Audience, NETWORK},
    app::Ctx,
    audit::Entry,
    change::Change,
    error::{Done, Error, Result, RuleCode},
    ids::NodeKind,
    language::Text,
    needs::{self, Need},
};

/// Which pair, and as it was when it was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which {
    pub(super) need: Uuid,
    pub(super) target: (MatchTargetKind, Uuid),
    /// The version of the match; none where there was none.
    pub(super) version: Option<i32>,
}

/// What is to be done with it.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Shortlist,
    Invite,
    Dismiss(String),
}

/// The longest reason.
const LONGEST_REASON: usize = 1_000;

impl Step {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Shortlist => "shortlistMatch",
            Self::Invite => "inviteMatch",
            Self::Dismiss(_) => "dismissMatch",
        }
    }

    fn to(&self) -> MatchState {
        match self {
            Self::Shortlist => MatchState::Shortlisted,
            Self::Invite => MatchState::Invited,
            Self::Dismiss(_) => MatchState::Dismissed,
        }
    }

    /// Whether it follows from where the pair stands.
    fn follows(&self, from: Option<MatchState>) -> bool {
        use MatchState::{Dismissed, Invited, Proposed, Shortlisted};
        match self {
            Self::Shortlist => matches!(from, None | Some(Proposed | Dismissed)),
            Self::Invite => matches!(from, None | Some(Proposed | Shortlisted)),
            Self::Dismiss(_) => matches!(from, None | Some(Proposed | Shortlisted | Invited)),
        }
    }
}

/// Does something with a pair; the first time a row for it is made.
///
/// # Errors
/// `NotFound` where the viewer does not see both sides; `Forbidden` where the need is not theirs; a rule where the step
/// does not follow; `Conflict` where somebody was faster.
pub(super) async fn take(ctx: &Ctx, which: Which, step: Step) -> Result<Done> {
    let need = needs::find(ctx.db(), &ctx.scope(), which.need).await?;
    needs::check_matches(&ctx.viewer, &need)?;
    if !need.is_own(&ctx.viewer) {
        return Err(Error::Forbidden);
    }
    let areas = needs::area_ids(ctx.db(), vec![need.id]).await?.remove(&need.id);
    let tree = ctx.tree().await?;
    let sought = Sought::of_need(need.clone(), areas.unwrap_or_default(), &tree);
    let eyes = Eyes { app: &ctx.app, scope: ctx.scope(), index: ctx.index_scope(), tree };
    let pair = eyes.pair(sought, which.target).await?.ok_or(Error::NotFound)?;
    if let Step::Dismiss(reason) = &step {
        check_reason(reason)?;
    }
    if !need.state_on(ctx.today).is_shown() {
        return Err(wrong_state(Text::new(
            "the need is not open; open it first",
            "该需求尚未公开，请先公开需求",
        )));
    }
    if matches!(step, Step::Invite) {
        check_readable(&need, which.target.0)?;
    }
    let mut change = Change::begin(ctx).await?;
    let key = (need.id, which.target.0, which.target.1);
    let old = store::kept(&*change, vec![need.id]).await?.remove(&key);
    check_version(old.as_ref(), which.version)?;
    if !step.follows(old.as_ref().map(|row| row.state)) {
        return Err(wrong_state(Text::new(
            "this does not follow from where the match stands now",
            "按该匹配目前的状态不能这样操作",
        )));
    }
    let mut row = store::row(&pair, &need, step.to(), ctx.now());
    row.updated_by = Some(change.actor());
    row.reason = match &step {
        Step::Dismiss(reason) => Some(reason.trim().to_owned()),
        Step::Shortlist | Step::Invite => None,
    };
    let id = old.as_ref().map_or(row.id, |old| old.id);
    write(&mut change, old, row, &need).await?;
    if !matches!(step, Step::Dismiss(_)) {
        needs::matched(ctx, &mut change, &need).await?;
    }
    let entry = Entry::new(step.name()).of(NodeKind::Match, id);
    change.audit(entry.within(need.district_code.as_deref()));
    change.commit(id).await
}

async fn write(change: &mut Change<'_>, old: Option<Match>, row: Match, need: &Need) -> Result<()> {
    let Some(old) = old else {
        let row = Match { created_by: row.updated_by.clone(), ..row };
        if store::insert(change.write(), row, need).await? {
            return Ok(());
        }
        // The matchmaker has proposed it meanwhile.
        return Err(Error::Conflict { present: 1 });
    };
    let row =
        Match { id: old.id, created_at: old.created_at, created_by: old.created_by.clone(), ..row };
    store::save(change.write(), &old, row, need).await
}

/// A proposal that nobody has touched may be taken without having been looked at.
fn check_version(old: Option<&Match>, given: Option<i32>) -> Result<()> {
    match (old, given) {
        (Some(row), Some(given)) if row.version != given => {
            Err(Error::Conflict { present: row.version })
        }
        (Some(row), None) if row.state != MatchState::Proposed => {
            Err(Error::Conflict { present: row.version })
        }
        _ => Ok(()),
    }
}

fn check_reason(reason: &str) -> Result<()> {
    let length = reason.trim().chars().count();
    if (1..=LONGEST_REASON).contains(&length) {
        return Ok(());
    }
    Err(Error::invalid(
        "reason",
        Text::new(
            format!("say in 1 to {LONGEST_REASON} characters why it does not fit"),
            format!("请用 1 至 {LONGEST_REASON} 个字说明不合适的原因"),
        ),
    ))
}

/// Who is invited must be able to read what for.
fn check_readable(need: &Need, kind: MatchTargetKind) -> Result<()> {
    let station = kind == MatchTargetKind::Station && need.audience_token == NETWORK;
    if station || matches!(need.audience, Audience::Public | Audience::Partners) {
        return Ok(());
    }
    Err(wrong_state(Text::new(
        "the other side may not read this need: share it with partners first, or ask for an introduction",
        "对方无权阅读该需求：请先将其可见范围扩大到合作平台，或直接申请对接",
    )))
}

fn wrong_state(reason: Text) -> Error {
    Error::rule(RuleCode::WrongState, "needId", reason)
}
