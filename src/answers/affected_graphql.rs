//! How the reach of a change of the law looks from outside.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use sea_orm::prelude::Uuid;

use super::{
    AnsweredQuestionNode,
    affected::{self, Affected, Load},
    nodes_by_id,
    sifting::Lean,
};
use crate::{
    app::Ctx,
    batch::{Batch, Shared},
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
    regulations::{
        self, Content, CurrencyNode, NewRegulationInput, Preview, RegulationActInput,
        RegulationRelationInput, Verdicts,
    },
    scalars::Date,
    stations::{self, StationNode},
};

/// What is asked about: exactly one of `regulation`, `relation`, `proposal` and `recorded`.
#[derive(Debug, InputObject)]
struct AffectedByInput {
    /// A regulation that is not recorded yet; what it does to others stands in `relations`.
    regulation: Option<NewRegulationInput>,
    /// What that regulation does to older ones.
    #[graphql(default)]
    relations: Vec<RegulationActInput>,
    /// A relation that is not recorded yet, between two regulations that are.
    relation: Option<RegulationRelationInput>,
    /// The global id of a proposal.
    proposal: Option<ID>,
    /// A regulation that is recorded, by its global id or its key: what it does, beside a law in which it did nothing.
    recorded: Option<ID>,
    /// For which day; today where nothing is said.
    as_of: Option<Date>,
}

impl AffectedByInput {
    async fn preview(self, ctx: &Ctx) -> Result<Preview> {
        match (self.regulation, self.relation, self.proposal, self.recorded) {
            (Some(regulation), None, None, None) => {
                regulations::foresee(ctx, regulation.content(self.relations)).await
            }
            (None, Some(relation), None, None) => {
                regulations::foresee(ctx, relation.content()).await
            }
            (None, None, Some(proposal), None) => {
                regulations::foresee(ctx, proposed(ctx, &proposal).await?).await
            }
            (None, None, None, Some(recorded)) => {
                let id = regulations::named(ctx, "recorded", &recorded).await?.id;
                regulations::look_back(ctx, id).await
            }
            _ => {
                let reason = Text::new(
                    "give exactly one of regulation, relation, proposal and recorded",
                    "regulation、relation、proposal、recorded 须且只能给出其中一个",
                );
                Err(Error::invalid("input", reason))
            }
        }
    }
}

async fn proposed(ctx: &Ctx, id: &ID) -> Result<Content> {
    let id = GlobalId::decode_as("proposal", id, NodeKind::RegulationProposal)?;
    Ok(regulations::content_of(&regulations::find_proposal(ctx, ctx.db(), id).await?))
}

/// What a change of the law does to the answers that the viewer may see.
struct AffectedBy {
    affected: Affected,
}

/// What a change of the law does to the published answers that the viewer may see: those whose verdict on the day is
/// another with it than without it.
#[Object]
impl AffectedBy {
    /// The day that was asked for.
    async fn as_of(&self) -> Date {
        Date(self.affected.as_of)
    }

    /// How many answers it touches.
    async fn total_count(&self) -> usize {
        self.affected.answers.len()
    }

    /// Whether all answers were looked at that it could touch; if not, there are more, which are used less.
    async fn complete(&self) -> bool {
        self.affected.complete
    }

    /// How many answers of which station, those with the most used ones first.
    async fn by_station(&self) -> Vec<StationLoad> {
        station_loads(affected::by_station(&self.affected.answers))
    }

    /// The answers themselves, the most used first.
    async fn answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.", default = 20)] first: i32,
    ) -> Result<Vec<AffectedAnswer>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let max = ctx.app.paging.max;
        let wanted = usize::try_from(first).ok().filter(|first| *first <= max);
        let wanted = wanted.ok_or_else(|| {
            let reason =
                Text::new(format!("give a number from 0 to {max}"), format!("应为 0 至 {max}"));
            Error::invalid("first", reason)
        })?;
        let some: Vec<&Lean> = self.affected.answers.iter().take(wanted).collect();
        let Affected { as_of, before, after, planned, .. } = &self.affected;
        let grounds = || some.iter().map(|lean| (lean.id, lean.grounds.clone()));
        let without = Verdicts::new(grounds(), *as_of, Arc::clone(before));
        let with = Verdicts::foreseen(grounds(), *as_of, Arc::clone(after), planned.as_ref());
        let mut nodes = nodes_by_id(ctx, some.iter().map(|lean| lean.id).collect()).await?;
        let mut answers = Vec::new();
        for lean in some {
            // One that was taken back a moment ago is not there any more.
            let Some(answered_question) = nodes.remove(&lean.id) else { continue };
            let (before, after) = (without.on(&lean.id)?, with.on(&lean.id)?);
            answers.push(AffectedAnswer { answered_question, before, after });
        }
        Ok(answers)
    }
}

/// An answer that a change of the law touches.
#[derive(SimpleObject)]
struct AffectedAnswer {
    /// The answer.
    answered_question: AnsweredQuestionNode,
    /// The verdict without the change.
    before: CurrencyNode,
    /// The verdict with it. A regulation on its path that is not recorded yet is not found by its id.
    after: CurrencyNode,
}

/// How many answers of a station there are to look at.
pub(super) struct StationLoad {
    load: Load,
    stations: Shared<Uuid, StationNode>,
}

/// Loads that know of each other's stations.
pub(super) fn station_loads(loads: Vec<Load>) -> Vec<StationLoad> {
    let stations = Arc::new(Batch::new(loads.iter().map(|load| load.station_id)));
    let load = |load| StationLoad { load, stations: Arc::clone(&stations) };
    loads.into_iter().map(load).collect()
}

/// How many answers of a station there are to look at.
#[Object]
impl StationLoad {
    /// The station.
    async fn station(&self, ctx: &Context<'_>) -> Result<StationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| stations::nodes_by_id(ctx, ids);
        Ok(self.stations.require(&self.load.station_id, load).await?.clone())
    }

    /// How many answers.
    async fn count(&self) -> u64 {
        self.load.count
    }

    /// How often they were reused, taken together.
    async fn uses(&self) -> u64 {
        self.load.uses
    }
}

/// The reach of a change of the law.
#[derive(Default)]
pub struct AffectedQuery;

#[Object]
impl AffectedQuery {
    /// What a change of the law does to answers, before it is recorded or looking back. For those who may propose one.
    async fn affected_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked about.")] input: AffectedByInput,
    ) -> Result<AffectedBy, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let as_of = input.as_of.map_or(ctx.today, |Date(day)| day);
        let preview = input.preview(ctx).await?;
        Ok(AffectedBy { affected: affected::affected(ctx, preview, as_of).await? })
    }
}
