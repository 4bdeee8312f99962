//! How proposals look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{Condition, QueryFilter, entity::prelude::*};
use serde_json::{Map, Value};

use super::{
    ProposalKind, ProposalState, Region, RegulationNode, RegulationProposal, RelationKind,
    RelationScope, entity,
    input_graphql::{NewRegulationInput, RegulationActInput, RegulationRelationInput},
    nodes,
    proposal_entity::{Column, Entity},
    proposals::{self, Decision},
};
use crate::{
    access::{Action, Guarded, check_at_all},
    accounts::{self, MemberNode},
    app::Ctx,
    audit::Entry,
    batch::{Batch, Shared},
    change::{Once, answered, payload},
    error::{Fault, Result},
    expertise::LocalizedText,
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::PartialDate,
};

/// A proposal among the others of its page.
#[derive(Clone)]
pub struct RegulationProposalNode {
    proposal: Arc<RegulationProposal>,
    page: Arc<ProposalPage>,
}

struct ProposalPage {
    members: Shared<Uuid, MemberNode>,
    regulations: Shared<String, RegulationNode>,
}

/// Proposals that know of each other, so that what belongs to them is loaded at once.
pub(super) fn proposal_nodes(
    rows: impl IntoIterator<Item = RegulationProposal>,
) -> Vec<RegulationProposalNode> {
    let rows: Vec<Arc<RegulationProposal>> = rows.into_iter().map(Arc::new).collect();
    let members = rows.iter().flat_map(|row| [Some(row.proposed_by_id), row.decided_by_id]);
    let named = rows.iter().flat_map(|row| relations(row)).flat_map(|fields| {
        ["from", "to"].map(|end| text(&fields, end)).into_iter().flatten().collect::<Vec<_>>()
    });
    let page = Arc::new(ProposalPage {
        members: Arc::new(Batch::new(members.flatten())),
        regulations: Arc::new(Batch::new(named)),
    });
    let node = |proposal| RegulationProposalNode { proposal, page: Arc::clone(&page) };
    rows.into_iter().map(node).collect()
}

/// Proposals by id, as nodes of one page.
pub async fn proposal_nodes_by_id(
    ctx: &Ctx,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, RegulationProposalNode>> {
    let rows = proposals::by_ids(ctx.db(), &ctx.scope(), ids).await?;
    let nodes = proposal_nodes(rows.into_values());
    Ok(nodes.into_iter().map(|node| (node.proposal.id, node)).collect())
}

fn fields(row: &RegulationProposal) -> Map<String, Value> {
    row.content.as_object().cloned().unwrap_or_default()
}

/// The relations that a proposal names, under the names that a file has.
fn relations(row: &RegulationProposal) -> Vec<Map<String, Value>> {
    let fields = fields(row);
    match row.kind {
        ProposalKind::Relation => vec![fields],
        ProposalKind::Regulation => {
            let relations = fields.get("relations").and_then(Value::as_array);
            relations.into_iter().flatten().filter_map(Value::as_object).cloned().collect()
        }
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn date(fields: &Map<String, Value>, name: &str) -> Option<PartialDate> {
    super::date(text(fields, name).as_deref()).map(PartialDate)
}

async fn by_key(ctx: &Ctx, keys: Vec<String>) -> Result<HashMap<String, RegulationNode>> {
    let rows = entity::Entity::visible_to(&ctx.scope()).filter(entity::Column::Key.is_in(keys));
    let rows = rows.all(ctx.db()).await?;
    let keys: Vec<String> = rows.iter().map(|row| row.key.clone()).collect();
    Ok(keys.into_iter().zip(nodes(rows)).collect())
}

impl RegulationProposalNode {
    async fn member(&self, ctx: &Context<'_>, id: Uuid) -> Result<Option<MemberNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| accounts::nodes_by_id(ctx, ids);
        Ok(self.page.members.get(&id, load).await?.cloned())
    }
}

/// What somebody wants recorded of the law.
#[Object(name = "RegulationProposal")]
impl RegulationProposalNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::RegulationProposal, self.proposal.id)
    }

    /// What is wanted.
    async fn kind(&self) -> ProposalKind {
        self.proposal.kind
    }

    /// What became of it.
    async fn state(&self) -> ProposalState {
        self.proposal.state
    }

    /// The regulation that is to be recorded, where it is one.
    async fn regulation(&self) -> Option<ProposedRegulation> {
        let fields = fields(&self.proposal);
        (self.proposal.kind == ProposalKind::Regulation).then(|| ProposedRegulation::of(&fields))
    }

    /// What is to be recorded of what one regulation does to others.
    async fn relations(&self) -> Vec<ProposedRelation> {
        let relation = |fields| ProposedRelation { fields, page: Arc::clone(&self.page) };
        relations(&self.proposal).into_iter().map(relation).collect()
    }

    /// Who proposed it, as far as the viewer may see that.
    async fn proposed_by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        self.member(ctx, self.proposal.proposed_by_id).await
    }

    /// When it was proposed.
    async fn proposed_at(&self) -> DateTime<Utc> {
        self.proposal.created_at
    }

    /// Who decided, as far as the viewer may see that.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        match self.proposal.decided_by_id {
            Some(id) => self.member(ctx, id).await,
            None => Ok(None),
        }
    }

    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.proposal.decided_at
    }

    /// Why it was decided so.
    async fn reason(&self) -> Option<&str> {
        self.proposal.reason.as_deref()
    }

    /// The global id of the regulation or relation that was recorded, where it was accepted.
    async fn recorded_id(&self) -> Option<ID> {
        let kind = match self.proposal.kind {
            ProposalKind::Regulation => NodeKind::Regulation,
            ProposalKind::Relation => NodeKind::RegulationRelation,
        };
        self.proposal.recorded_id.map(|id| GlobalId::encode(kind, id))
    }

    /// How often it has been changed, counted from 1; for saying what a decision is made on.
    async fn version(&self) -> i32 {
        self.proposal.version
    }
}

