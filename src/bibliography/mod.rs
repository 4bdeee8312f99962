//! The formats of reference managers and repositories: DataCite JSON, CSL-JSON, BibTeX and BibLaTeX, RIS.
//!
//! A file of each is read record by record, in bounded memory, and comes as rows with the columns of research outputs
//! ([`open()`]); records are written in each ([`Writer`]). In between stands one [`Record`], which every format fills as
//! far as it can and is written from. What a format can hold is a table ([`HOLDINGS`]), which the tests go by and
//! docs/formats.md shows.
//!
//! These formats know nothing of maturity, of modes of cooperation, of embargo and audience, and a contact never comes
//! from one or goes into one. Whoever imports such a file says for whom it is meant.
//!
//! This module knows texts and fields. It knows no tables and no rights.

mod bibtex;
mod csl;
mod datacite;
mod holdings;
mod identifiers;
mod json;
mod kinds;
mod markup;
mod names;
mod open;
mod record;
mod ris;
#[cfg(test)]
mod tests;
mod writer;

pub use self::holdings::{HOLDINGS, Held, Holding, held};
pub use self::kinds::{KINDS, Kind};
pub use self::open::open;
pub use self::record::{Contributor, Identifier, Patent, Record};
pub use self::writer::{Whole, Writer, whole};
use crate::files::Format;

/// The formats, in the order in which tables have them.
pub const FORMATS: [Format; 4] = [Format::DataCite, Format::CslJson, Format::Bibtex, Format::Ris];

/// By this name our own files say that they are ours, so that nothing in them has to be guessed.
const OURS: &str = "zhanjian";
