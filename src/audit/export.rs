//! The audit log on its way out into a file, for those who look through it elsewhere.

use chrono::{DateTime, Utc};
use sea_orm::{ExprTrait as _, QueryFilter, QueryOrder, QuerySelect, entity::prelude::*};
use serde_json::{Map, Value};

use super::{AuditEvent, entity, graphql};
use crate::{
    access::{Guarded, Scope},
    db::Database,
    error::Result,
    ids::{GlobalId, NodeKind},
    transfer::{Fields, ROWS_AT_ONCE},
};

/// The columns of the file.
pub const COLUMNS: &[&str] = &[
    "at",
    "actorKind",
    "actorId",
    "standing",
    "action",
    "targetKind",
    "targetId",
    "districtCode",
    "outcome",
    "detail",
    "requestId",
];

/// From which instant on, and before which.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// From this instant on; from the first entry where nothing is said.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant; to the last entry where nothing is said.
    pub to: Option<DateTime<Utc>>,
}

/// Where in the log the next entries begin.
#[derive(Clone, Copy, Debug)]
pub struct After {
    at: DateTime<Utc>,
    id: Uuid,
}

/// The entries of a span after a place, the oldest first, and the place where the next ones begin; none at the end.
pub async fn rows(
    db: &Database,
    span: Span,
    after: Option<After>,
) -> Result<(Vec<Map<String, Value>>, Option<After>)> {
    use entity::Column;
    let mut select = entity::Entity::visible_to(&Scope::Service)
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .limit(ROWS_AT_ONCE as u64);
    if let Some(from) = span.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(to) = span.to {
        select = select.filter(Column::At.lt(to));
    }
    if let Some(After { at, id }) = after {
        let tied = Column::At.eq(at).and(Column::Id.gt(id));
        select = select.filter(Column::At.gt(at).or(tied));
    }
    let events = select.all(db.read()).await?;
    let last = events.last().map(|event| After { at: event.at, id: event.id });
    Ok((events.into_iter().map(row).collect(), last))
}

fn row(event: AuditEvent) -> Map<String, Value> {
    let kind = event.target_kind.as_deref().and_then(NodeKind::of_name);
    let target = kind.zip(event.target_id).map(|(kind, id)| GlobalId::encode(kind, id).0);
    let (actor_kind, actor_id) = graphql::actor_words(&event.actor);
    Fields::default()
        .with("at", event.at.to_rfc3339())
        .with("actorKind", actor_kind)
        .with("actorId", actor_id)
        .with("standing", graphql::standing_word(&event.standing))
        .with("action", event.action)
        .with("targetKind", event.target_kind)
        .with("targetId", target)
        .with("districtCode", event.district_code)
        .with("outcome", event.outcome.to_value())
        .with("detail", event.detail)
        .with("requestId", Some(event.request_id).filter(|id| !id.is_empty()))
        .done()
}
