//! Who may see a document, and which of those are asked for.
//!
//! Every way to find anything goes through [`Gate`], and [`Gate`] always asks [`Visibility`] first: hits, totals, facets,
//! suggestions, spelling and similar documents can never disagree about what a viewer may see.

use crate::{
    document::{Currency, Day, Key, Kind},
    error::Result,
    fields::fields,
    view::{Columns, Currencies},
};
use tantivy::{
    DocId, DocSet, SegmentReader, TERMINATED, Term,
    columnar::{Column, StrColumn},
    schema::IndexRecordOption,
};

/// Which documents are asked for. Empty lists ask for nothing in particular.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Any of these kinds; empty: all but needs, which are matched and not searched.
    pub kinds: Vec<Kind>,
    /// Any of these station codes.
    pub stations: Vec<String>,
    /// Any of these organization ids.
    pub organizations: Vec<String>,
    /// Any of these areas, each with its subtree.
    pub areas: Vec<String>,
    /// Any of these product kinds.
    pub product_kinds: Vec<String>,
    /// Any of these device classes.
    pub device_classes: Vec<String>,
    /// Any of these states of currency, on the day asked for.
    pub currency: Vec<Currency>,
    /// First and last year, both included.
    pub years: (Option<i32>, Option<i32>),
    /// First and last day, both included.
    pub dated: (Option<Day>, Option<Day>),
    /// Of each inner list any; of the outer list all.
    pub tags: Vec<Vec<String>>,
    /// Also what has been replaced.
    pub include_superseded: bool,
    /// None but these: for whether some documents are among the hits of a search, without going through all of them.
    pub only: Vec<Key>,
}

/// Who asks, and as of when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer<'a> {
    pub(crate) tokens: &'a [String],
    /// For embargoes.
    pub(crate) today: Day,
    /// For currency.
    pub(crate) as_of: Day,
}

/// Lets the documents of one segment pass or not.
pub(crate) struct Gate<'a> {
    segment: &'a SegmentReader,
    visibility: Visibility<'a>,
    checks: Vec<Check<'a>>,
    few: Option<Vec<DocId>>,
    /// The same judgement of currency serves filter, facet and ranking.
    pub(crate) currencies: Currencies<'a>,
    excluded: Option<(&'a Columns, Key)>,
}

impl<'a> Gate<'a> {
    /// A gate for one segment.
    pub(crate) fn new(
        segment: &'a SegmentReader,
        columns: &'a Columns,
        viewer: Viewer<'_>,
        filter: &Filter,
        exclude: Option<Key>,
    ) -> Result<Self> {
        Ok(Self {
            segment,
            visibility: Visibility::new(columns, viewer)?,
            checks: checks(segment, columns, filter)?,
            few: if filter.kinds.is_empty() { None } else { columns.rare(&filter.kinds) },
            currencies: columns.currencies(viewer.as_of),
            excluded: exclude.map(|key| (columns, key)),
        })
    }

    /// Whether any document of the segment can pass.
    pub(crate) fn is_open(&self) -> bool {
        self.visibility.may_see_any()
            && !self.checks.iter().any(|check| matches!(check, Check::Nothing))
    }

    /// The only documents that can pass, in their order, where it is known that they are few.
    pub(crate) fn few(&self) -> Option<&[DocId]> {
        let named = self.checks.iter().find_map(|check| match check {
            Check::Documents(documents) => Some(documents.as_slice()),
            _ => None,
        });
        named.or(self.few.as_deref())
    }

    /// Whether a document exists, is visible and is asked for.
    pub(crate) fn admits(&self, doc: DocId) -> bool {
        !self.segment.is_deleted(doc)
            && self.visibility.sees(doc)
            && self.checks.iter().all(|check| check.passes(doc, &self.currencies))
            && self.excluded.is_none_or(|(columns, key)| columns.key(doc) != key)
    }
}

/// The one place that decides who sees what: the audience from its day on, the owner at any time.
struct Visibility<'a> {
    audience: OrdSet<'a>,
    owner: OrdSet<'a>,
    visible_from: &'a Column<i64>,
    today: i64,
}

impl<'a> Visibility<'a> {
    fn new(columns: &'a Columns, viewer: Viewer<'_>) -> Result<Self> {
        Ok(Self {
            audience: OrdSet::new(columns.audience.as_ref(), viewer.tokens)?,
            owner: OrdSet::new(columns.owner.as_ref(), viewer.tokens)?,
            visible_from: &columns.visible_from,
            today: i64::from(viewer.today),
        })
    }

    fn may_see_any(&self) -> bool {
        !(self.audience.is_empty() && self.owner.is_empty())
    }

    fn sees(&self, doc: DocId) -> bool {
        let shown = || self.visible_from.first(doc).is_none_or(|from| from <= self.today);
        (self.audience.meets(doc) && shown()) || self.owner.meets(doc)
    }
}

/// From how many values on a dictionary is read from its beginning to its end.
const MANY_VALUES: usize = 64;

/// A set of values of a text column, as the segment numbers them.
struct OrdSet<'a> {
    column: Option<&'a Column<u64>>,
    ords: Vec<u64>,
}

