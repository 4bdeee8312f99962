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
    /// The log of changes no longer reaches back to the revision to go on from.
    RevisionExpired,
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
            Self::RevisionExpired => "REVISION_EXPIRED",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Why a change was refused that the caller can mend, for programs. Codes never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(name = "UserErrorCode")]
pub enum RuleCode {
    /// A value is wrong; the message says the fault and the way out.
    Invalid,
    /// Somebody else has changed the thing since it was read.
    Conflict,
    /// The thing is not in a state in which this can be done.
    WrongState,
    /// It takes another person than the one who wrote it.
    SecondPersonNeeded,
    /// Something that would tell who asked has not been cleared.
    FindingsOpen,
    /// The law that the answer rests on does not stand any more.
    GroundsGone,
    /// There is one of this kind already.
    AlreadyThere,
    /// Something else refers to it.
    InUse,
    /// Login and password do not belong together.
    WrongCredentials,
    /// Nobody would be left to run the service.
    LastAdministrator,
}

/// What came of a change: which thing, and the revision of the log that tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Done {
    /// The thing that was made or changed.
    pub id: sea_orm::prelude::Uuid,
    /// The last revision of the change, where the log tells of it.
    pub revision: Option<i64>,
}

/// Anything that ends in something else than an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody signed in, and this needs somebody.
    #[error("not signed in")]
    Unauthenticated,
    /// Somebody shows a token that is not, or no longer, good.
    #[error("the sign-in has ended")]
    SignInEnded,
    /// Visible, but not allowed.
    #[error("not allowed")]
    Forbidden,
    /// Nothing there that this viewer may see.
    #[error("not found")]
    NotFound,
    /// Somebody else changed the thing since it was read; this is the version it has now.
    #[error("version {present} is the present one")]
    Conflict {
        /// The version that the thing has now.
        present: i32,
    },
    /// The value is in order, but a rule of the domain speaks against it.
    #[error("{field}: {}", reason.en)]
    Rule {
        /// Which rule, for programs.
        code: RuleCode,
        /// The argument that the rule is about.
        field: String,
        /// What speaks against it, and the way out.
        reason: Text,
    },
    /// This was asked for before, under the same `clientMutationId`, and has been done.
    #[error("already done")]
    AlreadyDone(Done),
    /// Too many attempts; the time tells when to come again.
    #[error("too many attempts")]
    TooMany {
        /// How long to wait.
        wait: std::time::Duration,
    },
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
    /// The log of changes no longer holds what came after the revision to go on from.
    #[error("the log of changes does not reach back to the revision asked for")]
    RevisionExpired,
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

    /// A rule of the domain that speaks against what was asked.
    pub fn rule(code: RuleCode, field: impl Into<String>, reason: Text) -> Self {
        Self::Rule { code, field: field.into(), reason }
    }

    /// A fault of our own, told by a sentence for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The stable code of this error.
    pub fn code(&self) -> Code {
        match self {
            Self::Unauthenticated | Self::SignInEnded => Code::Unauthenticated,
            Self::Forbidden => Code::Forbidden,
            Self::NotFound => Code::NotFound,
            Self::Conflict { .. } | Self::Rule { .. } | Self::Invalid { .. } => Code::BadUserInput,
            Self::TooMany { .. } => Code::RateLimited,
            Self::TooComplex(_) => Code::QueryTooComplex,
            Self::IndexBehind => Code::IndexBehind,
            Self::RevisionExpired => Code::RevisionExpired,
            Self::Timeout => Code::Timeout,
            // Whoever begins a change turns this into the answer of the first time.
            Self::AlreadyDone(_) | Self::Internal(_) => Code::Internal,
        }
    }

    /// The field at fault, where there is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } | Self::Rule { field, .. } => Some(field),
            _ => None,
        }
    }

    /// After how many seconds to come again, where waiting helps.
    pub fn retry_after(&self) -> Option<u64> {
        let Self::TooMany { wait } = self else { return None };
        Some(wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1))
    }

    /// What a person reads. Never a cause of ours.
    pub fn message(&self, language: Language) -> String {
        let text = match self {
            Self::Unauthenticated => Text::new(
                "Sign in first: this is not open to everybody.",
                "请先登录：此操作不对公众开放。",
            ),
            Self::SignInEnded => Text::new(
                "This sign-in is not, or no longer, good: sign in again.",
                "登录无效或已失效，请重新登录。",
            ),
            Self::Forbidden => Text::new("You may not do this.", "您没有进行此操作的权限。"),
            Self::Conflict { present } => Text::new(
                format!(
                    "Somebody else has changed it meanwhile: it is at version {present} now. Look at it and try again."
                ),
                format!("其他人已作了修改，当前版本为 {present}。请查看后再试。"),
            ),
            Self::TooMany { .. } => {
                let seconds = self.retry_after().unwrap_or(1);
                Text::new(
                    format!("Too many attempts. Try again in {seconds} seconds."),
                    format!("操作过于频繁，请在 {seconds} 秒后再试。"),
                )
            }
            Self::NotFound => Text::new(
                "There is nothing of this kind that you may see.",
                "没有您可以查看的此项内容。",
            ),
            Self::Rule { field, reason, .. } if field.is_empty() => reason.clone(),
            Self::Invalid { field, reason } | Self::Rule { field, reason, .. } => {
                return format!("{field}: {}", reason.text(language));
            }
            Self::TooComplex(text) => text.clone(),
            Self::IndexBehind => Text::new(
                "The index has not yet taken in the revision that atLeast names. Ask again in a moment.",
                "索引尚未追上 atLeast 所指的修订号，请稍后再试。",
            ),
            Self::RevisionExpired => Text::new(
                "What changed since then is no longer recorded. Read what you keep anew, and go on from the present revision.",
                "此修订号之后的变更记录已不再保存。请重新读取所需内容，并从当前修订号继续。",
            ),
            Self::Timeout => Text::new(
                "The request took too long. Ask for less at once, or ask again later.",
                "请求超时。请减少一次查询的内容，或稍后再试。",
            ),
            Self::AlreadyDone(_) | Self::Internal(_) => Text::new(
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
        if let Some(seconds) = fault.0.retry_after() {
            extensions.set("retryAfter", seconds);
        }
        error.extensions = Some(extensions);
        error.source = Some(fault.0);
        error
    }
}
