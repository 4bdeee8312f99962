//! `/imports/…`: files that people bring, as the body of a plain request, with the same token as at the API.
//!
//! Who may bring none is told so before the file is read. A file is read whole, within a bound of its own, and only so many
//! at once: others wait.

use super::answer::Answer;
use super::client_address::ClientAddress;
use super::graphql::receive;
use super::request_id::RequestId;
use super::{Front, Visit, body, language};
use crate::error::{Error, Fault};
use async_graphql::Data;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Takes files that people bring.
#[async_graphql::async_trait::async_trait]
pub trait Uploads: Send + Sync {
    /// Whether files of a name such as `research-outputs` are taken at all, and from whoever asks. `data` is what resolvers
    /// find in their context, and tells who that is.
    async fn may(&self, data: &Data, name: &str) -> Result<bool, async_graphql::Error>;

    /// Takes a file, as the parameters of the address want it.
    async fn take(
        &self,
        data: &Data,
        name: &str,
        parameters: &str,
        file: Bytes,
    ) -> Result<Uploaded, async_graphql::Error>;
}

/// What came of a file.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// What is told of it, as JSON.
    pub told: serde_json::Value,
}

/// Files that are read and looked at, at the same time.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// How long a file may take to be looked at, once it is here.
const PATIENCE: Duration = Duration::from_mins(2);

/// How much longer than a request its body may take to come.
const SLOWER: u32 = 12;

/// Answers one request.
pub(super) async fn handle(
    State(front): State<Front>,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    Path(name): Path<String>,
    request: Request<Body>,
) -> Response {
    let (parts, file) = request.into_parts();
    let language = language(&parts.headers);
    let visit = Visit {
        headers: &parts.headers,
        address: address.and_then(|Extension(address)| address.0),
        request_id: request_id.as_str(),
        language,
        lasting: false,
    };
    let parameters = parts.uri.query().unwrap_or_default();
    match take(&front, &visit, (&name, parameters), file).await {
        Ok(Some(Taken::Told(told))) => (StatusCode::CREATED, axum::Json(told)).into_response(),
        Ok(Some(Taken::Refused((status, refusal)))) => {
            // What is left of a body that was not read would be taken for the next request.
            Answer::refusal(status, &refusal, language, request_id.as_str())
                .with(header::CONNECTION, HeaderValue::from_static("close"))
                .into_response()
        }
        Ok(None) => super::nowhere(Extension(request_id), parts.headers).await,
        Err(error) => Answer::turned_away(error, language, request_id.as_str()).into_response(),
    }
}

/// What came of a request.
enum Taken {
    Told(serde_json::Value),
    Refused(body::Refused),
}

async fn take(
    front: &Front,
    visit: &Visit<'_>,
    (name, parameters): (&str, &str),
    file: Body,
) -> Result<Option<Taken>, async_graphql::Error> {
    let Some(desk) = &front.uploads else { return Ok(None) };
    let admission = receive(front, visit).await?;
    let data = admission.data(visit.request_id);
    if !desk.may(&data, name).await? {
        return Ok(None);
    }
    let Ok(_place) = AT_ONCE.acquire().await else { return Ok(None) };
    let settings = &front.settings;
    let patience = settings.body_timeout * SLOWER;
    let file = body::read(visit.headers, file, settings.max_import_bytes, patience).await;
    let file = match file {
        Ok(file) => file,
        Err(refused) => return Ok(Some(Taken::Refused(refused))),
    };
    let taken = tokio::time::timeout(PATIENCE, desk.take(&data, name, parameters, file)).await;
    let taken = taken.unwrap_or_else(|_| Err(Fault::from(Error::Timeout).into()));
    taken.map(|uploaded| Some(Taken::Told(uploaded.told)))
}
