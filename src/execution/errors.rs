//! How errors leave: each with a code of the list, in the caller's language, and without a cause that is ours to mend.

use super::refusal::{Refusal, shortened};
use crate::error::{Code, Error};
use crate::language::Language;
use async_graphql::{ErrorExtensionValues, PathSegment, ServerError, Value};
use std::fmt::Write;
use std::sync::Arc;
use tracing::error;

/// Every code that may leave.
const CODES: [Code; 10] = [
    Code::Unauthenticated,
    Code::Forbidden,
    Code::NotFound,
    Code::BadUserInput,
    Code::RateLimited,
    Code::QueryTooComplex,
    Code::IndexBehind,
    Code::RevisionExpired,
    Code::Timeout,
    Code::Internal,
];

/// How many masked errors of one request are logged one by one. A list may fail a thousand times for one reason.
const LOGGED: usize = 5;

/// Makes the errors of one request fit to leave. What is masked is logged here, and nowhere else.
pub(super) fn settle(errors: &mut [ServerError], language: Language, request_id: &str) {
    let mut masked = 0;
    for error in errors {
        match code(error) {
            Some(code) if code != Code::Internal => {
                if let Some(known) = source(error) {
                    error.message = known.message(language);
                }
            }
            None if is_argument(error) => refuse_argument(error, language),
            _ => {
                masked += 1;
                if masked <= LOGGED {
                    log(error, request_id);
                }
                mask(error, language, request_id);
            }
        }
        error.source = None;
    }
    if masked > LOGGED {
        error!(request.id = request_id, masked, "{masked} fields could not be answered");
    }
}

fn log(error: &ServerError, request_id: &str) {
    let cause = source(error).map_or_else(|| error.message.clone(), |known| format!("{known:?}"));
    let path = path(&error.path);
    error!(request.id = request_id, path, cause, "a field could not be answered");
}

fn mask(error: &mut ServerError, language: Language, request_id: &str) {
    let mut masked = Refusal::internal().to_error(language);
    masked.extensions.get_or_insert_default().set("requestId", request_id);
    error.message = masked.message;
    error.extensions = masked.extensions;
}

/// An argument that async-graphql itself could not read (a date, a validator). Its words name the type and the value
/// that the caller sent; they are recognised by how they begin, for they come without a source or a code.
fn is_argument(error: &ServerError) -> bool {
    error.source.is_none()
        && (error.message.starts_with("Failed to parse \"")
            || error.message.starts_with("Expected input type \""))
}

fn refuse_argument(error: &mut ServerError, language: Language) {
    let message = shortened(std::mem::take(&mut error.message));
    error.message = match language {
        Language::En => message,
        Language::ZhCn => format!("参数不符合要求：{message}"),
    };
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", Code::BadUserInput.as_str());
    error.extensions = Some(extensions);
}

pub(super) fn code(error: &ServerError) -> Option<Code> {
    let said = match error.extensions.as_ref()?.get("code")? {
        Value::String(text) => text.as_str(),
        Value::Enum(name) => name.as_str(),
        _ => return None,
    };
    CODES.into_iter().find(|code| code.as_str() == said)
}

/// Our own error behind one of GraphQL.
fn source(error: &ServerError) -> Option<&Error> {
    error.source::<Error>().or_else(|| error.source::<Arc<Error>>().map(|shared| &**shared))
}

fn path(segments: &[PathSegment]) -> String {
    let mut path = String::new();
    for segment in segments {
        let _ = match segment {
            PathSegment::Field(name) => write!(path, "/{name}"),
            PathSegment::Index(index) => write!(path, "/{index}"),
        };
    }
    path
}
