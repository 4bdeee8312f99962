//! Which regulation replaces which, pair by pair: what the reader of a file goes by, so that no chain of replacements comes
//! back to where it began.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};

use super::{RelationKind, graph::leads_to, relation_entity as entity};
use crate::{
    access::{Guarded, Scope},
    error::Result,
    language::Text,
};

/// The pairs that there are, and those that rows before have brought.
#[derive(Debug, Default)]
pub struct Replacements {
    /// By what each regulation has been replaced, wholly or in part.
    by: Mutex<HashMap<Uuid, Vec<Uuid>>>,
}

impl Replacements {
    /// Those that are recorded.
    pub async fn load(db: &impl ConnectionTrait) -> Result<Self> {
        let pairs: Vec<(Uuid, Uuid)> = entity::Entity::visible_to(&Scope::Service)
            .select_only()
            .columns([entity::Column::FromId, entity::Column::ToId])
            .filter(entity::Column::Kind.eq(RelationKind::Replaces))
            .into_tuple()
            .all(db)
            .await?;
        let all = Self::default();
        for (later, older) in pairs {
            all.add(later, older);
        }
        Ok(all)
    }

    /// Adds a pair, and says whether that could be: not where the older one has already replaced the later one, directly
    /// or through others.
    pub fn add(&self, later: Uuid, older: Uuid) -> bool {
        let mut by = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced_by = |id: Uuid| by.get(&id).cloned().unwrap_or_default();
        if leads_to(later, older, replaced_by) {
            return false;
        }
        by.entry(older).or_default().push(later);
        true
    }
}

/// Why a replacement is refused that would close a ring.
pub(super) fn ring() -> Text {
    Text::new(
        "replaces the acting one, directly or through others: the chain of replacements would come back to where it \
         began; look which of the two is the later one",
        "已直接或间接代替该新法规，代替关系将形成循环，请核对两者的先后",
    )
}