/// A regulation as it is proposed.
#[derive(SimpleObject)]
struct ProposedRegulation {
    /// Its key.
    key: String,
    /// Its title.
    title: LocalizedText,
    /// Its official number, where it has one.
    number: Option<String>,
    /// Its rank, such as 部门规章.
    level: Option<String>,
    /// Who issued it.
    issuer: Option<String>,
    /// Where it is in force.
    region: Option<Region>,
    /// When it was issued.
    issued_on: Option<PartialDate>,
    /// From when it is in force.
    effective_on: Option<PartialDate>,
    /// The first day on which it is in force no more.
    ends_on: Option<PartialDate>,
    /// Where what is known of it comes from.
    source: Option<String>,
}

impl ProposedRegulation {
    fn of(fields: &Map<String, Value>) -> Self {
        let title = text(fields, "title").unwrap_or_default();
        Self {
            key: text(fields, "key").unwrap_or_default(),
            title: LocalizedText::new(&title, text(fields, "titleEn").as_deref()),
            number: text(fields, "number"),
            level: text(fields, "level"),
            issuer: text(fields, "issuer"),
            region: text(fields, "region").and_then(|it| Region::try_from_value(&it).ok()),
            issued_on: date(fields, "issuedOn"),
            effective_on: date(fields, "effectiveOn"),
            ends_on: date(fields, "endsOn"),
            source: text(fields, "source"),
        }
    }
}

/// What one regulation is to do to another, as it is proposed.
struct ProposedRelation {
    fields: Map<String, Value>,
    page: Arc<ProposalPage>,
}

impl ProposedRelation {
    async fn end(&self, ctx: &Context<'_>, name: &str) -> Result<Option<RegulationNode>, Fault> {
        let Some(key) = text(&self.fields, name) else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.page.regulations.get(&key, |keys| by_key(ctx, keys)).await?.cloned())
    }
}

/// What one regulation is to do to another, as it is proposed.
#[Object]
impl ProposedRelation {
    /// The later regulation, which acts; none where it is the one that is proposed.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<RegulationNode>, Fault> {
        self.end(ctx, "from").await
    }

    /// The older regulation, which is acted upon.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<RegulationNode>, Fault> {
        self.end(ctx, "to").await
    }

    /// What it does.
    async fn kind(&self) -> Option<RelationKind> {
        RelationKind::try_from_value(&text(&self.fields, "kind")?).ok()
    }

    /// To how much of the older one.
    async fn scope(&self) -> Option<RelationScope> {
        RelationScope::try_from_value(&text(&self.fields, "scope")?).ok()
    }

    /// To which articles, where they are known.
    async fn articles(&self) -> Vec<String> {
        self.fields.get("articles").map(crate::json::texts).unwrap_or_default()
    }

    /// From when.
    async fn effective_on(&self) -> Option<PartialDate> {
        date(&self.fields, "effectiveOn")
    }

    /// How the change goes over.
    async fn note(&self) -> Option<String> {
        text(&self.fields, "note")
    }
}

