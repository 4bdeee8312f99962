//! The formats of files, as the command line names them.

use clap::ValueEnum;

/// The formats of files.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// JSON Lines
    Jsonl,
    /// CSV in UTF-8
    Csv,
    /// A workbook; written of an assessment and of research outputs only
    Xlsx,
    /// DataCite JSON; research outputs only, as all below
    Datacite,
    /// CSL-JSON
    Csl,
    /// BibTeX and BibLaTeX
    Bibtex,
    /// RIS
    Ris,
}

impl Format {
    /// The same in the words of [`crate::files`].
    pub(super) fn of_files(self) -> crate::files::Format {
        use crate::files::Format as Of;
        match self {
            Self::Jsonl => Of::JsonLines,
            Self::Csv => Of::Csv,
            Self::Xlsx => Of::Xlsx,
            Self::Datacite => Of::DataCite,
            Self::Csl => Of::CslJson,
            Self::Bibtex => Of::Bibtex,
            Self::Ris => Of::Ris,
        }
    }
}