impl<'a> OrdSet<'a> {
    fn new(column: Option<&'a StrColumn>, values: &[String]) -> Result<Self> {
        let Some(column) = column else { return Ok(Self { column: None, ords: Vec::new() }) };
        let mut ords = Vec::new();
        if values.len() > MANY_VALUES {
            // Each look into the dictionary unpacks a part of it: for so many it is read once, from its beginning.
            let mut values: Vec<&[u8]> = values.iter().map(String::as_bytes).collect();
            values.sort_unstable();
            let mut terms = column.dictionary().stream()?;
            while terms.advance() {
                if values.binary_search(&terms.key()).is_ok() {
                    ords.push(terms.term_ord());
                }
            }
        } else {
            for value in values {
                ords.extend(column.dictionary().term_ord(value)?);
            }
            ords.sort_unstable();
        }
        Ok(Self { column: Some(column.ords()), ords })
    }

    fn is_empty(&self) -> bool {
        self.ords.is_empty()
    }

    fn meets(&self, doc: DocId) -> bool {
        let Some(column) = self.column.filter(|_| !self.ords.is_empty()) else { return false };
        column.values_for_doc(doc).any(|ord| {
            if self.ords.len() <= 8 {
                self.ords.contains(&ord)
            } else {
                self.ords.binary_search(&ord).is_ok()
            }
        })
    }
}

enum Check<'a> {
    Nothing,
    AnyOf(OrdSet<'a>),
    Kinds(&'a Column<u64>, Vec<u64>),
    NotKind(&'a Column<u64>, u64),
    Between(&'a Column<i64>, i64, i64),
    Currency(Vec<Currency>),
    NotSuperseded(&'a Column<u64>),
    /// In their order.
    Documents(Vec<DocId>),
}

impl Check<'_> {
    fn passes(&self, doc: DocId, currencies: &Currencies<'_>) -> bool {
        match self {
            Self::Nothing => false,
            Self::AnyOf(set) => set.meets(doc),
            Self::Kinds(column, kinds) => {
                column.first(doc).is_some_and(|kind| kinds.contains(&kind))
            }
            Self::NotKind(column, unwanted) => column.first(doc) != Some(*unwanted),
            Self::Between(column, from, to) => {
                column.first(doc).is_some_and(|value| (*from..=*to).contains(&value))
            }
            Self::Currency(states) => {
                currencies.of(doc).is_some_and(|state| states.contains(&state))
            }
            Self::NotSuperseded(column) => column.first(doc).unwrap_or_default() == 0,
            Self::Documents(documents) => documents.binary_search(&doc).is_ok(),
        }
    }
}

fn checks<'a>(
    segment: &SegmentReader,
    columns: &'a Columns,
    filter: &Filter,
) -> Result<Vec<Check<'a>>> {
    let mut checks = Vec::new();
    if !filter.only.is_empty() {
        let documents = documents_of(segment, &filter.only)?;
        let nothing = documents.is_empty();
        checks.push(if nothing { Check::Nothing } else { Check::Documents(documents) });
    }
    if !filter.kinds.is_empty() {
        checks.push(Check::Kinds(
            &columns.kind,
            filter.kinds.iter().map(|kind| *kind as u64).collect(),
        ));
    } else if columns.kind.max_value() >= Kind::Need as u64 {
        checks.push(Check::NotKind(&columns.kind, Kind::Need as u64));
    }
    if !filter.include_superseded && columns.superseded.max_value() > 0 {
        checks.push(Check::NotSuperseded(&columns.superseded));
    }
    let lists = [
        (&columns.station, &filter.stations),
        (&columns.organization, &filter.organizations),
        (&columns.areas, &filter.areas),
        (&columns.product_kind, &filter.product_kinds),
        (&columns.device_class, &filter.device_classes),
    ];
    let tags = filter.tags.iter().map(|any| (&columns.tags, any));
    for (column, values) in lists.into_iter().filter(|(_, values)| !values.is_empty()).chain(tags) {
        let set = OrdSet::new(column.as_ref(), values)?;
        checks.push(if set.is_empty() { Check::Nothing } else { Check::AnyOf(set) });
    }
    for (column, (from, to)) in [(&columns.year, filter.years), (&columns.dated_on, filter.dated)] {
        if from.is_some() || to.is_some() {
            checks.push(Check::Between(
                column,
                from.map_or(i64::MIN, i64::from),
                to.map_or(i64::MAX, i64::from),
            ));
        }
    }
    if !filter.currency.is_empty() {
        checks.push(Check::Currency(filter.currency.clone()));
    }
    Ok(checks)
}

/// The documents of a segment with one of these keys, in their order.
fn documents_of(segment: &SegmentReader, keys: &[Key]) -> Result<Vec<DocId>> {
    let field = fields().key;
    let terms = segment.inverted_index(field)?;
    let mut found = Vec::new();
    for key in keys {
        let term = Term::from_field_bytes(field, &key.bytes());
        let Some(mut postings) = terms.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        while postings.doc() != TERMINATED {
            found.push(postings.doc());
            postings.advance();
        }
    }
    found.sort_unstable();
    Ok(found)
}
