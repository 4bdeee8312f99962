//! Takes a page of records in, as rows of an import, within one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter, QuerySelect, Set, entity::prelude::*, sea_query::OnConflict};
use serde_json::{Map, Value};

use super::{Order, protocol::Record, taken_entity as entity};
use crate::{
    access::{Guarded, Scope},
    clock::day_of,
    error::{Error, Result},
    files::Row,
    language::Language,
    oai::formats::{COLUMNS, Format},
    outbox::Write,
    research::{self, ResearchOutputs},
    transfer::{Known, Tally, Transfer as _},
};

/// Why an output is withdrawn whose record was deleted; also the mark by which it may come back.
const DELETED: &str = "deleted at source（来源库已删除）";
/// The columns that go when a record comes back.
const WITHDRAWAL: [&str; 3] = ["state", "withdrawnOn", "withdrawalReason"];
/// The longest record that is kept as it came.
const RAW_BYTES: usize = 256 * 1024;
/// Rows in one statement.
const ROWS_AT_ONCE: usize = 500;

/// What became of a page.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) tally: Tally,
    pub(super) deleted: u64,
    pub(super) refused: u64,
    pub(super) faults: Vec<String>,
}

/// What a record says, read before anybody has to wait for it.
#[derive(Debug)]
pub(super) struct Saying {
    deleted: bool,
    /// The columns of an import; none where it is in another format than was asked for.
    columns: Option<Map<String, Value>>,
    /// The record as it came, where that is not too long to be kept.
    raw: Option<String>,
}

/// Reads the records of a page, by their identifiers. Of one that comes twice the latter counts.
pub(super) fn read(format: Format, records: Vec<Record>) -> BTreeMap<String, Saying> {
    let read = |Record { identifier, deleted, metadata }| {
        let columns = metadata.as_ref().and_then(|metadata| format.read(metadata));
        let raw = metadata.and_then(|metadata| metadata.written(RAW_BYTES));
        (identifier, Saying { deleted, columns, raw })
    };
    records.into_iter().map(read).collect()
}

/// Takes a page in.
pub(super) async fn take(
    write: &mut Write,
    order: &Order,
    (kind, known): (&ResearchOutputs, &mut Known),
    records: BTreeMap<String, Saying>,
    now: DateTime<Utc>,
) -> Result<Taken> {
    let ids: Vec<String> = records.keys().cloned().collect();
    let Some(owner) = known.organizations.get(&order.organization) else {
        return Err(Error::internal("the organization of a harvest is gone"));
    };
    let organization = owner.id;
    let ours = from_source(write, order, organization, &ids).await?;
    let present = research::rows_by_external_id(&**write, known, owner, &ids).await?;
    let page = Page { order, now, ours, present };
    let mut taken = Taken::default();
    let mut drafts = Vec::new();
    let mut came = Vec::new();
    for (identifier, record) in records {
        let deleted = record.deleted;
        let Some(columns) = page.columns(&identifier, record, &mut taken) else { continue };
        let mut row = Row::of(columns);
        let draft = kind.read(&mut row, known);
        match row.finish() {
            Ok(()) => {
                drafts.push(draft);
                came.push(identifier);
            }
            Err(faults) => {
                taken.refused += 1;
                taken.deleted -= u64::from(deleted);
                taken.faults.extend(faults.0.iter().map(|fault| {
                    let column = fault.column.as_deref().unwrap_or("record");
                    let value = fault.value.as_deref().unwrap_or_default();
                    let message = fault.message(Language::En);
                    format!("{identifier}, {column}: {value:?} {message}")
                }));
            }
        }
    }
    for some in drafts_in_parts(drafts) {
        taken.tally += kind.store(write, some, known, now).await?;
    }
    taken.tally.updated = taken.tally.updated.saturating_sub(taken.deleted);
    remember(write, order, organization, came).await?;
    Ok(taken)
}

