//! `/oai` and `/research-outputs/…`: what everybody may read without the API, for harvesters, browsers and programs that
//! follow links.

use super::answer::Answer;
use super::request_id::RequestId;
use super::{Front, accept, body, language};
use crate::error::{Error, Fault};
use crate::language::Language;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Answers harvesters and shows pages.
#[async_graphql::async_trait::async_trait]
pub trait Publications: Send + Sync {
    /// The answer to a request of OAI-PMH, an XML document.
    async fn harvested(&self, parameters: &[u8]) -> Result<String, async_graphql::Error>;

    /// The content security policy of a page.
    fn policy(&self) -> &str;

    /// A part of the page of a research output.
    async fn page(
        &self,
        id: &str,
        part: PagePart,
        language: Language,
    ) -> Result<PublicPage, async_graphql::Error>;
}

/// A part of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePart {
    /// For people.
    Html,
    /// What it says, as JSON-LD.
    JsonLd,
    /// Where its parts are, as a linkset.
    Linkset,
}

/// A page, or why there is none.
#[derive(Clone, Debug)]
pub enum PublicPage {
    /// It is here.
    Found {
        /// What is in it.
        body: String,
        /// `Link` headers that go with it.
        links: Vec<String>,
    },
    /// It was here; this HTML says what remains.
    Gone(String),
    /// It is not here; this HTML says so.
    Absent(String),
}

/// The longest form of a harvester that is read; an address is bounded by the server.
const MAX_FORM_BYTES: usize = 16 * 1024;
/// What harvesters are answered with.
const XML: &str = "text/xml; charset=utf-8";

/// Answers a harvester, who may ask by address or by form.
pub(super) async fn oai(
    State(front): State<Front>,
    Extension(request_id): Extension<RequestId>,
    request: Request<Body>,
) -> Response {
    let (parts, sent) = request.into_parts();
    let language = language(&parts.headers);
    let Some(desk) = front.publications.clone() else {
        return super::nowhere(&request_id, &parts.headers);
    };
    let parameters = if parts.method == Method::POST {
        if !is_form(&parts.headers) {
            return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send a form\n").into_response();
        }
        let bounds = (MAX_FORM_BYTES, front.settings.body_timeout);
        match body::read(&parts.headers, sent, bounds.0, bounds.1).await {
            Ok(form) => form.to_vec(),
            Err((status, refusal)) => {
                return Answer::refusal(status, &refusal, language, request_id.as_str())
                    .with(header::CONNECTION, HeaderValue::from_static("close"))
                    .into_response();
            }
        }
    } else {
        parts.uri.query().unwrap_or_default().as_bytes().to_vec()
    };
    let limit = front.executor.limits().timeout;
    let answer = tokio::time::timeout(limit, desk.harvested(&parameters)).await;
    match answer.unwrap_or_else(|_| Err(Fault::from(Error::Timeout).into())) {
        Ok(document) => ([(header::CONTENT_TYPE, XML)], document).into_response(),
        Err(error) => Answer::turned_away(error, language, request_id.as_str()).into_response(),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = said.and_then(|said| said.split(';').next()).unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Shows the page of a research output, in the form that the client likes best.
pub(super) async fn page(
    state: State<Front>,
    request_id: Extension<RequestId>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    const OFFERED: [(&str, &str, PagePart); 3] = [
        ("text", "html", PagePart::Html),
        ("application", "ld+json", PagePart::JsonLd),
        ("application", "linkset+json", PagePart::Linkset),
    ];
    let offered = OFFERED.map(|(kind, subtype, _)| (kind, subtype));
    // Whoever accepts none of them is shown the page all the same: it is what there is.
    let best = accept::best(&headers, &offered).unwrap_or(0);
    show(state, request_id, id, OFFERED[best].2, &headers).await
}

/// Shows a part of the page under its own address.
pub(super) async fn part(
    state: State<Front>,
    request_id: Extension<RequestId>,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let part = match name.as_str() {
        "metadata.jsonld" => PagePart::JsonLd,
        "linkset" => PagePart::Linkset,
        _ => return super::nowhere(&request_id, &headers),
    };
    show(state, request_id, id, part, &headers).await
}

async fn show(
    State(front): State<Front>,
    Extension(request_id): Extension<RequestId>,
    id: String,
    part: PagePart,
    headers: &HeaderMap,
) -> Response {
    let language = language(headers);
    let Some(desk) = front.publications.clone() else {
        return super::nowhere(&request_id, headers);
    };
    let limit = front.executor.limits().timeout;
    let shown = tokio::time::timeout(limit, desk.page(&id, part, language)).await;
    let (status, media, body, links) =
        match shown.unwrap_or_else(|_| Err(Fault::from(Error::Timeout).into())) {
            Ok(PublicPage::Found { body, links }) => (StatusCode::OK, media_of(part), body, links),
            Ok(PublicPage::Gone(body)) => (StatusCode::GONE, HTML, body, Vec::new()),
            Ok(PublicPage::Absent(body)) => (StatusCode::NOT_FOUND, HTML, body, Vec::new()),
            Err(error) => {
                return Answer::turned_away(error, language, request_id.as_str()).into_response();
            }
        };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    if media == HTML
        && let Ok(policy) = HeaderValue::from_str(desk.policy())
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for link in links.iter().filter_map(|link| HeaderValue::from_str(link).ok()) {
        headers.append(header::LINK, link);
    }
    response
}

const HTML: &str = "text/html; charset=utf-8";

fn media_of(part: PagePart) -> &'static str {
    match part {
        PagePart::Html => HTML,
        PagePart::JsonLd => "application/ld+json",
        PagePart::Linkset => "application/linkset+json",
    }
}
