//! Answered questions on their way out, as an import reads them.

use std::collections::HashMap;

use sea_orm::{ActiveEnum, prelude::Uuid};
use serde_json::{Map, Value};

use super::{AnsweredQuestion, Citation, Confirmation, by_ids, ids_after};
use crate::{
    access::Scope,
    db::Database,
    error::Result,
    transfer::{Fields, Known, ROWS_AT_ONCE},
};

/// The rows after one, in the order of their ids, and the last of them.
pub(super) async fn rows(
    db: &Database,
    known: &Known,
    after: Option<Uuid>,
) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
    let ids = ids_after(db.read(), after, ROWS_AT_ONCE as u64).await?;
    let mut found = by_ids(db.read(), &Scope::Service, ids.clone()).await?;
    let areas = super::area_ids(db.read(), ids.clone()).await?;
    let citations = super::citations(db.read(), ids.clone()).await?;
    let confirmations = super::confirmations(db.read(), ids.clone()).await?;
    let successors = found.values().filter_map(|row| row.superseded_by_id).collect();
    let successors = by_ids(db.read(), &Scope::Service, successors).await?;
    let names = Names::of(known);
    let row = |id: &Uuid| {
        // What has no answer yet is nothing that a file can give back.
        let row = found.remove(id).filter(|row| !row.answer.is_empty())?;
        let empty = || (&[] as &[Uuid], &[] as &[Citation], &[] as &[Confirmation]);
        let areas = areas.get(id).map_or(empty().0, Vec::as_slice);
        let fields = fields(&row, &names)
            .with("areas", known.area_codes(areas))
            .with("citations", cited(citations.get(id).map_or(empty().1, Vec::as_slice), &names))
            .with(
                "confirmations",
                confirmed(confirmations.get(id).map_or(empty().2, Vec::as_slice), &names),
            )
            .text(
                "supersededBy",
                row.superseded_by_id
                    .and_then(|id| successors.get(&id))
                    .map(|successor| &successor.external_id),
            );
        Some(fields.done())
    };
    let last = ids.last().copied();
    Ok((ids.iter().filter_map(row).collect(), last))
}

/// The names by which files call what rows refer to.
struct Names<'a> {
    stations: HashMap<Uuid, &'a str>,
    regulations: HashMap<Uuid, &'a str>,
}

impl<'a> Names<'a> {
    fn of(known: &'a Known) -> Self {
        let stations = known.stations.iter();
        let regulations = known.regulations.iter();
        Self {
            stations: stations.map(|(code, (row, _))| (row.id, code.as_str())).collect(),
            regulations: regulations.map(|(key, id)| (*id, key.as_str())).collect(),
        }
    }
}

fn fields(row: &AnsweredQuestion, names: &Names<'_>) -> Fields {
    let count = |count: i32| (count != 0).then_some(count);
    Fields::default()
        .with("externalId", row.external_id.clone())
        .with("number", row.number.clone())
        .text("station", names.stations.get(&row.station_id))
        .with("question", row.question.clone())
        .with("answer", row.answer.clone())
        .with("summary", row.summary.clone())
        .text("productKind", row.product_kind.map(|kind| kind.to_value()))
        .text("deviceClass", row.device_class.map(|class| class.to_value()))
        .with("audience", row.audience.to_value())
        .with("state", row.state.to_value())
        .with("basis", row.basis.to_value())
        .with("author", row.author.clone())
        .text("answeredOn", row.answered_on)
        .text("confirmedOn", row.confirmed_on)
        .text("reviewBy", row.review_by)
        .with("reuseCount", count(row.reuse_count))
        .with("helpful", count(row.helpful))
        .with("unhelpful", count(row.unhelpful))
}

fn cited(citations: &[Citation], names: &Names<'_>) -> Vec<Value> {
    let cited = |citation: &Citation| {
        let fields = Fields::default()
            .text("regulation", names.regulations.get(&citation.regulation_id))
            .with("articles", citation.articles.clone())
            .with("quote", citation.quote.clone())
            .with("role", citation.role.to_value())
            .text("checkedOn", citation.checked_on);
        Value::Object(fields.done())
    };
    citations.iter().map(cited).collect()
}

fn confirmed(confirmations: &[Confirmation], names: &Names<'_>) -> Vec<Value> {
    let confirmed = |confirmation: &Confirmation| {
        let fields = Fields::default()
            .text("regulation", names.regulations.get(&confirmation.regulation_id))
            .text("on", Some(confirmation.confirmed_on))
            .with("note", confirmation.note.clone());
        Value::Object(fields.done())
    };
    confirmations.iter().map(confirmed).collect()
}
