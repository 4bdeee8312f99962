//! A validated operation in the form that async-graphql executes.
//!
//! Two parsers for one document would disagree sooner or later, and what one has validated the other would run:
//! async-graphql therefore never sees the text. On the way
//! - fields of one selection set with the same key become one, so that a mutation written twice runs once;
//! - fields where an error or a panic must be caught are marked for `nulls`.

use super::places::Places;
use crate::execution::nulls;
use apollo_compiler::ast::Value as Literal;
use apollo_compiler::executable as apollo;
use apollo_compiler::schema::{ExtendedType, Schema};
use apollo_compiler::{Name as ApolloName, Node};
use async_graphql::parser::types as async_types;
use async_graphql::{Name, Positioned, Value as ConstValue};
use async_graphql_value::Value;
use async_types::{DocumentOperations, ExecutableDocument};
use std::collections::{HashMap, HashSet};

/// One operation with the fragments that it uses.
pub(super) fn convert(
    schema: &Schema,
    document: &apollo::ExecutableDocument,
    operation: &Node<apollo::Operation>,
    text: &str,
) -> ExecutableDocument {
    let mut converter = Converter {
        schema,
        document,
        places: Places::new(text),
        wanted: Vec::new(),
        seen: HashSet::new(),
    };
    let place = converter.places.of(operation.location());
    let root = if operation.is_mutation() || operation.is_subscription() {
        converter.written_out(&operation.selection_set)
    } else {
        operation.selection_set.clone()
    };
    let definition = async_types::OperationDefinition {
        ty: match operation.operation_type {
            apollo::OperationType::Query => async_types::OperationType::Query,
            apollo::OperationType::Mutation => async_types::OperationType::Mutation,
            apollo::OperationType::Subscription => async_types::OperationType::Subscription,
        },
        variable_definitions: operation
            .variables
            .iter()
            .map(|variable| converter.variable(variable))
            .collect(),
        directives: Vec::new(),
        selection_set: Positioned::new(converter.set(&root), place),
    };
    let mut fragments = HashMap::new();
    while let Some(name) = converter.wanted.pop() {
        if let Some(fragment) = document.fragments.get(&name) {
            fragments.insert(Name::new(&*name), converter.fragment(fragment));
        }
    }
    ExecutableDocument {
        operations: DocumentOperations::Single(Positioned::new(definition, place)),
        fragments,
    }
}

struct Converter<'a> {
    schema: &'a Schema,
    document: &'a apollo::ExecutableDocument,
    places: Places<'a>,
    /// Fragments that are spread somewhere and not converted yet.
    wanted: Vec<ApolloName>,
    seen: HashSet<ApolloName>,
}

