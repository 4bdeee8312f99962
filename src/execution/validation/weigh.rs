//! The cost plan of an operation, read off the schema. The rule stands in `cost`.

use super::places::Places;
use crate::execution::cost::{Page, Plan, SIZES, Size};
use crate::execution::limits::Limits;
use apollo_compiler::Node;
use apollo_compiler::ast::{Type, Value};
use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};

/// So many plain fields of one object cost as much as an object.
const PLAIN_FIELDS: u64 = 10;
/// What `__schema` costs: its answer is some hundreds of kilobytes, however little is selected.
const WHOLE_SCHEMA: u64 = 1_000;
/// What `__type` costs.
const ONE_TYPE: u64 = 10;

/// What one operation costs, its page sizes left open. Fragments are written out: `measure` has bounded them.
pub(super) fn plan(
    document: &ExecutableDocument,
    operation: &Operation,
    text: &str,
    limits: &Limits,
) -> Plan {
    let planner = Planner { document, limits, places: Places::new(text) };
    let mut plan = Plan::default();
    planner.object(&operation.selection_set, None, &mut plan);
    plan
}

struct Planner<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    places: Places<'a>,
}

impl<'a> Planner<'a> {
    /// Adds what the selection of one object costs. Within a connection, `page` is the field that it came from.
    fn object(&self, set: &'a SelectionSet, page: Option<&'a Field>, plan: &mut Plan) {
        let leaves = self.set(set, page, plan);
        plan.fixed = plan.fixed.saturating_add(leaves / PLAIN_FIELDS);
    }

    /// Adds what the objects within a selection cost, and gives the number of its plain fields.
    fn set(&self, set: &'a SelectionSet, page: Option<&'a Field>, plan: &mut Plan) -> u64 {
        let mut leaves: u64 = 0;
        for selection in &set.selections {
            let more = match selection {
                Selection::Field(field) => self.field(field, page, plan),
                Selection::InlineFragment(inline) => self.set(&inline.selection_set, page, plan),
                Selection::FragmentSpread(spread) => self
                    .document
                    .fragments
                    .get(&spread.fragment_name)
                    .map_or(0, |fragment| self.set(&fragment.selection_set, page, plan)),
            };
            leaves = leaves.saturating_add(more);
        }
        leaves
    }

    /// Adds what a field costs; 1 where it is a plain one, 0 where it is an object.
    fn field(&self, field: &'a Node<Field>, page: Option<&'a Field>, plan: &mut Plan) -> u64 {
        let Some(inside) = &field.selection_set else { return 1 };
        match field.name.as_str() {
            "__schema" => plan.fixed = plan.fixed.saturating_add(WHOLE_SCHEMA),
            "__type" => plan.fixed = plan.fixed.saturating_add(ONE_TYPE),
            "pageInfo" if page.is_some() => {}
            name @ ("edges" | "nodes" | "changes") if page.is_some() => {
                let connection = page.unwrap_or(field);
                let mut row = Plan { fixed: u64::from(name != "edges"), pages: Vec::new() };
                self.object(inside, None, &mut row);
                plan.pages.push(self.page(connection, self.limits.default_page, row));
            }
            _ if is_list(field.ty()) => {
                let mut row = Plan { fixed: 1, pages: Vec::new() };
                self.object(inside, None, &mut row);
                plan.pages.push(self.page(field, self.limits.assumed_list, row));
            }
            _ => {
                plan.fixed = plan.fixed.saturating_add(1);
                self.object(inside, is_connection(field).then_some(&**field), plan);
            }
        }
        0
    }

    fn page(&self, field: &Field, otherwise: u64, row: Plan) -> Page {
        let sizes: Vec<Size> = SIZES
            .into_iter()
            .filter_map(|argument| size(field, argument))
            .chain(ids(field))
            .collect();
        let place = self.places.of(field.name.location());
        let by_schema =
            SIZES.into_iter().filter_map(|argument| default_size(field, argument)).max();
        Page { sizes, otherwise: by_schema.unwrap_or(otherwise), row, place }
    }
}

/// A connection is known by its type's name and by its arguments; so is a page of changes, which only goes forward.
fn is_connection(field: &Field) -> bool {
    let name = field.ty().inner_named_type();
    (name.ends_with("Connection") || name == "ChangePage")
        && field.definition.arguments.iter().any(|argument| SIZES.contains(&argument.name.as_str()))
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::NonNullList(_))
}

/// How many rows an argument asks for, where it is written and says a number.
fn size(field: &Field, argument: &'static str) -> Option<Size> {
    let written = field.arguments.iter().find(|written| written.name == argument)?;
    match &*written.value {
        Value::Int(number) => {
            Some(Size::Known { argument, rows: i64::from(number.try_to_i32().ok()?) })
        }
        Value::Variable(name) => Some(Size::Variable { argument, name: name.as_str().to_owned() }),
        _ => None,
    }
}

/// How many rows the schema gives when an argument is not written.
fn default_size(field: &Field, argument: &str) -> Option<u64> {
    let definition = field.definition.arguments.iter().find(|known| known.name == argument)?;
    match definition.default_value.as_deref()? {
        Value::Int(number) => u64::try_from(number.try_to_i32().ok()?).ok(),
        _ => None,
    }
}

/// A list of ids that is asked for says how long the answer is.
fn ids(field: &Field) -> Option<Size> {
    let written = field.arguments.iter().find(|written| written.name == "ids")?;
    match &*written.value {
        Value::Variable(name) => Some(Size::Listed { name: name.as_str().to_owned() }),
        Value::List(entries) => Some(Size::Ids { rows: entries.len() as u64 }),
        _ => None,
    }
}
