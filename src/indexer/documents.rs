//! What the index is made of: which documents a change touches, and the documents as they are now.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use sea_orm::{DatabaseConnection, prelude::Uuid};
use zhanjian_index::{Change, Document, Key, Kind};

use crate::{
    answers,
    error::Result,
    expertise::{self, Tree},
    kept::Kept,
    organizations,
    outbox::{Entry, Subject},
    regulations::{self, currency::Graph},
    research,
    search::key,
    stations,
};

/// Documents that are loaded and handed over at once.
const DOCUMENTS_AT_ONCE: usize = 2_000;

/// Things to be put into the index as they are now, or dropped where they are gone.
#[derive(Debug)]
pub(super) struct Changes {
    tree: Arc<Tree>,
    graph: Arc<Graph>,
    left: VecDeque<(Kind, Vec<Uuid>)>,
}

/// What nearly all documents show something of, as it last was.
#[derive(Debug, Default)]
pub(super) struct Known {
    tree: Kept<Tree>,
    graph: Kept<Graph>,
}

/// All that entries of the log touch: the things themselves, and those that show something of them.
pub(super) async fn changes(
    db: &DatabaseConnection,
    known: &Known,
    entries: &[Entry],
) -> Result<Changes> {
    let mut touched: HashMap<Subject, BTreeSet<Uuid>> = HashMap::new();
    for entry in entries {
        touched.entry(entry.subject).or_default().insert(entry.id);
    }
    let stamps = vec![expertise::stamp(db).await?];
    let tree = known.tree.get(stamps, || expertise::tree(db)).await?;
    let stamps = regulations::stamps(db).await?;
    let graph = known.graph.get(stamps, || regulations::graph(db)).await?;
    let mut ids: HashMap<Kind, BTreeSet<Uuid>> = HashMap::new();
    for (subject, changed) in touched {
        let changed: Vec<Uuid> = changed.into_iter().collect();
        for (kind, also) in touched_by(db, &tree, &graph, subject, changed).await? {
            ids.entry(kind).or_default().extend(also);
        }
    }
    let mut left = VecDeque::new();
    for (kind, ids) in ids {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        left.extend(ids.chunks(DOCUMENTS_AT_ONCE).map(|some| (kind, some.to_vec())));
    }
    Ok(Changes { tree, graph, left })
}

/// What shows something of these.
async fn touched_by(
    db: &DatabaseConnection,
    tree: &Tree,
    graph: &Graph,
    subject: Subject,
    changed: Vec<Uuid>,
) -> Result<Vec<(Kind, Vec<Uuid>)>> {
    Ok(match subject {
        Subject::AnsweredQuestion => vec![(Kind::AnsweredQuestion, changed)],
        Subject::ResearchOutput => vec![(Kind::ResearchOutput, changed)],
        Subject::Resource => vec![(Kind::Resource, changed)],
        Subject::Station => vec![(Kind::Station, changed)],
        // These are confidential, or not searched for: they are noted for those who wait for them, and never indexed.
        Subject::Consultation | Subject::Need | Subject::Introduction => Vec::new(),
        Subject::Organization => vec![
            (Kind::ResearchOutput, research::of_organizations(db, changed.clone()).await?),
            (Kind::Resource, organizations::resources_of(db, changed.clone()).await?),
            (Kind::Organization, changed),
        ],
        Subject::Regulation => {
            let upstream: HashSet<Uuid> =
                changed.iter().flat_map(|id| graph.upstream(*id)).collect();
            let citing = answers::citing(db, upstream.into_iter().collect()).await?;
            vec![(Kind::AnsweredQuestion, citing), (Kind::Regulation, changed)]
        }
        Subject::ExpertiseArea => {
            let codes: Vec<String> = changed
                .iter()
                .filter_map(|id| tree.by_id(*id))
                .map(|area| area.code.clone())
                .collect();
            let areas = tree.subtree_ids("areas", &codes)?;
            vec![
                (Kind::AnsweredQuestion, answers::filed_under(db, areas.clone()).await?),
                (Kind::ResearchOutput, research::filed_under(db, areas.clone()).await?),
                (Kind::Resource, organizations::resources_filed_under(db, areas).await?),
                // These are few: all of them are done again.
                (Kind::Organization, organizations::all_ids(db).await?),
                (Kind::Station, stations::all_ids(db).await?),
            ]
        }
    })
}

