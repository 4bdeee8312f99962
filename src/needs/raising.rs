//! The steps of a need: raised, changed, shown, taken back, met, extended.
//!
//! One table of steps answers both the rules that refuse and the list of what a viewer could do now. Whose right reaches
//! how far is `access`'s to say; beyond that, only those who raised a need change it.

use chrono::NaiveDate;
use sea_orm::{ActiveEnum as _, entity::prelude::*};

use super::{
    Need, NeedState, NeedStep,
    content::{Given, checked_audience, checked_end, reason_given},
    findings::{self, Found},
    store,
};
use crate::{
    access::{
        Action, Audience, Identity, Viewer, check, check_at_all, client_token, district_bureau,
        municipal_bureau, station_token,
    },
    app::Ctx,
    audit::Entry,
    change::{Change, Done, check_version},
    consultations,
    error::{Error, Result, RuleCode},
    ids::{NodeKind, new_id, spoken_number},
    language::Text,
    stations,
};

/// Which need of which version a step is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) id: Uuid,
    /// The version that the caller has seen.
    pub(super) version: i32,
}

/// What a new need begins with.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) content: Given,
    pub(super) audience: Audience,
    pub(super) expires_on: Option<NaiveDate>,
    /// The code of the district, where it is not that of whoever raises it.
    pub(super) district: Option<String>,
    /// The case that it comes from.
    pub(super) consultation: Option<Uuid>,
}

/// What is to be changed of a need.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    pub(super) content: Given,
    pub(super) audience: Option<Audience>,
}

impl NeedStep {
    /// The right that the step needs.
    pub(super) fn action(self) -> Action {
        match self {
            Self::ClearFindings => Action::CheckDeidentification,
            _ => Action::RaiseNeed,
        }
    }

    /// The states in which it can be taken.
    fn states(self) -> &'static [NeedState] {
        use NeedState::{Draft, InTalks, Lapsed, Matched, Open, Withdrawn};
        match self {
            Self::Update => &[Draft, Open, Matched, InTalks, Lapsed, Withdrawn],
            Self::Open | Self::ClearFindings => &[Draft],
            Self::Withdraw | Self::Extend => &[Draft, Open, Matched, InTalks, Lapsed],
            Self::Fulfil => &[Open, Matched, InTalks],
        }
    }
}

/// Whether the right is there: by the table of rights, and for those who raised it alone.
pub(super) fn may(viewer: &Viewer, need: &Need, step: NeedStep) -> Result<()> {
    check(viewer, step.action(), &need.holding())?;
    if need.is_own(viewer) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Whether the state is right on a day, and the person another than those who wrote it where that is needed.
pub(super) fn ready(viewer: &Viewer, need: &Need, step: NeedStep, today: NaiveDate) -> Result<()> {
    let state = need.state_on(today);
    if !step.states().contains(&state) {
        let state = state.to_value();
        let reason = Text::new(
            format!(
                "it is in the state {state}, in which this cannot be done; possibleActions tells what can"
            ),
            format!("当前状态为 {state}，不能进行此操作；可进行的操作见 possibleActions"),
        );
        return Err(Error::rule(RuleCode::WrongState, "", reason));
    }
    let own_hand = |member| store::has_written(need, member);
    if step == NeedStep::ClearFindings
        && viewer.member().map(|member| member.id).is_none_or(own_hand)
    {
        let reason = Text::new(
            "you had a hand in writing it: another person must look at it",
            "您参与了撰写，须由另一人审核",
        );
        return Err(Error::rule(RuleCode::SecondPersonNeeded, "", reason));
    }
    Ok(())
}

/// What the viewer could do now.
pub(super) fn possible(viewer: &Viewer, need: &Need, today: NaiveDate) -> Vec<NeedStep> {
    use sea_orm::Iterable as _;
    let possible = |step: &NeedStep| {
        may(viewer, need, *step).is_ok() && ready(viewer, need, *step, today).is_ok()
    };
    NeedStep::iter().filter(possible).collect()
}

/// The entry in the audit log of a step on a need.
pub(super) fn entry(action: &'static str, need: &Need) -> Entry {
    Entry::new(action).of(NodeKind::Need, need.id).within(need.district_code.as_deref())
}

/// Raises a need: a draft, seen by those who raise it alone.
pub(super) async fn raise(ctx: &Ctx, beginning: Beginning) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::RaiseNeed)?;
    let mut row = blank(ctx, &beginning).await?;
    check(&ctx.viewer, Action::RaiseNeed, &row.holding())?;
    if let Some(case) = beginning.consultation {
        // Whoever may draft from a case may raise a need from it.
        consultations::for_draft(ctx, case).await?;
        row.consultation_id = Some(case);
    }
    row.audience = checked_audience(beginning.audience, row.district_code.as_deref())?;
    row.expires_on = checked_end(beginning.expires_on, ctx.today, &ctx.app.needs)?;
    let content = beginning.content.checked(ctx).await?;
    content.write_into(&mut row);
    let raised_by = row.raised_by_id;
    store::written_by(&mut row, raised_by);
    store::settle(&mut row);
    let mut change = Change::begin(ctx).await?;
    store::insert(&mut change, &row, &content.areas).await?;
    change.audit(entry("raiseNeed", &row).saying(row.state.to_value()));
    change.commit(row.id).await
}

