//! Sign-in with the accounts of a house that has its own: tokens of one configured issuer that speaks OIDC.
//!
//! The issuer is named in the settings and found nowhere else; its keys come from the address that its own discovery
//! document names ([`issuer`]). People with a browser are sent to its pages
//! ([`sign_in`]), and what they leave behind when they sign out is given back ([`giving_back`]). How a signature is checked
//! follows from the type of the key, never from the token alone, and no symmetric algorithm is ever taken (RFC 8725,
//! section 3.1). Nothing here logs a token.
//!
//! An account should be tied to issuer and subject, which never change hands. A login is a name that a house may give
//! to somebody else one day, so choose a claim that the issuer assigns and people cannot edit.

mod giving_back;
mod issuer;
mod sign_in;

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use super::tokens::{Refused, Unverified};
use crate::{
    error::{Error, Result},
    language::Text,
};
use issuer::Issuer;

pub use oauth2::ClientSecret;
pub use sign_in::{ClientSettings, Departure, IssuerFault, IssuerTokens, Secrets};

/// How far the issuer's clock may be off: beyond this, a token's end would mean little.
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(10);
/// The longest login that is taken.
const MAX_LOGIN_BYTES: usize = 256;

/// Whose tokens are accepted, and how they are read.
#[derive(Clone, Debug)]
pub struct SsoSettings {
    /// The issuer's address, exactly as its tokens name it.
    pub issuer: String,
    /// Whom its tokens must be meant for: the name under which this service is registered there.
    pub audience: String,
    /// Where the login stands, usually `preferred_username` (OIDC Core, section 5.1). A dot leads into an object: `realm_access.roles`.
    pub login_claim: String,
    /// Where the roles stand, if the issuer says any: a word, or a list of words.
    pub role_claim: Option<String>,
    /// What the issuer calls a role, and the role that it is here. Roles that are not named give nothing.
    pub roles: Vec<(String, String)>,
    /// How far the issuer's clock may be off.
    pub clock_skew: Duration,
    /// How this service is known there, where people sign in with a browser.
    pub client: Option<ClientSettings>,
}

/// Who a token is about, as its issuer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoIdentity {
    /// The issuer.
    pub issuer: String,
    /// Whom the issuer means; unique and for ever, together with the issuer.
    pub subject: String,
    /// The name that the person signs in with.
    pub login: String,
    /// The person's roles here, each once, in the order of the settings.
    pub roles: Vec<String>,
    /// From when the token is good no more, by the issuer's clock.
    pub expires_at: DateTime<Utc>,
}

/// Accepts the tokens of one issuer. Cheap to clone; the clones share the issuer's keys.
#[derive(Clone)]
pub struct Sso {
    settings: Arc<SsoSettings>,
    skew: TimeDelta,
    issuer: Arc<Issuer>,
    desk: Option<Arc<sign_in::Desk>>,
}

impl Sso {
    /// Accepts tokens as the settings say. Nothing is fetched before the first token comes.
    pub fn new(settings: SsoSettings) -> Result<Self> {
        if settings.audience.is_empty() {
            return Err(Error::invalid(
                "sso.audience",
                Text::new(
                    "is empty. Say whom the issuer's tokens must be meant for; otherwise a token for any other service would open this one.",
                    "为空。请填写令牌的受众（aud），否则发给其他服务的令牌也能登录本服务。",
                ),
            ));
        }
        if settings.login_claim.is_empty() {
            return Err(Error::invalid(
                "sso.login_claim",
                Text::new(
                    "is empty. Name the claim that holds the login, such as preferred_username.",
                    "为空。请填写登录名所在的声明，例如 preferred_username。",
                ),
            ));
        }
        if settings.clock_skew > MAX_CLOCK_SKEW {
            return Err(Error::invalid(
                "sso.clock_skew",
                Text::new(
                    "is more than ten minutes. Set the clocks instead.",
                    "超过十分钟。请校准时钟。",
                ),
            ));
        }
        let skew = TimeDelta::from_std(settings.clock_skew).map_err(Error::internal)?;
        let issuer = Arc::new(Issuer::new(&settings.issuer)?);
        let desk = settings.client.clone().map(sign_in::Desk::new).transpose()?.map(Arc::new);
        Ok(Self { settings: Arc::new(settings), skew, issuer, desk })
    }

