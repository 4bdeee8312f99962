//! How lists of matches look from outside: both sides' lists, as they are kept.

use async_graphql::{Context, ID, Object};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::{
    Match, MatchNode, MatchTargetKind,
    entity::{Column, Entity},
    filter::MatchListFilter,
    kept_graphql::nodes,
};
use crate::{
    access::{self, Action, Guarded as _, Reach},
    app::Ctx,
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
    page::{Keyset, Page, Place, connection, counter, slice},
};

connection!(
    MatchListConnection,
    MatchListEdge,
    MatchNode,
    "A page of matches that are kept.",
    "A match in a list, with its cursor."
);

const NEWEST: Keyset<Entity> = Keyset {
    name: "matches",
    // Ids come in the order of time.
    column: Column::Id,
    id: Column::Id,
    descending: true,
    place: |row: &Match| (Place::Id, row.id),
};

/// The entry point to matches.
#[derive(Default)]
pub struct MatchListQuery;

#[Object]
impl MatchListQuery {
    /// Matches that have been proposed or taken, the newest first: of the needs whose matches the viewer may see, and of
    /// their own offers.
    async fn matches(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which are wanted.")] filter: Option<MatchListFilter>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
    ) -> Result<MatchListConnection, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        if ctx.viewer.reach_now(Action::SeeOwnMatches) == Reach::No {
            access::check_at_all(&ctx.viewer, Action::RaiseNeed)?;
        }
        let filter = filter.unwrap_or_default();
        let mut select = Entity::visible_to(&ctx.scope());
        if let Some(id) = &filter.need {
            let need = GlobalId::decode_as("filter.need", id, NodeKind::Need)?;
            select = select.filter(Column::NeedId.eq(need));
        }
        if let Some(id) = &filter.target {
            let (kind, id) = target("filter.target", id)?;
            select = select.filter(Column::TargetKind.eq(kind)).filter(Column::TargetId.eq(id));
        }
        if let Some(states) = filter.states {
            select = select.filter(Column::State.is_in(states));
        }
        let total = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &NEWEST, &page).await?;
        Ok(MatchListConnection::new(slice, total, |rows| {
            let order: Vec<_> = rows.iter().map(|row| row.id).collect();
            let mut found = nodes(rows);
            order.into_iter().filter_map(|id| found.remove(&id)).collect()
        }))
    }
}

/// Reads the id of something that can fit a need.
pub(super) fn target(field: &str, id: &ID) -> Result<(MatchTargetKind, sea_orm::prelude::Uuid)> {
    let GlobalId { kind, id } = GlobalId::decode(field, id)?;
    let kind = match kind {
        NodeKind::ResearchOutput => MatchTargetKind::ResearchOutput,
        NodeKind::Resource => MatchTargetKind::Resource,
        NodeKind::Organization => MatchTargetKind::Organization,
        NodeKind::Station => MatchTargetKind::Station,
        other => {
            let name = other.as_str();
            return Err(Error::invalid(
                field,
                Text::new(
                    format!(
                        "a {name} is nothing that fits a need; give a research output, a resource, an organization or a station"
                    ),
                    format!("{name} 不能与需求匹配，请给出研究成果、资源、机构或工作站的标识"),
                ),
            ));
        }
    };
    Ok((kind, id))
}
