//! Positions in the log of changes, as clients see them: opaque.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::outbox::Revision;

/// A position in the log of changes. Opaque: keep it, give it back, compare nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevisionScalar(pub Revision);

/// A position in the log of changes. Opaque: keep it and give it back; it says nothing by itself.
#[Scalar(name = "Revision")]
impl ScalarType for RevisionScalar {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let number = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| {
            std::str::from_utf8(&bytes).ok()?.strip_prefix("revision:")?.parse().ok()
        });
        number.map(Self).ok_or_else(|| {
            InputValueError::custom(
                "this is not a revision; take it as a payload or a search gave it",
            )
        })
    }

    fn to_value(&self) -> Value {
        Value::String(URL_SAFE_NO_PAD.encode(format!("revision:{}", self.0)))
    }
}
