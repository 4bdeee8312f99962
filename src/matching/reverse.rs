//! The other way round: which open needs an offer fits.

use std::sync::Arc;

use super::{
    MatchTargetKind,
    finding::{Eyes, Pair},
    graphql::eyes,
    sides::{Target, of_needs},
    store,
};
use crate::{
    access::{Action, Holding, Reach, check_at_all, may},
    app::Ctx,
    error::{Error, Result},
    needs::{self, Need},
};

/// Whose needs are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Of all that the viewer sees.
    Anybodys,
    /// The viewer's own.
    Own,
}

/// The open needs that an offer fits, the best first, as far as the viewer may see them.
///
/// # Errors
/// `NotFound` where the viewer does not see the offer; `Unauthenticated` or `Forbidden` where it is neither theirs nor
/// they raise needs.
pub(super) async fn fitting_needs(
    ctx: &Ctx,
    key: (MatchTargetKind, sea_orm::prelude::Uuid),
) -> Result<Vec<Pair>> {
    let tree = ctx.tree().await?;
    let eyes = eyes(ctx, &tree);
    let target = eyes.targets().load([key]).await?.remove(&key).ok_or(Error::NotFound)?;
    let whose = whose(ctx, &target)?;
    let target = Arc::new(target);
    let mut pairs = open_needs(&eyes, &target).await?;
    if whose == Whose::Own {
        pairs.retain(|pair| pair.sought.need.as_ref().is_some_and(|need| need.is_own(&ctx.viewer)));
    }
    let ids = pairs.iter().filter_map(|pair| pair.sought.need.as_ref()).map(|need| need.id);
    let kept = store::kept(ctx.db(), ids.collect()).await?;
    pairs.retain(|pair| {
        let need = pair.sought.need.as_ref().map(|need| need.id);
        let row = need.and_then(|need| kept.get(&(need, target.kind, target.id)));
        row.is_none_or(|row| !store::is_dismissed(row, pair))
    });
    Ok(pairs)
}

/// Who offers something sees which needs it fits; who raises needs, for which of those they see.
fn whose(ctx: &Ctx, target: &Target) -> Result<Whose> {
    let holding = Holding::of(target.owner_token.clone(), None);
    if may(&ctx.viewer, Action::SeeOwnMatches, &holding) {
        return Ok(Whose::Anybodys);
    }
    check_at_all(&ctx.viewer, Action::RaiseNeed)?;
    Ok(if ctx.viewer.reach(Action::RaiseNeed) == Reach::Yes { Whose::Anybodys } else { Whose::Own })
}

/// The open needs of a scope that an offer fits: found by the index, loaded through the scope, judged one by one.
pub(super) async fn open_needs(eyes: &Eyes<'_>, target: &Arc<Target>) -> Result<Vec<Pair>> {
    let ids = eyes.needs_alike(target).await?;
    let today = eyes.app.clock.today();
    let rows = needs::by_ids(eyes.app.db.read(), &eyes.scope, ids).await?;
    let open: Vec<Need> = rows.into_values().filter(|row| row.state_on(today).lapses()).collect();
    let sought = of_needs(eyes.app.db.read(), open, &eyes.tree).await?;
    eyes.judged_needs(sought, Arc::clone(target)).await
}
