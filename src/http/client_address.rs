//! Where a request comes from: the peer of the connection, or whom a trusted proxy names.
//!
//! Headers are anybody's to write. They are read from the right, the side that our own proxies wrote, and only as
//! long as the one who speaks is trusted.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The other end of the connection, in the extensions of the HTTP request. Set by whoever accepts connections.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub SocketAddr);

/// The client's address, in the extensions of the HTTP request; `None` when there is no connection, as in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

/// Networks whose machines may say on whose behalf they ask.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads networks such as `10.0.0.0/8` and single addresses such as `192.0.2.7`. Fails naming the one it cannot read.
    pub fn parse<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let parse = |text: &str| {
            let text = text.trim();
            text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(
                |_| format!("\"{text}\" is neither an address nor a network such as 10.0.0.0/8"),
            )
        };
        networks.into_iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client behind a peer.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        for hop in hops(headers).into_iter().rev() {
            // A proxy that names nobody we can read is itself the last that we know.
            let Some(hop) = hop else { return client };
            client = hop;
            if !self.trusts(client) {
                return client;
            }
        }
        client
    }
}

/// Finds the client's address for whoever comes after.
pub(super) async fn find(
    State(proxies): State<Arc<TrustedProxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<PeerAddress>().map(|peer| peer.0.ip());
    let client = peer.map(|peer| proxies.client(peer, request.headers()));
    request.extensions_mut().insert(ClientAddress(client));
    next.run(request).await
}

/// The addresses that the headers name, oldest first. `Forwarded` (RFC 7239) goes before `X-Forwarded-For`.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let list = |name| {
        headers.get_all(name).iter().flat_map(|value| value.to_str().unwrap_or_default().split(','))
    };
    if headers.contains_key(header::FORWARDED) {
        return list(header::FORWARDED).map(forwarded_for).collect();
    }
    list(header::HeaderName::from_static("x-forwarded-for")).map(address).collect()
}

/// The `for=` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| address(value.trim().trim_matches('"')))?
    })
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client(peer: &str, header: &'static str, value: &'static str) -> String {
        let proxies = TrustedProxies::parse(["10.0.0.0/8", "192.0.2.7", "fd00::/8"]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header, HeaderValue::from_static(value));
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, header, value, expected) in [
            ("203.0.113.5", "x-forwarded-for", "1.1.1.1", "203.0.113.5"),
            ("10.0.0.1", "x-forwarded-for", "1.1.1.1", "1.1.1.1"),
            ("10.0.0.1", "x-forwarded-for", "6.6.6.6, 1.1.1.1, 10.9.9.9", "1.1.1.1"),
            ("10.0.0.1", "x-forwarded-for", "10.1.1.1, 10.9.9.9", "10.1.1.1"),
            ("10.0.0.1", "x-forwarded-for", "1.1.1.1, nonsense", "10.0.0.1"),
            (
                "192.0.2.7",
                "forwarded",
                "for=6.6.6.6, for=\"[2001:db8::1]:4711\";proto=https",
                "2001:db8::1",
            ),
            ("::ffff:10.0.0.1", "x-forwarded-for", "1.1.1.1:99", "1.1.1.1"),
            ("fd00::1", "forwarded", "for=unknown", "fd00::1"),
        ] {
            assert_eq!(client(peer, header, value), expected, "{peer} {header}: {value}");
        }
    }

    #[test]
    fn a_network_that_cannot_be_read_is_named() {
        assert!(TrustedProxies::parse(["10.0.0.0/33"]).unwrap_err().contains("10.0.0.0/33"));
    }
}
