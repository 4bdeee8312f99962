//! The two languages in which people are spoken to.

use std::borrow::Cow;

/// A language that messages for people come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, the default of the API.
    #[default]
    En,
    /// Simplified Chinese.
    ZhCn,
}

impl Language {
    /// The language an `Accept-Language` header prefers, by its q values; English where it names neither
    /// (RFC 9110, section 12.5.4).
    pub fn from_accept_language(header: &str) -> Self {
        Self::preferred(header).unwrap_or(Self::En)
    }

    /// How the language is named (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// The language an `Accept-Language` header prefers, by its q values, where it names one of the two.
    pub fn preferred(header: &str) -> Option<Self> {
        let mut best = (0.0_f32, None);
        for range in header.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q=").map(str::parse::<f32>))
                .map_or(1.0, |parsed| parsed.unwrap_or(0.0));
            let language = match tag.split('-').next() {
                Some("zh") => Self::ZhCn,
                Some("en") => Self::En,
                _ => continue,
            };
            if quality > best.0 {
                best = (quality, Some(language));
            }
        }
        best.1
    }
}

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The sentence in English.
    pub en: Cow<'static, str>,
    /// The sentence in Chinese.
    pub zh: Cow<'static, str>,
}

impl Text {
    /// A sentence said in English and in Chinese.
    pub fn new(en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// The sentence in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::ZhCn => &self.zh,
        }
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.en)
    }
}

impl From<(String, String)> for Text {
    fn from((en, zh): (String, String)) -> Self {
        Self::new(en, zh)
    }
}

impl From<(&'static str, &'static str)> for Text {
    fn from((en, zh): (&'static str, &'static str)) -> Self {
        Self::new(en, zh)
    }
}

/// The same in both languages.
impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(text.clone(), text)
    }
}

/// The same in both languages.
impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::new(text, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_followed_by_its_weights() {
        assert_eq!(Language::from_accept_language("zh-CN,zh;q=0.9,en;q=0.8"), Language::ZhCn);
        assert_eq!(Language::from_accept_language("en;q=0.3, zh;q=0.7"), Language::ZhCn);
        assert_eq!(Language::from_accept_language("fr, en;q=0.5"), Language::En);
        assert_eq!(Language::from_accept_language("zh;q=0"), Language::En);
        assert_eq!(Language::from_accept_language(""), Language::En);
    }
}
