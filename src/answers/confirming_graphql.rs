//! How confirming looks from outside.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    AnsweredQuestionNode,
    confirming::{self, Finding, NewCitation},
    nodes_by_id,
};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Once, answered, payload},
    error::Fault,
    ids::{GlobalId, NodeKind},
    scalars::Date,
};

/// Where in the regulation that an answer was checked against it now rests.
#[derive(InputObject)]
struct ConfirmedCitationInput {
    /// The articles; none where the whole document is meant.
    #[graphql(default)]
    articles: Vec<String>,
    /// The words that matter.
    quote: Option<String>,
}

/// What an officer found when checking an answer.
#[derive(InputObject)]
struct ConfirmAnswerInput {
    /// Which answer.
    answered_question_id: ID,
    /// The version that was checked.
    version: i32,
    /// The regulation that it was checked against: its global id, or its key. It must have touched the answer, or be
    /// about to. Left out where only the day of review has passed.
    regulation: Option<ID>,
    /// What was found.
    note: String,
    /// Where in that regulation the answer now rests; it is then cited as its basis.
    citation: Option<ConfirmedCitationInput>,
    /// The day by which it is to be looked at again; needed where the present one has passed.
    review_by: Option<Date>,
    /// The client's own id for this change; sent again with the same input, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ConfirmAnswerPayload {
    answered_question: AnsweredQuestionNode = "The answered question as it is now."
});

/// Confirming that answers still stand.
#[derive(Default)]
pub struct ConfirmingMutation;

#[Object]
impl ConfirmingMutation {
    /// Confirms that a published answer still stands under a regulation that touched it, or that it has been looked at
    /// again. What the regulation did is settled from now on, ahead of its day too.
    async fn confirm_answer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was found.")] input: ConfirmAnswerInput,
    ) -> Result<ConfirmAnswerPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let once = Once::of(context, ctx, input.client_mutation_id.as_deref());
        let ctx = &ctx.asked(once);
        let kind = NodeKind::AnsweredQuestion;
        let about = GlobalId::decode_as("answeredQuestionId", &input.answered_question_id, kind)?;
        let citation =
            |it: ConfirmedCitationInput| NewCitation { articles: it.articles, quote: it.quote };
        let finding = Finding {
            regulation: input.regulation.map(|id| id.0),
            note: input.note,
            citation: input.citation.map(citation),
            review_by: input.review_by.map(|Date(day)| day),
        };
        let outcome = confirming::confirm(ctx, about, input.version, finding).await;
        let refused = Entry::new("confirmAnswer").of(kind, about);
        let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, refused, Some(about), outcome, load).await?;
        Ok(ConfirmAnswerPayload::new(answered, input.client_mutation_id))
    }
}