fn drafts_in_parts<T>(drafts: Vec<T>) -> Vec<Vec<T>> {
    let mut parts = Vec::new();
    let mut rest = drafts.into_iter().peekable();
    while rest.peek().is_some() {
        parts.push(rest.by_ref().take(ROWS_AT_ONCE).collect());
    }
    parts
}

struct Page<'a> {
    order: &'a Order,
    now: DateTime<Utc>,
    /// The records that came from this repository before.
    ours: BTreeSet<String>,
    /// What is here of these records, as rows of an export.
    present: HashMap<String, Map<String, Value>>,
}

impl Page<'_> {
    /// The row that a record makes: what is here already, with what the record says in its place.
    fn columns(
        &self,
        identifier: &str,
        record: Saying,
        taken: &mut Taken,
    ) -> Option<Map<String, Value>> {
        let present = self.present.get(identifier);
        let is_ours = self.ours.contains(identifier);
        let text = |column: &str| present.and_then(|row| row.get(column)).and_then(Value::as_str);
        let withdrawn = text("state") == Some("WITHDRAWN");
        let by_source = text("withdrawalReason") == Some(DELETED);
        if record.deleted {
            let mut row = present.filter(|_| !withdrawn && is_ours)?.clone();
            taken.deleted += 1;
            let values = ["WITHDRAWN".to_owned(), day_of(self.now).to_string(), DELETED.to_owned()];
            for (column, value) in WITHDRAWAL.into_iter().zip(values) {
                row.insert(column.to_owned(), value.into());
            }
            return Some(row);
        }
        if withdrawn && !by_source {
            // Somebody withdrew it here, and knows why.
            taken.tally.kept += 1;
            return None;
        }
        if present.is_some() && !is_ours {
            // An id is all that it takes to claim what others have brought here.
            taken.tally.kept += 1;
            taken.faults.push(format!(
                "{identifier}: is here already and did not come from this repository; it stays as it is"
            ));
            return None;
        }
        let Some(said) = record.columns else {
            let prefix = self.order.format.prefix();
            taken.refused += 1;
            taken.faults.push(format!("{identifier}: is not in {prefix}"));
            return None;
        };
        let mut row = present.cloned().unwrap_or_default();
        let gone: &[&str] = if withdrawn { &WITHDRAWAL } else { &[] };
        for column in COLUMNS.iter().chain(gone) {
            row.remove(*column);
        }
        row.insert("externalId".to_owned(), identifier.into());
        row.insert("organization".to_owned(), self.order.organization.clone().into());
        row.insert("sourceFormat".to_owned(), self.order.format.prefix().into());
        row.extend(said);
        // No column of ours: it is there so that the row remembers the record as it came.
        if let Some(raw) = record.raw {
            row.insert("sourceRecord".to_owned(), raw.into());
        }
        Some(row)
    }
}

/// Which of these came from the repository before.
async fn from_source(
    write: &Write,
    order: &Order,
    organization: Uuid,
    ids: &[String],
) -> Result<BTreeSet<String>> {
    let mut ours = BTreeSet::new();
    for some in ids.chunks(ROWS_AT_ONCE) {
        let found: Vec<String> = entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .column(entity::Column::ExternalId)
            .filter(entity::Column::OrganizationId.eq(organization))
            .filter(entity::Column::Source.eq(&order.source))
            .filter(entity::Column::ExternalId.is_in(some))
            .into_tuple()
            .all(&**write)
            .await?;
        ours.extend(found);
    }
    Ok(ours)
}

/// Remembers that these came from the repository.
async fn remember(
    write: &Write,
    order: &Order,
    organization: Uuid,
    ids: Vec<String>,
) -> Result<()> {
    for some in drafts_in_parts(ids) {
        let rows = some.into_iter().map(|external_id| entity::ActiveModel {
            organization_id: Set(organization),
            source: Set(order.source.clone()),
            external_id: Set(external_id),
        });
        entity::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&**write)
            .await?;
    }
    Ok(())
}
