//! Traces for an OpenTelemetry collector, by OTLP over HTTP.
//!
//! They are sent in batches by a thread of their own, so a slow or absent collector delays no request; what
//! cannot be sent in time is dropped, and the log says once that it began and once that it ended.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::{KeyValue, propagation::TextMapPropagator as _};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{
    ExporterBuildError, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::{Span, info, warn};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// How long the end of the service may wait for the collector to take the last traces.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(3);

/// How long the collector may take for one batch.
const BATCH_TIMEOUT: Duration = Duration::from_secs(10);

/// The answer of a collector is a few bytes; more of it is not read.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Makes the provider that sends traces to `endpoint`, a share of them.
pub(super) fn provider(
    endpoint: &str,
    sample_ratio: f64,
) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector::new())
        .with_endpoint(endpoint)
        .build()?;
    let resource = Resource::builder()
        .with_service_name("zhanjian")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    // Decided by the trace id alone and not by the caller's flag: a stranger shall not choose what we record.
    let sampler = Sampler::TraceIdRatioBased(sample_ratio);
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(resource)
        .build())
}

/// Lets a request's span continue the trace that the caller names in the `traceparent` header (W3C Trace Context).
///
/// A header that does not parse begins a new trace, as if there were none.
pub fn join(span: &Span, traceparent: &str) {
    let headers = HashMap::from([("traceparent".to_owned(), traceparent.to_owned())]);
    // Fails only where no traces are gathered, and then there is nothing to continue.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&headers));
}

/// Posts batches, one after another, on the exporter's own thread; blocking it is what it is for.
#[derive(Debug)]
struct Collector {
    agent: ureq::Agent,
    failing: AtomicBool,
}

impl Collector {
    fn new() -> Self {
        let settings = ureq::Agent::config_builder()
            .timeout_global(Some(BATCH_TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            // Settings come from `config` alone, and a collector is mostly on this machine.
            .proxy(None)
            .build();
        Self { agent: settings.into(), failing: AtomicBool::new(false) }
    }

    fn post(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let response = self.agent.run(request.map(|body| body.to_vec()))?;
        let (head, mut body) = response.into_parts();
        let body = body.with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
        Ok(http::Response::from_parts(head, Bytes::from(body)))
    }

    /// Says once that the collector is gone, and once that it is back.
    fn note(&self, failure: Option<String>) {
        match (self.failing.swap(failure.is_some(), Ordering::Relaxed), failure) {
            (false, Some(failure)) => {
                warn!(error = failure, "traces are being lost: the collector does not take them");
            }
            (true, None) => info!("the collector takes traces again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let answer = self.post(request);
        self.note(match &answer {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("it answers {}", response.status())),
            Err(failure) => Some(failure.to_string()),
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        thread,
    };

    use opentelemetry::trace::TracerProvider as _;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// Takes one batch and gives back what was sent.
    fn collector() -> (String, thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let taken = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let mut sent = Vec::new();
            let mut chunk = [0; 4096];
            while !is_whole(&sent) {
                let read = stream.read(&mut chunk).unwrap();
                assert_ne!(read, 0, "the request broke off");
                sent.extend_from_slice(&chunk[..read]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            sent
        });
        (endpoint, taken)
    }

    /// Whether the request has come with its whole body.
    fn is_whole(sent: &[u8]) -> bool {
        let text = String::from_utf8_lossy(sent).to_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        sent.len() >= head.len() + 4 + length
    }

    #[test]
    fn spans_reach_the_collector_and_continue_the_callers_trace() {
        let (endpoint, taken) = collector();
        let provider = provider(&endpoint, 1.0).unwrap();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));

        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let span = tracing::info_span!("the span of a request");
            join(&span, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            span.in_scope(|| ());
        });
        provider.shutdown().unwrap();

        let sent = taken.join().unwrap();
        let holds = |wanted: &[u8]| sent.windows(wanted.len()).any(|part| part == wanted);
        assert!(sent.starts_with(b"POST /v1/traces "));
        assert!(holds(b"the span of a request"));
        assert!(holds(b"\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c"));
    }

    #[test]
    fn an_absent_collector_stops_nothing() {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let provider = provider(&format!("http://{nobody}/v1/traces"), 1.0).unwrap();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));

        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::info_span!("lost").in_scope(|| ());
        });

        let began = std::time::Instant::now();
        // Whether it reports the loss is the exporter's affair; that it comes back is ours.
        let _ = provider.shutdown_with_timeout(LAST_WORDS);
        assert!(began.elapsed() < LAST_WORDS + Duration::from_secs(1));
    }
}
