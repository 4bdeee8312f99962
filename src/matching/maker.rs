//! New pairs, without being asked for: whenever an offer or a need has changed or come into sight, the best pairs of it
//! are proposed to those who raised the needs, and to those who offer.
//!
//! It follows the log of changes behind the index, from a position that stands in the database: of several nodes the one
//! that moves the position on writes what it found, in the same transaction. A crash repeats a batch; a pair that is known
//! is not proposed again. A need is never told of what those who raised it may not see.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    prelude::Uuid,
    sea_query::{Expr, OnConflict},
};
use tracing::{info, warn};

use super::{
    Match, MatchState, MatchTargetKind,
    finding::{Eyes, Pair, sorted},
    introduced, maker_entity,
    reverse::open_needs,
    sides::of_needs,
    store::{self, Kept},
};
use crate::{
    access::{Guarded as _, IndexScope, MATCHMAKER, NETWORK, PARTNERS, PUBLIC, Scope, Viewer},
    app::App,
    clock::day_number,
    error::Result,
    expertise::{self, Tree},
    ids::new_id,
    introductions::{self, Course},
    needs::{self, Need},
    outbox::{self, After, Revision, Subject},
};

/// So many pairs of one thing that changed are proposed.
const BEST: usize = 20;
/// A need has at most so many proposals that nobody has touched; better ones push out the weakest.
const MOST_PROPOSED: usize = 60;
/// Entries of the log that are looked at together.
const AT_ONCE: u64 = 500;
/// Needs that are gone through together where all are.
const NEEDS_AT_ONCE: usize = 200;
/// How long to wait for the index to come as far as the log.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// Positions are written down at the latest after so many entries that were of no concern.
const IDLE: Revision = 10_000;
/// From so many changed offers on it is cheaper to go through the open needs, where those are fewer.
const MANY: usize = 50;

/// The name of the position.
const NAME: &str = "matchmaker";

/// Proposes pairs.
pub struct Matchmaker {
    app: Arc<App>,
    /// All up to here has been looked at by this process.
    seen: Option<Revision>,
}

/// What of a batch is of concern.
#[derive(Debug, Default)]
struct Changed {
    needs: BTreeSet<Uuid>,
    targets: BTreeSet<(MatchTargetKind, Uuid)>,
    introductions: Introductions,
}

/// Of which introductions it is to be looked what has come of them.
#[derive(Debug)]
enum Introductions {
    These(Vec<Uuid>),
    All,
}

impl Default for Introductions {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Introductions {
    /// Where these have come to.
    async fn courses(&self, app: &App) -> Result<Vec<Course>> {
        match self {
            Self::These(ids) if ids.is_empty() => Ok(Vec::new()),
            Self::These(ids) => introductions::courses(app.db.read(), Some(ids.clone())).await,
            Self::All => introductions::courses(app.db.read(), None).await,
        }
    }
}

impl Changed {
    /// Whether nothing is.
    fn is_nothing(&self) -> bool {
        let introductions =
            matches!(&self.introductions, Introductions::These(ids) if ids.is_empty());
        self.needs.is_empty() && self.targets.is_empty() && introductions
    }

    /// Those of a batch of the log.
    fn of(entries: Vec<outbox::Entry>) -> Self {
        let mut changed = Self::default();
        let mut introductions = Vec::new();
        for entry in entries {
            match entry.subject {
                Subject::Need => drop(changed.needs.insert(entry.id)),
                Subject::Introduction => introductions.push(entry.id),
                Subject::ResearchOutput => {
                    changed.targets.insert((MatchTargetKind::ResearchOutput, entry.id));
                }
                Subject::Resource => {
                    changed.targets.insert((MatchTargetKind::Resource, entry.id));
                }
                _ => {}
            }
        }
        changed.introductions = Introductions::These(introductions);
        changed
    }
}

impl Matchmaker {
    /// One that goes on where any was last.
    pub fn new(app: Arc<App>) -> Self {
        Self { app, seen: None }
    }

