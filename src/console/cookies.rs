//! The cookies of the console: who is signed in, which language, and a secret that forms are bound to.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};

/// The access token of whoever is signed in.
pub(super) const ACCESS: &str = "zhanjian-access";
/// The refresh token that goes with it.
pub(super) const REFRESH: &str = "zhanjian-refresh";
/// The secret that forms are bound to.
pub(super) const FORMS: &str = "zhanjian-forms";
/// The language that was chosen.
pub(super) const LANGUAGE: &str = "zhanjian-language";

/// What is remembered of somebody who has left to sign in elsewhere.
pub(super) const AWAY: &str = "zhanjian-away";

/// Whether a value that others have made fits into a cookie, which browsers keep up to 4096 bytes with its name (RFC 6265bis,
/// section 5.6), and consists of what may stand there (section 4.1.1).
pub(super) fn can_hold(value: &str) -> bool {
    const MOST: usize = 3800;
    let may_stand = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    value.len() <= MOST && value.bytes().all(may_stand)
}

/// Cookies as a browser sent them, and those that it is to keep from now on.
#[derive(Clone, Debug)]
pub(super) struct Jar {
    is_secure: bool,
    sent: Vec<(String, String)>,
    kept: Vec<HeaderValue>,
}

impl Jar {
    /// The cookies of a request. Where the service is known under `https`, only cookies that no other page of the host, and
    /// nobody on the wire, can have set are looked at (the prefix `__Host-`, RFC 6265bis, section 4.1.3.2).
    pub(super) fn of(headers: &HeaderMap, is_secure: bool) -> Self {
        let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = texts.flat_map(|text| Cookie::split_parse(text.to_owned())).flatten();
        let prefix = prefix(is_secure);
        let ours = cookies.filter_map(|cookie| {
            let name = cookie.name().strip_prefix(prefix)?;
            Some((name.to_owned(), cookie.value().to_owned()))
        });
        Self { is_secure, sent: ours.collect(), kept: Vec::new() }
    }

    /// What a cookie says.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.sent.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Has a cookie kept for so many seconds; without, until the browser is closed.
    pub(super) fn keep(&mut self, name: &str, value: &str, seconds: Option<i64>) {
        let mut cookie = Cookie::build((format!("{}{name}", prefix(self.is_secure)), value))
            .path("/")
            .http_only(true)
            .secure(self.is_secure)
            .same_site(SameSite::Lax);
        if let Some(seconds) = seconds {
            cookie = cookie.max_age(Duration::seconds(seconds));
        }
        // What cannot stand in a header is not kept: none of our values is of that kind.
        if let Ok(header) = HeaderValue::from_str(&cookie.build().to_string()) {
            self.kept.push(header);
        }
        self.sent.retain(|(known, _)| known != name);
        if seconds != Some(0) {
            self.sent.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Has a cookie forgotten.
    pub(super) fn forget(&mut self, name: &str) {
        self.keep(name, "", Some(0));
    }

    /// What the browser is to keep.
    pub(super) fn into_headers(self) -> impl Iterator<Item = HeaderValue> {
        self.kept.into_iter()
    }
}

fn prefix(is_secure: bool) -> &'static str {
    if is_secure { "__Host-" } else { "" }
}
