//! Anything that has a global id, found by it.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{Context, ID, Interface, Object};
use sea_orm::{QueryFilter, entity::prelude::*};

use crate::{
    access::Guarded,
    accounts::{self, ApiClientNode, MemberNode},
    answers::{self, AnswerReportNode, AnsweredQuestionNode},
    app::Ctx,
    consultations::{self, ConsultationNode},
    error::{Error, Fault, Result},
    expertise::ExpertiseAreaNode,
    following::{self, SavedSearchNode},
    ids::{GlobalId, NodeKind},
    introductions::{self, IntroductionNode},
    language::Text,
    needs::{self, NeedNode},
    organizations::{self, OrganizationNode, ResourceNode},
    regulations::{self, RegulationNode, RegulationProposalNode, RegulationRelationNode},
    research::{self, ImportNode, ResearchOutputNode, TombstoneNode},
    stations::{self, DistrictNode, ServicePointNode, StationNode},
};

/// Anything that has a global id.
#[derive(Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its global id."))]
pub enum Node {
    /// A district.
    District(DistrictNode),
    /// A station.
    Station(StationNode),
    /// A service point.
    ServicePoint(ServicePointNode),
    /// An area of expertise.
    ExpertiseArea(ExpertiseAreaNode),
    /// A regulation.
    Regulation(RegulationNode),
    /// What one regulation does to another.
    RegulationRelation(RegulationRelationNode),
    /// What somebody wants recorded of the law.
    RegulationProposal(RegulationProposalNode),
    /// An organization.
    Organization(OrganizationNode),
    /// An answered question.
    AnsweredQuestion(AnsweredQuestionNode),
    /// A research output.
    ResearchOutput(ResearchOutputNode),
    /// What is left of a research output that was taken back.
    ResearchOutputTombstone(TombstoneNode),
    /// A file of research outputs that an office has brought.
    ResearchOutputImport(ImportNode),
    /// A resource.
    Resource(ResourceNode),
    /// A member of the register.
    Member(MemberNode),
    /// A program of a partner portal.
    ApiClient(ApiClientNode),
    /// A report of an error in an answer.
    AnswerReport(AnswerReportNode),
    /// A consultation.
    Consultation(ConsultationNode),
    /// A saved search.
    SavedSearch(SavedSearchNode),
    /// A need.
    Need(NeedNode),
    /// An introduction.
    Introduction(IntroductionNode),
}

/// Finds things by their global ids, kind by kind, so that many cost a few statements.
pub async fn find(ctx: &Ctx, wanted: &[GlobalId]) -> Result<HashMap<GlobalId, Node>> {
    let mut by_kind: BTreeMap<NodeKind, Vec<Uuid>> = BTreeMap::new();
    for global in wanted {
        by_kind.entry(global.kind).or_default().push(global.id);
    }
    let mut found = HashMap::new();
    for (kind, ids) in by_kind {
        let nodes = of_kind(ctx, kind, ids).await?;
        found.extend(nodes.into_iter().map(|(id, node)| (GlobalId { kind, id }, node)));
    }
    Ok(found)
}

