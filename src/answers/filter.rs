//! Which answered questions a list gives.

use async_graphql::InputObject;
use chrono::NaiveDate;
use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait, entity::prelude::*};

use super::{
    AnsweredQuestion, DeviceClass, ProductKind, State, area_entity, citation_entity, draft_entity,
    entity,
};
use crate::{
    access::{Audience, Guarded, Scope},
    app::Ctx,
    error::Result,
    regulations,
    scalars::Date,
    stations,
};

/// Which answered questions are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
pub struct AnsweredQuestionFilter {
    /// Of the stations with these codes.
    stations: Option<Vec<String>>,
    /// In one of these areas, or one below it.
    areas: Option<Vec<String>>,
    /// About one of these kinds of product.
    product_kinds: Option<Vec<ProductKind>>,
    /// About a device of one of these classes.
    device_classes: Option<Vec<DeviceClass>>,
    /// In one of these states.
    states: Option<Vec<State>>,
    /// With a draft under way in one of these states, as far as the viewer may see drafts: what waits for a second
    /// person is in `IN_REVIEW`.
    draft_states: Option<Vec<State>>,
    /// For one of these audiences.
    audiences: Option<Vec<Audience>>,
    /// Citing one of the regulations with these keys.
    regulations: Option<Vec<String>>,
    /// Answered on this day or later.
    answered_from: Option<Date>,
    /// Answered on this day or earlier.
    answered_to: Option<Date>,
    /// With one of these numbers.
    numbers: Option<Vec<String>>,
    /// With one of these ids of their stations.
    external_ids: Option<Vec<String>>,
}

impl AnsweredQuestionFilter {
    /// The filter as a condition on the table.
    pub async fn condition(self, ctx: &Ctx) -> Result<Condition> {
        use entity::Column;
        let stations = self.stations.map(|codes| {
            let ids = stations::entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(stations::entity::Column::Id)
                .filter(stations::entity::Column::Code.is_in(codes));
            Column::StationId.in_subquery(ids.into_query())
        });
        let areas = match self.areas {
            None => None,
            Some(codes) => Some(ctx.tree().await?.subtree_ids("filter.areas", &codes)?),
        };
        let areas = areas.map(|areas| {
            let ids = area_entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(area_entity::Column::AnsweredQuestionId)
                .filter(area_entity::Column::AreaId.is_in(areas));
            Column::Id.in_subquery(ids.into_query())
        });
        let cited = match self.regulations {
            None => None,
            Some(keys) => Some(regulations::ids_by_key(ctx.db(), keys).await?),
        };
        let cited = cited.map(|cited| {
            let ids = citation_entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(citation_entity::Column::AnsweredQuestionId)
                .filter(citation_entity::Column::RegulationId.is_in(cited.into_values()));
            Column::Id.in_subquery(ids.into_query())
        });
        let drafts = self.draft_states.map(|states| {
            let ids = draft_entity::Entity::visible_to(&ctx.scope())
                .select_only()
                .column(draft_entity::Column::AnsweredQuestionId)
                .filter(draft_entity::Column::State.is_in(states));
            Column::Id.in_subquery(ids.into_query())
        });
        Ok(Condition::all()
            .add_option(stations)
            .add_option(areas)
            .add_option(cited)
            .add_option(drafts)
            .add_option(self.product_kinds.map(|kinds| Column::ProductKind.is_in(kinds)))
            .add_option(self.device_classes.map(|classes| Column::DeviceClass.is_in(classes)))
            .add_option(self.states.map(|states| Column::State.is_in(states)))
            .add_option(self.audiences.map(|audiences| Column::Audience.is_in(audiences)))
            .add_option(self.answered_from.map(|Date(day)| Column::AnsweredOn.gte(day)))
            .add_option(self.answered_to.map(|Date(day)| Column::AnsweredOn.lte(day)))
            .add_option(self.numbers.map(|numbers| Column::Number.is_in(numbers)))
            .add_option(self.external_ids.map(|ids| Column::ExternalId.is_in(ids))))
    }
}

/// Where an answer without a day stands in an order by days: before all others.
pub(super) fn ordered_on(answered_on: Option<NaiveDate>) -> NaiveDate {
    answered_on.unwrap_or(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN))
}

/// So that the column and the field agree.
impl AnsweredQuestion {
    /// The day it is ordered by.
    pub fn place_in_time(&self) -> NaiveDate {
        ordered_on(self.answered_on)
    }
}
