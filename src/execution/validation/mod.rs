//! From the text of a document to operations that may run: parsed, bounded, validated, translated, weighed.
//!
//! async-graphql's own validation does 2^n work on nested fragment spreads and lets much through that the
//! specification refuses. apollo-compiler does it right; it is a beta, pinned, and named in this folder only.

mod convert;
mod measure;
mod places;
#[cfg(test)]
pub(crate) mod specimens;
mod variables;
mod weigh;

use super::cost::Plan;
use super::limits::Limits;
use super::refusal::{Refusal, shortened};
use apollo_compiler::ast;
use apollo_compiler::executable::{ExecutableDocument, Operation as ApolloOperation};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Node, Schema};
use async_graphql::{Pos, Variables};
use serde_json::{Map, Value as Json};

/// Lists within lists and objects within objects that the parser follows before it gives up.
const PARSER_RECURSION: usize = 120;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Listens.
    Subscription,
}

impl OperationKind {
    /// The keyword of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// The contract that documents are held against.
pub(super) struct Contract {
    schema: Valid<Schema>,
    limits: Limits,
}

/// A document whose every operation may run, kept for the next request that brings the same text.
pub(super) struct Prepared {
    text: String,
    document: Valid<ExecutableDocument>,
    operations: Vec<Operation>,
}

/// One operation of a prepared document.
pub(super) struct Operation {
    pub(super) kind: OperationKind,
    /// What async-graphql executes.
    pub(super) executable: async_graphql::parser::types::ExecutableDocument,
    /// What it costs.
    pub(super) plan: Plan,
    definition: Node<ApolloOperation>,
}

impl Contract {
    /// Reads the schema that the service prints. Fails with the reason when apollo-compiler finds it wrong.
    pub(super) fn new(sdl: &str, limits: Limits) -> Result<Self, String> {
        Schema::parse_and_validate(sdl, "schema.graphql")
            .map(|schema| Self { schema, limits })
            .map_err(|faults| faults.errors.to_string())
    }

    /// Makes a document ready to run, or says everything that is wrong with it, up to `limits.max_errors`.
    ///
    /// An operation of a kind that it may not be (over a GET) is refused as [`Rejection::NotAQuery`] before it is
    /// validated: the answer to a mutation is the same whether or not the schema has one.
    pub(super) fn prepare(
        &self,
        text: &str,
        operation_name: Option<&str>,
        may_be: fn(OperationKind) -> bool,
    ) -> Result<Prepared, Rejection> {
        let limits = &self.limits;
        let syntax = parse(text, limits)?;
        if !asks_for(&syntax, operation_name, may_be) {
            return Err(Rejection::NotAQuery);
        }
        measure::measure(&syntax, limits)?;
        let document = syntax
            .to_executable_validate(&self.schema)
            .map_err(|faults| Rejection::Refused(listed(&faults.errors, limits)))?;
        let mut operations = Vec::with_capacity(document.operations.len());
        for definition in document.operations.iter() {
            apollo_compiler::introspection::check_max_depth(&document, definition).map_err(
                |_| {
                    Refusal::too_complex(
                        "Introspection is nested too deep: its lists lead back to themselves.",
                        "内省查询嵌套过深。",
                    )
                },
            )?;
            operations.push(Operation {
                kind: kind_of(definition.operation_type),
                executable: convert::convert(&self.schema, &document, definition, text),
                plan: weigh::plan(&document, definition, text, limits),
                definition: definition.clone(),
            });
        }
        Ok(Prepared { text: text.to_owned(), document, operations })
    }

