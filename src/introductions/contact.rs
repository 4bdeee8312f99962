//! Whom to talk to, on either side: sealed in the row under a key of its own, opened for a side only when it may know,
//! and never without a trace.

use std::collections::HashMap;

use sea_orm::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Introduction, IntroductionSide, IntroductionState, target};
use crate::{
    app::Ctx,
    audit::{self, Entry},
    error::{Error, Result},
    ids::NodeKind,
    language::Text,
    vault::{DataKey, Vault},
};

/// Whom to talk to. It has no `Debug` that shows it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Contact {
    pub(super) name: Option<String>,
    pub(super) organization: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) email: Option<String>,
    pub(super) address: Option<String>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Contact(…)")
    }
}

impl Contact {
    /// Looks at what was given. What is wrong is named without repeating it.
    pub(super) fn checked(self) -> Result<Self> {
        let contact = Self {
            name: bounded("contact.name", self.name.as_deref(), 100)?,
            organization: bounded("contact.organization", self.organization.as_deref(), 200)?,
            phone: bounded("contact.phone", self.phone.as_deref(), 60)?,
            email: bounded("contact.email", self.email.as_deref(), 254)?,
            address: bounded("contact.address", self.address.as_deref(), 300)?,
        };
        if contact.phone.is_none() && contact.email.is_none() {
            let reason =
                Text::new("give a telephone number or an e-mail address", "请填写电话或电子邮箱");
            return Err(Error::invalid("contact", reason));
        }
        Ok(contact)
    }

    /// The contact in a column of a research output.
    pub(super) fn of_column(column: &Json) -> Option<Self> {
        let contact: Self = serde_json::from_value(column.clone()).ok()?;
        let leads_somewhere =
            contact.phone.is_some() || contact.email.is_some() || contact.address.is_some();
        leads_somewhere.then_some(contact)
    }

    /// Seals it for its place.
    pub(super) fn seal(
        &self,
        key: &DataKey,
        introduction: Uuid,
        side: IntroductionSide,
    ) -> Result<String> {
        Ok(key.seal(&context(introduction, side), &serde_json::to_string(self)?))
    }

    fn open(
        vault: &Vault,
        row: &Introduction,
        side: IntroductionSide,
        sealed: &str,
    ) -> Result<Self> {
        let text = vault.unwrap(&row.data_key)?.open(&context(row.id, side), sealed)?;
        // The cause of a fault in it could repeat what stands in it.
        serde_json::from_str(&text)
            .map_err(|_| Error::internal("what is sealed of a contact is not one"))
    }
}

fn context(introduction: Uuid, side: IntroductionSide) -> String {
    format!("introduction:{introduction}:{side:?}")
}

fn bounded(field: &str, text: Option<&str>, most: usize) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() <= most && !text.contains(char::is_control) {
        return Ok(Some(text.to_owned()));
    }
    let reason = Text::new(
        format!("at most {most} characters on one line are wanted"),
        format!("应为单行，不超过 {most} 个字符"),
    );
    Err(Error::invalid(field, reason))
}

/// What a viewer may know of both sides of an introduction.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts {
    pub(super) asking: Option<Contact>,
    pub(super) asked: Option<Contact>,
}

/// What the viewer may know of these introductions, by id: what their own side gave, and once it has been released, what
/// the other side gave, for as long as the thing is offered. Each reading of the other side's is entered into the audit
/// log before it is given, once a request.
pub(super) async fn read(ctx: &Ctx, rows: &[&Introduction]) -> Result<HashMap<Uuid, Contacts>> {
    let offered = target::still_offered(ctx, rows).await?;
    let mut contacts = HashMap::new();
    let mut entries = Vec::new();
    let mut told = ctx.readings().lock().await;
    for row in rows {
        let Some(side) = row.side_of(&ctx.viewer) else { continue };
        let released = row.state == IntroductionState::ContactReleased;
        let shows =
            |whose: IntroductionSide| released && offered.contains(&row.id) || whose == side;
        let open = |whose: IntroductionSide, sealed: &Option<String>| {
            let sealed = sealed.as_deref().filter(|_| shows(whose));
            sealed.map(|sealed| Contact::open(&ctx.app.vault, row, whose, sealed)).transpose()
        };
        let seen = Contacts {
            asking: open(IntroductionSide::Asking, &row.sealed_asker_contact)?,
            asked: open(IntroductionSide::Asked, &row.sealed_owner_contact)?,
        };
        let others = match side {
            IntroductionSide::Asking => &seen.asked,
            IntroductionSide::Asked => &seen.asking,
        };
        if others.is_some() && told.insert(row.id) {
            let entry = Entry::new("readIntroductionContact").of(NodeKind::Introduction, row.id);
            entries.push(entry.within(row.district_code.as_deref()));
        }
        contacts.insert(row.id, seen);
    }
    if let Err(fault) = audit::record_all(ctx, entries).await {
        // What was not entered has not been told either.
        for row in rows {
            told.remove(&row.id);
        }
        return Err(fault);
    }
    Ok(contacts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_can_be_reached_and_shows_itself_to_no_log() {
        let contact = Contact {
            name: Some(" 示例某 ".to_owned()),
            phone: Some("021-55550123".to_owned()),
            ..Contact::default()
        };
        let checked = contact.clone().checked().expect("a contact");
        assert_eq!(checked.name.as_deref(), Some("示例某"));
        assert_eq!(format!("{checked:?}"), "Contact(…)");
        for wrong in [
            Contact { phone: None, ..contact.clone() },
            Contact { email: Some("a\nb".to_owned()), ..contact.clone() },
            Contact { name: Some("字".repeat(101)), ..contact },
        ] {
            let error = wrong.checked().expect_err("refused").to_string();
            assert!(!error.contains('字') && !error.contains("0123"), "{error}");
        }
    }
}
