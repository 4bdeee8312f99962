//! One key and what is done with it: sealing, opening, hashing. The only place that names the algorithms.
//!
//! Sealing is XChaCha20-Poly1305. Its nonces of 24 bytes are long enough to be drawn by lot, so that no node has to count
//! what it sealed. Hashing is HMAC-SHA-256. No key serves two ends: what a master key is used for, it derives a key for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use hmac::{Hmac, Mac as _};
use rand::{TryRng as _, rngs::SysRng};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// How many bytes a key has.
const KEY: usize = 32;
/// How many bytes a nonce has.
const NONCE: usize = 24;
/// The first byte of all that is sealed. A later way of sealing takes another one, and the old way can still be opened.
const VERSION: u8 = 1;

/// The bytes of a key, wiped when it is dropped.
pub(super) struct Key(Zeroizing<[u8; KEY]>);

impl Key {
    pub(super) fn random() -> Self {
        Self(Zeroizing::new(random()))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// Reads what [`Key::encode`] wrote.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Self::from_bytes(&bytes)
    }

    pub(super) fn encode(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.as_bytes()))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The key for one end. Who has it can neither find this one nor that for another end.
    pub(super) fn derive(&self, end: &str) -> Self {
        self.hash("zhanjian vault", end)
    }

    /// The keyed hash of a text for a purpose; it is as long as a key and can serve as one.
    pub(super) fn hash(&self, purpose: &str, text: &str) -> Self {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.as_bytes())
            .expect("HMAC takes a key of any length");
        // With the length in front, no purpose and text read like another purpose and text.
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(text.as_bytes());
        Self(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// Seals for a context: the version, the nonce and the ciphertext, as text.
    pub(super) fn seal(&self, context: &str, plain: &[u8]) -> String {
        let nonce: [u8; NONCE] = random();
        let closed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context.as_bytes() })
            .expect("what is in memory is shorter than the 256 GiB of one message");
        let mut bytes = Vec::with_capacity(1 + NONCE + closed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&closed);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens what [`Key::seal`] closed, whole and in its context or not at all.
    pub(super) fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| not_sealed(context))?;
        let (&version, rest) = bytes.split_first().ok_or_else(|| not_sealed(context))?;
        if version != VERSION {
            return Err(not_sealed(context));
        }
        let (nonce, closed) =
            rest.split_first_chunk::<NONCE>().ok_or_else(|| not_sealed(context))?;
        self.cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: closed, aad: context.as_bytes() })
            .map_err(|_| {
                Error::internal(format!(
                    "what is stored as {context} does not open: it was altered, moved from elsewhere, or sealed under \
                     another key"
                ))
            })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

fn not_sealed(context: &str) -> Error {
    Error::internal(format!("what is stored as {context} is nothing that this version sealed"))
}

/// Bytes from the operating system. A generator of our own would be one more thing to get wrong, and to copy by a fork.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .expect("a system that has started gives randomness, and without it nothing here is safe");
    bytes
}
