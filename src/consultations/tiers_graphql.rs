//! How handing a consultation across and up looks from outside.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    ConsultationNode, EscalationTier, Step,
    record_graphql::{about, asked, member, settled},
    tiers,
    words::Words,
};
use crate::{
    change::payload,
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
};

/// To which station, and why.
#[derive(InputObject)]
struct ReferConsultationInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// The other station.
    station_id: ID,
    /// Who of the station follows it; whoever does already where nothing is said.
    assignee_id: Option<ID>,
    /// Why, in 1 to 5,000 characters.
    #[graphql(secret)]
    reason: String,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ReferConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// Of which case.
#[derive(InputObject)]
struct ReleaseAskerInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ReleaseAskerPayload { consultation: ConsultationNode = "The consultation as it is now." });

/// Which case, and why.
#[derive(InputObject)]
struct ReleaseReferralInput {
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

payload!(ReleaseReferralPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// How far, to whom, and what is asked.
#[derive(InputObject)]
struct EscalateConsultationInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// How far up.
    to: EscalationTier,
    /// What is asked of the next tier; needed for the district.
    #[graphql(secret)]
    summary: Option<String>,
    /// Who of the station follows it; whoever does already where nothing is said.
    assignee_id: Option<ID>,
    /// The officer who takes it; needed for the municipal level.
    counterpart_id: Option<ID>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(EscalateConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// Which case, and why.
#[derive(InputObject)]
struct ReferNationalInput {
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

payload!(ReferNationalPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// Which case, and why.
#[derive(InputObject)]
struct ReturnConsultationInput {
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

payload!(ReturnConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// The reply.
#[derive(InputObject)]
struct TierReplyInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// The reply, in 1 to 20,000 characters.
    #[graphql(secret)]
    text: String,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(TierReplyPayload { consultation: ConsultationNode = "The consultation as it is now." });

/// Handing across and up.
#[derive(Default)]
pub(super) struct TierMutation;

#[Object]
impl TierMutation {
    /// Hands a case across to a station whose strengths fit. It reads the case without what would tell who asked, until that is released.
    async fn refer_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "To which station, and why.")] input: ReferConsultationInput,
    ) -> Result<ReferConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let station = GlobalId::decode_as("stationId", &input.station_id, NodeKind::Station)?;
            let assignee = member("assigneeId", input.assignee_id.as_ref())?;
            let reason = Words::short("reason", &input.reason)?;
            tiers::refer(ctx, about, station, assignee, reason).await
        };
        let answered = settled(ctx, Step::ReferAcross, about, outcome.await).await?;
        Ok(ReferConsultationPayload::new(answered, client_mutation_id))
    }

    /// Lets the station that a case was referred to see who asked.
    async fn release_asker(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which case.")] input: ReleaseAskerInput,
    ) -> Result<ReleaseAskerPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async { tiers::release_asker(ctx, about).await };
        let answered = settled(ctx, Step::ReleaseAsker, about, outcome.await).await?;
        Ok(ReleaseAskerPayload::new(answered, client_mutation_id))
    }

    /// Takes a case back from the station that it was referred to and that has not replied.
    async fn release_referral(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case, and why.")] input: ReleaseReferralInput,
    ) -> Result<ReleaseReferralPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let reason = Words::short("reason", &input.reason)?;
            tiers::release_referral(ctx, about, reason).await
        };
        let answered = settled(ctx, Step::ReleaseReferral, about, outcome.await).await?;
        Ok(ReleaseReferralPayload::new(answered, client_mutation_id))
    }

    /// Hands a case up: a station to the bureau of its district, and only that to the municipal level.
    async fn escalate_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How far, to whom, and what is asked.")] input: EscalateConsultationInput,
    ) -> Result<EscalateConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let summary = Words::perhaps("summary", input.summary.as_deref(), Words::long)?;
            let assignee = member("assigneeId", input.assignee_id.as_ref())?;
            let counterpart = member("counterpartId", input.counterpart_id.as_ref())?;
            match input.to {
                EscalationTier::District => {
                    tiers::escalate_to_district(ctx, about, summary, assignee, counterpart).await
                }
                EscalationTier::Municipal => {
                    tiers::escalate_to_municipal(ctx, about, summary, counterpart).await
                }
            }
        };
        let step = match input.to {
            EscalationTier::District => Step::EscalateToDistrict,
            EscalationTier::Municipal => Step::EscalateToMunicipal,
        };
        let answered = settled(ctx, step, about, outcome.await).await?;
        Ok(EscalateConsultationPayload::new(answered, client_mutation_id))
    }

    /// Refers a case from the municipal to the national level, which answers outside of this service.
    async fn refer_national(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case, and why.")] input: ReferNationalInput,
    ) -> Result<ReferNationalPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let reason = Words::short("reason", &input.reason)?;
            tiers::refer_national(ctx, about, reason).await
        };
        let answered = settled(ctx, Step::ReferNational, about, outcome.await).await?;
        Ok(ReferNationalPayload::new(answered, client_mutation_id))
    }

    /// Gives a case back to its station without a reply. It is counted.
    async fn return_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case, and why.")] input: ReturnConsultationInput,
    ) -> Result<ReturnConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let reason = Words::short("reason", &input.reason)?;
            tiers::give_back(ctx, about, reason).await
        };
        let answered = settled(ctx, Step::Return, about, outcome.await).await?;
        Ok(ReturnConsultationPayload::new(answered, client_mutation_id))
    }

    /// Gives a reply to the station, whose assignee tells the company.
    async fn tier_reply(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The reply.")] input: TierReplyInput,
    ) -> Result<TierReplyPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let text = Words::long("text", &input.text)?;
            tiers::tier_reply(ctx, about, text).await
        };
        let answered = settled(ctx, Step::TierReply, about, outcome.await).await?;
        Ok(TierReplyPayload::new(answered, client_mutation_id))
    }
}
