//! The rules by which texts become terms: what is fixed in the program, and the dictionaries that were chosen.

use super::{
    Analysis,
    contrasts::Contrasts,
    dictionaries::{Dictionaries, Dictionary},
    fold::{Folded, Traditional},
    sound::Homophones,
    synonyms::Synonyms,
    words::Words,
};
use crate::{error::Result, hash::Hasher};
use std::{
    fmt,
    path::Path,
    sync::{Arc, LazyLock, OnceLock},
};

/// Raised with every change to fields, analysis or sound terms that is not a change of a dictionary.
const VERSION: &str = "7";

/// Analyses texts by one choice of dictionaries. What it needs is loaded when it is first needed: the dictionary of
/// general words takes a tenth of a second.
pub(crate) struct Analyzer {
    dictionaries: Dictionaries,
    traditional: OnceLock<Traditional>,
    words: OnceLock<Words>,
    synonyms: OnceLock<Synonyms>,
    lay_words: OnceLock<Synonyms>,
    contrasts: OnceLock<Contrasts>,
    homophones: OnceLock<Homophones>,
    fingerprint: OnceLock<String>,
}

impl Analyzer {
    /// With the dictionaries in the program.
    pub(crate) fn embedded() -> Arc<Self> {
        static EMBEDDED: LazyLock<Arc<Analyzer>> =
            LazyLock::new(|| Arc::new(Analyzer::new(Dictionaries::embedded())));
        Arc::clone(&EMBEDDED)
    }

    /// With the dictionaries of a folder, as they are now, and those in the program for what it does not hold.
    pub(crate) fn read(dir: Option<&Path>) -> Result<Arc<Self>> {
        let Some(dir) = dir else { return Ok(Self::embedded()) };
        let analyzer = Self::new(Dictionaries::read(dir)?);
        analyzer.synonyms().check(dir)?;
        Ok(Arc::new(analyzer))
    }

    fn new(dictionaries: Dictionaries) -> Self {
        Self {
            dictionaries,
            traditional: OnceLock::new(),
            words: OnceLock::new(),
            synonyms: OnceLock::new(),
            lay_words: OnceLock::new(),
            contrasts: OnceLock::new(),
            homophones: OnceLock::new(),
            fingerprint: OnceLock::new(),
        }
    }

    /// What the terms of an index depend on: versions and dictionaries. A different one means that the index was built
    /// by other rules and has to be rebuilt. Function words and everyday words are for queries alone, but whoever edits
    /// any file expects a rebuild to take it up.
    pub(crate) fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            let mut hasher = Hasher::default();
            for part in [VERSION, env!("CARGO_PKG_VERSION")] {
                hasher.text(part);
            }
            for dictionary in Dictionary::ALL {
                hasher.text(self.dictionaries.text(dictionary));
            }
            format!("{VERSION}-{:016x}", hasher.finish())
        })
    }

    /// The terms of one text.
    pub(crate) fn analyse(&self, text: &str) -> Analysis {
        let mut analysis = Analysis::default();
        analysis.run(self, text);
        analysis
    }

    /// The folded form of a short text, without places.
    pub(crate) fn folded(&self, text: &str) -> String {
        let mut folded = Folded::default();
        folded.fold(text, self.traditional());
        folded.text
    }

    /// The form in which identifiers are compared: folded, letters and digits only, so that width, case, brackets and
    /// spaces make no difference.
    pub(crate) fn identifier(&self, text: &str) -> String {
        self.folded(text).chars().filter(|ch| ch.is_alphanumeric()).collect()
    }

    /// The characters that sound like this one, the most used first.
    pub(crate) fn homophones(&self, ch: char) -> &[char] {
        self.homophones.get_or_init(|| Homophones::new(self.words())).of(ch)
    }

    pub(crate) fn traditional(&self) -> &Traditional {
        self.traditional.get_or_init(|| Traditional::new(&self.dictionaries))
    }

    pub(crate) fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::new(&self.dictionaries))
    }

    pub(crate) fn contrasts(&self) -> &Contrasts {
        self.contrasts.get_or_init(|| Contrasts::new(self, &self.dictionaries))
    }

    pub(crate) fn synonyms(&self) -> &Synonyms {
        self.synonyms.get_or_init(|| Synonyms::new(self, &self.dictionaries))
    }

    /// Words of those who ask, beside words of those who offer.
    pub(crate) fn lay_words(&self) -> &Synonyms {
        self.lay_words.get_or_init(|| Synonyms::lay(self, &self.dictionaries))
    }
}

impl fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Analyzer").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}
