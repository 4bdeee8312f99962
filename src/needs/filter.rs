//! Which needs a list gives.

use async_graphql::InputObject;
use chrono::NaiveDate;
use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait, entity::prelude::*};

use super::{NeedKind, NeedState, area_entity, entity::Column};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    error::Result,
};

/// Which needs are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
pub(super) struct NeedFilter {
    /// In one of these states today. Where nothing is said, those that lapsed or were taken back are left out.
    states: Option<Vec<NeedState>>,
    /// Of one of these kinds.
    kinds: Option<Vec<NeedKind>>,
    /// In one of these areas, or one below it.
    areas: Option<Vec<String>>,
    /// Of the districts with these codes.
    districts: Option<Vec<String>>,
    /// Only those of the viewer's own station, bureau or portal.
    #[graphql(default)]
    mine: bool,
}

impl NeedFilter {
    pub(super) async fn condition(self, ctx: &Ctx) -> Result<Condition> {
        use NeedState::{Draft, Fulfilled, InTalks, Matched, Open};
        let states = self.states.unwrap_or_else(|| vec![Draft, Open, Matched, InTalks, Fulfilled]);
        let in_states = states
            .into_iter()
            .fold(Condition::any(), |any, state| any.add(in_state(state, ctx.today)));
        let areas = match self.areas {
            None => None,
            Some(codes) => Some(ctx.tree().await?.subtree_ids("filter.areas", &codes)?),
        };
        let areas = areas.map(|areas| {
            let ids = area_entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(area_entity::Column::NeedId)
                .filter(area_entity::Column::AreaId.is_in(areas));
            Column::Id.in_subquery(ids.into_query())
        });
        let own = || Column::OwnerToken.is_in(ctx.viewer.tokens().iter().map(String::as_str));
        Ok(Condition::all()
            .add(in_states)
            .add_option(areas)
            .add_option(self.kinds.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(self.districts.map(|codes| Column::DistrictCode.is_in(codes)))
            .add_option(self.mine.then(own)))
    }
}

/// The condition of a state on a day: the same that [`super::Need::state_on`] says of a row.
fn in_state(state: NeedState, today: NaiveDate) -> Condition {
    let written = Column::State.eq(state);
    if state == NeedState::Lapsed {
        return Condition::any().add(written).add(Column::ShownUntil.lt(today));
    }
    let open =
        Condition::any().add(Column::ShownUntil.is_null()).add(Column::ShownUntil.gte(today));
    Condition::all().add(written).add(open)
}
