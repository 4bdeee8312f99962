//! The front door: what comes over HTTP, and how it is answered.
//!
//! `/graphql` speaks GraphQL over HTTP and, for subscriptions, over sockets and streams of events; `/reports/…` gives
//! files to take away, `/imports/…` takes files in; `/oai` and `/research-outputs/…` show what everybody may read;
//! `/health/live` and `/health/ready` speak to whoever runs the service; all else is pages for people. Every request has an id; whatever is
//! refused on the way to the API is refused as a GraphQL error with a code.

mod accept;
mod answer;
mod body;
mod client_address;
mod cors;
mod downloads;
mod event_stream;
mod graphql;
mod health;
mod issuer;
mod lasting;
mod metrics;
mod oauth;
mod origin;
mod patience;
mod published;
mod rate_limit;
mod request_id;
mod serve;
mod uploads;
mod websocket;

pub(crate) use body::read as read_body;
pub use client_address::{ClientAddress, PeerAddress, TrustedProxies};
pub(crate) use downloads::take_away;
pub use downloads::{Download, Downloads};
pub(crate) use graphql::{listen, receive};
pub use health::{Check, Readiness};
pub use issuer::{Departure, IssuerDesk, IssuerFault, IssuerTokens};
pub use lasting::Lasting;
pub use metrics::{Metrics, router as metrics_router};
pub use oauth::{GrantFault, Granted, TokenDesk};
pub use published::{PagePart, PublicPage, Publications};
pub use rate_limit::RateLimit;
pub(crate) use rate_limit::TooOften;
pub use request_id::RequestId;
pub use serve::{ServeLimits, serve};
pub use uploads::{Uploaded, Uploads};
pub(crate) use uploads::{desk as upload_desk, read as read_upload};

use crate::execution::Executor;
use crate::language::Language;
use answer::Answer;
use async_graphql::Data;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt as _;

/// What the front door needs of the house.
#[derive(Clone)]
pub struct Front {
    /// Executes what is asked.
    pub executor: Arc<Executor>,
    /// Finds out who asks.
    pub reception: Arc<dyn Reception>,
    /// Hands out tokens to programs, where there are any.
    pub tokens: Option<Arc<dyn TokenDesk>>,
    /// Signs people in with the accounts of another house, where that is set up.
    pub issuer: Option<Arc<dyn IssuerDesk>>,
    /// Writes files for people to take away, where there are any.
    pub downloads: Option<Arc<dyn Downloads>>,
    /// Takes files that people bring, where that is done.
    pub uploads: Option<Arc<dyn Uploads>>,
    /// Answers harvesters and shows pages, where there are any.
    pub publications: Option<Arc<dyn Publications>>,
    /// Pages for people, where there are any.
    pub pages: Option<Arc<dyn Pages>>,
    /// Says whether the service can do its work.
    pub readiness: Arc<dyn Readiness>,
    /// The figures of the process, where they are shown at this door.
    pub metrics: Option<Metrics>,
    /// The settings of this layer.
    pub settings: Settings,
}

/// Pages for people, served beside the API by a client of it.
pub trait Pages: Send + Sync {
    /// The pages at this front door, and what people see at an address where there is nothing.
    fn open(&self, front: &Front) -> (Router, MethodRouter);
}

/// The settings of the front door.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest request body, in bytes.
    pub max_body_bytes: usize,
    /// The largest file that somebody may bring, in bytes.
    pub max_import_bytes: usize,
    /// How long a client may take to send its body.
    pub body_timeout: Duration,
    /// Origins whose pages may call the API from a browser, such as `https://portal.example.cn`. None by default.
    pub cors_origins: Vec<String>,
    /// Proxies whose word about the client's address is taken. None by default.
    pub trusted_proxies: TrustedProxies,
    /// How often one client may ask. No limit when absent, as is right for a service on a loopback address.
    pub rate_limit: Option<RateLimit>,
    /// The bounds of what lasts longer than a request.
    pub lasting: Lasting,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body_bytes: 1024 * 1024,
            max_import_bytes: 20 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            cors_origins: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            rate_limit: None,
            lasting: Lasting::default(),
        }
    }
}

/// One who has come to the door, before it is known who it is.
#[derive(Debug)]
pub struct Visit<'a> {
    /// What came with the request: an `Authorization`, say.
    pub headers: &'a HeaderMap,
    /// Where it came from; unknown when there is no socket, as in a test.
    pub address: Option<IpAddr>,
    /// The id of the request.
    pub request_id: &'a str,
    /// The language that was asked for.
    pub language: Language,
    /// Whether many operations may come of it, as over a WebSocket: what its headers say of one request (a key that
    /// makes it safe to repeat, say) then speaks of none.
    pub lasting: bool,
}