/// A need as it begins: whose it is follows from who raises it.
async fn blank(ctx: &Ctx, beginning: &Beginning) -> Result<Need> {
    let now = ctx.now();
    let by = Some(ctx.viewer.identity().actor());
    let id = new_id();
    let mut row = Need {
        id,
        version: 1,
        created_at: now,
        created_by: by.clone(),
        updated_at: now,
        updated_by: by,
        number: spoken_number("N", id),
        kind: beginning.content.kind,
        title: None,
        text: String::new(),
        min_trl: None,
        max_trl: None,
        wanted_modes: Vec::<String>::new().into(),
        district_code: None,
        station_id: None,
        client_id: None,
        organization_id: None,
        raised_by_id: None,
        consultation_id: None,
        writers: Vec::<String>::new().into(),
        audience: beginning.audience,
        audience_token: String::new(),
        owner_token: String::new(),
        state: NeedState::Draft,
        expires_on: ctx.today,
        shown_until: None,
        opened_at: None,
        closed_at: None,
        closed_reason: None,
    };
    match ctx.viewer.identity() {
        Identity::Anonymous => return Err(Error::Unauthenticated),
        Identity::Client(client) => {
            row.client_id = Some(client.id);
            row.organization_id = client.organization;
            row.owner_token = client_token(client.id);
        }
        Identity::Member(member) => {
            row.raised_by_id = Some(member.id);
            row.district_code = member.district.as_ref().map(|place| place.code.clone());
            row.station_id = member.station.as_ref().map(|place| place.id);
            row.owner_token = match (&member.station, &member.district) {
                (Some(station), _) => station_token(&station.code),
                (None, Some(district)) => district_bureau(&district.code),
                (None, None) => municipal_bureau(),
            };
        }
    }
    if let Some(code) = &beginning.district {
        row.district_code = Some(district(ctx, row.district_code.as_deref(), code).await?);
    }
    Ok(row)
}

/// The district that is named, which must be one's own for whoever has one.
async fn district(ctx: &Ctx, own: Option<&str>, code: &str) -> Result<String> {
    let reason = if own.is_some_and(|own| own != code) {
        Text::new(
            "you raise needs of your own district; leave this out",
            "只能提出本区的需求，请留空",
        )
    } else if stations::district_by_code(ctx.db(), code).await?.is_none() {
        Text::new(format!("there is no district {code:?}"), format!("没有代码为“{code}”的区"))
    } else {
        return Ok(code.to_owned());
    };
    Err(Error::invalid("district", reason))
}

/// Begins a step: right, version and state, in this order.
pub(super) async fn at(ctx: &Ctx, about: About, step: NeedStep) -> Result<(Change<'_>, Need)> {
    check_at_all(&ctx.viewer, step.action())?;
    // Made ready before anybody has to wait for this change.
    ctx.enterprises().await?;
    let change = Change::begin(ctx).await?;
    let need = super::find(&*change, &ctx.scope(), about.id).await?;
    may(&ctx.viewer, &need, step)?;
    check_version(need.version, about.version)?;
    ready(&ctx.viewer, &need, step, ctx.today)?;
    Ok((change, need))
}

/// Changes what a need says. While it is shown, a text that would tell who it is for is refused.
pub(super) async fn update(ctx: &Ctx, about: About, changes: Changes) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::RaiseNeed)?;
    let content = changes.content.checked(ctx).await?;
    let (mut change, need) = at(ctx, about, NeedStep::Update).await?;
    let mut row = need.clone();
    content.write_into(&mut row);
    if let Some(audience) = changes.audience {
        row.audience = checked_audience(audience, row.district_code.as_deref())?;
    }
    store::written_by(&mut row, ctx.viewer.member().map(|member| member.id));
    let state = need.state_on(ctx.today);
    if state.is_shown() {
        check_findings(ctx, &change, &row, "content").await?;
    } else {
        store::moved(&mut row, NeedState::Draft, ctx, None);
    }
    store::keep_areas(&*change, row.id, &content.areas).await?;
    change.audit(entry("updateNeed", &row).saying(row.state.to_value()));
    store::save(ctx, &mut change, &need, row).await?;
    change.commit(about.id).await
}

