//! The texts of a case as they stand in the database: each sealed for its own place under the key of the case.

use sea_orm::prelude::Uuid;

use crate::{error::Result, vault::DataKey};

/// A text of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What was asked.
    Text,
    /// What is asked of the next tier.
    Summary,
    /// What is replied.
    Reply,
}

impl Part {
    fn context(self, consultation: Uuid) -> String {
        let part = match self {
            Self::Text => "text",
            Self::Summary => "summary",
            Self::Reply => "reply",
        };
        format!("consultation:{consultation}:{part}")
    }

    /// Seals it.
    pub(super) fn seal(self, key: &DataKey, consultation: Uuid, text: &str) -> String {
        key.seal(&self.context(consultation), text)
    }

    /// Opens it.
    pub(super) fn open(self, key: &DataKey, consultation: Uuid, sealed: &str) -> Result<String> {
        key.open(&self.context(consultation), sealed)
    }
}

fn note_context(consultation: Uuid, event: Uuid) -> String {
    format!("consultation:{consultation}:event:{event}")
}

/// Seals the note of an event.
pub(super) fn seal_note(key: &DataKey, consultation: Uuid, event: Uuid, text: &str) -> String {
    key.seal(&note_context(consultation, event), text)
}

/// Opens the note of an event.
pub(super) fn open_note(
    key: &DataKey,
    consultation: Uuid,
    event: Uuid,
    sealed: &str,
) -> Result<String> {
    key.open(&note_context(consultation, event), sealed)
}
