//! How changing what is kept of a pair looks from outside.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    MatchNode,
    keeping::{Step, Which, take},
    list_graphql::target,
    nodes_by_id,
};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Answered, Once, answered, payload},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
};

/// Which pair is taken into closer view.
#[derive(InputObject)]
struct ShortlistMatchInput {
    /// The need.
    need_id: ID,
    /// The research output, resource, organization or station.
    target_id: ID,
    /// The version of the match that the change is made to; none where nothing is kept of the pair yet.
    version: Option<i32>,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// Which partner is told that it is wanted.
#[derive(InputObject)]
struct InviteMatchInput {
    /// The need. The other side must be able to read it.
    need_id: ID,
    /// The research output, resource, organization or station.
    target_id: ID,
    /// The version of the match that the change is made to; none where nothing is kept of the pair yet.
    version: Option<i32>,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

/// Which pair does not fit, and why.
#[derive(InputObject)]
struct DismissMatchInput {
    /// The need.
    need_id: ID,
    /// The research output, resource, organization or station.
    target_id: ID,
    /// The version of the match that the change is made to; none where nothing is kept of the pair yet.
    version: Option<i32>,
    /// Why it does not fit; for those who raised the need alone.
    reason: String,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ShortlistMatchPayload { match_: MatchNode = "The match as it is now." });
payload!(InviteMatchPayload { match_: MatchNode = "The match as it is now." });
payload!(DismissMatchPayload { match_: MatchNode = "The match as it is now." });

/// Keeping matches.
#[derive(Default)]
pub struct MatchMutation;

#[Object]
impl MatchMutation {
    /// Takes a partner into closer view. An open need is matched from then on.
    async fn shortlist_match(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which pair.")] input: ShortlistMatchInput,
    ) -> Result<ShortlistMatchPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let which = which(&input.need_id, &input.target_id, input.version)?;
        let answered = kept(&ctx.asked(once), which, Step::Shortlist).await?;
        Ok(ShortlistMatchPayload::new(answered, input.client_mutation_id))
    }

    /// Tells a partner that it is wanted: the match appears in its list, and its subscribers hear of it. Contact is asked
    /// for by an introduction.
    async fn invite_match(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which pair.")] input: InviteMatchInput,
    ) -> Result<InviteMatchPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let which = which(&input.need_id, &input.target_id, input.version)?;
        let answered = kept(&ctx.asked(once), which, Step::Invite).await?;
        Ok(InviteMatchPayload::new(answered, input.client_mutation_id))
    }

    /// Puts a pair aside: it is shown and proposed no more, unless one of the sides says something else.
    async fn dismiss_match(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which pair, and why.")] input: DismissMatchInput,
    ) -> Result<DismissMatchPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let which = which(&input.need_id, &input.target_id, input.version)?;
        let answered = kept(&ctx.asked(once), which, Step::Dismiss(input.reason)).await?;
        Ok(DismissMatchPayload::new(answered, input.client_mutation_id))
    }
}

fn which(need: &ID, target_id: &ID, version: Option<i32>) -> Result<Which> {
    let need = GlobalId::decode_as("needId", need, NodeKind::Need)?;
    Ok(Which { need, target: target("targetId", target_id)?, version })
}

async fn kept(ctx: &Ctx, which: Which, step: Step) -> Result<Answered<MatchNode>, Fault> {
    let refused = Entry::new(step.name()).of(NodeKind::Need, which.need);
    let outcome = take(ctx, which, step).await;
    let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
    answered(ctx, refused, None, outcome, load).await
}
