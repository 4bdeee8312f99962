//! How the end of a consultation looks from outside.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};

use super::{
    Channel, ConsultationNode, Step, closing,
    record_graphql::{about, asked, settled},
    triage::Telling,
    words::Words,
};
use crate::{
    change::payload,
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
};

/// How and when the company was told.
#[derive(InputObject)]
struct ReplyToAskerInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// How the company was told.
    told_by: Channel,
    /// When the company was told; now where nothing is said.
    told_at: Option<DateTime<Utc>>,
    /// Other words than those of the tier, where they were put otherwise.
    #[graphql(secret)]
    text: Option<String>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ReplyToAskerPayload { consultation: ConsultationNode = "The consultation as it is now." });

/// Which case.
#[derive(InputObject)]
struct ConfirmReplyInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// What the company said, where that is worth keeping.
    #[graphql(secret)]
    note: Option<String>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ConfirmReplyPayload { consultation: ConsultationNode = "The consultation as it is now." });

/// Which case, and why.
#[derive(InputObject)]
struct ReopenConsultationInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// Why, in 1 to 5,000 characters.
    #[graphql(secret)]
    reason: String,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ReopenConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// Of which other.
#[derive(InputObject)]
struct MarkDuplicateInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// The consultation in which the same was asked.
    duplicate_of_id: ID,
    /// What the company said, where that is worth keeping.
    #[graphql(secret)]
    note: Option<String>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(MarkDuplicatePayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// Which case.
#[derive(InputObject)]
struct WithdrawConsultationInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// What the company said, where that is worth keeping.
    #[graphql(secret)]
    note: Option<String>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(WithdrawConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// Of which case, and why.
#[derive(InputObject)]
struct EraseAskerInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// Why, in 1 to 5,000 characters.
    #[graphql(secret)]
    reason: String,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(EraseAskerPayload { consultation: ConsultationNode = "The consultation as it is now." });

/// How a case ends.
#[derive(Default)]
pub(super) struct ClosingMutation;

#[Object]
impl ClosingMutation {
    /// Tells the company the reply that has come. Whoever follows the case does it.
    async fn reply_to_asker(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How and when the company was told.")] input: ReplyToAskerInput,
    ) -> Result<ReplyToAskerPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let telling = Telling { by: input.told_by, at: input.told_at };
            let text = Words::perhaps("text", input.text.as_deref(), Words::long)?;
            closing::reply(ctx, about, telling, text).await
        };
        let answered = settled(ctx, Step::Reply, about, outcome.await).await?;
        Ok(ReplyToAskerPayload::new(answered, client_mutation_id))
    }

    /// Closes a case on the company's word that the reply serves it.
    async fn confirm_reply(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case.")] input: ConfirmReplyInput,
    ) -> Result<ConfirmReplyPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let note = Words::perhaps("note", input.note.as_deref(), Words::short)?;
            closing::confirm(ctx, about, note).await
        };
        let answered = settled(ctx, Step::Confirm, about, outcome.await).await?;
        Ok(ConfirmReplyPayload::new(answered, client_mutation_id))
    }

    /// Takes a case up again, within 90 days of its end.
    async fn reopen_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case, and why.")] input: ReopenConsultationInput,
    ) -> Result<ReopenConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let reason = Words::short("reason", &input.reason)?;
            closing::reopen(ctx, about, reason).await
        };
        let answered = settled(ctx, Step::Reopen, about, outcome.await).await?;
        Ok(ReopenConsultationPayload::new(answered, client_mutation_id))
    }

    /// Closes a case on the company's word that the same was asked in another.
    async fn mark_duplicate(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which other.")] input: MarkDuplicateInput,
    ) -> Result<MarkDuplicatePayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let of = GlobalId::decode_as(
                "duplicateOfId",
                &input.duplicate_of_id,
                NodeKind::Consultation,
            )?;
            let note = Words::perhaps("note", input.note.as_deref(), Words::short)?;
            closing::mark_duplicate(ctx, about, of, note).await
        };
        let answered = settled(ctx, Step::MarkDuplicate, about, outcome.await).await?;
        Ok(MarkDuplicatePayload::new(answered, client_mutation_id))
    }

    /// Closes a case on the company's word that it takes its question back.
    async fn withdraw_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case.")] input: WithdrawConsultationInput,
    ) -> Result<WithdrawConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let note = Words::perhaps("note", input.note.as_deref(), Words::short)?;
            closing::withdraw(ctx, about, note).await
        };
        let answered = settled(ctx, Step::Withdraw, about, outcome.await).await?;
        Ok(WithdrawConsultationPayload::new(answered, client_mutation_id))
    }

    /// Erases who asked, once the case is closed: for good, with the key to it, and from the texts of the case. What happened stays.
    async fn erase_asker(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which case, and why.")] input: EraseAskerInput,
    ) -> Result<EraseAskerPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let reason = Words::short("reason", &input.reason)?;
            closing::erase_asker(ctx, about, reason).await
        };
        let answered = settled(ctx, Step::EraseAsker, about, outcome.await).await?;
        Ok(EraseAskerPayload::new(answered, client_mutation_id))
    }
}