    /// Follows the log until it is aborted: it may end at any moment.
    pub async fn run(mut self, poll_interval: Duration) {
        let app = Arc::clone(&self.app);
        let told = app.db.written();
        loop {
            // Registered before looking, so that what is written while we look is not missed.
            let written = told.notified();
            tokio::pin!(written);
            written.as_mut().enable();
            match self.step().await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = &mut written => {}
                        () = tokio::time::sleep(poll_interval) => {}
                    }
                }
                Err(fault) => {
                    warn!(error = %fault, "no pairs can be proposed for now; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Looks at the next batch. False when there was none.
    pub async fn step(&mut self) -> Result<bool> {
        let db = self.app.db.read();
        let stored = position(&self.app).await?;
        let Some(stored) = stored else {
            // The first of all begins at the present: what is there already is looked at need by need.
            let head = outbox::head(db).await?;
            self.begin(head).await?;
            return Ok(true);
        };
        let from = self.seen.map_or(stored, |seen| seen.max(stored));
        let entries = match outbox::after(db, from, AT_ONCE).await? {
            After::Entries(entries) => entries,
            After::Expired => {
                info!(
                    "the log of changes no longer reaches back to the matchmaker; going through all open needs"
                );
                let head = outbox::head(db).await?;
                self.seen = self.propose_anything(stored, head).await?.then_some(head);
                return Ok(true);
            }
        };
        let Some(last) = entries.last().map(|entry| entry.revision) else { return Ok(false) };
        let changed = Changed::of(entries);
        if !changed.is_nothing() || last - stored > IDLE {
            self.app.progress.reach(last, PATIENCE).await?;
            // Where another node was faster, what is left of these entries is looked at again.
            self.seen = self.propose(changed, stored, last).await?.then_some(last);
        } else {
            self.seen = Some(last);
        }
        Ok(true)
    }

    async fn begin(&self, head: Revision) -> Result<()> {
        let row = maker_entity::Model { id: new_id(), name: NAME.to_owned(), revision: 0 };
        let write = self.app.db.write().await?;
        let taken = maker_entity::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(maker_entity::Column::Name).do_nothing().to_owned())
            .exec_without_returning(&*write)
            .await;
        if let Err(fault) = taken
            && !matches!(fault, sea_orm::DbErr::RecordNotInserted)
        {
            return Err(fault.into());
        }
        write.commit(self.app.clock.now()).await?;
        self.propose_anything(0, head).await.map(drop)
    }

    /// Goes through all that can be of concern, piece by piece, where it is not known what has changed.
    async fn propose_anything(&self, from: Revision, to: Revision) -> Result<bool> {
        let open: Vec<Uuid> = all_open(&self.app).await?.into_iter().collect();
        for some in open.chunks(NEEDS_AT_ONCE) {
            let piece = Changed { needs: some.iter().copied().collect(), ..Changed::default() };
            if !self.propose(piece, from, from).await? {
                return Ok(false);
            }
        }
        let rest = Changed { introductions: Introductions::All, ..Changed::default() };
        self.propose(rest, from, to).await
    }

    /// Finds the pairs of what has changed and writes them. False where another node has been there meanwhile: then
    /// nothing is written.
    async fn propose(&self, changed: Changed, from: Revision, to: Revision) -> Result<bool> {
        let app = &self.app;
        let tree = Arc::new(expertise::tree(app.db.read()).await?);
        let courses = changed.introductions.courses(app).await?;
        let mut went_on = Vec::with_capacity(courses.len());
        for some in courses.chunks(NEEDS_AT_ONCE) {
            went_on.extend(introduced::load(app, &self.service_eyes(&tree), some).await?);
        }
        let found = self.find(changed, &tree).await?;
        let mut write = app.db.write().await?;
        let moved = maker_entity::Entity::update_many()
            .col_expr(maker_entity::Column::Revision, Expr::value(to))
            .filter(maker_entity::Column::Name.eq(NAME))
            .filter(maker_entity::Column::Revision.eq(from))
            .exec(&*write)
            .await?;
        if moved.rows_affected == 0 {
            return Ok(false);
        }
        let proposed_to = found.iter().filter_map(|pair| pair.sought.need.as_ref());
        let ids: HashSet<Uuid> =
            proposed_to.chain(went_on.iter().map(|it| &it.need)).map(|need| need.id).collect();
        let mut kept = store::kept(&*write, ids.into_iter().collect()).await?;
        for introduced in &went_on {
            introduced::put(app, &mut write, &mut kept, introduced).await?;
        }
        let mut proposed = 0;
        for pair in &found {
            let Some(need) = &pair.sought.need else { continue };
            let (kind, id) = pair.target.key();
            let old = kept.get(&(need.id, kind, id)).cloned();
            proposed += usize::from(self.put(&mut write, &mut kept, pair, need, old).await?);
        }
        write.commit(app.clock.now()).await?;
        if proposed > 0 {
            info!(proposed, revision = to, "proposed {proposed} new pairs");
        }
        Ok(true)
    }

    /// What the service itself sees: everything, on the day.
    fn service_eyes(&self, tree: &Arc<Tree>) -> Eyes<'_> {
        let today = day_number(self.app.clock.today());
        Eyes {
            app: &self.app,
            scope: Scope::Service,
            index: IndexScope { tokens: vec![MATCHMAKER.to_owned()], today },
            tree: Arc::clone(tree),
        }
    }

    /// Proposes one pair, where it is new or has become so. Whether it was.
    async fn put(
        &self,
        write: &mut outbox::Write,
        kept: &mut Kept,
        pair: &Pair,
        need: &Need,
        old: Option<Match>,
    ) -> Result<bool> {
        let row = store::row(pair, need, MatchState::Proposed, self.app.clock.now());
        if let Some(old) = old {
            if is_new_again(&old, pair) {
                let row = Match { id: old.id, created_at: old.created_at, ..row };
                store::save(write, &old, row, need).await?;
                return Ok(true);
            }
            return Ok(false);
        }
        if !has_room(write, kept, need, pair).await? {
            return Ok(false);
        }
        let (kind, id) = pair.target.key();
        let made = store::insert(write, row.clone(), need).await?;
        kept.insert((need.id, kind, id), row);
        Ok(made)
    }

