//! How matches are written and read: a row for a pair, the note for those who follow.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveValue::NotSet, ConnectionTrait, IntoActiveModel as _, QueryFilter as _,
    entity::prelude::*, sea_query::OnConflict,
};
use serde_json::json;

use super::{
    Match, MatchComponentName, MatchState, algorithm_version, entity,
    finding::{Pair, PairKey},
};
use crate::{
    access::{Guarded as _, PARTNERS, PUBLIC, Scope},
    change::update_at,
    error::Result,
    ids::new_id,
    needs::Need,
    outbox::{Note, Subject, Write},
};

/// A statement asks for the pairs of so many needs: engines bound what a statement may carry.
const NEEDS_AT_ONCE: usize = 1_000;

/// What is kept of some needs' pairs, by need and target; those of a need stand together.
pub(super) type Kept = BTreeMap<PairKey, Match>;

/// All that is kept of some needs' pairs.
pub(super) async fn kept(db: &impl ConnectionTrait, needs: Vec<Uuid>) -> Result<Kept> {
    let mut found = Kept::new();
    for some in needs.chunks(NEEDS_AT_ONCE) {
        let rows = entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::NeedId.is_in(some.iter().copied()))
            .all(db)
            .await?;
        let key = |row: &Match| (row.need_id, row.target_kind, row.target_id);
        found.extend(rows.into_iter().map(|row| (key(&row), row)));
    }
    Ok(found)
}

/// Whether a pair was dismissed, and both sides still say what they said then.
pub(super) fn is_dismissed(row: &Match, pair: &Pair) -> bool {
    row.state == MatchState::Dismissed
        && row.need_digest == pair.sought.digest()
        && row.target_digest == pair.target.digest()
}

/// The tokens of those who are told of a match: those who raised the need; and those to whom the target belongs, where
/// they may read the need.
pub(super) fn told(need: &Need, target_token: Option<&str>) -> Vec<String> {
    let mut tokens = vec![need.owner_token.clone()];
    let station = |token: &&str| token.starts_with("station:");
    let reads = match need.audience_token.as_str() {
        PUBLIC | PARTNERS => true,
        crate::access::NETWORK => target_token.is_some_and(|token| station(&token)),
        other => target_token == Some(other),
    };
    tokens.extend(target_token.filter(|_| reads).map(str::to_owned));
    tokens.dedup();
    tokens
}

/// The row of a pair that is new.
pub(super) fn row(pair: &Pair, need: &Need, state: MatchState, now: DateTimeUtc) -> Match {
    let Pair { sought, target, score } = pair;
    Match {
        id: new_id(),
        version: 1,
        created_at: now,
        created_by: None,
        updated_at: now,
        updated_by: None,
        need_id: need.id,
        target_kind: target.kind,
        target_id: target.id,
        organization_id: target.organization,
        target_token: Some(target.owner_token.clone()),
        state,
        score: score.score,
        components: components(pair),
        algorithm_version: algorithm_version(),
        need_digest: sought.digest(),
        target_digest: target.digest(),
        reason: None,
    }
}

/// The components of a score as they are kept.
fn components(pair: &Pair) -> Json {
    let part = |part: &zhanjian_index::matching::Part| {
        let name = MatchComponentName::from(part.component);
        json!({ "name": name, "weight": part.weight, "value": part.value })
    };
    pair.score.parts.iter().map(part).collect()
}

/// Writes a row that is new; false where the pair has one already.
pub(super) async fn insert(write: &mut Write, row: Match, need: &Need) -> Result<bool> {
    let after = told(need, row.target_token.as_deref());
    let id = row.id;
    let place = [entity::Column::NeedId, entity::Column::TargetKind, entity::Column::TargetId];
    let taken = entity::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns(place).do_nothing().to_owned())
        .exec_without_returning(&**write)
        .await;
    match taken {
        Ok(0) | Err(DbErr::RecordNotInserted) => return Ok(false),
        Ok(_) => {}
        Err(fault) => return Err(fault.into()),
    }
    write.note(Note { subject: Subject::Match, id, before: Vec::new(), after });
    Ok(true)
}

/// Writes a row as it is to be from now on, over the one that was read.
pub(super) async fn save(
    write: &mut Write,
    old: &Match,
    mut row: Match,
    need: &Need,
) -> Result<()> {
    row.version = old.version + 1;
    let tokens = told(need, row.target_token.as_deref());
    let mut changed = row.into_active_model().reset_all();
    changed.id = NotSet;
    let (id, version) = ((entity::Column::Id, old.id), (entity::Column::Version, old.version));
    update_at(&**write, id, version, changed).await?;
    write.note(Note { subject: Subject::Match, id: old.id, before: tokens.clone(), after: tokens });
    Ok(())
}

/// Takes back proposals that better ones have pushed out.
pub(super) async fn remove(write: &mut Write, row: &Match, need: &Need) -> Result<()> {
    let removed = entity::Entity::delete_many()
        .filter(entity::Column::Id.eq(row.id))
        .filter(entity::Column::Version.eq(row.version))
        .exec(&**write)
        .await?;
    if removed.rows_affected > 0 {
        let before = told(need, row.target_token.as_deref());
        write.note(Note { subject: Subject::Match, id: row.id, before, after: Vec::new() });
    }
    Ok(())
}