/// Shows a need to its audience.
pub(super) async fn open(ctx: &Ctx, about: About) -> Result<Done> {
    let (mut change, need) = at(ctx, about, NeedStep::Open).await?;
    let mut row = need.clone();
    check_findings(ctx, &change, &row, "").await?;
    if store::is_over(&row, ctx.today) {
        row.expires_on = checked_end(None, ctx.today, &ctx.app.needs)?;
    }
    store::moved(&mut row, NeedState::Open, ctx, None);
    row.opened_at = row.opened_at.or(Some(ctx.now()));
    change.audit(entry("openNeed", &row).saying(row.state.to_value()));
    store::save(ctx, &mut change, &need, row).await?;
    change.commit(about.id).await
}

/// Takes a need back.
pub(super) async fn withdraw(ctx: &Ctx, about: About, reason: &str) -> Result<Done> {
    let reason = reason_given("reason", reason)?;
    end(ctx, about, NeedStep::Withdraw, Some(reason)).await
}

/// Says that a need has been met.
pub(super) async fn fulfil(ctx: &Ctx, about: About) -> Result<Done> {
    end(ctx, about, NeedStep::Fulfil, None).await
}

async fn end(ctx: &Ctx, about: About, step: NeedStep, reason: Option<String>) -> Result<Done> {
    let (mut change, need) = at(ctx, about, step).await?;
    let mut row = need.clone();
    let (action, state) = match step {
        NeedStep::Fulfil => ("fulfilNeed", NeedState::Fulfilled),
        _ => ("withdrawNeed", NeedState::Withdrawn),
    };
    store::moved(&mut row, state, ctx, reason);
    change.audit(entry(action, &row).saying(state.to_value()));
    store::save(ctx, &mut change, &need, row).await?;
    change.commit(about.id).await
}

/// Lets a need be open longer; one whose time is over is looked through and open again.
pub(super) async fn extend(ctx: &Ctx, about: About, expires_on: NaiveDate) -> Result<Done> {
    let (mut change, need) = at(ctx, about, NeedStep::Extend).await?;
    let mut row = need.clone();
    row.expires_on = checked_end(Some(expires_on), ctx.today, &ctx.app.needs)?;
    if need.state_on(ctx.today) == NeedState::Lapsed {
        check_findings(ctx, &change, &row, "").await?;
        store::moved(&mut row, NeedState::Open, ctx, None);
    }
    change.audit(entry("extendNeed", &row).saying(row.state.to_value()));
    store::save(ctx, &mut change, &need, row).await?;
    change.commit(about.id).await
}

/// Refuses a text in which something stands that would tell who it is for, and that nobody has called harmless.
async fn check_findings(ctx: &Ctx, change: &Change<'_>, need: &Need, field: &str) -> Result<()> {
    let found = Found::within(ctx, &need.wording(), need.consultation_id).await?;
    let harmless = findings::harmless(&**change, &[need]).await?.remove(&need.id);
    found.check_open(field, &harmless.unwrap_or_default())
}

/// Notes within a change that somebody has been found who may fit: an open need is matched from then on. Whether it was.
///
/// # Errors
/// `Conflict` where somebody else changes the need meanwhile.
pub async fn matched(ctx: &Ctx, change: &mut Change<'_>, need: &Need) -> Result<bool> {
    advance(ctx, change, need, NeedState::Matched).await
}

/// Moves a need on by the word of those who raised it: to talks, to its end, or back to being open when talks have
/// failed. What does not follow from its state is left as it is. Whether it was moved.
///
/// # Errors
/// `Conflict` where somebody else changes the need meanwhile.
pub async fn advance(
    ctx: &Ctx,
    change: &mut Change<'_>,
    need: &Need,
    to: NeedState,
) -> Result<bool> {
    use NeedState::{Fulfilled, InTalks, Lapsed, Matched, Open};
    let from = need.state_on(ctx.today);
    let follows = match to {
        Matched => from == Open,
        InTalks => matches!(from, Open | Matched | Lapsed),
        Fulfilled => matches!(from, Open | Matched | InTalks | Lapsed),
        Open => from == InTalks && !store::is_over(need, ctx.today),
        _ => false,
    };
    if !follows {
        return Ok(false);
    }
    let mut row = need.clone();
    store::moved(&mut row, to, ctx, None);
    store::save(ctx, change, need, row).await?;
    Ok(true)
}
