//! What somebody wants recorded: looked at by the rules by which files are read, and by those that only the whole of the
//! law can answer: that dates come in their order, that nothing is there twice, that no chain of replacements comes back
//! to where it began.

use std::collections::{HashMap, HashSet};

use sea_orm::prelude::Uuid;
use serde_json::{Map, Value};

use super::{
    ProposalKind, RegulationRelations, Regulations, RelationKind,
    currency::{Document, Graph, Relation},
    import::{Draft, relations},
    replacements::ring,
};
use crate::{
    error::{Error, Result, RuleCode},
    files::Row,
    ids::{GlobalId, NodeKind, new_id},
    language::Text,
    partial_date::PartialDate,
    transfer::{Known, Transfer},
};

/// What somebody wants recorded, under the names that the columns of a file have. A regulation may name in `relations`
/// what it does to others.
#[derive(Clone, Debug)]
pub struct Content {
    /// What it is.
    pub kind: ProposalKind,
    /// What it says.
    pub fields: Map<String, Value>,
}

/// What is to be recorded, and may be.
#[derive(Debug)]
pub struct Plan {
    pub(super) regulation: Option<(Uuid, Draft)>,
    pub(super) relations: Vec<relations::Draft>,
}

/// More relations than one regulation has: the longest lists of replaced documents have some dozens.
const MAX_RELATIONS: usize = 100;

impl Content {
    /// The same, with regulations named by their keys where they were named by their global ids.
    #[must_use]
    pub fn named(mut self, ids: &HashMap<String, Uuid>) -> Self {
        let mut rename = |fields: &mut Map<String, Value>| {
            for end in ["from", "to"] {
                let Some(Value::String(text)) = fields.get_mut(end) else { continue };
                let Ok(id) = GlobalId::decode_as(end, text, NodeKind::Regulation) else { continue };
                if let Some((key, _)) = ids.iter().find(|(_, known)| **known == id) {
                    text.clone_from(key);
                }
            }
        };
        rename(&mut self.fields);
        let relations = self.fields.get_mut("relations").and_then(Value::as_array_mut);
        relations.into_iter().flatten().filter_map(Value::as_object_mut).for_each(&mut rename);
        self
    }

    /// Looks at it, with the law as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] and [`Error::Rule`] name the place of the fault: `regulation.key`, `relations.0.to`, or
    /// `relation.to`.
    pub fn plan(&self, ids: HashMap<String, Uuid>, graph: &Graph) -> Result<Plan> {
        let mut known = Known { regulations: ids, ..Known::default() };
        match self.kind {
            ProposalKind::Regulation => self.plan_regulation(&mut known, graph),
            ProposalKind::Relation => {
                let path = "relation.";
                let draft = read(&RegulationRelations, self.fields.clone(), &known, path)?;
                check_relation(&draft, graph, path)?;
                Ok(Plan { regulation: None, relations: vec![draft] })
            }
        }
    }

    fn plan_regulation(&self, known: &mut Known, graph: &Graph) -> Result<Plan> {
        let mut fields = self.fields.clone();
        let relations = fields.remove("relations").unwrap_or_default();
        let relations = relations.as_array().map(Vec::as_slice).unwrap_or_default();
        if relations.len() > MAX_RELATIONS {
            let reason = Text::new(
                format!("a regulation acts on at most {MAX_RELATIONS} others"),
                format!("一项法规最多作用于 {MAX_RELATIONS} 项其他法规"),
            );
            return Err(Error::invalid("relations", reason));
        }
        let draft = read(&Regulations, fields, known, "regulation.")?;
        check_regulation(&draft)?;
        if known.regulations.contains_key(&draft.key) {
            let reason = Text::new(
                format!(
                    "there is a regulation {:?} already; amend it, or choose another key",
                    draft.key
                ),
                format!("已有标识为“{}”的法规，请修改该法规或另选标识", draft.key),
            );
            return Err(Error::rule(RuleCode::AlreadyThere, "regulation.key", reason));
        }
        let id = new_id();
        known.regulations.insert(draft.key.clone(), id);
        let graph = graph.with(Some(draft.document(id)), []);
        let (mut places, mut planned) = (HashSet::new(), Vec::new());
        for (at, relation) in relations.iter().enumerate() {
            let path = format!("relations.{at}.");
            let mut relation = relation.as_object().cloned().unwrap_or_default();
            relation.insert("from".to_owned(), draft.key.clone().into());
            let relation = read(&RegulationRelations, relation, known, &path)?;
            if !places.insert((relation.to, relation.kind)) {
                return Err(twice(&path));
            }
            check_relation(&relation, &graph, &path)?;
            planned.push(relation);
        }
        Ok(Plan { regulation: Some((id, draft)), relations: planned })
    }
}

impl Plan {
    /// The graph as it will be.
    pub fn foreseen(&self, graph: &Graph) -> Graph {
        let document = self.regulation.as_ref().map(|(id, draft)| draft.document(*id));
        graph.with(document, self.relations.iter().map(relations::Draft::as_relation))
    }
}

