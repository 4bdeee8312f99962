//! How the steps of a need look from outside.

use async_graphql::{Context, ID, InputObject, Object};
use sea_orm::prelude::Uuid;

use super::{
    NeedKind, NeedNode,
    clearing::{self, Decision},
    content::Given,
    nodes_by_id,
    raising::{self, About, Beginning, Changes},
};
use crate::{
    access::Audience,
    app::Ctx,
    audit::Entry,
    change::{Answered, Done, Once, answered, payload},
    deidentification::Kind,
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    research::CooperationMode,
    scalars::Date,
};

/// What a need says.
#[derive(InputObject)]
struct NeedContentInput {
    /// What is looked for.
    kind: NeedKind,
    /// It in a few words, without anything that would tell who it is for.
    #[graphql(secret)]
    title: Option<String>,
    /// What exactly, without anything that would tell who it is for.
    #[graphql(secret)]
    text: String,
    /// The codes of the areas it belongs to.
    #[graphql(default)]
    areas: Vec<String>,
    /// The lowest technology readiness level that would do, 1 to 9.
    min_trl: Option<i32>,
    /// The highest technology readiness level that would do.
    max_trl: Option<i32>,
    /// The ways of working together that would do; any, where none is said.
    #[graphql(default)]
    wanted_modes: Vec<CooperationMode>,
}

impl From<NeedContentInput> for Given {
    fn from(input: NeedContentInput) -> Self {
        let NeedContentInput { kind, title, text, areas, min_trl, max_trl, wanted_modes } = input;
        Self { kind, title, text, areas, min_trl, max_trl, wanted_modes }
    }
}

/// A need that is to be raised.
#[derive(InputObject)]
struct RaiseNeedInput {
    /// What it says.
    content: NeedContentInput,
    /// Who is to see it once it is open: the network where nothing is said; `STATION` for those who raise it alone.
    audience: Option<Audience>,
    /// The last day on which it is to be open; some months from now where nothing is said.
    expires_on: Option<Date>,
    /// The code of the district that it belongs to; that of whoever raises it where they have one.
    district: Option<String>,
    /// The consultation that it comes from. Nothing is taken from it but what must not be found in the need.
    consultation_id: Option<ID>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is to be changed of a need.
#[derive(InputObject)]
struct UpdateNeedInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// All that it says from now on; what is left out here is gone.
    content: NeedContentInput,
    /// Who is to see it; as it is where nothing is said.
    audience: Option<Audience>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which need is shown to its audience.
#[derive(InputObject)]
struct OpenNeedInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which need is taken back, and why.
#[derive(InputObject)]
struct WithdrawNeedInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// Why, for those who raised it.
    #[graphql(secret)]
    reason: String,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which need has been met.
#[derive(InputObject)]
struct FulfilNeedInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which need is open longer, or again.
#[derive(InputObject)]
struct ExtendNeedInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The last day on which it is to be open.
    expires_on: Date,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// A finding that is harmless.
#[derive(InputObject)]
struct HarmlessFindingInput {
    /// The field in which it stands: `title` or `text`.
    field: String,
    /// What it is.
    kind: Kind,
    /// Its first character, counted in Unicode scalar values from 0.
    start: i32,
    /// The first character behind it.
    end: i32,
    /// Why it tells nothing of who the need is for. It must not repeat the words.
    #[graphql(secret)]
    reason: String,
}

impl From<HarmlessFindingInput> for Decision {
    fn from(input: HarmlessFindingInput) -> Self {
        let place = |place: i32| usize::try_from(place).unwrap_or(usize::MAX);
        Self {
            field: input.field,
            kind: input.kind,
            start: place(input.start),
            end: place(input.end),
            reason: input.reason,
        }
    }
}

/// What is harmless of what was found in a need.
#[derive(InputObject)]
struct ClearNeedFindingsInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The findings that are harmless; those that are left out stay open.
    findings: Vec<HarmlessFindingInput>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(RaiseNeedPayload { need: NeedNode = "The new need, with what was found in it." });
payload!(UpdateNeedPayload { need: NeedNode = "The need as it is now." });
payload!(OpenNeedPayload { need: NeedNode = "The need as it is now." });
payload!(WithdrawNeedPayload { need: NeedNode = "The need, for those who raised it." });
payload!(FulfilNeedPayload { need: NeedNode = "The need, for those who raised it." });
payload!(ExtendNeedPayload { need: NeedNode = "The need as it is now." });
payload!(ClearNeedFindingsPayload { need: NeedNode = "The need, with what is still open." });

/// The answer to a change of a need: it, as it is now, if the viewer may see that.
async fn told(
    ctx: &Ctx,
    action: &'static str,
    about: Option<Uuid>,
    outcome: Result<Done>,
) -> Result<Answered<NeedNode>, Fault> {
    let entry = Entry::new(action);
    let entry = match about {
        Some(id) => entry.of(NodeKind::Need, id),
        None => entry,
    };
    let load = async |id| Ok(nodes_by_id(ctx, vec![id]).await?.remove(&id));
    answered(ctx, entry, about, outcome, load).await
}

fn about(id: &ID, version: i32) -> Result<About> {
    Ok(About { id: GlobalId::decode_as("id", id, NodeKind::Need)?, version })
}

/// Raising needs.
#[derive(Default)]
pub struct NeedMutation;

#[Object]
impl NeedMutation {
    /// Raises a need for a company or for oneself: a draft, which nobody else sees until `openNeed`. `findings` tells what
    /// in it would give away who it is for.
    async fn raise_need(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is looked for.")] input: RaiseNeedInput,
    ) -> Result<RaiseNeedPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let consultation = input
            .consultation_id
            .map(|id| GlobalId::decode_as("consultationId", &id, NodeKind::Consultation));
        let beginning = Beginning {
            content: input.content.into(),
            audience: input.audience.unwrap_or(Audience::Network),
            expires_on: input.expires_on.map(|Date(day)| day),
            district: input.district,
            consultation: consultation.transpose()?,
        };
        let outcome = raising::raise(ctx, beginning).await;
        let answered = told(ctx, "raiseNeed", None, outcome).await?;
        Ok(RaiseNeedPayload::new(answered, client_mutation_id))
    }

