//! What an introduction can be about: a research output or a resource, as far as it is offered.

use std::collections::{HashMap, HashSet};

use sea_orm::prelude::*;

use super::{Introduction, IntroductionSubjectKind};
use crate::{
    access::Scope,
    app::Ctx,
    error::{Error, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
    organizations, research,
};

/// The thing that an introduction is about.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) kind: IntroductionSubjectKind,
    pub(super) id: Uuid,
    pub(super) organization_id: Uuid,
    pub(super) owner_token: String,
    /// Whether it is still offered: shown to others, and neither withdrawn nor retired.
    pub(super) is_offered: bool,
    /// Whether contact can be asked for anew: what was handed over is still shown, and there is nothing left to talk about.
    pub(super) takes_requests: bool,
    /// Whom to talk to, where that is known of the thing itself.
    pub(super) contact: Option<Json>,
}

impl IntroductionSubjectKind {
    /// The kind of node.
    pub(super) fn node(self) -> NodeKind {
        match self {
            Self::ResearchOutput => NodeKind::ResearchOutput,
            Self::Resource => NodeKind::Resource,
        }
    }
}

/// What a global id names.
pub(super) fn named(field: &str, id: &str) -> Result<(IntroductionSubjectKind, Uuid)> {
    let found = GlobalId::decode(field, id)?;
    match found.kind {
        NodeKind::ResearchOutput => Ok((IntroductionSubjectKind::ResearchOutput, found.id)),
        NodeKind::Resource => Ok((IntroductionSubjectKind::Resource, found.id)),
        other => {
            let reason = Text::new(
                format!(
                    "this is the id of a {}, and a ResearchOutput or Resource is wanted",
                    other.as_str()
                ),
                format!("这是 {} 的标识，此处需要 ResearchOutput 或 Resource", other.as_str()),
            );
            Err(Error::invalid(field, reason))
        }
    }
}

/// Loads what a scope shows of these, by id.
pub(super) async fn load(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &[(IntroductionSubjectKind, Uuid)],
) -> Result<HashMap<Uuid, Target>> {
    let of = |kind: IntroductionSubjectKind| -> Vec<Uuid> {
        let ids = wanted.iter().filter(|(it, _)| *it == kind).map(|(_, id)| *id);
        ids.collect::<HashSet<_>>().into_iter().collect()
    };
    let mut targets = HashMap::new();
    let outputs = of(IntroductionSubjectKind::ResearchOutput);
    if !outputs.is_empty() {
        for row in research::by_ids(db, scope, outputs).await?.into_values() {
            let embargoed = row.embargo_until.is_some_and(|until| ctx.today < until);
            let is_offered = row.state.is_shown() && !embargoed;
            let target = Target {
                kind: IntroductionSubjectKind::ResearchOutput,
                id: row.id,
                organization_id: row.organization_id,
                owner_token: row.owner_token,
                is_offered,
                takes_requests: is_offered && row.state != research::State::Transferred,
                contact: row.contact,
            };
            targets.insert(target.id, target);
        }
    }
    let resources = of(IntroductionSubjectKind::Resource);
    if !resources.is_empty() {
        for row in organizations::resources_by_ids(db, scope, resources).await?.into_values() {
            let target = Target {
                kind: IntroductionSubjectKind::Resource,
                id: row.id,
                organization_id: row.organization_id,
                is_offered: row.is_offered(ctx.today),
                takes_requests: row.is_offered(ctx.today),
                owner_token: row.owner_token,
                contact: None,
            };
            targets.insert(target.id, target);
        }
    }
    Ok(targets)
}

/// Of these introductions, those whose thing the viewer sees and that is still offered.
pub(super) async fn still_offered(ctx: &Ctx, rows: &[&Introduction]) -> Result<HashSet<Uuid>> {
    let wanted: Vec<_> = rows.iter().map(|row| (row.about_kind, row.about_id)).collect();
    let targets = load(ctx, ctx.db(), &ctx.scope(), &wanted).await?;
    let offered = |row: &&&Introduction| targets.get(&row.about_id).is_some_and(|it| it.is_offered);
    Ok(rows.iter().filter(offered).map(|row| row.id).collect())
}
