//! The one place through which rows of research outputs are written: by hand, by file, by harvest.
//!
//! Whatever is written, this follows from it: the version rises, those who saw and see the output are told, what was shown
//! before is kept, a withdrawal remembers who could see it, and the work can be found again by its numbers and its title.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, SqlErr,
    entity::prelude::*,
};
use serde_json::{Map, Value};

use super::{
    ResearchOutput, State, area_entity, area_ids, duplicates, entity, import, number_entity,
    version_entity,
};
use crate::{
    access::opened_by,
    change::update_at,
    clock::day_of,
    error::{Error, Result, RuleCode},
    ids::new_id,
    language::Text,
    outbox::{Note, Subject, Write},
};

/// Rows of parts in one statement; SQLite takes at most 32,766 values in one.
const PARTS_AT_ONCE: usize = 2_000;
/// Whole rows in one statement, for the same reason.
const ROWS_AT_ONCE: usize = 250;

/// A row as it was, where it was there, and as it is to be. Its version, its edition, and when it changed and was shown
/// need not be said.
#[derive(Debug)]
pub(super) struct Rewritten {
    /// The row as it was read; it must still be so.
    pub(super) before: Option<ResearchOutput>,
    /// The row as it is to be.
    pub(super) after: ResearchOutput,
    /// The areas it has from now on; those it had where nothing is said.
    pub(super) areas: Option<Vec<Uuid>>,
}

/// Writes rows.
///
/// # Errors
/// [`crate::error::Error::Conflict`] where somebody else was faster.
pub(super) async fn rows(
    write: &mut Write,
    mut rows: Vec<Rewritten>,
    now: DateTime<Utc>,
) -> Result<()> {
    let there = rows.iter().filter_map(|row| row.before.as_ref()).map(|row| row.id).collect();
    let old_areas = area_ids(&**write, there).await?;
    let mut versions = Vec::new();
    for row in &mut rows {
        let areas = row.before.as_ref().and_then(|before| old_areas.get(&before.id));
        versions.extend(row.follow(areas.map(Vec::as_slice).unwrap_or_default(), now, write));
    }
    numbers(write, &rows).await?;
    let (mut areas, mut without) = (Vec::new(), Vec::new());
    let (mut added, mut owned) = (Vec::new(), Vec::new());
    for Rewritten { before, after, areas: new } in rows {
        let id = after.id;
        if let Some(new) = new {
            areas.extend(new.into_iter().map(|area| (id, area)));
            without.extend(before.as_ref().map(|before| before.id));
        }
        let numbers = duplicates::numbers(&after);
        match before {
            None => {
                owned.extend(numbers.into_iter().map(|number| (id, number)));
                added.push(after.into_active_model());
            }
            Some(before) => {
                if numbers != duplicates::numbers(&before) {
                    owned.extend(numbers.into_iter().map(|number| (id, number)));
                }
                let place = (entity::Column::Id, id);
                let version = (entity::Column::Version, before.version);
                let row = after.into_active_model().reset_all();
                update_at::<entity::Entity>(&**write, place, version, row).await?;
            }
        }
    }
    insert::<entity::Entity, _>(write, added, ROWS_AT_ONCE).await.map_err(taken)?;
    replace_areas(write, without, &areas).await?;
    let numbers = owned.into_iter().map(|(research_output_id, (scheme, value))| {
        number_entity::Model { research_output_id, scheme, value }.into_active_model()
    });
    insert::<number_entity::Entity, _>(write, numbers.collect(), PARTS_AT_ONCE).await?;
    let versions = versions.into_iter().map(version_entity::Model::into_active_model);
    Ok(insert::<version_entity::Entity, _>(write, versions.collect(), PARTS_AT_ONCE).await?)
}

/// Of two that bring the same id at once, the table itself refuses the second.
fn taken(fault: DbErr) -> Error {
    if !matches!(fault.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
        return fault.into();
    }
    let reason = Text::new(
        "somebody has just used this id for another output of yours; look at it, and try again",
        "该编号刚刚被本机构的另一项成果使用，请查看后重试",
    );
    Error::rule(RuleCode::AlreadyThere, "externalId", reason)
}

impl Rewritten {
    /// What follows from the change: fills in the rest of the row, notes who is to hear of it, and gives what was shown
    /// until now, where that is another text.
    fn follow(
        &mut self,
        old_areas: &[Uuid],
        now: DateTime<Utc>,
        write: &mut Write,
    ) -> Option<version_entity::Model> {
        let Self { before, after, areas } = self;
        let areas = areas.as_deref().unwrap_or(old_areas);
        after.version = before.as_ref().map_or(1, |before| before.version + 1);
        after.updated_at = now;
        after.work_key = duplicates::work_key(after);
        let shown = before.as_ref().filter(|before| before.state.is_shown());
        match (shown, after.state) {
            (Some(before), State::Withdrawn) => after.former_token = Some(seen_by(before, now)),
            (_, state) if state.is_shown() => after.former_token = None,
            _ => {}
        }
        let same_text = before
            .as_ref()
            .is_some_and(|before| content(before, old_areas) == content(after, areas));
        let replaced = shown.filter(|_| after.state.is_shown() && !same_text);
        let first_shown = shown.is_none() && after.state.is_shown();
        if replaced.is_some() || first_shown {
            after.edition = before.as_ref().map_or(1, |before| before.edition + 1);
            after.published_at = Some(now);
        }
        let version = replaced.map(|before| version(before, old_areas, after, now));
        let looks_the_same = before.as_ref().is_some_and(|before| {
            same_text
                && before.state == after.state
                && before.audience_token == after.audience_token
                && before.embargo_until == after.embargo_until
        });
        if !looks_the_same {
            after.stamp(before.as_ref(), now);
        }
        write.note(note(before.as_ref(), after, looks_the_same, now));
        version
    }
}

