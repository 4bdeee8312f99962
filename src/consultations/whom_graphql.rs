//! Which stations might be asked about a case: advice for whoever thinks of referring it across.

use super::{
    asker::MASK,
    graphql::{ConsultationNode, area_ids},
};
use crate::{
    app::Ctx,
    error::Result,
    strengths::{StationMatch, suggestions_for},
};

impl ConsultationNode {
    /// The stations, but for the case's own. Only what the viewer may read of the case is looked at, without what would
    /// tell who asked: that says nothing of the matter.
    pub(super) async fn whom_to_ask(&self, ctx: &Ctx, first: i32) -> Result<Vec<StationMatch>> {
        let text = self.question(ctx).await?;
        let text = self.masked(ctx, text).await?.replace(MASK, " ");
        let areas = self.page.areas.get(&self.row.id, |ids| area_ids(ctx, ids)).await?;
        let areas = areas.cloned().unwrap_or_default();
        suggestions_for(ctx, text, areas, self.row.station_id, first).await
    }
}
