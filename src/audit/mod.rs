//! Who did what to what, and what was refused: written in the transaction of the change, never changed afterwards.
//!
//! An entry names actor, action and target, and never holds a confidential value: not a word of a consultation, no name
//! of a company, no contact. Refusals of those who have not signed in are left to the log of the process, for anybody
//! could fill the disk with them.

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel as _, entity::prelude::*};

pub(crate) mod entity;
pub mod export;
mod graphql;
mod terms;

pub use entity::Model as AuditEvent;
pub use graphql::AuditQuery;
pub use terms::{AuditActorKind, AuditOutcome};

use crate::{
    app::Ctx,
    error::{Error, Result},
    ids::{NodeKind, new_id},
};

/// How the log remembers somebody at the command line of the machine.
pub const OPERATOR: &str = "operator";
/// Who acts where the service does something by itself.
pub const SERVICE: &str = "service";

/// What is to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    action: &'static str,
    target: Option<(NodeKind, Uuid)>,
    district: Option<String>,
    detail: Option<String>,
}

impl Entry {
    /// An entry of an action, by the name of the mutation or of what was read.
    pub fn new(action: &'static str) -> Self {
        Self { action, target: None, district: None, detail: None }
    }

    /// What it was done to.
    #[must_use]
    pub fn of(mut self, kind: NodeKind, id: Uuid) -> Self {
        self.target = Some((kind, id));
        self
    }

    /// In which district, by its code: the officers of that district may read the entry.
    #[must_use]
    pub fn within(mut self, district: Option<&str>) -> Self {
        self.district = district.map(str::to_owned);
        self
    }

    /// A word more, such as the state that was reached. Never a confidential value.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// Enters what was done, within the transaction in which it was done.
pub(crate) async fn write(
    transaction: &impl ConnectionTrait,
    ctx: &Ctx,
    entries: Vec<Entry>,
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries.into_iter().map(|entry| row(ctx, entry, AuditOutcome::Done));
    let rows: Vec<_> = rows.map(AuditEvent::into_active_model).collect();
    entity::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(())
}

/// Enters what was refused. It never fails the request, which fails already; a fault is logged.
pub async fn refuse(ctx: &Ctx, entry: Entry, error: &Error) {
    let code = error.code().as_str();
    if ctx.viewer.is_anonymous() {
        tracing::info!(
            request.id = &*ctx.visitor.request_id,
            action = entry.action,
            code,
            "refused"
        );
        return;
    }
    let entry = Entry { detail: entry.detail.or_else(|| Some(code.to_owned())), ..entry };
    if let Err(fault) = enter_alone(ctx, entry, AuditOutcome::Refused).await {
        tracing::error!(request.id = &*ctx.visitor.request_id, error = %fault, "a refusal could not be entered into the audit log");
    }
}

/// Enters a reading that leaves a trace, such as that of an asker. It fails the reading where it cannot be entered.
pub async fn record(ctx: &Ctx, entry: Entry) -> Result<()> {
    enter_alone(ctx, entry, AuditOutcome::Done).await
}

/// Enters several readings that leave a trace, in one transaction.
pub async fn record_all(ctx: &Ctx, entries: Vec<Entry>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let change = ctx.app.db.write().await?;
    write(&*change, ctx, entries).await?;
    change.commit(ctx.now()).await?;
    Ok(())
}

/// Enters what somebody at the command line of the machine did, within the transaction in which it was done.
pub async fn by_operator(
    transaction: &impl ConnectionTrait,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<()> {
    by_itself(transaction, OPERATOR, vec![entry], now).await
}

/// Enters what the service did by itself, within the transaction in which it was done.
pub(crate) async fn by_service(
    transaction: &impl ConnectionTrait,
    entries: Vec<Entry>,
    now: DateTime<Utc>,
) -> Result<()> {
    by_itself(transaction, SERVICE, entries, now).await
}

async fn by_itself(
    transaction: &impl ConnectionTrait,
    actor: &str,
    entries: Vec<Entry>,
    now: DateTime<Utc>,
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let row = |entry: Entry| AuditEvent {
        id: new_id(),
        at: now,
        actor: actor.to_owned(),
        standing: actor.to_owned(),
        action: entry.action.to_owned(),
        target_kind: entry.target.map(|(kind, _)| kind.as_str().to_owned()),
        target_id: entry.target.map(|(_, id)| id),
        district_code: entry.district,
        outcome: AuditOutcome::Done,
        detail: entry.detail,
        request_id: String::new(),
    };
    let rows: Vec<_> = entries.into_iter().map(|entry| row(entry).into_active_model()).collect();
    entity::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(())
}

async fn enter_alone(ctx: &Ctx, entry: Entry, outcome: AuditOutcome) -> Result<()> {
    let write = ctx.app.db.write().await?;
    let row = row(ctx, entry, outcome).into_active_model();
    entity::Entity::insert(row).exec_without_returning(&*write).await?;
    write.commit(ctx.now()).await?;
    Ok(())
}

fn row(ctx: &Ctx, entry: Entry, outcome: AuditOutcome) -> AuditEvent {
    let identity = ctx.viewer.identity();
    let member = ctx.viewer.member();
    let own = member.and_then(|member| member.district.as_ref()).map(|place| place.code.clone());
    AuditEvent {
        id: new_id(),
        at: ctx.now(),
        actor: identity.actor(),
        standing: format!("{:?}", identity.standing()),
        action: entry.action.to_owned(),
        target_kind: entry.target.map(|(kind, _)| kind.as_str().to_owned()),
        target_id: entry.target.map(|(_, id)| id),
        district_code: entry.district.or(own),
        outcome,
        detail: entry.detail,
        request_id: ctx.visitor.request_id.to_string(),
    }
}
