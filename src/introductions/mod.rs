//! Asking for contact: between those who look for something and those who offer it, to the end.
//!
//! Contacts of both sides are sealed until the request is accepted; then each side sees the other's, and every reading
//! is entered into the audit log. Only the two sides see an introduction at all.

pub(crate) mod entity;
pub(crate) mod outcome_entity;
mod terms;

pub use entity::Model as Introduction;
pub use outcome_entity::Model as IntroductionOutcome;
pub use terms::{
    DeclineReason, IntroductionOutcomeKind, IntroductionPurpose, IntroductionSide,
    IntroductionState, IntroductionStep, IntroductionSubjectKind,
};
