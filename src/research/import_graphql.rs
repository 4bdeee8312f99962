//! How a file that an office brings looks from outside, before it is taken in and after.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum as _, Iterable as _, QueryFilter, entity::prelude::*};
use serde_json::Value;

use super::{
    ImportState, ResearchImport, ResearchImportRow, ResearchOutputNode, RowOutcome, commit,
    import_entity, import_row_entity, nodes_by_id, preview::entry,
};
use crate::{
    access::Guarded,
    app::Ctx,
    batch::{Batch, Shared},
    change::{Once, answered, payload},
    error::{Fault, Result},
    expertise::ExpertiseAreaNode,
    ids::{GlobalId, NodeKind},
    language::Language,
    page::{Keyset, Page, Place, connection, counter, slice},
};

/// A file that an office has brought.
#[derive(Clone, Debug)]
pub struct ImportNode(Arc<ResearchImport>);

/// The imports of the viewer's organization among these.
pub async fn import_nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, ImportNode>> {
    let rows = import_entity::Entity::visible_to(&ctx.scope());
    let rows = rows.filter(import_entity::Column::Id.is_in(ids)).all(ctx.db()).await?;
    Ok(rows.into_iter().map(|row| (row.id, ImportNode(Arc::new(row)))).collect())
}

/// How many rows of a file have an outcome.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct ResearchOutputImportCount {
    /// The outcome.
    outcome: RowOutcome,
    /// How many rows.
    rows: u64,
}

/// A file of research outputs that an office has brought: looked at, and then taken in or forgotten. Its own organization
/// alone sees it.
#[Object(name = "ResearchOutputImport")]
impl ImportNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::ResearchOutputImport, self.0.id)
    }

    /// What has become of it.
    async fn state(&self) -> ImportState {
        self.0.state
    }

    /// What kind of file it was.
    async fn format(&self) -> &str {
        &self.0.format
    }

    /// How its characters were encoded.
    async fn encoding(&self) -> &str {
        &self.0.encoding
    }

    /// What it is called.
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }

    /// How many rows it has.
    async fn row_count(&self) -> i32 {
        self.0.rows
    }

    /// How many of them have nothing wrong with them.
    async fn good_row_count(&self) -> i32 {
        self.0.good
    }

    /// Columns of the file that mean nothing here, or are not taken from a file that is brought this way.
    async fn unknown_columns(&self) -> Vec<String> {
        crate::json::texts(&self.0.unknown_columns)
    }

    /// How many rows have which outcome: as it would be, and once it is taken in as it was.
    async fn outcomes(&self) -> Vec<ResearchOutputImportCount> {
        let counts = self.0.outcome.as_ref();
        let rows = |outcome: RowOutcome| {
            counts.and_then(|counts| counts.get(outcome.to_value())?.as_u64()).unwrap_or(0)
        };
        let count = |outcome| ResearchOutputImportCount { outcome, rows: rows(outcome) };
        RowOutcome::iter().map(count).filter(|count| count.rows > 0).collect()
    }

    /// When it was brought.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When its rows are forgotten. Until then it can be taken in.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// Its rows, in their order.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "With one of these outcomes; all where nothing is said.")]
        outcomes: Option<Vec<RowOutcome>>,
    ) -> Result<ResearchOutputImportRowConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let mut select = import_row_entity::Entity::visible_to(&ctx.scope())
            .filter(import_row_entity::Column::ImportId.eq(self.0.id));
        if let Some(outcomes) = outcomes {
            select = select.filter(import_row_entity::Column::Outcome.is_in(outcomes));
        }
        let keyset = Keyset {
            name: "researchOutputImport/rows",
            column: import_row_entity::Column::Number,
            id: import_row_entity::Column::Id,
            descending: false,
            place: |row: &ResearchImportRow| (Place::Number(row.number), row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(ResearchOutputImportRowConnection::new(slice, count, row_nodes))
    }
}

/// A row of such a file among the others of its page.
pub(super) struct RowNode {
    row: ResearchImportRow,
    /// The outputs that the rows of the page speak of.
    outputs: Shared<Uuid, ResearchOutputNode>,
}

fn row_nodes(rows: Vec<ResearchImportRow>) -> Vec<RowNode> {
    let same = rows.iter().flat_map(|row| duplicates(row).into_iter().filter_map(|it| it.0));
    let ids = rows.iter().filter_map(|row| row.research_output_id).chain(same);
    let outputs = Arc::new(Batch::new(ids));
    rows.into_iter().map(|row| RowNode { row, outputs: Arc::clone(&outputs) }).collect()
}

