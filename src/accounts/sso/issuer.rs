//! The keys of an issuer: where they are, which of them are of use, and how long they are believed; and where its pages are.
//!
//! They are fetched when the first token comes, and again after ten minutes. A token with a key that is not known has
//! them fetched at once, for an issuer that changes its keys signs with the new one from then on; but twice a minute at
//! most, for anybody can make up a name of a key. While the issuer is away, its last keys hold for a day.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use http::Uri;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::Mutex;
use tracing::{info, warn};

use crate::{
    accounts::tokens::Refused,
    error::{Error, Result},
    language::Text,
};

/// How long fetched keys are good without asking again.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// How long they are good while the issuer does not answer.
const BELIEVED: TimeDelta = TimeDelta::hours(24);
/// How long it takes at least from one fetch to the next, whatever tokens come.
const BETWEEN_FETCHES: TimeDelta = TimeDelta::seconds(30);
/// Requests take their time before they come here, so the last fetch may lie a little in their future. If it lies
/// further ahead, the clock was set back, and what it says of ages is worth nothing.
const JITTER: TimeDelta = TimeDelta::minutes(1);

/// How long the issuer may take for each of its two documents.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A document of an issuer has a few thousand bytes; more than this is not read.
const MAX_DOCUMENT_BYTES: u64 = 1024 * 1024;
/// RSA keys of fewer bits are not to be used (RFC 7518, section 3.3).
const MIN_RSA_BITS: usize = 2048;
/// Larger ones take long to check, and our library refuses them.
const MAX_RSA_BITS: usize = 4096;

/// An issuer and its keys.
pub(super) struct Issuer {
    source: Arc<Source>,
    known: Arc<RwLock<Known>>,
    /// When the keys were last asked for; held while they are, so that they are asked for once at a time.
    asked: Arc<Mutex<Option<DateTime<Utc>>>>,
}

/// What is known of the issuer's keys.
#[derive(Clone, Default)]
struct Known {
    keys: Arc<[Key]>,
    endpoints: Arc<Endpoints>,
    fetched_at: Option<DateTime<Utc>>,
    /// Whether the last attempt to fetch them came to nothing.
    away: bool,
}

/// What the issuer's keys and pages are found by.
struct Fetched {
    keys: Vec<Key>,
    endpoints: Endpoints,
}

/// Where people sign in and out, and where tokens are claimed (OIDC Discovery, section 3).
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    /// The page to sign in on.
    pub authorization: Option<String>,
    /// Where tokens are claimed.
    pub token: Option<String>,
    /// The page to sign out on.
    pub end_session: Option<String>,
    /// Where tokens are given back (RFC 7009).
    pub revocation: Option<String>,
    /// Whether the client's secret is taken in the body alone.
    pub posts_secret: bool,
}

impl Known {
    fn is_within(&self, span: TimeDelta, now: DateTime<Utc>) -> bool {
        is_within(self.fetched_at, span, now)
    }
}

fn is_within(since: Option<DateTime<Utc>>, span: TimeDelta, now: DateTime<Utc>) -> bool {
    since.is_some_and(|since| (-JITTER..span).contains(&(now - since)))
}

impl Issuer {
    /// The issuer with this name. Nothing is fetched yet.
    pub(super) fn new(name: &str) -> Result<Self> {
        Ok(Self {
            source: Arc::new(Source::new(name)?),
            known: Arc::default(),
            asked: Arc::default(),
        })
    }

    /// The key of this name, or the only one that fits where the token names none.
    pub(super) async fn key(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        now: DateTime<Utc>,
    ) -> Result<DecodingKey, Refused> {
        let known = self.known();
        let found = find(&known.keys, kid, algorithm);
        let is_known = !matches!(found, Err(Refused::UnknownKey));
        if is_known && known.is_within(FRESH, now) {
            return found;
        }
        // The issuer is known to be away: one request finds out whether it is back, the others do not wait for that.
        let go_on = is_known && known.away && known.is_within(BELIEVED, now);
        if go_on && self.asked.try_lock().is_err() {
            return found;
        }
        self.refresh(now).await;
        let known = self.known();
        if !known.is_within(BELIEVED, now) {
            return Err(Refused::Unavailable);
        }
        find(&known.keys, kid, algorithm)
    }

    /// Where the issuer's pages are; none while that is not known.
    pub(super) async fn endpoints(&self, now: DateTime<Utc>) -> Option<Arc<Endpoints>> {
        if !self.known().is_within(FRESH, now) {
            self.refresh(now).await;
        }
        let known = self.known();
        known.is_within(BELIEVED, now).then_some(known.endpoints)
    }

