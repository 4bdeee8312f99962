//! Which pairs there are: candidates from the index and from the areas, each judged by itself.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sea_orm::prelude::Uuid;
use zhanjian_index::{
    Key, Kind, SimilarRequest,
    matching::{LEAST, Score, Seeker},
};

use super::{
    MatchTargetKind,
    offers::From,
    sides::{Sought, Target, Targets},
};
use crate::{
    access::{IndexScope, Scope},
    app::App,
    error::{Error, Result},
    expertise::Tree,
};

/// So many research outputs are judged: the most alike by their text.
const OUTPUTS: usize = 100;
/// The same of resources, organizations and stations together.
const OTHERS: usize = 60;
/// So many of each of those are judged for being filed under the same area.
const FILED: u64 = 30;
/// So many needs are judged for an offer.
const NEEDS: usize = 100;

/// A need and what may fit it.
pub(super) type PairKey = (Uuid, MatchTargetKind, Uuid);

/// A pair with its score.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) sought: Arc<Sought>,
    pub(super) target: Arc<Target>,
    pub(super) score: Score,
}

impl Pair {
    /// Where it stands in a list: the best first, and equals in an order of their own.
    fn place(&self) -> (std::cmp::Reverse<u64>, MatchTargetKind, Uuid, Option<Uuid>) {
        let need = self.sought.need.as_ref().map(|need| need.id);
        // Scores are never negative: their bits are in their order.
        (std::cmp::Reverse(self.score.score.to_bits()), self.target.kind, self.target.id, need)
    }
}

/// For whom pairs are looked for.
pub(super) struct Eyes<'a> {
    pub(super) app: &'a Arc<App>,
    /// What may be read.
    pub(super) scope: Scope,
    /// What may be found.
    pub(super) index: IndexScope,
    pub(super) tree: Arc<Tree>,
}