impl Changes {
    /// How many things are still to come.
    pub(super) fn left(&self) -> usize {
        self.left.iter().map(|(_, ids)| ids.len()).sum()
    }

    /// All that is still to come.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.left.iter().flat_map(|(kind, ids)| ids.iter().map(|id| key(*kind, *id)))
    }

    /// The next batch; none when all is done.
    pub(super) async fn next(&mut self, db: &DatabaseConnection) -> Result<Option<Vec<Change>>> {
        let mut batch = Vec::new();
        while batch.len() < DOCUMENTS_AT_ONCE
            && let Some((kind, ids)) = self.left.pop_front()
        {
            let mut gone: HashSet<Uuid> = ids.iter().copied().collect();
            for document in load(db, kind, ids, &self.tree, &self.graph).await? {
                gone.remove(&Uuid::from_u128(document.key.id));
                batch.push(Change::Put(Box::new(document)));
            }
            batch.extend(gone.into_iter().map(|id| Change::Drop(key(kind, id))));
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}

/// The documents of these things, as they are now.
pub(super) async fn load(
    db: &DatabaseConnection,
    kind: Kind,
    ids: Vec<Uuid>,
    tree: &Tree,
    graph: &Graph,
) -> Result<Vec<Document>> {
    match kind {
        Kind::AnsweredQuestion => answers::documents(db, ids, tree, graph).await,
        Kind::ResearchOutput => research::documents(db, ids, tree).await,
        Kind::Resource => organizations::resource_documents(db, ids, tree).await,
        Kind::Organization => organizations::documents(db, ids, tree).await,
        Kind::Station => stations::documents(db, ids, tree).await,
        Kind::Regulation => regulations::documents(db, ids).await,
    }
}

/// All documents there are, in steps, kind by kind and each in the order of its ids.
#[derive(Debug)]
pub(super) struct Everything {
    known: Option<(Tree, Graph)>,
    left: VecDeque<Kind>,
    after: Option<Uuid>,
}

impl Everything {
    pub(super) fn new() -> Self {
        Self { known: None, left: Kind::ALL.into(), after: None }
    }

    /// The next documents; none when all are done.
    pub(super) async fn next(&mut self, db: &DatabaseConnection) -> Result<Option<Vec<Document>>> {
        if self.known.is_none() {
            self.known = Some((expertise::tree(db).await?, regulations::graph(db).await?));
        }
        let Some((tree, graph)) = &self.known else { return Ok(None) };
        while let Some(kind) = self.left.front().copied() {
            let ids = ids_after(db, kind, self.after, DOCUMENTS_AT_ONCE as u64).await?;
            self.after = ids.last().copied();
            if self.after.is_some() {
                return Ok(Some(load(db, kind, ids, tree, graph).await?));
            }
            self.left.pop_front();
        }
        Ok(None)
    }
}

/// The ids of a kind that follow one, at most so many, in their order.
async fn ids_after(
    db: &DatabaseConnection,
    kind: Kind,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    match kind {
        Kind::AnsweredQuestion => answers::ids_after(db, after, limit).await,
        Kind::ResearchOutput => research::ids_after(db, after, limit).await,
        Kind::Resource => organizations::resource_ids_after(db, after, limit).await,
        Kind::Organization => organizations::ids_after(db, after, limit).await,
        Kind::Station => stations::ids_after(db, after, limit).await,
        Kind::Regulation => regulations::ids_after(db, after, limit).await,
    }
}
