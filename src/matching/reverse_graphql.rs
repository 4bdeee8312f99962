//! How the other way round looks from outside: the open needs that an offer fits.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::{
    finding::Pair, graphql::MatchExplanation, list_graphql::target, reverse::fitting_needs,
};
use crate::{
    app::Ctx,
    error::{Fault, Result},
    needs::{self, NeedNode},
    page::Page,
};

/// An open need that an offer fits.
#[derive(SimpleObject)]
pub(super) struct NeedMatch {
    /// How well they fit, 0 to 1.
    score: f64,
    /// Why.
    #[graphql(flatten)]
    explanation: MatchExplanation,
    /// The need.
    node: NeedNode,
}

/// The entry point to the needs that something fits.
#[derive(Default)]
pub struct NeedMatchQuery;

#[Object]
impl NeedMatchQuery {
    /// The open needs that a research output or a resource fits, the best first: for those who offer it, and for those
    /// who raise needs.
    async fn match_needs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of what is offered.")] target: ID,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
    ) -> Result<Vec<NeedMatch>, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        Ok(need_matches(ctx, self::target("target", &target)?, first).await?)
    }
}

/// The open needs that something fits, as far as the viewer may see them.
pub(super) async fn need_matches(
    ctx: &Ctx,
    key: (super::MatchTargetKind, sea_orm::prelude::Uuid),
    first: Option<i32>,
) -> Result<Vec<NeedMatch>> {
    let page = Page::new(ctx.app.paging, first, None, None, None)?;
    let mut pairs = fitting_needs(ctx, key).await?;
    pairs.truncate(page.limit());
    let rows = pairs.iter().filter_map(|pair| pair.sought.need.clone());
    let nodes = needs::nodes(rows);
    let tree = ctx.tree().await?;
    let shown = |(pair, node): (&Pair, NeedNode)| NeedMatch {
        score: pair.score.score,
        explanation: MatchExplanation::of(pair, &tree),
        node,
    };
    Ok(pairs.iter().zip(nodes).map(shown).collect())
}
