//! Giving tokens back: the issuer is told that somebody has signed out here, so that what they leave behind is good for
//! nothing (RFC 7009).

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use http::{Request, header};
use tracing::warn;

use super::{
    Sso,
    sign_in::{ClientSettings, Desk, IssuerFault},
};

impl Sso {
    /// Gives back a refresh token, and with it all that it stands for. Where the issuer takes none back, or is away, the
    /// token ends by itself.
    pub async fn give_back(&self, refresh: String, now: DateTime<Utc>) {
        let Ok((desk, endpoints)) = self.at_desk(now).await else { return };
        let Some(place) = &endpoints.revocation else { return };
        let Ok(request) = asking(&desk.settings, place, endpoints.posts_secret, &refresh) else {
            return;
        };
        if self.send(desk, request).await.is_err() {
            warn!("the sign-in issuer did not take back a token of somebody who has signed out");
        }
    }

    /// Sends a request to the issuer, on a thread that may wait.
    async fn send(&self, desk: &Desk, request: Request<Vec<u8>>) -> Result<(), IssuerFault> {
        let Ok(_seat) = desk.seats.try_acquire() else { return Err(IssuerFault::Away) };
        let issuer = Arc::clone(&self.issuer);
        match tokio::task::spawn_blocking(move || issuer.send(request)).await {
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(_)) => Err(IssuerFault::Refused),
            Ok(Err(_)) | Err(_) => Err(IssuerFault::Away),
        }
    }
}

/// The request of RFC 7009, section 2.1. The client library would make it for `https` alone, and an issuer on this very
/// machine may have none.
fn asking(
    client: &ClientSettings,
    place: &str,
    posts_secret: bool,
    refresh: &str,
) -> http::Result<Request<Vec<u8>>> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("token", refresh).append_pair("token_type_hint", "refresh_token");
    let mut request = Request::post(place)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    match &client.secret {
        // Both are encoded before they are joined (RFC 6749, section 2.3.1).
        Some(secret) if !posts_secret => {
            let [id, secret] = [&client.id, secret.secret()].map(|part| encoded(part));
            let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
            request = request.header(header::AUTHORIZATION, basic);
        }
        Some(secret) => {
            form.append_pair("client_id", &client.id).append_pair("client_secret", secret.secret());
        }
        None => {
            form.append_pair("client_id", &client.id);
        }
    }
    request.body(form.finish().into_bytes())
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
