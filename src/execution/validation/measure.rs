//! How large a document really is, with every fragment written out where it is spread.
//!
//! Sixty fragments that each spread the next one twice fit in two kilobytes and stand for 2^60 selections. Each
//! fragment is therefore measured once, and its measure added wherever it is spread; sums saturate.

use crate::execution::limits::Limits;
use crate::execution::refusal::Refusal;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection, Value};
use std::collections::HashMap;

/// Selection sets within each other, fragments counted: deeper ones would strain the stack of what walks them next.
pub(super) const MAX_NESTING: usize = 60;

/// How many times the selections of one operation all operations of a document may have together.
const WHOLE_DOCUMENT: u64 = 4;

/// The size of a selection set.
#[derive(Debug, Clone, Copy, Default)]
struct Measure {
    selections: u64,
    aliases: u64,
    /// Fields of this very set, those of its fragments included.
    own_fields: u64,
    /// Fields within fields.
    depth: usize,
    /// Selection sets within selection sets: 0 where its fields have none.
    nesting: usize,
}

/// Refuses a document one of whose operations is larger than the limits.
pub(super) fn measure(document: &Document, limits: &Limits) -> Result<(), Refusal> {
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::FragmentDefinition(fragment) => Some((fragment.name.as_str(), &**fragment)),
        _ => None,
    });
    let mut ruler = Ruler { fragments: fragments.collect(), known: HashMap::new() };
    // Fragments that nothing spreads are measured too: the validator will walk them as well.
    let names: Vec<_> = ruler.fragments.keys().copied().collect();
    for name in names {
        check(ruler.fragment(name, 0)?, limits, false)?;
    }
    let mut sum = Measure::default();
    for definition in &document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            let defaults = operation.variables.iter().filter_map(|it| it.default_value.as_ref());
            defaults.map(|value| &**value).try_for_each(refuse_zero)?;
            let measure = ruler.set(&operation.selection_set, 0)?;
            check(measure, limits, true)?;
            sum.selections = sum.selections.saturating_add(measure.selections);
        }
    }
    // Every operation is validated, also those that do not run: many that spread one large fragment add up.
    let limit = limits.max_selections.saturating_mul(WHOLE_DOCUMENT);
    if sum.selections > limit {
        return Err(Refusal::too_complex(
            format!("The operations of the document have more than {limit} selections together."),
            format!("文档中各操作展开后字段总数超过 {limit}。"),
        ));
    }
    Ok(())
}

fn check(measure: Measure, limits: &Limits, is_operation: bool) -> Result<(), Refusal> {
    let over = |en: &str, zh: &str, found: u64, limit: u64| {
        let found_en =
            if found == u64::MAX { "far too many".to_owned() } else { found.to_string() };
        let found_zh = if found == u64::MAX { "过多".to_owned() } else { found.to_string() };
        Err(Refusal::too_complex(
            format!("The document has {found_en} {en}; {limit} is the most."),
            format!("查询的{zh}为 {found_zh}，上限为 {limit}。"),
        ))
    };
    if measure.selections > limits.max_selections {
        return over(
            "selections with its fragments written out",
            "展开后字段数",
            measure.selections,
            limits.max_selections,
        );
    }
    if measure.depth > limits.max_depth {
        return over(
            "levels of fields within fields",
            "嵌套层数",
            measure.depth as u64,
            limits.max_depth as u64,
        );
    }
    if measure.aliases > limits.max_aliases {
        return over("aliases", "别名数", measure.aliases, limits.max_aliases);
    }
    if is_operation && measure.own_fields > limits.max_root_fields {
        return over("fields at its root", "根字段数", measure.own_fields, limits.max_root_fields);
    }
    Ok(())
}

struct Ruler<'a> {
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    /// Fragments measured so far; `None` while one is being measured.
    known: HashMap<&'a str, Option<Measure>>,
}

impl<'a> Ruler<'a> {
    fn set(&mut self, selections: &'a [Selection], nesting: usize) -> Result<Measure, Refusal> {
        if nesting > MAX_NESTING {
            return Err(too_deep());
        }
        // apollo-compiler reads `{}` as the newest grammar allows; the clients and servers of today refuse it.
        if selections.is_empty() {
            return Err(Refusal::bad_input(
                "syntax error: a selection set is empty.",
                "语法错误：选择集为空。",
            ));
        }
        let mut sum = Measure::default();
        for selection in selections {
            let part = match selection {
                Selection::Field(field) => {
                    field.arguments.iter().try_for_each(|argument| refuse_zero(&argument.value))?;
                    let (inside, below) = match &field.selection_set {
                        Some(inside) => {
                            let inside = self.set(inside, nesting + 1)?;
                            (inside, inside.nesting + 1)
                        }
                        None => (Measure::default(), 0),
                    };
                    Measure {
                        selections: inside.selections.saturating_add(1),
                        aliases: inside.aliases.saturating_add(u64::from(field.alias.is_some())),
                        own_fields: 1,
                        depth: inside.depth + 1,
                        nesting: below,
                    }
                }
                Selection::InlineFragment(inline) => {
                    let inside = self.set(&inline.selection_set, nesting + 1)?;
                    Measure { nesting: inside.nesting + 1, ..inside }
                }
                Selection::FragmentSpread(spread) => {
                    let inside = self.fragment(spread.fragment_name.as_str(), nesting + 1)?;
                    Measure { nesting: inside.nesting + 1, ..inside }
                }
            };
            sum.selections = sum.selections.saturating_add(part.selections);
            sum.aliases = sum.aliases.saturating_add(part.aliases);
            sum.own_fields = sum.own_fields.saturating_add(part.own_fields);
            sum.depth = sum.depth.max(part.depth);
            sum.nesting = sum.nesting.max(part.nesting);
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &str, nesting: usize) -> Result<Measure, Refusal> {
        let Some((&name, &definition)) = self.fragments.get_key_value(name) else {
            return Ok(Measure::default()); // The validator names unknown fragments.
        };
        match self.known.get(name) {
            // Never walked again, not even to say where it becomes too deep: each walk would be two of the next.
            Some(Some(measure)) if nesting + measure.nesting > MAX_NESTING => {
                return Err(too_deep());
            }
            Some(Some(measure)) => return Ok(*measure),
            // A fragment within itself. The validator says so in better words.
            Some(None) => return Ok(Measure::default()),
            None => {}
        }
        self.known.insert(name, None);
        let measure = self.set(&definition.selection_set, nesting)?;
        self.known.insert(name, Some(measure));
        Ok(measure)
    }
}

fn too_deep() -> Refusal {
    Refusal::too_complex(
        format!("Selections and fragments are nested more than {MAX_NESTING} deep."),
        format!("查询与片段的嵌套超过 {MAX_NESTING} 层。"),
    )
}

/// Refuses U+0000 in the literals of a document.
fn refuse_zero(value: &Value) -> Result<(), Refusal> {
    match value {
        Value::String(text) if text.contains('\0') => Err(super::zero()),
        Value::List(entries) => entries.iter().try_for_each(|entry| refuse_zero(entry)),
        Value::Object(fields) => fields.iter().try_for_each(|(_, field)| refuse_zero(field)),
        _ => Ok(()),
    }
}
