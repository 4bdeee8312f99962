//! `/graphql`: GraphQL over HTTP, as the specification and its suite of audits want it.
//!
//! Where the draft of August 2026 asks for other statuses than the suite (422, 294), the suite is followed.

use super::answer::Answer;
use super::client_address::ClientAddress;
use super::request_id::RequestId;
use super::serve::Held;
use super::{Admission, Front, Visit, accept, body, event_stream, language, websocket};
use crate::error::Code;
use crate::execution::{self, Opened, Outcome, Refusal};
use crate::language::Language;
use accept::Media;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Answers one request.
pub(super) async fn handle(
    State(front): State<Front>,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let address = address.and_then(|Extension(address)| address.0);
    if websocket::is_asked_for(&parts.headers) {
        return websocket::upgrade(front, parts, address, &request_id).await;
    }
    let language = language(&parts.headers);
    let refuse = |(status, refusal): body::Refused| {
        Answer::refusal(status, &refusal, language, request_id.as_str())
    };
    let events = accept::events(&parts.headers);
    let media = accept::negotiate(&parts.headers);
    if media.is_none() && !events {
        return refuse(unacceptable()).into_response();
    }
    let manner = Manner { media, events, language };
    let mut asked = match read(&front, &parts, body).await {
        Ok(asked) => asked,
        Err((StatusCode::METHOD_NOT_ALLOWED, refusal)) => {
            return refuse((StatusCode::METHOD_NOT_ALLOWED, refusal))
                .in_media(manner.media())
                .with(header::ALLOW, HeaderValue::from_static("GET, POST"))
                .into_response();
        }
        // What is left of a body that was not read would be taken for the next request.
        Err((status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE), refusal)) => {
            return refuse((status, refusal))
                .in_media(manner.media())
                .with(header::CONNECTION, HeaderValue::from_static("close"))
                .into_response();
        }
        Err(refused) => return refuse(refused).in_media(manner.media()).into_response(),
    };
    asked.language = language;
    request_id.as_str().clone_into(&mut asked.request_id);
    let visit = Visit {
        headers: &parts.headers,
        address,
        request_id: request_id.as_str(),
        language,
        lasting: false,
    };
    match receive(&front, &visit).await {
        Ok(admission) => {
            let held = parts.extensions.get::<Held>().cloned();
            answer(&front, asked, admission, held, manner).await
        }
        Err(error) => Answer::turned_away(error, language, request_id.as_str())
            .in_media(manner.media())
            .into_response(),
    }
}

/// How a client reads answers.
#[derive(Clone, Copy)]
struct Manner {
    /// One answer as JSON; `None` when it reads events only.
    media: Option<Media>,
    /// Whether it reads a stream of events.
    events: bool,
    language: Language,
}

impl Manner {
    /// What a refusal of the request as such is written as: JSON, also for who would rather not.
    fn media(self) -> Media {
        self.media.unwrap_or(Media::Json)
    }
}

/// Asks the reception who it is. Whoever comes is not kept waiting there for ever.
pub(crate) async fn receive(
    front: &Front,
    visit: &Visit<'_>,
) -> Result<Arc<dyn Admission>, async_graphql::Error> {
    let limit = front.executor.limits().timeout;
    let received = tokio::time::timeout(limit, front.reception.receive(visit)).await;
    received.unwrap_or_else(|_| Err(too_slow()))
}

/// Opens a stream of events for a page of ours, as for any client that reads nothing else.
pub(crate) async fn listen(
    front: &Front,
    asked: execution::Request,
    admission: Arc<dyn Admission>,
    extensions: &Extensions,
) -> Response {
    let manner = Manner { media: None, events: true, language: asked.language };
    answer(front, asked, admission, extensions.get::<Held>().cloned(), manner).await
}

/// Executes what is asked. A stream of events is for subscriptions, and for who reads nothing else.
async fn answer(
    front: &Front,
    asked: execution::Request,
    admission: Arc<dyn Admission>,
    held: Option<Held>,
    manner: Manner,
) -> Response {
    let language = manner.language;
    if !manner.events {
        let data = admission.data(&asked.request_id);
        let response = front.executor.execute(asked, data).await;
        return Answer::executed(response, manner.media(), language).into_response();
    }
    let request_id = asked.request_id.clone();
    let (guest, id) = (Arc::clone(&admission), request_id.clone());
    match front.executor.open(asked, move || guest.data(&id)).await {
        Opened::Events(events) => {
            let lasting = front.settings.lasting;
            event_stream::many(events, admission, held, lasting, language, &request_id)
        }
        Opened::Answered(response)
            if manner.media.is_none() && response.outcome != Outcome::NotAQuery =>
        {
            event_stream::once(&response.body, language)
        }
        Opened::Answered(response) => {
            Answer::executed(response, manner.media(), language).into_response()
        }
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

fn too_slow() -> async_graphql::Error {
    let mut error = async_graphql::Error::new("It could not be found out in time who asks.");
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", Code::Timeout.as_str());
    error.extensions = Some(extensions);
    error
}

fn unacceptable() -> body::Refused {
    let refusal = Refusal::bad_input(
        "Answers are written as application/graphql-response+json, application/json or text/event-stream: accept one of them.",
        "响应格式为 application/graphql-response+json、application/json 或 text/event-stream，请在 Accept 中接受其一。",
    );
    (StatusCode::NOT_ACCEPTABLE, refusal)
}