/// Reads what was given as an import reads a row; the first fault is told, with its place.
pub(super) fn read<T: Transfer>(
    kind: &T,
    fields: Map<String, Value>,
    known: &Known,
    path: &str,
) -> Result<T::Draft> {
    let mut row = Row::of(fields);
    let draft = kind.read(&mut row, known);
    match row.faults().into_iter().next() {
        None => Ok(draft),
        Some(fault) => {
            let column = fault.column.unwrap_or_default();
            Err(Error::invalid(format!("{path}{column}"), fault.message))
        }
    }
}

impl Draft {
    fn document(&self, id: Uuid) -> Document {
        Document {
            id,
            name: self.number.clone().unwrap_or_else(|| self.title.clone()),
            issued_on: self.issued_on,
            effective_on: self.effective_on,
            ends_on: self.ends_on,
        }
    }
}

impl relations::Draft {
    fn as_relation(&self) -> Relation {
        Relation {
            from: self.from,
            to: self.to,
            kind: self.kind,
            scope: self.scope,
            articles: self.articles.clone(),
            effective_on: self.effective_on,
            note: self.note.clone(),
        }
    }
}

/// What must fit together within a regulation, beside what an import asks of it.
pub(super) fn check_regulation(draft: &Draft) -> Result<()> {
    let wordless = draft.key.chars().any(char::is_whitespace);
    if wordless || draft.key.chars().count() > 100 {
        let reason = Text::new(
            "a key has at most 100 characters and no spaces, such as nmpa-2025-107",
            "标识最长 100 个字符且不含空格，例如 nmpa-2025-107",
        );
        return Err(Error::invalid("regulation.key", reason));
    }
    bounded("regulation.title", Some(&draft.title), 500)?;
    for (field, text) in [
        ("regulation.titleEn", &draft.title_en),
        ("regulation.number", &draft.number),
        ("regulation.level", &draft.level),
        ("regulation.issuer", &draft.issuer),
    ] {
        bounded(field, text.as_ref(), 500)?;
    }
    bounded("regulation.source", draft.source.as_ref(), 2_000)?;
    if is_before(draft.effective_on, draft.issued_on) {
        let reason = Text::new(
            "is before issuedOn; of a revised regulation give the dates of the revision",
            "早于发布日期（issuedOn）；修订的法规请填写修订版的日期",
        );
        return Err(Error::invalid("regulation.effectiveOn", reason));
    }
    check_end(draft)
}

/// A regulation ends after it was issued; that it ends after it came into force, an import asks too.
pub(super) fn check_end(draft: &Draft) -> Result<()> {
    if is_before(draft.ends_on, draft.issued_on) {
        let reason = Text::new("is before issuedOn", "早于发布日期（issuedOn）");
        return Err(Error::invalid("regulation.endsOn", reason));
    }
    Ok(())
}

/// What must hold of a relation among all others. The graph knows both its ends, and the relation not yet.
fn check_relation(relation: &relations::Draft, graph: &Graph, path: &str) -> Result<()> {
    let same = |other: &Relation| other.from == relation.from && other.kind == relation.kind;
    if graph.acting_on(relation.to).iter().any(same) {
        return Err(twice(path));
    }
    check_terms(relation, graph, path)?;
    if relation.kind == RelationKind::Replaces && graph.is_replaced_by(relation.from, relation.to) {
        return Err(Error::invalid(format!("{path}to"), ring()));
    }
    Ok(())
}

/// What must hold of what a relation says beside its ends and its kind.
pub(super) fn check_terms(relation: &relations::Draft, graph: &Graph, path: &str) -> Result<()> {
    let issued = |id| graph.document(id).and_then(|document| document.issued_on);
    if is_before(issued(relation.from), issued(relation.to)) {
        let reason = Text::new(
            "was issued after the regulation that is said to act on it; swap the two",
            "的发布日期晚于作用于它的法规，请对调两者",
        );
        return Err(Error::invalid(format!("{path}to"), reason));
    }
    if is_before(relation.effective_on, issued(relation.from)) {
        let reason = Text::new(
            "is before the day on which the acting regulation was issued",
            "早于新法规的发布日期",
        );
        return Err(Error::invalid(format!("{path}effectiveOn"), reason));
    }
    if relation.articles.len() > 500 {
        let reason = Text::new("names more than 500 articles", "列出的条款超过 500 条");
        return Err(Error::invalid(format!("{path}articles"), reason));
    }
    for article in &relation.articles {
        bounded(&format!("{path}articles"), Some(article), 100)?;
    }
    bounded(&format!("{path}note"), relation.note.as_ref(), 2_000)
}

/// Whether a date is before another, whatever day of a month or year is meant.
fn is_before(date: Option<PartialDate>, other: Option<PartialDate>) -> bool {
    matches!((date, other), (Some(date), Some(other)) if date.last_day() < other.first_day())
}

fn bounded(field: &str, text: Option<&String>, most: usize) -> Result<()> {
    if text.is_none_or(|text| text.chars().count() <= most) {
        return Ok(());
    }
    let reason =
        Text::new(format!("is longer than {most} characters"), format!("超过 {most} 个字符"));
    Err(Error::invalid(field, reason))
}

fn twice(path: &str) -> Error {
    let reason = Text::new(
        "the regulation does this to that one already; amend the relation instead",
        "该法规对该旧法规已有同类关系，请修改已有的关系",
    );
    Error::rule(RuleCode::AlreadyThere, format!("{path}to"), reason)
}
