//! What kinds are called elsewhere.

use crate::research::OutputKind;

/// A kind in other vocabularies.
pub(super) struct Names {
    /// What people call it; unlike all others, so that it is read back as it was.
    pub(super) word: &'static str,
    /// The type of the Dublin Core Metadata Initiative that comes nearest.
    pub(super) dcmi: &'static str,
    /// The `resourceTypeGeneral` of `DataCite`, which knows no patents.
    pub(super) datacite: &'static str,
}

/// The names of a kind.
pub(super) fn names(kind: OutputKind) -> Names {
    let (word, dcmi, datacite) = match kind {
        OutputKind::JournalArticle => ("Journal article", "Text", "JournalArticle"),
        OutputKind::Preprint => ("Preprint", "Text", "Preprint"),
        OutputKind::Thesis => ("Thesis", "Text", "Dissertation"),
        OutputKind::Dataset => ("Dataset", "Dataset", "Dataset"),
        OutputKind::Software => ("Software", "Software", "Software"),
        OutputKind::Patent => ("Patent", "Text", "Other"),
        OutputKind::Prototype => ("Prototype", "PhysicalObject", "PhysicalObject"),
        OutputKind::BiologicalMaterial => {
            ("Biological material", "PhysicalObject", "PhysicalObject")
        }
        OutputKind::ClinicalTrial => ("Clinical trial", "Text", "StudyRegistration"),
        OutputKind::Protocol => ("Protocol", "Text", "Workflow"),
        OutputKind::Standard => ("Standard", "Text", "Standard"),
        OutputKind::KnowHow => ("Know-how", "Text", "Other"),
        OutputKind::Other => ("Other", "Text", "Other"),
    };
    Names { word, dcmi, datacite }
}

/// Words of other vocabularies (Dublin Core, COAR, `info:eu-repo`, `DataCite`, and what Chinese repositories write), for
/// the kinds that they mean; those further up say more.
const WORDS: [(OutputKind, &[&str]); 12] = [
    (OutputKind::Patent, &["patent", "patentapplication", "专利", "发明专利"]),
    (OutputKind::Preprint, &["preprint", "workingpaper", "预印本"]),
    (
        OutputKind::Thesis,
        &[
            "thesis",
            "dissertation",
            "doctoralthesis",
            "masterthesis",
            "bachelorthesis",
            "学位论文",
            "博士论文",
            "硕士论文",
            "博士学位论文",
            "硕士学位论文",
        ],
    ),
    (
        OutputKind::JournalArticle,
        &[
            "journalarticle",
            "article",
            "researcharticle",
            "reviewarticle",
            "datapaper",
            "conferencepaper",
            "conferenceobject",
            "conferenceproceeding",
            "期刊论文",
            "会议论文",
            "论文",
        ],
    ),
    (
        OutputKind::ClinicalTrial,
        &["clinicaltrial", "studyregistration", "clinicalstudy", "临床试验"],
    ),
    (OutputKind::Protocol, &["protocol", "workflow", "researchprotocol", "方案"]),
    (OutputKind::Standard, &["standard", "标准"]),
    (OutputKind::Prototype, &["prototype", "instrument", "样机"]),
    (OutputKind::BiologicalMaterial, &["biologicalmaterial", "生物材料"]),
    (OutputKind::KnowHow, &["knowhow", "专有技术"]),
    (OutputKind::Software, &["software", "computationalnotebook", "sourcecode", "软件"]),
    (OutputKind::Dataset, &["dataset", "data", "collection", "数据集"]),
];

/// The kind that these words mean, as an import names it: the one that says most.
pub(super) fn of_words<'a>(words: impl Iterator<Item = &'a str>) -> &'static str {
    let words: Vec<String> = words.map(bare).collect();
    let kind = WORDS.into_iter().find(|(_, known)| {
        known.iter().any(|known| words.iter().any(|word| word.as_str() == *known))
    });
    name(kind.map_or(OutputKind::Other, |(kind, _)| kind))
}

/// Letters in lower case, without the vocabulary that stands in front.
fn bare(word: &str) -> String {
    let word = word.trim().trim_end_matches('/');
    let word = word.rsplit(['/', '#', ':']).next().unwrap_or_default();
    word.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn name(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::JournalArticle => "JOURNAL_ARTICLE",
        OutputKind::Preprint => "PREPRINT",
        OutputKind::Thesis => "THESIS",
        OutputKind::Dataset => "DATASET",
        OutputKind::Software => "SOFTWARE",
        OutputKind::Patent => "PATENT",
        OutputKind::Prototype => "PROTOTYPE",
        OutputKind::BiologicalMaterial => "BIOLOGICAL_MATERIAL",
        OutputKind::ClinicalTrial => "CLINICAL_TRIAL",
        OutputKind::Protocol => "PROTOCOL",
        OutputKind::Standard => "STANDARD",
        OutputKind::KnowHow => "KNOW_HOW",
        OutputKind::Other => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ActiveEnum as _, Iterable as _};

    use super::*;

    #[test]
    fn every_kind_is_read_back_as_it_was_written() {
        for kind in OutputKind::iter() {
            let names = names(kind);
            let back = of_words([names.dcmi, names.datacite, names.word].into_iter());
            assert_eq!(back, kind.to_value());
        }
    }

    #[test]
    fn kinds_of_other_repositories_are_known() {
        for (word, expected) in [
            ("info:eu-repo/semantics/doctoralThesis", "THESIS"),
            ("http://purl.org/coar/resource_type/preprint", "PREPRINT"),
            ("Journal Article", "JOURNAL_ARTICLE"),
            ("学位论文", "THESIS"),
            ("Text", "OTHER"),
        ] {
            assert_eq!(of_words([word].into_iter()), expected, "{word}");
        }
    }
}