async fn of_kind(ctx: &Ctx, kind: NodeKind, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Node)>> {
    fn wrap<T>(found: HashMap<Uuid, T>, node: fn(T) -> Node) -> Vec<(Uuid, Node)> {
        found.into_iter().map(|(id, thing)| (id, node(thing))).collect()
    }
    let db = ctx.db();
    Ok(match kind {
        NodeKind::Station => wrap(stations::nodes_by_id(ctx, ids).await?, Node::Station),
        NodeKind::Regulation => wrap(regulations::nodes_by_id(ctx, ids).await?, Node::Regulation),
        NodeKind::Organization => {
            wrap(organizations::nodes_by_id(ctx, ids).await?, Node::Organization)
        }
        NodeKind::AnsweredQuestion => {
            wrap(answers::nodes_by_id(ctx, ids).await?, Node::AnsweredQuestion)
        }
        NodeKind::ResearchOutput => {
            wrap(research::nodes_by_id(ctx, ids).await?, Node::ResearchOutput)
        }
        NodeKind::ResearchOutputTombstone => {
            let left = research::tombstone_nodes_by_id(ctx, ids).await?;
            wrap(left, Node::ResearchOutputTombstone)
        }
        NodeKind::ResearchOutputImport => {
            wrap(research::import_nodes_by_id(ctx, ids).await?, Node::ResearchOutputImport)
        }
        NodeKind::Resource => {
            wrap(organizations::resource_nodes_by_id(ctx, ids).await?, Node::Resource)
        }
        NodeKind::Member => wrap(accounts::nodes_by_id(ctx, ids).await?, Node::Member),
        NodeKind::ApiClient => wrap(accounts::client_nodes_by_id(ctx, ids).await?, Node::ApiClient),
        NodeKind::Consultation => {
            wrap(consultations::nodes_by_id(ctx, ids).await?, Node::Consultation)
        }
        NodeKind::AnswerReport => {
            wrap(answers::report_nodes_by_id(ctx, ids).await?, Node::AnswerReport)
        }
        NodeKind::SavedSearch => {
            let saved = following::saved_searches_by_id(ctx, ids).await?;
            wrap(saved, |saved| Node::SavedSearch(SavedSearchNode(saved)))
        }
        NodeKind::Need => wrap(needs::nodes_by_id(ctx, ids).await?, Node::Need),
        NodeKind::Introduction => {
            wrap(introductions::nodes_by_id(ctx, ids).await?, Node::Introduction)
        }
        NodeKind::District => {
            let districts = stations::districts(db, ids).await?;
            wrap(districts, |district| Node::District(DistrictNode(district)))
        }
        NodeKind::ServicePoint => {
            use stations::point_entity::{Column, Entity};
            let points = Entity::visible_to(&ctx.scope()).filter(Column::Id.is_in(ids));
            let points = points.all(db).await?.into_iter();
            points.map(|point| (point.id, Node::ServicePoint(ServicePointNode(point)))).collect()
        }
        NodeKind::ExpertiseArea => {
            let tree = ctx.tree().await?;
            let area = |id: Uuid| {
                let area = tree.by_id(id)?;
                Some((id, Node::ExpertiseArea(ExpertiseAreaNode::new(area, &tree))))
            };
            ids.into_iter().filter_map(area).collect()
        }
        NodeKind::RegulationRelation => {
            wrap(regulations::relation_nodes_by_id(ctx, ids).await?, Node::RegulationRelation)
        }
        NodeKind::RegulationProposal => {
            wrap(regulations::proposal_nodes_by_id(ctx, ids).await?, Node::RegulationProposal)
        }
    })
}

/// Counts that somebody looks at a thing by itself, where that is counted.
fn note_seen(ctx: &Ctx, node: &Node) {
    if let Node::ResearchOutput(output) = node {
        research::seen(ctx, output.row());
    }
}

/// Finding by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this id, if there is one that the viewer may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id.")] id: ID,
    ) -> Result<Option<Node>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let global = GlobalId::decode("id", &id)?;
        let found = find(ctx, &[global]).await?.remove(&global);
        found.iter().for_each(|node| note_seen(ctx, node));
        Ok(found)
    }

    /// The things with these ids, in their order; null where there is none that the viewer may see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids; as many as a page may have.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let max = ctx.app.paging.max;
        if ids.len() > max {
            let reason = Text::new(
                format!("{} ids are too many at once; ask for at most {max}", ids.len()),
                format!("一次给出 {} 个标识过多，最多 {max} 个", ids.len()),
            );
            return Err(Error::invalid("ids", reason).into());
        }
        let wanted: Vec<GlobalId> =
            ids.iter().map(|id| GlobalId::decode("ids", id)).collect::<Result<_>>()?;
        let found = find(ctx, &wanted).await?;
        found.values().for_each(|node| note_seen(ctx, node));
        Ok(wanted.iter().map(|global| found.get(global).cloned()).collect())
    }
}
