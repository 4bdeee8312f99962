//! Accepting connections, and ending well: what has begun is finished, slow clients are not waited for.

use super::client_address::PeerAddress;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
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
    /// How long what has begun may take after the end was asked for.
    pub grace: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            header_timeout: Duration::from_secs(15),
            max_header_bytes: 64 * 1024,
            grace: Duration::from_secs(15),
        }
    }
}

/// Serves a router until `end` comes about, then finishes the requests that have begun, at most for `limits.grace`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    end: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
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
        connect(stream, peer, permit, &router, limits, &graceful);
    }
    drop(listener);
    info!(connections = graceful.count(), "finishing what has begun");
    if tokio::time::timeout(limits.grace, graceful.shutdown()).await.is_err() {
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
fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    router: &Router,
    limits: ServeLimits,
    graceful: &GracefulShutdown,
) {
    // Answers are written whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let router = router.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(PeerAddress(peer));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.max_header_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(fault) = connection.await {
            debug!(peer = %peer, cause = %fault, "a connection broke off");
        }
        drop(permit);
    });
}