    /// The variables of an operation, bounded and coerced.
    pub(super) fn variables(
        &self,
        operation: &Operation,
        variables: Map<String, Json>,
    ) -> Result<Variables, Refusal> {
        variables::bound(&variables, &self.limits)?;
        variables::coerce(&self.schema, &operation.definition, variables)
    }
}

impl Prepared {
    /// The operation that a request means.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<&Operation, Refusal> {
        let wanted = self.document.operations.get(name).map_err(|_| match name {
            Some(name) => Refusal::bad_input(
                format!("The document has no operation named \"{name}\"."),
                format!("查询文档中没有名为“{name}”的操作。"),
            ),
            None => Refusal::bad_input(
                "The document has several operations: say which by `operationName`.",
                "查询文档包含多个操作，请用 operationName 指明。",
            ),
        })?;
        self.operations.iter().find(|operation| operation.definition.ptr_eq(wanted)).ok_or_else(
            || Refusal::bad_input("The document has no operation.", "查询文档中没有操作。"),
        )
    }

    /// About how much memory this takes, in bytes.
    pub(super) fn weight(&self) -> u64 {
        // Measured: two syntax trees and a plan take some thirty times the text.
        2_048 + 32 * self.text.len() as u64
    }
}

/// Why a document is not executed.
#[derive(Debug)]
pub(super) enum Rejection {
    /// For these reasons.
    Refused(Vec<Refusal>),
    /// It is asked for where only queries are answered.
    NotAQuery,
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

fn parse(text: &str, limits: &Limits) -> Result<ast::Document, Rejection> {
    if text.len() > limits.max_document_bytes {
        let limit = limits.max_document_bytes;
        return Err(Rejection::from(Refusal::too_complex(
            format!("The document is larger than {limit} bytes: send long texts as variables."),
            format!("查询文档超过 {limit} 字节，长文本请用变量传递。"),
        )));
    }
    let mut parser = Parser::new().token_limit(limits.max_tokens).recursion_limit(PARSER_RECURSION);
    parser.parse_ast(text, "query.graphql").map_err(|faults| {
        if parser.tokens_reached() > limits.max_tokens {
            let limit = limits.max_tokens;
            return Rejection::from(Refusal::too_complex(
                format!("The document has more than {limit} tokens."),
                format!("查询文档超过 {limit} 个词法单元。"),
            ));
        }
        if parser.recursion_reached() > PARSER_RECURSION {
            return Rejection::from(Refusal::too_complex(
                "The document is nested too deep.",
                "查询文档嵌套过深。",
            ));
        }
        Rejection::Refused(listed(&faults.errors, limits))
    })
}

/// Whether the operation that is meant is of a kind that it may be. Where it is unclear which one is meant, all must be.
fn asks_for(
    document: &ast::Document,
    name: Option<&str>,
    may_be: fn(OperationKind) -> bool,
) -> bool {
    document.definitions.iter().all(|definition| match definition {
        ast::Definition::OperationDefinition(operation) => {
            let meant =
                name.is_none_or(|name| operation.name.as_ref().is_some_and(|own| own == name));
            !meant || may_be(kind_of(operation.operation_type))
        }
        _ => true,
    })
}

/// The refusal of U+0000, which no text of ours has and which PostgreSQL does not even compare with one.
fn zero() -> Refusal {
    Refusal::bad_input(
        "A text has the character U+0000, which no text may have.",
        "文本中不能含有字符 U+0000。",
    )
}

/// What is wrong with a document, the first few of it.
fn listed(faults: &DiagnosticList, limits: &Limits) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = faults
        .iter()
        .take(limits.max_errors)
        .map(|fault| {
            let said = fault.to_json();
            let message = shortened(said.message);
            let place =
                said.locations.first().map(|place| Pos { line: place.line, column: place.column });
            Refusal::bad_input(message.clone(), format!("查询不符合接口约定：{message}")).at(place)
        })
        .collect();
    let more = faults.len().saturating_sub(limits.max_errors);
    if more > 0 {
        refusals.push(Refusal::bad_input(
            format!("{more} more errors are not listed."),
            format!("另有 {more} 处错误未列出。"),
        ));
    }
    refusals
}

fn kind_of(operation: ast::OperationType) -> OperationKind {
    match operation {
        ast::OperationType::Query => OperationKind::Query,
        ast::OperationType::Mutation => OperationKind::Mutation,
        ast::OperationType::Subscription => OperationKind::Subscription,
    }
}
