//! How recording the law looks from outside.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    RegulationNode, RegulationRelationNode,
    input_graphql::{
        NewRegulationInput, RegulationActInput, RegulationChangesInput, RegulationRelationInput,
        RelationChangesInput,
    },
    nodes_by_id, recording, relation_nodes_by_id,
};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Once, answered, payload},
    error::Fault,
    ids::{GlobalId, NodeKind},
};

/// A regulation that is to be recorded.
#[derive(InputObject)]
struct RecordRegulationInput {
    /// The regulation.
    regulation: NewRegulationInput,
    /// What it does to older ones.
    #[graphql(default)]
    relations: Vec<RegulationActInput>,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// A relation that is to be recorded.
#[derive(InputObject)]
struct RecordRegulationRelationInput {
    /// The relation.
    relation: RegulationRelationInput,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// What is to be mended of a regulation.
#[derive(InputObject)]
struct AmendRegulationInput {
    /// Which regulation.
    regulation_id: ID,
    /// The version that the change is made to.
    version: i32,
    /// What is to be mended.
    regulation: RegulationChangesInput,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// What is to be mended of a relation.
#[derive(InputObject)]
struct AmendRegulationRelationInput {
    /// Which relation.
    relation_id: ID,
    /// The version that the change is made to.
    version: i32,
    /// What is to be mended.
    relation: RelationChangesInput,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// Which relation is taken back, and why.
#[derive(InputObject)]
struct RemoveRegulationRelationInput {
    /// Which relation.
    relation_id: ID,
    /// The version that the change is made to.
    version: i32,
    /// Why it should not have been recorded. It stays in the audit log.
    reason: String,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

payload!(RecordRegulationPayload { regulation: RegulationNode = "The regulation as it is now." });
payload!(AmendRegulationPayload { regulation: RegulationNode = "The regulation as it is now." });
payload!(RecordRegulationRelationPayload {
    relation: RegulationRelationNode = "The relation as it is now."
});
payload!(AmendRegulationRelationPayload {
    relation: RegulationRelationNode = "The relation as it is now."
});
payload!(RemoveRegulationRelationPayload {
    regulation: RegulationNode = "The regulation that was acted upon, as it is now."
});

/// Recording the law.
#[derive(Default)]
pub struct RegulationMutation;

#[Object]
impl RegulationMutation {
    /// Records a regulation with what it does to older ones. The answers that this touches are judged by it from now on;
    /// `affectedBy` tells beforehand which they are.
    async fn record_regulation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: RecordRegulationInput,
    ) -> Result<RecordRegulationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let outcome = recording::record(ctx, input.regulation.content(input.relations)).await;
        let refused = Entry::new("recordRegulation");
        let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, None, outcome, load).await?;
        Ok(RecordRegulationPayload::new(answered, input.client_mutation_id))
    }

    /// Records what one regulation does to another.
    async fn record_regulation_relation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: RecordRegulationRelationInput,
    ) -> Result<RecordRegulationRelationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let outcome = recording::record(ctx, input.relation.content()).await;
        let refused = Entry::new("recordRegulationRelation");
        let load = async |id| Ok(relation_nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, None, outcome, load).await?;
        Ok(RecordRegulationRelationPayload::new(answered, input.client_mutation_id))
    }

    /// Mends what is recorded of a regulation.
    async fn amend_regulation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to be mended.")] input: AmendRegulationInput,
    ) -> Result<AmendRegulationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let about =
            GlobalId::decode_as("regulationId", &input.regulation_id, NodeKind::Regulation)?;
        let changes = input.regulation.changes();
        let outcome = recording::amend(ctx, about, input.version, changes).await;
        let refused = Entry::new("amendRegulation").of(NodeKind::Regulation, about);
        let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, Some(about), outcome, load).await?;
        Ok(AmendRegulationPayload::new(answered, input.client_mutation_id))
    }

    /// Mends what is recorded of a relation, such as the articles that it touches, once they are known.
    async fn amend_regulation_relation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to be mended.")] input: AmendRegulationRelationInput,
    ) -> Result<AmendRegulationRelationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let kind = NodeKind::RegulationRelation;
        let about = GlobalId::decode_as("relationId", &input.relation_id, kind)?;
        let changes = input.relation.changes();
        let outcome = recording::amend_relation(ctx, about, input.version, changes).await;
        let refused = Entry::new("amendRegulationRelation").of(kind, about);
        let load = async |id| Ok(relation_nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, Some(about), outcome, load).await?;
        Ok(AmendRegulationRelationPayload::new(answered, input.client_mutation_id))
    }

    /// Takes back a relation that should not have been recorded. What it touched is as it was before.
    async fn remove_regulation_relation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which relation, and why.")] input: RemoveRegulationRelationInput,
    ) -> Result<RemoveRegulationRelationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let kind = NodeKind::RegulationRelation;
        let relation = GlobalId::decode_as("relationId", &input.relation_id, kind)?;
        let outcome = recording::remove_relation(ctx, relation, input.version, &input.reason).await;
        let refused = Entry::new("removeRegulationRelation").of(kind, relation);
        let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, None, outcome, load).await?;
        Ok(RemoveRegulationRelationPayload::new(answered, input.client_mutation_id))
    }
}
