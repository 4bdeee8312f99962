//! Settings of what the service tells of itself: figures and traces.

use std::net::{IpAddr, SocketAddr};

use super::{draft::Draft, values};

/// Figures for Prometheus.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Whether figures are gathered and `/metrics` is served.
    pub enabled: bool,
    /// An address of its own for `/metrics`; without it, the service's own port, to this machine only.
    pub listen: Option<SocketAddr>,
}

/// Traces for an OpenTelemetry collector.
#[derive(Clone, Debug)]
pub struct Tracing {
    /// Where to send traces (OTLP over HTTP, protobuf); `None` means: nowhere.
    pub otlp_endpoint: Option<String>,
    /// The share of requests that are traced, 0 to 1.
    pub sample_ratio: f64,
}

impl Metrics {
    pub(super) fn read(draft: &mut Draft, listen: SocketAddr) -> Self {
        draft.section("metrics", "Figures for Prometheus, under /metrics.");
        let metrics = Self {
            enabled: draft.setting("metrics.enabled", "true", "Whether they are served.", values::truth),
            listen: draft.optional(
                "metrics.listen",
                "127.0.0.1:9464",
                "An address of its own for /metrics. Without it: the service's own port, to clients on this machine.",
                values::address,
            ),
        };
        draft.check(
            "metrics.listen",
            metrics.listen != Some(listen) || listen.port() == 0,
            "is the service's own address: give another port, or leave it out",
        );
        metrics
    }

    /// Whether the service's own port may show the figures to this client.
    ///
    /// `client` is the address behind any trusted proxy, and `forwarded` says that the request carries a
    /// forwarding header. A proxy on this machine that nobody named as trusted would otherwise make the whole
    /// world look local.
    #[must_use]
    pub fn shown_to(&self, client: IpAddr, forwarded: bool) -> bool {
        self.enabled && self.listen.is_none() && !forwarded && client.to_canonical().is_loopback()
    }
}

impl Tracing {
    pub(super) fn read(draft: &mut Draft) -> Self {
        draft.section("tracing", "Traces for an OpenTelemetry collector.");
        Self {
            otlp_endpoint: draft.optional(
                "tracing.otlp_endpoint",
                "http://127.0.0.1:4318/v1/traces",
                "Where to send traces (OTLP over HTTP, protobuf), with the path. Without it: nowhere.",
                values::http_url,
            ),
            sample_ratio: draft.setting(
                "tracing.sample_ratio",
                "1.0",
                "The share of requests that are traced: 1.0 all, 0.01 one in a hundred.",
                values::ratio,
            ),
        }
    }
}
