//! What waits for whom, said to the database once for lists and counts alike.

use sea_orm::{
    Condition, ExprTrait as _, FromQueryResult, QueryFilter, QuerySelect,
    entity::prelude::*,
    sea_query::{CaseStatement, SimpleExpr},
};

use super::{
    State,
    entity::{Column, Entity},
};
use crate::{
    access::{Action, Guarded, Identity, Reach, Viewer, municipal_bureau},
    app::Ctx,
    error::Result,
};

/// Nothing.
fn nothing() -> Condition {
    Condition::all().add(Expr::value(false))
}

/// What still waits for its reply.
pub(super) fn open() -> Condition {
    Condition::all().add(Column::State.is_not_in([State::Replied, State::Closed]))
}

/// What is with one of these, also while the company is asked for details.
fn with(states: impl IntoIterator<Item = State> + Clone) -> Condition {
    Condition::any()
        .add(Column::State.is_in(states.clone()))
        .add(Column::StateBeforeInfo.is_in(states))
}

/// What stands in one of these states on the day of the request.
pub(super) fn in_states(ctx: &Ctx, states: &[State]) -> Condition {
    let unopposed = Condition::all()
        .add(Column::State.eq(State::Replied))
        .add(Column::NoObjectionOn.lt(ctx.today));
    let plain = states.iter().copied().filter(|state| *state != State::Replied);
    let mut any = Condition::any().add(Column::State.is_in(plain));
    if states.contains(&State::Replied) {
        let waits = Condition::any()
            .add(Column::NoObjectionOn.is_null())
            .add(Column::NoObjectionOn.gte(ctx.today));
        any = any.add(Condition::all().add(Column::State.eq(State::Replied)).add(waits));
    }
    if states.contains(&State::Closed) {
        any = any.add(unopposed);
    }
    any
}

/// What the viewer follows or has been put in charge of; of a portal, what it recorded.
pub(super) fn mine(viewer: &Viewer) -> Condition {
    match viewer.identity() {
        Identity::Anonymous => nothing(),
        Identity::Client(_) => open().add(Column::RecordedBy.eq(viewer.identity().actor())),
        Identity::Member(member) => open().add(
            Condition::any()
                .add(Column::AssigneeId.eq(member.id))
                .add(Column::HandlerId.eq(member.id)),
        ),
    }
}

/// What the viewer's station owns, or has been referred to it and not gone back.
pub(super) fn my_station(viewer: &Viewer) -> Condition {
    let member = viewer.member();
    let Some(station) = member.and_then(|member| member.station.as_ref()) else { return nothing() };
    let referred = with([State::WithStation]).add_to(Column::ReferredStationId.eq(station.id));
    open().add(Condition::any().add(Column::StationId.eq(station.id)).add(referred))
}

/// What is with the viewer's bureau now.
pub(super) fn my_bureau(viewer: &Viewer) -> Condition {
    if viewer.reach(Action::HandleConsultation) != Reach::Escalated {
        return nothing();
    }
    if viewer.holds(&municipal_bureau()) {
        return with([State::WithMunicipal, State::Referred]);
    }
    let member = viewer.member();
    match member.and_then(|member| member.district.as_ref()) {
        Some(district) => {
            with([State::WithDistrict]).add_to(Column::DistrictCode.eq(district.code.as_str()))
        }
        None => nothing(),
    }
}

/// What should have been dealt with before today.
pub(super) fn overdue(ctx: &Ctx) -> Condition {
    open().add(Column::DueOn.lt(ctx.today))
}

/// What the viewer's station or bureau has in hand and nobody is in charge of.
pub(super) fn unassigned(viewer: &Viewer) -> Condition {
    let at_owner = with([State::Received, State::Triaged, State::ReplyReceived]);
    let handled =
        with([State::WithStation, State::WithDistrict, State::WithMunicipal, State::Referred]);
    let nobody = Condition::any()
        .add(at_owner.add_to(Column::AssigneeId.is_null()))
        .add(handled.add_to(Column::HandlerId.is_null()));
    let mut ours = Condition::any().add(my_bureau(viewer));
    let member = viewer.member();
    if let Some(station) = member.and_then(|member| member.station.as_ref()) {
        let own = with([State::Received, State::Triaged, State::ReplyReceived]);
        ours = ours
            .add(own.add_to(Column::StationId.eq(station.id)))
            .add(with([State::WithStation]).add_to(Column::ReferredStationId.eq(station.id)));
    }
    Condition::all().add(ours).add(nobody)
}

/// Puts one more condition beside those of an alternative.
trait AddTo {
    fn add_to(self, also: SimpleExpr) -> Condition;
}

impl AddTo for Condition {
    fn add_to(self, also: SimpleExpr) -> Condition {
        Condition::all().add(self).add(also)
    }
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub(super) struct Counts {
    /// For the viewer.
    pub(super) mine: Option<i64>,
    /// For the viewer's station.
    pub(super) my_station: Option<i64>,
    /// For the viewer's bureau.
    pub(super) my_bureau: Option<i64>,
    /// Beyond its day.
    pub(super) overdue: Option<i64>,
    /// For somebody to be put in charge.
    pub(super) unassigned: Option<i64>,
}

/// Counts all queues of a viewer in one statement.
pub(super) async fn counts(ctx: &Ctx) -> Result<Counts> {
    let viewer = &ctx.viewer;
    let count = |condition: Condition| {
        let one = CaseStatement::new().case(condition, 1_i32).finally(0_i32);
        Expr::expr(one).sum()
    };
    let counts = Entity::visible_to(&ctx.scope())
        .select_only()
        .column_as(count(mine(viewer)), "mine")
        .column_as(count(my_station(viewer)), "my_station")
        .column_as(count(my_bureau(viewer)), "my_bureau")
        .column_as(count(overdue(ctx)), "overdue")
        .column_as(count(unassigned(viewer)), "unassigned")
        .filter(Column::State.ne(State::Closed))
        .into_model::<Counts>()
        .one(ctx.db())
        .await?;
    Ok(counts.unwrap_or_default())
}
