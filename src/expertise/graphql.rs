//! How the tree of areas looks from outside.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use sea_orm::prelude::Uuid;

use super::{ExpertiseArea, Facet, Tree};
use crate::{
    app::Ctx,
    error::Fault,
    ids::{GlobalId, NodeKind},
};

/// A text in two languages.
#[derive(Clone, Debug, SimpleObject)]
pub struct LocalizedText {
    /// The text in Chinese.
    zh: String,
    /// The text in English, where there is one.
    en: Option<String>,
}

impl LocalizedText {
    /// A text in Chinese and, where there is one, in English.
    pub fn new(zh: &str, en: Option<&str>) -> Self {
        Self { zh: zh.to_owned(), en: en.map(str::to_owned) }
    }
}

/// An area, with the tree it stands in.
#[derive(Clone)]
pub struct ExpertiseAreaNode {
    area: Arc<ExpertiseArea>,
    tree: Arc<Tree>,
}

/// The areas of these ids, in the tree's order.
pub fn areas_of(tree: &Arc<Tree>, ids: &[Uuid]) -> Vec<ExpertiseAreaNode> {
    let areas = tree.areas().iter().filter(|area| ids.contains(&area.id));
    areas.map(|area| ExpertiseAreaNode::new(area, tree)).collect()
}

impl ExpertiseAreaNode {
    pub(crate) fn new(area: &Arc<ExpertiseArea>, tree: &Arc<Tree>) -> Self {
        Self { area: Arc::clone(area), tree: Arc::clone(tree) }
    }
}

/// An area of expertise: a node of the two-language taxonomy.
#[Object(name = "ExpertiseArea")]
impl ExpertiseAreaNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::ExpertiseArea, self.area.id)
    }

    /// Its code, such as REG-6-02.
    async fn code(&self) -> &str {
        &self.area.code
    }

    /// Its name.
    async fn label(&self) -> LocalizedText {
        LocalizedText::new(&self.area.label, self.area.label_en.as_deref())
    }

    /// Other words for it.
    async fn aliases(&self) -> Vec<String> {
        crate::json::texts(&self.area.aliases)
    }

    /// What the branch is about.
    async fn facet(&self) -> Facet {
        self.area.facet
    }

    /// Where it stands among its neighbours: the smaller, the further up.
    async fn position(&self) -> i32 {
        self.area.position
    }

    /// The version, which a change of it must name.
    async fn version(&self) -> i32 {
        self.area.version
    }

    /// The area above it; none at the top.
    async fn parent(&self) -> Option<Self> {
        let parent = self.area.parent_id.and_then(|id| self.tree.by_id(id))?;
        Some(Self::new(parent, &self.tree))
    }

    /// The areas right below it.
    async fn children(&self) -> Vec<Self> {
        let children = self.tree.children(Some(self.area.id));
        children.map(|area| Self::new(area, &self.tree)).collect()
    }

    /// The areas above it, from the top down.
    async fn ancestors(&self) -> Vec<Self> {
        let above = self.tree.ancestors(&self.area);
        above.into_iter().rev().map(|area| Self::new(area, &self.tree)).collect()
    }
}

/// Which areas are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct ExpertiseAreaFilter {
    /// Of these facets.
    facets: Option<Vec<Facet>>,
    /// With one of these codes.
    codes: Option<Vec<String>>,
    /// Only the tops of the tree (true), or only what stands below one (false).
    top: Option<bool>,
}

/// The entry points to the taxonomy.
#[derive(Default)]
pub struct ExpertiseQuery;

#[Object]
impl ExpertiseQuery {
    /// The area with this code.
    async fn expertise_area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, such as REG-6-02.")] code: String,
    ) -> Result<Option<ExpertiseAreaNode>, Fault> {
        let tree = ctx.data_unchecked::<Ctx>().tree().await?;
        Ok(tree.by_code(&code).map(|area| ExpertiseAreaNode::new(area, &tree)))
    }

    /// The areas of the taxonomy, in their order. There are some hundred, so they come all at once.
    async fn expertise_areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which areas; all where nothing is said.")] filter: Option<
            ExpertiseAreaFilter,
        >,
    ) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let tree = ctx.data_unchecked::<Ctx>().tree().await?;
        let filter = filter.unwrap_or_default();
        let wanted = |area: &&Arc<ExpertiseArea>| {
            filter.facets.as_ref().is_none_or(|facets| facets.contains(&area.facet))
                && filter.codes.as_ref().is_none_or(|codes| codes.contains(&area.code))
                && filter.top.is_none_or(|top| top == area.parent_id.is_none())
        };
        let areas = tree.areas().iter().filter(wanted);
        Ok(areas.map(|area| ExpertiseAreaNode::new(area, &tree)).collect())
    }
}
