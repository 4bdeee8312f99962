//! Counting what stations have, area by area, in one pass over the columns.
//!
//! No text is looked at: every document that the viewer may see and that is asked for is counted once for its station
//! under each wanted area it is filed under, and once for the station as a whole. What is counted here is what a search
//! with the same filter finds, for both ask the same [`Gate`].

use crate::{
    document::{Currency, Day, Key},
    error::Result,
    filter::{Filter, Gate, Viewer},
    view::{Columns, View},
};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashSet, btree_map::Entry},
};
use tantivy::{DocId, SegmentReader};

/// What is to be counted.
#[derive(Clone, Debug, Default)]
pub struct TallyRequest {
    /// What the viewer may see; none: nothing.
    pub tokens: Vec<String>,
    /// The day on which embargoes are judged.
    pub today: Day,
    /// The day on which currency is judged.
    pub as_of: Day,
    /// Which documents.
    pub filter: Filter,
    /// The codes of the areas, each counted with its subtree.
    pub areas: Vec<String>,
    /// The codes of the stations whose newest documents are named as well.
    pub named: Vec<String>,
    /// How many of them at most, for each area.
    pub newest: usize,
}

/// What was counted, by the code of the station and the place of the area in the request; none: of the station as a
/// whole. Where nothing was counted, there is no entry.
pub type Tally = BTreeMap<(String, Option<usize>), Count>;

/// The counts of one station in one area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many documents, by their currency, in the order of [`Currency::ALL`].
    pub by_currency: [u64; Currency::ALL.len()],
    /// How often they were used again, taken together.
    pub uses: u64,
    /// How many of them were used again at all.
    pub used: u64,
    /// The newest of them, those without a day last.
    pub newest: Vec<Key>,
}

impl Count {
    /// How many documents.
    pub fn documents(&self) -> u64 {
        self.by_currency.iter().sum()
    }
}

/// Counts in one view.
pub(crate) fn tally(view: &View, request: &TallyRequest) -> Result<Tally> {
    let viewer = Viewer { tokens: &request.tokens, today: request.today, as_of: request.as_of };
    let mut cells: BTreeMap<(String, Option<usize>), Cell> = BTreeMap::new();
    for (segment, columns) in view.parts() {
        let gate = Gate::new(segment, columns, viewer, &request.filter, None)?;
        if gate.is_open() {
            count_segment(segment, columns, &gate, request, &mut cells)?;
        }
    }
    let finished = |(place, cell): ((String, Option<usize>), Cell)| (place, cell.finish());
    Ok(cells.into_iter().map(finished).collect())
}

/// Counts of one segment lie in one row a station; the first cell of a row is the station as a whole.
fn count_segment(
    segment: &SegmentReader,
    columns: &Columns,
    gate: &Gate<'_>,
    request: &TallyRequest,
    cells: &mut BTreeMap<(String, Option<usize>), Cell>,
) -> Result<()> {
    let Some(stations) = &columns.station else { return Ok(()) };
    let wanted = wanted_areas(columns, &request.areas)?;
    let named: HashSet<&str> = request.named.iter().map(String::as_str).collect();
    let width = request.areas.len() + 1;
    let mut rows: BTreeMap<u64, Row> = BTreeMap::new();
    let mut places = Vec::new();
    for doc in (0..segment.max_doc()).filter(|doc| gate.admits(*doc)) {
        let Some(station) = stations.ords().first(doc) else { continue };
        let row = match rows.entry(station) {
            Entry::Occupied(row) => row.into_mut(),
            Entry::Vacant(place) => {
                let mut code = String::new();
                stations.ord_to_str(station, &mut code)?;
                let newest = if named.contains(code.as_str()) { request.newest } else { 0 };
                place.insert(Row { code, newest, cells: vec![Cell::default(); width] })
            }
        };
        places.clear();
        places.push(0);
        if let Some(areas) = &columns.areas {
            let ords = areas.term_ords(doc).filter_map(|ord| usize::try_from(ord).ok());
            places.extend(ords.filter_map(|ord| wanted.get(ord).copied().flatten()));
        }
        let document = Counted::of(columns, gate, doc);
        for place in &places {
            row.cells[*place].add(document, row.newest);
        }
    }
    for Row { code, cells: counted, newest } in rows.into_values() {
        for (place, cell) in counted.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            cells.entry((code.clone(), place.checked_sub(1))).or_default().take_in(cell, newest);
        }
    }
    Ok(())
}

/// The cells of a station in a segment, and how many documents each of them names.
struct Row {
    code: String,
    newest: usize,
    cells: Vec<Cell>,
}

/// For each area of a segment's dictionary its place in a row, where it is wanted.
fn wanted_areas(columns: &Columns, areas: &[String]) -> Result<Vec<Option<usize>>> {
    let Some(column) = &columns.areas else { return Ok(Vec::new()) };
    let mut wanted = vec![None; column.dictionary().num_terms()];
    for (place, area) in areas.iter().enumerate() {
        let ord = column.dictionary().term_ord(area)?.and_then(|ord| usize::try_from(ord).ok());
        if let Some(slot) = ord.and_then(|ord| wanted.get_mut(ord)) {
            *slot = Some(place + 1);
        }
    }
    Ok(wanted)
}

/// A document that is counted.
#[derive(Clone, Copy)]
struct Counted<'a> {
    columns: &'a Columns,
    doc: DocId,
    currency: Currency,
    uses: u64,
    dated_on: Option<i64>,
}

impl<'a> Counted<'a> {
    fn of(columns: &'a Columns, gate: &Gate<'_>, doc: DocId) -> Self {
        Self {
            columns,
            doc,
            // What knows no currency rests on nothing that could be looked up.
            currency: gate.currencies.of(doc).unwrap_or(Currency::Unverified),
            uses: columns.uses.first(doc).unwrap_or_default(),
            dated_on: columns.dated_on.first(doc),
        }
    }
}

/// A count that is still growing.
#[derive(Clone, Default)]
struct Cell {
    count: Count,
    newest: Vec<(Option<i64>, Key)>,
}

impl Cell {
    fn is_empty(&self) -> bool {
        self.count.documents() == 0
    }

    fn add(&mut self, document: Counted<'_>, newest: usize) {
        self.count.by_currency[document.currency as usize] += 1;
        self.count.uses += document.uses;
        self.count.used += u64::from(document.uses > 0);
        // The key is read only of what may be among the newest.
        let late = self.newest.len() == newest
            && self.newest.last().is_none_or(|(day, _)| document.dated_on < *day);
        if !late {
            self.offer((document.dated_on, document.columns.key(document.doc)), newest);
        }
    }

    fn offer(&mut self, one: (Option<i64>, Key), newest: usize) {
        let at = self.newest.partition_point(|other| newer(other, &one) == Ordering::Less);
        self.newest.insert(at, one);
        self.newest.truncate(newest);
    }

    fn take_in(&mut self, other: Self, newest: usize) {
        for (sum, count) in self.count.by_currency.iter_mut().zip(other.count.by_currency) {
            *sum += count;
        }
        self.count.uses += other.count.uses;
        self.count.used += other.count.used;
        for one in other.newest {
            self.offer(one, newest);
        }
    }

    fn finish(self) -> Count {
        Count { newest: self.newest.into_iter().map(|(_, key)| key).collect(), ..self.count }
    }
}

/// The newest first, what has no day last; equals by their keys.
fn newer(one: &(Option<i64>, Key), other: &(Option<i64>, Key)) -> Ordering {
    other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1))
}
