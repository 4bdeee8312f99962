//! What the index looked like at one commit: its segments, their columns, and how far it had come.

use crate::{
    analysis::Analyzer,
    document::Currency,
    document::{Day, Key, Kind},
    error::Result,
    fields::{column, currency_days, fields},
    storage::Folder,
};
use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, OnceLock},
};
use tantivy::{
    DocId, Searcher, SegmentReader,
    columnar::{BytesColumn, Column, StrColumn},
    fieldnorm::FieldNormReader,
    index::SegmentId,
    schema::Field,
};

/// One commit, open for searching. Cheap to hold; the files it needs stay as long as it does.
pub(crate) struct View {
    pub(crate) searcher: Searcher,
    pub(crate) segments: Vec<Arc<Columns>>,
    pub(crate) watermark: Option<u64>,
    pub(crate) fingerprint: String,
    /// By whose rules queries are read.
    pub(crate) analyzer: Arc<Analyzer>,
    pub(crate) generation: u64,
    /// Names this commit, also after a restart.
    pub(crate) id: u64,
    pub(crate) folder: Arc<Folder>,
}

impl View {
    /// The columns of every segment, taken over from the view before where the segment is the same.
    pub(crate) fn columns(searcher: &Searcher, before: Option<&Self>) -> Result<Vec<Arc<Columns>>> {
        let known: HashMap<SegmentId, &Arc<Columns>> = before
            .into_iter()
            .flat_map(|view| &view.segments)
            .map(|columns| (columns.segment, columns))
            .collect();
        searcher
            .segment_readers()
            .iter()
            .map(|reader| match known.get(&reader.segment_id()) {
                Some(columns) => Ok(Arc::clone(columns)),
                None => Ok(Arc::new(Columns::open(reader)?)),
            })
            .collect()
    }

    /// Segments with their columns.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&SegmentReader, &Columns)> {
        self.searcher.segment_readers().iter().zip(self.segments.iter().map(AsRef::as_ref))
    }
}

/// The columns of one segment. They lie in mapped files; what is held here is where.
pub(crate) struct Columns {
    segment: SegmentId,
    pub(crate) kind: Column<u64>,
    id_high: Column<u64>,
    id_low: Column<u64>,
    pub(crate) digest: Column<u64>,
    pub(crate) superseded: Column<u64>,
    superseded_by: Option<BytesColumn>,
    pub(crate) uses: Column<u64>,
    pub(crate) title_hash: Column<u64>,
    pub(crate) title_length: Column<u64>,
    pub(crate) visible_from: Column<i64>,
    pub(crate) year: Column<i64>,
    pub(crate) dated_on: Column<i64>,
    review_due: Column<i64>,
    pub(crate) audience: Option<StrColumn>,
    pub(crate) owner: Option<StrColumn>,
    pub(crate) station: Option<StrColumn>,
    pub(crate) organization: Option<StrColumn>,
    pub(crate) areas: Option<StrColumn>,
    pub(crate) product_kind: Option<StrColumn>,
    pub(crate) device_class: Option<StrColumn>,
    pub(crate) tags: Option<StrColumn>,
    currency: Option<StrColumn>,
    norms: Vec<(Field, FieldNormReader)>,
    rare: OnceLock<RareKinds>,
}

impl Columns {
    fn open(reader: &SegmentReader) -> Result<Self> {
        let fast = reader.fast_fields();
        let empty = reader.max_doc();
        let number = |name: &str| -> Result<Column<u64>> {
            Ok(fast.column_opt::<u64>(name)?.unwrap_or_else(|| Column::build_empty_column(empty)))
        };
        let signed = |name: &str| -> Result<Column<i64>> {
            Ok(fast.column_opt::<i64>(name)?.unwrap_or_else(|| Column::build_empty_column(empty)))
        };
        let fields = fields();
        let mut norms = Vec::new();
        for field in
            [fields.characters, fields.pairs, fields.words, fields.title_pairs, fields.title_words]
        {
            norms.push((field, reader.get_fieldnorms_reader(field)?));
        }
        Ok(Self {
            segment: reader.segment_id(),
            kind: number(column::KIND)?,
            id_high: number(column::ID_HIGH)?,
            id_low: number(column::ID_LOW)?,
            digest: number(column::DIGEST)?,
            superseded: number(column::SUPERSEDED)?,
            superseded_by: fast.bytes(column::SUPERSEDED_BY)?,
            uses: number(column::USES)?,
            title_hash: number(column::TITLE_HASH)?,
            title_length: number(column::TITLE_LENGTH)?,
            visible_from: signed(column::VISIBLE_FROM)?,
            year: signed(column::YEAR)?,
            dated_on: signed(column::DATED_ON)?,
            review_due: signed(column::REVIEW_DUE)?,
            audience: fast.str(column::AUDIENCE)?,
            owner: fast.str(column::OWNER)?,
            station: fast.str(column::STATION)?,
            organization: fast.str(column::ORGANIZATION)?,
            areas: fast.str(column::AREAS)?,
            product_kind: fast.str(column::PRODUCT_KIND)?,
            device_class: fast.str(column::DEVICE_CLASS)?,
            tags: fast.str(column::TAGS)?,
            currency: fast.str(column::CURRENCY)?,
            norms,
            rare: OnceLock::new(),
        })
    }