/// What is the same work as a row: an output, or a line further up, and by what.
fn duplicates(row: &ResearchImportRow) -> Vec<(Option<Uuid>, Option<i64>, SameBy)> {
    let items = row.duplicates.as_array().map(Vec::as_slice).unwrap_or_default();
    let duplicate = |item: &Value| {
        let id = item.get("researchOutput").and_then(Value::as_str);
        let by = item.get("by").and_then(Value::as_str);
        let by = if by == Some("NUMBER") { SameBy::Number } else { SameBy::Title };
        let id = id.and_then(|id| Uuid::try_parse(id).ok());
        (id, item.get("line").and_then(Value::as_i64), by)
    };
    items.iter().map(duplicate).collect()
}

/// By what a row is the same work as something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "ResearchOutputSameBy")]
enum SameBy {
    /// A DOI or the number of a patent.
    Number,
    /// Title and year.
    Title,
}

/// What stands in a cell.
#[derive(Clone, Debug, SimpleObject)]
struct ResearchOutputImportValue {
    /// The column.
    column: String,
    /// What stands in it; lists and objects as JSON.
    value: Option<String>,
}

/// What is wrong with a cell, or with a row as a whole.
#[derive(Clone, Debug, SimpleObject)]
struct ResearchOutputImportFault {
    /// The line of the file; in a workbook the number of the row.
    line: i64,
    /// The column, with the way into nested values: `patents[0].applicationNo`.
    column: Option<String>,
    /// What people call the column.
    column_label: Option<String>,
    /// The cell of a table, such as C7.
    cell: Option<String>,
    /// Which kind of fault, for programs.
    code: Option<String>,
    /// What stands there, shortened.
    value: Option<String>,
    /// What is wrong and the way out, in the language of the request.
    message: Option<String>,
}

/// A column in which a file says otherwise than what is there and stays.
#[derive(Clone, Debug, SimpleObject)]
struct ResearchOutputImportConflict {
    /// The column.
    column: String,
    /// What is there; lists and objects as JSON.
    present: Option<String>,
    /// What the file says; lists and objects as JSON.
    given: Option<String>,
}

/// The same work as a row, somewhere else.
#[derive(SimpleObject)]
struct ResearchOutputImportDuplicate {
    /// The research output, where it is there already.
    research_output: Option<ResearchOutputNode>,
    /// The line of the file, where it stands further up.
    line: Option<i64>,
    /// By what the two are the same.
    by: SameBy,
}

/// An area that the text of a row speaks of.
#[derive(SimpleObject)]
struct ResearchOutputAreaProposal {
    /// The area.
    area: ExpertiseAreaNode,
    /// The word that speaks of it.
    term: String,
}