/// The token of those who see an output now: of what is under embargo, its owner's.
fn seen_by(row: &ResearchOutput, now: DateTime<Utc>) -> String {
    let hidden = row.embargo_until.is_some_and(|day| day_of(now) < day);
    if hidden { row.owner_token.clone() } else { row.audience_token.clone() }
}

/// Tells of a change to those who see the output on the day of it: under embargo, its owner alone. Of what changes beside
/// what is shown, only its owner hears.
fn note(
    before: Option<&ResearchOutput>,
    after: &ResearchOutput,
    looks_the_same: bool,
    now: DateTime<Utc>,
) -> Note {
    let today = day_of(now);
    let tokens = |row: &ResearchOutput| {
        if looks_the_same {
            return vec![row.owner_token.clone()];
        }
        opened_by(&row.audience_token, &row.owner_token, row.embargo_until, today)
    };
    Note {
        subject: Subject::ResearchOutput,
        id: after.id,
        before: before.map(tokens).unwrap_or_default(),
        after: tokens(after),
    }
}

/// What others read of an output, under the names of the columns of an import; never its contact.
fn content(row: &ResearchOutput, areas: &[Uuid]) -> Map<String, Value> {
    let mut areas = areas.to_vec();
    areas.sort_unstable();
    let mut content = import::columns_of(row);
    let apart = ["externalId", "audience", "embargoUntil", "contact", "state", "withdrawnOn"];
    for column in apart.into_iter().chain(["withdrawalReason", "sourceFormat"]) {
        content.remove(column);
    }
    // Here by their ids: an area may get another code.
    let areas: Vec<Value> = areas.iter().map(|id| id.to_string().into()).collect();
    content.insert("areas".to_owned(), areas.into());
    content
}

/// What was shown until now.
fn version(
    before: &ResearchOutput,
    areas: &[Uuid],
    after: &ResearchOutput,
    now: DateTime<Utc>,
) -> version_entity::Model {
    version_entity::Model {
        id: new_id(),
        research_output_id: before.id,
        number: before.edition.max(1),
        content: Value::Object(content(before, areas)),
        published_at: before.published_at.unwrap_or(before.updated_at),
        replaced_at: now,
        replaced_by: after.updated_by.clone(),
        embargo_until: before.embargo_until,
        // Who could read it until now: what was replaced under embargo was its owner's, and stays so.
        audience_token: seen_by(before, now),
        owner_token: before.owner_token.clone(),
    }
}

/// Forgets the numbers of those that have others now.
async fn numbers(write: &Write, rows: &[Rewritten]) -> Result<()> {
    let changed = rows.iter().filter_map(|row| {
        let before = row.before.as_ref()?;
        (duplicates::numbers(before) != duplicates::numbers(&row.after)).then_some(before.id)
    });
    let changed: Vec<Uuid> = changed.collect();
    if !changed.is_empty() {
        let old = number_entity::Column::ResearchOutputId.is_in(changed);
        number_entity::Entity::delete_many().filter(old).exec(&**write).await?;
    }
    Ok(())
}

/// Puts these pairs in the place of all that the outputs of these ids had.
async fn replace_areas(write: &Write, of: Vec<Uuid>, areas: &[(Uuid, Uuid)]) -> Result<()> {
    if !of.is_empty() {
        let old = area_entity::Column::ResearchOutputId.is_in(of);
        area_entity::Entity::delete_many().filter(old).exec(&**write).await?;
    }
    let rows = areas.iter().map(|(research_output_id, area_id)| {
        area_entity::Model { research_output_id: *research_output_id, area_id: *area_id }
            .into_active_model()
    });
    Ok(insert::<area_entity::Entity, _>(write, rows.collect(), PARTS_AT_ONCE).await?)
}

async fn insert<E, A>(write: &Write, rows: Vec<A>, at_once: usize) -> Result<(), DbErr>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<A> = rows.by_ref().take(at_once).collect();
        E::insert_many(some).exec_without_returning(&**write).await?;
    }
    Ok(())
}

/// Fills in by what works are known where a row was written before that was kept; gives how many rows there were. A few
/// at a time, so that nobody waits.
pub(super) async fn fill_keys(write: &Write, rows: &HashMap<Uuid, ResearchOutput>) -> Result<()> {
    let ids: Vec<Uuid> = rows.keys().copied().collect();
    let old = number_entity::Column::ResearchOutputId.is_in(ids);
    number_entity::Entity::delete_many().filter(old).exec(&**write).await?;
    let mut numbers = Vec::new();
    for row in rows.values() {
        let of_row = duplicates::numbers(row).into_iter().map(|(scheme, value)| {
            number_entity::Model { research_output_id: row.id, scheme, value }.into_active_model()
        });
        numbers.extend(of_row);
        let key = duplicates::work_key(row).unwrap_or_default();
        entity::Entity::update_many()
            .col_expr(entity::Column::WorkKey, Expr::value(key))
            .filter(entity::Column::Id.eq(row.id))
            .exec(&**write)
            .await?;
    }
    Ok(insert::<number_entity::Entity, _>(write, numbers, PARTS_AT_ONCE).await?)
}
