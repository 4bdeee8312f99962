//! Writing answered questions, some hundreds at a time, each with its note for the index.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, Condition, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
    entity::prelude::*,
};
use serde_json::{Value, json};

use super::{
    AnsweredQuestion, State, area_entity, citation_entity, confirmation_entity, deidentify, entity,
    filter::ordered_on,
    import::{Draft, identity},
    version_entity,
};
use crate::{
    access::{Guarded, Scope, station_token},
    db::Database,
    error::{Error, Result},
    ids::{new_id, spoken_number},
    outbox::{Note, Subject, Write},
    transfer::{Known, Tally, digest},
};

/// Who imports, as rows remember it.
const OPERATOR: &str = "import";

/// Rows of parts in one statement; SQLite takes at most 32,766 values in one.
const PARTS_AT_ONCE: usize = 2_000;

/// Writes a batch: new ones, changed ones, and none that is as it was.
pub(super) async fn store(
    write: &mut Write,
    drafts: Vec<Draft>,
    known: &mut Known,
    now: DateTime<Utc>,
) -> Result<Tally> {
    let mut existing = existing(write, &drafts).await?;
    let mut tally = Tally::default();
    let mut added = Vec::new();
    let mut changed: Vec<(AnsweredQuestion, Draft)> = Vec::new();
    for draft in drafts {
        match existing.remove(&identity(&draft.station, &draft.external_id)) {
            None => added.push((new_id(), draft)),
            // What somebody has done to it here wins.
            Some(row) if row.content_digest.is_empty() => {
                tally.kept += 1;
                known.kept.push(format!("{} {}", draft.station, draft.external_id));
            }
            Some(row) if row.content_digest == digest(&draft) => {
                tally.unchanged += 1;
                // An import that broke off before its end has not linked what it wrote.
                if let (Some(other), None) = (&draft.superseded_by, row.superseded_by_id) {
                    known.links.insert(row.id, identity(&draft.station, other));
                }
            }
            Some(row) => changed.push((row, draft)),
        }
    }
    tally.added = added.len() as u64;
    tally.updated = changed.len() as u64;
    let before: Vec<&AnsweredQuestion> = changed.iter().map(|(row, _)| row).collect();
    keep_versions(&**write, &before, now).await?;
    clear_parts(write, changed.iter().map(|(row, _)| row.id).collect()).await?;
    for (row, draft) in &changed {
        update(write, row, draft, now).await?;
    }
    insert(write, &added, now).await?;
    let written: Vec<(Uuid, Draft)> =
        added.into_iter().chain(changed.into_iter().map(|(row, draft)| (row.id, draft))).collect();
    insert_parts(write, &written).await?;
    for (id, draft) in written {
        if let Some(other) = draft.superseded_by {
            known.links.insert(id, identity(&draft.station, &other));
        }
    }
    Ok(tally)
}

/// Links answers to those that took their places, once all rows are there.
pub(super) async fn link(
    write: &mut Write,
    known: &mut Known,
    now: DateTime<Utc>,
) -> Result<Tally> {
    let links = std::mem::take(&mut known.links);
    let wanted = places(known, links.values());
    let found = ids_of(&**write, wanted.values().cloned().collect()).await?;
    for (id, other) in links {
        let successor = wanted.get(&other).and_then(|place| found.get(place));
        let successor = *successor.ok_or_else(|| missing_successor(&other))?;
        entity::Entity::update_many()
            .col_expr(entity::Column::SupersededById, Expr::value(successor))
            .col_expr(entity::Column::UpdatedAt, Expr::value(now))
            .filter(entity::Column::Id.eq(id))
            .exec(&**write)
            .await?;
        let row = entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::Id.eq(id))
            .one(&**write)
            .await?;
        if let Some(row) = row {
            let tokens = tokens(&row);
            let subject = Subject::AnsweredQuestion;
            write.note(Note { subject, id, before: tokens.clone(), after: tokens });
        }
    }
    Ok(Tally::default())
}

fn missing_successor(identity: &str) -> Error {
    let (_, external_id) = identity.split_once('\n').unwrap_or_default();
    let reason = crate::language::Text::new(
        format!("there is no answer {external_id:?} of the same station that could take its place"),
        format!("同一工作站没有编号为“{external_id}”的答复"),
    );
    Error::invalid("supersededBy", reason)
}

/// Which of these identities are those of answers that are here.
pub(super) async fn there(
    db: &Database,
    known: &Known,
    identities: Vec<String>,
) -> Result<HashSet<String>> {
    let wanted = places(known, identities.iter());
    let mut there = HashSet::new();
    let places: Vec<(Uuid, String)> = wanted.values().cloned().collect();
    for some in places.chunks(PARTS_AT_ONCE) {
        there.extend(ids_of(db.read(), some.to_vec()).await?.into_keys());
    }
    Ok(wanted.into_iter().filter(|(_, place)| there.contains(place)).map(|(it, _)| it).collect())
}

