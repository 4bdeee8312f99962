//! What becomes of pairs by introductions: a pair stands where the last introduction between its two sides has come to.

use std::collections::HashSet;

use super::{
    Match, MatchState, MatchTargetKind,
    finding::{Eyes, Pair, PairKey},
    sides::of_needs,
    store::{self, Kept},
};
use crate::{
    access::Scope,
    app::App,
    audit::SERVICE,
    error::Result,
    introductions::{Course, IntroductionSubjectKind, Progress},
    needs::{self, Need},
    outbox::Write,
};

/// A pair whose introduction has moved, with what both sides say where both are still there.
pub(super) struct Moved {
    course: Course,
    pub(super) need: Need,
    pair: Option<Pair>,
}

impl Moved {
    fn key(&self) -> PairKey {
        let kind = match self.course.about_kind {
            IntroductionSubjectKind::ResearchOutput => MatchTargetKind::ResearchOutput,
            IntroductionSubjectKind::Resource => MatchTargetKind::Resource,
        };
        (self.need.id, kind, self.course.about_id)
    }

    /// Where it stands now, given where it stood; none where it stays. What was taken back can be asked for again; who
    /// has dismissed the pair since is not contradicted.
    fn state(&self, from: Option<MatchState>) -> Option<MatchState> {
        let to = match self.course.progress {
            Progress::UnderWay => MatchState::Introduced,
            Progress::Succeeded => MatchState::Succeeded,
            Progress::Failed => MatchState::Failed,
            Progress::TakenBack if from == Some(MatchState::Introduced) => MatchState::Shortlisted,
            Progress::TakenBack => return None,
        };
        (from != Some(to)).then_some(to)
    }
}

/// Loads what both sides of these courses say.
pub(super) async fn load(app: &App, eyes: &Eyes<'_>, courses: &[Course]) -> Result<Vec<Moved>> {
    let ids: HashSet<_> = courses.iter().map(|course| course.need).collect();
    let rows = needs::by_ids(app.db.read(), &Scope::Service, ids.into_iter().collect()).await?;
    let sought = of_needs(app.db.read(), rows.values().cloned().collect(), &eyes.tree).await?;
    let mut moved = Vec::with_capacity(courses.len());
    for course in courses {
        let Some(need) = rows.get(&course.need).cloned() else { continue };
        moved.push(Moved { course: *course, need, pair: None });
    }
    let mut pairs = eyes.these(sought, moved.iter().map(Moved::key).collect()).await?;
    for moved in &mut moved {
        moved.pair = pairs.remove(&moved.key());
    }
    Ok(moved)
}

/// Writes where a pair stands now. A pair that the service had not proposed gets its row, as long as both sides are there.
pub(super) async fn put(
    app: &App,
    write: &mut Write,
    kept: &mut Kept,
    moved: &Moved,
) -> Result<()> {
    let old = kept.get(&moved.key()).cloned();
    let Some(state) = moved.state(old.as_ref().map(|row| row.state)) else { return Ok(()) };
    let now = app.clock.now();
    if let Some(old) = old {
        let updated_by = Some(SERVICE.to_owned());
        let row = Match { state, updated_at: now, updated_by, ..old.clone() };
        store::save(write, &old, row, &moved.need).await?;
        let version = old.version + 1;
        kept.insert(moved.key(), Match { version, state, ..old });
    } else if let Some(pair) = &moved.pair {
        let row = store::row(pair, &moved.need, state, now);
        store::insert(write, row.clone(), &moved.need).await?;
        kept.insert(moved.key(), row);
    }
    Ok(())
}
