//! Answering a request for contact: seen, accepted, declined.

use sea_orm::ActiveEnum as _;

use super::{
    DeclineReason, Introduction, IntroductionSide, IntroductionState, IntroductionStep,
    contact::Contact,
    steps::{self, About},
    store, target,
};
use crate::{
    app::Ctx,
    change::Done,
    error::{Error, Result, RuleCode},
    language::Text,
};

const MAX_NOTE: usize = 1_000;

/// Says that a request has been seen; from then on its time is counted anew.
pub(super) async fn acknowledge(ctx: &Ctx, about: About) -> Result<Done> {
    let (mut change, row, _) = steps::at(ctx, about, IntroductionStep::Acknowledge).await?;
    let mut changed = row.clone();
    changed.state = IntroductionState::Acknowledged;
    changed.acknowledged_at = Some(ctx.now());
    changed.due_on = ctx.app.introductions.due(&ctx.app.calendar, ctx.today);
    change.audit(store::entry("acknowledgeIntroduction", &row).saying(changed.state.to_value()));
    store::save(ctx, &mut change, &row, changed).await?;
    change.commit(about.id).await
}

/// Accepts a request: each side sees the other's contact from now on. The contact of those who are asked is what they give
/// here, or what stands with the thing itself; it is kept as it was when it was released.
pub(super) async fn accept(ctx: &Ctx, about: About, given: Option<Contact>) -> Result<Done> {
    let given = given.map(Contact::checked).transpose()?;
    let (mut change, row, _) = steps::at(ctx, about, IntroductionStep::Accept).await?;
    let wanted = [(row.about_kind, row.about_id)];
    let thing = target::load(ctx, &*change, &ctx.scope(), &wanted).await?.remove(&row.about_id);
    let Some(thing) = thing.filter(|thing| thing.is_offered) else {
        let reason = Text::new(
            "what it is about is not offered any more: decline it, or offer that again",
            "所涉内容已不再提供：请婉拒，或重新提供该内容",
        );
        return Err(Error::rule(RuleCode::WrongState, "", reason));
    };
    let of_thing = || thing.contact.as_ref().and_then(Contact::of_column);
    let Some(contact) = given.or_else(of_thing) else {
        let reason = Text::new(
            "no contact stands with what it is about: say whom they can talk to",
            "所涉内容没有登记联系方式：请填写联系人",
        );
        return Err(Error::invalid("contact", reason));
    };
    let key = ctx.app.vault.unwrap(&row.data_key)?;
    let mut changed = answered(ctx, &row, IntroductionState::ContactReleased);
    changed.sealed_owner_contact = Some(contact.seal(&key, row.id, IntroductionSide::Asked)?);
    change.audit(store::entry("acceptIntroduction", &row).saying(changed.state.to_value()));
    // That the one contact and the other were given away is entered each by itself.
    change.audit(store::entry("releaseContact", &row).saying("ASKING"));
    change.audit(store::entry("releaseContact", &row).saying("ASKED"));
    store::save(ctx, &mut change, &row, changed).await?;
    change.commit(about.id).await
}

/// Declines a request, with a reason that those who asked are told, and a note that they are not.
pub(super) async fn decline(
    ctx: &Ctx,
    about: About,
    reason: DeclineReason,
    note: Option<String>,
) -> Result<Done> {
    let note = checked_note(note)?;
    let (mut change, row, _) = steps::at(ctx, about, IntroductionStep::Decline).await?;
    let mut changed = answered(ctx, &row, IntroductionState::Declined);
    store::ended(&mut changed, IntroductionState::Declined, ctx.now());
    changed.decline_reason = Some(reason);
    changed.decline_note = note;
    change.audit(store::entry("declineIntroduction", &row).saying(reason.to_value()));
    store::save(ctx, &mut change, &row, changed).await?;
    change.commit(about.id).await
}

fn answered(ctx: &Ctx, row: &Introduction, state: IntroductionState) -> Introduction {
    let mut changed = row.clone();
    changed.state = state;
    changed.answered_at = Some(ctx.now());
    changed.answered_by_id = ctx.viewer.member().map(|member| member.id);
    changed
}

/// A note for one's own side; nothing but spaces is nothing.
pub(super) fn checked_note(note: Option<String>) -> Result<Option<String>> {
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_none_or(|it| it.chars().count() <= MAX_NOTE && !it.contains('\0')) {
        return Ok(note);
    }
    let reason = Text::new(
        format!("takes at most {MAX_NOTE} characters"),
        format!("最多 {MAX_NOTE} 个字符"),
    );
    Err(Error::invalid("note", reason))
}
