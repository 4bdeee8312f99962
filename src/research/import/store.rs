//! Writing research outputs, some hundreds at a time, each with its note for the index.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveEnum, QueryFilter, Set, entity::prelude::*};
use serde_json::json;

use super::{
    super::{
        ResearchOutput, area_entity, entity,
        public::{Shown, public_stamp},
    },
    Draft,
};
use crate::{
    access::{Guarded, Scope, opened_by, organization_token},
    clock::day_of,
    error::Result,
    ids::new_id,
    outbox::{Note, Subject, Write},
    transfer::{Tally, digest},
};

/// Who imports, as rows remember it.
const OPERATOR: &str = "import";

/// Rows of parts in one statement; SQLite takes at most 32,766 values in one.
const PARTS_AT_ONCE: usize = 2_000;

/// Writes a batch: new ones, changed ones, and none that is as it was.
pub(super) async fn store(
    write: &mut Write,
    drafts: Vec<Draft>,
    now: DateTime<Utc>,
) -> Result<Tally> {
    let mut existing = existing(write, &drafts).await?;
    let mut tally = Tally::default();
    let mut added = Vec::new();
    let mut changed = Vec::new();
    let mut areas: Vec<(Uuid, Uuid)> = Vec::new();
    for draft in drafts {
        let old = existing.remove(&(draft.organization, draft.external_id.clone()));
        let content_digest = content_digest(&draft);
        if old.as_ref().is_some_and(|old| old.content_digest == content_digest) {
            tally.unchanged += 1;
            continue;
        }
        let id = old.as_ref().map_or_else(new_id, |old| old.id);
        note(write, id, old.as_ref(), &draft, day_of(now));
        areas.extend(draft.areas.iter().map(|area| (id, *area)));
        let stamp = public_stamp(old.as_ref(), shown(&tokens(&draft).0, draft.embargo_until), now);
        let mut row = filled(draft, now);
        row.public_stamp = Set(stamp.changed);
        row.public_from = Set(stamp.from);
        row.id = Set(id);
        row.content_digest = Set(content_digest);
        if let Some(old) = old {
            row.version = Set(old.version + 1);
            changed.push(row);
        } else {
            row.version = Set(1);
            row.created_at = Set(now);
            row.created_by = Set(Some(OPERATOR.to_owned()));
            added.push(row);
        }
    }
    tally.added = added.len() as u64;
    tally.updated = changed.len() as u64;
    if !added.is_empty() {
        entity::Entity::insert_many(added).exec_without_returning(&**write).await?;
    }
    let ids = changed.iter().map(|row| *row.id.as_ref()).collect();
    for row in changed {
        row.update(&**write).await?;
    }
    replace_areas(write, ids, &areas).await?;
    Ok(tally)
}

/// The rows that a batch says anew, by organization and external id.
async fn existing(
    write: &Write,
    drafts: &[Draft],
) -> Result<HashMap<(Uuid, String), ResearchOutput>> {
    let mut organizations: Vec<Uuid> = drafts.iter().map(|draft| draft.organization).collect();
    organizations.sort_unstable();
    organizations.dedup();
    let external_ids = drafts.iter().map(|draft| draft.external_id.as_str());
    // Ids of one organization may be another's too: a few rows too many, told apart by their places.
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::OrganizationId.is_in(organizations))
        .filter(entity::Column::ExternalId.is_in(external_ids))
        .all(&**write)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.organization_id, row.external_id.clone()), row)).collect())
}

