//! How writing an answered question looks from outside: drafts, and what becomes of them before they are published.

use async_graphql::{Context, ID, InputObject, Object};
use sea_orm::prelude::Uuid;

use super::{
    AnsweredQuestionNode, Basis, CitationRole, DeviceClass, ProductKind,
    content::{Given, GivenCitation},
    drafts::{self, About, Beginning},
    nodes_by_id,
};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Answered, Done, Once, answered, payload},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    scalars::Date,
};

/// What an answered question says.
#[derive(InputObject)]
pub(super) struct AnsweredQuestionContentInput {
    /// The question, without anything that would tell who asked.
    question: String,
    /// The answer, in Markdown; it may be missing until the draft is handed to a second person.
    #[graphql(default)]
    answer: String,
    /// The answer in a sentence.
    summary: Option<String>,
    /// The codes of the areas it belongs to.
    #[graphql(default)]
    areas: Vec<String>,
    /// What kind of product it is about.
    product_kind: Option<ProductKind>,
    /// The class of the device it is about.
    device_class: Option<DeviceClass>,
    /// What the answer rests on: on what it cites, unless something else is said.
    basis: Option<Basis>,
    /// The articles it rests on, and what else to read.
    #[graphql(default)]
    citations: Vec<CitationInput>,
    /// When it was answered; the day of publication where nothing is said.
    answered_on: Option<Date>,
    /// The day by which it is to be looked at again.
    review_by: Option<Date>,
}

/// A pointer from an answer to the articles it rests on.
#[derive(InputObject)]
pub(super) struct CitationInput {
    /// The key of the regulation, such as `nmpa-2025-107`.
    regulation: String,
    /// The articles of it; none where the whole document is meant.
    #[graphql(default)]
    articles: Vec<String>,
    /// The words that matter.
    quote: Option<String>,
    /// Whether the answer rests on it; it does where nothing is said.
    role: Option<CitationRole>,
}

impl From<AnsweredQuestionContentInput> for Given {
    fn from(input: AnsweredQuestionContentInput) -> Self {
        let citation = |citation: CitationInput| GivenCitation {
            regulation: citation.regulation,
            articles: citation.articles,
            quote: citation.quote,
            role: citation.role.unwrap_or(CitationRole::Basis),
        };
        Self {
            question: input.question,
            answer: input.answer,
            summary: input.summary,
            areas: input.areas,
            product_kind: input.product_kind,
            device_class: input.device_class,
            basis: input.basis.unwrap_or(Basis::Cited),
            citations: input.citations.into_iter().map(citation).collect(),
            answered_on: input.answered_on.map(|Date(day)| day),
            review_by: input.review_by.map(|Date(day)| day),
        }
    }
}