/// A value as people read it: a text as it is, everything else as JSON.
fn readable(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn field(item: &Value, name: &str) -> Option<String> {
    readable(item.get(name))
}

/// A row of a file of research outputs, with what is wrong with it and what becomes of it.
#[Object(name = "ResearchOutputImportRow")]
impl RowNode {
    /// The line of the file in which it begins; in a workbook the number of the row.
    async fn line(&self) -> i64 {
        self.row.line
    }

    /// The id under which its organization keeps the output.
    async fn external_id(&self) -> Option<&str> {
        self.row.external_id.as_deref()
    }

    /// Its title.
    async fn title(&self) -> Option<&str> {
        self.row.title.as_deref()
    }

    /// What becomes of it.
    async fn outcome(&self) -> RowOutcome {
        self.row.outcome
    }

    /// What stands in its cells.
    async fn values(&self) -> Vec<ResearchOutputImportValue> {
        let fields = self.row.fields.as_object();
        let value = |(column, value): (&String, &Value)| ResearchOutputImportValue {
            column: column.clone(),
            value: readable(Some(value)),
        };
        fields.into_iter().flatten().map(value).collect()
    }

    /// What is wrong with it, cell by cell.
    async fn faults(&self, ctx: &Context<'_>) -> Vec<ResearchOutputImportFault> {
        let language = ctx.data_unchecked::<Ctx>().visitor.language;
        let message = match language {
            Language::En => "en",
            Language::ZhCn => "zh",
        };
        let items = self.row.faults.as_array().map(Vec::as_slice).unwrap_or_default();
        let fault = |item: &Value| ResearchOutputImportFault {
            line: item.get("line").and_then(Value::as_i64).unwrap_or(self.row.line),
            column: field(item, "column"),
            column_label: field(item, "columnLabel"),
            cell: field(item, "cell"),
            code: field(item, "code"),
            value: field(item, "value"),
            message: field(item, message),
        };
        items.iter().map(fault).collect()
    }

    /// The columns in which what is there stays, for a person has changed them here.
    async fn conflicts(&self) -> Vec<ResearchOutputImportConflict> {
        let items = self.row.conflicts.as_array().map(Vec::as_slice).unwrap_or_default();
        let conflict = |item: &Value| ResearchOutputImportConflict {
            column: field(item, "column").unwrap_or_default(),
            present: field(item, "present"),
            given: field(item, "given"),
        };
        items.iter().map(conflict).collect()
    }

    /// The same work, where it is there already or stands further up in the file.
    async fn duplicates(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<ResearchOutputImportDuplicate>, Fault> {
        let mut found = Vec::new();
        for (id, line, by) in duplicates(&self.row) {
            let research_output = match id {
                Some(id) => self.output(ctx, id).await?,
                None => None,
            };
            found.push(ResearchOutputImportDuplicate { research_output, line, by });
        }
        Ok(found)
    }

    /// Areas that its text speaks of, where it names none. Nothing is filed under them by itself.
    async fn proposed_areas(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<ResearchOutputAreaProposal>, Fault> {
        let tree = ctx.data_unchecked::<Ctx>().tree().await?;
        let items = self.row.proposed_areas.as_array().map(Vec::as_slice).unwrap_or_default();
        let proposal = |item: &Value| {
            let area = tree.by_code(item.get("area")?.as_str()?)?;
            let area = ExpertiseAreaNode::new(area, &tree);
            Some(ResearchOutputAreaProposal { area, term: field(item, "term")? })
        };
        Ok(items.iter().filter_map(proposal).collect())
    }

    /// The research output that it is about: the one that is there, or became of it.
    async fn research_output(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<ResearchOutputNode>, Fault> {
        match self.row.research_output_id {
            Some(id) => self.output(ctx, id).await,
            None => Ok(None),
        }
    }
}

impl RowNode {
    async fn output(
        &self,
        ctx: &Context<'_>,
        id: Uuid,
    ) -> Result<Option<ResearchOutputNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| nodes_by_id(ctx, ids);
        Ok(self.outputs.get(&id, load).await?.cloned())
    }
}

connection!(
    ResearchOutputImportRowConnection,
    ResearchOutputImportRowEdge,
    RowNode,
    "A page of the rows of a file.",
    "A row of a file in a list, with its cursor."
);

/// Which file is taken in.
#[derive(InputObject)]
struct CommitResearchOutputImportInput {
    /// The global id of the import.
    id: ID,
    /// Whether the good rows are to be taken though others have faults.
    #[graphql(default)]
    take_good_rows: bool,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(CommitResearchOutputImportPayload {
    research_output_import: ImportNode = "The import, with what became of its rows."
});

/// The entry point to files that were brought.
#[derive(Default)]
pub struct ImportQuery;

#[Object]
impl ImportQuery {
    /// A file that somebody of the viewer's organization has brought to `POST /imports/research-outputs`.
    async fn research_output_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the import.")] id: ID,
    ) -> Result<Option<ImportNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let id = GlobalId::decode_as("id", &id, NodeKind::ResearchOutputImport)?;
        Ok(import_nodes_by_id(ctx, vec![id]).await?.remove(&id))
    }
}

/// Taking files in.
#[derive(Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Takes in a file that was looked at. New rows become drafts, what is shown gets a revision beside it: nothing is
    /// published by a file.
    async fn commit_research_output_import(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which file.")] input: CommitResearchOutputImportInput,
    ) -> Result<CommitResearchOutputImportPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = GlobalId::decode_as("id", &input.id, NodeKind::ResearchOutputImport)?;
        let outcome = Box::pin(commit::commit(ctx, id, input.take_good_rows)).await;
        let refused = entry("commitResearchOutputImport", id);
        let load = async |id| Ok(import_nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = Box::pin(answered(ctx, refused, Some(id), outcome, load)).await?;
        Ok(CommitResearchOutputImportPayload::new(answered, client_mutation_id))
    }
}
