//! What keeps a page from being shown, and the page that is shown instead.

use std::fmt::Display;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    gate::Guest,
    shell::{self, Shell},
};

/// Why a page cannot be shown. As a response it is a status alone: the gate puts the page to it, which needs to know the
/// reader's language.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// There is no such thing, or none that this reader may see.
    NotFound,
    /// Nobody is signed in, or no longer.
    Unauthenticated,
    /// It is not for this reader to do.
    Forbidden(String),
    /// What was asked for makes no sense, in words for people.
    BadInput(String),
    /// A form did not come from a page of ours, or from one that is too old.
    Forged,
    /// What was sent is too large, too slow, or of another kind.
    Unreadable(StatusCode, String),
    /// Too often; come again after so many seconds.
    RateLimited(Option<u64>),
    /// It took too long, or the index is behind.
    Busy(String),
    /// A fault of ours; the cause is in the log.
    Internal,
}

impl Trouble {
    /// A fault of ours, told to the log.
    pub(super) fn internal(cause: &dyn Display) -> Self {
        tracing::error!(error = %cause, "a page cannot be shown");
        Self::Internal
    }

    /// What an error of the API is to a page.
    pub(super) fn of_code(code: &str, message: String, retry_after: Option<u64>) -> Self {
        match code {
            "NOT_FOUND" => Self::NotFound,
            "UNAUTHENTICATED" => Self::Unauthenticated,
            "FORBIDDEN" => Self::Forbidden(message),
            "BAD_USER_INPUT" | "QUERY_TOO_COMPLEX" => Self::BadInput(message),
            "RATE_LIMITED" => Self::RateLimited(retry_after),
            "TIMEOUT" | "INDEX_BEHIND" => Self::Busy(message),
            _ => Self::Internal,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::Forged => StatusCode::FORBIDDEN,
            Self::BadInput(_) => StatusCode::BAD_REQUEST,
            Self::Unreadable(status, _) => *status,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The end of the names of its texts.
    fn name(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::BadInput(_) => "bad-input",
            Self::Forged => "forged",
            Self::Unreadable(..) => "unreadable",
            Self::RateLimited(_) => "rate-limited",
            Self::Busy(_) => "busy",
            Self::Internal => "internal",
        }
    }

    fn message(&self) -> Option<&str> {
        match self {
            Self::Forbidden(text)
            | Self::BadInput(text)
            | Self::Unreadable(_, text)
            | Self::Busy(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::RateLimited(Some(seconds)) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "layout/trouble.html")]
struct TroublePage {
    shell: Shell,
    title: String,
    advice: String,
    message: Option<String>,
    sign_in: Option<String>,
    /// What somebody had written, which is not to be lost.
    written: Vec<String>,
    request_id: String,
}

/// The page that says what the trouble is.
pub(super) async fn page(guest: &Guest, trouble: &Trouble) -> Response {
    let viewer = shell::viewer(guest).await;
    let shell = guest.shell(viewer, shell::Section::None);
    let offer =
        matches!(trouble, Trouble::Unauthenticated | Trouble::NotFound | Trouble::Forbidden(_));
    let sign_in = (offer && !shell.viewer.signed_in).then(|| guest.sign_in_address());
    page_within(shell, trouble, sign_in, guest.written(), guest.request_id())
}

/// The same, where it is not known who reads.
pub(super) fn page_within(
    shell: Shell,
    trouble: &Trouble,
    sign_in: Option<String>,
    written: &[String],
    request_id: &str,
) -> Response {
    let name = trouble.name();
    let page = TroublePage {
        title: shell.text.of(&format!("trouble-{name}")).into_owned(),
        advice: shell.text.of(&format!("trouble-{name}-advice")).into_owned(),
        message: trouble.message().map(str::to_owned),
        sign_in,
        written: written.to_vec(),
        request_id: request_id.to_owned(),
        shell,
    };
    let body = page.render().unwrap_or_default();
    let mut response = (trouble.status(), body).into_response();
    shell::as_html(&mut response);
    response
}