    /// The documents of some kinds, in their order, where each of these is rare in the segment.
    pub(crate) fn rare(&self, kinds: &[Kind]) -> Option<Vec<DocId>> {
        let rare = self.rare.get_or_init(|| RareKinds::of(&self.kind));
        let mut documents = Vec::new();
        for kind in kinds {
            documents.extend(rare.0[*kind as usize].as_ref()?);
        }
        documents.sort_unstable();
        documents.dedup();
        Some(documents)
    }

    /// Which document this is. (A damaged column would name a document that does not exist.)
    pub(crate) fn key(&self, doc: DocId) -> Key {
        let part = |column: &Column<u64>| u128::from(column.first(doc).unwrap_or_default());
        let kind = self.kind.first(doc).and_then(|kind| Kind::from_u8(u8::try_from(kind).ok()?));
        Key {
            kind: kind.unwrap_or(Kind::AnsweredQuestion),
            id: part(&self.id_high) << 64 | part(&self.id_low),
        }
    }

    /// What replaced a document.
    pub(crate) fn successor(&self, doc: DocId) -> Result<Option<Key>> {
        let Some(column) = &self.superseded_by else { return Ok(None) };
        let Some(ord) = column.term_ords(doc).next() else { return Ok(None) };
        let mut bytes = Vec::new();
        column.ord_to_bytes(ord, &mut bytes)?;
        Ok(Key::from_bytes(&bytes))
    }

    /// The lengths of a field's texts.
    pub(crate) fn norms(&self, field: Field) -> &FieldNormReader {
        let found =
            self.norms.iter().find(|(known, _)| *known == field).or_else(|| self.norms.first());
        &found.expect("five text fields are always opened").1
    }

    /// The currency of the segment's documents at a day.
    pub(crate) fn currencies(&self, day: Day) -> Currencies<'_> {
        Currencies { columns: self, day, judged: RefCell::default() }
    }
}

/// The documents of each kind that is rare in a segment; none for a kind that is not.
struct RareKinds([Option<Vec<DocId>>; Kind::ALL.len() + 1]);

/// A kind is rare that has no more than one of so many documents.
const RARE: DocId = 32;

impl RareKinds {
    fn of(column: &Column<u64>) -> Self {
        let documents = column.num_docs();
        let most = (documents / RARE) as usize;
        let mut rare = [const { Some(Vec::new()) }; Kind::ALL.len() + 1];
        for doc in 0..documents {
            let kind = column.first(doc).and_then(|kind| rare.get_mut(usize::try_from(kind).ok()?));
            let Some(place) = kind else { continue };
            *place = place.take().filter(|known| known.len() < most).map(|mut known| {
                known.push(doc);
                known
            });
        }
        Self(rare)
    }
}

/// Judges currency at one day; every combination of days once.
pub(crate) struct Currencies<'a> {
    columns: &'a Columns,
    day: Day,
    judged: RefCell<HashMap<u64, Currency>>,
}

impl Currencies<'_> {
    /// The currency of a document; none where its kind knows none.
    pub(crate) fn of(&self, doc: DocId) -> Option<Currency> {
        let column = self.columns.currency.as_ref()?;
        let ord = column.ords().first(doc)?;
        let judged = *self.judged.borrow_mut().entry(ord).or_insert_with(|| {
            let mut text = String::new();
            // An unreadable entry counts as unverified: the reader is warned rather than reassured.
            let _ = column.ord_to_str(ord, &mut text);
            currency_days(&text).at(self.day)
        });
        let due =
            || self.columns.review_due.first(doc).is_some_and(|due| due <= i64::from(self.day));
        match judged {
            Currency::Current | Currency::Unverified if due() => Some(Currency::ReviewDue),
            _ => Some(judged),
        }
    }
}
