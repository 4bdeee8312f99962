//! A scope said to the database.

use sea_orm::{
    Condition, QueryFilter, QuerySelect as _, QueryTrait as _, Select,
    entity::prelude::*,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use super::Scope;

/// An entity whose rows know who may see them. There is no other way to read it.
pub trait Guarded: EntityTrait {
    /// The rows of a scope, as a condition.
    fn shown_in(scope: &Scope) -> Condition;

    /// A query that finds only what the scope may see.
    fn visible_to(scope: &Scope) -> Select<Self> {
        #[expect(clippy::disallowed_methods, reason = "the one place that starts from nothing")]
        Self::find().filter(Self::shown_in(scope))
    }
}

/// The condition of what everybody may see.
pub fn everyone() -> Condition {
    Condition::all()
}

/// The condition of rows with an audience token and an owner token.
pub fn owned<C: ColumnTrait>(scope: &Scope, audience: C, owner: C) -> Condition {
    match scope {
        Scope::Service => everyone(),
        Scope::Of { viewer, .. } => Condition::any()
            .add(audience.is_in(viewer.tokens().iter().map(String::as_str)))
            .add(owner.is_in(viewer.tokens().iter().map(String::as_str))),
    }
}

/// The same, for rows that only their owner sees before a day.
pub fn owned_from<C: ColumnTrait>(scope: &Scope, audience: C, owner: C, from: C) -> Condition {
    match scope {
        Scope::Service => everyone(),
        Scope::Of { viewer, today } => {
            let tokens = || viewer.tokens().iter().map(String::as_str);
            let released = Condition::any().add(from.is_null()).add(from.lte(*today));
            let audience = Condition::all().add(audience.is_in(tokens())).add(released);
            Condition::any().add(audience).add(owner.is_in(tokens()))
        }
    }
}

/// The same, for rows that only their owner sees after a day.
pub fn owned_until<C: ColumnTrait>(scope: &Scope, audience: C, owner: C, until: C) -> Condition {
    match scope {
        Scope::Service => everyone(),
        Scope::Of { viewer, today } => {
            let tokens = || viewer.tokens().iter().map(String::as_str);
            let open = Condition::any().add(until.is_null()).add(until.gte(*today));
            let audience = Condition::all().add(audience.is_in(tokens())).add(open);
            Condition::any().add(audience).add(owner.is_in(tokens()))
        }
    }
}

/// The condition of rows that some tokens are listed for in another table: `id` is among what `listed` gives for the
/// viewer's tokens. For things that several may hold at once, each by a row of its own.
pub fn held<C: ColumnTrait>(
    scope: &Scope,
    id: C,
    listed: impl FnOnce(&[String]) -> SelectStatement,
) -> Condition {
    match scope {
        Scope::Service => everyone(),
        Scope::Of { viewer, .. } => Condition::all().add(id.in_subquery(listed(viewer.tokens()))),
    }
}

/// The condition that the scope shows the row of another table whose id stands in a column here, and that it is as it
/// should be. It is looked up row by row: an engine that was given a list (`IN`) might first make one of all rows that the
/// scope shows, however many these are.
pub fn there_is<E: Guarded>(
    scope: &Scope,
    id: E::Column,
    here: impl ColumnTrait,
    and: Option<Expr>,
) -> Expr {
    let mut row = E::visible_to(scope).select_only().expr(Expr::value(1));
    row = row.filter(ExprTrait::eq(id.into_expr(), here.into_expr()));
    Expr::exists(and.into_iter().fold(row, QueryFilter::filter).into_query())
}
