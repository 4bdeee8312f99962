//! What this layer itself says no to, in both languages.

use crate::error::Code;
use crate::language::Language;
use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};
use std::borrow::Cow;

/// A request that is not executed, or one reason of several.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What a program goes by.
    pub code: Code,
    /// What a person reads, in English.
    pub en: Cow<'static, str>,
    /// What a person reads, in Chinese.
    pub zh: Cow<'static, str>,
    /// Where in the document, if anywhere.
    pub locations: Vec<Pos>,
    /// What more a program can use, beside the code.
    pub details: Vec<(&'static str, Value)>,
}

impl Refusal {
    /// A refusal with a code and its message in English and Chinese.
    pub fn new(
        code: Code,
        en: impl Into<Cow<'static, str>>,
        zh: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, en: en.into(), zh: zh.into(), locations: Vec::new(), details: Vec::new() }
    }

    /// The caller's mistake.
    pub fn bad_input(en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadUserInput, en, zh)
    }

    /// More than one request may ask for.
    pub fn too_complex(en: impl Into<Cow<'static, str>>, zh: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::QueryTooComplex, en, zh)
    }

    /// An error of ours about which nothing may be said but where to ask.
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            "Something went wrong on our side. Name the request id when you ask about it.",
            "服务内部出错。反馈问题时请附上请求编号（requestId）。",
        )
    }

    /// The same refusal, pointing at a place in the document.
    #[must_use]
    pub fn at(mut self, place: Option<Pos>) -> Self {
        self.locations.extend(place);
        self
    }

    /// The same refusal with one detail more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// After how many seconds to come again, where it says so.
    pub(super) fn retry_after(&self) -> Option<u64> {
        let said = self.details.iter().find(|(name, _)| *name == super::RETRY_AFTER);
        match said {
            Some((_, Value::Number(seconds))) => seconds.as_u64(),
            _ => None,
        }
    }

    /// The refusal as an error of a GraphQL answer.
    pub fn to_error(&self, language: Language) -> ServerError {
        let message = match language {
            Language::En => &self.en,
            Language::ZhCn => &self.zh,
        };
        let mut error = ServerError::new(message.clone(), None);
        error.locations.clone_from(&self.locations);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code.as_str());
        for (name, value) in &self.details {
            extensions.set(name, value.clone());
        }
        error.extensions = Some(extensions);
        error
    }
}

/// A message that repeats a whole value of the caller is cut.
pub(super) fn shortened(mut message: String) -> String {
    const ENOUGH: usize = 300;
    if let Some((cut, _)) = message.char_indices().nth(ENOUGH) {
        message.truncate(cut);
        message.push('…');
    }
    message
}
