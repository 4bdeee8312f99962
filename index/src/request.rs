//! What is asked of the index, and what it answers.

use crate::{
    cursor::Cursor,
    document::{Day, Key, Kind},
    filter::Filter,
    highlight::Highlighter,
};

/// A search.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// What the viewer may see; none: nothing.
    pub tokens: Vec<String>,
    /// The day on which embargoes are judged.
    pub today: Day,
    /// The day on which currency is judged.
    pub as_of: Day,
    /// What was typed; empty: everything, newest first.
    pub text: String,
    /// Documents that the text names in a way that only the caller can read: they come first, as with an identifier.
    pub named: Vec<Key>,
    /// Which documents.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Which part of the list.
    pub page: Page,
    /// What to count, hit by hit.
    pub facets: Vec<FacetField>,
    /// Whether the total is wanted; without it and without facets a search may stop early.
    pub total: bool,
}

/// The order of hits. Equals follow their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best first; of an empty text: newest first. This list ends at a depth of 1,000 hits, the others have no end.
    #[default]
    Relevance,
    /// By day, undated last.
    Newest,
    /// By day, undated last.
    Oldest,
    /// By uses.
    MostReused,
}

/// A part of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Page {
    /// The first hits of the list, or of what follows a hit.
    First {
        /// At most so many.
        limit: usize,
        /// The hit before the first.
        after: Option<Cursor>,
    },
    /// The last hits of the list, or of what precedes a hit; in the order of the list.
    Last {
        /// At most so many.
        limit: usize,
        /// The hit behind the last.
        before: Option<Cursor>,
    },
}

impl Default for Page {
    fn default() -> Self {
        Self::First { limit: 20, after: None }
    }
}

/// What can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FacetField {
    /// Kind of document.
    Kind,
    /// Station code.
    Station,
    /// Organization id.
    Organization,
    /// Area code; a hit counts for its area and everything above.
    Area,
    /// Year.
    Year,
    /// Currency on the day asked for.
    Currency,
    /// Product kind.
    ProductKind,
    /// Device class.
    DeviceClass,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many hits there are.
    pub total: u64,
    /// The part that was asked for.
    pub hits: Vec<Hit>,
    /// Whether hits follow.
    pub has_next: bool,
    /// Whether hits precede.
    pub has_previous: bool,
    /// What was counted, in the order asked for.
    pub facets: Vec<Facet>,
    /// Another spelling that finds something, when this one finds little.
    pub did_you_mean: Option<String>,
    /// The revision up to which the index had come.
    pub watermark: u64,
    /// The generation that answered.
    pub generation: u64,
    /// Marks in a text why it was found.
    pub highlighter: Highlighter,
}

/// One hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which document.
    pub key: Key,
    /// How well it fits, as part of the best hit of the list (by relevance) or of the page (other orders).
    pub score: f32,
    /// Where it stands.
    pub cursor: Cursor,
}

/// The counts of one field over all hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// Which field.
    pub field: FacetField,
    /// Values with their counts, the most frequent first.
    pub buckets: Vec<(String, u64)>,
}

/// Asks for documents like a text.
#[derive(Clone, Debug, Default)]
pub struct SimilarRequest {
    /// What the viewer may see.
    pub tokens: Vec<String>,
    /// The day on which embargoes are judged.
    pub today: Day,
    /// The day on which currency is judged.
    pub as_of: Day,
    /// A question, a description, an e-mail.
    pub text: String,
    /// The document that the text is of.
    pub exclude: Option<Key>,
    /// Which kinds; empty: all.
    pub kinds: Vec<Kind>,
    /// At most so many.
    pub limit: usize,
    /// Also what has been replaced.
    pub include_superseded: bool,
}

/// A name that fits what has been typed so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    /// The document whose title (or keyword) it is. The text is the caller's to load: none is stored here.
    pub key: Key,
    /// How often it was used.
    pub uses: u64,
    /// Whether the name begins with what was typed.
    pub begins: bool,
}
