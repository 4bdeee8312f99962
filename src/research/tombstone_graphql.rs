//! What is left of research outputs that were taken back: that there was one, when it went, and why. Whoever could see an
//! output before sees this of it, and nobody sees more.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use sea_orm::{QueryFilter, entity::prelude::*};

use super::tombstone_entity::{self as entity, Model as Tombstone};
use crate::{
    access::Guarded,
    app::Ctx,
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::Date,
};

/// What is left of a research output that was taken back.
#[derive(Clone, Debug)]
pub struct TombstoneNode(Tombstone);

/// What is left of a research output that was taken back, for those who could see it.
#[Object(name = "ResearchOutputTombstone")]
impl TombstoneNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::ResearchOutputTombstone, self.0.id)
    }

    /// The global id that the research output had.
    async fn research_output_id(&self) -> ID {
        GlobalId::encode(NodeKind::ResearchOutput, self.0.id)
    }

    /// When it was taken back.
    async fn withdrawn_on(&self) -> Option<Date> {
        self.0.withdrawn_on.map(Date)
    }

    /// Why, in the words of its organization.
    async fn reason(&self) -> Option<&str> {
        self.0.withdrawal_reason.as_deref()
    }
}

connection!(
    ResearchOutputTombstoneConnection,
    ResearchOutputTombstoneEdge,
    TombstoneNode,
    "A page of what is left of research outputs that were taken back.",
    "What is left of a research output, in a list, with its cursor."
);

/// What the viewer may see of these.
pub async fn tombstone_nodes_by_id(
    ctx: &Ctx,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, TombstoneNode>> {
    let rows = entity::Entity::visible_to(&ctx.scope()).filter(entity::Column::Id.is_in(ids));
    let rows = rows.all(ctx.db()).await?;
    Ok(rows.into_iter().map(|row| (row.id, TombstoneNode(row))).collect())
}

/// The entry points to what is left.
#[derive(Default)]
pub struct TombstoneQuery;

#[Object]
impl TombstoneQuery {
    /// What is left of a research output that was taken back, if the viewer could see it before.
    async fn research_output_tombstone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the research output, or of what is left of it.")] id: ID,
    ) -> Result<Option<TombstoneNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let global = GlobalId::decode("id", &id)?;
        if !matches!(global.kind, NodeKind::ResearchOutput | NodeKind::ResearchOutputTombstone) {
            // The words for an id of another kind are the same everywhere.
            GlobalId::decode_as("id", &id, NodeKind::ResearchOutput)?;
        }
        Ok(tombstone_nodes_by_id(ctx, vec![global.id]).await?.remove(&global.id))
    }

    /// What is left of research outputs that the viewer could see before, the latest first.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn research_output_tombstones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Taken back on this day or later.")] since: Option<Date>,
    ) -> Result<ResearchOutputTombstoneConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let mut select = entity::Entity::visible_to(&ctx.scope());
        if let Some(Date(day)) = since {
            select = select.filter(entity::Column::WithdrawnOn.gte(day));
        }
        let keyset = Keyset {
            name: "researchOutputTombstones",
            column: entity::Column::WithdrawnOn,
            id: entity::Column::Id,
            descending: true,
            place: |row: &Tombstone| (Place::Date(row.withdrawn_on.unwrap_or_default()), row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        let nodes = |rows: Vec<Tombstone>| rows.into_iter().map(TombstoneNode).collect();
        Ok(ResearchOutputTombstoneConnection::new(slice, count, nodes))
    }
}
