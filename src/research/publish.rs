//! Showing a research output, taking it back, and what comes of it: talks, a transfer, another end of its embargo.

use chrono::NaiveDate;
use sea_orm::{ActiveEnum as _, prelude::Uuid};

use super::{
    ResearchOutput, State, Step,
    case::{About, at, people, with_writer},
    content::{Desk, Revision, check_complete, reason, with_columns},
    drafts::{done, drop_revision, entry, say, touched, under_work},
    import::{edited, tokens},
};
use crate::{
    access::Audience,
    app::Ctx,
    change::Done,
    error::{Error, Result},
    language::Text,
};

/// For whom, and from when.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Showing {
    /// For whom; for whom the draft says where nothing is said.
    pub(super) audience: Option<Audience>,
    /// The end of the embargo: as the draft says where nothing is said, none where nothing is given.
    pub(super) embargo_until: Option<Option<NaiveDate>>,
}

/// Shows a draft, or a revision in the place of what was shown until now.
pub(super) async fn publish(ctx: &Ctx, about: About, showing: Showing) -> Result<Done> {
    let (change, case) = at(ctx, about, Step::Publish).await?;
    let desk = Desk::of(ctx, case.row.organization_id).await?;
    let mut draft = under_work(&desk, &change, &case).await?;
    check_complete(&draft)?;
    draft.audience = showing.audience.unwrap_or(draft.audience);
    draft.embargo_until = showing.embargo_until.unwrap_or(draft.embargo_until);
    check_audience(draft.audience, draft.district.as_deref())?;
    let mut row = touched(&change, &case);
    let mut changed = vec!["state".to_owned()];
    changed.extend(showing.audience.map(|_| "audience".to_owned()));
    changed.extend(showing.embargo_until.map(|_| "embargoUntil".to_owned()));
    if case.is_revised() {
        let revision = Revision::of(&case.row)?;
        changed.extend(revision.edited);
        row.raw_record = revision.raw_record.or(row.raw_record);
        // Whoever had a hand in what was shown before still has one in what is shown now.
        for writer in people(row.revision_writers.as_ref()) {
            row.writers = Some(with_writer(row.writers.as_ref(), writer));
        }
    } else {
        row.state = State::Published;
    }
    drop_revision(&mut row);
    row.published_by = Some(change.actor());
    row.edited_columns = with_columns(&edited(&row), &changed);
    let (areas, district) = (draft.areas.clone(), draft.district.clone());
    say(&mut row, draft);
    open(&mut row, district.as_deref());
    let entry = entry("publishResearchOutput", about.id).saying(format!(
        "{} {}",
        row.state.to_value(),
        row.audience.to_value()
    ));
    done(ctx, change, case, row, Some(areas), entry).await
}

/// Gives a row the tokens that go with its state and audience.
fn open(row: &mut ResearchOutput, district: Option<&str>) {
    (row.audience_token, row.owner_token) =
        tokens(row.state, row.audience, row.organization_id, district);
}

/// Whom something may be published for: somebody besides its own people.
fn check_audience(audience: Audience, district: Option<&str>) -> Result<()> {
    let reason = match audience {
        Audience::Public | Audience::Partners | Audience::Network => return Ok(()),
        Audience::District if district.is_some() => return Ok(()),
        Audience::District => Text::new(
            "your organization is in no district here; name PUBLIC, PARTNERS or NETWORK",
            "本机构未登记所在区，请选择 PUBLIC、PARTNERS 或 NETWORK",
        ),
        Audience::Organization | Audience::Station => Text::new(
            "name who is to see it: PUBLIC, PARTNERS, NETWORK or DISTRICT",
            "请指明可见范围：PUBLIC、PARTNERS、NETWORK 或 DISTRICT",
        ),
    };
    Err(Error::invalid("audience", reason))
}

/// Takes back what is shown: from this change on nobody but its organization sees it. Date and reason stay, for those who
/// could see it.
///
/// It takes no version: whoever sees that something must not be read any longer does not wait for others to finish.
pub(super) async fn withdraw(ctx: &Ctx, id: Uuid, why: &str) -> Result<Done> {
    let why = reason(why)?;
    let (change, case) = super::case::at_any_version(ctx, id, Step::Withdraw).await?;
    let mut row = touched(&change, &case);
    drop_revision(&mut row);
    row.state = State::Withdrawn;
    row.withdrawn_on = Some(ctx.today);
    row.withdrawal_reason = Some(why);
    row.edited_columns = with_columns(&edited(&row), &["state".to_owned()]);
    open(&mut row, None);
    let entry = entry("withdrawResearchOutput", id).saying("WITHDRAWN");
    done(ctx, change, case, row, None, entry).await
}

/// Says where an output stands that is shown all the while.
pub(super) async fn stand(ctx: &Ctx, about: About, step: Step) -> Result<Done> {
    let (action, state) = match step {
        Step::Negotiate => ("negotiateResearchOutput", State::Negotiating),
        Step::Transfer => ("transferResearchOutput", State::Transferred),
        _ => ("resumeResearchOutput", State::Published),
    };
    let (change, case) = at(ctx, about, step).await?;
    let mut row = touched(&change, &case);
    row.state = state;
    if state == State::Transferred {
        // What is handed over is not offered any more, and so not revised.
        drop_revision(&mut row);
    }
    row.edited_columns = with_columns(&edited(&row), &["state".to_owned()]);
    let entry = entry(action, about.id).saying(state.to_value());
    done(ctx, change, case, row, None, entry).await
}

/// Sets until when only its owner sees what is published: none opens it at once, a later day hides it again.
pub(super) async fn embargo(ctx: &Ctx, about: About, until: Option<NaiveDate>) -> Result<Done> {
    let (change, case) = at(ctx, about, Step::ChangeEmbargo).await?;
    let mut row = touched(&change, &case);
    row.embargo_until = until;
    row.edited_columns = with_columns(&edited(&row), &["embargoUntil".to_owned()]);
    if case.is_revised() {
        let mut revision = Revision::of(&case.row)?;
        match until {
            Some(day) => {
                drop(revision.fields.insert("embargoUntil".to_owned(), day.to_string().into()))
            }
            None => drop(revision.fields.remove("embargoUntil")),
        }
        row.revision = Some(revision.column()?);
    }
    let entry = entry("setResearchOutputEmbargo", about.id);
    done(ctx, change, case, row, None, entry).await
}