/// What a new answered question begins with.
#[derive(InputObject)]
struct DraftAnsweredQuestionInput {
    /// The consultation that it comes from. Nothing that names the asker is taken from it.
    consultation_id: Option<ID>,
    /// The code of the station that it is of; needed from officers who begin with nothing, who write for a station.
    station: Option<String>,
    /// What it says; what the consultation says where this is left out.
    content: Option<AnsweredQuestionContentInput>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which answered question is worked on again.
#[derive(InputObject)]
struct ReviseAnsweredQuestionInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Another text for a draft.
#[derive(InputObject)]
struct EditDraftInput {
    /// The global id of the answered question.
    id: ID,
    /// The version of the draft, as it was read.
    version: i32,
    /// All that it says from now on; what is left out here is gone.
    content: AnsweredQuestionContentInput,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which draft goes to a second person.
#[derive(InputObject)]
struct SubmitForReviewInput {
    /// The global id of the answered question.
    id: ID,
    /// The version of the draft, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which draft goes back, and why.
#[derive(InputObject)]
struct ReturnDraftInput {
    /// The global id of the answered question.
    id: ID,
    /// The version of the draft, as it was read.
    version: i32,
    /// What is to be done about it.
    reason: String,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which draft is given up.
#[derive(InputObject)]
struct DiscardDraftInput {
    /// The global id of the answered question.
    id: ID,
    /// The version of the draft, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(DraftAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode = "The new answered question, with its draft."
});
payload!(ReviseAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode = "The answered question, with its draft."
});
payload!(EditDraftPayload {
    answered_question: AnsweredQuestionNode = "The answered question, with its draft as it is now."
});
payload!(SubmitForReviewPayload {
    answered_question: AnsweredQuestionNode = "The answered question, with its draft as it is now."
});
payload!(ReturnDraftPayload {
    answered_question: AnsweredQuestionNode = "The answered question, with its draft as it is now."
});
payload!(DiscardDraftPayload {
    answered_question: AnsweredQuestionNode = "The answered question, without the draft."
});

/// The answer to a change of an answered question: it, as it is now, if the viewer may see that.
pub(super) async fn told(
    ctx: &Ctx,
    action: &'static str,
    about: Option<Uuid>,
    outcome: Result<Done>,
) -> Result<Answered<AnsweredQuestionNode>, Fault> {
    let entry = Entry::new(action);
    let entry = match about {
        Some(id) => entry.of(NodeKind::AnsweredQuestion, id),
        None => entry,
    };
    let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
    answered(ctx, entry, about, outcome, load).await
}

/// The id of an answered question in an input.
pub(super) fn answered_question(field: &str, id: &ID) -> Result<Uuid> {
    GlobalId::decode_as(field, id, NodeKind::AnsweredQuestion)
}

/// Writing answered questions.
#[derive(Default)]
pub struct AnswerDraftMutation;

#[Object]
impl AnswerDraftMutation {
    /// Begins a new answered question, from a consultation or from nothing.
    async fn draft_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it begins with.")] input: DraftAnsweredQuestionInput,
    ) -> Result<DraftAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let consultation = input
            .consultation_id
            .map(|id| GlobalId::decode_as("consultationId", &id, NodeKind::Consultation));
        let beginning = Beginning {
            consultation: consultation.transpose()?,
            station: input.station,
            content: input.content.map(Given::from),
        };
        let outcome = drafts::begin(ctx, beginning).await;
        let answered = told(ctx, "draftAnsweredQuestion", None, outcome).await?;
        Ok(DraftAnsweredQuestionPayload::new(answered, client_mutation_id))
    }

    /// Takes up the work on an answered question again: a draft beside what is shown, which stays as it is.
    async fn revise_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which answered question.")] input: ReviseAnsweredQuestionInput,
    ) -> Result<ReviseAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let outcome = drafts::revise(ctx, About { id, version: input.version }).await;
        let answered = told(ctx, "reviseAnsweredQuestion", Some(id), outcome).await?;
        Ok(ReviseAnsweredQuestionPayload::new(answered, client_mutation_id))
    }

    /// Changes what a draft says.
    async fn edit_draft(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which draft, and what it says from now on.")] input: EditDraftInput,
    ) -> Result<EditDraftPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let about = About { id, version: input.version };
        let outcome = drafts::edit(ctx, about, input.content.into()).await;
        let answered = told(ctx, "editDraft", Some(id), outcome).await?;
        Ok(EditDraftPayload::new(answered, client_mutation_id))
    }

    /// Hands a draft to a second person.
    async fn submit_for_review(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: SubmitForReviewInput,
    ) -> Result<SubmitForReviewPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let outcome = drafts::submit(ctx, About { id, version: input.version }).await;
        let answered = told(ctx, "submitForReview", Some(id), outcome).await?;
        Ok(SubmitForReviewPayload::new(answered, client_mutation_id))
    }

    /// Gives a draft in review back to whoever wrote it.
    async fn return_draft(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which draft, and why.")] input: ReturnDraftInput,
    ) -> Result<ReturnDraftPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let about = About { id, version: input.version };
        let outcome = drafts::give_back(ctx, about, &input.reason).await;
        let answered = told(ctx, "returnDraft", Some(id), outcome).await?;
        Ok(ReturnDraftPayload::new(answered, client_mutation_id))
    }

    /// Gives a draft up. What was never shown is archived with it.
    async fn discard_draft(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: DiscardDraftInput,
    ) -> Result<DiscardDraftPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let outcome = drafts::discard(ctx, About { id, version: input.version }).await;
        let answered = told(ctx, "discardDraft", Some(id), outcome).await?;
        Ok(DiscardDraftPayload::new(answered, client_mutation_id))
    }
}
