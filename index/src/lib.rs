//! Finding texts, in Chinese and English, that the one who asks may see.
//!
//! Two doors: [`Index::apply`] takes in changes, [`Index::search`] answers; beside them [`Index::suggest`] while typing
//! and [`Index::similar`] for a pasted text. What an offer is worth for a need tells [`matching`]. The index knows texts, fields, audience tokens and days. It knows no people,
//! no tables, no accounts, and it stores no text: a hit is a [`Key`].
//!
//! In reading order: [`document`](Document) (what is put in), `analysis` (texts into terms), `fields` (how they are laid
//! down), `query` and `matter` (what was typed), `filter` (who may see what), `scan`, `window`, `collect` and `search` (how it is found),
//! `tally` (how it is counted by stations and areas), `ranking` (every weight), `storage` and `rebuild` (how it lies on disk).

mod analysis;
mod backlog;
#[doc(hidden)]
pub mod baseline;
mod collect;
mod cursor;
mod directory;
mod document;
mod error;
mod facets;
mod fields;
mod filter;
mod hash;
mod highlight;
mod index;
pub mod matching;
mod matter;
mod phrase;
mod places;
mod query;
mod ranking;
mod rebuild;
mod request;
mod same;
mod scan;
mod search;
mod similar;
mod snapshot;
mod spelling;
mod storage;
mod suggest;
mod tally;
mod typed;
mod view;
mod window;

pub use analysis::{fold_with_offsets, write_dictionaries};
pub use cursor::Cursor;
pub use document::{Change, Currency, CurrencyDays, Day, Document, Key, Kind};
pub use error::{Error, Result};
pub use filter::Filter;
pub use highlight::{Fragment, Highlighter};
pub use index::{Index, Options, State};
pub use rebuild::Rebuild;
pub use request::{
    Facet, FacetField, Found, Hit, Page, SearchRequest, SimilarRequest, Sort, Suggestion,
};
pub use same::Asked;
pub use tally::{Count, Tally, TallyRequest};
pub use typed::Typed;