/// Station and external id by identity.
fn places<'a>(
    known: &Known,
    identities: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, (Uuid, String)> {
    let place = |identity: &String| {
        let (station, external_id) = identity.split_once('\n')?;
        let station = known.stations.get(station)?.0.id;
        Some((identity.clone(), (station, external_id.to_owned())))
    };
    identities.filter_map(place).collect()
}

/// Ids by station and external id.
async fn ids_of(
    db: &impl ConnectionTrait,
    places: Vec<(Uuid, String)>,
) -> Result<HashMap<(Uuid, String), Uuid>> {
    let mut by_station: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (station, external_id) in places {
        by_station.entry(station).or_default().push(external_id);
    }
    let mut any = Condition::any();
    for (station, external_ids) in by_station {
        let of_station = entity::Column::StationId.eq(station);
        let ids = entity::Column::ExternalId.is_in(external_ids);
        any = any.add(Condition::all().add(of_station).add(ids));
    }
    if any.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String, Uuid)> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([entity::Column::StationId, entity::Column::ExternalId, entity::Column::Id])
        .filter(any)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(station, external, id)| ((station, external), id)).collect())
}

/// The rows that a batch says anew, by identity.
async fn existing(write: &Write, drafts: &[Draft]) -> Result<HashMap<String, AnsweredQuestion>> {
    let mut by_station: HashMap<(Uuid, &str), Vec<&str>> = HashMap::new();
    for draft in drafts {
        let station = (draft.station_id, draft.station.as_str());
        by_station.entry(station).or_default().push(&draft.external_id);
    }
    let mut existing = HashMap::new();
    // A file is of one station, or of a dozen: few rounds.
    for ((station_id, station), external_ids) in by_station {
        let rows = entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::StationId.eq(station_id))
            .filter(entity::Column::ExternalId.is_in(external_ids))
            .order_by_asc(entity::Column::Id)
            // Nobody withdraws one of them while it is written.
            .lock_exclusive()
            .all(&**write)
            .await?;
        existing.extend(rows.into_iter().map(|row| (identity(station, &row.external_id), row)));
    }
    Ok(existing)
}

async fn insert(write: &mut Write, added: &[(Uuid, Draft)], now: DateTime<Utc>) -> Result<()> {
    if added.is_empty() {
        return Ok(());
    }
    let rows = added.iter().map(|(id, draft)| {
        let mut row = filled(draft, now);
        let number = draft.number.clone();
        row.id = Set(*id);
        row.version = Set(1);
        row.number = Set(number.unwrap_or_else(|| spoken_number(&draft.station, *id)));
        row.created_at = Set(now);
        row.created_by = Set(Some(OPERATOR.to_owned()));
        row.superseded_by_id = Set(None);
        row
    });
    entity::Entity::insert_many(rows).exec_without_returning(&**write).await?;
    for (id, draft) in added {
        let (audience, owner) = audience_tokens(draft);
        let after = vec![audience, owner];
        write.note(Note { subject: Subject::AnsweredQuestion, id: *id, before: vec![], after });
    }
    Ok(())
}

async fn update(
    write: &mut Write,
    row: &AnsweredQuestion,
    draft: &Draft,
    now: DateTime<Utc>,
) -> Result<()> {
    let before = tokens(row);
    let mut changed = filled(draft, now);
    changed.id = Set(row.id);
    changed.version = Set(row.version + 1);
    if let Some(number) = &draft.number {
        changed.number = Set(number.clone());
    }
    if draft.superseded_by.is_none() {
        changed.superseded_by_id = Set(None);
    }
    let (mut audience, owner) = audience_tokens(draft);
    if row.withdrawn_on.is_some() {
        // What somebody took back here stays taken back: a file may not know of it.
        audience.clone_from(&owner);
        changed.state = Set(State::Withdrawn);
        changed.audience_token = Set(owner.clone());
    }
    changed.update(&**write).await?;
    let after = vec![audience, owner];
    write.note(Note { subject: Subject::AnsweredQuestion, id: row.id, before, after });
    Ok(())
}

/// What the draft says, as columns.
fn filled(draft: &Draft, now: DateTime<Utc>) -> entity::ActiveModel {
    let (audience_token, owner_token) = audience_tokens(draft);
    entity::ActiveModel {
        updated_at: Set(now),
        updated_by: Set(Some(OPERATOR.to_owned())),
        station_id: Set(draft.station_id),
        external_id: Set(draft.external_id.clone()),
        question: Set(draft.question.clone()),
        answer: Set(draft.answer.clone()),
        summary: Set(draft.summary.clone()),
        product_kind: Set(draft.product_kind),
        device_class: Set(draft.device_class),
        state: Set(draft.state),
        audience: Set(draft.audience),
        audience_token: Set(audience_token),
        owner_token: Set(owner_token),
        basis: Set(draft.basis),
        author: Set(draft.author.clone()),
        answered_on: Set(draft.answered_on),
        ordered_on: Set(ordered_on(draft.answered_on)),
        confirmed_on: Set(draft.confirmed_on),
        review_by: Set(draft.review_by),
        reuse_count: Set(draft.reuse_count),
        helpful: Set(draft.helpful),
        unhelpful: Set(draft.unhelpful),
        content_digest: Set(digest(draft)),
        ..Default::default()
    }
}

