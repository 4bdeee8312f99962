//! What can go wrong, its stable codes, and the only way out to GraphQL.
//!
//! Two kinds: what the caller can mend is said plainly, with a code and the field; what only we can mend is
//! [`Error::Internal`], logged where it is handled and shown as a request id. Resolvers return [`Fault`], which has no
//! `Display`, so that no error reaches a client without its code.

use std::sync::Arc;

use crate::language::{Language, Text};

/// The codes of the contract. They never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// Nobody signed in, or the token is no good.
    Unauthenticated,
    /// Visible, but not allowed.
    Forbidden,
    /// Absent, or not visible: the two are never told apart.
    NotFound,
    /// The request or a value in it is wrong.
    BadUserInput,
    /// Too many requests.
    RateLimited,
    /// The request would cost more than one may.
    QueryTooComplex,
    /// The index has not caught up with the revision asked for.
    IndexBehind,
    /// It took too long.
    Timeout,
    /// Our own fault; the request id leads to the cause.
    Internal,
}

impl Code {
    /// The code as clients read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::IndexBehind => "INDEX_BEHIND",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Anything that ends in something else than an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing there that this viewer may see.
    #[error("not found")]
    NotFound,
    /// A value is wrong; `field` names it, the text says the fault and the way out.
    #[error("{field}: {}", reason.en)]
    Invalid {
        /// The argument, column or setting at fault.
        field: String,
        /// What is wrong with it, and what would be right.
        reason: Text,
    },
    /// The request is bounded, and this one goes beyond.
    #[error("{}", .0.en)]
    TooComplex(Text),
    /// The index did not reach the revision asked for in time.
    #[error("the index is behind the revision asked for")]
    IndexBehind,
    /// It took too long.
    #[error("timed out")]
    Timeout,
    /// Our own fault. The cause is for the log, never for the caller.
    #[error("{0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A fault of a value in the field of this name.
    pub fn invalid(field: impl Into<String>, reason: Text) -> Self {
        Self::Invalid { field: field.into(), reason }
    }

    /// A fault of our own, told by a sentence for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The stable code of this error.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::Invalid { .. } => Code::BadUserInput,
            Self::TooComplex(_) => Code::QueryTooComplex,
            Self::IndexBehind => Code::IndexBehind,
            Self::Timeout => Code::Timeout,
            Self::Internal(_) => Code::Internal,
        }
    }

    /// The field at fault, where there is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            _ => None,
        }
    }

    /// What a person reads. Never a cause of ours.
    pub fn message(&self, language: Language) -> String {
        let text = match self {
            Self::NotFound => Text::new(
                "There is nothing of this kind that you may see.",
                "没有您可以查看的此项内容。",
            ),
            Self::Invalid { field, reason } => {
                return format!("{field}: {}", reason.text(language));
            }
            Self::TooComplex(text) => text.clone(),
            Self::IndexBehind => Text::new(
                "The index has not yet taken in the revision that atLeast names. Ask again in a moment.",
                "索引尚未追上 atLeast 所指的修订号，请稍后再试。",
            ),
            Self::Timeout => Text::new(
                "The request took too long. Ask for less at once, or ask again later.",
                "请求超时。请减少一次查询的内容，或稍后再试。",
            ),
            Self::Internal(_) => Text::new(
                "Something went wrong on our side. Tell the operator the request id.",
                "服务内部出错，请将请求编号告知运维人员。",
            ),
        };
        text.text(language).to_owned()
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

/// The index's own errors are ours to mend, whatever they are.
impl From<zhanjian_index::Error> for Error {
    fn from(error: zhanjian_index::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

/// What rules return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An [`Error`] on its way out of a resolver. It has no `Display` on purpose: `?` on anything with one would become a
/// GraphQL error without a code.
#[derive(Clone)]
pub struct Fault(pub Arc<Error>);

impl<E: Into<Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(Arc::new(error.into()))
    }
}

impl From<Fault> for async_graphql::Error {
    fn from(fault: Fault) -> Self {
        let mut error = Self::new(fault.0.message(Language::En));
        let mut extensions = async_graphql::ErrorExtensionValues::default();
        extensions.set("code", fault.0.code().as_str());
        if let Some(field) = fault.0.field() {
            extensions.set("field", field);
        }
        error.extensions = Some(extensions);
        error.source = Some(fault.0);
        error
    }
}
