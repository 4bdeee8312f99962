//! Accepting connections, and ending well: what has begun is finished, slow clients are not waited for.

use super::client_address::PeerAddress;
use super::patience::Patient;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;
use tracing::{debug, info, warn};

/// The bounds of connections.
#[derive(Debug, Clone, Copy)]
pub struct ServeLimits {
    /// Connections at a time; more wait their turn.
    pub max_connections: usize,
    /// How long the head of a request may take, which is also how long an idle connection is kept.
    pub header_timeout: Duration,
    /// Bytes of the head of a request.
    pub max_header_bytes: usize,
    /// How long a client may take none of what is written to it.
    pub write_timeout: Duration,
    /// How long what has begun may take after the end was asked for.
    pub grace: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            header_timeout: Duration::from_secs(15),
            max_header_bytes: 64 * 1024,
            write_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(15),
        }
    }
}

/// A connection's place among those that may be open, and the word that it is time to end. In the extensions of each
/// request: whatever outlives its request (a socket, a stream of events) keeps it, for it is waited for.
#[derive(Debug, Clone)]
pub(super) struct Held {
    ending: watch::Receiver<bool>,
    _place: Arc<OwnedSemaphorePermit>,
}

impl Held {
    /// Comes about when the service ends.
    pub(super) async fn told_to_end(&mut self) {
        // It fails when nobody is left to tell, which is the end as well.
        let _ = self.ending.wait_for(|ending| *ending).await;
    }
}

/// Serves a router until `end` comes about, then finishes the requests that have begun, at most for `limits.grace`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    end: impl Future<Output = ()>,
) {
    let (told, ending) = watch::channel(false);
    let room = Arc::new(Semaphore::new(limits.max_connections));
    let mut end = std::pin::pin!(end);
    loop {
        let next = async {
            let permit =
                Arc::clone(&room).acquire_owned().await.expect("the semaphore is never closed");
            (accept(&listener).await, permit)
        };
        let ((stream, peer), permit) = tokio::select! {
            () = &mut end => break,
            accepted = next => accepted,
        };
        let held = Held { ending: ending.clone(), _place: Arc::new(permit) };
        connect(stream, peer, held, &router, limits);
    }
    drop((listener, ending));
    let connections = limits.max_connections.saturating_sub(room.available_permits());
    info!(connections, "finishing what has begun");
    told.send_replace(true);
    if tokio::time::timeout(limits.grace, told.closed()).await.is_err() {
        warn!(
            seconds = limits.grace.as_secs(),
            "some requests did not end in time and are broken off"
        );
    }
}

/// The next connection. Running out of file handles passes; giving up on it would end the service.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(fault) if is_one_connection(&fault) => {}
            Err(fault) => {
                warn!(cause = %fault, "no connection could be accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// Whether a fault concerns the one connection only, which has gone already.
fn is_one_connection(fault: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(fault.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves one connection in a task of its own.
fn connect(stream: TcpStream, peer: SocketAddr, held: Held, router: &Router, limits: ServeLimits) {
    // Answers are written whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(Patient::new(stream, limits.write_timeout));
    let (router, mut told) = (router.clone(), held.clone());
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(PeerAddress(peer));
        request.extensions_mut().insert(held.clone());
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.max_header_bytes)
        .serve_connection(stream, service)
        .with_upgrades();
    tokio::spawn(async move {
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = told.told_to_end() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(fault) = ended {
            debug!(peer = %peer, cause = %fault, "a connection broke off");
        }
    });
}