    /// Sends a request to the issuer, and waits for the answer.
    pub(super) fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, ureq::Error> {
        self.source.send(request)
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes keys as if they had just been fetched, and says how many of them are of use.
    #[cfg(test)]
    pub(super) fn take(&self, keys: &Value, now: DateTime<Utc>) -> usize {
        let keys: Vec<Key> =
            keys.as_array().into_iter().flatten().cloned().filter_map(Key::read).collect();
        let taken = keys.len();
        let fetched = Fetched { keys, endpoints: Endpoints::default() };
        keep(&mut self.known.write().unwrap_or_else(PoisonError::into_inner), Ok(fetched), now);
        taken
    }

    /// Fetches the keys, unless somebody has just done so or tried to.
    async fn refresh(&self, now: DateTime<Utc>) {
        let (source, known, asked) =
            (Arc::clone(&self.source), Arc::clone(&self.known), Arc::clone(&self.asked));
        // A task of its own: whoever asked may go away, and what comes must still be kept. Otherwise a stranger could
        // use up every attempt by hanging up.
        let refreshed = tokio::spawn(async move {
            let mut asked = asked.lock().await;
            if is_within(*asked, BETWEEN_FETCHES, now) {
                return;
            }
            *asked = Some(now);
            let fetched = tokio::task::spawn_blocking(move || source.fetch()).await;
            let fetched = fetched.unwrap_or_else(|fault| Err(fault.to_string()));
            keep(&mut known.write().unwrap_or_else(PoisonError::into_inner), fetched, now);
        });
        if let Err(fault) = refreshed.await {
            warn!(error = %fault, "the keys of the sign-in issuer could not be asked for");
        }
    }
}

/// Keeps what was fetched; says once that the issuer is away, and once that it is back.
fn keep(known: &mut Known, fetched: Result<Fetched, String>, now: DateTime<Utc>) {
    match fetched {
        Ok(Fetched { keys, endpoints }) => {
            if known.away {
                info!("the sign-in issuer answers again");
            }
            let endpoints = Arc::new(endpoints);
            *known = Known { keys: keys.into(), endpoints, fetched_at: Some(now), away: false };
        }
        Err(failure) => {
            if !known.away {
                warn!(error = failure, "the sign-in issuer does not give its keys");
            }
            known.away = true;
        }
    }
}

/// The key for a token that names this key and this algorithm.
fn find(keys: &[Key], kid: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, Refused> {
    let mut named = keys.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid).peekable();
    if named.peek().is_none() {
        return Err(Refused::UnknownKey);
    }
    let mut fitting = named.filter(|key| key.algorithms.contains(&algorithm));
    match (fitting.next(), fitting.next()) {
        (None, _) => Err(Refused::Algorithm),
        (Some(key), None) => Ok(key.key.clone()),
        // Two that would do, and no word which: trying them all is what a token must not be able to ask for.
        (Some(_), Some(_)) => Err(Refused::UnknownKey),
    }
}

/// A key of use.
struct Key {
    kid: Option<String>,
    /// What it may be used with, as follows from its type and from what the issuer says of it.
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// A JSON Web Key, as far as it is read.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    /// Reads a key. None when it is of no use here, as sets hold keys for many purposes; symmetric ones above all.
    fn read(jwk: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk).ok()?;
        let verifies = jwk.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") || !verifies {
            return None;
        }
        let (key, mut algorithms) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => (jwk.rsa()?, vec![Algorithm::RS256, Algorithm::PS256]),
            ("EC", Some("P-256")) => (jwk.p256()?, vec![Algorithm::ES256]),
            ("OKP", Some("Ed25519")) => (jwk.ed25519()?, vec![Algorithm::EdDSA]),
            _ => return None,
        };
        if let Some(alg) = &jwk.alg {
            let only = super::accepted_algorithm(alg);
            algorithms.retain(|algorithm| Some(*algorithm) == only);
        }
        (!algorithms.is_empty()).then_some(Self { kid: jwk.kid, algorithms, key })
    }
}

impl Jwk {
    fn rsa(&self) -> Option<DecodingKey> {
        let (n, e) = (bytes(self.n.as_ref())?, bytes(self.e.as_ref())?);
        let leading = n.iter().take_while(|byte| **byte == 0).count();
        let significant = &n[leading..];
        let unused = significant.first()?.leading_zeros() as usize;
        let bits = significant.len() * 8 - unused;
        (MIN_RSA_BITS..=MAX_RSA_BITS)
            .contains(&bits)
            .then(|| DecodingKey::from_rsa_raw_components(significant, &e))
    }

    fn p256(&self) -> Option<DecodingKey> {
        let (x, y) = (bytes(self.x.as_ref())?, bytes(self.y.as_ref())?);
        if x.len() != 32 || y.len() != 32 {
            return None;
        }
        DecodingKey::from_ec_components(self.x.as_ref()?, self.y.as_ref()?).ok()
    }