    /// Reads a token of the issuer, as of `now`.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<SsoIdentity, Refused> {
        let token = Unverified::read(token)?;
        let algorithm = accepted_algorithm(&token.head.alg).ok_or(Refused::Algorithm)?;
        if !is_accepted_type(token.head.typ.as_deref()) {
            return Err(Refused::Malformed);
        }
        // Said again below, of what is proved. Here it keeps tokens of others from making us ask the issuer.
        if token.claimed_issuer().is_some_and(|claimed| claimed != self.settings.issuer) {
            return Err(Refused::Issuer);
        }
        let key = self.issuer.key(token.head.kid.as_deref(), algorithm, now).await?;
        let claims = token.claims(&key, algorithm)?;
        self.identity(&claims, now)
    }

    /// What the issuer says, once it is proved that it said so.
    fn identity(
        &self,
        claims: &Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<SsoIdentity, Refused> {
        if word(claims, "iss")? != self.settings.issuer {
            return Err(Refused::Issuer);
        }
        let audience = claims.get("aud").ok_or(Refused::Missing)?;
        if !words(audience).any(|word| word == self.settings.audience) {
            return Err(Refused::Audience);
        }
        let expires_at = date(claims, "exp")?.ok_or(Refused::Missing)?;
        for begins in [date(claims, "nbf")?, date(claims, "iat")?].into_iter().flatten() {
            if now < moved(begins, -self.skew)? {
                return Err(Refused::NotYetValid);
            }
        }
        if moved(expires_at, self.skew)? <= now {
            return Err(Refused::Expired);
        }
        Ok(SsoIdentity {
            issuer: self.settings.issuer.clone(),
            subject: word(claims, "sub")?.to_owned(),
            login: self.login(claims)?,
            roles: self.roles(claims),
            expires_at,
        })
    }

    fn login(&self, claims: &Map<String, Value>) -> Result<String, Refused> {
        let path = self.settings.login_claim.as_str();
        // Anybody can type another's address; it is a login only once the issuer has seen that it is theirs.
        if path == "email" && claims.get("email_verified") == Some(&Value::Bool(false)) {
            return Err(Refused::Missing);
        }
        let login = at_path(claims, path).and_then(Value::as_str).map(str::trim);
        let login = login.filter(|login| !login.is_empty()).ok_or(Refused::Missing)?;
        if login.len() > MAX_LOGIN_BYTES || login.chars().any(char::is_control) {
            return Err(Refused::Malformed);
        }
        Ok(login.to_owned())
    }

    fn roles(&self, claims: &Map<String, Value>) -> Vec<String> {
        let said = self.settings.role_claim.as_deref().and_then(|path| at_path(claims, path));
        let said: Vec<&str> = said.map(|said| words(said).collect()).unwrap_or_default();
        let mut roles: Vec<String> = Vec::new();
        for (theirs, ours) in &self.settings.roles {
            if said.contains(&theirs.as_str()) && !roles.contains(ours) {
                roles.push(ours.clone());
            }
        }
        roles
    }
}

impl fmt::Debug for Sso {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sso").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The algorithms of issuers: asymmetric all, with a key of each kind that is in use.
fn accepted_algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "RS256" => Some(Algorithm::RS256),
        "PS256" => Some(Algorithm::PS256),
        "ES256" => Some(Algorithm::ES256),
        "EdDSA" => Some(Algorithm::EdDSA),
        _ => None,
    }
}

/// Whether a token's type is that of an access token, or none in particular. A logout token, say, is no sign-in.
fn is_accepted_type(typ: Option<&str>) -> bool {
    let Some(typ) = typ else { return true };
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}

/// The text of a claim that must be there.
fn word<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refused> {
    let value = claims.get(name).ok_or(Refused::Missing)?;
    let word = value.as_str().ok_or(Refused::Malformed)?;
    if word.is_empty() { Err(Refused::Missing) } else { Ok(word) }
}

/// A word or a list of words.
fn words(value: &Value) -> impl Iterator<Item = &str> {
    let many = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(many.iter().filter_map(Value::as_str))
}

/// An instant in seconds since 1970, with or without a fraction (RFC 7519, section 2).
fn date(claims: &Map<String, Value>, name: &str) -> Result<Option<DateTime<Utc>>, Refused> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().ok_or(Refused::Malformed)?;
    let since = Duration::try_from_secs_f64(seconds).map_err(|_| Refused::Malformed)?;
    let since = TimeDelta::from_std(since).map_err(|_| Refused::Malformed)?;
    moved(DateTime::UNIX_EPOCH, since).map(Some)
}

fn moved(instant: DateTime<Utc>, by: TimeDelta) -> Result<DateTime<Utc>, Refused> {
    instant.checked_add_signed(by).ok_or(Refused::Malformed)
}

/// The claim at a path of names with dots between. A name may have dots itself, as `https://example.cn/roles` and the
/// names of clients do, so the whole of what is left is looked for first.
fn at_path<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| {
        path.match_indices('.').find_map(|(dot, _)| {
            let inner = claims.get(&path[..dot])?.as_object()?;
            at_path(inner, &path[dot + 1..])
        })
    })
}

#[cfg(test)]
mod tests;
