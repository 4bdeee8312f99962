//! Arguments whose variable was left out are taken out too, so that the default of the schema holds.
//!
//! async-graphql 8.0.0-rc.5 keeps such an argument and reads it as null, which an `Int! = 20` refuses.

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Selection, SelectionSet,
};
use async_graphql::{Positioned, Variables};
use async_graphql_value::Value;

/// Takes out of one operation every argument that is a variable without a value.
pub(super) fn take_out(document: &mut ExecutableDocument, variables: &Variables) {
    let DocumentOperations::Single(operation) = &mut document.operations else { return };
    let operation = &mut operation.node;
    if operation
        .variable_definitions
        .iter()
        .all(|variable| variables.contains_key(&variable.node.name.node))
    {
        return;
    }
    walk(&mut operation.selection_set, variables);
    for fragment in document.fragments.values_mut() {
        walk(&mut fragment.node.selection_set, variables);
    }
}

fn walk(set: &mut Positioned<SelectionSet>, variables: &Variables) {
    for selection in &mut set.node.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let has_value = |value: &Value| match value {
                    Value::Variable(name) => variables.contains_key(name),
                    _ => true,
                };
                field.node.arguments.retain(|(_, value)| has_value(&value.node));
                walk(&mut field.node.selection_set, variables);
            }
            Selection::InlineFragment(inline) => walk(&mut inline.node.selection_set, variables),
            Selection::FragmentSpread(_) => {}
        }
    }
}
