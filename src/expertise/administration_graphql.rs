//! How the taxonomy is kept from outside.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use sea_orm::prelude::Uuid;

use super::{
    ExpertiseAreaNode, Facet,
    administration::{self as rules, AreaChange, NewArea},
};
use crate::{
    app::Ctx,
    audit::Entry,
    change::{Answered, Once, UserError, answered, payload},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    scalars::RevisionScalar,
};

/// A text in two languages.
#[derive(InputObject)]
struct LocalizedTextInput {
    /// The text in Chinese.
    zh: String,
    /// The text in English, where there is one.
    en: Option<String>,
}

/// An area that is to be added.
#[derive(InputObject)]
struct AddExpertiseAreaInput {
    /// Its code, such as REG-6-09: letters, digits and the signs `- . _`.
    code: String,
    /// The area above it; none at the top.
    parent_id: Option<ID>,
    /// Its name.
    label: LocalizedTextInput,
    /// What the branch is about: needed at the top, and that of the area above elsewhere.
    facet: Option<Facet>,
    /// Other words for it.
    #[graphql(default)]
    aliases: Vec<String>,
    /// Where it stands among its neighbours; behind all others where nothing is said.
    position: Option<i32>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

impl AddExpertiseAreaInput {
    fn read(self) -> Result<NewArea> {
        Ok(NewArea {
            code: self.code,
            parent: self.parent_id.as_ref().map(parent).transpose()?,
            label: self.label.zh,
            label_en: self.label.en,
            facet: self.facet,
            aliases: self.aliases,
            position: self.position,
        })
    }
}

/// What is to be otherwise about an area.
#[derive(InputObject)]
struct ChangeExpertiseAreaInput {
    /// The area.
    expertise_area_id: ID,
    /// The version that was read.
    version: i32,
    /// Its name, in both languages; as it is where nothing is said.
    label: Option<LocalizedTextInput>,
    /// Other words for it, all of them; as they are where nothing is said.
    aliases: Option<Vec<String>>,
    /// The area above it; as it is where nothing is said, at the top where it is null.
    parent_id: MaybeUndefined<ID>,
    /// Where it stands among its neighbours; as it is where nothing is said.
    position: Option<i32>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

impl ChangeExpertiseAreaInput {
    fn read(self) -> Result<AreaChange> {
        Ok(AreaChange {
            label: self.label.map(|label| (label.zh, label.en)),
            aliases: self.aliases,
            parent: match &self.parent_id {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(id) => Some(Some(parent(id)?)),
            },
            position: self.position,
        })
    }
}

fn parent(id: &ID) -> Result<Uuid> {
    GlobalId::decode_as("parentId", id, NodeKind::ExpertiseArea)
}

/// An area that is to be removed.
#[derive(InputObject)]
struct RemoveExpertiseAreaInput {
    /// The area.
    expertise_area_id: ID,
    /// The version that was read.
    version: i32,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

payload!(ExpertiseAreaPayload { expertise_area: ExpertiseAreaNode = "the area as it is now." });

/// What came of removing an area.
#[derive(SimpleObject)]
struct RemoveExpertiseAreaPayload {
    /// The global id of the area, where it is gone.
    removed_id: Option<ID>,
    /// The area as it is now, where it is still there.
    expertise_area: Option<ExpertiseAreaNode>,
    /// Why nothing was changed; empty where it was.
    user_errors: Vec<UserError>,
    /// The revision of the change: given to `search(atLeast:)`, it waits until the change is found.
    revision: Option<RevisionScalar>,
    /// The id that the client gave to this change.
    client_mutation_id: Option<String>,
}

/// Keeping the taxonomy.
#[derive(Default)]
pub struct ExpertiseMutation;

#[Object]
impl ExpertiseMutation {
    /// Adds an area to the taxonomy.
    async fn add_expertise_area(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it is called, and where it stands.")] input: AddExpertiseAreaInput,
    ) -> Result<ExpertiseAreaPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let outcome = match input.read() {
            Ok(new) => rules::add(ctx, new).await,
            Err(fault) => Err(fault),
        };
        let refused = Entry::new("addExpertiseArea");
        let answered =
            answered(ctx, refused, None, outcome, async |id| node(ctx, id).await).await?;
        Ok(ExpertiseAreaPayload::new(answered, client_mutation_id))
    }

    /// Changes an area: its name, its aliases, where it stands.
    async fn change_expertise_area(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and what is to be otherwise.")] input: ChangeExpertiseAreaInput,
    ) -> Result<ExpertiseAreaPayload, Fault> {
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &asked(context, client_mutation_id.as_deref());
        let id = area(&input.expertise_area_id)?;
        let version = input.version;
        let outcome = match input.read() {
            Ok(change) => rules::change(ctx, id, version, change).await,
            Err(fault) => Err(fault),
        };
        let refused = Entry::new("changeExpertiseArea").of(NodeKind::ExpertiseArea, id);
        let load = async |id| node(ctx, id).await;
        let answered = answered(ctx, refused, Some(id), outcome, load).await?;
        Ok(ExpertiseAreaPayload::new(answered, client_mutation_id))
    }

    /// Removes an area under which nothing is filed.
    async fn remove_expertise_area(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: RemoveExpertiseAreaInput,
    ) -> Result<RemoveExpertiseAreaPayload, Fault> {
        let client_mutation_id = input.client_mutation_id;
        let ctx = &asked(context, client_mutation_id.as_deref());
        let id = area(&input.expertise_area_id)?;
        let outcome = rules::remove(ctx, id, input.version).await;
        let refused = Entry::new("removeExpertiseArea").of(NodeKind::ExpertiseArea, id);
        let load = async |id| node(ctx, id).await;
        let answered = answered(ctx, refused, Some(id), outcome, load).await?;
        let Answered { node: expertise_area, user_errors, revision } = answered;
        let removed_id = user_errors.is_empty().then_some(input.expertise_area_id);
        Ok(RemoveExpertiseAreaPayload {
            removed_id,
            expertise_area,
            user_errors,
            revision,
            client_mutation_id,
        })
    }
}

fn asked(context: &Context<'_>, client_mutation_id: Option<&str>) -> Ctx {
    let ctx = context.data_unchecked::<Ctx>();
    ctx.asked(Once::of(context, ctx, client_mutation_id))
}

fn area(id: &ID) -> Result<Uuid> {
    GlobalId::decode_as("expertiseAreaId", id, NodeKind::ExpertiseArea)
}

/// The area in the tree as it is now; the one that the request began with may be older.
async fn node(ctx: &Ctx, id: Uuid) -> Result<Option<ExpertiseAreaNode>> {
    let tree = Arc::new(super::tree(ctx.db()).await?);
    Ok(tree.by_id(id).map(|area| ExpertiseAreaNode::new(area, &tree)))
}
