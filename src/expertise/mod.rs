//! The tree of areas of expertise: regulatory topics, services, product fields, the device catalogue.
//!
//! It has some hundred nodes that nearly every answer needs, so it is kept whole, for as long as it is as it was.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::Enum;
use sea_orm::{QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    access::{Guarded, Scope},
    error::{Error, Result},
    kept::{self, Stamp},
    language::Text,
};

mod administration;
mod administration_graphql;
pub(crate) mod entity;
mod graphql;
mod import;

pub use administration_graphql::ExpertiseMutation;
pub use entity::Model as ExpertiseArea;
pub use graphql::{ExpertiseAreaNode, ExpertiseQuery, LocalizedText, areas_of};
pub use import::ExpertiseAreas;

/// What a branch of the tree is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[graphql(name = "ExpertiseFacet")]
pub enum Facet {
    /// Regulatory topics.
    Reg,
    /// One-stop services.
    Svc,
    /// Priority product fields.
    Fld,
    /// The device classification catalogue.
    Cat,
}

/// The whole tree.
#[derive(Debug, Default)]
pub struct Tree {
    areas: Vec<Arc<ExpertiseArea>>,
    by_id: HashMap<Uuid, usize>,
    by_code: HashMap<String, usize>,
    children: HashMap<Option<Uuid>, Vec<usize>>,
}

/// Tells whether the tree is as it was.
pub async fn stamp(db: &impl ConnectionTrait) -> Result<Stamp> {
    kept::stamp::<entity::Entity>(db, entity::Column::Version, entity::Column::UpdatedAt).await
}

/// Loads the tree, in the order of its positions.
pub async fn tree<C: ConnectionTrait>(db: &C) -> Result<Tree> {
    let areas = entity::Entity::visible_to(&Scope::Service)
        .order_by_asc(entity::Column::Position)
        .order_by_asc(entity::Column::Code)
        .all(db)
        .await?;
    Ok(Tree::new(areas))
}

impl Tree {
    /// Puts the tree together from its nodes, which come in their order.
    pub fn new(areas: Vec<ExpertiseArea>) -> Self {
        let mut tree = Self::default();
        for (at, area) in areas.into_iter().enumerate() {
            tree.by_id.insert(area.id, at);
            tree.by_code.insert(area.code.clone(), at);
            tree.children.entry(area.parent_id).or_default().push(at);
            tree.areas.push(Arc::new(area));
        }
        tree
    }

    /// All areas, in their order.
    pub fn areas(&self) -> &[Arc<ExpertiseArea>] {
        &self.areas
    }

    /// All areas, each behind the one above it.
    pub fn parents_first(&self) -> Vec<&Arc<ExpertiseArea>> {
        let mut areas: Vec<&Arc<ExpertiseArea>> = self.areas.iter().collect();
        areas.sort_by_key(|area| self.ancestors(area).len());
        areas
    }

    /// The area of this id.
    pub fn by_id(&self, id: Uuid) -> Option<&Arc<ExpertiseArea>> {
        self.by_id.get(&id).map(|at| &self.areas[*at])
    }

    /// The area of this code.
    pub fn by_code(&self, code: &str) -> Option<&Arc<ExpertiseArea>> {
        self.by_code.get(code).map(|at| &self.areas[*at])
    }

    /// The areas right below one, or the tops of the tree.
    pub fn children(&self, of: Option<Uuid>) -> impl Iterator<Item = &Arc<ExpertiseArea>> {
        self.children.get(&of).into_iter().flatten().map(|at| &self.areas[*at])
    }

    /// The areas above one, from the nearest up. A ring, which a wrong file could make, is walked once.
    pub fn ancestors(&self, of: &ExpertiseArea) -> Vec<&Arc<ExpertiseArea>> {
        let mut seen = HashSet::from([of.id]);
        let mut above = Vec::new();
        let mut next = of.parent_id;
        while let Some(area) =
            next.and_then(|id| self.by_id(id)).filter(|area| seen.insert(area.id))
        {
            above.push(area);
            next = area.parent_id;
        }
        above
    }

    /// The codes of these areas and of all above them, each once, sorted: what the index files a thing under.
    pub fn closed_codes(&self, ids: impl IntoIterator<Item = Uuid>) -> Vec<String> {
        let mut codes = Vec::new();
        for area in ids.into_iter().filter_map(|id| self.by_id(id)) {
            codes.push(area.code.clone());
            codes.extend(self.ancestors(area).into_iter().map(|above| above.code.clone()));
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The ids of the areas with these codes and of all below them. A code that does not exist is refused by name.
    pub fn subtree_ids(&self, field: &str, codes: &[String]) -> Result<Vec<Uuid>> {
        let mut open = Vec::new();
        for code in codes {
            open.push(self.by_code(code).ok_or_else(|| unknown_area(field, code))?.id);
        }
        let mut found = HashSet::new();
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(self.children(Some(id)).map(|child| child.id));
            }
        }
        Ok(found.into_iter().collect())
    }
}

/// The fault of an area code that does not exist.
pub fn unknown_area(field: &str, code: &str) -> Error {
    let reason = Text::new(
        format!("there is no area {code:?}; expertiseAreas lists them"),
        format!("没有专业领域 {code:?}，可用 expertiseAreas 查看全部领域"),
    );
    Error::invalid(field, reason)
}
