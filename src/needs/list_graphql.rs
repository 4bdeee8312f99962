//! The list of needs.

use async_graphql::{Context, Enum, Object};
use sea_orm::QueryFilter;

use super::{
    Need, NeedNode,
    entity::{Column, Entity},
    filter::NeedFilter,
    nodes,
};
use crate::{
    access::Guarded,
    app::Ctx,
    error::{Fault, Result},
    page::{Keyset, Page, Place, connection, counter, slice},
};

connection!(
    NeedConnection,
    NeedEdge,
    NeedNode,
    "A page of needs.",
    "A need in a list, with its cursor."
);

/// How needs are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum NeedOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By their last days, the nearest first.
    Expiring,
}

/// The entry point to needs.
#[derive(Default)]
pub struct NeedQuery;

#[Object]
impl NeedQuery {
    /// What is looked for, as far as the viewer may see it.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which needs; all that go on where nothing is said.")] filter: Option<
            NeedFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: NeedOrder,
    ) -> Result<NeedConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition(ctx).await?;
        let select = Entity::visible_to(&ctx.scope()).filter(condition);
        let by_id = |row: &Need| (Place::Id, row.id);
        let by_day = |row: &Need| (Place::Date(row.expires_on), row.id);
        // Ids come in the order of time.
        let (name, column, descending, place): (_, _, _, fn(&Need) -> _) = match order_by {
            NeedOrder::Newest => ("needs/NEWEST", Column::Id, true, by_id),
            NeedOrder::Oldest => ("needs/OLDEST", Column::Id, false, by_id),
            NeedOrder::Expiring => ("needs/EXPIRING", Column::ExpiresOn, false, by_day),
        };
        let keyset = Keyset { name, column, id: Column::Id, descending, place };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(NeedConnection::new(slice, count, nodes))
    }
}
