//! What a request costs, known before it runs.
//!
//! The rule: every object that the answer may hold costs 1.
//! - Plain fields (scalars, enums) cost nothing by themselves, but every ten of them on one object cost 1 more.
//! - `pageInfo` and the `edges` wrapper of a connection cost nothing; `__schema` costs 1,000, `__type` 10.
//! - A field that gives one object costs 1 and what is selected in it.
//! - A connection costs 1, and what is in its `edges` or `nodes` (in a page of changes: its `changes`) counts once for
//!   each row of the page:
//!   `first` or `last`, also when they come by variable, else the default of the schema or of [`Limits`].
//! - A list of objects counts once for each entry: as many as its `first`, `last`, `limit` or list of `ids` says,
//!   else [`Limits::assumed_list`].
//! - `@skip` and `@include` are not looked at: what might be asked for is counted.

use super::limits::Limits;
use super::refusal::Refusal;
use async_graphql::{Pos, Value, Variables};

/// The names of arguments that say how many.
pub(super) const SIZES: [&str; 3] = ["first", "last", "limit"];

/// The cost of an operation with its page sizes left open. Made once a document, weighed once a request.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// What counts once.
    pub(super) fixed: u64,
    /// What counts many times.
    pub(super) pages: Vec<Page>,
}

/// A part of the answer that is there once for each row.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) sizes: Vec<Size>,
    /// How many rows there are when no argument says so.
    pub(super) otherwise: u64,
    /// What one row costs.
    pub(super) row: Plan,
    pub(super) place: Pos,
}

/// One argument that says how many rows are wanted.
#[derive(Debug)]
pub(super) enum Size {
    /// Written in the document or a default of the schema.
    Known { argument: &'static str, rows: i64 },
    /// Given by a variable that holds a number.
    Variable { argument: &'static str, name: String },
    /// A list of ids written in the document: as many rows as it is long.
    Ids { rows: u64 },
    /// A list of ids given by a variable.
    Listed { name: String },
}

/// The cost of this request, or the reason why it is refused.
pub(super) fn weigh(plan: &Plan, variables: &Variables, limits: &Limits) -> Result<u64, Refusal> {
    let cost = total(plan, variables, limits)?;
    if cost > limits.max_cost {
        let limit = limits.max_cost;
        return Err(Refusal::too_complex(
            format!(
                "The query costs {cost}, and {limit} is the most that one request may cost: ask for smaller pages or fewer nested lists."
            ),
            format!("查询开销为 {cost}，超过单次请求上限 {limit}：请减小分页或减少嵌套列表。"),
        )
        .with("cost", report(cost, limits)));
    }
    Ok(cost)
}

/// What an answer says of its cost.
pub(super) fn report(cost: u64, limits: &Limits) -> Value {
    async_graphql::value!({ "requested": (cost), "limit": (limits.max_cost) })
}

fn total(plan: &Plan, variables: &Variables, limits: &Limits) -> Result<u64, Refusal> {
    let mut sum = plan.fixed;
    for page in &plan.pages {
        let rows = rows(page, variables, limits)?;
        sum = sum.saturating_add(rows.saturating_mul(total(&page.row, variables, limits)?));
    }
    Ok(sum)
}

/// How many rows a page may hold: the largest of what its arguments say.
fn rows(page: &Page, variables: &Variables, limits: &Limits) -> Result<u64, Refusal> {
    let mut rows = None;
    for size in &page.sizes {
        let said = match size {
            Size::Known { argument, rows } => Some(checked(argument, *rows, page.place, limits)?),
            Size::Variable { argument, name } => match variables.get(name.as_str()) {
                Some(Value::Number(number)) => {
                    let wanted = number.as_i64().unwrap_or(i64::MAX);
                    Some(checked(argument, wanted, page.place, limits)?)
                }
                _ => None,
            },
            Size::Ids { rows } => Some(*rows),
            Size::Listed { name } => match variables.get(name.as_str()) {
                Some(Value::List(entries)) => Some(entries.len() as u64),
                _ => None,
            },
        };
        rows = rows.max(said);
    }
    Ok(rows.unwrap_or(page.otherwise))
}

/// A page size within its bounds. The resolvers check it too; here it keeps the cost honest.
fn checked(argument: &str, wanted: i64, place: Pos, limits: &Limits) -> Result<u64, Refusal> {
    let max = limits.max_page;
    match u64::try_from(wanted) {
        Ok(rows) if rows <= max => Ok(rows),
        _ => Err(Refusal::bad_input(
            format!("`{argument}` is {wanted}, but must be between 0 and {max}."),
            format!("`{argument}` 的值为 {wanted}，应在 0 到 {max} 之间。"),
        )
        .with("field", argument)
        .at(Some(place))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(sizes: Vec<Size>, row: Plan) -> Plan {
        Plan { fixed: 1, pages: vec![Page { sizes, otherwise: 20, row, place: Pos::default() }] }
    }

    #[test]
    fn pages_within_pages_multiply() {
        let inner = page(
            vec![Size::Known { argument: "first", rows: 10 }],
            Plan { fixed: 1, pages: vec![] },
        );
        let outer = page(vec![Size::Variable { argument: "first", name: "n".to_owned() }], inner);
        let variables = Variables::from_json(serde_json::json!({ "n": 50 }));

        assert_eq!(weigh(&outer, &variables, &Limits::default()).unwrap(), 1 + 50 * 11);
        assert_eq!(weigh(&outer, &Variables::default(), &Limits::default()).unwrap(), 1 + 20 * 11);
    }

    #[test]
    fn a_size_out_of_bounds_is_the_callers_mistake() {
        for rows in [-1, 101, i64::MAX] {
            let plan = page(vec![Size::Known { argument: "first", rows }], Plan::default());
            let refusal = weigh(&plan, &Variables::default(), &Limits::default()).unwrap_err();
            assert_eq!(refusal.code, crate::error::Code::BadUserInput);
        }
    }
}