    async fn find(&self, changed: Changed, tree: &Arc<Tree>) -> Result<Vec<Pair>> {
        let app = &self.app;
        let Changed { mut needs, mut targets, .. } = changed;
        if targets.len() > MANY {
            let open = all_open(app).await?;
            if open.len() < targets.len() {
                needs.extend(open);
                targets.clear();
            }
        }
        let mut pairs: HashMap<(Uuid, MatchTargetKind, Uuid), Pair> = HashMap::new();
        let today = app.clock.today();
        let rows =
            needs::by_ids(app.db.read(), &Scope::Service, needs.into_iter().collect()).await?;
        let open: Vec<Need> =
            rows.into_values().filter(|need| need.state_on(today).lapses()).collect();
        for sought in of_needs(app.db.read(), open, tree).await? {
            let Some(need) = &sought.need else { continue };
            let eyes = eyes_of(app, &raiser(need), tree);
            let kinds = [
                MatchTargetKind::ResearchOutput,
                MatchTargetKind::Resource,
                MatchTargetKind::Organization,
                MatchTargetKind::Station,
            ];
            let found = eyes.partners(Arc::new(sought), &kinds).await?;
            take(&mut pairs, found.into_iter().take(BEST));
        }
        let service = self.service_eyes(tree);
        for (_, target) in service.targets().load(targets).await? {
            let target = Arc::new(target);
            let found = open_needs(&service, &target).await?;
            let sees = |pair: &Pair| {
                let need = pair.sought.need.as_ref();
                need.is_some_and(|need| {
                    let raiser = raiser(need);
                    raiser.holds(&target.audience_token) || raiser.holds(&target.owner_token)
                })
            };
            take(&mut pairs, found.into_iter().filter(sees).take(BEST));
        }
        Ok(sorted(pairs.into_values().collect()))
    }
}

fn take(
    pairs: &mut HashMap<(Uuid, MatchTargetKind, Uuid), Pair>,
    found: impl Iterator<Item = Pair>,
) {
    for pair in found {
        let Some(need) = pair.sought.need.as_ref().map(|need| need.id) else { continue };
        let (kind, id) = pair.target.key();
        pairs.entry((need, kind, id)).or_insert(pair);
    }
}

/// What those who raised a need see: what stations see, for a station or a bureau; what portals see, for a portal.
fn raiser(need: &Need) -> Viewer {
    let mut tokens = vec![PUBLIC.to_owned(), PARTNERS.to_owned(), need.owner_token.clone()];
    if need.client_id.is_none() {
        tokens.push(NETWORK.to_owned());
    }
    Viewer::holding(tokens)
}

fn eyes_of<'a>(app: &'a Arc<App>, viewer: &Viewer, tree: &Arc<Tree>) -> Eyes<'a> {
    let today = app.clock.today();
    Eyes {
        app,
        scope: Scope::of(viewer, today),
        index: IndexScope::of(viewer, today),
        tree: Arc::clone(tree),
    }
}

/// A pair is proposed anew where it was dismissed, or only proposed, and a side says something else now.
fn is_new_again(old: &Match, pair: &Pair) -> bool {
    let changed =
        old.need_digest != pair.sought.digest() || old.target_digest != pair.target.digest();
    changed && matches!(old.state, MatchState::Dismissed | MatchState::Proposed)
}

/// Whether a need has room for one more proposal; a weaker one makes it.
async fn has_room(
    write: &mut outbox::Write,
    kept: &mut Kept,
    need: &Need,
    pair: &Pair,
) -> Result<bool> {
    let first = (need.id, MatchTargetKind::ResearchOutput, Uuid::nil());
    let of_need = || kept.range(first..).map_while(|(key, row)| (key.0 == need.id).then_some(row));
    let proposed = || of_need().filter(|row| row.state == MatchState::Proposed);
    if proposed().count() < MOST_PROPOSED {
        return Ok(true);
    }
    let weakest = proposed().min_by(|a, b| a.score.total_cmp(&b.score)).cloned();
    let Some(weakest) = weakest.filter(|row| row.score < pair.score.score) else {
        return Ok(false);
    };
    store::remove(write, &weakest, need).await?;
    kept.remove(&(weakest.need_id, weakest.target_kind, weakest.target_id));
    Ok(true)
}

async fn position(app: &App) -> Result<Option<Revision>> {
    let row = maker_entity::Entity::visible_to(&Scope::Service)
        .filter(maker_entity::Column::Name.eq(NAME))
        .one(app.db.read())
        .await?;
    Ok(row.map(|row| row.revision))
}

/// The ids of all needs that are open.
async fn all_open(app: &App) -> Result<BTreeSet<Uuid>> {
    needs::open_ids(app.db.read(), app.clock.today()).await
}