/// Finds out who asks.
#[async_graphql::async_trait::async_trait]
pub trait Reception: Send + Sync {
    /// Lets somebody in. An error is answered as it is, with the status of its code, and nothing is executed.
    ///
    /// For a WebSocket, `visit.headers` are those of its handshake, with what `connection_init` says in their place.
    async fn receive(&self, visit: &Visit<'_>) -> Result<Arc<dyn Admission>, async_graphql::Error>;
}

/// Somebody who was let in: for one request, or for as long as a socket or a stream of events lasts.
#[async_graphql::async_trait::async_trait]
pub trait Admission: Send + Sync {
    /// What the resolvers find in their context, laid out anew for each operation and each event of a subscription.
    /// `request_id` is that of the operation: the visit's own, or one derived from it for each operation on a socket.
    fn data(&self, request_id: &str) -> Data;

    /// How long the admission lasts from now on, by the service's clock; `None` where it does not end by itself.
    fn ends_in(&self) -> Option<Duration> {
        None
    }

    /// Whether it still holds: nothing was revoked. This is asked every few seconds for every socket and stream that
    /// is open, so it must not cost a query each; where it cannot be found out just now, it holds.
    async fn holds(&self) -> bool {
        true
    }
}

/// An admission that does not end.
impl<F: Fn(&str) -> Data + Send + Sync> Admission for F {
    fn data(&self, request_id: &str) -> Data {
        self(request_id)
    }
}

/// The routes and everything around them. Fails when an origin of the settings is not one.
pub fn router(front: Front) -> Result<Router, String> {
    let cors = cors::layer(&front.settings.cors_origins)?;
    let limiter = front.settings.rate_limit.map(rate_limit::Limiter::new).map(Arc::new);
    let proxies = Arc::new(front.settings.trusted_proxies.clone());
    let graphql = any(graphql::handle)
        .layer(from_fn_with_state(limiter.clone(), rate_limit::limit))
        .with_state(front.clone());
    let oauth = front.tokens.clone().map_or_else(Router::new, oauth::router);
    let oauth = oauth.layer(from_fn_with_state(limiter.clone(), rate_limit::limit));
    let uploads = post(uploads::handle)
        .layer(from_fn_with_state(limiter.clone(), rate_limit::limit))
        .with_state(front.clone());
    let downloads = get(downloads::handle)
        .layer(from_fn_with_state(limiter.clone(), rate_limit::limit))
        .with_state(front.clone());
    let published = Router::new()
        .route("/oai", get(published::oai).post(published::oai))
        .route("/research-outputs/{id}", get(published::page))
        .route("/research-outputs/{id}/{part}", get(published::part))
        .layer(from_fn_with_state(limiter.clone(), rate_limit::limit))
        .with_state(front.clone());
    let (pages, absent) = front.pages.clone().map_or_else(
        || (Router::new(), None),
        |pages| {
            let (pages, absent) = pages.open(&front);
            (pages, Some(absent))
        },
    );
    let pages = pages.layer(from_fn_with_state(limiter.clone(), rate_limit::limit_pages));
    let lost = any(async |request: Request| lost(absent, request).await)
        .layer(from_fn_with_state(limiter, rate_limit::limit_pages));
    let metrics = front.metrics.clone().map_or_else(Router::new, metrics::router);
    Ok(Router::new()
        .merge(metrics)
        .merge(oauth)
        .merge(published)
        .route("/graphql", graphql)
        .route("/reports/{name}", downloads.clone())
        .route("/exports/{*name}", downloads)
        .route("/imports/{name}", uploads)
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready).with_state(front))
        .merge(pages)
        .fallback_service(lost)
        .layer(cors)
        .layer(from_fn_with_state(proxies, client_address::find))
        .layer(from_fn(careful_headers))
        .layer(from_fn(request_id::attach)))
}

/// Headers that keep browsers from guessing and caches from keeping. A page that needs others sets its own.
async fn careful_headers(request: Request, next: Next) -> Response {
    const CAREFUL: [(HeaderName, HeaderValue); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ),
        ),
    ];
    let mut response = next.run(request).await;
    for (name, value) in CAREFUL {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Nothing is here: told to people as a page, to programs as an error.
async fn lost(absent: Option<MethodRouter>, request: Request) -> Response {
    match absent {
        Some(page) if accept::is_page(request.headers()) => {
            // It answers whatever it is asked.
            page.oneshot(request).await.unwrap_or_else(|never| match never {})
        }
        _ => {
            let request_id = request.extensions().get::<RequestId>().cloned();
            let request_id = request_id.unwrap_or_else(RequestId::new);
            nowhere(&request_id, request.headers())
        }
    }
}

fn nowhere(request_id: &RequestId, headers: &HeaderMap) -> Response {
    let refusal = crate::execution::Refusal::new(
        crate::error::Code::NotFound,
        "There is nothing at this address: the API is at /graphql.",
        "此地址没有内容，接口地址为 /graphql。",
    );
    Answer::refusal(StatusCode::NOT_FOUND, &refusal, language(headers), request_id.as_str())
        .into_response()
}

/// The language that a request asks to be answered in.
fn language(headers: &HeaderMap) -> Language {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or_else(Language::default, Language::from_accept_language)
}
