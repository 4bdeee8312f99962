//! How what a station does with a question looks from outside.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{
    Channel, ConsultationNode, Level, Priority, Step,
    record_graphql::{about, asked, member, settled, several},
    triage::{self, Classification, Telling},
    words::Words,
};
use crate::{
    answers::{DeviceClass, ProductKind},
    change::payload,
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
};

fn areas(ids: Option<&[ID]>) -> Result<Option<Vec<Uuid>>> {
    ids.map(|ids| several("areaIds", ids, NodeKind::ExpertiseArea)).transpose()
}

/// How it is classified.
#[derive(InputObject)]
struct ClassifyConsultationInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// How far up it has to go.
    level: Option<Level>,
    /// The areas it belongs to; as they were where nothing is said.
    area_ids: Option<Vec<ID>>,
    /// What kind of product it is about; as it was where nothing is said.
    product_kind: Option<ProductKind>,
    /// The class of the device it is about; as it was where nothing is said.
    device_class: Option<DeviceClass>,
    /// Whether it goes before others; as it was where nothing is said.
    priority: Option<Priority>,
    /// Who of the station follows it; as it was where nothing is said.
    assignee_id: Option<ID>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ClassifyConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// How it is classified anew; what is left out stays as it was.
#[derive(InputObject)]
struct ReclassifyConsultationInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// How far up it has to go.
    level: Option<Level>,
    /// The areas it belongs to; as they were where nothing is said.
    area_ids: Option<Vec<ID>>,
    /// What kind of product it is about; as it was where nothing is said.
    product_kind: Option<ProductKind>,
    /// The class of the device it is about; as it was where nothing is said.
    device_class: Option<DeviceClass>,
    /// Whether it goes before others; as it was where nothing is said.
    priority: Option<Priority>,
    /// Who of the station follows it; as it was where nothing is said.
    assignee_id: Option<ID>,
    /// Why; needed once the case has been handed up or across.
    #[graphql(secret)]
    reason: Option<String>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(ReclassifyConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// Who is put in charge.
#[derive(InputObject)]
struct AssignConsultationInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// The member.
    assignee_id: ID,
    /// Why; needed once the case has been handed up or across.
    #[graphql(secret)]
    reason: Option<String>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(AssignConsultationPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// What is asked.
#[derive(InputObject)]
struct AskForDetailsInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// What the company is asked, in 1 to 5,000 characters.
    #[graphql(secret)]
    question: String,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(AskForDetailsPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// What the company said.
#[derive(InputObject)]
struct GiveDetailsInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// The details, in 1 to 5,000 characters.
    #[graphql(secret)]
    details: String,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(GiveDetailsPayload { consultation: ConsultationNode = "The consultation as it is now." });

/// The answer, and how the company was told.
#[derive(InputObject)]
struct AnswerDirectlyInput {
    /// Which consultation.
    consultation_id: ID,
    /// The version that was seen.
    version: i32,
    /// The answer in words.
    #[graphql(secret)]
    text: Option<String>,
    /// The answered questions that answer it.
    #[graphql(default)]
    answered_question_ids: Vec<ID>,
    /// How the company was told.
    told_by: Channel,
    /// When the company was told; now where nothing is said.
    told_at: Option<DateTime<Utc>>,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(AnswerDirectlyPayload {
    consultation: ConsultationNode = "The consultation as it is now."
});

/// What a station does with a question.
#[derive(Default)]
pub(super) struct TriageMutation;

#[Object]
impl TriageMutation {
    /// Classifies a question: from then on it has a level, and a day by which it is answered.
    async fn classify_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How it is classified.")] input: ClassifyConsultationInput,
    ) -> Result<ClassifyConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let classification = Classification {
                level: input.level,
                areas: areas(input.area_ids.as_deref())?,
                product_kind: input.product_kind,
                device_class: input.device_class,
                priority: input.priority,
                assignee: member("assigneeId", input.assignee_id.as_ref())?,
            };
            triage::classify(ctx, about, classification).await
        };
        let answered = settled(ctx, Step::Classify, about, outcome.await).await?;
        Ok(ClassifyConsultationPayload::new(answered, client_mutation_id))
    }

    /// Classifies a question anew, by whoever has it in hand. The due date is weighed anew; what was used of it stays used.
    async fn reclassify_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How it is classified anew; what is left out stays as it was.")]
        input: ReclassifyConsultationInput,
    ) -> Result<ReclassifyConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let classification = Classification {
                level: input.level,
                areas: areas(input.area_ids.as_deref())?,
                product_kind: input.product_kind,
                device_class: input.device_class,
                priority: input.priority,
                assignee: member("assigneeId", input.assignee_id.as_ref())?,
            };
            let reason = Words::perhaps("reason", input.reason.as_deref(), Words::short)?;
            triage::reclassify(ctx, about, classification, reason).await
        };
        let answered = settled(ctx, Step::Reclassify, about, outcome.await).await?;
        Ok(ReclassifyConsultationPayload::new(answered, client_mutation_id))
    }

    /// Puts somebody in charge: of its station while the case is there, of whoever has it in hand otherwise.
    async fn assign_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is put in charge.")] input: AssignConsultationInput,
    ) -> Result<AssignConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let person = GlobalId::decode_as("assigneeId", &input.assignee_id, NodeKind::Member)?;
            let reason = Words::perhaps("reason", input.reason.as_deref(), Words::short)?;
            triage::assign(ctx, about, person, reason).await
        };
        let answered = settled(ctx, Step::Assign, about, outcome.await).await?;
        Ok(AssignConsultationPayload::new(answered, client_mutation_id))
    }

    /// Asks the company for details, through its station. The clock stops until they come.
    async fn ask_for_details(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is asked.")] input: AskForDetailsInput,
    ) -> Result<AskForDetailsPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let question = Words::short("question", &input.question)?;
            triage::ask_for_details(ctx, about, question).await
        };
        let answered = settled(ctx, Step::AskForDetails, about, outcome.await).await?;
        Ok(AskForDetailsPayload::new(answered, client_mutation_id))
    }

    /// Passes on the details that the company gave. The clock goes on with the days that were left.
    async fn give_details(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What the company said.")] input: GiveDetailsInput,
    ) -> Result<GiveDetailsPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let details = Words::short("details", &input.details)?;
            triage::give_details(ctx, about, details).await
        };
        let answered = settled(ctx, Step::GiveDetails, about, outcome.await).await?;
        Ok(GiveDetailsPayload::new(answered, client_mutation_id))
    }

    /// Answers a basic question at the station, in words, or by answered questions of any station; those of another station count there as reused.
    async fn answer_directly(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The answer, and how the company was told.")] input: AnswerDirectlyInput,
    ) -> Result<AnswerDirectlyPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let about = about(&input.consultation_id, input.version)?;
        let outcome = async {
            let text = Words::perhaps("text", input.text.as_deref(), Words::long)?;
            let field = "answeredQuestionIds";
            let reused = several(field, &input.answered_question_ids, NodeKind::AnsweredQuestion)?;
            let telling = Telling { by: input.told_by, at: input.told_at };
            triage::answer_directly(ctx, about, text, reused, telling).await
        };
        let answered = settled(ctx, Step::AnswerDirectly, about, outcome.await).await?;
        Ok(AnswerDirectlyPayload::new(answered, client_mutation_id))
    }
}
