//! `/reports/…` and `/exports/…`: what people take away as a file, with the same token as at the API.

use super::answer::Answer;
use super::client_address::ClientAddress;
use super::graphql::receive;
use super::request_id::RequestId;
use super::{Front, Visit, language};
use crate::error::{Error, Fault};
use async_graphql::Data;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write as _;

/// Writes files for people to take away.
#[async_graphql::async_trait::async_trait]
pub trait Downloads: Send + Sync {
    /// The file of a name such as `assessment.csv` or `research-outputs/ID`, as the parameters of the address want it; `None` where there is none of
    /// this name. `data` is what resolvers find in their context, and tells who asks.
    async fn fetch(
        &self,
        data: &Data,
        name: &str,
        parameters: &str,
    ) -> Result<Option<Download>, async_graphql::Error>;
}

/// A file to take away.
#[derive(Clone, Debug)]
pub struct Download {
    /// What people call it.
    pub name: String,
    /// The same in ASCII, for clients that know no other letters.
    pub plain_name: String,
    /// What it is.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Answers one request.
pub(super) async fn handle(
    State(front): State<Front>,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    Path(name): Path<String>,
    request: Request<Body>,
) -> Response {
    let (parts, _) = request.into_parts();
    let language = language(&parts.headers);
    let visit = Visit {
        headers: &parts.headers,
        address: address.and_then(|Extension(address)| address.0),
        request_id: request_id.as_str(),
        language,
        lasting: false,
    };
    let fetched = fetch(&front, &visit, &name, parts.uri.query().unwrap_or_default()).await;
    match fetched {
        Ok(Some(file)) => answer(file),
        Ok(None) => super::nowhere(&request_id, &parts.headers),
        Err(error) => Answer::turned_away(error, language, request_id.as_str()).into_response(),
    }
}

async fn fetch(
    front: &Front,
    visit: &Visit<'_>,
    name: &str,
    parameters: &str,
) -> Result<Option<Download>, async_graphql::Error> {
    if front.downloads.is_none() {
        return Ok(None);
    }
    let admission = receive(front, visit).await?;
    written(front, &admission.data(visit.request_id), name, parameters).await
}

/// Has a file written for whoever asks, within the time that a request may take.
async fn written(
    front: &Front,
    data: &Data,
    name: &str,
    parameters: &str,
) -> Result<Option<Download>, async_graphql::Error> {
    let Some(desk) = &front.downloads else { return Ok(None) };
    let limit = front.executor.limits().timeout;
    let fetched = tokio::time::timeout(limit, desk.fetch(data, name, parameters)).await;
    fetched.unwrap_or_else(|_| Err(Fault::from(Error::Timeout).into()))
}

/// A file to take away, for pages that know already who asks.
pub(crate) async fn take_away(
    front: &Front,
    data: &Data,
    name: &str,
    parameters: &str,
) -> Result<Option<Response>, async_graphql::Error> {
    Ok(written(front, data, name, parameters).await?.map(answer))
}

fn answer(file: Download) -> Response {
    let mut response = Response::new(Body::from(file.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    let disposition = disposition(&file.plain_name, &file.name);
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    response
}

/// A name twice: in ASCII, and for all others in UTF-8 (RFC 6266, section 4.3).
fn disposition(plain: &str, name: &str) -> String {
    let plain: String = plain
        .chars()
        .map(|ch| if ch.is_ascii_alphanumeric() || "._-".contains(ch) { ch } else { '_' })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name))
}

/// A text in the letters that need no encoding there, the others by their bytes (RFC 8187, section 3.2).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // A text takes whatever is written to it.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_for_every_client() {
        assert_eq!(
            disposition("assessment_2026.csv", "考核表 2026.csv"),
            "attachment; filename=\"assessment_2026.csv\"; \
             filename*=UTF-8''%E8%80%83%E6%A0%B8%E8%A1%A8%202026.csv"
        );
        assert!(!disposition("a\"b\r\n", "a").contains(['\r', '\n']));
    }
}
