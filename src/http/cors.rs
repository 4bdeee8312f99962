//! Which web pages of other origins may call the API from a browser: those on a list, and no others.

use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The layer for a list of origins. Fails naming an entry that is not an origin; `*` is not one.
pub(super) fn layer(origins: &[String]) -> Result<CorsLayer, String> {
    let origins = origins.iter().map(|origin| parse(origin)).collect::<Result<Vec<_>, _>>()?;
    Ok(CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            header::ACCEPT_LANGUAGE,
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
        .max_age(Duration::from_mins(10)))
}

fn parse(origin: &str) -> Result<HeaderValue, String> {
    let wrong = || format!("\"{origin}\" is not an origin such as https://portal.example.cn");
    let uri: Uri = origin.parse().map_err(|_| wrong())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_bare = uri.path_and_query().is_none_or(|path| path == "/") && !origin.ends_with('/');
    if !is_web || !is_bare || uri.host().is_none() {
        return Err(wrong());
    }
    HeaderValue::from_str(origin).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_checked() {
        assert!(
            layer(&["https://portal.example.cn".to_owned(), "http://localhost:3000".to_owned()])
                .is_ok()
        );
        for wrong in [
            "*",
            "portal.example.cn",
            "https://portal.example.cn/",
            "https://portal.example.cn/a",
            "ftp://a.cn",
        ] {
            assert!(layer(&[wrong.to_owned()]).unwrap_err().contains(wrong), "{wrong}");
        }
    }
}
