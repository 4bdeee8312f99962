//! What people write: looked at once, bounded, and then held as proof of it.

use crate::{
    error::{Error, Result},
    language::Text,
};

/// The most characters of a question, a reply or a summary.
const LONG: usize = 20_000;
/// The most characters of a reason or a note.
const SHORT: usize = 5_000;

/// A text that is neither empty nor too long. It may name a company, so it has no `Debug` that shows it.
#[derive(Clone)]
pub(super) struct Words(String);

impl Words {
    /// A question, a reply or a summary.
    pub(super) fn long(field: &str, text: &str) -> Result<Self> {
        Self::bounded(field, text, LONG)
    }

    /// A reason or a note.
    pub(super) fn short(field: &str, text: &str) -> Result<Self> {
        Self::bounded(field, text, SHORT)
    }

    /// The same, where it may be left out; nothing but spaces is nothing.
    pub(super) fn perhaps(
        field: &str,
        text: Option<&str>,
        parse: fn(&str, &str) -> Result<Self>,
    ) -> Result<Option<Self>> {
        text.filter(|text| !text.trim().is_empty()).map(|text| parse(field, text)).transpose()
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn bounded(field: &str, text: &str, most: usize) -> Result<Self> {
        let text = text.trim();
        // PostgreSQL takes no NUL, and nobody types one.
        let fits = (1..=most).contains(&text.chars().count()) && !text.contains('\0');
        if fits {
            return Ok(Self(text.to_owned()));
        }
        let reason = Text::new(
            format!("1 to {most} characters are wanted"),
            format!("应为 1 至 {most} 个字符"),
        );
        Err(Error::invalid(field, reason))
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Words(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_bounded_and_shows_itself_to_no_log() {
        assert_eq!(Words::short("reason", " 示例 ").expect("a text").as_str(), "示例");
        assert_eq!(format!("{:?}", Words::long("text", "示例公司")), "Ok(Words(…))");
        for text in ["", "  ", "a\0b", &"字".repeat(5_001)] {
            assert!(Words::short("reason", text).is_err());
        }
        assert!(Words::perhaps("reason", Some(" "), Words::short).expect("nothing").is_none());
    }
}
