//! The keys that sign our access tokens: Ed25519, each known by the thumbprint of its public half.
//!
//! A key does not live for ever: a newer one takes over the signing, and the older one goes on verifying until what it
//! signed has ended (see [`KeyRing`](super::tokens::KeyRing)). The private half leaves this type as 32 bytes, for the
//! vault to seal; it is in no `Debug`.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand::CryptoRng;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7; version 1, without the
/// public key).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// A pair of keys, and when it was used for signing.
#[derive(Clone)]
pub(super) struct SigningKey {
    kid: String,
    created_at: DateTime<Utc>,
    retired_at: Option<DateTime<Utc>>,
    public: [u8; 32],
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl SigningKey {
    /// A new pair. `created_at` may lie a little ahead, so that others have fetched the public half before the first
    /// token is signed with it.
    pub(super) fn new(rng: &mut impl CryptoRng, created_at: DateTime<Utc>) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self::from_secret_bytes(&seed, created_at, None)
    }

    /// The pair of this private half.
    pub(super) fn from_secret_bytes(
        secret: &[u8; 32],
        created_at: DateTime<Utc>,
        retired_at: Option<DateTime<Utc>>,
    ) -> Self {
        let public = ed25519_dalek::SigningKey::from_bytes(secret).verifying_key().to_bytes();
        Self {
            kid: thumbprint(&public),
            created_at,
            retired_at,
            public,
            signing: EncodingKey::from_ed_der(&[PKCS8_HEAD.as_slice(), secret].concat()),
            verifying: DecodingKey::from_ed_der(&public),
        }
    }

    /// The private half, for the vault and for nobody else.
    pub(super) fn to_secret_bytes(&self) -> [u8; 32] {
        let secret = &self.signing.as_bytes()[PKCS8_HEAD.len()..];
        secret.try_into().expect("the key was made of this head and 32 bytes")
    }

    /// The name by which tokens call the key: the thumbprint of its public half (RFC 7638), so that two keys never
    /// share a name.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// From when it signs.
    pub(super) fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// From when it signs no more.
    pub(super) fn retired_at(&self) -> Option<DateTime<Utc>> {
        self.retired_at
    }

    /// The public half as a JSON Web Key (RFC 8037, section 2).
    pub(super) fn public_jwk(&self) -> Value {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(self.public),
            "use": "sig",
            "alg": "EdDSA",
            "kid": self.kid,
        })
    }

    /// Whether it signs at this moment.
    pub(super) fn signs_at(&self, now: DateTime<Utc>) -> bool {
        self.created_at <= now && self.retired_at.is_none_or(|retired_at| now < retired_at)
    }

    pub(super) fn signing(&self) -> &EncodingKey {
        &self.signing
    }

    pub(super) fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("created_at", &self.created_at)
            .field("retired_at", &self.retired_at)
            .finish_non_exhaustive()
    }
}

/// The thumbprint of a public key: the SHA-256 of its required members in the order of the alphabet (RFC 7638,
/// section 3, with the members that RFC 8037 names).
fn thumbprint(public: &[u8; 32]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    /// The pair of RFC 8037, appendix A.
    fn key_of_the_rfc() -> SigningKey {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        SigningKey::from_secret_bytes(&seed.try_into().unwrap(), noon(), None)
    }

    #[test]
    fn the_public_half_and_its_name_are_those_of_the_rfc() {
        let jwk = key_of_the_rfc().public_jwk();

        assert_eq!(jwk["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(jwk["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(jwk.as_object().unwrap().len(), 6, "nothing private: {jwk}");
    }

    #[test]
    fn the_signature_is_that_of_the_rfc() {
        // RFC 8037, appendix A.4.
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = jsonwebtoken::crypto::sign(
            message,
            key_of_the_rfc().signing(),
            jsonwebtoken::Algorithm::EdDSA,
        );
        assert_eq!(
            signature.unwrap(),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn a_key_comes_back_from_its_private_bytes() {
        let key = SigningKey::new(&mut rand::rng(), noon());
        let again = SigningKey::from_secret_bytes(&key.to_secret_bytes(), noon(), None);

        assert_eq!(again.public_jwk(), key.public_jwk());
        assert_ne!(SigningKey::new(&mut rand::rng(), noon()).kid(), key.kid());
        assert!(!format!("{key:?}").contains("signing"), "{key:?}");
    }
}
