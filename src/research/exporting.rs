//! Research outputs that people take away as a file: those that the viewer may read, in the format that they ask for.
//!
//! Such a file says what is shown to everybody who sees the output, and nothing about how it is shown: no contact, no
//! audience, no embargo, no state. Drafts and what is under embargo are left out, also for their owner, for in a file
//! nobody could tell them from the rest.

use std::collections::HashSet;

use sea_orm::{
    ActiveEnum, Condition, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _,
    entity::prelude::*,
};
use serde_json::{Map, Value};

use super::{OutputKind, ResearchOutput, area_entity, area_ids, entity, import};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    bibliography,
    clock::day_of,
    error::{Error, Result},
    files::{self, Cell, Format, Table},
    ids::{GlobalId, NodeKind},
    language::Text,
    organizations,
};

/// The most outputs in one file: it is put together in memory.
const MOST: u64 = 10_000;

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

/// A file of research outputs.
#[derive(Clone, Debug)]
pub struct Exported {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

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
    let rows = entity::Entity::visible_to(&ctx.scope())
        .filter(wanted)
        .filter(import::is_shown(day_of(ctx.now())))
        .order_by_desc(entity::Column::OrderedOn)
        .order_by_asc(entity::Column::Id)
        .limit(MOST + 1)
        .all(ctx.db())
        .await?;
    if id.is_some() && rows.is_empty() {
        return Err(Error::NotFound);
    }
    if rows.len() as u64 > MOST {
        let reason = Text::new(
            format!("there are more than {MOST}; narrow it down by organization, area or kind"),
            format!("超过 {MOST} 项，请按 organization、area 或 kind 缩小范围"),
        );
        return Err(Error::invalid("organization", reason));
    }
    write(ctx, &rows, format).await
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
                "kind" => {
                    let kind = OutputKind::try_from_value(&value.to_ascii_uppercase());
                    asked.kinds.push(kind.map_err(|_| {
                        let reason = Text::new("is no kind of research output", "不是成果类型");
                        Error::invalid("kind", reason)
                    })?);
                }
                _ => {
                    let reason = Text::new(
                        "there is no such parameter; format, organization, area and kind are known",
                        "没有此参数；可用参数为 format、organization、area、kind",
                    );
                    return Err(Error::invalid(name, reason));
                }
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

async fn write(ctx: &Ctx, rows: &[ResearchOutput], format: Format) -> Result<Exported> {
    let areas = area_ids(ctx.db(), rows.iter().map(|row| row.id).collect()).await?;
    let owners = organizations::by_ids(ctx.db(), owners_of(rows)).await?;
    let tree = ctx.tree().await?;
    let none = Vec::new();
    let areas_of = |row: &ResearchOutput| areas.get(&row.id).unwrap_or(&none);
    let owner_of = |row: &ResearchOutput| owners.get(&row.organization_id);
    let record = |row| import::record(row, owner_of(row), areas_of(row), &tree);
    let shown = |row| {
        let codes = areas_of(row).iter().filter_map(|id| tree.by_id(*id));
        let codes: Vec<&str> = codes.map(|area| area.code.as_str()).collect();
        let fields = import::fields(row)
            .text("organization", owner_of(row).map(|owner| &owner.code))
            .with("areas", codes);
        let mut fields = fields.done();
        fields.retain(|column, _| COLUMNS.contains(&column.as_str()));
        fields
    };
    let (ending, media_type) = kind_of(format);
    let name = format!("research-outputs.{ending}");
    let bytes = match format {
        Format::JsonLines => {
            let lines = rows.iter().map(|row| Value::Object(shown(row)).to_string() + "\n");
            lines.collect::<String>().into_bytes()
        }
        Format::Csv => files::csv(&table(rows.iter().map(shown))).map_err(Error::internal)?,
        Format::Xlsx => {
            let table = table(rows.iter().map(shown));
            files::workbook(&[table], ctx.now()).map_err(Error::internal)?
        }
        _ => {
            let records: Vec<bibliography::Record> = rows.iter().map(record).collect();
            bibliography::whole(format, &records).into_bytes()
        }
    };
    Ok(Exported { name, media_type, bytes })
}

fn owners_of(rows: &[ResearchOutput]) -> Vec<Uuid> {
    let owners: HashSet<Uuid> = rows.iter().map(|row| row.organization_id).collect();
    owners.into_iter().collect()
}

fn kind_of(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::DataCite => ("datacite.json", "application/vnd.datacite.datacite+json"),
        Format::CslJson => ("csl.json", "application/vnd.citationstyles.csl+json"),
        Format::Bibtex => ("bib", "application/x-bibtex; charset=utf-8"),
        Format::Ris => ("ris", "application/x-research-info-systems; charset=utf-8"),
        Format::JsonLines => ("jsonl", "application/jsonl; charset=utf-8"),
        Format::Csv => ("csv", "text/csv; charset=utf-8"),
        Format::Xlsx => {
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
    }
}

/// Rows for people to look at: cells that look like formulas are made harmless where the table becomes CSV.
fn table(rows: impl Iterator<Item = Map<String, Value>>) -> Table {
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::String(text)) => Cell::text(text),
        Some(Value::Number(number)) => {
            number.as_u64().map_or_else(|| Cell::text(number.to_string()), Cell::Count)
        }
        Some(Value::Array(items)) if items.is_empty() => Cell::Empty,
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Cell::text(texts.join("; "))
        }
        Some(other) => Cell::text(other.to_string()),
    };
    let row =
        |row: Map<String, Value>| COLUMNS.iter().map(|column| cell(row.get(*column))).collect();
    Table {
        name: "research outputs".to_owned(),
        columns: COLUMNS.map(str::to_owned).into(),
        rows: rows.map(row).collect(),
    }
}