    /// Changes what a need says. While it is open, a text in which something would tell who it is for is refused; take it
    /// back first, where a second person has to look at it.
    async fn update_need(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which need, and what it says from now on.")] input: UpdateNeedInput,
    ) -> Result<UpdateNeedPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let changes = Changes { content: input.content.into(), audience: input.audience };
        let outcome = raising::update(ctx, about, changes).await;
        let answered = told(ctx, "updateNeed", Some(about.id), outcome).await?;
        Ok(UpdateNeedPayload::new(answered, client_mutation_id))
    }

    /// Shows a need to its audience. It is refused while something in it would tell who it is for.
    async fn open_need(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which need.")] input: OpenNeedInput,
    ) -> Result<OpenNeedPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = raising::open(ctx, about).await;
        let answered = told(ctx, "openNeed", Some(about.id), outcome).await?;
        Ok(OpenNeedPayload::new(answered, client_mutation_id))
    }

    /// Takes a need back: when this has been answered, nobody but those who raised it sees it any more.
    async fn withdraw_need(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which need, and why.")] input: WithdrawNeedInput,
    ) -> Result<WithdrawNeedPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = raising::withdraw(ctx, about, &input.reason).await;
        let answered = told(ctx, "withdrawNeed", Some(about.id), outcome).await?;
        Ok(WithdrawNeedPayload::new(answered, client_mutation_id))
    }

    /// Says that a need has been met; nobody but those who raised it sees it any more.
    async fn fulfil_need(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which need.")] input: FulfilNeedInput,
    ) -> Result<FulfilNeedPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = raising::fulfil(ctx, about).await;
        let answered = told(ctx, "fulfilNeed", Some(about.id), outcome).await?;
        Ok(FulfilNeedPayload::new(answered, client_mutation_id))
    }

    /// Lets a need be open until another day; one that has lapsed is open again.
    async fn extend_need(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which need, and until when.")] input: ExtendNeedInput,
    ) -> Result<ExtendNeedPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let Date(day) = input.expires_on;
        let outcome = raising::extend(ctx, about, day).await;
        let answered = told(ctx, "extendNeed", Some(about.id), outcome).await?;
        Ok(ExtendNeedPayload::new(answered, client_mutation_id))
    }

    /// Declares what was found in a draft harmless, each finding with a reason. It takes another member of the station or
    /// bureau than those who wrote it; a partner portal has to change the text instead.
    async fn clear_need_findings(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which need, and what is harmless in it.")] input: ClearNeedFindingsInput,
    ) -> Result<ClearNeedFindingsPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let decisions = input.findings.into_iter().map(Decision::from).collect();
        let outcome = clearing::clear(ctx, about, decisions).await;
        let answered = told(ctx, "clearNeedFindings", Some(about.id), outcome).await?;
        Ok(ClearNeedFindingsPayload::new(answered, client_mutation_id))
    }
}
