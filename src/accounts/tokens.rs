//! Access tokens of our own: what stands in one, how it is issued, and why one is refused.
//!
//! A token is a JWT of the type `at+jwt` (RFC 9068), signed with Ed25519. What a token says of itself decides nothing
//! before its signature has been checked, and how that is checked is not for the token to say (RFC 8725): there is one
//! algorithm, the key is ours or none, and whatever else the header offers (`jku`, `x5u`, `jwk`) is not read. Time comes
//! from the caller and never from the machine.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc, serde::ts_seconds};
use jsonwebtoken::{Algorithm, DecodingKey, Header, crypto, encode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::keys::SigningKey;
use crate::error::{Error, Result};

/// The type of our tokens (RFC 9068, section 2.1): no other JWT, an ID token say, can be taken for one.
const TYPE: &str = "at+jwt";

/// The longest token that is looked at. Ours have some 600 bytes, those of an issuer with many roles a few thousand.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Why a token is not accepted. Callers learn only that it is not; the reason is for the log and for figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// Not a token of the kind that is taken here: its form, its length, its type, or an extension that it insists on.
    #[error("the token is malformed or of another type")]
    Malformed,
    /// Signed in a way that is not taken here, or not with this key.
    #[error("the token's algorithm is not accepted")]
    Algorithm,
    /// Signed with a key that is not known, or no more.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// Signed by somebody else, or changed since.
    #[error("the token's signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Meant for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// Issued by somebody else.
    #[error("the token is of another issuer")]
    Issuer,
    /// It lacks a claim that is needed.
    #[error("the token lacks a claim")]
    Missing,
    /// Nobody knows: the issuer's keys cannot be had at the moment. Never said of our own tokens.
    #[error("the keys of the token's issuer are not available")]
    Unavailable,
}

/// Whom a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SubjectKind {
    /// A person.
    Member,
    /// A machine.
    Client,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Claims {
    /// Who issued it.
    pub(super) iss: String,
    /// Whom it is meant for.
    pub(super) aud: String,
    /// The id of the member or client that it stands for.
    pub(super) sub: String,
    /// The session that it belongs to, which can be ended before it; a member's token always has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<String>,
    /// Its own id.
    pub(super) jti: String,
    /// When it was issued.
    #[serde(with = "ts_seconds")]
    pub(super) iat: DateTime<Utc>,
    /// From when it is good. There is no leeway, so let it begin some seconds before `iat` where several machines
    /// serve: their clocks differ.
    #[serde(with = "ts_seconds")]
    pub(super) nbf: DateTime<Utc>,
    /// From when it is good no more.
    #[serde(with = "ts_seconds")]
    pub(super) exp: DateTime<Utc>,
    /// Whether it stands for a person or a machine.
    pub(super) kind: SubjectKind,
    /// What it may be used for: words with a space between (RFC 8693, section 4.2).
    pub(super) scope: String,
}

/// The claims as they come in, when none of them can be relied on.
#[derive(Deserialize)]
struct Said {
    iss: Option<String>,
    aud: Option<String>,
    sub: Option<String>,
    sid: Option<String>,
    jti: Option<String>,
    iat: Option<i64>,
    nbf: Option<i64>,
    exp: Option<i64>,
    kind: Option<SubjectKind>,
    scope: Option<String>,
}

impl Said {
    fn complete(self) -> Result<Claims, Refused> {
        let claims = Claims {
            iss: self.iss.ok_or(Refused::Missing)?,
            aud: self.aud.ok_or(Refused::Missing)?,
            sub: self.sub.filter(|sub| !sub.is_empty()).ok_or(Refused::Missing)?,
            sid: self.sid,
            jti: self.jti.ok_or(Refused::Missing)?,
            iat: instant(self.iat.ok_or(Refused::Missing)?)?,
            nbf: instant(self.nbf.ok_or(Refused::Missing)?)?,
            exp: instant(self.exp.ok_or(Refused::Missing)?)?,
            kind: self.kind.ok_or(Refused::Missing)?,
            scope: self.scope.ok_or(Refused::Missing)?,
        };
        if claims.kind == SubjectKind::Member && claims.sid.is_none() {
            return Err(Refused::Missing);
        }
        Ok(claims)
    }
}

/// The keys of the service: the newest signs, and each goes on verifying until the last token that it can have signed
/// has ended.
#[derive(Clone, Debug)]
pub(super) struct KeyRing {
    issuer: String,
    audience: String,
    longest_life: TimeDelta,
    /// Newest first.
    keys: Vec<SigningKey>,
}

