//! The fields of the index.
//!
//! Nothing is stored: a hit is a key, its text comes from the database. Text is indexed in three streams over title,
//! keywords and body together, and again over title and keywords alone, so that ranking can weigh them. All that is
//! filtered, counted or ordered by lies in columns that are mapped from disk.

use crate::{
    analysis::{Analyzer, CONCEPT_MARK, Stream, fold, tokenizer},
    document::{CurrencyDays, Day, Document, Kind},
    hash::Hasher,
    ranking,
};
use std::sync::LazyLock;
use tantivy::{
    TantivyDocument,
    schema::{
        BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, SchemaBuilder,
        TextFieldIndexing, TextOptions,
    },
};

/// Names of columns.
pub(crate) mod column {
    pub(crate) const KIND: &str = "kind";
    pub(crate) const ID_HIGH: &str = "id_high";
    pub(crate) const ID_LOW: &str = "id_low";
    pub(crate) const DIGEST: &str = "digest";
    pub(crate) const AUDIENCE: &str = "audience";
    pub(crate) const OWNER: &str = "owner";
    pub(crate) const VISIBLE_FROM: &str = "visible_from";
    pub(crate) const STATION: &str = "station";
    pub(crate) const ORGANIZATION: &str = "organization";
    pub(crate) const AREAS: &str = "areas";
    pub(crate) const PRODUCT_KIND: &str = "product_kind";
    pub(crate) const DEVICE_CLASS: &str = "device_class";
    pub(crate) const TAGS: &str = "tags";
    pub(crate) const YEAR: &str = "year";
    pub(crate) const DATED_ON: &str = "dated_on";
    pub(crate) const CURRENCY: &str = "currency";
    pub(crate) const REVIEW_DUE: &str = "review_due";
    pub(crate) const SUPERSEDED: &str = "superseded";
    pub(crate) const SUPERSEDED_BY: &str = "superseded_by";
    pub(crate) const USES: &str = "uses";
    pub(crate) const TITLE_HASH: &str = "title_hash";
    pub(crate) const TITLE_LENGTH: &str = "title_length";
}

/// The fields by which terms are looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) key: Field,
    pub(crate) characters: Field,
    pub(crate) pairs: Field,
    pub(crate) words: Field,
    pub(crate) title_pairs: Field,
    pub(crate) title_words: Field,
    pub(crate) sounds: Field,
    pub(crate) identifiers: Field,
}

impl Fields {
    /// The field of a stream over the whole document.
    pub(crate) fn whole(&self, stream: Stream) -> Field {
        match stream {
            Stream::Characters => self.characters,
            Stream::Pairs => self.pairs,
            Stream::Words => self.words,
        }
    }

    /// The field of a stream over title and keywords; there is none for characters.
    pub(crate) fn title(&self, stream: Stream) -> Option<Field> {
        match stream {
            Stream::Characters => None,
            Stream::Pairs => Some(self.title_pairs),
            Stream::Words => Some(self.title_words),
        }
    }
}

/// Schema and fields; the same for every index of this version.
pub(crate) fn schema() -> &'static (Schema, Fields) {
    &SCHEMA
}

/// The fields by which terms are looked up.
pub(crate) fn fields() -> &'static Fields {
    &SCHEMA.1
}

static SCHEMA: LazyLock<(Schema, Fields)> = LazyLock::new(|| {
    let mut builder = Schema::builder();
    let text = |builder: &mut SchemaBuilder, name: &str, tokenizer: &str, record, norms| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(record)
            .set_fieldnorms(norms);
        builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
    };
    let (pairs, words) = (tokenizer::name(Stream::Pairs), tokenizer::name(Stream::Words));
    // The fields of one text stand next to each other: so its analysis is used for all of them (see `tokenizer`).
    let fields = Fields {
        key: builder.add_bytes_field("key", BytesOptions::default().set_indexed()),
        characters: text(
            &mut builder,
            "characters",
            tokenizer::name(Stream::Characters),
            IndexRecordOption::WithFreqsAndPositions,
            true,
        ),
        pairs: text(&mut builder, "pairs", pairs, IndexRecordOption::Basic, true),
        words: text(&mut builder, "words", words, IndexRecordOption::WithFreqs, true),
        title_pairs: text(
            &mut builder,
            "title_pairs",
            tokenizer::TITLE_PAIRS,
            IndexRecordOption::WithFreqs,
            true,
        ),
        title_words: text(&mut builder, "title_words", words, IndexRecordOption::WithFreqs, true),
        sounds: text(&mut builder, "sounds", tokenizer::SOUNDS, IndexRecordOption::Basic, false),
        identifiers: text(&mut builder, "identifiers", "raw", IndexRecordOption::Basic, false),
    };
    let texts = [
        column::AUDIENCE,
        column::OWNER,
        column::STATION,
        column::ORGANIZATION,
        column::AREAS,
        column::PRODUCT_KIND,
        column::DEVICE_CLASS,
        column::TAGS,
        column::CURRENCY,
    ];
    for name in texts {
        builder.add_text_field(name, TextOptions::default().set_fast("raw"));
    }
    let numbers = [
        column::KIND,
        column::ID_HIGH,
        column::ID_LOW,
        column::DIGEST,
        column::SUPERSEDED,
        column::USES,
        column::TITLE_HASH,
        column::TITLE_LENGTH,
    ];
    for name in numbers {
        builder.add_u64_field(name, NumericOptions::default().set_fast());
    }
    for name in [column::VISIBLE_FROM, column::YEAR, column::DATED_ON, column::REVIEW_DUE] {
        builder.add_i64_field(name, NumericOptions::default().set_fast());
    }
    builder.add_bytes_field(column::SUPERSEDED_BY, BytesOptions::default().set_fast());
    (builder.build(), fields)
});

