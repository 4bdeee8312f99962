//! How research outputs look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait, entity::prelude::*};

use super::{
    Contact, CooperationMode, IpStatus, OutputKind, ResearchOutput, State, Step, Version,
    area_entity,
    case::{self, Case},
    content_graphql::{
        ContactNode, Contributor, Identifier, Patent, RevisionNode, VersionNode, items, versions,
    },
    entity,
};
use crate::{
    access::{Audience, Guarded, Scope},
    app::Ctx,
    batch::{Batch, Shared},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, areas_of},
    ids::{GlobalId, NodeKind},
    organizations::{self, OrganizationNode},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::Date,
};

/// A research output among the others of its page.
#[derive(Clone)]
pub struct ResearchOutputNode {
    output: Arc<ResearchOutput>,
    page: Arc<ResearchOutputPage>,
}

struct ResearchOutputPage {
    organizations: Shared<Uuid, OrganizationNode>,
    areas: Shared<Uuid, Vec<Uuid>>,
    /// How many people of each organization could publish.
    people: Shared<Uuid, u64>,
    versions: Shared<Uuid, Vec<Version>>,
    duplicates: Shared<Uuid, Vec<ResearchOutputNode>>,
}

/// Research outputs that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(rows: impl IntoIterator<Item = ResearchOutput>) -> Vec<ResearchOutputNode> {
    let rows: Vec<Arc<ResearchOutput>> = rows.into_iter().map(Arc::new).collect();
    let page = Arc::new(ResearchOutputPage {
        organizations: Arc::new(Batch::new(rows.iter().map(|row| row.organization_id))),
        areas: Arc::new(Batch::new(rows.iter().map(|row| row.id))),
        people: Arc::new(Batch::new(rows.iter().map(|row| row.organization_id))),
        versions: Arc::new(Batch::new(rows.iter().map(|row| row.id))),
        duplicates: Arc::new(Batch::new(rows.iter().map(|row| row.id))),
    });
    let node = |output| ResearchOutputNode { output, page: Arc::clone(&page) };
    rows.into_iter().map(node).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, ResearchOutputNode>> {
    let rows = super::by_ids(ctx.db(), &ctx.scope(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.output.id, node)).collect())
}

impl ResearchOutputNode {
    /// The row behind it.
    pub fn row(&self) -> &ResearchOutput {
        &self.output
    }
}

