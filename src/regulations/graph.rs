//! Which regulation does what to which: what currency is read from, as it is and as it would be.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::prelude::Uuid;

use super::{RelationKind, RelationScope};
use crate::partial_date::PartialDate;

/// What the graph knows of a regulation.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id.
    pub id: Uuid,
    /// Its number, or its title.
    pub name: String,
    /// When it was made known.
    pub issued_on: Option<PartialDate>,
    /// Since when it has been in force.
    pub effective_on: Option<PartialDate>,
    /// The first day on which it is in force no more.
    pub ends_on: Option<PartialDate>,
}

/// What one regulation does to an older one.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The one that acts.
    pub from: Uuid,
    /// The older one, acted upon.
    pub to: Uuid,
    /// What it does.
    pub kind: RelationKind,
    /// To how much of it.
    pub scope: RelationScope,
    /// To which articles; none when that is not known, or when all are meant.
    pub articles: Vec<String>,
    /// From when; where not known, from when the acting one is in force.
    pub effective_on: Option<PartialDate>,
    /// How the change goes over.
    pub note: Option<String>,
}

impl Relation {
    /// Whether the older one is replaced as a whole.
    fn replaces_all(&self) -> bool {
        self.kind == RelationKind::Replaces
            && self.scope == RelationScope::Full
            && self.articles.is_empty()
    }

    /// Whether it can touch an answer: additions do not, and amendments of nobody knows which articles do not either.
    fn touches(&self) -> bool {
        match self.kind {
            RelationKind::Replaces | RelationKind::Adjusts => true,
            RelationKind::Amends => !self.articles.is_empty(),
            RelationKind::Supplements | RelationKind::Implements => false,
        }
    }
}

/// Whether steps lead from one to another, or it is the other.
pub(super) fn leads_to(one: Uuid, other: Uuid, next: impl Fn(Uuid) -> Vec<Uuid>) -> bool {
    let (mut seen, mut open) = (HashSet::from([one]), vec![one]);
    while let Some(id) = open.pop() {
        if id == other {
            return true;
        }
        open.extend(next(id).into_iter().filter(|id| seen.insert(*id)));
    }
    false
}

/// All regulations, and what became of each.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    documents: HashMap<Uuid, Document>,
    acting_on: HashMap<Uuid, Vec<Relation>>,
}

impl Graph {
    /// Puts the graph together. A relation of a regulation that is not among the documents is kept: it still acts.
    pub fn new(
        documents: impl IntoIterator<Item = Document>,
        relations: impl IntoIterator<Item = Relation>,
    ) -> Self {
        let documents = documents.into_iter().map(|document| (document.id, document)).collect();
        let mut acting_on: HashMap<Uuid, Vec<Relation>> = HashMap::new();
        for relation in relations {
            acting_on.entry(relation.to).or_default().push(relation);
        }
        for relations in acting_on.values_mut() {
            relations.sort_by_key(|relation| {
                (relation.effective_on.map(PartialDate::first_day), relation.from)
            });
        }
        Self { documents, acting_on }
    }

    /// The graph as it would be with some more in it.
    #[must_use]
    pub fn with(
        &self,
        document: Option<Document>,
        relations: impl IntoIterator<Item = Relation>,
    ) -> Self {
        let documents = self.documents.values().cloned().chain(document);
        let relations = self.relations().cloned().chain(relations);
        Self::new(documents, relations)
    }

    /// The graph as it would be if a regulation did nothing to others.
    #[must_use]
    pub fn without_acts_of(&self, regulation: Uuid) -> Self {
        let relations = self.relations().filter(|relation| relation.from != regulation);
        Self::new(self.documents.values().cloned(), relations.cloned())
    }

    /// How a regulation is named in a sentence.
    pub fn name(&self, regulation: Uuid) -> &str {
        self.documents.get(&regulation).map_or("?", |document| &document.name)
    }

    /// What is known of a regulation.
    pub fn document(&self, regulation: Uuid) -> Option<&Document> {
        self.documents.get(&regulation)
    }

    /// What others do to a regulation, in the order of time.
    pub fn acting_on(&self, regulation: Uuid) -> &[Relation] {
        self.acting_on.get(&regulation).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a regulation does to others.
    pub fn acts_of(&self, regulation: Uuid) -> impl Iterator<Item = &Relation> {
        self.relations().filter(move |relation| relation.from == regulation)
    }

    fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.acting_on.values().flatten()
    }

