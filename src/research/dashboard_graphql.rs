//! How an office's own figures look from outside.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::{
    ResearchOutputNode, State,
    dashboard::{self, Dashboard},
    nodes_by_id,
};
use crate::{
    app::Ctx,
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    organizations::{self, OrganizationNode},
    scalars::Date,
};

/// An organization's own research outputs in figures, for its office alone.
struct DashboardNode(Dashboard);

/// How many research outputs are in a state.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct ResearchOutputStateCount {
    /// The state.
    state: State,
    /// How many.
    count: u64,
}

/// How often others looked at a research output.
#[derive(SimpleObject)]
struct ResearchOutputViews {
    /// The research output.
    research_output: ResearchOutputNode,
    /// How often, in the span that was asked for.
    views: u64,
}

fn counts(states: &[(State, u64)]) -> Vec<ResearchOutputStateCount> {
    states
        .iter()
        .map(|(state, count)| ResearchOutputStateCount { state: *state, count: *count })
        .collect()
}

/// An organization's own research outputs in figures, for its office alone.
#[Object(name = "PublisherDashboard")]
impl DashboardNode {
    /// The organization.
    async fn organization(&self, ctx: &Context<'_>) -> Result<OrganizationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let id = self.0.organization;
        let found = organizations::nodes_by_id(ctx, vec![id]).await?.remove(&id);
        Ok(found.ok_or(Error::NotFound)?)
    }

    /// How many of its outputs are in which state.
    async fn states(&self) -> Vec<ResearchOutputStateCount> {
        counts(&self.0.states)
    }

    /// How many revisions beside what is shown are in which state.
    async fn revisions(&self) -> Vec<ResearchOutputStateCount> {
        counts(&self.0.revisions)
    }

    /// How many published ones wait for the end of their embargo.
    async fn under_embargo(&self) -> u64 {
        self.0.under_embargo
    }

    /// The first day whose views are counted.
    async fn from(&self) -> Date {
        Date(self.0.from)
    }

    /// The last day whose views are counted.
    async fn to(&self) -> Date {
        Date(self.0.to)
    }

    /// How often others opened one of its outputs in these days; lists and searches do not count.
    async fn views(&self) -> u64 {
        self.0.views
    }

    /// The outputs that were opened most, at most twenty.
    async fn most_viewed(&self, ctx: &Context<'_>) -> Result<Vec<ResearchOutputViews>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let ids = self.0.most_seen.iter().map(|(id, _)| *id).collect();
        let mut nodes = nodes_by_id(ctx, ids).await?;
        let views = |(id, views): &(_, u64)| {
            Some(ResearchOutputViews { research_output: nodes.remove(id)?, views: *views })
        };
        Ok(self.0.most_seen.iter().filter_map(views).collect())
    }
}

/// The entry point to an office's own figures.
#[derive(Default)]
pub struct DashboardQuery;

#[Object]
impl DashboardQuery {
    /// An organization's own research outputs in figures, for its tech-transfer office.
    async fn publisher_dashboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization; the viewer's own where nothing is said.")]
        organization: Option<ID>,
        #[graphql(
            desc = "The first day whose views are counted; thirty days where nothing is said."
        )]
        from: Option<Date>,
        #[graphql(desc = "The last day whose views are counted; today where nothing is said.")]
        to: Option<Date>,
    ) -> Result<DashboardNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let organization = organization
            .map(|id| GlobalId::decode_as("organization", &id, NodeKind::Organization))
            .transpose()?;
        let span = (from.map(|Date(day)| day), to.map(|Date(day)| day));
        Ok(DashboardNode(dashboard::dashboard(ctx, organization, span).await?))
    }
}
