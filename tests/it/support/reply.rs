//! What came back over HTTP.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// An answer, taken apart.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Reply {
    /// Sends a request through the router and reads the whole answer.
    pub async fn to(router: &axum::Router, request: Request<Body>) -> Self {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status: parts.status, headers: parts.headers, body, text }
    }

    /// The data of an answer without errors.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "{}", self.text);
        &self.body["data"]
    }

    /// What stands at a path such as `/search/totalCount` in the data of an answer without errors.
    #[track_caller]
    pub fn at(&self, path: &str) -> &Value {
        self.data().pointer(path).unwrap_or_else(|| panic!("no {path} in {}", self.text))
    }

    /// A list at a path, or the values of one field of each of its things: `texts("/a/nodes", "/number")`.
    #[track_caller]
    pub fn texts(&self, list: &str, field: &str) -> Vec<String> {
        let things = self.at(list).as_array().unwrap_or_else(|| panic!("{list} is no list")).iter();
        let text = |thing: &Value| thing.pointer(field).and_then(Value::as_str).unwrap().to_owned();
        things.map(text).collect()
    }

    /// The code of the first error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code")
    }

    /// The message of the first error.
    pub fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap_or("no message")
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}