impl Eyes<'_> {
    /// Where targets are loaded from.
    pub(super) fn targets(&self) -> From<'_> {
        From {
            db: self.app.db.read(),
            scope: &self.scope,
            tree: &self.tree,
            today: self.app.clock.today(),
        }
    }

    /// What fits, the best first; nothing below the least score.
    pub(super) async fn partners(
        &self,
        sought: Arc<Sought>,
        kinds: &[MatchTargetKind],
    ) -> Result<Vec<Pair>> {
        let outputs = kinds.contains(&MatchTargetKind::ResearchOutput);
        let others: Vec<Kind> = kinds
            .iter()
            .filter(|kind| **kind != MatchTargetKind::ResearchOutput)
            .map(|kind| kind_in_index(*kind))
            .collect();
        let text = sought.wanted.text.clone();
        let outputs = if outputs { vec![Kind::ResearchOutput] } else { Vec::new() };
        let (outputs, others) = tokio::try_join!(
            self.alike(text.clone(), outputs, OUTPUTS),
            self.alike(text, others, OTHERS),
        )?;
        let found = outputs
            .into_iter()
            .chain(others)
            .filter_map(|key| Some((kind_of(key.kind)?, Uuid::from_u128(key.id))));
        let mut keys: HashSet<(MatchTargetKind, Uuid)> = found.collect();
        let filed = self.targets().filed_under(&sought.areas, FILED).await?;
        keys.extend(filed.into_iter().filter(|(kind, _)| kinds.contains(kind)));
        let mut targets = self.targets().load(keys).await?;
        let conflict = sought.organization;
        targets.retain(|_, target| conflict.is_none() || target.organization != conflict);
        self.judged(sought, targets).await
    }

    /// What is most like a text, of some kinds; of none, nothing.
    async fn alike(&self, text: String, kinds: Vec<Kind>, limit: usize) -> Result<Vec<Key>> {
        if kinds.is_empty() || text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let IndexScope { tokens, today } = self.index.clone();
        let request = SimilarRequest {
            tokens,
            today,
            as_of: today,
            text,
            kinds,
            limit,
            ..SimilarRequest::default()
        };
        let index = Arc::clone(&self.app.index);
        let hits = tokio::task::spawn_blocking(move || index.similar(&request)).await?;
        Ok(hits.map_err(Error::from)?.iter().map(|hit| hit.key).collect())
    }

    /// The ids of open needs that are most like an offer.
    pub(super) async fn needs_alike(&self, target: &Target) -> Result<Vec<Uuid>> {
        let found = self.alike(target.wording(), vec![Kind::Need], NEEDS).await?;
        Ok(found.into_iter().map(|key| Uuid::from_u128(key.id)).collect())
    }

    /// Targets judged for one need, the best first; nothing below the least score.
    async fn judged(&self, sought: Arc<Sought>, targets: Targets) -> Result<Vec<Pair>> {
        let index = Arc::clone(&self.app.index);
        let judge = move || {
            let seeker = index.seeker(sought.wanted.clone());
            let pairs = targets
                .into_values()
                .filter_map(|target| judge(&seeker, Arc::clone(&sought), Arc::new(target)));
            sorted(pairs.collect())
        };
        Ok(tokio::task::spawn_blocking(judge).await?)
    }

    /// Needs judged for one target, the best first; nothing below the least score.
    pub(super) async fn judged_needs(
        &self,
        sought: Vec<Sought>,
        target: Arc<Target>,
    ) -> Result<Vec<Pair>> {
        let index = Arc::clone(&self.app.index);
        let judge = move || {
            let pairs = sought.into_iter().filter_map(|sought| {
                let seeker = index.seeker(sought.wanted.clone());
                judge(&seeker, Arc::new(sought), Arc::clone(&target))
            });
            sorted(pairs.collect())
        };
        Ok(tokio::task::spawn_blocking(judge).await?)
    }

    /// These pairs of a need and a target, whatever their score, as far as the target is to be had.
    pub(super) async fn these(
        &self,
        sought: Vec<Sought>,
        keys: Vec<PairKey>,
    ) -> Result<HashMap<PairKey, Pair>> {
        let targets = self.targets().load(keys.iter().map(|(_, kind, id)| (*kind, *id))).await?;
        let targets: HashMap<_, _> =
            targets.into_iter().map(|(key, it)| (key, Arc::new(it))).collect();
        let index = Arc::clone(&self.app.index);
        let judge = move || {
            let mut pairs = HashMap::with_capacity(keys.len());
            for sought in sought.into_iter().map(Arc::new) {
                let Some(need) = sought.need.as_ref().map(|need| need.id) else { continue };
                let seeker = index.seeker(sought.wanted.clone());
                for key in keys.iter().filter(|key| key.0 == need) {
                    let Some(target) = targets.get(&(key.1, key.2)) else { continue };
                    let score = seeker.score(&target.offer());
                    let (sought, target) = (Arc::clone(&sought), Arc::clone(target));
                    pairs.insert(*key, Pair { sought, target, score });
                }
            }
            pairs
        };
        Ok(tokio::task::spawn_blocking(judge).await?)
    }

    /// One pair, whatever its score; none where the target is not to be had, or not for this need.
    pub(super) async fn pair(
        &self,
        sought: Sought,
        key: (MatchTargetKind, Uuid),
    ) -> Result<Option<Pair>> {
        let Some(target) = self.targets().load([key]).await?.remove(&key) else { return Ok(None) };
        if sought.organization.is_some() && target.organization == sought.organization {
            return Ok(None);
        }
        let index = Arc::clone(&self.app.index);
        let judge = move || {
            let score = index.seeker(sought.wanted.clone()).score(&target.offer());
            Pair { sought: Arc::new(sought), target: Arc::new(target), score }
        };
        Ok(Some(tokio::task::spawn_blocking(judge).await?))
    }
}

fn judge(seeker: &Seeker, sought: Arc<Sought>, target: Arc<Target>) -> Option<Pair> {
    let conflict = sought.organization;
    if conflict.is_some() && target.organization == conflict {
        return None;
    }
    let score = seeker.score(&target.offer());
    (score.score >= LEAST).then_some(Pair { sought, target, score })
}

/// The best first.
pub(super) fn sorted(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_by_key(Pair::place);
    pairs
}

/// A kind as the index calls it.
pub(super) fn kind_in_index(kind: MatchTargetKind) -> Kind {
    match kind {
        MatchTargetKind::ResearchOutput => Kind::ResearchOutput,
        MatchTargetKind::Resource => Kind::Resource,
        MatchTargetKind::Organization => Kind::Organization,
        MatchTargetKind::Station => Kind::Station,
    }
}

/// A kind of the index as what can fit; none for what cannot.
pub(super) fn kind_of(kind: Kind) -> Option<MatchTargetKind> {
    Some(match kind {
        Kind::ResearchOutput => MatchTargetKind::ResearchOutput,
        Kind::Resource => MatchTargetKind::Resource,
        Kind::Organization => MatchTargetKind::Organization,
        Kind::Station => MatchTargetKind::Station,
        Kind::AnsweredQuestion | Kind::Regulation | Kind::Need => return None,
    })
}
