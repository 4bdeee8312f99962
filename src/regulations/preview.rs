//! What would follow from recording something, before it is recorded: the law as it would be beside the law as it is.

use sea_orm::{Set, prelude::Uuid};

use super::{Regulation, content::Content, currency::Graph, import};
use crate::{
    access::{Action, Holding, check},
    app::Ctx,
    error::{Error, Result},
};

/// How the law would be.
#[derive(Debug)]
pub struct Preview {
    /// The law without what is asked about.
    pub before: Graph,
    /// The law with it.
    pub after: Graph,
    /// The regulations whose citations it may touch.
    pub touched: Vec<Uuid>,
    /// The regulation that is not recorded yet.
    pub planned: Option<Regulation>,
}

/// How the law would be if something were recorded. Nothing is.
pub async fn foresee(ctx: &Ctx, content: Content) -> Result<Preview> {
    check(&ctx.viewer, Action::ProposeRegulation, &Holding::nobody())?;
    let ids = super::all_ids_by_key(ctx.db()).await?;
    let before = super::graph(ctx.db()).await?;
    let plan = content.named(&ids).plan(ids, &before)?;
    let after = plan.foreseen(&before);
    let touched = upstream(&after, plan.relations.iter().map(|relation| relation.to));
    let planned = plan.regulation.map(|(id, draft)| {
        let mut row = import::fresh(&draft.key.clone(), ctx.now());
        row.id = Set(id);
        import::fill(&mut row, draft);
        row
    });
    let planned = planned.map(|row| Regulation::try_from(row).map_err(Error::from)).transpose()?;
    Ok(Preview { before, after, touched, planned })
}

/// What a regulation that is recorded does, beside a law in which it did nothing.
pub async fn look_back(ctx: &Ctx, regulation: Uuid) -> Result<Preview> {
    check(&ctx.viewer, Action::ProposeRegulation, &Holding::nobody())?;
    let after = super::graph(ctx.db()).await?;
    let before = after.without_acts_of(regulation);
    let touched = upstream(&after, after.acts_of(regulation).map(|relation| relation.to));
    Ok(Preview { before, after, touched, planned: None })
}

fn upstream(graph: &Graph, acted_on: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut touched: Vec<Uuid> = acted_on.flat_map(|id| graph.upstream(id)).collect();
    touched.sort_unstable();
    touched.dedup();
    touched
}
