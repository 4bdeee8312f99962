//! `/graphql`: GraphQL over HTTP, as the specification and its suite of audits want it.
//!
//! Where the draft of August 2026 asks for other statuses than the suite (422, 294), the suite is followed.

use super::answer::Answer;
use super::client_address::ClientAddress;
use super::request_id::RequestId;
use super::{Front, Visit, accept, body, language};
use crate::error::Code;
use crate::execution::{self, Refusal};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Answers one request.
pub(super) async fn handle(
    State(front): State<Front>,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let language = language(&parts.headers);
    let refuse = |(status, refusal): body::Refused| {
        Answer::refusal(status, &refusal, language, request_id.as_str())
    };
    let Some(media) = accept::negotiate(&parts.headers) else {
        return refuse(unacceptable()).into_response();
    };
    let mut asked = match read(&front, &parts, body).await {
        Ok(asked) => asked,
        Err((StatusCode::METHOD_NOT_ALLOWED, refusal)) => {
            return refuse((StatusCode::METHOD_NOT_ALLOWED, refusal))
                .in_media(media)
                .with(header::ALLOW, HeaderValue::from_static("GET, POST"))
                .into_response();
        }
        // What is left of a body that was not read would be taken for the next request.
        Err((status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE), refusal)) => {
            return refuse((status, refusal))
                .in_media(media)
                .with(header::CONNECTION, HeaderValue::from_static("close"))
                .into_response();
        }
        Err(refused) => return refuse(refused).in_media(media).into_response(),
    };
    asked.language = language;
    request_id.as_str().clone_into(&mut asked.request_id);
    let visit = Visit {
        headers: &parts.headers,
        address: address.and_then(|Extension(address)| address.0),
        request_id: request_id.as_str(),
        language,
    };
    let limit = front.executor.limits().timeout;
    let received = tokio::time::timeout(limit, front.reception.receive(&visit)).await;
    match received.unwrap_or_else(|_| Err(too_slow())) {
        Ok(data) => {
            let response = front.executor.execute(asked, data).await;
            Answer::executed(response, media, language).into_response()
        }
        Err(error) => Answer::turned_away(error, language, request_id.as_str())
            .in_media(media)
            .into_response(),
    }
}

/// The GraphQL request within an HTTP request.
async fn read(
    front: &Front,
    parts: &Parts,
    body: Body,
) -> Result<execution::Request, body::Refused> {
    match parts.method {
        Method::GET | Method::HEAD => {
            let asked = body::from_query(parts.uri.query().unwrap_or_default())?;
            Ok(execution::Request { queries_only: true, ..asked })
        }
        Method::POST => {
            body::check_content_type(&parts.headers)?;
            let settings = &front.settings;
            let bytes =
                body::read(&parts.headers, body, settings.max_body_bytes, settings.body_timeout)
                    .await?;
            body::from_json(&bytes)
        }
        _ => {
            let refusal = Refusal::bad_input(
                "Only GET and POST are answered here.",
                "此地址只接受 GET 与 POST。",
            );
            Err((StatusCode::METHOD_NOT_ALLOWED, refusal))
        }
    }
}

/// Whoever comes is not kept waiting at the reception for ever.
fn too_slow() -> async_graphql::Error {
    let mut error = async_graphql::Error::new("It could not be found out in time who asks.");
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", Code::Timeout.as_str());
    error.extensions = Some(extensions);
    error
}

fn unacceptable() -> body::Refused {
    let refusal = Refusal::bad_input(
        "Answers are written as application/graphql-response+json or application/json: accept one of them.",
        "响应格式为 application/graphql-response+json 或 application/json，请在 Accept 中接受其一。",
    );
    (StatusCode::NOT_ACCEPTABLE, refusal)
}
