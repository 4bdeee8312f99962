//! Research outputs that people take away as a file: those that the viewer may read, in the format that they ask for.
//!
//! A file has no contact in it, no audience, no embargo, no state. Drafts and what is under embargo are left out, also for
//! their owner, for in a file nobody could tell them from the rest.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    Condition, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, entity::prelude::*,
};
use serde_json::{Map, Value};

use super::{OutputKind, ResearchOutput, area_entity, area_ids, entity, import};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    bibliography,
    clock::day_of,
    error::{Error, Result},
    expertise::Tree,
    files::{self, Cell, Format, Table},
    ids::{GlobalId, NodeKind},
    language::Text,
    organizations::{self, Organization},
    takeaway::{self, Exported, MOST, ROWS_AT_ONCE, cells},
    transfer::Known,
};

/// What a table has of an output.
const COLUMNS: [&str; 18] = [
    "externalId",
    "organization",
    "title",
    "abstract",
    "kind",
    "trl",
    "ipStatus",
    "patents",
    "clinicalStage",
    "trialIds",
    "cooperationModes",
    "areas",
    "contributors",
    "completedOn",
    "publishedOn",
    "doi",
    "identifiers",
    "advantages",
];

/// What can be said of what is wanted.
const PARAMETERS: [&str; 4] = ["format", "organization", "area", "kind"];

/// What is wanted.
#[derive(Debug, Default)]
struct Asked {
    format: Option<Format>,
    organizations: Vec<String>,
    areas: Vec<String>,
    kinds: Vec<OutputKind>,
}

/// The outputs that the viewer may read, or the one of an id, as a file.
///
/// The parameters are `format` (datacite, csl, bibtex, ris, csv, jsonl, xlsx) and, each as often as is wanted,
/// `organization`, `area` (with all below it) and `kind`. Refused are other parameters, and more outputs than a file may
/// have; an output that the viewer may not see is not there.
pub async fn export<'a>(
    ctx: &Ctx,
    id: Option<&str>,
    parameters: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str> + 'a)>,
) -> Result<Exported> {
    let asked = Asked::of_parameters(parameters)?;
    let Some(format) = asked.format else {
        return Err(Error::invalid("format", unknown_format()));
    };
    let wanted = match id {
        Some(id) => {
            let id = GlobalId::decode_as("id", id, NodeKind::ResearchOutput)?;
            Condition::all().add(entity::Column::Id.eq(id))
        }
        None => asked.condition(ctx).await?,
    };
    let place = takeaway::place().await?;
    let ids: Vec<Uuid> = entity::Entity::visible_to(&ctx.scope())
        .select_only()
        .column(entity::Column::Id)
        .filter(wanted)
        .filter(import::is_shown(day_of(ctx.now())))
        .order_by_desc(entity::Column::OrderedOn)
        .order_by_asc(entity::Column::Id)
        .limit(MOST + 1)
        .into_tuple()
        .all(ctx.db())
        .await?;
    if id.is_some() && ids.is_empty() {
        return Err(Error::NotFound);
    }
    takeaway::check_number(ids.len(), "organization")?;
    let tree = ctx.tree().await?;
    let mut file = File::new(format);
    for ids in ids.chunks(ROWS_AT_ONCE) {
        file.add(&rows(ctx, ids).await?, &tree);
        takeaway::check_bytes(file.bytes, "organization")?;
    }
    let now = ctx.now();
    // The place is kept until the work is done, whether anybody still waits for it or not.
    let finished = tokio::task::spawn_blocking(move || {
        let finished = file.finish(now);
        drop(place);
        finished
    });
    Ok(Exported::new("research-outputs", format, finished.await??))
}

/// The table that an office fills in, with an example, for those who may bring one; there is none in other formats.
pub async fn blank(ctx: &Ctx, format: Format) -> Result<Option<Exported>> {
    if !matches!(format, Format::Csv | Format::Xlsx) {
        return Ok(None);
    }
    super::may_import(ctx)?;
    let known = Known::load(&ctx.app.db).await?;
    let now = ctx.now();
    let made = tokio::task::spawn_blocking(move || import::template(&known, format, now));
    Ok(Some(Exported::new("research-outputs-template", format, made.await??)))
}

impl Asked {
    fn of_parameters<'a>(
        parameters: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str> + 'a)>,
    ) -> Result<Self> {
        let mut asked = Self::default();
        for (name, value) in parameters {
            let (name, value) = (name.as_ref(), value.as_ref().trim());
            match name {
                "format" => asked.format = Some(format_of(value)?),
                "organization" => asked.organizations.push(value.to_owned()),
                "area" => asked.areas.push(value.to_owned()),
                "kind" => asked.kinds.push(takeaway::term("kind", value)?),
                _ => return Err(takeaway::unknown_parameter(name, &PARAMETERS)),
            }
        }
        Ok(asked)
    }

    async fn condition(&self, ctx: &Ctx) -> Result<Condition> {
        use entity::Column;
        let mut condition = Condition::all();
        if !self.organizations.is_empty() {
            let ids = organizations::entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(organizations::entity::Column::Id)
                .filter(organizations::entity::Column::Code.is_in(self.organizations.clone()));
            condition = condition.add(Column::OrganizationId.in_subquery(ids.into_query()));
        }
        if !self.areas.is_empty() {
            let areas = ctx.tree().await?.subtree_ids("area", &self.areas)?;
            let ids = area_entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(area_entity::Column::ResearchOutputId)
                .filter(area_entity::Column::AreaId.is_in(areas));
            condition = condition.add(Column::Id.in_subquery(ids.into_query()));
        }
        if !self.kinds.is_empty() {
            condition = condition.add(Column::Kind.is_in(self.kinds.clone()));
        }
        Ok(condition)
    }
}

