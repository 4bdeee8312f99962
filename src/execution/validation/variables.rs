//! Variables, bounded first and then coerced to the types that the operation declares.

use crate::execution::limits::Limits;
use crate::execution::refusal::{Refusal, shortened};
use apollo_compiler::Schema;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::serde_json_bytes::Value as ApolloValue;
use apollo_compiler::validation::Valid;
use async_graphql::{Name, Value, Variables};
use serde_json::{Map, Value as Json};

/// Refuses variables that are too large, before anything walks them in earnest.
pub(super) fn bound(variables: &Map<String, Json>, limits: &Limits) -> Result<(), Refusal> {
    let mut bytes = 0;
    for value in variables.values() {
        bound_value(value, 1, &mut bytes, limits)?;
    }
    Ok(())
}

fn bound_value(
    value: &Json,
    depth: usize,
    bytes: &mut usize,
    limits: &Limits,
) -> Result<(), Refusal> {
    // About what the value takes as JSON.
    *bytes += 2 + value.as_str().map_or(4, str::len);
    if *bytes > limits.max_variables_bytes {
        let limit = limits.max_variables_bytes;
        return Err(Refusal::too_complex(
            format!("The variables are larger than {limit} bytes."),
            format!("变量总量超过 {limit} 字节。"),
        ));
    }
    if depth > limits.max_input_depth {
        let limit = limits.max_input_depth;
        return Err(Refusal::too_complex(
            format!("The variables are nested more than {limit} deep."),
            format!("变量嵌套超过 {limit} 层。"),
        ));
    }
    match value {
        Json::String(text) if text.contains('\0') => Err(super::zero()),
        Json::Array(entries) => {
            let (length, limit) = (entries.len(), limits.max_list_length);
            if length > limit {
                return Err(Refusal::too_complex(
                    format!("A list in the variables has {length} entries; {limit} is the most."),
                    format!("变量中的列表有 {length} 项，上限为 {limit} 项。"),
                ));
            }
            entries.iter().try_for_each(|entry| bound_value(entry, depth + 1, bytes, limits))
        }
        Json::Object(fields) => {
            for (name, field) in fields {
                *bytes += name.len();
                bound_value(field, depth + 1, bytes, limits)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The variables of an operation with their defaults filled in; those that it does not declare are left out.
pub(super) fn coerce(
    schema: &Valid<Schema>,
    operation: &Operation,
    variables: Map<String, Json>,
) -> Result<Variables, Refusal> {
    if operation.variables.is_empty() {
        return Ok(Variables::default());
    }
    let given = variables
        .into_iter()
        .map(|(name, value)| (name.into(), ApolloValue::from(value)))
        .collect();
    let coerced = coerce_variable_values(schema, operation, &given).map_err(|error| {
        let message = shortened(error.message().to_string());
        Refusal::bad_input(
            format!("The variables do not fit: {message}."),
            format!("变量不符合要求：{message}。"),
        )
    })?;
    let mut known = Variables::default();
    for (name, value) in coerced.into_inner() {
        known.insert(Name::new(name.as_str()), to_value(value));
    }
    Ok(known)
}

fn to_value(value: ApolloValue) -> Value {
    match value {
        ApolloValue::Null => Value::Null,
        ApolloValue::Bool(yes) => Value::Boolean(yes),
        ApolloValue::Number(number) => Value::Number(number),
        ApolloValue::String(text) => Value::String(text.as_str().to_owned()),
        ApolloValue::Array(entries) => Value::List(entries.into_iter().map(to_value).collect()),
        ApolloValue::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, field)| (Name::new(name.as_str()), to_value(field)))
                .collect(),
        ),
    }
}