/// The token that opens it, and its owner's: what its state hides is its owner's alone.
fn audience_tokens(draft: &Draft) -> (String, String) {
    let owner = station_token(&draft.station);
    if draft.state.is_shown() {
        return (draft.audience.token(&owner, Some(&draft.district)), owner);
    }
    (owner.clone(), owner)
}

/// The tokens that can see it.
pub(super) fn tokens(row: &AnsweredQuestion) -> Vec<String> {
    vec![row.audience_token.clone(), row.owner_token.clone()]
}

/// Keeps what these say, before they say something else.
pub(super) async fn keep_versions(
    db: &impl ConnectionTrait,
    changed: &[&AnsweredQuestion],
    now: DateTime<Utc>,
) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changed.iter().map(|row| row.id).collect();
    let citations = super::citations(db, ids.clone()).await?;
    let rejected = deidentify::rejected(db, changed, &citations).await?;
    let rows = changed.iter().map(|row| {
        let citations = citations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        // What somebody found to tell who asked is kept for its station alone.
        let reader =
            if rejected.contains(&row.id) { &row.owner_token } else { &row.audience_token };
        version_entity::ActiveModel {
            id: Set(new_id()),
            answered_question_id: Set(row.id),
            version: Set(row.version),
            question: Set(row.question.clone()),
            answer: Set(row.answer.clone()),
            summary: Set(row.summary.clone()),
            citations: Set(citations.iter().map(cited).collect()),
            audience_token: Set(reader.clone()),
            owner_token: Set(row.owner_token.clone()),
            written_at: Set(row.updated_at),
            replaced_at: Set(now),
        }
    });
    version_entity::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

fn cited(citation: &citation_entity::Model) -> Value {
    json!({
        "regulationId": citation.regulation_id,
        "articles": citation.articles,
        "quote": citation.quote,
        "role": citation.role.to_value(),
        "checkedOn": citation.checked_on,
    })
}

async fn clear_parts(write: &Write, ids: Vec<Uuid>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    clear_areas_and_citations(&**write, ids.clone()).await?;
    let confirmations = confirmation_entity::Column::AnsweredQuestionId.is_in(ids);
    confirmation_entity::Entity::delete_many().filter(confirmations).exec(&**write).await?;
    Ok(())
}

/// Removes what is written anew with a text.
pub(super) async fn clear_areas_and_citations(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<()> {
    let areas = area_entity::Column::AnsweredQuestionId.is_in(ids.clone());
    area_entity::Entity::delete_many().filter(areas).exec(db).await?;
    let citations = citation_entity::Column::AnsweredQuestionId.is_in(ids);
    citation_entity::Entity::delete_many().filter(citations).exec(db).await?;
    Ok(())
}

async fn insert_parts(write: &Write, written: &[(Uuid, Draft)]) -> Result<()> {
    let areas = written.iter().flat_map(|(id, draft)| {
        draft
            .areas
            .iter()
            .map(|area| area_entity::Model { answered_question_id: *id, area_id: *area })
    });
    let areas = areas.map(IntoActiveModel::into_active_model).collect();
    insert_rows::<area_entity::Entity, _>(&**write, areas).await?;
    let citations = written.iter().flat_map(|(id, draft)| {
        draft.citations.iter().zip(1..).map(|(citation, position)| citation_entity::ActiveModel {
            id: Set(new_id()),
            answered_question_id: Set(*id),
            position: Set(position),
            regulation_id: Set(citation.regulation),
            articles: Set(citation.articles.clone().into()),
            quote: Set(citation.quote.clone()),
            role: Set(citation.role),
            checked_on: Set(citation.checked_on),
        })
    });
    insert_rows::<citation_entity::Entity, _>(&**write, citations.collect()).await?;
    let confirmations = written.iter().flat_map(|(id, draft)| {
        draft.confirmations.iter().zip(1..).map(|(row, position)| {
            confirmation_entity::ActiveModel {
                id: Set(new_id()),
                answered_question_id: Set(*id),
                position: Set(position),
                regulation_id: Set(row.regulation),
                confirmed_on: Set(row.on),
                note: Set(row.note.clone()),
            }
        })
    });
    insert_rows::<confirmation_entity::Entity, _>(&**write, confirmations.collect()).await
}

/// Inserts any number of rows, in few statements.
pub(super) async fn insert_rows<E, A>(db: &impl ConnectionTrait, mut rows: Vec<A>) -> Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + Send,
{
    while !rows.is_empty() {
        let later = rows.split_off(rows.len().min(PARTS_AT_ONCE));
        E::insert_many(rows).exec_without_returning(db).await?;
        rows = later;
    }
    Ok(())
}
