//! How regulations look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object};
use sea_orm::{Condition, QueryFilter, QueryOrder, entity::prelude::*};

use super::{
    Region, Regulation, RegulationRelation, RelationKind, RelationScope, entity, relation_entity,
};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    batch::{Batch, Shared, grouped},
    error::{Fault, Result},
    expertise::LocalizedText,
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::{Date, PartialDate},
};

/// A regulation among the others of its page.
#[derive(Clone)]
pub struct RegulationNode {
    regulation: Arc<Regulation>,
    page: Arc<RegulationPage>,
}

struct RegulationPage {
    acting: Shared<Uuid, Vec<RegulationRelationNode>>,
    acted_upon: Shared<Uuid, Vec<RegulationRelationNode>>,
}

/// Regulations that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(regulations: impl IntoIterator<Item = Regulation>) -> Vec<RegulationNode> {
    let regulations: Vec<Arc<Regulation>> = regulations.into_iter().map(Arc::new).collect();
    let ids = || regulations.iter().map(|regulation| regulation.id);
    let page = Arc::new(RegulationPage {
        acting: Arc::new(Batch::new(ids())),
        acted_upon: Arc::new(Batch::new(ids())),
    });
    let node = |regulation| RegulationNode { regulation, page: Arc::clone(&page) };
    regulations.into_iter().map(node).collect()
}

/// Regulations by id, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, RegulationNode>> {
    let rows = super::by_ids(ctx.db(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.regulation.id, node)).collect())
}

/// The relations on one side of these regulations, as nodes that load what they lead to at once.
async fn relations(
    ctx: &Ctx,
    side: relation_entity::Column,
    ids: Vec<Uuid>,
    key: fn(&RegulationRelation) -> Uuid,
) -> Result<HashMap<Uuid, Vec<RegulationRelationNode>>> {
    let rows = relation_entity::Entity::visible_to(&Scope::Service)
        .filter(side.is_in(ids))
        .order_by_asc(relation_entity::Column::Id)
        .all(ctx.db())
        .await?;
    let documents = Arc::new(Batch::new(rows.iter().flat_map(|row| [row.from_id, row.to_id])));
    let node = |relation| RegulationRelationNode { relation, documents: Arc::clone(&documents) };
    Ok(grouped(rows.into_iter().map(|row| (key(&row), node(row)))))
}

impl RegulationNode {
    /// Whether it is the one with this id.
    pub(super) fn is(&self, id: Uuid) -> bool {
        self.regulation.id == id
    }

    /// What people call it.
    pub fn title_text(&self) -> &str {
        &self.regulation.title
    }
}

/// A numbered legal or technical document.
#[Object(name = "Regulation")]
impl RegulationNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Regulation, self.regulation.id)
    }

    /// Its key in this service, such as nmpa-2025-107.
    async fn key(&self) -> &str {
        &self.regulation.key
    }

    /// Its title.
    async fn title(&self) -> LocalizedText {
        LocalizedText::new(&self.regulation.title, self.regulation.title_en.as_deref())
    }

    /// Its official number, where it has one.
    async fn number(&self) -> Option<&str> {
        self.regulation.number.as_deref()
    }

    /// Its rank, such as 部门规章.
    async fn level(&self) -> Option<&str> {
        self.regulation.level.as_deref()
    }

    /// Who issued it.
    async fn issuer(&self) -> Option<&str> {
        self.regulation.issuer.as_deref()
    }

    /// Where it is in force.
    async fn region(&self) -> Region {
        self.regulation.region
    }

    /// When it was issued.
    async fn issued_on(&self) -> Option<PartialDate> {
        super::date(self.regulation.issued_on.as_deref()).map(PartialDate)
    }

    /// From when it is in force.
    async fn effective_on(&self) -> Option<PartialDate> {
        super::date(self.regulation.effective_on.as_deref()).map(PartialDate)
    }

    /// The first day on which it is in force no more.
    async fn ends_on(&self) -> Option<PartialDate> {
        super::date(self.regulation.ends_on.as_deref()).map(PartialDate)
    }

    /// Where what is known of it comes from, and how sure it is.
    async fn source(&self) -> Option<&str> {
        self.regulation.source.as_deref()
    }

    /// How often it has been changed, counted from 1; for saying what a change is made to.
    async fn version(&self) -> i32 {
        self.regulation.version
    }

    /// What it does to older ones.
    async fn acts_on(&self, ctx: &Context<'_>) -> Result<Vec<RegulationRelationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| relations(ctx, relation_entity::Column::FromId, ids, |row| row.from_id);
        Ok(self.page.acting.get(&self.regulation.id, load).await?.cloned().unwrap_or_default())
    }

    /// What later ones do to it.
    async fn acted_upon_by(&self, ctx: &Context<'_>) -> Result<Vec<RegulationRelationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| relations(ctx, relation_entity::Column::ToId, ids, |row| row.to_id);
        Ok(self.page.acted_upon.get(&self.regulation.id, load).await?.cloned().unwrap_or_default())
    }
}