/// A document as the engine takes it, and about how many bytes that are.
pub(crate) fn entry(analyzer: &Analyzer, document: &Document) -> (TantivyDocument, usize) {
    let (schema, fields) = schema();
    let field = |name: &str| schema.get_field(name).expect("every column is in the schema above");
    let mut title = document.title.clone();
    for keyword in &document.keywords {
        title.push(fold::PART_BREAK);
        title.push_str(keyword);
    }
    let whole = format!("{title}{}{}", fold::PART_BREAK, document.body);
    let head = if title.is_empty() {
        let end = document.body.char_indices().nth(ranking::HEAD);
        &document.body[..end.map_or(document.body.len(), |(end, _)| end)]
    } else {
        &title
    };

    let mut entry = TantivyDocument::with_capacity(whole.len() * 3 + title.len() * 3 + 512);
    entry.add_bytes(fields.key, &document.key.bytes());
    entry.add_text(fields.characters, &whole);
    entry.add_text(fields.pairs, &whole);
    entry.add_text(fields.words, &whole);
    entry.add_text(fields.title_pairs, head);
    entry.add_text(fields.title_words, head);
    // An answer is completed by its question: its keywords name what it cites, and not itself.
    let of_answer = document.key.kind == Kind::AnsweredQuestion;
    // Needs are not completed: nobody looks for them by name.
    if document.key.kind != Kind::Need {
        entry.add_text(fields.sounds, if of_answer { &document.title } else { &title });
    }
    for identifier in &document.identifiers {
        let folded = analyzer.identifier(identifier);
        // The engine takes no longer terms; nobody types such an identifier.
        if !folded.is_empty() && folded.len() < 1_000 {
            entry.add_text(fields.identifiers, &folded);
        }
    }

    let lists: [(&str, &[String]); 8] = [
        (column::AUDIENCE, &document.audience),
        (column::OWNER, &document.owner),
        (column::STATION, document.station.as_slice()),
        (column::ORGANIZATION, document.organization.as_slice()),
        (column::AREAS, &document.areas),
        (column::PRODUCT_KIND, document.product_kind.as_slice()),
        (column::DEVICE_CLASS, document.device_class.as_slice()),
        (column::TAGS, &document.tags),
    ];
    for (name, values) in lists {
        let mut values: Vec<&String> = values.iter().collect();
        values.sort_unstable();
        values.dedup();
        for value in values {
            entry.add_text(field(name), value);
        }
    }

    let id = document.key.id;
    let low = id & u128::from(u64::MAX);
    let numbers = [
        (column::KIND, document.key.kind as u64),
        (column::ID_HIGH, u64::try_from(id >> 64).unwrap_or_default()),
        (column::ID_LOW, u64::try_from(low).unwrap_or_default()),
        (column::DIGEST, document.digest()),
        (column::SUPERSEDED, u64::from(document.superseded)),
        (column::USES, u64::from(document.uses)),
        (column::TITLE_HASH, title_hash(analyzer, &document.title)),
        (column::TITLE_LENGTH, document.title.chars().count() as u64),
    ];
    for (name, value) in numbers {
        entry.add_u64(field(name), value);
    }
    let days = [
        (column::VISIBLE_FROM, document.visible_from),
        (column::YEAR, document.year),
        (column::DATED_ON, document.dated_on),
        (column::REVIEW_DUE, document.currency.and_then(|days| days.review_due)),
    ];
    for (name, value) in days {
        if let Some(value) = value {
            entry.add_i64(field(name), i64::from(value));
        }
    }
    if let Some(days) = &document.currency {
        entry.add_text(field(column::CURRENCY), currency_text(days));
    }
    if let Some(successor) = document.superseded_by {
        entry.add_bytes(field(column::SUPERSEDED_BY), &successor.bytes());
    }
    (entry, (whole.len() + title.len()) * 3 + 1_000)
}

/// Titles that differ only in width, case, script or spaces are the same suggestion.
fn title_hash(analyzer: &Analyzer, title: &str) -> u64 {
    let mut hasher = Hasher::default();
    hasher.text(&analyzer.identifier(title).replace(CONCEPT_MARK, ""));
    hasher.finish()
}

/// The days of a currency but for the review: few differ, so a column of them is small and each is judged once.
fn currency_text(days: &CurrencyDays) -> String {
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let (upcoming, partly, stale, broken) =
        (day(days.upcoming), day(days.partly_stale), day(days.stale), day(days.broken));
    format!("{},{upcoming},{partly},{stale},{broken}", u8::from(days.verified))
}

/// Reads what [`currency_text`] wrote.
pub(crate) fn currency_days(text: &str) -> CurrencyDays {
    let mut parts = text.split(',');
    let verified = parts.next() == Some("1");
    let mut day = || parts.next().and_then(|day| day.parse().ok());
    let (upcoming, partly_stale, stale, broken) = (day(), day(), day(), day());
    CurrencyDays { verified, upcoming, partly_stale, stale, broken, review_due: None }
}