impl Converter<'_> {
    fn fragment(
        &mut self,
        fragment: &Node<apollo::Fragment>,
    ) -> Positioned<async_types::FragmentDefinition> {
        let place = self.places.of(fragment.location());
        let definition = async_types::FragmentDefinition {
            type_condition: Positioned::new(condition(fragment.type_condition(), place), place),
            directives: Vec::new(),
            selection_set: Positioned::new(self.set(&fragment.selection_set), place),
        };
        Positioned::new(definition, place)
    }

    /// The root of a mutation with its fragments in place, so that a field that two of them share is seen as one; and
    /// that of a subscription, where async-graphql looks at fields only.
    fn written_out(&self, set: &apollo::SelectionSet) -> apollo::SelectionSet {
        let mut flat = apollo::SelectionSet::new(set.ty.clone());
        for selection in &set.selections {
            let inside = match selection {
                apollo::Selection::FragmentSpread(spread) if spread.directives.is_empty() => self
                    .document
                    .fragments
                    .get(&spread.fragment_name)
                    .map(|fragment| &fragment.selection_set),
                apollo::Selection::InlineFragment(inline) if inline.directives.is_empty() => {
                    Some(&inline.selection_set)
                }
                _ => None,
            };
            match inside {
                Some(inside) => flat.extend(self.written_out(inside).selections),
                None => flat.push(selection.clone()),
            }
        }
        flat
    }

    fn set(&mut self, set: &apollo::SelectionSet) -> async_types::SelectionSet {
        let mut items: Vec<Positioned<async_types::Selection>> =
            Vec::with_capacity(set.selections.len());
        let mut keys: HashMap<ApolloName, usize> = HashMap::new();
        for selection in &set.selections {
            match selection {
                apollo::Selection::Field(field) => {
                    let key = field.response_name();
                    let converted = self.field(field);
                    // What `@skip` may take away cannot share its place.
                    if field.directives.is_empty() {
                        if let Some(&first) = keys.get(key) {
                            merge(&mut items[first].node, converted.node);
                            continue;
                        }
                        keys.insert(key.clone(), items.len());
                    }
                    items.push(Positioned::new(
                        async_types::Selection::Field(converted.clone()),
                        converted.pos,
                    ));
                }
                apollo::Selection::FragmentSpread(spread) => items.push(self.spread(spread)),
                apollo::Selection::InlineFragment(inline) => items.push(self.inline(inline)),
            }
        }
        async_types::SelectionSet { items }
    }

    fn field(&mut self, field: &Node<apollo::Field>) -> Positioned<async_types::Field> {
        let place = self.places.of(field.location());
        let mut directives = self.directives(&field.directives);
        if let Some(mark) = self.mark(field) {
            let name = Positioned::new(Name::new(mark), place);
            directives.push(Positioned::new(
                async_types::Directive { name, arguments: Vec::new() },
                place,
            ));
        }
        let converted = async_types::Field {
            alias: field.alias.as_ref().map(|alias| Positioned::new(Name::new(&**alias), place)),
            name: Positioned::new(Name::new(&*field.name), place),
            arguments: self.arguments(&field.arguments),
            directives,
            selection_set: Positioned::new(
                field.selection_set.as_ref().map(|set| self.set(set)).unwrap_or_default(),
                place,
            ),
        };
        Positioned::new(converted, place)
    }

    /// Which guard a field needs. A plain field that may not be null needs none: its error reaches the parent
    /// by itself, and its panic is caught by the next guard above.
    fn mark(&self, field: &apollo::Field) -> Option<&'static str> {
        if field.name.starts_with("__") {
            return None;
        }
        if !field.ty().is_non_null() {
            return Some(nulls::NULLABLE);
        }
        let composite =
            self.schema.types.get(field.ty().inner_named_type()).is_some_and(is_composite);
        (composite || !field.definition.arguments.is_empty()).then_some(nulls::REQUIRED)
    }

    fn spread(
        &mut self,
        spread: &Node<apollo::FragmentSpread>,
    ) -> Positioned<async_types::Selection> {
        let place = self.places.of(spread.location());
        if self.document.fragments.contains_key(&spread.fragment_name)
            && self.seen.insert(spread.fragment_name.clone())
        {
            self.wanted.push(spread.fragment_name.clone());
        }
        let converted = async_types::FragmentSpread {
            fragment_name: Positioned::new(Name::new(&*spread.fragment_name), place),
            directives: self.directives(&spread.directives),
        };
        Positioned::new(
            async_types::Selection::FragmentSpread(Positioned::new(converted, place)),
            place,
        )
    }

    fn inline(
        &mut self,
        inline: &Node<apollo::InlineFragment>,
    ) -> Positioned<async_types::Selection> {
        let place = self.places.of(inline.location());
        let converted = async_types::InlineFragment {
            type_condition: inline
                .type_condition
                .as_ref()
                .map(|on| Positioned::new(condition(on, place), place)),
            directives: self.directives(&inline.directives),
            selection_set: Positioned::new(self.set(&inline.selection_set), place),
        };
        Positioned::new(
            async_types::Selection::InlineFragment(Positioned::new(converted, place)),
            place,
        )
    }

    fn directives(
        &self,
        directives: &apollo::DirectiveList,
    ) -> Vec<Positioned<async_types::Directive>> {
        let convert = |directive: &Node<apollo::Directive>| {
            let place = self.places.of(directive.location());
            let name = Positioned::new(Name::new(&*directive.name), place);
            Positioned::new(
                async_types::Directive { name, arguments: self.arguments(&directive.arguments) },
                place,
            )
        };
        directives.iter().map(convert).collect()
    }

    fn arguments(
        &self,
        arguments: &[Node<apollo::Argument>],
    ) -> Vec<(Positioned<Name>, Positioned<Value>)> {
        let convert = |argument: &Node<apollo::Argument>| {
            let place = self.places.of(argument.location());
            (
                Positioned::new(Name::new(&*argument.name), place),
                Positioned::new(value(&argument.value), place),
            )
        };
        arguments.iter().map(convert).collect()
    }

    fn variable(
        &self,
        variable: &Node<apollo::VariableDefinition>,
    ) -> Positioned<async_types::VariableDefinition> {
        let place = self.places.of(variable.location());
        let converted = async_types::VariableDefinition {
            name: Positioned::new(Name::new(&*variable.name), place),
            var_type: Positioned::new(type_of(&variable.ty), place),
            directives: Vec::new(),
            // Variables come coerced, with their defaults filled in.
            default_value: None,
        };
        Positioned::new(converted, place)
    }
}

