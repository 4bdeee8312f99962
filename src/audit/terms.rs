//! The words of the audit log.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::terms::words;

words! {
    /// What came of an attempt.
    AuditOutcome {
        /// It was done.
        Done,
        /// It was refused, and nothing changed.
        Refused,
    }
}

/// What kind of actor did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AuditActorKind {
    /// A member of the register.
    Member,
    /// A partner portal's program.
    ApiClient,
    /// Somebody at the command line of the machine.
    Operator,
    /// The service by itself.
    Service,
}
