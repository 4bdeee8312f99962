//! What kind of thing a record is, in our words and in those of each format.
//!
//! Where a format has no type of its own for a kind, the record bears a general type and says the rest in words, in the
//! field that the format has for that: `resourceType`, `genre`, `entrysubtype`, `M3`.

use crate::files::Format;

/// A kind of research output, and what the formats call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Our word.
    pub word: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// `resourceTypeGeneral` of DataCite, which has no type for patents.
    pub datacite: &'static str,
    /// `type` of CSL.
    pub csl: &'static str,
    /// The entry type of BibTeX and BibLaTeX.
    pub bibtex: &'static str,
    /// `TY` of RIS.
    pub ris: &'static str,
}

/// All kinds, with the types in which they are written.
pub const KINDS: [Kind; 13] = [
    kind(
        "JOURNAL_ARTICLE",
        "Journal article",
        ["JournalArticle", "article-journal", "article", "JOUR"],
    ),
    kind("PREPRINT", "Preprint", ["Preprint", "article", "misc", "UNPB"]),
    kind("THESIS", "Thesis", ["Dissertation", "thesis", "thesis", "THES"]),
    kind("DATASET", "Dataset", ["Dataset", "dataset", "dataset", "DATA"]),
    kind("SOFTWARE", "Software", ["Software", "software", "software", "COMP"]),
    kind("PATENT", "Patent", ["Other", "patent", "patent", "PAT"]),
    kind("PROTOTYPE", "Prototype", ["PhysicalObject", "document", "misc", "GEN"]),
    kind(
        "BIOLOGICAL_MATERIAL",
        "Biological material",
        ["PhysicalObject", "document", "misc", "GEN"],
    ),
    kind("CLINICAL_TRIAL", "Clinical trial", ["StudyRegistration", "document", "misc", "GEN"]),
    kind("PROTOCOL", "Protocol", ["Text", "document", "misc", "GEN"]),
    kind("STANDARD", "Standard", ["Standard", "standard", "standard", "STAND"]),
    kind("KNOW_HOW", "Know-how", ["Other", "document", "misc", "GEN"]),
    kind(OTHER, "Other", ["Other", "document", "misc", "GEN"]),
];

/// The word for what has no other.
pub(super) const OTHER: &str = "OTHER";

/// Types that are read and not written, or that mean a kind by themselves: (type in lower case, our word).
const DATACITE: [(&str, &str); 12] = [
    ("journalarticle", "JOURNAL_ARTICLE"),
    ("datapaper", "JOURNAL_ARTICLE"),
    ("preprint", "PREPRINT"),
    ("dissertation", "THESIS"),
    ("dataset", "DATASET"),
    ("software", "SOFTWARE"),
    ("computationalnotebook", "SOFTWARE"),
    ("instrument", "PROTOTYPE"),
    ("studyregistration", "CLINICAL_TRIAL"),
    ("workflow", "PROTOCOL"),
    ("standard", "STANDARD"),
    ("patent", "PATENT"),
];
const CSL: [(&str, &str); 8] = [
    ("article-journal", "JOURNAL_ARTICLE"),
    ("journal-article", "JOURNAL_ARTICLE"),
    ("article", "PREPRINT"),
    ("thesis", "THESIS"),
    ("dataset", "DATASET"),
    ("software", "SOFTWARE"),
    ("patent", "PATENT"),
    ("standard", "STANDARD"),
];
const BIBTEX: [(&str, &str); 12] = [
    ("article", "JOURNAL_ARTICLE"),
    ("unpublished", "PREPRINT"),
    ("preprint", "PREPRINT"),
    ("thesis", "THESIS"),
    ("phdthesis", "THESIS"),
    ("mastersthesis", "THESIS"),
    ("bachelorsthesis", "THESIS"),
    ("dataset", "DATASET"),
    ("data", "DATASET"),
    ("software", "SOFTWARE"),
    ("patent", "PATENT"),
    ("standard", "STANDARD"),
];
const RIS: [(&str, &str); 12] = [
    ("jour", "JOURNAL_ARTICLE"),
    ("ejour", "JOURNAL_ARTICLE"),
    ("jfull", "JOURNAL_ARTICLE"),
    ("inpr", "JOURNAL_ARTICLE"),
    ("unpb", "PREPRINT"),
    ("thes", "THESIS"),
    ("data", "DATASET"),
    ("aggr", "DATASET"),
    ("dbase", "DATASET"),
    ("comp", "SOFTWARE"),
    ("pat", "PATENT"),
    ("stand", "STANDARD"),
];

const fn kind(word: &'static str, label: &'static str, types: [&'static str; 4]) -> Kind {
    let [datacite, csl, bibtex, ris] = types;
    Kind { word, label, datacite, csl, bibtex, ris }
}

/// The kind of one of our words; what is no word of ours is something else.
pub(super) fn of_word(word: &str) -> Kind {
    let other = kind(OTHER, "Other", ["Other", "document", "misc", "GEN"]);
    KINDS.into_iter().find(|kind| kind.word == word).unwrap_or(other)
}

/// Our word for the type of a format, and for what the record says of it in words.
///
/// The type decides where it means one kind. Where it is general, the words are looked at.
pub(super) fn read(format: Format, general: &str, specific: Option<&str>) -> &'static str {
    let types: &[(&str, &str)] = match format {
        Format::DataCite => &DATACITE,
        Format::CslJson => &CSL,
        Format::Bibtex => &BIBTEX,
        Format::Ris => &RIS,
        Format::JsonLines | Format::Csv | Format::Xlsx => &[],
    };
    let general = general.trim().to_ascii_lowercase();
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let by_words = || {
        let specific = plain(specific?);
        KINDS.iter().find(|kind| plain(kind.label) == specific || plain(kind.word) == specific)
    };
    match types.iter().find(|(name, _)| *name == general) {
        Some((_, word)) => word,
        None => by_words().map_or(OTHER, |kind| kind.word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_from_every_format() {
        for kind in KINDS {
            let types = [
                (Format::DataCite, kind.datacite),
                (Format::CslJson, kind.csl),
                (Format::Bibtex, kind.bibtex),
                (Format::Ris, kind.ris),
            ];
            for (format, general) in types {
                assert_eq!(read(format, general, Some(kind.label)), kind.word, "{format:?}");
            }
        }
    }

    #[test]
    fn a_type_that_means_one_kind_is_not_talked_out_of_it() {
        assert_eq!(read(Format::DataCite, "Software", Some("Other")), "SOFTWARE");
        assert_eq!(read(Format::DataCite, "ConferencePaper", None), "OTHER");
        assert_eq!(read(Format::Bibtex, "PhdThesis", None), "THESIS");
    }
}
