//! `/oauth/token` and the documents beside it: how programs get their tokens (RFC 6749, section 4.4) and how anybody
//! verifies them.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::sync::Arc;

/// Hands out tokens to programs, and shows the keys that verify them.
#[async_graphql::async_trait::async_trait]
pub trait TokenDesk: Send + Sync {
    /// A token for a client's secret.
    async fn grant(
        &self,
        client_id: &str,
        secret: &str,
        scope: Option<&str>,
    ) -> Result<Granted, GrantFault>;

    /// The keys that verify tokens (RFC 7517); none while they cannot be read.
    async fn jwks(&self) -> Option<Value>;
}

/// A token that was granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The access token.
    pub token: String,
    /// For how many seconds it is good.
    pub lasts_seconds: i64,
    /// What it allows.
    pub scope: String,
}

/// Why none was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantFault {
    /// Unknown, disabled, or the wrong secret.
    InvalidClient,
    /// A scope that the client does not have.
    InvalidScope,
    /// A fault of ours.
    OurOwn,
}

/// The longest form that is read.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// The routes of this file.
pub(super) fn router(desk: Arc<dyn TokenDesk>) -> Router {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(desk)
}

async fn jwks(State(desk): State<Arc<dyn TokenDesk>>) -> Response {
    match desk.jwks().await {
        Some(keys) => {
            let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"))];
            (kept, axum::Json(keys)).into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn token(
    State(desk): State<Arc<dyn TokenDesk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if body.len() > MAX_FORM_BYTES || !is_form(&headers) {
        return refused(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "send a form: application/x-www-form-urlencoded",
        );
    }
    let form = match Form::read(&body) {
        Ok(form) => form,
        Err(reason) => return refused(StatusCode::BAD_REQUEST, "invalid_request", reason),
    };
    if form.grant_type.as_deref() != Some("client_credentials") {
        return refused(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "grant_type must be client_credentials",
        );
    }
    let Ok(basic) = basic(&headers) else { return unknown_client(true) };
    let by_header = basic.is_some();
    let credentials = match (basic, form.client_id, form.client_secret) {
        // A client must not use more than one way at once (RFC 6749, section 2.3).
        (Some(_), _, Some(_)) => {
            let reason = "give the secret once: in the header or in the form";
            return refused(StatusCode::BAD_REQUEST, "invalid_request", reason);
        }
        (Some(credentials), _, None) => credentials,
        (None, Some(id), Some(secret)) => (id, secret),
        (None, _, _) => return unknown_client(false),
    };
    match desk.grant(&credentials.0, &credentials.1, form.scope.as_deref()).await {
        Ok(granted) => axum::Json(json!({
            "access_token": granted.token,
            "token_type": "Bearer",
            "expires_in": granted.lasts_seconds,
            "scope": granted.scope,
        }))
        .into_response(),
        Err(GrantFault::InvalidClient) => unknown_client(by_header),
        Err(GrantFault::InvalidScope) => {
            let reason = "the client does not have one of these scopes";
            refused(StatusCode::BAD_REQUEST, "invalid_scope", reason)
        }
        Err(GrantFault::OurOwn) => {
            let reason = "something went wrong on our side";
            refused(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", reason)
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = said.and_then(|said| said.split(';').next()).unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn unknown_client(by_header: bool) -> Response {
    let mut response = refused(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "client and secret do not belong together, or the client is not open",
    );
    if by_header {
        let challenge = HeaderValue::from_static("Basic realm=\"zhanjian\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn refused(status: StatusCode, error: &'static str, reason: &'static str) -> Response {
    (status, axum::Json(json!({ "error": error, "error_description": reason }))).into_response()
}

/// What a form asks for.
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

impl Form {
    fn read(body: &[u8]) -> Result<Self, &'static str> {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let field = match &*name {
                "grant_type" => &mut form.grant_type,
                "client_id" => &mut form.client_id,
                "client_secret" => &mut form.client_secret,
                "scope" => &mut form.scope,
                _ => continue,
            };
            // Parameters must not be given more than once (RFC 6749, section 3.2).
            if field.replace(value.into_owned()).is_some() {
                return Err("a parameter is given twice");
            }
        }
        Ok(form)
    }
}

/// Client and secret of an `Authorization: Basic` header, each percent-encoded (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, ()> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().map_err(drop)?;
    let (scheme, encoded) = text.split_once(' ').ok_or(())?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(());
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(drop)?;
    let text = String::from_utf8(bytes).map_err(drop)?;
    let (id, secret) = text.split_once(':').ok_or(())?;
    Ok(Some((decoded(id), decoded(secret))))
}

fn decoded(text: &str) -> String {
    // A form of one name without a value is that name, decoded.
    let pair = form_urlencoded::parse(text.as_bytes()).next();
    pair.map_or_else(String::new, |(name, _)| name.into_owned())
}
