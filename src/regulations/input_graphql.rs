//! How regulations and their relations are written from outside: the same words for proposing, recording and asking what
//! would follow.

use async_graphql::{ID, InputObject, MaybeUndefined};
use sea_orm::ActiveEnum;
use serde_json::{Map, Value};

use super::{ProposalKind, Region, RelationKind, RelationScope, content::Content};
use crate::{scalars::PartialDate, transfer::Fields};

/// A regulation that is not recorded yet.
#[derive(Clone, Debug, InputObject)]
pub struct NewRegulationInput {
    /// Its key in this service, such as nmpa-2025-107; nothing else has it.
    key: String,
    /// Its title.
    title: String,
    /// Its title in English.
    title_en: Option<String>,
    /// Its official number, where it has one.
    number: Option<String>,
    /// Its rank, such as 部门规章.
    level: Option<String>,
    /// Who issued it.
    issuer: Option<String>,
    /// Where it is in force.
    region: Region,
    /// When it was issued, as far as it is known.
    issued_on: Option<PartialDate>,
    /// From when it is in force, as far as it is known.
    effective_on: Option<PartialDate>,
    /// The first day on which it is in force no more.
    ends_on: Option<PartialDate>,
    /// Where what is known of it comes from, and how sure it is.
    source: Option<String>,
}

/// What a regulation that is not recorded yet does to an older one.
#[derive(Clone, Debug, InputObject)]
pub struct RegulationActInput {
    /// The older one: its global id, or its key.
    to: ID,
    /// What is done to it.
    kind: RelationKind,
    /// To how much of it.
    scope: RelationScope,
    /// To which articles, where they are known; none where all are meant.
    #[graphql(default)]
    articles: Vec<String>,
    /// From when; from the day on which the new one is in force where nothing is said.
    effective_on: Option<PartialDate>,
    /// How the change goes over.
    note: Option<String>,
}

/// What one regulation does to an older one; both are recorded.
#[derive(Clone, Debug, InputObject)]
pub struct RegulationRelationInput {
    /// The later one, which acts: its global id, or its key.
    from: ID,
    /// The older one, acted upon: its global id, or its key.
    to: ID,
    /// What is done to it.
    kind: RelationKind,
    /// To how much of it.
    scope: RelationScope,
    /// To which articles, where they are known; none where all are meant.
    #[graphql(default)]
    articles: Vec<String>,
    /// From when; from the day on which the later one is in force where nothing is said.
    effective_on: Option<PartialDate>,
    /// How the change goes over.
    note: Option<String>,
}

/// What is to be mended of a regulation: what is left out stays, null takes a value away. Its key stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct RegulationChangesInput {
    /// Its title.
    title: Option<String>,
    /// Its title in English.
    title_en: MaybeUndefined<String>,
    /// Its official number.
    number: MaybeUndefined<String>,
    /// Its rank, such as 部门规章.
    level: MaybeUndefined<String>,
    /// Who issued it.
    issuer: MaybeUndefined<String>,
    /// Where it is in force.
    region: Option<Region>,
    /// When it was issued, as far as it is known.
    issued_on: MaybeUndefined<PartialDate>,
    /// From when it is in force, as far as it is known.
    effective_on: MaybeUndefined<PartialDate>,
    /// The first day on which it is in force no more.
    ends_on: MaybeUndefined<PartialDate>,
    /// Where what is known of it comes from, and how sure it is.
    source: MaybeUndefined<String>,
}

/// What is to be mended of a relation: what is left out stays, null takes a value away. Its ends and its kind stay.
#[derive(Clone, Debug, InputObject)]
pub(super) struct RelationChangesInput {
    /// To how much of the older one.
    scope: Option<RelationScope>,
    /// To which articles; an empty list where they are not known, or where all are meant.
    articles: Option<Vec<String>>,
    /// From when.
    effective_on: MaybeUndefined<PartialDate>,
    /// How the change goes over.
    note: MaybeUndefined<String>,
}

fn written(date: Option<PartialDate>) -> Option<String> {
    date.map(|PartialDate(date)| date.to_string())
}

impl NewRegulationInput {
    /// What was sent, with what the regulation does to others, under the names that a file has.
    pub fn content(self, acts: Vec<RegulationActInput>) -> Content {
        let acts: Vec<Value> = acts.into_iter().map(|act| Value::Object(act.fields())).collect();
        let fields = Fields::default()
            .with("key", self.key)
            .with("title", self.title)
            .with("titleEn", self.title_en)
            .with("number", self.number)
            .with("level", self.level)
            .with("issuer", self.issuer)
            .with("region", self.region.to_value())
            .text("issuedOn", written(self.issued_on))
            .text("effectiveOn", written(self.effective_on))
            .text("endsOn", written(self.ends_on))
            .with("source", self.source)
            .with("relations", acts);
        Content { kind: ProposalKind::Regulation, fields: fields.done() }
    }
}

impl RegulationActInput {
    fn fields(self) -> Map<String, Value> {
        Fields::default()
            .with("to", self.to.0)
            .with("kind", self.kind.to_value())
            .with("scope", self.scope.to_value())
            .with("articles", self.articles)
            .text("effectiveOn", written(self.effective_on))
            .with("note", self.note)
            .done()
    }
}

impl RegulationRelationInput {
    /// What was sent, under the names that a file has.
    pub fn content(self) -> Content {
        let Self { from, to, kind, scope, articles, effective_on, note } = self;
        let mut fields =
            RegulationActInput { to, kind, scope, articles, effective_on, note }.fields();
        fields.insert("from".to_owned(), from.0.into());
        Content { kind: ProposalKind::Relation, fields }
    }
}

/// Changes under the names that a file has.
#[derive(Default)]
struct Changes(Map<String, Value>);

impl Changes {
    fn with(mut self, column: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(column.to_owned(), value.into());
        }
        self
    }

    fn text(self, column: &str, value: MaybeUndefined<String>) -> Self {
        let value = match value {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(Value::Null),
            MaybeUndefined::Value(text) => Some(text.into()),
        };
        self.with(column, value)
    }

    fn date(self, column: &str, value: MaybeUndefined<PartialDate>) -> Self {
        self.text(column, value.map_value(|PartialDate(date)| date.to_string()))
    }
}

impl RegulationChangesInput {
    /// What was sent, under the names that a file has.
    pub(super) fn changes(self) -> Map<String, Value> {
        Changes::default()
            .with("title", self.title)
            .text("titleEn", self.title_en)
            .text("number", self.number)
            .text("level", self.level)
            .text("issuer", self.issuer)
            .with("region", self.region.map(|region| region.to_value()))
            .date("issuedOn", self.issued_on)
            .date("effectiveOn", self.effective_on)
            .date("endsOn", self.ends_on)
            .text("source", self.source)
            .0
    }
}

impl RelationChangesInput {
    /// What was sent, under the names that a file has.
    pub(super) fn changes(self) -> Map<String, Value> {
        Changes::default()
            .with("scope", self.scope.map(|scope| scope.to_value()))
            .with("articles", self.articles)
            .date("effectiveOn", self.effective_on)
            .text("note", self.note)
            .0
    }
}
