//! How a research output goes on its way, looked at from outside: one mutation a step.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use sea_orm::prelude::Uuid;

use super::{
    ResearchOutputNode, Step,
    case::About,
    content::Fields,
    drafts,
    input_graphql::ResearchOutputContentInput,
    nodes_by_id,
    publish::{self, Showing},
};
use crate::{
    access::Audience,
    app::Ctx,
    audit::Entry,
    change::{Answered, Done, Once, answered, payload},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    scalars::Date,
};

/// A new research output.
#[derive(InputObject)]
struct DraftResearchOutputInput {
    /// The id under which its organization keeps it; one is made where nothing is said. A file that names it later
    /// changes this output.
    external_id: Option<String>,
    /// What it says; title and kind at least.
    content: ResearchOutputContentInput,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Another text for a draft or a revision.
#[derive(InputObject)]
struct WriteResearchOutputInput {
    /// The global id of the research output.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// What changes; nothing yet where this is left out.
    content: Option<ResearchOutputContentInput>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which research output a step is taken on.
#[derive(InputObject)]
struct ResearchOutputStepInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which draft or revision is given back, and why.
#[derive(InputObject)]
struct ReturnResearchOutputInput {
    /// The global id of the research output.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// Why, for whoever wrote it.
    reason: String,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is to be shown, and to whom.
#[derive(InputObject)]
struct PublishResearchOutputInput {
    /// The global id of the research output.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// Who is to see it; whom the draft names where nothing is said.
    audience: Option<Audience>,
    /// Until when only its owner is to see it; as the draft says where nothing is said, at once where it is null.
    embargo_until: MaybeUndefined<Date>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is taken back, and why.
#[derive(InputObject)]
struct WithdrawResearchOutputInput {
    /// The global id of the research output.
    id: ID,
    /// Why, for those who could see it. It stays readable for them: name no person and no company.
    reason: String,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Until when something is hidden.
#[derive(InputObject)]
struct SetResearchOutputEmbargoInput {
    /// The global id of the research output.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The first day on which others see it; none where they see it at once.
    embargo_until: Option<Date>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(DraftResearchOutputPayload {
    research_output: ResearchOutputNode = "The new research output, as a draft."
});
payload!(UpdateResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(SubmitResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(ReturnResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(PublishResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(WithdrawResearchOutputPayload {
    research_output: ResearchOutputNode =
        "The research output as it is now, for its organization alone."
});
payload!(NegotiateResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(ResumeResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(TransferResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(SetResearchOutputEmbargoPayload {
    research_output: ResearchOutputNode = "The research output as it is now."
});
payload!(ReviseResearchOutputPayload {
    research_output: ResearchOutputNode = "The research output, with its revision."
});
payload!(DiscardResearchOutputDraftPayload {
    research_output: ResearchOutputNode = "The research output as it is now, for its organization."
});

/// The id of a research output in an input.
fn research_output(id: &ID) -> Result<Uuid> {
    GlobalId::decode_as("id", id, NodeKind::ResearchOutput)
}

/// What changes of an output, where anything does.
fn changes(content: Option<ResearchOutputContentInput>) -> Fields {
    content.unwrap_or_default().fields()
}

/// The answer to a change of a research output: it, as it is now, if the viewer may see that.
async fn told(
    ctx: &Ctx,
    action: &'static str,
    about: Option<Uuid>,
    outcome: Result<Done>,
) -> Result<Answered<ResearchOutputNode>, Fault> {
    let entry = Entry::new(action);
    let entry = match about {
        Some(id) => entry.of(NodeKind::ResearchOutput, id),
        None => entry,
    };
    let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
    answered(ctx, entry, about, outcome, load).await
}

/// Publishing research outputs.
#[derive(Default)]
pub struct ResearchMutation;

#[Object]
impl ResearchMutation {
    /// Begins a new research output of one's own organization. `duplicates` of what comes back tells whether the same work is
    /// there already.
    async fn draft_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it begins with.")] input: DraftResearchOutputInput,
    ) -> Result<DraftResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let outcome = Box::pin(drafts::begin(ctx, input.external_id, input.content.fields())).await;
        let answered = Box::pin(told(ctx, "draftResearchOutput", None, outcome)).await?;
        Ok(DraftResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Changes what a draft says, or the revision of what is shown.
    async fn update_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What changes.")] input: WriteResearchOutputInput,
    ) -> Result<UpdateResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(drafts::edit(ctx, about, changes(input.content))).await;
        let answered = Box::pin(told(ctx, "updateResearchOutput", Some(id), outcome)).await?;
        Ok(UpdateResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Hands a draft or a revision to a second person of the same office.
    async fn submit_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ResearchOutputStepInput,
    ) -> Result<SubmitResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(drafts::submit(ctx, about)).await;
        let answered = Box::pin(told(ctx, "submitResearchOutput", Some(id), outcome)).await?;
        Ok(SubmitResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Gives a draft or a revision back to whoever wrote it.
    async fn return_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and why.")] input: ReturnResearchOutputInput,
    ) -> Result<ReturnResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(drafts::give_back(ctx, about, &input.reason)).await;
        let answered = Box::pin(told(ctx, "returnResearchOutput", Some(id), outcome)).await?;
        Ok(ReturnResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Shows a draft to its audience, or a revision in the place of what was shown. It takes another member than those who
    /// wrote it, where the office has one.
    async fn publish_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and to whom.")] input: PublishResearchOutputInput,
    ) -> Result<PublishResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let embargo_until = match input.embargo_until {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(Date(day)) => Some(Some(day)),
        };
        let showing = Showing { audience: input.audience, embargo_until };
        let outcome = Box::pin(publish::publish(ctx, about, showing)).await;
        let answered = Box::pin(told(ctx, "publishResearchOutput", Some(id), outcome)).await?;
        Ok(PublishResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Takes back what is shown: with this change nobody but its organization sees it. Date and reason stay.
    async fn withdraw_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and why.")] input: WithdrawResearchOutputInput,
    ) -> Result<WithdrawResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let outcome = Box::pin(publish::withdraw(ctx, id, &input.reason)).await;
        let answered = Box::pin(told(ctx, "withdrawResearchOutput", Some(id), outcome)).await?;
        Ok(WithdrawResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Says that an output is being negotiated.
    async fn negotiate_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ResearchOutputStepInput,
    ) -> Result<NegotiateResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(publish::stand(ctx, about, Step::Negotiate)).await;
        let answered = Box::pin(told(ctx, "negotiateResearchOutput", Some(id), outcome)).await?;
        Ok(NegotiateResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Says that the talks about an output have failed: it is open to others again.
    async fn resume_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ResearchOutputStepInput,
    ) -> Result<ResumeResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(publish::stand(ctx, about, Step::Resume)).await;
        let answered = Box::pin(told(ctx, "resumeResearchOutput", Some(id), outcome)).await?;
        Ok(ResumeResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Says that an output has been handed over.
    async fn transfer_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ResearchOutputStepInput,
    ) -> Result<TransferResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(publish::stand(ctx, about, Step::Transfer)).await;
        let answered = Box::pin(told(ctx, "transferResearchOutput", Some(id), outcome)).await?;
        Ok(TransferResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Sets until when only its owner sees what is published.
    async fn set_research_output_embargo(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and until when.")] input: SetResearchOutputEmbargoInput,
    ) -> Result<SetResearchOutputEmbargoPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome =
            Box::pin(publish::embargo(ctx, about, input.embargo_until.map(|Date(day)| day))).await;
        let answered = Box::pin(told(ctx, "setResearchOutputEmbargo", Some(id), outcome)).await?;
        Ok(SetResearchOutputEmbargoPayload::new(answered, client_mutation_id))
    }

    /// Begins a revision beside what is shown, which stays as it is until the revision is published.
    async fn revise_research_output(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and what changes.")] input: WriteResearchOutputInput,
    ) -> Result<ReviseResearchOutputPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(drafts::revise(ctx, about, changes(input.content))).await;
        let answered = Box::pin(told(ctx, "reviseResearchOutput", Some(id), outcome)).await?;
        Ok(ReviseResearchOutputPayload::new(answered, client_mutation_id))
    }

    /// Gives up a revision, or a draft that was never shown.
    async fn discard_research_output_draft(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ResearchOutputStepInput,
    ) -> Result<DiscardResearchOutputDraftPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = research_output(&input.id)?;
        let about = About { id, version: input.version };
        let outcome = Box::pin(drafts::discard(ctx, about)).await;
        let answered = Box::pin(told(ctx, "discardResearchOutputDraft", Some(id), outcome)).await?;
        Ok(DiscardResearchOutputDraftPayload::new(answered, client_mutation_id))
    }
}
