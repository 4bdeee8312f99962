//! How the steps of an introduction look from outside.

use async_graphql::{Context, ID, InputObject, Object};
use sea_orm::prelude::Uuid;

use super::{
    DeclineReason, IntroductionNode, IntroductionOutcomeKind, IntroductionPurpose, answering,
    asking::{self, Request},
    contact::Contact,
    nodes_by_id,
    outcomes::{self, Word},
    steps::About,
    target,
};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Answered, Done, Once, answered, payload},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
};

/// Whom to talk to. It is sealed, and shown to the other side only once contact has been released.
#[derive(InputObject)]
struct ContactInput {
    /// The person.
    #[graphql(secret)]
    name: Option<String>,
    /// The organization.
    #[graphql(secret)]
    organization: Option<String>,
    /// A telephone number; this or an e-mail address is needed.
    #[graphql(secret)]
    phone: Option<String>,
    /// An e-mail address; this or a telephone number is needed.
    #[graphql(secret)]
    email: Option<String>,
    /// A postal address.
    #[graphql(secret)]
    address: Option<String>,
}

impl From<ContactInput> for Contact {
    fn from(input: ContactInput) -> Self {
        let ContactInput { name, organization, phone, email, address } = input;
        Self { name, organization, phone, email, address }
    }
}

/// What contact is asked for.
#[derive(InputObject)]
struct RequestIntroductionInput {
    /// The global id of the research output or resource that it is about.
    about_id: ID,
    /// The need for which contact is asked, where there is one: an open one of one's own.
    need_id: Option<ID>,
    /// What contact is wanted for.
    purpose: IntroductionPurpose,
    /// What is said to those who are asked, without naming a company.
    #[graphql(secret)]
    message: String,
    /// Whom to talk to, once contact has been released.
    contact: ContactInput,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which request has been seen.
#[derive(InputObject)]
struct AcknowledgeIntroductionInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which request is accepted.
#[derive(InputObject)]
struct AcceptIntroductionInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// Whom to talk to; the contact that stands with the research output where nothing is said.
    contact: Option<ContactInput>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which request is declined, and why.
#[derive(InputObject)]
struct DeclineIntroductionInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// Why; those who asked are told.
    reason: DeclineReason,
    /// A note for one's own organization.
    #[graphql(secret)]
    note: Option<String>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which request is taken back.
#[derive(InputObject)]
struct WithdrawIntroductionInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What came of an introduction.
#[derive(InputObject)]
struct RecordIntroductionOutcomeInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// What came of it, as one's own side sees it.
    outcome: IntroductionOutcomeKind,
    /// Why it failed; needed where it did, and only there.
    reason: Option<DeclineReason>,
    /// A note for one's own side.
    #[graphql(secret)]
    note: Option<String>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(RequestIntroductionPayload { introduction: IntroductionNode = "The request." });
payload!(AcknowledgeIntroductionPayload {
    introduction: IntroductionNode = "The introduction as it is now."
});
payload!(AcceptIntroductionPayload {
    introduction: IntroductionNode = "The introduction, with the other side's contact."
});
payload!(DeclineIntroductionPayload {
    introduction: IntroductionNode = "The introduction as it is now."
});
payload!(WithdrawIntroductionPayload {
    introduction: IntroductionNode = "The introduction as it is now."
});
payload!(RecordIntroductionOutcomePayload {
    introduction: IntroductionNode = "The introduction as it is now."
});

/// The answer to a change of an introduction: it, as it is now, if the viewer may see that.
async fn told(
    ctx: &Ctx,
    action: &'static str,
    about: Option<Uuid>,
    outcome: Result<Done>,
) -> Result<Answered<IntroductionNode>, Fault> {
    let entry = Entry::new(action);
    let entry = match about {
        Some(id) => entry.of(NodeKind::Introduction, id),
        None => entry,
    };
    let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
    answered(ctx, entry, about, outcome, load).await
}

fn about(id: &ID, version: i32) -> Result<About> {
    Ok(About { id: GlobalId::decode_as("id", id, NodeKind::Introduction)?, version })
}

/// Asking for contact, and answering.
#[derive(Default)]
pub struct IntroductionMutation;

#[Object]
impl IntroductionMutation {
    /// Asks an organization for contact about a research output or a resource of theirs. Contacts of both sides stay
    /// hidden until they accept.
    async fn request_introduction(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RequestIntroductionInput,
    ) -> Result<RequestIntroductionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let need = input.need_id.map(|id| GlobalId::decode_as("needId", &id, NodeKind::Need));
        let request = Request {
            about: target::named("aboutId", &input.about_id)?,
            need: need.transpose()?,
            purpose: input.purpose,
            message: input.message,
            contact: input.contact.into(),
        };
        let outcome = asking::request(ctx, request).await;
        let answered = told(ctx, "requestIntroduction", None, outcome).await?;
        Ok(RequestIntroductionPayload::new(answered, client_mutation_id))
    }

    /// Says that a request has been seen; its time is counted anew from then on.
    async fn acknowledge_introduction(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which request.")] input: AcknowledgeIntroductionInput,
    ) -> Result<AcknowledgeIntroductionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = answering::acknowledge(ctx, about).await;
        let answered = told(ctx, "acknowledgeIntroduction", Some(about.id), outcome).await?;
        Ok(AcknowledgeIntroductionPayload::new(answered, client_mutation_id))
    }

    /// Accepts a request: from now on each side sees the other's contact.
    async fn accept_introduction(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which request, and whom to talk to.")] input: AcceptIntroductionInput,
    ) -> Result<AcceptIntroductionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = answering::accept(ctx, about, input.contact.map(Contact::from)).await;
        let answered = told(ctx, "acceptIntroduction", Some(about.id), outcome).await?;
        Ok(AcceptIntroductionPayload::new(answered, client_mutation_id))
    }

    /// Declines a request. The contact that came with it is forgotten.
    async fn decline_introduction(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which request, and why.")] input: DeclineIntroductionInput,
    ) -> Result<DeclineIntroductionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = answering::decline(ctx, about, input.reason, input.note).await;
        let answered = told(ctx, "declineIntroduction", Some(about.id), outcome).await?;
        Ok(DeclineIntroductionPayload::new(answered, client_mutation_id))
    }

    /// Takes a request back that has not been answered. The contact that came with it is forgotten.
    async fn withdraw_introduction(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which request.")] input: WithdrawIntroductionInput,
    ) -> Result<WithdrawIntroductionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = asking::withdraw(ctx, about).await;
        let answered = told(ctx, "withdrawIntroduction", Some(about.id), outcome).await?;
        Ok(WithdrawIntroductionPayload::new(answered, client_mutation_id))
    }

    /// Says what came of an introduction, each word once a side; what both sides say is kept. The need moves by the word
    /// of those who raised it.
    async fn record_introduction_outcome(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which introduction, and what came of it.")]
        input: RecordIntroductionOutcomeInput,
    ) -> Result<RecordIntroductionOutcomePayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let word = Word { outcome: input.outcome, reason: input.reason, note: input.note };
        let outcome = outcomes::record(ctx, about, word).await;
        let answered = told(ctx, "recordIntroductionOutcome", Some(about.id), outcome).await?;
        Ok(RecordIntroductionOutcomePayload::new(answered, client_mutation_id))
    }
}
