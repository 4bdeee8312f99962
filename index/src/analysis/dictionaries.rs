//! The text files under `dictionaries/`, which an expert of the field can edit. Each says in its head how.

/// Words of the field, for cutting.
pub(crate) const DOMAIN: &str = include_str!("../../dictionaries/domain.txt");
/// Groups of names for one thing.
pub(crate) const SYNONYMS: &str = include_str!("../../dictionaries/synonyms.txt");
/// Traditional to Simplified.
pub(crate) const TRADITIONAL: &str = include_str!("../../dictionaries/traditional.txt");
/// Words that ask or join.
pub(crate) const FUNCTION_WORDS: &str = include_str!("../../dictionaries/function-words.txt");
/// Words that nearly every text has.
pub(crate) const EVERYDAY_WORDS: &str = include_str!("../../dictionaries/everyday-words.txt");

/// The entries of a dictionary: lines without comments and blanks.
pub(crate) fn lines(dictionary: &'static str) -> impl Iterator<Item = &'static str> {
    dictionary.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