/// What one regulation does to an older one.
#[derive(Clone)]
pub struct RegulationRelationNode {
    relation: RegulationRelation,
    documents: Shared<Uuid, RegulationNode>,
}

/// Relations by id, as nodes of one page.
pub async fn relation_nodes_by_id(
    ctx: &Ctx,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, RegulationRelationNode>> {
    let by_id = relations(ctx, relation_entity::Column::Id, ids, |row| row.id).await?;
    Ok(by_id.into_iter().filter_map(|(id, mut nodes)| Some((id, nodes.pop()?))).collect())
}

impl RegulationRelationNode {
    async fn end(&self, ctx: &Context<'_>, id: Uuid) -> Result<RegulationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.documents.require(&id, |ids| nodes_by_id(ctx, ids)).await?.clone())
    }
}

/// What one regulation does to an older one.
#[Object(name = "RegulationRelation")]
impl RegulationRelationNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::RegulationRelation, self.relation.id)
    }

    /// The later regulation, which acts.
    async fn from(&self, ctx: &Context<'_>) -> Result<RegulationNode, Fault> {
        self.end(ctx, self.relation.from_id).await
    }

    /// The older regulation, which is acted upon.
    async fn to(&self, ctx: &Context<'_>) -> Result<RegulationNode, Fault> {
        self.end(ctx, self.relation.to_id).await
    }

    /// What it does.
    async fn kind(&self) -> RelationKind {
        self.relation.kind
    }

    /// To how much of the older one.
    async fn scope(&self) -> RelationScope {
        self.relation.scope
    }

    /// To which articles, where they are known.
    async fn articles(&self) -> Vec<String> {
        crate::json::texts(&self.relation.articles)
    }

    /// From when.
    async fn effective_on(&self) -> Option<PartialDate> {
        super::date(self.relation.effective_on.as_deref()).map(PartialDate)
    }

    /// How the change goes over.
    async fn note(&self) -> Option<&str> {
        self.relation.note.as_deref()
    }

    /// How often it has been changed, counted from 1; for saying what a change is made to.
    async fn version(&self) -> i32 {
        self.relation.version
    }
}

connection!(
    RegulationConnection,
    RegulationEdge,
    RegulationNode,
    "A page of regulations.",
    "A regulation in a list, with its cursor."
);

/// Which regulations are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct RegulationFilter {
    /// With one of these keys.
    keys: Option<Vec<String>>,
    /// With exactly this number, such as 国务院令第739号.
    number: Option<String>,
    /// In force in one of these regions.
    regions: Option<Vec<Region>>,
    /// Of one of these ranks, such as 部门规章.
    levels: Option<Vec<String>>,
    /// In force on this day, as far as its dates are known.
    in_force_on: Option<Date>,
}

/// How regulations are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum RegulationOrder {
    /// By their keys.
    #[default]
    Key,
}

/// The entry points to regulations.
#[derive(Default)]
pub struct RegulationQuery;

#[Object]
impl RegulationQuery {
    /// The regulation with this key.
    async fn regulation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key, such as nmpa-2025-107.")] key: String,
    ) -> Result<Option<RegulationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let found = entity::Entity::visible_to(&ctx.scope()).filter(entity::Column::Key.eq(key));
        Ok(found.one(ctx.db()).await?.and_then(|row| nodes([row]).pop()))
    }

    /// The regulations that answers rest on.
    #[expect(clippy::too_many_arguments, reason = "these are Relay's")]
    async fn regulations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which regulations; all where nothing is said.")] filter: Option<
            RegulationFilter,
        >,
        #[graphql(desc = "In which order.", default)] order_by: RegulationOrder,
    ) -> Result<RegulationConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let select =
            entity::Entity::visible_to(&ctx.scope()).filter(filter.unwrap_or_default().condition());
        let keyset = match order_by {
            RegulationOrder::Key => Keyset {
                name: "regulations/KEY",
                column: entity::Column::Key,
                id: entity::Column::Id,
                descending: false,
                place: |row: &Regulation| (Place::Text(row.key.clone()), row.id),
            },
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(RegulationConnection::new(slice, count, nodes))
    }
}

impl RegulationFilter {
    fn condition(self) -> Condition {
        let in_force = self.in_force_on.map(|Date(day)| {
            // Dates are texts of growing precision, so a year or month compares as its first day.
            let day = day.to_string();
            let begun = entity::Column::EffectiveOn.lte(day.clone());
            let not_ended = Condition::any()
                .add(entity::Column::EndsOn.is_null())
                .add(entity::Column::EndsOn.gt(day));
            Condition::all().add(begun).add(not_ended)
        });
        Condition::all()
            .add_option(self.keys.map(|keys| entity::Column::Key.is_in(keys)))
            .add_option(self.number.map(|number| entity::Column::Number.eq(number)))
            .add_option(self.regions.map(|regions| entity::Column::Region.is_in(regions)))
            .add_option(self.levels.map(|levels| entity::Column::Level.is_in(levels)))
            .add_option(in_force)
    }
}
