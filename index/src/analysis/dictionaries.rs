//! The text files under `dictionaries/`, which an expert of the field can edit. Each says in its head how.
//!
//! They are in the program; a folder that is named at the start replaces those of them that it holds.

use crate::error::{Error, Result};
use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

/// One dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dictionary {
    /// Words of the field, for cutting.
    Domain,
    /// Groups of names for one thing.
    Synonyms,
    /// The same for words of Taiwan and Hong Kong.
    Regional,
    /// Words that make two questions different ones.
    Contrasts,
    /// Traditional to Simplified.
    Traditional,
    /// Words that ask or join.
    FunctionWords,
    /// Words that nearly every text has.
    EverydayWords,
    /// Words of those who ask, beside words of those who offer.
    LayWords,
}

impl Dictionary {
    pub(crate) const ALL: [Self; 8] = [
        Self::Domain,
        Self::Synonyms,
        Self::Regional,
        Self::Contrasts,
        Self::Traditional,
        Self::FunctionWords,
        Self::EverydayWords,
        Self::LayWords,
    ];

    /// The name of its file.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Domain => "domain.txt",
            Self::Synonyms => "synonyms.txt",
            Self::Regional => "regional.txt",
            Self::Contrasts => "contrasts.txt",
            Self::Traditional => "traditional.txt",
            Self::FunctionWords => "function-words.txt",
            Self::EverydayWords => "everyday-words.txt",
            Self::LayWords => "lay-words.txt",
        }
    }

    fn embedded(self) -> &'static str {
        match self {
            Self::Domain => include_str!("../../dictionaries/domain.txt"),
            Self::Synonyms => include_str!("../../dictionaries/synonyms.txt"),
            Self::Regional => include_str!("../../dictionaries/regional.txt"),
            Self::Contrasts => include_str!("../../dictionaries/contrasts.txt"),
            Self::Traditional => include_str!("../../dictionaries/traditional.txt"),
            Self::FunctionWords => include_str!("../../dictionaries/function-words.txt"),
            Self::EverydayWords => include_str!("../../dictionaries/everyday-words.txt"),
            Self::LayWords => include_str!("../../dictionaries/lay-words.txt"),
        }
    }
}

