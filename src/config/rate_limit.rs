//! Settings of how often one client may ask.

use std::{net::SocketAddr, num::NonZeroU32};

use ipnet::IpNet;

use super::{
    draft::Draft,
    values::{self, RateLimitMode},
};

/// What one client address may ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RateLimit {
    /// Requests a second, in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once, after a rest.
    pub burst: NonZeroU32,
}

impl RateLimit {
    pub(super) fn read(
        draft: &mut Draft,
        listen: SocketAddr,
        trusted_proxies: &[IpNet],
    ) -> Option<Self> {
        let mode = draft.setting(
            "http.rate_limit",
            "auto",
            "\"on\", \"off\", or \"auto\": off while the service listens on loopback with no trusted proxies, else on.",
            RateLimitMode::parse,
        );
        let limit = Self {
            per_second: draft.setting(
                "http.rate_per_second",
                "20",
                "Requests a second that one client address may send in the long run.",
                values::positive,
            ),
            burst: draft.setting(
                "http.rate_burst",
                "100",
                "Requests that one client address may send at once, after a rest.",
                values::positive,
            ),
        };
        // A loopback service behind a named proxy is as public as the proxy is.
        let public = !listen.ip().is_loopback() || !trusted_proxies.is_empty();
        match mode {
            RateLimitMode::On => Some(limit),
            RateLimitMode::Off => None,
            RateLimitMode::Auto => public.then_some(limit),
        }
    }
}
