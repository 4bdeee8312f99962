//! Whether the page that opens a WebSocket may.
//!
//! Browsers let any page open a socket to any place, and ask no CORS preflight: without this check, a foreign page
//! could speak in the name of whoever reads it. Who is no browser sends no `Origin`, and needs none.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// Whether a page of the service itself, a page of the list, or no page at all is asking.
pub(super) fn may_connect(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return true };
    let Some(origin) = origin.to_str().ok().filter(|_| origins.next().is_none()) else {
        return false;
    };
    allowed.iter().any(|known| known.eq_ignore_ascii_case(origin)) || is_own(origin, headers)
}

/// Whether an origin is the very host that is asked. The scheme cannot be compared: TLS ends at a proxy.
fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let port = match origin.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return false,
    };
    let asked = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<Authority>().ok());
    let (Some(asked), Some(name)) = (asked, origin.host()) else { return false };
    asked.host().eq_ignore_ascii_case(name)
        && asked.port_u16().unwrap_or(port) == origin.port_u16().unwrap_or(port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn own_pages_and_listed_ones_may() {
        let listed = ["https://portal.example.cn".to_owned()];
        for (host, origin, may) in [
            ("zhanjian.example.cn", "https://zhanjian.example.cn", true),
            ("zhanjian.example.cn", "https://Zhanjian.Example.cn", true),
            ("zhanjian.example.cn:443", "https://zhanjian.example.cn", true),
            ("localhost:8080", "http://localhost:8080", true),
            ("[::1]:8080", "http://[::1]:8080", true),
            ("localhost:8080", "http://localhost:8081", false),
            ("localhost:8080", "http://localhost", false),
            ("zhanjian.example.cn", "https://portal.example.cn", true),
            ("zhanjian.example.cn", "https://portal.example.cn:444", false),
            ("zhanjian.example.cn", "https://zhanjian.example.cn.other.example", false),
            ("zhanjian.example.cn", "https://other.example", false),
            ("zhanjian.example.cn", "null", false),
            ("zhanjian.example.cn", "file://zhanjian.example.cn", false),
            ("zhanjian.example.cn", "", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(may_connect(&headers, &listed), may, "{origin} at {host}");
        }
        assert!(may_connect(&HeaderMap::new(), &[]));
    }
}
