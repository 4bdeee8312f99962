//! How what is kept of a pair looks from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{QueryFilter as _, prelude::*};

use super::{
    Match, MatchComponentName, MatchState, MatchTargetKind,
    entity::{Column, Entity},
    graphql::{MatchTarget, target_nodes},
};
use crate::{
    access::Guarded as _,
    app::Ctx,
    batch::{Batch, Shared},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    needs::{self, NeedNode},
};

/// A match among the others of its page.
#[derive(Clone)]
pub struct MatchNode {
    row: Arc<Match>,
    page: Arc<MatchPage>,
}

struct MatchPage {
    needs: Shared<Uuid, NeedNode>,
    targets: Shared<(MatchTargetKind, Uuid), MatchTarget>,
}

/// Matches that know of each other, so that what belongs to them is loaded at once.
pub(super) fn nodes(rows: Vec<Match>) -> HashMap<Uuid, MatchNode> {
    let rows: Vec<Arc<Match>> = rows.into_iter().map(Arc::new).collect();
    let page = Arc::new(MatchPage {
        needs: Arc::new(Batch::new(rows.iter().map(|row| row.need_id))),
        targets: Arc::new(Batch::new(rows.iter().map(|row| (row.target_kind, row.target_id)))),
    });
    rows.into_iter().map(|row| (row.id, MatchNode { row, page: Arc::clone(&page) })).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, MatchNode>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::visible_to(&ctx.scope()).filter(Column::Id.is_in(ids));
    Ok(nodes(rows.all(ctx.db()).await?))
}

/// A component of a score as it was when the pair was last judged.
#[derive(serde::Deserialize, SimpleObject)]
pub(super) struct KeptComponent {
    /// Which.
    name: MatchComponentName,
    /// How much it counted.
    weight: f64,
    /// How well both fitted in it; null where a side did not say what it is judged by.
    value: Option<f64>,
}

/// A need and what may fit it, and what became of the pair.
#[Object(name = "Match")]
impl MatchNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Match, self.row.id)
    }

    /// What is looked for.
    async fn need(&self, context: &Context<'_>) -> Result<NeedNode, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let load = |ids| needs::nodes_by_id(ctx, ids);
        Ok(self.page.needs.require(&self.row.need_id, load).await?.clone())
    }

    /// What may fit.
    async fn target(&self, context: &Context<'_>) -> Result<MatchTarget, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let key = (self.row.target_kind, self.row.target_id);
        let load = |keys| target_nodes(ctx, keys);
        Ok(self.page.targets.require(&key, load).await?.clone())
    }

    /// What became of it.
    async fn state(&self) -> MatchState {
        self.row.state
    }

    /// How well both fitted, 0 to 1, when the pair was last judged; `matchPartners` judges anew.
    async fn score(&self) -> f64 {
        self.row.score
    }

    /// What that score was made of.
    async fn components(&self) -> Vec<KeptComponent> {
        serde_json::from_value(self.row.components.clone()).unwrap_or_default()
    }

    /// The name and version of the arithmetic.
    async fn algorithm_version(&self) -> &str {
        &self.row.algorithm_version
    }

    /// Why it was dismissed, for those who raised the need.
    async fn reason(&self, context: &Context<'_>) -> Result<Option<&str>, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let load = |ids| needs::nodes_by_id(ctx, ids);
        let need = self.page.needs.require(&self.row.need_id, load).await?;
        let own = need.row().is_own(&ctx.viewer);
        Ok(self.row.reason.as_deref().filter(|_| own))
    }

    /// How often it has been changed, counted from 1; for saying what a change is made to.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// When it was first proposed or taken.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.row.updated_at
    }
}
