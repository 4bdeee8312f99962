//! The entry points to consultations.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use sea_orm::{QueryFilter, entity::prelude::*};

use super::{Consultation, ConsultationFilter, ConsultationNode, entity, nodes, queues};
use crate::{
    access::Guarded,
    app::Ctx,
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
    page::{Keyset, Page, Place, connection, counter, slice},
};

connection!(
    ConsultationConnection,
    ConsultationEdge,
    ConsultationNode,
    "A page of consultations.",
    "A consultation in a list, with its cursor."
);

/// How consultations are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ConsultationOrder {
    /// By the day on which they are due, the first first; those whose clock stands or has ended last.
    #[default]
    Due,
    /// The last recorded first.
    Newest,
    /// The last changed first.
    Updated,
}

impl ConsultationOrder {
    fn keyset(self) -> Keyset<entity::Entity> {
        use entity::Column;
        let (name, column, descending, place): (_, _, _, fn(&Consultation) -> _) = match self {
            Self::Due => ("consultations/DUE", Column::OrderedDue, false, |row| {
                (Place::Date(row.ordered_due), row.id)
            }),
            // Ids grow with time.
            Self::Newest => ("consultations/NEWEST", Column::Id, true, |row| (Place::Id, row.id)),
            Self::Updated => ("consultations/UPDATED", Column::UpdatedAt, true, |row| {
                (Place::Instant(row.updated_at), row.id)
            }),
        };
        Keyset { name, column, id: Column::Id, descending, place }
    }
}

/// How many consultations wait for the viewer, queue by queue.
#[derive(SimpleObject)]
struct ConsultationQueues {
    /// Open ones that the viewer follows or is in charge of; of a portal, those that it recorded.
    mine: i64,
    /// Open ones that the viewer's station owns or was referred.
    my_station: i64,
    /// Those that are with the viewer's bureau now.
    escalated_to_my_bureau: i64,
    /// Those that should have been dealt with before today.
    overdue: i64,
    /// Those that the viewer's station or bureau has in hand and nobody is in charge of.
    unassigned: i64,
}

/// The entry points to consultations.
#[derive(Default)]
pub struct ConsultationQuery;

#[Object]
impl ConsultationQuery {
    /// A consultation by its id or its number, if there is one that the viewer may see.
    async fn consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id. Give this or the number.")] id: Option<ID>,
        #[graphql(desc = "Its number. Give this or the id.")] number: Option<String>,
    ) -> Result<Option<ConsultationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let wanted = match (id, number) {
            (Some(id), None) => {
                let id = GlobalId::decode_as("id", &id, NodeKind::Consultation)?;
                entity::Column::Id.eq(id)
            }
            (None, Some(number)) => entity::Column::Number.eq(number.trim()),
            _ => {
                let reason = Text::new(
                    "give an id or a number, one of the two",
                    "id 与 number 须给出其中一个",
                );
                return Err(Error::invalid("id", reason).into());
            }
        };
        let row = entity::Entity::visible_to(&ctx.scope()).filter(wanted).one(ctx.db()).await?;
        Ok(nodes(row).pop())
    }

    /// The consultations that the viewer may see.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which consultations; all where nothing is said.")] filter: Option<
            ConsultationFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: ConsultationOrder,
    ) -> Result<ConsultationConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition(ctx).await?;
        let select = entity::Entity::visible_to(&ctx.scope()).filter(condition);
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &order_by.keyset(), &page).await?;
        Ok(ConsultationConnection::new(slice, count, nodes))
    }

    /// How many consultations wait for the viewer, queue by queue: each is the length of the list that the filter of the
    /// same name gives, but for those that are done.
    async fn consultation_queues(&self, ctx: &Context<'_>) -> Result<ConsultationQueues, Fault> {
        let counts = queues::counts(ctx.data_unchecked::<Ctx>()).await?;
        Ok(ConsultationQueues {
            mine: counts.mine.unwrap_or(0),
            my_station: counts.my_station.unwrap_or(0),
            escalated_to_my_bureau: counts.my_bureau.unwrap_or(0),
            overdue: counts.overdue.unwrap_or(0),
            unassigned: counts.unassigned.unwrap_or(0),
        })
    }
}
