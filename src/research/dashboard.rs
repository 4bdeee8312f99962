//! What an office sees of its own outputs at a glance: how far they have come, and what is of interest to others.

use chrono::NaiveDate;
use sea_orm::{
    ExprTrait as _, QueryFilter, QueryOrder as _, QuerySelect, QueryTrait as _, entity::prelude::*,
    sea_query::Alias,
};

use super::{State, entity, view_entity};
use crate::{
    access::{Action, Guarded, Holding, Scope, check, check_at_all, organization_token},
    app::Ctx,
    error::{Error, Result},
    language::Text,
};

/// How many outputs are named as the most looked at.
const MOST_SEEN: u64 = 20;
/// The longest span of days that is added up.
const LONGEST: i64 = 3_660;

/// An organization's own outputs in figures.
#[derive(Clone, Debug)]
pub(super) struct Dashboard {
    pub(super) organization: Uuid,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    /// How many outputs are in which state.
    pub(super) states: Vec<(State, u64)>,
    /// How many revisions beside what is shown are in which state.
    pub(super) revisions: Vec<(State, u64)>,
    /// How many published ones wait for the end of their embargo.
    pub(super) under_embargo: u64,
    /// How often others looked at them in the span.
    pub(super) views: u64,
    /// The ones that were looked at most, with how often.
    pub(super) most_seen: Vec<(Uuid, u64)>,
}

/// The figures of an organization, the viewer's own where none is named, with the views of a span of days.
///
/// # Errors
/// [`Error::Forbidden`] to whoever is not of its office.
pub(super) async fn dashboard(
    ctx: &Ctx,
    organization: Option<Uuid>,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<Dashboard> {
    check_at_all(&ctx.viewer, Action::WriteResearchOutput)?;
    let own = ctx.viewer.member().and_then(|member| member.organization);
    let organization = organization.or(own).ok_or(Error::Forbidden)?;
    let holding = Holding::of(organization_token(organization), None);
    check(&ctx.viewer, Action::WriteResearchOutput, &holding)?;
    let to = to.unwrap_or(ctx.today);
    let from = from.unwrap_or_else(|| to - chrono::Days::new(29));
    if from > to || (to - from).num_days() > LONGEST {
        let reason = Text::new(
            format!("from comes before to, and at most {LONGEST} days before it"),
            format!("from 应不晚于 to，且相距不超过 {LONGEST} 天"),
        );
        return Err(Error::invalid("from", reason));
    }
    let db = ctx.db();
    let states = counted(db, organization, entity::Column::State).await?;
    let revisions = counted(db, organization, entity::Column::RevisionState).await?;
    let under_embargo = of(organization)
        .filter(entity::Column::State.is_in([State::Published, State::Negotiating]))
        .filter(entity::Column::EmbargoUntil.gt(ctx.today))
        .count(db)
        .await?;
    let (views, most_seen) = seen(db, organization, (from, to)).await?;
    Ok(Dashboard { organization, from, to, states, revisions, under_embargo, views, most_seen })
}

fn of(organization: Uuid) -> Select<entity::Entity> {
    entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::OrganizationId.eq(organization))
}

/// How many outputs have which value in a column of states; those with none do not count.
async fn counted(
    db: &impl ConnectionTrait,
    organization: Uuid,
    column: entity::Column,
) -> Result<Vec<(State, u64)>> {
    use sea_orm::Iterable as _;
    let counts: Vec<(Option<State>, i64)> = of(organization)
        .select_only()
        .column(column)
        .column_as(entity::Column::Id.count(), "outputs")
        .group_by(column)
        .into_tuple()
        .all(db)
        .await?;
    let count = |state: State| {
        let found = counts.iter().find(|(known, _)| *known == Some(state))?;
        Some((state, u64::try_from(found.1).unwrap_or(0)))
    };
    Ok(State::iter().filter_map(count).collect())
}

/// How often others looked at an organization's outputs from one day to another, and at which most.
async fn seen(
    db: &impl ConnectionTrait,
    organization: Uuid,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<(u64, Vec<(Uuid, u64)>)> {
    use view_entity::{Column, Entity};
    let own = of(organization).select_only().column(entity::Column::Id).into_query();
    let in_span = || {
        Entity::visible_to(&Scope::Service)
            .select_only()
            .filter(Column::ResearchOutputId.in_subquery(own.clone()))
            .filter(Column::ViewedOn.between(from, to))
    };
    // The sum of a column of numbers is a decimal on PostgreSQL unless it is told otherwise.
    let sum = || Expr::col(Column::Views).sum().cast_as(Alias::new("bigint"));
    let all: Option<Option<i64>> = in_span().column_as(sum(), "views").into_tuple().one(db).await?;
    let most: Vec<(Uuid, i64)> = in_span()
        .column(Column::ResearchOutputId)
        .column_as(sum(), "views")
        .group_by(Column::ResearchOutputId)
        .order_by_desc(sum())
        .order_by_asc(Column::ResearchOutputId)
        .limit(MOST_SEEN)
        .into_tuple()
        .all(db)
        .await?;
    let number = |views: i64| u64::try_from(views).unwrap_or(0);
    let most = most.into_iter().map(|(id, views)| (id, number(views)));
    Ok((number(all.flatten().unwrap_or(0)), most.collect()))
}