/// The format of a name.
pub(super) fn format_of(name: &str) -> Result<Format> {
    Format::named(name).ok_or_else(|| Error::invalid("format", unknown_format()))
}

/// What is said to a format that there is not.
fn unknown_format() -> Text {
    Text::new(
        "is one of datacite, csl, bibtex, ris, csv, jsonl, xlsx",
        "应为 datacite、csl、bibtex、ris、csv、jsonl、xlsx 之一",
    )
}

/// An output with what belongs to it.
struct Whole {
    row: ResearchOutput,
    owner: Option<Organization>,
    areas: Vec<Uuid>,
}

/// Some of the outputs, in this order, as far as the viewer still sees them.
async fn rows(ctx: &Ctx, ids: &[Uuid]) -> Result<Vec<Whole>> {
    const UNSHOWN: &[entity::Column] =
        &[entity::Column::RawRecord, entity::Column::Revision, entity::Column::Contact];
    let rows = entity::Entity::visible_to(&ctx.scope())
        .filter(entity::Column::Id.is_in(ids.iter().copied()))
        .filter(import::is_shown(day_of(ctx.now())));
    let rows = entity::without(rows, UNSHOWN).all(ctx.db()).await?;
    let mut areas = area_ids(ctx.db(), ids.to_vec()).await?;
    let owners: HashSet<Uuid> = rows.iter().map(|row| row.organization_id).collect();
    let owners = organizations::by_ids(ctx.db(), owners.into_iter().collect()).await?;
    let mut rows: HashMap<Uuid, ResearchOutput> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    let whole = |id: &Uuid| {
        let row = rows.remove(id)?;
        let owner = owners.get(&row.organization_id).cloned();
        Some(Whole { owner, areas: areas.remove(id).unwrap_or_default(), row })
    };
    Ok(ids.iter().filter_map(whole).collect())
}

/// A file on its way.
struct File {
    format: Format,
    text: FileText,
    /// About how long it is so far.
    bytes: usize,
}

enum FileText {
    Lines(String),
    Rows(Vec<Vec<Cell>>),
    Records(bibliography::Whole),
}

impl File {
    fn new(format: Format) -> Self {
        let text = match format {
            Format::JsonLines => FileText::Lines(String::new()),
            Format::Csv | Format::Xlsx => FileText::Rows(Vec::new()),
            _ => FileText::Records(bibliography::Whole::new(format)),
        };
        Self { format, text, bytes: 0 }
    }

    fn add(&mut self, outputs: &[Whole], tree: &Tree) {
        match &mut self.text {
            FileText::Lines(text) => {
                for output in outputs {
                    text.push_str(&Value::Object(shown(output, tree)).to_string());
                    text.push('\n');
                }
                self.bytes = text.len();
            }
            FileText::Rows(rows) => {
                for output in outputs {
                    let row = cells(&COLUMNS, &shown(output, tree));
                    let texts = row.iter().map(|cell| match cell {
                        Cell::Text(text) => text.len(),
                        _ => size_of::<Cell>(),
                    });
                    self.bytes += texts.sum::<usize>();
                    rows.push(row);
                }
            }
            FileText::Records(records) => {
                for Whole { row, owner, areas } in outputs {
                    records.add(&import::record(row, owner.as_ref(), areas, tree));
                }
                self.bytes = records.bytes();
            }
        }
    }

    /// The file. It takes a while: to be called on a thread that may be kept.
    fn finish(self, now: DateTime<Utc>) -> Result<Vec<u8>> {
        match self.text {
            FileText::Lines(text) => Ok(text.into_bytes()),
            FileText::Records(records) => Ok(records.finish().into_bytes()),
            FileText::Rows(rows) => {
                let columns = COLUMNS.map(str::to_owned).into();
                let table = Table { name: "research outputs".to_owned(), columns, rows };
                let bytes = match self.format {
                    Format::Csv => files::csv(&table),
                    _ => files::workbook(&[table], now),
                };
                bytes.map_err(Error::internal)
            }
        }
    }
}

/// What a table or a line of JSON says of an output.
fn shown(Whole { row, owner, areas }: &Whole, tree: &Tree) -> Map<String, Value> {
    let codes = areas.iter().filter_map(|id| tree.by_id(*id));
    let codes: Vec<&str> = codes.map(|area| area.code.as_str()).collect();
    let fields = import::fields(row)
        .text("organization", owner.as_ref().map(|owner| &owner.code))
        .with("areas", codes);
    let mut fields = fields.done();
    fields.retain(|column, _| COLUMNS.contains(&column.as_str()));
    fields
}
