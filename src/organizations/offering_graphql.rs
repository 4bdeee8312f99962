//! How keeping resources looks from outside.

use async_graphql::{Context, ID, InputObject, Object};
use sea_orm::{ActiveEnum as _, prelude::Uuid};
use serde_json::{Map, Value};

use super::{
    ResourceKind, ResourceNode,
    offering::{self, About},
    resource_nodes_by_id,
};
use crate::{
    access::Audience,
    app::Ctx,
    audit::Entry,
    change::{Answered, Done, Once, answered, payload},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    scalars::Date,
    transfer::Fields,
};

/// What a resource is.
#[derive(InputObject)]
struct ResourceInput {
    /// What it is for.
    kind: ResourceKind,
    /// Its name.
    name: String,
    /// What it is.
    description: Option<String>,
    /// What can be done with it.
    #[graphql(default)]
    capabilities: Vec<String>,
    /// By whom it is accredited; it is shown as not accredited where nothing is said.
    accreditation: Option<String>,
    /// How much of it there is.
    capacity: Option<String>,
    /// The codes of the areas it belongs to.
    #[graphql(default)]
    areas: Vec<String>,
    /// The last day on which it is offered, where there is one.
    valid_until: Option<Date>,
    /// Who may see it.
    audience: Audience,
}

impl ResourceInput {
    /// The same under the names that the columns of a file have.
    fn fields(self) -> Map<String, Value> {
        Fields::default()
            .with("kind", self.kind.to_value())
            .with("name", self.name)
            .with("description", self.description)
            .with("capabilities", self.capabilities)
            .with("accreditation", self.accreditation)
            .with("capacity", self.capacity)
            .with("areas", self.areas)
            .text("validUntil", self.valid_until.map(|Date(day)| day))
            .with("audience", self.audience.to_value())
            .done()
    }
}

/// A resource that is offered from now on.
#[derive(InputObject)]
struct AddResourceInput {
    /// What it is.
    resource: ResourceInput,
    /// The id under which its organization keeps it; one is made where nothing is said.
    external_id: Option<String>,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is to be changed of a resource.
#[derive(InputObject)]
struct UpdateResourceInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// All that it is from now on; what is left out here is gone.
    resource: ResourceInput,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// Which resource is taken back.
#[derive(InputObject)]
struct RetireResourceInput {
    /// Its global id.
    id: ID,
    /// Its version, as it was read.
    version: i32,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(AddResourcePayload { resource: ResourceNode = "The new resource." });
payload!(UpdateResourcePayload { resource: ResourceNode = "The resource as it is now." });
payload!(RetireResourcePayload { resource: ResourceNode = "The resource, for its organization." });

async fn told(
    ctx: &Ctx,
    action: &'static str,
    about: Option<Uuid>,
    outcome: Result<Done>,
) -> Result<Answered<ResourceNode>, Fault> {
    let entry = Entry::new(action);
    let entry = match about {
        Some(id) => entry.of(NodeKind::Resource, id),
        None => entry,
    };
    let load = async |id| Ok(resource_nodes_by_id(ctx, vec![id]).await?.remove(&id));
    answered(ctx, entry, about, outcome, load).await
}

fn about(id: &ID, version: i32) -> Result<About> {
    Ok(About { id: GlobalId::decode_as("id", id, NodeKind::Resource)?, version })
}

/// Keeping what an organization offers.
#[derive(Default)]
pub struct ResourceMutation;

#[Object]
impl ResourceMutation {
    /// Offers a resource of the viewer's own organization.
    async fn add_resource(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is offered.")] input: AddResourceInput,
    ) -> Result<AddResourcePayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let mut fields = input.resource.fields();
        if let Some(external_id) = input.external_id {
            fields.insert("externalId".to_owned(), external_id.into());
        }
        let outcome = offering::add(ctx, fields).await;
        let answered = told(ctx, "addResource", None, outcome).await?;
        Ok(AddResourcePayload::new(answered, client_mutation_id))
    }

    /// Changes a resource. What is changed here stays so, whatever later files say.
    async fn update_resource(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which resource, and what it is from now on.")] input: UpdateResourceInput,
    ) -> Result<UpdateResourcePayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = offering::update(ctx, about, input.resource.fields()).await;
        let answered = told(ctx, "updateResource", Some(about.id), outcome).await?;
        Ok(UpdateResourcePayload::new(answered, client_mutation_id))
    }

    /// Takes a resource back: nobody but its organization sees it any more, and contacts released for it are shown no
    /// longer.
    async fn retire_resource(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which resource.")] input: RetireResourceInput,
    ) -> Result<RetireResourcePayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let about = about(&input.id, input.version)?;
        let outcome = offering::retire(ctx, about).await;
        let answered = told(ctx, "retireResource", Some(about.id), outcome).await?;
        Ok(RetireResourcePayload::new(answered, client_mutation_id))
    }
}
