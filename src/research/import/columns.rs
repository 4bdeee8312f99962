//! What a row says, as the columns of the table.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::prelude::Uuid;

use super::{super::ResearchOutput, Draft};
use crate::{
    access::{Audience, organization_token},
    clock::day_of,
    research::{IpStatus, OutputKind, State},
};

/// A row with nothing in it yet.
pub(in super::super) fn fresh(
    id: Uuid,
    organization: Uuid,
    by: Option<String>,
    now: DateTime<Utc>,
) -> ResearchOutput {
    let owner = organization_token(organization);
    ResearchOutput {
        id,
        version: 1,
        created_at: now,
        created_by: by.clone(),
        updated_at: now,
        updated_by: by,
        organization_id: organization,
        external_id: String::new(),
        title: String::new(),
        r#abstract: String::new(),
        kind: OutputKind::Other,
        trl: None,
        ip_status: IpStatus::None,
        patents: Vec::<String>::new().into(),
        clinical_stage: None,
        trial_ids: Vec::<String>::new().into(),
        cooperation_modes: Vec::<String>::new().into(),
        contributors: Vec::<String>::new().into(),
        completed_on: None,
        published_on: None,
        ordered_on: ordered_on(None),
        embargo_until: None,
        audience: Audience::Organization,
        audience_token: owner.clone(),
        owner_token: owner,
        doi: None,
        identifiers: Vec::<String>::new().into(),
        advantages: None,
        contact: None,
        state: State::Draft,
        withdrawn_on: None,
        withdrawal_reason: None,
        source_format: None,
        raw_record: None,
        content_digest: String::new(),
        author_id: None,
        writers: None,
        submitted_at: None,
        submitted_by: None,
        returned_reason: None,
        published_at: None,
        published_by: None,
        edition: 0,
        former_token: None,
        revision: None,
        revision_state: None,
        revision_writers: None,
        edited_columns: None,
        work_key: None,
        public_stamp: None,
        public_from: None,
        public_kind: None,
    }
}

/// Lets a row say what a draft says. Its state stays as it is, and so do the tokens: they follow from both.
pub(in super::super) fn fill(row: &mut ResearchOutput, draft: Draft) {
    row.organization_id = draft.organization;
    row.external_id = draft.external_id;
    row.title = draft.title;
    row.r#abstract = draft.summary;
    row.kind = draft.kind;
    row.trl = draft.trl;
    row.ip_status = draft.ip_status;
    row.patents = draft.patents.into();
    row.clinical_stage = draft.clinical_stage;
    row.trial_ids = draft.trial_ids.into();
    row.cooperation_modes = draft.cooperation_modes.into();
    row.contributors = draft.contributors.into();
    row.completed_on = draft.completed_on;
    row.published_on = draft.published_on;
    row.ordered_on = ordered_on(draft.published_on.or(draft.completed_on));
    row.embargo_until = draft.embargo_until;
    row.audience = draft.audience;
    row.doi = draft.doi;
    row.identifiers = draft.identifiers.into();
    row.advantages = draft.advantages;
    row.contact = draft.contact;
    row.source_format = draft.source_format;
    row.raw_record = draft.raw_record;
}

/// Where an output without a day stands in an order by days: before all others.
fn ordered_on(day: Option<NaiveDate>) -> NaiveDate {
    day.unwrap_or(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN))
}

/// The token that opens it, and its owner's: what its state hides is its owner's alone.
pub(in super::super) fn tokens(
    state: State,
    audience: Audience,
    organization: Uuid,
    district: Option<&str>,
) -> (String, String) {
    let owner = organization_token(organization);
    if state.is_shown() {
        return (audience.token(&owner, district), owner);
    }
    (owner.clone(), owner)
}

/// Who could see what comes in as taken back already: those whom its file names, unless nobody has seen it yet.
pub(super) fn former_token(draft: &Draft, now: DateTime<Utc>) -> Option<String> {
    if draft.state != State::Withdrawn {
        return None;
    }
    let owner = organization_token(draft.organization);
    let hidden = draft.embargo_until.is_some_and(|day| day_of(now) < day);
    let district = draft.district.as_deref();
    Some(if hidden { owner } else { draft.audience.token(&owner, district) })
}