/// What the draft says, as columns.
fn filled(draft: Draft, now: DateTime<Utc>) -> entity::ActiveModel {
    let (audience_token, owner_token) = tokens(&draft);
    entity::ActiveModel {
        updated_at: Set(now),
        updated_by: Set(Some(OPERATOR.to_owned())),
        organization_id: Set(draft.organization),
        external_id: Set(draft.external_id),
        title: Set(draft.title),
        r#abstract: Set(draft.summary),
        kind: Set(draft.kind),
        trl: Set(draft.trl),
        ip_status: Set(draft.ip_status),
        patents: Set(draft.patents.into()),
        clinical_stage: Set(draft.clinical_stage),
        trial_ids: Set(draft.trial_ids.into()),
        cooperation_modes: Set(draft.cooperation_modes.into()),
        contributors: Set(draft.contributors.into()),
        completed_on: Set(draft.completed_on),
        published_on: Set(draft.published_on),
        ordered_on: Set(ordered_on(draft.published_on.or(draft.completed_on))),
        embargo_until: Set(draft.embargo_until),
        audience: Set(draft.audience),
        audience_token: Set(audience_token),
        owner_token: Set(owner_token),
        doi: Set(draft.doi),
        identifiers: Set(draft.identifiers.into()),
        advantages: Set(draft.advantages),
        contact: Set(draft.contact),
        state: Set(draft.state),
        withdrawn_on: Set(draft.withdrawn_on),
        withdrawal_reason: Set(draft.withdrawal_reason),
        source_format: Set(draft.source_format),
        raw_record: Set(Some(draft.raw_record)),
        ..Default::default()
    }
}

/// Where an output without a day stands in an order by days: before all others.
fn ordered_on(day: Option<NaiveDate>) -> NaiveDate {
    day.unwrap_or(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN))
}

/// The token that opens it, and its owner's: what its state hides is its owner's alone.
fn tokens(draft: &Draft) -> (String, String) {
    let owner = organization_token(draft.organization);
    if draft.state.is_shown() {
        return (draft.audience.token(&owner, draft.district.as_deref()), owner);
    }
    (owner.clone(), owner)
}

/// What decides whether anybody sees it.
fn shown(audience_token: &str, embargo_until: Option<NaiveDate>) -> Shown<'_> {
    Shown { audience_token, embargo_until }
}

/// The tokens are part of it: where the organization has moved to another district, the row is written anew. The raw
/// record is not: the same thing said in other columns or another format is the same thing.
fn content_digest(draft: &Draft) -> String {
    digest(&json!([
        draft.title,
        draft.summary,
        draft.kind.to_value(),
        draft.trl,
        draft.ip_status.to_value(),
        draft.patents,
        draft.clinical_stage,
        draft.trial_ids,
        draft.cooperation_modes,
        draft.areas,
        draft.contributors,
        draft.completed_on,
        draft.published_on,
        draft.embargo_until,
        draft.audience.to_value(),
        tokens(draft),
        draft.doi,
        draft.identifiers,
        draft.advantages,
        draft.contact,
        draft.state.to_value(),
        draft.withdrawn_on,
        draft.withdrawal_reason,
        draft.source_format,
    ]))
}

/// Tells of a change to those who see the output on the day of it: under embargo, its owner alone.
fn note(
    write: &mut Write,
    id: Uuid,
    old: Option<&ResearchOutput>,
    draft: &Draft,
    today: NaiveDate,
) {
    let before =
        old.map(|old| opened_by(&old.audience_token, &old.owner_token, old.embargo_until, today));
    let (audience, owner) = tokens(draft);
    write.note(Note {
        subject: Subject::ResearchOutput,
        id,
        before: before.unwrap_or_default(),
        after: opened_by(&audience, &owner, draft.embargo_until, today),
    });
}

/// Puts these pairs in the place of all that the outputs of these ids had.
async fn replace_areas(write: &Write, of: Vec<Uuid>, areas: &[(Uuid, Uuid)]) -> Result<()> {
    if !of.is_empty() {
        let old = area_entity::Column::ResearchOutputId.is_in(of);
        area_entity::Entity::delete_many().filter(old).exec(&**write).await?;
    }
    for some in areas.chunks(PARTS_AT_ONCE) {
        let rows = some.iter().map(|(id, area)| area_entity::ActiveModel {
            research_output_id: Set(*id),
            area_id: Set(*area),
        });
        area_entity::Entity::insert_many(rows).exec_without_returning(&**write).await?;
    }
    Ok(())
}