    fn ed25519(&self) -> Option<DecodingKey> {
        // jsonwebtoken 11.1 takes the first 32 bytes without looking whether there are so many, and panics.
        let x = bytes(self.x.as_ref())?;
        (x.len() == 32).then(|| DecodingKey::from_ed_der(&x))
    }
}

fn bytes(field: Option<&String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(field?).ok()
}

/// What the issuer says of itself, as far as it is read.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// Where the issuer's documents are.
struct Source {
    issuer: String,
    agent: ureq::Agent,
}

impl Source {
    fn new(issuer: &str) -> Result<Self> {
        let plain = is_plain_loopback(issuer);
        if !plain && !is_https(issuer) || issuer.contains(['?', '#']) {
            return Err(Error::invalid(
                "sso.issuer",
                Text::new(
                    "is not the address of an issuer. Give an https:// address without user, query and fragment, exactly as the issuer names itself; http:// only for a loopback host.",
                    "不是有效的签发方地址。请填写以 https:// 开头、不含用户名、查询串和片段的地址，并与签发方自称的完全一致；http:// 仅限本机。",
                ),
            ));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            // Where the keys are is what makes them trusted: nobody sends us elsewhere.
            .max_redirects(0)
            .http_status_as_error(false)
            .https_only(!plain)
            // Settings come from `config` alone, never from the environment.
            .proxy(None)
            .build();
        Ok(Self { issuer: issuer.to_owned(), agent: agent.into() })
    }

    /// Asks the issuer where its keys and pages are (OIDC Discovery, section 4), and fetches the keys.
    fn fetch(&self) -> Result<Fetched, String> {
        #[derive(Deserialize)]
        struct KeySet {
            keys: Vec<Value>,
        }
        let base = self.issuer.trim_end_matches('/');
        let discovery: Discovery = self.get(&format!("{base}/.well-known/openid-configuration"))?;
        if discovery.issuer != self.issuer {
            return Err(format!(
                "the document at {base} is about another issuer, {:?}",
                discovery.issuer
            ));
        }
        let uri = &discovery.jwks_uri;
        if !self.may_be_at(uri) {
            return Err(format!("its keys are at {uri:?}, which is no https address"));
        }
        let set: KeySet = self.get(uri)?;
        let keys: Vec<Key> = set.keys.into_iter().filter_map(Key::read).collect();
        if keys.is_empty() {
            return Err(format!("no key at {uri} can verify a token"));
        }
        Ok(Fetched { keys, endpoints: self.endpoints(discovery) })
    }

    /// Of the places that the issuer names, those that nobody on the wire can stand in for.
    fn endpoints(&self, discovery: Discovery) -> Endpoints {
        let safe = |place: Option<String>| place.filter(|place| self.may_be_at(place));
        let ways = discovery.token_endpoint_auth_methods_supported.unwrap_or_default();
        let takes = |way: &str| ways.iter().any(|known| known == way);
        Endpoints {
            authorization: safe(discovery.authorization_endpoint),
            token: safe(discovery.token_endpoint),
            end_session: safe(discovery.end_session_endpoint),
            revocation: safe(discovery.revocation_endpoint),
            posts_secret: takes("client_secret_post") && !takes("client_secret_basic"),
        }
    }

    fn may_be_at(&self, place: &str) -> bool {
        is_https(place) || is_plain_loopback(&self.issuer) && is_plain_loopback(place)
    }

    fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, ureq::Error> {
        let (parts, mut body) = self.agent.run(request)?.into_parts();
        let body = body.with_config().limit(MAX_DOCUMENT_BYTES).read_to_vec()?;
        Ok(http::Response::from_parts(parts, body))
    }

    fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let request = self.agent.get(url).header("accept", "application/json");
        let mut response = request.call().map_err(|fault| format!("{url}: {fault}"))?;
        if response.status() != http::StatusCode::OK {
            return Err(format!("{url} answers {}", response.status()));
        }
        let body = response.body_mut().with_config().limit(MAX_DOCUMENT_BYTES).read_to_vec();
        let body = body.map_err(|fault| format!("{url}: {fault}"))?;
        serde_json::from_slice(&body).map_err(|fault| format!("{url}: {fault}"))
    }
}

fn is_https(url: &str) -> bool {
    host_of(url, "https").is_some()
}

/// Whether an address is one of this machine, where nobody listens in.
fn is_plain_loopback(url: &str) -> bool {
    let Some(host) = host_of(url, "http") else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The host of an address with this scheme. None when there is a user in it, which no issuer needs and which makes one
/// host look like another.
fn host_of(url: &str, scheme: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let authority = uri.authority()?;
    let is_it = uri.scheme_str() == Some(scheme) && !authority.as_str().contains('@');
    is_it.then(|| authority.host().to_owned())
}
