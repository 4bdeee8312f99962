//! The list of introductions.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use sea_orm::{Condition, QueryFilter, entity::prelude::*};

use super::{
    Introduction, IntroductionNode, IntroductionSide, IntroductionState,
    entity::{Column, Entity},
    nodes, target,
};
use crate::{
    access::Guarded,
    app::Ctx,
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
};

connection!(
    IntroductionConnection,
    IntroductionEdge,
    IntroductionNode,
    "A page of introductions.",
    "An introduction in a list, with its cursor."
);

/// Which introductions are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
struct IntroductionFilter {
    /// In one of these states today.
    states: Option<Vec<IntroductionState>>,
    /// Those in which the viewer is on this side.
    role: Option<IntroductionSide>,
    /// About this research output or resource.
    about_id: Option<ID>,
    /// For this need.
    need_id: Option<ID>,
}

/// How introductions are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum IntroductionOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By the last days for an answer, the nearest first.
    Due,
}

impl IntroductionFilter {
    fn condition(self, ctx: &Ctx) -> Result<Condition> {
        let states = self.states.map(|states| {
            let any = Condition::any();
            states.into_iter().fold(any, |any, state| any.add(in_state(state, ctx.today)))
        });
        let tokens = || ctx.viewer.tokens().iter().map(String::as_str);
        let role = self.role.map(|role| match role {
            IntroductionSide::Asking => Column::AskerToken.is_in(tokens()),
            IntroductionSide::Asked => Column::OwnerToken.is_in(tokens()),
        });
        let about = self.about_id.map(|id| target::named("filter.aboutId", &id)).transpose()?;
        let need = self.need_id.map(|id| GlobalId::decode_as("filter.needId", &id, NodeKind::Need));
        Ok(Condition::all()
            .add_option(states)
            .add_option(role)
            .add_option(about.map(|(_, id)| Column::AboutId.eq(id)))
            .add_option(need.transpose()?.map(|id| Column::NeedId.eq(id))))
    }
}

/// The condition of a state on a day: the same that [`Introduction::state_on`] says of a row.
fn in_state(state: IntroductionState, today: NaiveDate) -> Condition {
    let written = Column::State.eq(state);
    match state {
        IntroductionState::Requested | IntroductionState::Acknowledged => {
            Condition::all().add(written).add(Column::DueOn.gte(today))
        }
        IntroductionState::Expired => {
            let waiting = [IntroductionState::Requested, IntroductionState::Acknowledged];
            let over =
                Condition::all().add(Column::State.is_in(waiting)).add(Column::DueOn.lt(today));
            Condition::any().add(written).add(over)
        }
        _ => Condition::all().add(written),
    }
}

/// The entry point to introductions.
#[derive(Default)]
pub struct IntroductionQuery;

#[Object]
impl IntroductionQuery {
    /// The introductions in which the viewer is on one side or the other.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn introductions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which introductions; all where nothing is said.")] filter: Option<
            IntroductionFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: IntroductionOrder,
    ) -> Result<IntroductionConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition(ctx)?;
        let select = Entity::visible_to(&ctx.scope()).filter(condition);
        let by_id = |row: &Introduction| (Place::Id, row.id);
        let by_day = |row: &Introduction| (Place::Date(row.due_on), row.id);
        // Ids come in the order of time.
        let (name, column, descending, place): (_, _, _, fn(&Introduction) -> _) = match order_by {
            IntroductionOrder::Newest => ("introductions/NEWEST", Column::Id, true, by_id),
            IntroductionOrder::Oldest => ("introductions/OLDEST", Column::Id, false, by_id),
            IntroductionOrder::Due => ("introductions/DUE", Column::DueOn, false, by_day),
        };
        let keyset = Keyset { name, column, id: Column::Id, descending, place };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(IntroductionConnection::new(slice, count, nodes))
    }
}
