//! The contract as the API tells it of itself, made ready for being read.

use serde::Deserialize;

/// What is asked for.
#[derive(Deserialize)]
pub(super) struct Introspection {
    #[serde(rename = "__schema")]
    schema: Schema,
}

#[derive(Deserialize)]
struct Schema {
    types: Vec<Type>,
}

/// A type of the contract.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Type {
    pub name: String,
    pub kind: String,
    pub description: Option<String>,
    pub fields: Option<Vec<Field>>,
    pub input_fields: Option<Vec<InputValue>>,
    pub enum_values: Option<Vec<EnumValue>>,
    pub possible_types: Option<Vec<Named>>,
    pub interfaces: Option<Vec<Named>>,
    #[serde(rename = "specifiedByURL")]
    pub specified_by_url: Option<String>,
}

/// A field of an object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    pub name: String,
    pub description: Option<String>,
    pub is_deprecated: bool,
    pub deprecation_reason: Option<String>,
    pub args: Vec<InputValue>,
    #[serde(rename = "type")]
    pub of_type: TypeRef,
}

/// An argument, or a field of an input.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InputValue {
    pub name: String,
    pub description: Option<String>,
    pub default_value: Option<String>,
    #[serde(rename = "type")]
    pub of_type: TypeRef,
}

/// A value of an enumeration.
#[derive(Deserialize)]
pub(super) struct EnumValue {
    pub name: String,
    pub description: Option<String>,
}

/// Something by its name.
#[derive(Deserialize)]
pub(super) struct Named {
    pub name: String,
}

/// The type of a field: a named one, or lists and non-nulls around one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TypeRef {
    kind: String,
    name: Option<String>,
    of_type: Option<Box<TypeRef>>,
}

impl TypeRef {
    /// The named type within.
    pub(super) fn name(&self) -> &str {
        match (&self.name, &self.of_type) {
            (Some(name), _) => name,
            (None, Some(inner)) => inner.name(),
            (None, None) => "",
        }
    }

    /// What stands around the name: before it, and behind it.
    pub(super) fn around(&self) -> (String, String) {
        let inner = || self.of_type.as_ref().map(|inner| inner.around()).unwrap_or_default();
        match self.kind.as_str() {
            "NON_NULL" => {
                let (before, behind) = inner();
                (before, format!("{behind}!"))
            }
            "LIST" => {
                let (before, behind) = inner();
                (format!("[{before}"), format!("{behind}]"))
            }
            _ => Default::default(),
        }
    }
}

/// The contract: its types by their names.
pub(super) struct Contract(Vec<Type>);

impl Contract {
    /// Puts what the API told in order; what GraphQL itself needs is left out.
    pub(super) fn of(told: Introspection) -> Self {
        let mut types = told.schema.types;
        types.retain(|known| !known.name.starts_with("__"));
        types.sort_by(|one, other| one.name.cmp(&other.name));
        Self(types)
    }

    /// A type.
    pub(super) fn find(&self, name: &str) -> Option<&Type> {
        self.0.iter().find(|known| known.name == name)
    }

    /// The names of all types of a kind.
    pub(super) fn names(&self, kind: &str) -> Vec<&str> {
        let roots = ["Query", "Mutation", "Subscription"];
        let of_kind = |it: &&Type| it.kind == kind && !roots.contains(&it.name.as_str());
        self.0.iter().filter(of_kind).map(|it| it.name.as_str()).collect()
    }

    /// Where a type is used: the type and the field that has it.
    pub(super) fn uses(&self, name: &str) -> Vec<(&str, &str)> {
        let mut uses = Vec::new();
        for known in &self.0 {
            for field in known.fields.iter().flatten() {
                let taken = field.args.iter().any(|argument| argument.of_type.name() == name);
                if taken || field.of_type.name() == name {
                    uses.push((known.name.as_str(), field.name.as_str()));
                }
            }
            for field in known.input_fields.iter().flatten() {
                if field.of_type.name() == name {
                    uses.push((known.name.as_str(), field.name.as_str()));
                }
            }
        }
        uses
    }
}
