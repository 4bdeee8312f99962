//! The words of the console, in both languages: one catalogue of Fluent messages, a file for what belongs together.

use std::{borrow::Cow, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use crate::language::Language;

/// The files of a language, each with its name.
macro_rules! catalogue {
    ($language:literal) => {
        catalogue!(
            $language: "common", "marks", "search", "answer", "consultations", "drafting", "supervision", "partners",
            "introductions", "publishing", "network", "reports", "sign-in", "account", "administration", "help",
            "developers",
        )
    };
    ($language:literal: $($file:literal),+ $(,)?) => {
        [$(($file, include_str!(concat!($language, "/", $file, ".ftl")))),+]
    };
}

static CHINESE: LazyLock<Catalogue> = LazyLock::new(|| bundle("zh-CN", &catalogue!("zh-CN")));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| bundle("en", &catalogue!("en")));

type Catalogue = FluentBundle<FluentResource>;

/// The catalogue of one language. A test reads both, so that none of this can fail in service.
fn bundle(language: &str, files: &[(&str, &str)]) -> Catalogue {
    let mut bundle = FluentBundle::new_concurrent(language.parse().into_iter().collect());
    // Marks around what is put in are for texts of mixed direction; ours has none, and they would be copied along.
    bundle.set_use_isolating(false);
    for (name, text) in files {
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(kept, faults)| {
            tracing::error!(file = name, faults = ?faults, "texts that cannot be read are left out");
            kept
        });
        if let Err(faults) = bundle.add_resource(resource) {
            tracing::error!(file = name, faults = ?faults, "texts that stand there twice are left out");
        }
    }
    bundle
}

/// The words in one language.
#[derive(Clone, Copy)]
pub(super) struct Texts {
    language: Language,
    catalogue: &'static Catalogue,
}

impl Texts {
    /// The words in a language.
    pub(super) fn in_language(language: Language) -> Self {
        let catalogue = match language {
            Language::ZhCn => &*CHINESE,
            Language::En => &*ENGLISH,
        };
        Self { language, catalogue }
    }

    /// The language.
    pub(super) fn language(self) -> Language {
        self.language
    }

    /// A text by its name. One that there is not is shown by its name, which a test does not let happen.
    pub(super) fn of(self, name: &str) -> Cow<'static, str> {
        self.written(name, None)
    }

    /// A text that something is put into.
    pub(super) fn with(self, name: &str, key: &'static str, value: impl Said) -> String {
        let mut args = FluentArgs::new();
        args.set(key, value.said());
        self.written(name, Some(&args)).into_owned()
    }

    /// A text that two things are put into.
    pub(super) fn with_two(
        self,
        name: &str,
        first: &'static str,
        one: impl Said,
        second: &'static str,
        two: impl Said,
    ) -> String {
        let mut args = FluentArgs::new();
        args.set(first, one.said());
        args.set(second, two.said());
        self.written(name, Some(&args)).into_owned()
    }

    /// What a value of an enumeration of the API is called.
    pub(super) fn label(self, kind: &str, value: &str) -> Cow<'static, str> {
        self.of(&format!("{kind}-{value}"))
    }

    fn written(self, name: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let bundle = self.catalogue;
        let Some(pattern) = bundle.get_message(name).and_then(|message| message.value()) else {
            tracing::error!(text = name, "there is no such text");
            return Cow::Owned(name.to_owned());
        };
        match args {
            None => bundle.format_pattern(pattern, None, &mut Vec::new()),
            Some(args) => {
                let text = bundle.format_pattern(pattern, Some(args), &mut Vec::new());
                Cow::Owned(text.into_owned())
            }
        }
    }
}

/// What can be put into a text.
pub(super) trait Said {
    /// As Fluent takes it.
    fn said(&self) -> FluentValue<'_>;
}

impl Said for str {
    fn said(&self) -> FluentValue<'_> {
        self.into()
    }
}

impl Said for String {
    fn said(&self) -> FluentValue<'_> {
        self.as_str().into()
    }
}

impl Said for i64 {
    fn said(&self) -> FluentValue<'_> {
        (*self).into()
    }
}

impl Said for usize {
    fn said(&self) -> FluentValue<'_> {
        (*self).into()
    }
}

impl<T: Said + ?Sized> Said for &T {
    fn said(&self) -> FluentValue<'_> {
        (**self).said()
    }
}

#[cfg(test)]
mod tests;