impl KeyRing {
    /// A ring of these keys, for tokens of this issuer and audience that live for `longest_life` at most.
    pub(super) fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        longest_life: TimeDelta,
        mut keys: Vec<SigningKey>,
    ) -> Self {
        keys.sort_by_key(|key| std::cmp::Reverse(key.created_at()));
        Self { issuer: issuer.into(), audience: audience.into(), longest_life, keys }
    }

    /// Signs a token. Fails for claims that [`KeyRing::verify`] would refuse, and when there is no key that signs.
    pub(super) fn issue(&self, claims: &Claims) -> Result<String> {
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Err(Error::internal("a token was to be issued in another name"));
        }
        if claims.kind == SubjectKind::Member && claims.sid.is_none() {
            return Err(Error::internal("a member's token was to be issued without a session"));
        }
        // Otherwise its key could be gone before it.
        if claims.exp - claims.iat > self.longest_life {
            return Err(Error::internal("a token was to live longer than its key is kept"));
        }
        // A key that another machine, with its clock a little ahead, has just made is better than none.
        let key = self
            .keys
            .iter()
            .find(|key| key.signs_at(claims.iat))
            .or_else(|| self.keys.iter().find(|key| key.retired_at().is_none()))
            .ok_or_else(|| Error::internal("no key signs tokens at the moment"))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid().to_owned());
        encode(&header, claims, key.signing()).map_err(Error::internal)
    }

    /// Reads a token of ours, as of `now`.
    pub(super) fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Refused> {
        let token = Unverified::read(token)?;
        // Before any key is touched: a token that says HS256 must never see our public key as its secret.
        if token.head.alg != "EdDSA" {
            return Err(Refused::Algorithm);
        }
        if token.head.typ.as_deref() != Some(TYPE) {
            return Err(Refused::Malformed);
        }
        let key = self.verifying_keys(now).find(|key| Some(key.kid()) == token.head.kid.as_deref());
        let key = key.ok_or(Refused::UnknownKey)?.verifying();
        let claims = token.claims::<Said>(key, Algorithm::EdDSA)?.complete()?;
        if claims.iss != self.issuer {
            return Err(Refused::Issuer);
        }
        if claims.aud != self.audience {
            return Err(Refused::Audience);
        }
        if now < claims.nbf {
            return Err(Refused::NotYetValid);
        }
        if claims.exp <= now {
            return Err(Refused::Expired);
        }
        Ok(claims)
    }

    /// The public halves of all keys that tokens may be signed with, now or soon, as a JSON Web Key Set.
    pub(super) fn jwks(&self, now: DateTime<Utc>) -> Value {
        json!({ "keys": self.verifying_keys(now).map(SigningKey::public_jwk).collect::<Vec<_>>() })
    }

    /// The keys that verify: one is done when the last token that it can have signed has ended.
    fn verifying_keys(&self, now: DateTime<Utc>) -> impl Iterator<Item = &SigningKey> {
        self.keys.iter().filter(move |key| {
            key.retired_at().is_none_or(|retired_at| now - retired_at < self.longest_life)
        })
    }
}

/// What is read of a token's header. All else in it stays unread; a name that stands there twice is refused by serde.
#[derive(Deserialize)]
pub(super) struct Head {
    /// How it says to be signed.
    pub(super) alg: String,
    /// Which key it names.
    pub(super) kid: Option<String>,
    /// What kind of token it says to be.
    pub(super) typ: Option<String>,
    /// Extensions that must be understood. We know none.
    crit: Option<Value>,
}

/// A token cut into its parts, with nothing in it proved.
pub(super) struct Unverified<'a> {
    /// What it says of itself.
    pub(super) head: Head,
    signed: &'a str,
    signature: &'a str,
    payload: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Cuts a token of bounded length into its parts.
    pub(super) fn read(token: &'a str) -> Result<Self, Refused> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refused::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Malformed)?;
        let (head, payload) = signed.split_once('.').ok_or(Refused::Malformed)?;
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Malformed);
        let head: Head = parse(&decode(head)?)?;
        if head.crit.is_some() {
            return Err(Refused::Malformed);
        }
        Ok(Self { head, signed, signature, payload: decode(payload)? })
    }

    /// Who says to have issued it. Not proved.
    pub(super) fn claimed_issuer(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Issuer {
            iss: String,
        }
        serde_json::from_slice::<Issuer>(&self.payload).ok().map(|said| said.iss)
    }

    /// The sign-in that it says to be for (OIDC Core, section 2). Not proved.
    pub(super) fn claimed_nonce(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Nonce {
            nonce: String,
        }
        serde_json::from_slice::<Nonce>(&self.payload).ok().map(|said| said.nonce)
    }

    /// The claims, if this key has signed them in this way.
    pub(super) fn claims<T: DeserializeOwned>(
        &self,
        key: &DecodingKey,
        algorithm: Algorithm,
    ) -> Result<T, Refused> {
        match crypto::verify(self.signature, self.signed.as_bytes(), key, algorithm) {
            Ok(true) => parse(&self.payload),
            Ok(false) | Err(_) => Err(Refused::Signature),
        }
    }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(json).map_err(|_| Refused::Malformed)
}

/// The instant of a number of seconds.
fn instant(seconds: i64) -> Result<DateTime<Utc>, Refused> {
    DateTime::from_timestamp(seconds, 0).ok_or(Refused::Malformed)
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
