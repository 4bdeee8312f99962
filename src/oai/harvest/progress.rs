//! How far a harvest has come.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Unchanged, IntoActiveModel as _, QueryFilter, Set, entity::prelude::*};

use super::{Order, progress_entity as entity, taken::Taken};
use crate::{
    access::{Guarded, Scope},
    db::Database,
    error::Result,
    ids::new_id,
    outbox::Write,
};

/// Who harvests, as rows remember it.
const OPERATOR: &str = "harvest";

/// How far a harvest has come, as it is or will be in the database.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    row: entity::Model,
    new: bool,
}

impl Progress {
    /// How far an order has come before.
    pub(super) async fn open(
        db: &Database,
        order: &Order,
        organization: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let set_spec = order.set.clone().unwrap_or_default();
        let found = entity::Entity::visible_to(&Scope::Service)
            .filter(entity::Column::OrganizationId.eq(organization))
            .filter(entity::Column::Source.eq(&order.source))
            .filter(entity::Column::MetadataPrefix.eq(order.format.prefix()))
            .filter(entity::Column::SetSpec.eq(&set_spec))
            .one(db.read())
            .await?;
        if let Some(row) = found {
            return Ok(Self { row, new: false });
        }
        let row = entity::Model {
            id: new_id(),
            version: 1,
            created_at: now,
            created_by: Some(OPERATOR.to_owned()),
            updated_at: now,
            updated_by: Some(OPERATOR.to_owned()),
            organization_id: organization,
            source: order.source.clone(),
            metadata_prefix: order.format.prefix().to_owned(),
            set_spec,
            harvest_from: None,
            pending_from: None,
            token: None,
            added: 0,
            updated: 0,
            unchanged: 0,
            deleted: 0,
            kept: 0,
            refused: 0,
            completed_at: None,
        };
        Ok(Self { row, new: true })
    }

    /// The token to go on with.
    pub(super) fn token(&self) -> Option<&str> {
        self.row.token.as_deref()
    }

    /// From where the present interval reaches.
    pub(super) fn from(&self) -> Option<&str> {
        self.row.harvest_from.as_deref()
    }

    /// Forgets all that was harvested.
    pub(super) fn begin_anew(&mut self) {
        self.row.harvest_from = None;
        self.forget_token();
    }

    /// Begins the present interval anew.
    pub(super) fn forget_token(&mut self) {
        self.row.token = None;
        self.row.pending_from = None;
    }

    /// Remembers from where the next interval will reach, once this one has ended.
    pub(super) fn pending(&mut self, from: String) {
        self.row.pending_from = Some(from);
    }

    /// One page further.
    pub(super) fn moved(mut self, token: Option<String>, page: &Taken, now: DateTime<Utc>) -> Self {
        let row = &mut self.row;
        if token.is_none() {
            row.harvest_from = row.pending_from.take();
            row.completed_at = Some(now);
        }
        row.token = token;
        row.updated_at = now;
        let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        row.added += counted(page.tally.added);
        row.updated += counted(page.tally.updated);
        row.unchanged += counted(page.tally.unchanged);
        row.kept += counted(page.tally.kept);
        row.deleted += counted(page.deleted);
        row.refused += counted(page.refused);
        self
    }

    /// Writes it down, unless somebody else has moved it meanwhile.
    pub(super) async fn save(&self, write: &Write) -> Result<bool> {
        if self.new {
            let found = entity::Entity::visible_to(&Scope::Service)
                .filter(entity::Column::OrganizationId.eq(self.row.organization_id))
                .filter(entity::Column::Source.eq(&self.row.source))
                .filter(entity::Column::MetadataPrefix.eq(&self.row.metadata_prefix))
                .filter(entity::Column::SetSpec.eq(&self.row.set_spec));
            if found.one(&**write).await?.is_some() {
                return Ok(false);
            }
            let row = self.row.clone().into_active_model().reset_all();
            entity::Entity::insert(row).exec_without_returning(&**write).await?;
            return Ok(true);
        }
        let mut row = self.row.clone().into_active_model().reset_all();
        row.id = Unchanged(self.row.id);
        row.version = Set(self.row.version + 1);
        let saved = entity::Entity::update_many()
            .set(row)
            .filter(entity::Column::Id.eq(self.row.id))
            .filter(entity::Column::Version.eq(self.row.version))
            .exec(&**write)
            .await?;
        Ok(saved.rows_affected == 1)
    }

    /// As it is once it was written down.
    pub(super) fn saved(mut self) -> Self {
        if !self.new {
            self.row.version += 1;
        }
        self.new = false;
        self
    }
}