/// What a university or hospital offers.
#[Object(name = "ResearchOutput")]
impl ResearchOutputNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::ResearchOutput, self.output.id)
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.output.title
    }

    /// What it is about.
    #[graphql(name = "abstract")]
    async fn summary(&self) -> &str {
        &self.output.r#abstract
    }

    /// What kind of output it is.
    async fn kind(&self) -> OutputKind {
        self.output.kind
    }

    /// The technology readiness level, 1 to 9 (GB/T 22900).
    async fn trl(&self) -> Option<i32> {
        self.output.trl
    }

    /// How its intellectual property stands.
    async fn ip_status(&self) -> IpStatus {
        self.output.ip_status
    }

    /// Its patents.
    async fn patents(&self) -> Vec<Patent> {
        items(&self.output.patents)
    }

    /// How far it has come in the clinic.
    async fn clinical_stage(&self) -> Option<&str> {
        self.output.clinical_stage.as_deref()
    }

    /// The numbers under which its trials are registered.
    async fn trial_ids(&self) -> Vec<String> {
        crate::json::texts(&self.output.trial_ids)
    }

    /// How the owner is ready to work together.
    async fn cooperation_modes(&self) -> Vec<CooperationMode> {
        let modes = crate::json::texts(&self.output.cooperation_modes);
        modes.iter().filter_map(|mode| CooperationMode::named(mode)).collect()
    }

    /// The areas it belongs to.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| super::area_ids(ctx.db(), ids);
        let areas = self.page.areas.get(&self.output.id, load).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }

    /// The organization that offers it.
    async fn organization(&self, ctx: &Context<'_>) -> Result<OrganizationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| organizations::nodes_by_id(ctx, ids);
        Ok(self.page.organizations.require(&self.output.organization_id, load).await?.clone())
    }

    /// Who took part.
    async fn contributors(&self) -> Vec<Contributor> {
        items(&self.output.contributors)
    }

    /// When it was completed.
    async fn completed_on(&self) -> Option<Date> {
        self.output.completed_on.map(Date)
    }

    /// When it was published.
    async fn published_on(&self) -> Option<Date> {
        self.output.published_on.map(Date)
    }

    /// Until when only its owner sees it.
    async fn embargo_until(&self) -> Option<Date> {
        self.output.embargo_until.map(Date)
    }

    /// Who may see it.
    async fn audience(&self) -> Audience {
        self.output.audience
    }

    /// Its DOI, in lower case.
    async fn doi(&self) -> Option<&str> {
        self.output.doi.as_deref()
    }

    /// Further identifiers.
    async fn identifiers(&self) -> Vec<Identifier> {
        items(&self.output.identifiers)
    }

    /// What it does better than others.
    async fn advantages(&self) -> Option<&str> {
        self.output.advantages.as_deref()
    }

    /// How far it has come on its way to others.
    async fn state(&self) -> State {
        self.output.state
    }

    /// The id under which its owner keeps it.
    async fn external_id(&self) -> &str {
        &self.output.external_id
    }

    /// Its version, which a change names, for its own organization. For others, who change nothing, it is the number of the
    /// text that is shown, as `edition` is: what is worked on beside does not move it.
    async fn version(&self, ctx: &Context<'_>) -> i32 {
        if self.is_own(ctx) { self.output.version } else { self.output.edition }
    }

    /// Which text of it is shown: the first is 1; 0 before anything was.
    async fn edition(&self) -> i32 {
        self.output.edition
    }

    /// Since when this text of it is published here; its embargo may hide it for longer.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.output.published_at
    }

    /// When it was last changed here, for its own organization; for others, when what they see of it was.
    async fn updated_at(&self, ctx: &Context<'_>) -> DateTime<Utc> {
        if self.is_own(ctx) {
            return self.output.updated_at;
        }
        self.output.seen_to_change(ctx.data_unchecked::<Ctx>().now())
    }

    /// What it said before, the newest first, as far as the viewer could read that.
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<VersionNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| versions(ctx, ids);
        let versions = self.page.versions.get(&self.output.id, load).await?;
        Ok(versions.into_iter().flatten().cloned().map(VersionNode::new).collect())
    }

    /// Whom to ask. Only its own organization sees this here; others after an introduction.
    async fn contact(&self, ctx: &Context<'_>) -> Option<ContactNode> {
        let contact = Contact::of(self.output.contact.as_ref());
        contact.filter(|_| self.is_own(ctx)).map(ContactNode::from)
    }

    /// The revision beside what is shown, for its own organization.
    async fn revision(&self, ctx: &Context<'_>) -> Option<RevisionNode> {
        if self.is_own(ctx) { RevisionNode::of(&self.output) } else { None }
    }

    /// Why the draft or revision was given back, for its own organization.
    async fn returned_reason(&self, ctx: &Context<'_>) -> Option<&str> {
        self.output.returned_reason.as_deref().filter(|_| self.is_own(ctx))
    }

    /// When the draft or revision was handed to a second person, for its own organization.
    async fn submitted_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        self.output.submitted_at.filter(|_| self.is_own(ctx))
    }

    /// When it was taken back, for its own organization; for others `researchOutputTombstone` tells.
    async fn withdrawn_on(&self, ctx: &Context<'_>) -> Option<Date> {
        self.output.withdrawn_on.filter(|_| self.is_own(ctx)).map(Date)
    }

    /// Why it was taken back, for its own organization; for others `researchOutputTombstone` tells.
    async fn withdrawal_reason(&self, ctx: &Context<'_>) -> Option<&str> {
        self.output.withdrawal_reason.as_deref().filter(|_| self.is_own(ctx))
    }

    /// The columns that a person has changed here, which later files do not undo; for its own organization.
    async fn edited_columns(&self, ctx: &Context<'_>) -> Vec<String> {
        if self.is_own(ctx) { super::import::edited(&self.output) } else { Vec::new() }
    }

    /// What the viewer could do with it now; nothing for others than its own organization.
    async fn possible_actions(&self, ctx: &Context<'_>) -> Result<Vec<Step>, Fault> {
        if !self.is_own(ctx) {
            return Ok(Vec::new());
        }
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| case::publishers(ctx.db(), ids);
        let people = self.page.people.get(&self.output.organization_id, load).await?;
        let people = people.copied().unwrap_or_default();
        let case = Case { row: ResearchOutput::clone(&self.output), people };
        Ok(case.possible(&ctx.viewer))
    }

    /// Others of the same organization that are the same work, by a DOI, the number of a patent, or title and year; for
    /// its own organization.
    async fn duplicates(&self, ctx: &Context<'_>) -> Result<Vec<ResearchOutputNode>, Fault> {
        if !self.is_own(ctx) {
            return Ok(Vec::new());
        }
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| duplicates(ctx, ids);
        let found = self.page.duplicates.get(&self.output.id, load).await?;
        Ok(found.cloned().unwrap_or_default())
    }
}

