//! Proposing what is to be recorded, and deciding on it. A proposal is looked at when it is made, and again when it is
//! accepted: the law may have moved on in between.

use std::collections::HashMap;

use sea_orm::{IntoActiveModel as _, QueryFilter, entity::prelude::*};
use serde_json::Value;

use super::{
    ProposalState, RegulationProposal,
    content::Content,
    proposal_entity::{Column, Entity},
    recording,
};
use crate::{
    access::{Action, Guarded, Holding, Scope, check},
    app::Ctx,
    audit::Entry,
    change::Change,
    error::{Done, Error, Result, RuleCode},
    ids::{NodeKind, new_id},
    language::Text,
};

/// Proposes that something be recorded.
pub(super) async fn propose(ctx: &Ctx, content: Content) -> Result<Done> {
    check(&ctx.viewer, Action::ProposeRegulation, &Holding::nobody())?;
    let member = ctx.viewer.member().ok_or(Error::Forbidden)?.id;
    let mut change = Change::begin(ctx).await?;
    let (content, _) = recording::plan(&change, content).await?;
    let now = ctx.now();
    let row = RegulationProposal {
        id: new_id(),
        version: 1,
        created_at: now,
        created_by: Some(change.actor()),
        updated_at: now,
        updated_by: Some(change.actor()),
        kind: content.kind,
        content: Value::Object(content.fields),
        state: ProposalState::Proposed,
        proposed_by_id: member,
        decided_by_id: None,
        decided_at: None,
        reason: None,
        recorded_id: None,
    };
    let (id, kind) = (row.id, row.kind);
    Entity::insert(row.into_active_model()).exec_without_returning(&*change).await?;
    let entry = Entry::new("proposeRegulation").of(NodeKind::RegulationProposal, id);
    change.audit(entry.saying(kind.to_value()));
    change.commit(id).await
}

/// What was decided on a proposal.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// Whether it is recorded.
    pub accept: bool,
    /// Why; whoever proposed what is not recorded is owed a reason.
    pub reason: Option<String>,
}

/// Decides on a proposal: accepted, it is recorded at once.
pub(super) async fn decide(ctx: &Ctx, id: Uuid, version: i32, decision: Decision) -> Result<Done> {
    find(ctx, ctx.db(), id).await?;
    check(&ctx.viewer, Action::DecideRegulation, &Holding::nobody())?;
    let member = ctx.viewer.member().ok_or(Error::Forbidden)?.id;
    let reason = match (&decision.reason, decision.accept) {
        (None, true) => None,
        (reason, _) => {
            Some(recording::reason_given("reason", reason.as_deref().unwrap_or_default())?)
        }
    };
    let mut change = Change::begin(ctx).await?;
    let proposal = find(ctx, &*change, id).await?;
    if proposal.version != version {
        return Err(Error::Conflict { present: proposal.version });
    }
    if proposal.state != ProposalState::Proposed {
        let text = Text::new("this has been decided already", "该建议已作出决定");
        return Err(Error::rule(RuleCode::WrongState, "proposalId", text));
    }
    let recorded = if decision.accept {
        let plan = recording::plan(&change, content_of(&proposal)).await.map_err(outdated)?.1;
        Some(recording::write(&mut change, plan, ctx).await?)
    } else {
        None
    };
    let state = if decision.accept { ProposalState::Accepted } else { ProposalState::Rejected };
    let now = ctx.now();
    let written = Entity::update_many()
        .col_expr(Column::State, Expr::value(state.to_value()))
        .col_expr(Column::DecidedById, Expr::value(Some(member)))
        .col_expr(Column::DecidedAt, Expr::value(Some(now)))
        .col_expr(Column::Reason, Expr::value(reason))
        .col_expr(Column::RecordedId, Expr::value(recorded))
        .col_expr(Column::Version, Expr::value(version + 1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::UpdatedBy, Expr::value(Some(change.actor())))
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(version))
        .exec(&*change)
        .await?;
    if written.rows_affected == 0 {
        return Err(Error::Conflict { present: version + 1 });
    }
    let entry = Entry::new("decideRegulationProposal").of(NodeKind::RegulationProposal, id);
    change.audit(entry.saying(state.to_value()));
    change.commit(id).await
}

/// What a proposal wants recorded.
pub fn content_of(proposal: &RegulationProposal) -> Content {
    let fields = proposal.content.as_object().cloned().unwrap_or_default();
    Content { kind: proposal.kind, fields }
}

/// A proposal that the viewer may see.
pub async fn find(ctx: &Ctx, db: &impl ConnectionTrait, id: Uuid) -> Result<RegulationProposal> {
    let found = Entity::visible_to(&ctx.scope()).filter(Column::Id.eq(id));
    found.one(db).await?.ok_or(Error::NotFound)
}

/// Proposals by id, as far as the scope shows them.
pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, RegulationProposal>> {
    let rows = Entity::visible_to(scope).filter(Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What was right when it was proposed, and is so no more: the fault lies with no field of whoever decides.
fn outdated(error: Error) -> Error {
    let (Error::Invalid { field, reason } | Error::Rule { field, reason, .. }) = error else {
        return error;
    };
    let reason = Text::new(
        format!("the law has moved on since this was proposed. {field}: {}", reason.en),
        format!("提出建议后法规已有变化。{field}：{}", reason.zh),
    );
    Error::rule(RuleCode::WrongState, "accept", reason)
}
