//! How review looks from outside: what was found is cleared, an answer is shown, shown to more, or taken back.

use async_graphql::{Context, ID, InputObject, Object};

use super::{
    AnsweredQuestionNode, DeidentificationPurpose,
    deidentify::{self, Decision},
    draft_graphql::{answered_question, told},
    drafts::About,
    publish,
    retire::{self, Named},
};
use crate::{
    access::Audience,
    app::Ctx,
    change::{Once, payload},
    deidentification::Kind,
    error::{Error, Fault, Result},
    language::Text,
};

/// What somebody who has looked at a finding says of it.
#[derive(InputObject)]
struct FindingDecisionInput {
    /// The field in which it stands.
    field: String,
    /// What it is.
    kind: Kind,
    /// Its first character, counted in Unicode scalar values from 0.
    start: i32,
    /// The first character behind it.
    end: i32,
    /// Whether it tells nothing of who asked. One that does rejects the text; it may also be one that nothing but a
    /// person has found. A confidential value is never harmless.
    harmless: bool,
    /// Why it is harmless; or what is to be done about it. It must not repeat the words.
    reason: Option<String>,
}

/// A look at all that was found in a text.
#[derive(InputObject)]
struct ClearDeidentificationInput {
    /// The global id of the answered question.
    id: ID,
    /// The version of the draft in review, where there is one; else that of the answered question.
    version: i32,
    /// What the text is looked through for.
    purpose: DeidentificationPurpose,
    /// What is said of each finding; every one must be named.
    #[graphql(default)]
    findings: Vec<FindingDecisionInput>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is published for whom.
#[derive(InputObject)]
struct PublishAnsweredQuestionInput {
    /// The global id of the answered question.
    id: ID,
    /// The version of the draft in review, as it was read.
    version: i32,
    /// For whom: a new one for the network where nothing is said, a revision for whoever reads it now.
    audience: Option<Audience>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is shown to more.
#[derive(InputObject)]
struct WidenAnsweredQuestionInput {
    /// The global id of the answered question.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// To whom: `PARTNERS` or `PUBLIC`.
    audience: Audience,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is taken back at once. No version is asked for: this does not wait for others.
#[derive(InputObject)]
struct WithdrawAnsweredQuestionInput {
    /// The global id of the answered question; or its number.
    id: Option<ID>,
    /// Its number, as people call it; or its global id.
    number: Option<String>,
    /// Why, for its station.
    reason: String,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is kept, and shown no longer.
#[derive(InputObject)]
struct ArchiveAnsweredQuestionInput {
    /// The global id of the answered question.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which answer takes the place of which.
#[derive(InputObject)]
struct SupersedeAnsweredQuestionInput {
    /// The global id of the answered question that is superseded.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The global id of the one that takes its place: published, of the same station.
    by_id: ID,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ClearDeidentificationPayload {
    answered_question: AnsweredQuestionNode = "The answered question, with what is still open."
});
payload!(PublishAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode = "The answered question as it is shown now."
});
payload!(WidenAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode = "The answered question as it is shown now."
});
payload!(WithdrawAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode =
        "The answered question, for its station; for everybody else it is gone."
});
payload!(ArchiveAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode =
        "The answered question, for its station; for everybody else it is gone."
});
payload!(SupersedeAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode =
        "The answered question, with the one that took its place."
});

impl From<FindingDecisionInput> for Decision {
    fn from(input: FindingDecisionInput) -> Self {
        let place = |place: i32| usize::try_from(place).unwrap_or(usize::MAX);
        Self {
            field: input.field,
            kind: input.kind,
            start: place(input.start),
            end: place(input.end),
            harmless: input.harmless,
            reason: input.reason,
        }
    }
}

/// Review, publication and withdrawal of answered questions.
#[derive(Default)]
pub struct AnswerReviewMutation;

#[Object]
impl AnswerReviewMutation {
    /// Enters that a person has looked at all that would tell who asked: of the draft in review where there is one, else
    /// of what is shown. It must be another person than those who wrote it.
    async fn clear_deidentification(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is said of each finding.")] input: ClearDeidentificationInput,
    ) -> Result<ClearDeidentificationPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let about = About { id, version: input.version };
        let decisions = input.findings.into_iter().map(Decision::from).collect();
        let outcome = deidentify::clear(ctx, about, input.purpose, decisions).await;
        let answered = told(ctx, "clearDeidentification", Some(id), outcome).await?;
        Ok(ClearDeidentificationPayload::new(answered, client_mutation_id))
    }

    /// Publishes the draft in review: reviewed by another person than those who wrote it, and cleared to leave its
    /// station.
    async fn publish_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which draft, and for whom.")] input: PublishAnsweredQuestionInput,
    ) -> Result<PublishAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let about = About { id, version: input.version };
        let outcome = publish::publish(ctx, about, input.audience).await;
        let answered = told(ctx, "publishAnsweredQuestion", Some(id), outcome).await?;
        Ok(PublishAnsweredQuestionPayload::new(answered, client_mutation_id))
    }

    /// Lets partners or the public read what the network reads: cleared by an officer for that, and resting on law that
    /// still stands.
    async fn widen_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which answered question, and for whom.")]
        input: WidenAnsweredQuestionInput,
    ) -> Result<WidenAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let about = About { id, version: input.version };
        let outcome = publish::widen(ctx, about, input.audience).await;
        let answered = told(ctx, "widenAnsweredQuestion", Some(id), outcome).await?;
        Ok(WidenAnsweredQuestionPayload::new(answered, client_mutation_id))
    }

    /// Takes an answer back at once: when this has been answered, nobody but its station reads it any more, and
    /// `search(atLeast:)` with the revision finds it no more. Whoever may withdraw everywhere can name its number
    /// without reading it.
    async fn withdraw_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which answered question, and why.")] input: WithdrawAnsweredQuestionInput,
    ) -> Result<WithdrawAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = input.id.map(|id| answered_question("id", &id)).transpose()?;
        let outcome = match (id, input.number) {
            (Some(id), None) => retire::withdraw(ctx, &Named::Id(id), &input.reason).await,
            (None, Some(number)) => {
                retire::withdraw(ctx, &Named::Number(number), &input.reason).await
            }
            _ => {
                let reason = Text::new("give the id or the number", "请填写 id 或 number 之一");
                Err(Error::invalid("id", reason))
            }
        };
        let answered = told(ctx, "withdrawAnsweredQuestion", id, outcome).await?;
        Ok(WithdrawAnsweredQuestionPayload::new(answered, client_mutation_id))
    }

    /// Keeps an answer for its station, and shows it to nobody else any more.
    async fn archive_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which answered question.")] input: ArchiveAnsweredQuestionInput,
    ) -> Result<ArchiveAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let outcome = retire::archive(ctx, About { id, version: input.version }).await;
        let answered = told(ctx, "archiveAnsweredQuestion", Some(id), outcome).await?;
        Ok(ArchiveAnsweredQuestionPayload::new(answered, client_mutation_id))
    }

    /// Lets another answer take the place of one.
    async fn supersede_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which answered question, and by which.")]
        input: SupersedeAnsweredQuestionInput,
    ) -> Result<SupersedeAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let by = answered_question("byId", &input.by_id)?;
        let outcome = retire::supersede(ctx, About { id, version: input.version }, by).await;
        let answered = told(ctx, "supersedeAnsweredQuestion", Some(id), outcome).await?;
        Ok(SupersedeAnsweredQuestionPayload::new(answered, client_mutation_id))
    }
}
