//! Counting hits by kind, station, area and so on, in the pass that finds them.

use crate::{
    document::{Currency, Kind},
    error::Result,
    filter::Gate,
    request::{Facet, FacetField},
    view::Columns,
};
use std::collections::BTreeMap;
use tantivy::{DocId, columnar::StrColumn};

/// The counts over all segments.
pub(crate) struct Facets {
    counts: Vec<(FacetField, BTreeMap<String, u64>)>,
}

impl Facets {
    pub(crate) fn new(fields: &[FacetField]) -> Self {
        let mut counts: Vec<(FacetField, BTreeMap<String, u64>)> = Vec::new();
        for field in fields {
            if !counts.iter().any(|(known, _)| known == field) {
                counts.push((*field, BTreeMap::new()));
            }
        }
        Self { counts }
    }

    /// Counters for one segment.
    pub(crate) fn counters<'a>(&self, columns: &'a Columns) -> Vec<Counter<'a>> {
        self.counts.iter().map(|(field, _)| Counter::new(*field, columns)).collect()
    }

    /// Adds what was counted in one segment.
    pub(crate) fn add(&mut self, counters: Vec<Counter<'_>>) -> Result<()> {
        for ((_, counts), counter) in self.counts.iter_mut().zip(counters) {
            counter.finish(|value, count| *counts.entry(value).or_default() += count)?;
        }
        Ok(())
    }

    /// The counts, the most frequent value first.
    pub(crate) fn finish(self) -> Vec<Facet> {
        let sorted = |counts: BTreeMap<String, u64>| {
            let mut buckets: Vec<(String, u64)> = counts.into_iter().collect();
            buckets.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            buckets
        };
        self.counts
            .into_iter()
            .map(|(field, counts)| Facet { field, buckets: sorted(counts) })
            .collect()
    }
}

/// Counts one field in one segment.
pub(crate) enum Counter<'a> {
    /// By the number that the segment gives each text.
    Texts(Option<&'a StrColumn>, Vec<u64>),
    Kinds(&'a Columns, [u64; 8]),
    Years(&'a Columns, BTreeMap<i64, u64>),
    Currency([u64; Currency::ALL.len()]),
}

impl<'a> Counter<'a> {
    fn new(field: FacetField, columns: &'a Columns) -> Self {
        let texts = |column: &'a Option<StrColumn>| {
            let values = column.as_ref().map_or(0, |column| column.dictionary().num_terms());
            Self::Texts(column.as_ref(), vec![0; values])
        };
        match field {
            FacetField::Kind => Self::Kinds(columns, [0; 8]),
            FacetField::Station => texts(&columns.station),
            FacetField::Organization => texts(&columns.organization),
            FacetField::Area => texts(&columns.areas),
            FacetField::Year => Self::Years(columns, BTreeMap::new()),
            FacetField::Currency => Self::Currency([0; Currency::ALL.len()]),
            FacetField::ProductKind => texts(&columns.product_kind),
            FacetField::DeviceClass => texts(&columns.device_class),
        }
    }

    pub(crate) fn count(&mut self, doc: DocId, gate: &Gate<'_>) {
        match self {
            Self::Texts(column, counts) => {
                let Some(column) = column else { return };
                for ord in column.term_ords(doc) {
                    if let Some(count) =
                        usize::try_from(ord).ok().and_then(|ord| counts.get_mut(ord))
                    {
                        *count += 1;
                    }
                }
            }
            Self::Kinds(columns, counts) => {
                let kind = columns.kind.first(doc).and_then(|kind| usize::try_from(kind).ok());
                if let Some(count) = kind.and_then(|kind| counts.get_mut(kind)) {
                    *count += 1;
                }
            }
            Self::Years(columns, counts) => {
                if let Some(year) = columns.year.first(doc) {
                    *counts.entry(year).or_default() += 1;
                }
            }
            Self::Currency(counts) => {
                if let Some(state) = gate.currencies.of(doc) {
                    counts[state as usize] += 1;
                }
            }
        }
    }

    fn finish(self, mut add: impl FnMut(String, u64)) -> Result<()> {
        match self {
            Self::Texts(column, counts) => {
                let Some(column) = column else { return Ok(()) };
                for (ord, count) in (0_u64..).zip(counts).filter(|(_, count)| *count > 0) {
                    let mut value = String::new();
                    column.ord_to_str(ord, &mut value)?;
                    add(value, count);
                }
            }
            Self::Kinds(_, counts) => {
                for (number, count) in (0_u8..).zip(counts).filter(|(_, count)| *count > 0) {
                    if let Some(kind) = Kind::from_u8(number) {
                        add(kind.as_str().to_owned(), count);
                    }
                }
            }
            Self::Years(_, counts) => {
                for (year, count) in counts {
                    add(year.to_string(), count);
                }
            }
            Self::Currency(counts) => {
                for (state, count) in
                    Currency::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0)
                {
                    add(state.as_str().to_owned(), count);
                }
            }
        }
        Ok(())
    }
}
