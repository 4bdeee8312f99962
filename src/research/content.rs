//! What a research output says while it is worked on, read by the rules by which files are read.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    ResearchOutput, ResearchOutputs, area_ids,
    import::{Draft, Route, columns_of, fields_of},
};
use crate::{
    app::Ctx,
    error::{Error, Result},
    expertise,
    files::Row,
    language::Text,
    organizations, stations,
    transfer::{Known, Transfer as _},
};

/// Under the names of the columns of an import.
pub(super) type Fields = Map<String, Value>;

/// Columns that are no text of an output, but say where it stands.
const STANDING: [&str; 5] =
    ["state", "withdrawnOn", "withdrawalReason", "externalId", "organization"];

/// A revision beside what is shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Revision {
    /// All that it says.
    pub(super) fields: Fields,
    /// The columns that a person has changed in it, and not a file.
    pub(super) edited: Vec<String>,
    /// The row of the file that it came by, where it did.
    pub(super) raw_record: Option<String>,
}

impl Revision {
    /// The revision of an output; an empty one where there is none.
    pub(super) fn of(row: &ResearchOutput) -> Result<Self> {
        match row.revision.clone() {
            Some(revision) => Ok(serde_json::from_value(revision)?),
            None => Ok(Self::default()),
        }
    }

    /// As a column keeps it.
    pub(super) fn column(&self) -> Result<Value> {
        Ok(serde_json::to_value(self)?)
    }
}

/// Where an organization's outputs are written: what a row may refer to.
#[derive(Debug)]
pub(super) struct Desk {
    /// The code of the organization.
    pub(super) code: String,
    /// Areas, and the organization itself.
    pub(super) known: Known,
}

impl Desk {
    /// The desk of an organization.
    pub(super) async fn of(ctx: &Ctx, organization: Uuid) -> Result<Self> {
        let db = ctx.db();
        let found = organizations::by_ids(db, vec![organization]).await?.remove(&organization);
        let found = found.ok_or(Error::NotFound)?;
        let code = found.code.clone();
        let known = Known {
            tree: expertise::tree(db).await?,
            stations: stations::with_districts(db).await?,
            organizations: std::iter::once((code.clone(), found)).collect(),
            ..Known::default()
        };
        Ok(Self { code, known })
    }

    /// All that an output says, its areas included.
    pub(super) async fn fields(
        &self,
        db: &impl ConnectionTrait,
        row: &ResearchOutput,
    ) -> Result<Fields> {
        let areas = area_ids(db, vec![row.id]).await?.remove(&row.id).unwrap_or_default();
        let fields = fields_of(row, &self.code, self.known.area_codes(&areas));
        Ok(text_of(fields))
    }

    /// Reads what somebody has written; the first fault is told, with its place within `path`.
    pub(super) fn read(&self, fields: &Fields, external_id: &str, path: &str) -> Result<Draft> {
        let mut fields = fields.clone();
        fields.insert("externalId".to_owned(), external_id.into());
        let mut row = Row::of(fields);
        let draft = ResearchOutputs::of_office(&self.code, Route::Form).read(&mut row, &self.known);
        match row.faults().into_iter().next() {
            None => Ok(draft),
            Some(fault) => {
                let column = fault.column.unwrap_or_default();
                // Lists of an input are counted in a path of their own: patents.0.applicationNo.
                let column = column.replace('[', ".").replace(']', "");
                Err(Error::invalid(format!("{path}{column}"), fault.message))
            }
        }
    }
}

/// What is said of an output itself, without where it stands.
pub(super) fn text_of(mut fields: Fields) -> Fields {
    for column in STANDING {
        fields.remove(column);
    }
    fields
}

/// Lays changes over what is there; null takes a value away. Gives the columns that are otherwise than before.
pub(super) fn overlay(present: &Fields, given: Fields) -> (Fields, Vec<String>) {
    let mut fields = present.clone();
    for (column, value) in given {
        let empty = match &value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if empty {
            fields.remove(&column);
        } else {
            fields.insert(column, value);
        }
    }
    let changed =
        present.keys().chain(fields.keys()).filter(|it| present.get(*it) != fields.get(*it));
    let mut changed: Vec<String> = changed.cloned().collect();
    changed.sort_unstable();
    changed.dedup();
    (fields, changed)
}

/// The columns of a draft as they are once they have been read: in their one form.
pub(super) fn canonical(desk: &Desk, draft: Draft) -> Fields {
    let mut row =
        super::import::fresh(Uuid::nil(), draft.organization, None, DateTimeUtc::default());
    let areas = desk.known.area_codes(&draft.areas);
    super::import::fill(&mut row, draft);
    let mut fields = columns_of(&row);
    if !areas.is_empty() {
        fields.insert("areas".to_owned(), areas.into());
    }
    text_of(fields)
}

/// These columns and some more, each once, as a column of the table keeps them.
pub(super) fn with_columns(columns: &[String], more: &[String]) -> Option<Value> {
    let mut all = columns.to_vec();
    all.extend(more.iter().filter(|column| !columns.contains(column)).cloned());
    (!all.is_empty()).then(|| all.into())
}

/// What must be there before a second person looks at it.
pub(super) fn check_complete(draft: &Draft) -> Result<()> {
    for (field, text) in [("title", &draft.title), ("abstract", &draft.summary)] {
        if text.trim().is_empty() {
            let reason = Text::new(
                "is empty; write it before others are to read this",
                "为空，请填写后再提交或发布",
            );
            return Err(Error::invalid(field, reason));
        }
    }
    Ok(())
}

/// A reason that others read: trimmed, and of a length that somebody reads.
pub(super) fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if (1..=1_000).contains(&length) {
        return Ok(text.to_owned());
    }
    let fault = Text::new("say why, in at most 1000 characters", "请说明原因，最多 1000 个字符");
    Err(Error::invalid("reason", fault))
}
