//! Which consultations a list gives.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Utc};
use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait, entity::prelude::*};

use super::{Level, State, area_entity, asker, entity, queues};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    audit::{self, Entry},
    error::{Error, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
    scalars::Date,
    stations,
};

/// Which consultations are wanted; what is said in several fields must all hold.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each asks for one queue, as the contract names it"
)]
#[derive(Default, InputObject)]
pub struct ConsultationFilter {
    /// In one of these states.
    states: Option<Vec<State>>,
    /// Of one of these levels.
    levels: Option<Vec<Level>>,
    /// Of the stations with these codes.
    stations: Option<Vec<String>>,
    /// In one of these areas, or one below it.
    areas: Option<Vec<String>>,
    /// Followed by this member, or in their charge.
    assigned_to: Option<ID>,
    /// Only those that should have been dealt with before today.
    #[graphql(default)]
    overdue: bool,
    /// Only those that the viewer's station or bureau has in hand and nobody is in charge of.
    #[graphql(default)]
    unassigned: bool,
    /// Only those that the viewer follows or is in charge of; of a portal, those that it recorded.
    #[graphql(default)]
    mine: bool,
    /// Only those that the viewer's station owns or was referred.
    #[graphql(default)]
    my_station: bool,
    /// Only those that are with the viewer's bureau now.
    #[graphql(default)]
    escalated_to_my_bureau: bool,
    /// Recorded on this day or later.
    recorded_from: Option<Date>,
    /// Recorded on this day or earlier.
    recorded_to: Option<Date>,
    /// Asked by the company of exactly this name, but for width, case, spaces and signs. Looking is entered into the audit
    /// log, without the name.
    #[graphql(secret)]
    asker_name: Option<String>,
    /// Asked by the company of this 统一社会信用代码. Looking is entered into the audit log, without the code.
    #[graphql(secret)]
    asker_code: Option<String>,
}

impl ConsultationFilter {
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
                .column(area_entity::Column::ConsultationId)
                .filter(area_entity::Column::AreaId.is_in(areas));
            Column::Id.in_subquery(ids.into_query())
        });
        let person = self
            .assigned_to
            .map(|id| GlobalId::decode_as("filter.assignedTo", &id, NodeKind::Member));
        let person = person.transpose()?.map(|id| {
            Condition::any().add(Column::AssigneeId.eq(id)).add(Column::HandlerId.eq(id))
        });
        let asked = asked_by(ctx, self.asker_name.as_deref(), self.asker_code.as_deref()).await?;
        let viewer = &ctx.viewer;
        let only = |wanted: bool, queue: fn(&crate::access::Viewer) -> Condition| {
            wanted.then(|| queue(viewer))
        };
        Ok(Condition::all()
            .add_option(self.states.map(|states| queues::in_states(ctx, &states)))
            .add_option(self.levels.map(|levels| Column::Level.is_in(levels)))
            .add_option(stations)
            .add_option(areas)
            .add_option(person)
            .add_option(asked)
            .add_option(self.overdue.then(|| queues::overdue(ctx)))
            .add_option(only(self.unassigned, queues::unassigned))
            .add_option(only(self.mine, queues::mine))
            .add_option(only(self.my_station, queues::my_station))
            .add_option(only(self.escalated_to_my_bureau, queues::my_bureau))
            .add_option(self.recorded_from.map(|Date(day)| Column::RecordedAt.gte(begins(day))))
            .add_option(self.recorded_to.map(|Date(day)| Column::RecordedAt.lt(ends(day)))))
    }
}

/// The cases of an asker, found by its name or code. That somebody looked is entered before they are told anything.
async fn asked_by(ctx: &Ctx, name: Option<&str>, code: Option<&str>) -> Result<Option<Condition>> {
    if name.is_none() && code.is_none() {
        return Ok(None);
    }
    let empty = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty());
    if empty(name) || empty(code) {
        let reason = Text::new("give a name or a code", "请填写名称或代码");
        return Err(Error::invalid("filter.askerName", reason));
    }
    if !ctx.viewer.is_anonymous() {
        audit::record(ctx, Entry::new("findAsker")).await?;
    }
    let cases = asker::cases_of(&ctx.app.vault, &ctx.viewer, name, code);
    Ok(Some(Condition::all().add(entity::Column::Id.in_subquery(cases))))
}

/// The instant at which a day begins in Shanghai.
fn begins(day: NaiveDate) -> DateTime<Utc> {
    let shanghai = FixedOffset::east_opt(8 * 3600);
    let midnight = day.and_time(NaiveTime::MIN);
    let instant = shanghai.and_then(|zone| midnight.and_local_timezone(zone).single());
    instant.map_or_else(|| midnight.and_utc(), |instant| instant.with_timezone(&Utc))
}

fn ends(day: NaiveDate) -> DateTime<Utc> {
    begins(day.checked_add_days(Days::new(1)).unwrap_or(day))
}