impl ResearchOutputNode {
    /// Whether the viewer is of those who write it.
    fn is_own(&self, ctx: &Context<'_>) -> bool {
        case::is_own(&ctx.data_unchecked::<Ctx>().viewer, &self.output)
    }
}

/// The others that are the same work as each of these outputs.
async fn duplicates(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<ResearchOutputNode>>> {
    let same = super::duplicates::of(ctx.db(), ids).await?;
    let found = nodes_by_id(ctx, same.values().flatten().copied().collect()).await?;
    let node = |ids: Vec<Uuid>| ids.iter().filter_map(|id| found.get(id).cloned()).collect();
    Ok(same.into_iter().map(|(id, others)| (id, node(others))).collect())
}

connection!(
    ResearchOutputConnection,
    ResearchOutputEdge,
    ResearchOutputNode,
    "A page of research outputs.",
    "A research output in a list, with its cursor."
);

/// Which research outputs are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
pub(super) struct ResearchOutputFilter {
    /// Of the organizations with these codes.
    organizations: Option<Vec<String>>,
    /// In one of these areas, or one below it.
    areas: Option<Vec<String>>,
    /// Of one of these kinds.
    kinds: Option<Vec<OutputKind>>,
    /// With one of these states of intellectual property.
    ip_statuses: Option<Vec<IpStatus>>,
    /// With a technology readiness level of at least this.
    min_trl: Option<i32>,
    /// With a technology readiness level of at most this.
    max_trl: Option<i32>,
    /// In one of these states.
    states: Option<Vec<State>>,
}

/// How research outputs are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ResearchOutputOrder {
    /// By the day of publication or else completion, the newest first; without one, last.
    #[default]
    Newest,
    /// By the day of publication or else completion, the oldest first; without one, first.
    Oldest,
}

/// The entry points to research outputs.
#[derive(Default)]
pub struct ResearchQuery;

#[Object]
impl ResearchQuery {
    /// The research outputs that the viewer may see.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn research_outputs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which research outputs; all where nothing is said.")] filter: Option<
            ResearchOutputFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: ResearchOutputOrder,
    ) -> Result<ResearchOutputConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition(ctx).await?;
        let select = entity::Entity::visible_to(&ctx.scope()).filter(condition);
        let descending = order_by == ResearchOutputOrder::Newest;
        let keyset = Keyset {
            name: if descending { "researchOutputs/NEWEST" } else { "researchOutputs/OLDEST" },
            column: entity::Column::OrderedOn,
            id: entity::Column::Id,
            descending,
            place: |row: &ResearchOutput| (Place::Date(row.ordered_on), row.id),
        };
        let count = counter(ctx.db(), &select);
        let select = entity::without(select, entity::AS_IT_CAME);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(ResearchOutputConnection::new(slice, count, nodes))
    }
}

impl ResearchOutputFilter {
    async fn condition(self, ctx: &Ctx) -> Result<Condition> {
        use entity::Column;
        let organizations = self.organizations.map(|codes| {
            let ids = organizations::entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(organizations::entity::Column::Id)
                .filter(organizations::entity::Column::Code.is_in(codes));
            Column::OrganizationId.in_subquery(ids.into_query())
        });
        let areas = match self.areas {
            None => None,
            Some(codes) => Some(ctx.tree().await?.subtree_ids("filter.areas", &codes)?),
        };
        let areas = areas.map(|areas| {
            let ids = area_entity::Entity::visible_to(&Scope::Service)
                .select_only()
                .column(area_entity::Column::ResearchOutputId)
                .filter(area_entity::Column::AreaId.is_in(areas));
            Column::Id.in_subquery(ids.into_query())
        });
        Ok(Condition::all()
            .add_option(organizations)
            .add_option(areas)
            .add_option(self.kinds.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(self.ip_statuses.map(|statuses| Column::IpStatus.is_in(statuses)))
            .add_option(self.min_trl.map(|trl| Column::Trl.gte(trl)))
            .add_option(self.max_trl.map(|trl| Column::Trl.lte(trl)))
            .add_option(self.states.map(|states| Column::State.is_in(states))))
    }
}
