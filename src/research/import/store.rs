//! Writing what the operator's files say, some hundreds of rows at a time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, QueryFilter, entity::prelude::*};
use serde_json::json;

use super::{
    super::{
        ResearchOutput, State, area_ids,
        duplicates::Works,
        entity,
        write::{self, Rewritten},
    },
    Draft, Merged, ResearchOutputs, Route, Saying,
    columns::{fill, former_token, fresh, tokens},
    edited,
    export::fields_of,
    merge,
};
use crate::{
    access::{Guarded, Scope},
    error::{Error, Result},
    files::Row,
    ids::new_id,
    outbox::Write,
    transfer::{Known, Tally, Transfer as _, digest},
};

/// Who imports, as rows remember it.
const OPERATOR: &str = "import";

/// Writes a batch: new ones, changed ones, and none that is as it was. What a person has changed here stays, and what is
/// there under another id is not doubled; both are listed.
pub(super) async fn store(
    write: &mut Write,
    drafts: Vec<Draft>,
    known: &mut Known,
    now: DateTime<Utc>,
) -> Result<Tally> {
    let mut existing = existing(write, &drafts).await?;
    let partial = drafts.iter().any(|draft| draft.partial);
    let merging = existing.values().filter(|row| partial || !edited(row).is_empty());
    let merging = merging.map(|row| row.id);
    let areas = area_ids(&**write, merging.collect()).await?;
    let mut tally = Tally::default();
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for draft in drafts {
        let Some(old) = existing.remove(&(draft.organization, draft.external_id.clone())) else {
            let row = fresh(new_id(), draft.organization, Some(OPERATOR.to_owned()), now);
            added.push((row, draft));
            continue;
        };
        if !needs_merging(&draft, &old) {
            if old.content_digest == content_digest(&draft) {
                tally.unchanged += 1;
            } else {
                changed.push((old, draft));
            }
            continue;
        }
        let areas = areas.get(&old.id).map(Vec::as_slice).unwrap_or_default();
        let (merged, draft) = merged(&old, areas, draft, known)?;
        if !merged.conflicts.is_empty() {
            tally.kept += u64::from(merged.changed.is_empty());
            known.kept.push(format!("{} ({})", called(&draft), merged.conflicts.join(", ")));
        }
        if !merged.changed.is_empty() {
            changed.push((old, draft));
        } else if merged.conflicts.is_empty() {
            tally.unchanged += 1;
        }
    }
    tally.updated = changed.len() as u64;
    let mut rows = Vec::with_capacity(changed.len() + added.len());
    for (old, draft) in changed {
        let mut row = old.clone();
        row.updated_by = Some(OPERATOR.to_owned());
        rows.push(said(row, Some(old), draft, now));
    }
    let added = added.into_iter().map(|(row, draft)| {
        let called = called(&draft);
        (called, said(row, None, draft, now))
    });
    let added: Vec<(String, Rewritten)> = added.collect();
    let mut works = Works::load(&**write, added.iter().map(|(_, row)| &row.after)).await?;
    for (called, row) in added {
        if works.same_as(&row.after).is_empty() || row.after.state == State::Withdrawn {
            works.add(&row.after);
            rows.push(row);
            tally.added += 1;
        } else {
            known.doubled.push(called);
            tally.doubled += 1;
        }
    }
    Box::pin(write::rows(write, rows, now)).await?;
    Ok(tally)
}

/// How people call what a row is about.
fn called(draft: &Draft) -> String {
    format!("{} {}", draft.organization_code, draft.external_id)
}

/// Whether more is to be asked of a row that is there than whether the file has changed.
fn needs_merging(draft: &Draft, row: &ResearchOutput) -> bool {
    draft.partial || !edited(row).is_empty()
}

/// What comes of what the file says and what is there.
fn merged(
    old: &ResearchOutput,
    areas: &[Uuid],
    draft: Draft,
    known: &Known,
) -> Result<(Merged, Draft)> {
    let code = draft.organization_code.clone();
    let present = fields_of(old, &code, known.area_codes(areas));
    let mut new = fresh(old.id, old.organization_id, None, old.updated_at);
    let (raw_record, said) = (draft.raw_record.clone(), draft.partial.then(|| draft.said.clone()));
    let new_areas = known.area_codes(&draft.areas);
    state(&mut new, &draft);
    fill(&mut new, draft);
    let given = fields_of(&new, &code, new_areas);
    let saying = Saying { fields: &given, columns: said.as_deref() };
    let merged = merge(&present, saying, &edited(old), ResearchOutputs::COLUMNS);
    let mut row = Row::of(merged.fields.clone());
    let together = ResearchOutputs { route: Route::Merged, ..ResearchOutputs::default() };
    let draft = together.read(&mut row, known);
    if let Some(fault) = row.faults().into_iter().next() {
        return Err(Error::internal(format!("two good rows do not go together: {fault}")));
    }
    Ok((merged, Draft { raw_record, ..draft }))
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

/// A row that says what the draft says, its state included.
fn said(
    mut row: ResearchOutput,
    before: Option<ResearchOutput>,
    draft: Draft,
    now: DateTime<Utc>,
) -> Rewritten {
    if before.is_none() {
        row.former_token = former_token(&draft, now);
    }
    row.content_digest = content_digest(&draft);
    (row.audience_token, row.owner_token) = tokens_of(&draft);
    state(&mut row, &draft);
    let areas = Some(draft.areas.clone());
    fill(&mut row, draft);
    Rewritten { before, after: row, areas }
}

/// Lets a row be in the state that a draft says.
fn state(row: &mut ResearchOutput, draft: &Draft) {
    row.state = draft.state;
    row.withdrawn_on = draft.withdrawn_on;
    row.withdrawal_reason.clone_from(&draft.withdrawal_reason);
}

fn tokens_of(draft: &Draft) -> (String, String) {
    tokens(draft.state, draft.audience, draft.organization, draft.district.as_deref())
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
        tokens_of(draft),
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
