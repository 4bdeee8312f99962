//! How recording a consultation looks from outside, and what all changes of one have in common.

use async_graphql::{Context, ID, InputObject, MergedObject, Object};
use sea_orm::prelude::Uuid;

use super::{
    About, Asker, Channel, ConsultationNode, Priority, Step,
    closing_graphql::ClosingMutation,
    graphql::nodes_by_id,
    record::{self, Question},
    tiers_graphql::TierMutation,
    triage_graphql::TriageMutation,
    words::Words,
};
use crate::{
    answers::{DeviceClass, ProductKind},
    app::Ctx,
    audit::Entry,
    change::{Answered, Done, Once, UserError, answered},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    scalars::RevisionScalar,
    search::SimilarAnsweredQuestion,
};

/// What can be done with consultations.
#[derive(Default, MergedObject)]
pub struct ConsultationMutation(RecordMutation, TriageMutation, TierMutation, ClosingMutation);

/// The request for one change, which is done once however often it is asked for.
pub(super) fn asked(context: &Context<'_>, client_mutation_id: Option<&str>) -> Ctx {
    let ctx = context.data_unchecked::<Ctx>();
    ctx.asked(Once::of(context, ctx, client_mutation_id))
}

/// The consultation that an input is about, and the version that it saw.
pub(super) fn about(id: &ID, version: i32) -> Result<About> {
    let id = GlobalId::decode_as("consultationId", id, NodeKind::Consultation)?;
    Ok(About { id, version })
}

/// A member that an input may name.
pub(super) fn member(field: &str, id: Option<&ID>) -> Result<Option<Uuid>> {
    id.map(|id| GlobalId::decode_as(field, id, NodeKind::Member)).transpose()
}

/// Things of one kind that an input names.
pub(super) fn several(field: &str, ids: &[ID], kind: NodeKind) -> Result<Vec<Uuid>> {
    ids.iter().map(|id| GlobalId::decode_as(field, id, kind)).collect()
}

/// What came of a step, as the parts of its payload.
pub(super) async fn settled(
    ctx: &Ctx,
    step: Step,
    about: About,
    outcome: Result<Done>,
) -> Result<Answered<ConsultationNode>, Fault> {
    let refused = Entry::new(step.name()).of(NodeKind::Consultation, about.id);
    answered(ctx, refused, Some(about.id), outcome, async |id| node(ctx, id).await).await
}

async fn node(ctx: &Ctx, id: Uuid) -> Result<Option<ConsultationNode>> {
    Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id))
}

/// Who asks.
#[derive(InputObject)]
struct AskerInput {
    /// The company.
    #[graphql(secret)]
    company: String,
    /// Its 统一社会信用代码.
    #[graphql(secret)]
    social_credit_code: Option<String>,
    /// The person to talk to.
    #[graphql(secret)]
    contact: Option<String>,
    /// Their telephone.
    #[graphql(secret)]
    telephone: Option<String>,
    /// Their e-mail address.
    #[graphql(secret)]
    email: Option<String>,
}

impl From<AskerInput> for Asker {
    fn from(input: AskerInput) -> Self {
        let AskerInput { company, social_credit_code, contact, telephone, email } = input;
        Self { company, social_credit_code, contact, telephone, email }
    }
}

/// What a company asks.
#[derive(InputObject)]
struct RecordConsultationInput {
    /// The station; one's own where nothing is said.
    station_id: Option<ID>,
    /// The service point where it was asked.
    service_point_id: Option<ID>,
    /// How the company came.
    channel: Channel,
    /// What it asks, in 1 to 20,000 characters.
    #[graphql(secret)]
    text: String,
    /// What kind of product it is about.
    product_kind: Option<ProductKind>,
    /// The class of the device it is about.
    device_class: Option<DeviceClass>,
    /// The areas it belongs to.
    #[graphql(default)]
    area_ids: Vec<ID>,
    /// Whether it goes before others.
    priority: Option<Priority>,
    /// Who asks. It is stored encrypted, apart from the question.
    asker: AskerInput,
    /// The client's own id for this change: asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

impl RecordConsultationInput {
    fn question(self) -> Result<Question> {
        let id = |field, id: Option<&ID>, kind| {
            id.map(|id| GlobalId::decode_as(field, id, kind)).transpose()
        };
        Ok(Question {
            station: id("stationId", self.station_id.as_ref(), NodeKind::Station)?,
            point: id("servicePointId", self.service_point_id.as_ref(), NodeKind::ServicePoint)?,
            channel: self.channel,
            text: Words::long("text", &self.text)?,
            product_kind: self.product_kind,
            device_class: self.device_class,
            areas: several("areaIds", &self.area_ids, NodeKind::ExpertiseArea)?,
            priority: self.priority.unwrap_or(Priority::Normal),
            asker: self.asker.into(),
        })
    }
}

/// What came of recording a question.
pub(super) struct RecordConsultationPayload {
    answered: Answered<ConsultationNode>,
    client_mutation_id: Option<String>,
}

/// What came of recording a question: the case, and at once who has answered the like of it.
#[Object]
impl RecordConsultationPayload {
    /// The case that was recorded.
    async fn consultation(&self) -> Option<&ConsultationNode> {
        self.answered.node.as_ref()
    }

    /// Answered questions like what was asked, of any station.
    async fn similar_answered_questions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many at most.", default = 10)] first: i32,
    ) -> Result<Vec<SimilarAnsweredQuestion>, Fault> {
        match &self.answered.node {
            Some(node) => Ok(node.similar(context.data_unchecked::<Ctx>(), first).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Why nothing was recorded; empty where it was.
    async fn user_errors(&self) -> &[UserError] {
        &self.answered.user_errors
    }

    /// The revision of the change.
    async fn revision(&self) -> Option<RevisionScalar> {
        self.answered.revision
    }

    /// The id that the client gave to this change.
    async fn client_mutation_id(&self) -> Option<&str> {
        self.client_mutation_id.as_deref()
    }
}

/// Recording.
#[derive(Default)]
pub(super) struct RecordMutation;

#[Object]
impl RecordMutation {
    /// Records what a company asks, and shows at once who has answered the like of it.
    async fn record_consultation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What a company asks.")] input: RecordConsultationInput,
    ) -> Result<RecordConsultationPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let outcome = match input.question() {
            Ok(question) => record::record(ctx, question).await,
            Err(fault) => Err(fault),
        };
        let refused = Entry::new(Step::Record.name());
        let load = async |id| node(ctx, id).await;
        let answered = answered(ctx, refused, None, outcome, load).await?;
        Ok(RecordConsultationPayload { answered, client_mutation_id })
    }
}