/// Puts what a second field of the same key selects into the first. Validation has seen that they agree in all else.
fn merge(first: &mut async_types::Selection, second: async_types::Field) {
    let async_types::Selection::Field(first) = first else { return };
    let items = &mut first.node.selection_set.node.items;
    for selection in second.selection_set.node.items {
        let twin = match &selection.node {
            async_types::Selection::Field(field) if only_marked(&field.node) => items.iter().position(|item| {
                matches!(&item.node, async_types::Selection::Field(known)
                    if only_marked(&known.node) && known.node.response_key() == field.node.response_key())
            }),
            _ => None,
        };
        match (twin, selection.node) {
            (Some(twin), async_types::Selection::Field(field)) => {
                merge(&mut items[twin].node, field.node);
            }
            (_, node) => items.push(Positioned::new(node, selection.pos)),
        }
    }
}

/// Whether a field has no directive but ours.
fn only_marked(field: &async_types::Field) -> bool {
    field.directives.iter().all(|directive| {
        [nulls::NULLABLE, nulls::REQUIRED].contains(&directive.node.name.node.as_str())
    })
}

/// Whether a type has fields of its own, or is one of several that have.
fn is_composite(definition: &ExtendedType) -> bool {
    matches!(
        definition,
        ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)
    )
}

fn condition(on: &ApolloName, place: async_graphql::Pos) -> async_types::TypeCondition {
    async_types::TypeCondition { on: Positioned::new(Name::new(&**on), place) }
}

fn type_of(ty: &apollo::Type) -> async_types::Type {
    let base = match ty {
        apollo::Type::Named(name) | apollo::Type::NonNullNamed(name) => {
            async_types::BaseType::Named(Name::new(&**name))
        }
        apollo::Type::List(inner) | apollo::Type::NonNullList(inner) => {
            async_types::BaseType::List(Box::new(type_of(inner)))
        }
    };
    async_types::Type { base, nullable: !ty.is_non_null() }
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Enum(name) => Value::Enum(Name::new(&**name)),
        Literal::Variable(name) => Value::Variable(Name::new(&**name)),
        Literal::String(text) => Value::String(text.clone()),
        Literal::Boolean(yes) => Value::Boolean(*yes),
        Literal::Int(number) => self::number(number.as_str()),
        Literal::Float(number) => self::number(number.as_str()),
        Literal::List(entries) => Value::List(entries.iter().map(|entry| value(entry)).collect()),
        Literal::Object(fields) => Value::Object(
            fields.iter().map(|(name, field)| (Name::new(&**name), value(field))).collect(),
        ),
    }
}

/// A number as JSON knows it. One too large for that becomes its text, which no numeric type accepts.
fn number(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(number) => ConstValue::Number(number).into_value(),
        Err(_) => Value::String(text.to_owned()),
    }
}
