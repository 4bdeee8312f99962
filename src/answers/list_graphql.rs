//! Lists of answered questions.

use async_graphql::{Context, Enum, Object};
use sea_orm::QueryFilter;

use super::{AnsweredQuestion, AnsweredQuestionFilter, AnsweredQuestionNode, entity, nodes};
use crate::{
    access::Guarded,
    app::Ctx,
    error::Fault,
    page::{Keyset, Page, Place, connection, counter, slice},
};

connection!(
    AnsweredQuestionConnection,
    AnsweredQuestionEdge,
    AnsweredQuestionNode,
    "A page of answered questions.",
    "An answered question in a list, with its cursor."
);

/// How answered questions are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum AnsweredQuestionOrder {
    /// By the day of the answer, the newest first; without one, last.
    #[default]
    Newest,
    /// By the day of the answer, the oldest first; without one, first.
    Oldest,
    /// By how often others reused them, the most reused first.
    MostReused,
    /// By their numbers.
    Number,
}

impl AnsweredQuestionOrder {
    fn keyset(self) -> Keyset<entity::Entity> {
        let day = |row: &AnsweredQuestion| (Place::Date(row.ordered_on), row.id);
        let (name, column, descending, place): (_, _, _, fn(&AnsweredQuestion) -> _) = match self {
            Self::Newest => ("answeredQuestions/NEWEST", entity::Column::OrderedOn, true, day),
            Self::Oldest => ("answeredQuestions/OLDEST", entity::Column::OrderedOn, false, day),
            Self::MostReused => {
                ("answeredQuestions/MOST_REUSED", entity::Column::ReuseCount, true, |row| {
                    (Place::Number(row.reuse_count), row.id)
                })
            }
            Self::Number => ("answeredQuestions/NUMBER", entity::Column::Number, false, |row| {
                (Place::Text(row.number.clone()), row.id)
            }),
        };
        Keyset { name, column, id: entity::Column::Id, descending, place }
    }
}

/// The entry points to answered questions.
#[derive(Default)]
pub struct AnsweredQuestionQuery;

#[Object]
impl AnsweredQuestionQuery {
    /// The answered questions that the viewer may see.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn answered_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which answered questions; all where nothing is said.")] filter: Option<
            AnsweredQuestionFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: AnsweredQuestionOrder,
    ) -> Result<AnsweredQuestionConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition(ctx).await?;
        let select = entity::Entity::visible_to(&ctx.scope()).filter(condition);
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &order_by.keyset(), &page).await?;
        Ok(AnsweredQuestionConnection::new(slice, count, nodes))
    }
}
