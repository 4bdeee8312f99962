//! Resumption tokens: where a list goes on, and which list it is. The service remembers none of it, so a token never
//! expires, is good at every node, and may be used twice.
//!
//! A token opens nothing: whatever it says, only what anybody may read is given. Its digest is there so that a token that
//! was cut or mistyped is refused instead of beginning another list.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;
use sha2::Digest as _;

use super::{formats::Format, request::Fault};

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) format: Format,
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) before: DateTime<Utc>,
    pub(super) set: Option<String>,
    /// The last record that was given.
    pub(super) after: (DateTime<Utc>, Uuid),
    /// How many were given.
    pub(super) given: u64,
    /// How many there were in all when the list began.
    pub(super) size: u64,
}

/// How many characters of the digest are kept.
const DIGEST: usize = 8;

impl Token {
    /// The token as harvesters carry it.
    pub(super) fn encode(&self) -> String {
        let from = self.from.map(|from| from.timestamp_micros().to_string()).unwrap_or_default();
        let text = [
            self.format.prefix(),
            &from,
            &self.before.timestamp_micros().to_string(),
            self.set.as_deref().unwrap_or_default(),
            &self.after.0.timestamp_micros().to_string(),
            &self.after.1.simple().to_string(),
            &self.given.to_string(),
            &self.size.to_string(),
        ]
        .join("\n");
        let token = URL_SAFE_NO_PAD.encode(&text);
        format!("{}{token}", digest(&token))
    }

    /// Reads what [`Token::encode`] made.
    pub(super) fn decode(text: &str) -> Result<Self, Fault> {
        Self::parse(text).ok_or_else(Fault::token)
    }

    fn parse(text: &str) -> Option<Self> {
        let (said, token) = text.split_at_checked(DIGEST)?;
        if said != digest(token) {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let parts: Vec<&str> = text.split('\n').collect();
        let [prefix, from, before, set, at, id, given, size] = parts.as_slice() else {
            return None;
        };
        let instant = |text: &str| DateTime::from_timestamp_micros(text.parse().ok()?);
        Some(Self {
            format: Format::of_prefix(prefix)?,
            from: if from.is_empty() { None } else { Some(instant(from)?) },
            before: instant(before)?,
            set: (!set.is_empty()).then(|| (*set).to_owned()),
            after: (instant(at)?, Uuid::try_parse(id).ok()?),
            given: given.parse().ok()?,
            size: size.parse().ok()?,
        })
    }
}

fn digest(text: &str) -> String {
    let hash = sha2::Sha256::digest(text.as_bytes());
    URL_SAFE_NO_PAD.encode(hash).chars().take(DIGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_a_damaged_one_is_refused() {
        let instant = |micros| DateTime::from_timestamp_micros(micros).expect("an instant");
        for (from, set) in [(None, None), (Some(instant(5)), Some("kind:DATASET".to_owned()))] {
            let token = Token {
                format: Format::DataCite,
                from,
                before: instant(1_795_000_000_123_456),
                set,
                after: (instant(77), Uuid::from_u128(9)),
                given: 100,
                size: 250,
            };
            let text = token.encode();
            assert_eq!(Token::decode(&text), Ok(token));
            for damaged in [&text[1..], &text[..text.len() - 1], "", "中中中中中", "x"] {
                let fault = Token::decode(damaged).expect_err(damaged);
                assert_eq!(fault.code, "badResumptionToken");
            }
        }
    }
}
