//! Answers that a document may get, made from the schema alone: for tests of whoever reads answers into types.

use apollo_compiler::{
    Schema,
    executable::{ExecutableDocument, Selection, SelectionSet},
    schema::{ExtendedType, Type},
};
use serde_json::{Map, Value as Json, json};

/// The schema that is checked in.
const SDL: &str = include_str!("../../../schema.graphql");

/// Answers to a document (its `data`): for every type that may stand in a place and every value of an enumeration one in
/// which they stand there, with everything given; and one in which nothing is given that need not be. Fails with what is
/// wrong with the document.
pub(crate) fn specimens(document: &str) -> Result<Vec<Json>, String> {
    let schema = Schema::parse_and_validate(SDL, "schema.graphql")
        .map_err(|faults| faults.errors.to_string())?;
    let document = ExecutableDocument::parse_and_validate(&schema, document, "document.graphql")
        .map_err(|faults| faults.errors.to_string())?;
    let operation =
        document.operations.get(None).map_err(|_| "there is more than one operation")?;
    let maker =
        |turn: usize, is_full: bool| Maker { schema: &schema, document: &document, turn, is_full };
    let root = &operation.selection_set;
    let turns = (0..TURNS).map(|turn| maker(turn, true).object(root, root.ty.as_str()));
    let bare = [0, 1, 2, 3, 4, 5].map(|turn| maker(turn, false).object(root, root.ty.as_str()));
    Ok(turns.chain(bare).map(Json::Object).collect())
}

/// As many as the longest enumeration has values.
const TURNS: usize = 40;

struct Maker<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    turn: usize,
    is_full: bool,
}

impl Maker<'_> {
    /// What is selected of an object of a type.
    fn object(&self, set: &SelectionSet, concrete: &str) -> Map<String, Json> {
        let mut object = Map::new();
        self.select(set, concrete, &mut object);
        object
    }

    fn select(&self, set: &SelectionSet, concrete: &str, into: &mut Map<String, Json>) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let value = match field.name.as_str() {
                        "__typename" => json!(concrete),
                        _ => self.value(field.ty(), field.selection_set.as_ref()),
                    };
                    merge(into.entry(field.response_name().as_str()).or_insert(Json::Null), value);
                }
                Selection::InlineFragment(inline) => {
                    let wanted = inline.type_condition.as_ref();
                    if wanted.is_none_or(|wanted| self.is(concrete, wanted)) {
                        self.select(&inline.selection_set, concrete, into);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.is(concrete, fragment.type_condition())
                    {
                        self.select(&fragment.selection_set, concrete, into);
                    }
                }
            }
        }
    }

    fn is(&self, concrete: &str, wanted: &str) -> bool {
        concrete == wanted || self.schema.is_subtype(wanted, concrete)
    }

    fn value(&self, ty: &Type, set: Option<&SelectionSet>) -> Json {
        if !ty.is_non_null() && !self.is_full {
            return Json::Null;
        }
        if ty.is_list() {
            let count = usize::from(self.is_full);
            return (0..count).map(|_| self.value(ty.item_type(), set)).collect();
        }
        let name = ty.inner_named_type();
        let inside =
            |concrete: &str| set.map_or(Json::Null, |set| Json::Object(self.object(set, concrete)));
        match self.schema.types.get(name) {
            Some(ExtendedType::Enum(enumeration)) => {
                let at = self.turn % enumeration.values.len();
                json!(enumeration.values.keys().nth(at).map(ToString::to_string))
            }
            Some(ExtendedType::Object(_)) => inside(name),
            Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                let mut concrete: Vec<&str> = self
                    .schema
                    .types
                    .iter()
                    .filter(|(known, ty)| ty.is_object() && self.schema.is_subtype(name, known))
                    .map(|(known, _)| known.as_str())
                    .collect();
                concrete.sort_unstable();
                inside(concrete[self.turn % concrete.len()])
            }
            _ => match name.as_str() {
                "Int" => json!(1),
                "Float" => json!(0.5),
                "Boolean" => json!(self.turn.is_multiple_of(2)),
                "Date" => json!("2026-01-02"),
                "DateTime" => json!("2026-01-02T03:04:05Z"),
                "PartialDate" => json!("2026-01"),
                _ => json!("text"),
            },
        }
    }
}

/// Two selections of one field are one field.
fn merge(known: &mut Json, more: Json) {
    match (known, more) {
        (Json::Object(known), Json::Object(more)) => {
            for (key, value) in more {
                merge(known.entry(key).or_insert(Json::Null), value);
            }
        }
        (Json::Array(known), Json::Array(more)) => {
            known.resize(known.len().max(more.len()), Json::Null);
            for (known, more) in known.iter_mut().zip(more) {
                merge(known, more);
            }
        }
        (known, more) => *known = more,
    }
}
