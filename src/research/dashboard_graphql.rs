//! How an office's own figures look from outside.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Object, SimpleObject};
use sea_orm::ActiveEnum as _;

use super::{
    ResearchOutputNode, State,
    dashboard::{self, Dashboard},
    nodes_by_id,
};
use crate::{
    app::Ctx,
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    introductions::{self, DeclineReason, IntroductionState},
    matching::{self, MatchState},
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

/// How many requests for an introduction stand where.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct IntroductionStateCount {
    /// Where they stand.
    state: IntroductionState,
    /// How many.
    count: u64,
}

/// How often contact was declined for a reason.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct DeclineReasonCount {
    /// The reason.
    reason: DeclineReason,
    /// How often.
    count: u64,
}

/// Why contact about a research output was declined.
#[derive(SimpleObject)]
struct ResearchOutputDeclines {
    /// The research output.
    research_output: ResearchOutputNode,
    /// The reasons.
    reasons: Vec<DeclineReasonCount>,
}

/// What was asked about an organization's research outputs.
#[derive(SimpleObject)]
struct PublisherIntroductions {
    /// How many requests stand where today.
    states: Vec<IntroductionStateCount>,
    /// Why contact was declined, over all outputs.
    decline_reasons: Vec<DeclineReasonCount>,
    /// Why contact was declined, output by output.
    declined: Vec<ResearchOutputDeclines>,
}

/// How many matches are in a state.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct MatchStateCount {
    /// The state.
    state: MatchState,
    /// How many.
    count: u64,
}

/// How many needs a research output was found to fit.
#[derive(SimpleObject)]
struct ResearchOutputMatches {
    /// The research output.
    research_output: ResearchOutputNode,
    /// How many, without those for which it was dismissed.
    count: u64,
}

/// For which needs an organization's research outputs were found to fit.
#[derive(SimpleObject)]
struct PublisherMatches {
    /// How many matches are in which state.
    states: Vec<MatchStateCount>,
    /// The outputs that fit the most needs, at most twenty.
    most_matched: Vec<ResearchOutputMatches>,
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

    /// For which needs its outputs were found to fit, as far as the office may read the needs; `matches` lists them.
    async fn matches(&self, ctx: &Context<'_>) -> Result<PublisherMatches, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let wanted = matching::wanted_outputs(ctx, self.0.organization).await?;
        let mut nodes = nodes_by_id(ctx, wanted.most.iter().map(|(id, _)| *id).collect()).await?;
        let most = wanted.most.into_iter().filter_map(|(id, count)| {
            Some(ResearchOutputMatches { research_output: nodes.remove(&id)?, count })
        });
        let state = |(state, count): (_, u64)| MatchStateCount { state, count };
        Ok(PublisherMatches {
            most_matched: most.collect(),
            states: wanted.states.into_iter().map(state).collect(),
        })
    }

    /// What was asked about its outputs, whenever that was.
    async fn introductions(&self, ctx: &Context<'_>) -> Result<PublisherIntroductions, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let asked = introductions::asked_about_outputs(ctx, self.0.organization).await?;
        let state = |(state, count): (_, u64)| IntroductionStateCount { state, count };
        let (mut all, mut by_output) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for (output, reason, count) in asked.declined {
            all.entry(reason.to_value()).or_insert((reason, 0)).1 += count;
            by_output.entry(output).or_default().push(DeclineReasonCount { reason, count });
        }
        let mut nodes = nodes_by_id(ctx, by_output.keys().copied().collect()).await?;
        let declined = by_output.into_iter().filter_map(|(id, reasons)| {
            Some(ResearchOutputDeclines { research_output: nodes.remove(&id)?, reasons })
        });
        let reasons = all.into_values();
        Ok(PublisherIntroductions {
            states: asked.states.into_iter().map(state).collect(),
            decline_reasons: reasons
                .map(|(reason, count)| DeclineReasonCount { reason, count })
                .collect(),
            declined: declined.collect(),
        })
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