    /// All regulations whose citations are touched when something changes about this one: itself, and what it
    /// replaced, directly or through a chain.
    pub fn upstream(&self, regulation: Uuid) -> HashSet<Uuid> {
        let mut found = HashSet::from([regulation]);
        let mut open = vec![regulation];
        while let Some(later) = open.pop() {
            for (older, relations) in &self.acting_on {
                let acted_on = relations.iter().any(|relation| relation.from == later);
                if acted_on && found.insert(*older) {
                    open.push(*older);
                }
            }
        }
        found
    }

    /// The chain of full replacements from a regulation to what holds now. A ring is a mistake in the data; it ends
    /// where it would begin again.
    pub(super) fn successors(&self, mut regulation: Uuid) -> Vec<&Relation> {
        let (mut seen, mut chain) = (HashSet::from([regulation]), Vec::new());
        let next = |regulation| self.acting_on(regulation).iter().find(|it| it.replaces_all());
        while let Some(relation) = next(regulation) {
            if !seen.insert(relation.from) {
                break;
            }
            chain.push(relation);
            regulation = relation.from;
        }
        chain
    }

    /// Whether a regulation has been replaced, wholly or in part, by another, directly or through others.
    pub(super) fn is_replaced_by(&self, regulation: Uuid, later: Uuid) -> bool {
        let replaces = |it: &&Relation| it.kind == RelationKind::Replaces;
        leads_to(regulation, later, |regulation| {
            self.acting_on(regulation).iter().filter(replaces).map(|it| it.from).collect()
        })
    }

    /// The regulations of which a citation may have been touched, or is known on a day to be touched until a later one.
    pub fn touched(&self, known_on: NaiveDate, until: NaiveDate) -> HashSet<Uuid> {
        let within = |(from, announced)| announced <= known_on && from <= until;
        let touched = self.days().filter(|(_, days)| within(*days));
        self.and_replaced(touched.map(|(regulation, _)| regulation))
    }

    /// The regulations whose citations may have another verdict on a day than on an earlier one.
    pub fn moving(&self, after: NaiveDate, until: NaiveDate) -> HashSet<Uuid> {
        let within = |day| after < day && day <= until;
        let moving =
            self.days().filter(|(_, (from, announced))| within(*from) || within(*announced));
        self.and_replaced(moving.map(|(regulation, _)| regulation))
    }

    /// These regulations, and those that they have replaced: what cites an older one and was checked against a later one
    /// stands or falls with the later one.
    fn and_replaced(&self, regulations: impl Iterator<Item = Uuid>) -> HashSet<Uuid> {
        let mut found: HashSet<Uuid> = regulations.collect();
        loop {
            let replaced = self.relations().filter(|it| it.kind == RelationKind::Replaces);
            let older = replaced.filter(|it| found.contains(&it.from)).map(|it| it.to);
            let older: Vec<Uuid> = older.filter(|id| !found.contains(id)).collect();
            if older.is_empty() {
                return found;
            }
            found.extend(older);
        }
    }

    /// From which day something touches each regulation, and since which day that is known.
    fn days(&self) -> impl Iterator<Item = (Uuid, (NaiveDate, NaiveDate))> {
        let ends_on = |id| self.document(id).and_then(|document| document.ends_on);
        let ended = self
            .documents
            .keys()
            .filter_map(move |id| Some((*id, (ends_on(*id)?.first_day(), NaiveDate::MIN))));
        let touching = self.relations().filter(|relation| relation.touches());
        let touched = touching
            .map(move |relation| (relation.to, self.days_of(relation, ends_on(relation.to))));
        ended.chain(touched)
    }

    /// From which day a relation acts, and since which day that is known to come.
    pub(super) fn days_of(
        &self,
        relation: &Relation,
        ends_on: Option<PartialDate>,
    ) -> (NaiveDate, NaiveDate) {
        let acting = self.documents.get(&relation.from);
        let effective = relation
            .effective_on
            .or_else(|| acting.and_then(|document| document.effective_on.or(document.issued_on)));
        let mut from = effective.map_or(NaiveDate::MIN, PartialDate::first_day);
        if let (RelationKind::Replaces, Some(end)) = (relation.kind, ends_on) {
            // Between its end and its successor's day nothing is in force that the answer could rest on.
            from = from.min(end.first_day());
        }
        let issued = acting.and_then(|document| document.issued_on);
        (from, issued.map_or(NaiveDate::MIN, PartialDate::first_day).min(from))
    }
}