connection!(
    RegulationProposalConnection,
    RegulationProposalEdge,
    RegulationProposalNode,
    "A page of proposals.",
    "A proposal in a list, with its cursor."
);

/// Which proposals are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
struct RegulationProposalFilter {
    /// In one of these states.
    states: Option<Vec<ProposalState>>,
    /// Of one of these kinds.
    kinds: Option<Vec<ProposalKind>>,
    /// Only those that the viewer made.
    #[graphql(default)]
    mine: bool,
}

/// The entry point to proposals.
#[derive(Default)]
pub struct RegulationProposalQuery;

#[Object]
impl RegulationProposalQuery {
    /// What is proposed to be recorded of the law, the newest first. For those who may propose.
    async fn regulation_proposals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which proposals; all where nothing is said.")] filter: Option<
            RegulationProposalFilter,
        >,
    ) -> Result<RegulationProposalConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        check_at_all(&ctx.viewer, Action::ProposeRegulation)?;
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let own = ctx.viewer.member().filter(|_| filter.mine);
        let condition = Condition::all()
            .add_option(filter.states.map(|states| Column::State.is_in(states)))
            .add_option(filter.kinds.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(own.map(|member| Column::ProposedById.eq(member.id)));
        let select = Entity::visible_to(&ctx.scope()).filter(condition);
        // Ids come in the order of time.
        let keyset = Keyset {
            name: "regulationProposals/NEWEST",
            column: Column::Id,
            id: Column::Id,
            descending: true,
            place: |row: &RegulationProposal| (Place::Id, row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(RegulationProposalConnection::new(slice, count, proposal_nodes))
    }
}

/// A regulation that is proposed.
#[derive(InputObject)]
struct ProposeRegulationInput {
    /// The regulation.
    regulation: NewRegulationInput,
    /// What it does to older ones.
    #[graphql(default)]
    relations: Vec<RegulationActInput>,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// A relation that is proposed.
#[derive(InputObject)]
struct ProposeRegulationRelationInput {
    /// The relation.
    relation: RegulationRelationInput,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// What is decided on a proposal.
#[derive(InputObject)]
struct DecideRegulationProposalInput {
    /// Which proposal.
    proposal_id: ID,
    /// The version that the decision is made on.
    version: i32,
    /// Whether it is recorded, at once.
    accept: bool,
    /// Why; needed where it is not.
    reason: Option<String>,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ProposeRegulationPayload {
    proposal: RegulationProposalNode = "The proposal as it is now."
});
payload!(ProposeRegulationRelationPayload {
    proposal: RegulationProposalNode = "The proposal as it is now."
});
payload!(DecideRegulationProposalPayload {
    proposal: RegulationProposalNode = "The proposal as it is now."
});

/// Proposing and deciding.
#[derive(Default)]
pub struct RegulationProposalMutation;

#[Object]
impl RegulationProposalMutation {
    /// Proposes that a regulation be recorded, with what it does to older ones.
    async fn propose_regulation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is proposed.")] input: ProposeRegulationInput,
    ) -> Result<ProposeRegulationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let outcome = proposals::propose(ctx, input.regulation.content(input.relations)).await;
        let refused = Entry::new("proposeRegulation");
        let load = async |id| Ok(proposal_nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, None, outcome, load).await?;
        Ok(ProposeRegulationPayload::new(answered, input.client_mutation_id))
    }

    /// Proposes that what one regulation does to another be recorded.
    async fn propose_regulation_relation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is proposed.")] input: ProposeRegulationRelationInput,
    ) -> Result<ProposeRegulationRelationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let outcome = proposals::propose(ctx, input.relation.content()).await;
        let refused = Entry::new("proposeRegulationRelation");
        let load = async |id| Ok(proposal_nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, None, outcome, load).await?;
        Ok(ProposeRegulationRelationPayload::new(answered, input.client_mutation_id))
    }

    /// Decides on a proposal: accepted, it is recorded at once.
    async fn decide_regulation_proposal(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is decided.")] input: DecideRegulationProposalInput,
    ) -> Result<DecideRegulationProposalPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let kind = NodeKind::RegulationProposal;
        let about = GlobalId::decode_as("proposalId", &input.proposal_id, kind)?;
        let decision = Decision { accept: input.accept, reason: input.reason };
        let outcome = proposals::decide(ctx, about, input.version, decision).await;
        let refused = Entry::new("decideRegulationProposal").of(kind, about);
        let load = async |id| Ok(proposal_nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, Some(about), outcome, load).await?;
        Ok(DecideRegulationProposalPayload::new(answered, input.client_mutation_id))
    }
}
