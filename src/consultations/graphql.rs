//! A STAND-IN: how a consultation looks from outside. It is replaced whole by the room itself.

use std::collections::HashMap;

use async_graphql::{ID, Object};
use sea_orm::prelude::Uuid;

use crate::{
    app::Ctx,
    error::Result,
    ids::{GlobalId, NodeKind},
};

/// A consultation.
#[derive(Clone)]
pub struct ConsultationNode(Uuid);

/// A company's question on its way to a reply.
#[Object(name = "Consultation")]
impl ConsultationNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Consultation, self.0)
    }
}

/// What the viewer may see of these.
#[expect(clippy::unused_async, reason = "the room itself asks the database")]
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, ConsultationNode>> {
    let seen = |id: &Uuid| super::case(*id).is_some_and(|case| ctx.viewer.holds(&case.owner));
    Ok(ids.into_iter().filter(seen).map(|id| (id, ConsultationNode(id))).collect())
}
