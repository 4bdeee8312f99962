//! What people send: read whole within its bounds, and only from pages of ours.
//!
//! A form carries a seal that is made from a secret in a cookie, which another site can neither read nor, under `https`,
//! set (a signed double submit). It looks different on each page, so that compressing pages tells nobody what it is. That
//! cookies stay at home when another site sends a form (`SameSite`) and what the browser says of where a form came from
//! (`Sec-Fetch-Site`) are the second and the third lock.
//!
//! Beside the seal stands the address of the page, for a form may go to an address where there is no page: whoever has to sign
//! in first, or changes the language of what came of it, is led back to where the form was.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{gate::Guest, links, trouble::Trouble};
use crate::{
    http::read_body,
    language::{Language, Text},
};

/// The name of the field that carries the seal.
const SEAL: &str = "seal";
/// The fields that are shown to nobody again.
const SECRETS: [&str; 4] = ["password", "present", "new", "again"];
/// What stands between the seal and the address of the page. It is in neither.
const BESIDE: char = '~';
/// The longest address that goes along, in bytes.
pub(super) const LONGEST_ADDRESS: usize = 1_000;
/// The most fields of a form; ours have some hundred at most.
const MOST_FIELDS: usize = 2_000;
/// The bytes of a secret, and of what is made from it.
const BYTES: usize = 32;

/// A secret that forms are bound to.
#[derive(Clone, Copy)]
pub(super) struct Secret([u8; BYTES]);

impl Secret {
    /// A new one.
    pub(super) fn new() -> Self {
        Self(rand::rng().random())
    }

    /// The secret that a cookie holds.
    pub(super) fn of_cookie(value: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(value).ok()?.try_into().ok().map(Self)
    }

    /// As the cookie holds it.
    pub(super) fn to_cookie(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// A seal for a form: a pad, and under it what proves that the secret is known.
    pub(super) fn seal(self) -> String {
        let pad: [u8; BYTES] = rand::rng().random();
        let under: Vec<u8> = self.proof().iter().zip(pad).map(|(proof, pad)| proof ^ pad).collect();
        URL_SAFE_NO_PAD.encode([pad.as_slice(), &under].concat())
    }

    /// The seal of a form on the page at an address.
    pub(super) fn seal_at(self, here: &str) -> String {
        format!("{}{BESIDE}{here}", self.seal())
    }

    /// Whether a seal was made from this secret.
    pub(super) fn made(self, seal: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(seal) else { return false };
        let Some((pad, under)) = bytes.split_at_checked(BYTES) else { return false };
        if under.len() != BYTES {
            return false;
        }
        let proof: Vec<u8> = under.iter().zip(pad).map(|(under, pad)| under ^ pad).collect();
        proof.ct_eq(&self.proof()).into()
    }

    fn proof(self) -> [u8; BYTES] {
        Sha256::new().chain_update("a form of the console").chain_update(self.0).finalize().into()
    }
}

/// A form that came from a page of ours, or what stands in one that is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// A form in which this stands already.
    pub(super) fn of<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// All that was written into fields of a name, or chosen of them, in the order of the page; empty ones, too.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let found = self.0.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).collect()
    }

    /// Whether a value was chosen, of those of a name.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, said)| known == name && said == value)
    }

    /// What was written into a field, without the space around it; empty where nothing was.
    pub(super) fn text(&self, name: &str) -> &str {
        self.given(name).unwrap_or_default()
    }

    /// What was written into a field, where something was.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A secret, of those that [`SECRETS`] names: as it was typed.
    pub(super) fn secret(&self, name: &str) -> &str {
        debug_assert!(SECRETS.contains(&name), "{name} would be shown again");
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Trouble;

    async fn from_request(request: Request, _: &S) -> Result<Self, Trouble> {
        let guest = request.extensions().get::<Guest>().cloned();
        let guest = guest.ok_or_else(|| Trouble::internal(&"a form came by no gate"))?;
        let (parts, body) = request.into_parts();
        if comes_from_elsewhere(&parts.headers) {
            return Err(Trouble::Forged);
        }
        let bytes = read(&guest, &parts.headers, body).await?;
        let fields = form_urlencoded::parse(&bytes)
            .map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self::sealed(&guest, fields)
    }
}

impl Form {
    /// The form of these fields, if a page of ours sent them.
    pub(super) fn sealed(
        guest: &Guest,
        fields: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Trouble> {
        // Browsers end lines with two signs, whatever the text had that they were given.
        let fields = fields.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n")));
        let form = Self(fields.take(MOST_FIELDS + 1).collect());
        if form.0.len() > MOST_FIELDS {
            return Err(too_many(guest.language()));
        }
        let (seal, here) = form.text(SEAL).split_once(BESIDE).unwrap_or((form.text(SEAL), "/"));
        let is_sealed = guest.secret().made(seal);
        guest.sent(links::within(here), form.written());
        if is_sealed { Ok(form) } else { Err(Trouble::Forged) }
    }

    /// What somebody has taken the trouble to write, as against what was chosen, and what nobody may see again.
    fn written(&self) -> Vec<String> {
        let is_secret = |name: &str| SECRETS.contains(&name) || name == SEAL;
        let is_text = |value: &str| value.contains([' ', '\n']) || !value.is_ascii();
        let written = self.0.iter().filter(|(name, value)| !is_secret(name) && is_text(value));
        written.map(|(_, value)| value.clone()).collect()
    }
}

fn too_many(language: Language) -> Trouble {
    let text = Text::new(
        "The form has more fields than any page of ours.",
        "表单字段过多，请通过页面提交。",
    );
    Trouble::Unreadable(StatusCode::PAYLOAD_TOO_LARGE, text.text(language).to_owned())
}

/// What browsers say of forms that another site sends.
pub(super) fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let said = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    said.is_some_and(|said| said != "same-origin" && said != "none")
}

async fn read(guest: &Guest, headers: &HeaderMap, body: Body) -> Result<bytes::Bytes, Trouble> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = said.and_then(|said| said.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let text = Text::new("Send the form as a page sends it.", "请通过页面表单提交。");
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Trouble::Unreadable(status, text.text(guest.language()).to_owned()));
    }
    let settings = &guest.front().settings;
    let bytes = read_body(headers, body, settings.max_body_bytes, settings.body_timeout).await;
    bytes.map_err(|(status, refusal)| {
        let text = Text::new(refusal.en, refusal.zh);
        Trouble::Unreadable(status, text.text(guest.language()).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_looks_different_each_time_and_is_good_for_its_secret_alone() {
        let (ours, theirs) = (Secret::new(), Secret::new());
        let (first, second) = (ours.seal(), ours.seal());
        assert_ne!(first, second);
        assert!(ours.made(&first) && ours.made(&second));
        assert!(!theirs.made(&first));
        let again = Secret::of_cookie(&ours.to_cookie()).expect("a secret");
        assert!(again.made(&first));
        let at = ours.seal_at("/answers/a?b=c");
        let (seal, here) = at.split_once(BESIDE).expect("both");
        assert!(ours.made(seal) && here == "/answers/a?b=c");
        for wrong in ["", "a", "%%", &first[..40], &format!("{first}AA")] {
            assert!(!ours.made(wrong), "{wrong}");
        }
    }
}
