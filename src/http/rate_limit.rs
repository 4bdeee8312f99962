//! How often one client may ask.

use super::accept;
use super::answer::Answer;
use super::client_address::ClientAddress;
use super::language;
use super::request_id::RequestId;
use crate::error::Code;
use crate::execution::Refusal;
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use quick_cache::sync::Cache;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Clients remembered at a time; whoever has been silent longest is forgotten first, so that memory stays bounded.
const REMEMBERED: usize = 50_000;

/// A steady rate, and how far above it a burst may go.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Requests a second, over time.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

/// Counts the requests of each client.
pub(super) struct Limiter {
    quota: Quota,
    clients: Cache<IpAddr, Arc<DefaultDirectRateLimiter>>,
    clock: DefaultClock,
}

impl Limiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            quota: Quota::per_second(limit.per_second).allow_burst(limit.burst),
            clients: Cache::new(REMEMBERED),
            clock: DefaultClock::default(),
        }
    }

    /// Counts one request; the seconds to wait when it is one too many.
    fn count(&self, client: IpAddr) -> Result<(), u64> {
        let key = household(client);
        let limiter = self.clients.get(&key).unwrap_or_else(|| {
            let limiter = Arc::new(RateLimiter::direct(self.quota));
            self.clients.insert(key, Arc::clone(&limiter));
            limiter
        });
        limiter.check().map_err(|refused| refused.wait_time_from(self.clock.now()).as_secs() + 1)
    }
}

/// An IPv6 client owns a /64 and could ask from every address of it.
fn household(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Counts what one client asks for, in the extensions of its requests: a socket goes on counting with it.
#[derive(Clone)]
pub(super) struct Meter(Option<(Arc<Limiter>, IpAddr)>);

impl Meter {
    /// Counts one request; the seconds to wait when it is one too many.
    pub(super) fn count(&self) -> Result<(), u64> {
        self.0.as_ref().map_or(Ok(()), |(limiter, client)| limiter.count(*client))
    }
}

/// Tells a page that its reader asks too often, and in how many seconds there may be another.
#[derive(Clone, Copy)]
pub(crate) struct TooOften(pub(crate) u64);

/// What a client is told that asks too often.
pub(super) fn too_often(seconds: u64) -> Refusal {
    Refusal::new(
        Code::RateLimited,
        format!("Too many requests: ask again in {seconds} seconds."),
        format!("请求过于频繁，请在 {seconds} 秒后重试。"),
    )
}

/// Lets a request pass, or answers 429 with the time to wait.
pub(super) async fn limit(
    State(limiter): State<Option<Arc<Limiter>>>,
    Extension(ClientAddress(client)): Extension<ClientAddress>,
    Extension(request_id): Extension<RequestId>,
    mut request: Request,
    next: Next,
) -> Response {
    match counted(limiter, client, &mut request) {
        Ok(()) => next.run(request).await,
        Err(seconds) => refused(seconds, request.headers(), &request_id),
    }
}

/// The same for pages: a browser is told by a page, which costs next to nothing.
pub(super) async fn limit_pages(
    State(limiter): State<Option<Arc<Limiter>>>,
    Extension(ClientAddress(client)): Extension<ClientAddress>,
    Extension(request_id): Extension<RequestId>,
    mut request: Request,
    next: Next,
) -> Response {
    let Err(seconds) = counted(limiter, client, &mut request) else {
        return next.run(request).await;
    };
    let headers = request.headers().clone();
    if accept::is_page(&headers) {
        request.extensions_mut().insert(TooOften(seconds));
        let told = next.run(request).await;
        if told.status() == StatusCode::TOO_MANY_REQUESTS {
            return told;
        }
    }
    refused(seconds, &headers, &request_id)
}

/// Counts a request, and lets it go on counting where it may pass; the seconds to wait when it is one too many.
fn counted(
    limiter: Option<Arc<Limiter>>,
    client: Option<IpAddr>,
    request: &mut Request,
) -> Result<(), u64> {
    let meter = Meter(limiter.zip(client));
    meter.count()?;
    request.extensions_mut().insert(meter);
    Ok(())
}

fn refused(seconds: u64, headers: &HeaderMap, request_id: &RequestId) -> Response {
    let status = StatusCode::TOO_MANY_REQUESTS;
    Answer::refusal(status, &too_often(seconds), language(headers), request_id.as_str())
        .with(header::RETRY_AFTER, HeaderValue::from(seconds))
        .into_response()
}
