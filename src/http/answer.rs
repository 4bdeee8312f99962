//! An answer of the API on its way out.

use super::accept::Media;
use crate::error::Code;
use crate::execution::{self, Outcome, RETRY_AFTER, Refusal};
use crate::language::Language;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// Status, media type and body of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    media: Media,
    language: Language,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// An answer as it came from execution.
    pub(super) fn executed(
        response: execution::Response,
        media: Media,
        language: Language,
    ) -> Self {
        let status = match (response.outcome, media) {
            (Outcome::NotAQuery, _) => StatusCode::METHOD_NOT_ALLOWED,
            (Outcome::Refused(code), Media::GraphqlResponse) => status_of(code),
            // In the media type of old a refusal is 200 too: the request as such was in order.
            (Outcome::Executed, _) | (Outcome::Refused(_), Media::Json) => StatusCode::OK,
        };
        let answer =
            Self { status, media, language, headers: HeaderMap::new(), body: response.body };
        let answer = match response.retry_after {
            Some(seconds) => answer.with(header::RETRY_AFTER, HeaderValue::from(seconds)),
            None => answer,
        };
        match response.outcome {
            Outcome::NotAQuery => answer.with(header::ALLOW, HeaderValue::from_static("POST")),
            _ => answer,
        }
    }

    /// A request that was refused before there was anything to execute.
    pub(super) fn refusal(
        status: StatusCode,
        refusal: &Refusal,
        language: Language,
        request_id: &str,
    ) -> Self {
        let body = execution::refused(std::slice::from_ref(refusal), language, request_id);
        Self { status, media: Media::Json, language, headers: HeaderMap::new(), body }
    }

    /// An error of the reception: a sign-in that failed.
    pub(super) fn turned_away(
        error: async_graphql::Error,
        language: Language,
        request_id: &str,
    ) -> Self {
        let retry_after = match error.extensions.as_ref().and_then(|it| it.get(RETRY_AFTER)) {
            Some(async_graphql::Value::Number(seconds)) => seconds.as_u64(),
            _ => None,
        };
        let (body, code) = execution::settled(error, language, request_id);
        let answer = Self {
            status: status_of(code),
            media: Media::Json,
            language,
            headers: HeaderMap::new(),
            body,
        };
        match code {
            Code::Unauthenticated => {
                answer.with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            _ => match retry_after {
                Some(seconds) => answer.with(header::RETRY_AFTER, HeaderValue::from(seconds)),
                None => answer,
            },
        }
    }

    /// The same answer in another media type.
    pub(super) fn in_media(self, media: Media) -> Self {
        Self { media, ..self }
    }

    /// The same answer with one header more.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.extend(self.headers);
        headers.insert(header::CONTENT_TYPE, self.media.content_type());
        add_language(headers, self.language);
        response
    }
}

/// Says in which language an answer is, and what it depends on.
pub(super) fn add_language(headers: &mut HeaderMap, language: Language) {
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers
        .append(header::VARY, HeaderValue::from_static("accept, accept-language, authorization"));
}

/// The status that says the same as a code.
fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        // An unknown persisted query, among others: the address is right, the request is not.
        Code::NotFound | Code::BadUserInput | Code::QueryTooComplex => StatusCode::BAD_REQUEST,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::IndexBehind => StatusCode::SERVICE_UNAVAILABLE,
        Code::RevisionExpired => StatusCode::GONE,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