/// The texts of all dictionaries.
#[derive(Debug)]
pub(crate) struct Dictionaries([Cow<'static, str>; 8]);

impl Dictionaries {
    /// Those in the program.
    pub(crate) fn embedded() -> Self {
        Self(Dictionary::ALL.map(|dictionary| Cow::Borrowed(dictionary.embedded())))
    }

    /// Those in a folder, and those in the program for what the folder does not hold. A text file of another name is an
    /// error: most likely the name is misspelt, and it would have no effect.
    pub(crate) fn read(dir: &Path) -> Result<Self> {
        let fault = |reason: String| Error::Dictionary { file: dir.to_path_buf(), line: 0, reason };
        let entries =
            fs::read_dir(dir).map_err(|error| fault(format!("cannot be read: {error}")))?;
        let mut dictionaries = Self::embedded();
        let mut any = false;
        for entry in entries {
            let path = entry.map_err(|error| fault(format!("cannot be read: {error}")))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let known = Dictionary::ALL.iter().position(|dictionary| dictionary.file() == name);
            let Some(known) = known else {
                if path.extension().is_some_and(|extension| extension == "txt") {
                    let names = Dictionary::ALL.map(Dictionary::file).join(", ");
                    let reason =
                        format!("is no dictionary: rename it to one of {names}, or take it away");
                    return Err(Error::Dictionary { file: path, line: 0, reason });
                }
                continue;
            };
            let bytes = fs::read(&path).map_err(|error| Error::Dictionary {
                file: path.clone(),
                line: 0,
                reason: format!("cannot be read: {error}"),
            })?;
            let text = String::from_utf8(bytes).map_err(|error| Error::Dictionary {
                file: path.clone(),
                line: line_of(error.as_bytes(), error.utf8_error().valid_up_to()),
                reason: "is not UTF-8: save the file as UTF-8".to_owned(),
            })?;
            dictionaries.0[known] = Cow::Owned(text);
            any = true;
        }
        if !any {
            let names = Dictionary::ALL.map(Dictionary::file).join(", ");
            return Err(fault(format!("holds none of {names}")));
        }
        dictionaries.check(dir)?;
        Ok(dictionaries)
    }

    /// The text of one.
    pub(crate) fn text(&self, dictionary: Dictionary) -> &str {
        &self.0[dictionary as usize]
    }

    /// The entries of one: lines without comments and blanks.
    pub(crate) fn lines(&self, dictionary: Dictionary) -> impl Iterator<Item = &str> {
        self.numbered(dictionary).map(|(_, line)| line)
    }

    /// Entries with the numbers of their lines.
    pub(crate) fn numbered(&self, dictionary: Dictionary) -> impl Iterator<Item = (usize, &str)> {
        let text = self.text(dictionary).trim_start_matches('\u{feff}');
        let lines = (1..).zip(text.lines()).map(|(number, line)| (number, line.trim()));
        lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    }

    /// Looks for lines that mean nothing, or two things.
    pub(crate) fn check(&self, dir: &Path) -> Result<()> {
        let fault = |dictionary: Dictionary, line: usize, reason: String| {
            Err(Error::Dictionary { file: dir.join(dictionary.file()), line, reason })
        };
        for (line, entry) in self.numbered(Dictionary::Traditional) {
            let single = |text: &str| text.chars().count() == 1;
            if !matches!(entry.split('\t').collect::<Vec<_>>()[..], [from, to] if single(from) && single(to))
            {
                let reason =
                    format!("{entry:?} is not two single characters with a tab between them");
                return fault(Dictionary::Traditional, line, reason);
            }
        }
        for dictionary in [Dictionary::Domain, Dictionary::FunctionWords, Dictionary::EverydayWords]
        {
            for (line, entry) in self.numbered(dictionary) {
                if entry.contains(char::is_whitespace) {
                    return fault(
                        dictionary,
                        line,
                        format!("{entry:?} has a space: write one word a line"),
                    );
                }
            }
        }
        for dictionary in [Dictionary::Synonyms, Dictionary::Regional, Dictionary::LayWords] {
            for (line, entry) in self.numbered(dictionary) {
                if entry.split('|').any(|name| name.trim().trim_start_matches('!').is_empty()) {
                    return fault(
                        dictionary,
                        line,
                        format!("{entry:?} has an empty name: take away the extra |"),
                    );
                }
            }
        }
        for (line, entry) in self.numbered(Dictionary::Contrasts) {
            if entry.split('|').count() < 2 || entry.split('|').any(|side| side.trim().is_empty()) {
                let reason = format!("{entry:?} has not two sides or more, separated by |");
                return fault(Dictionary::Contrasts, line, reason);
            }
        }
        Ok(())
    }
}

/// Writes the dictionaries of the program into a folder, which is made where there is none, and tells which files those
/// are. None is overwritten: whoever has edited one gets an error before anything is written.
pub fn write_dictionaries(dir: &Path) -> Result<Vec<PathBuf>> {
    let files = Dictionary::ALL.map(|dictionary| (dir.join(dictionary.file()), dictionary));
    if let Some((file, _)) = files.iter().find(|(file, _)| file.exists()) {
        let reason = "is there already: name an empty folder".to_owned();
        return Err(Error::Dictionary { file: file.clone(), line: 0, reason });
    }
    fs::create_dir_all(dir)?;
    for (file, dictionary) in &files {
        fs::write(file, dictionary.embedded())?;
    }
    Ok(files.into_iter().map(|(file, _)| file).collect())
}

/// The line of a place in a text.
fn line_of(text: &[u8], at: usize) -> usize {
    text[..at].split(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyzer;

    #[test]
    fn what_is_written_can_be_read_and_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("dictionaries");
        assert_eq!(write_dictionaries(&dir).unwrap().len(), Dictionary::ALL.len());
        let analyzer = Analyzer::read(Some(&dir)).unwrap();
        assert_eq!(analyzer.fingerprint(), Analyzer::embedded().fingerprint());
        assert!(write_dictionaries(&dir).unwrap_err().to_string().contains("is there already"));
    }

    #[test]
    fn the_dictionaries_in_the_program_are_good() {
        let here = Path::new("");
        Dictionaries::embedded().check(here).unwrap();
        Analyzer::embedded().synonyms().check(here).unwrap();
    }
}
