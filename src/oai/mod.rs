//! OAI-PMH, both ways: others harvest here what anybody may read, and we harvest repositories of universities and
//! hospitals (<https://www.openarchives.org/OAI/openarchivesprotocol.html>).
//!
//! [`Repository`] answers the six verbs. It keeps nothing: a resumption token says all that it needs, and what is listed
//! follows from the two instants that a row remembers (`research::public`). Contents are read in the scope of somebody
//! who has not signed in; what is listed and cannot be read so is a deleted record, and stays one.
//!
//! [`harvest`] is the other way: page by page, each in one transaction with how far the harvest has come.

pub mod formats;
pub mod harvest;
mod records;
mod repository;
mod request;
mod sets;
mod token;

pub use repository::Repository;

/// The namespace of the protocol.
pub const NAMESPACE: &str = "http://www.openarchives.org/OAI/2.0/";

/// What the repository says of itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address under which the service is known, without `/` at its end.
    pub public_url: String,
    /// What the repository is called.
    pub name: String,
    /// Whom harvesters write to.
    pub admin_email: String,
    /// The name that stands in identifiers, `oai:<namespace>:…`. It never changes, though the address may.
    pub namespace: String,
    /// How many records a page has.
    pub page: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            name: "Zhanjian".to_owned(),
            admin_email: "postmaster@localhost.localdomain".to_owned(),
            namespace: "localhost.localdomain".to_owned(),
            page: 100,
        }
    }
}

impl Settings {
    /// The address of the repository.
    fn base_url(&self) -> String {
        format!("{}/oai", self.public_url)
    }

    /// The identifier of a record.
    fn identifier(&self, id: sea_orm::prelude::Uuid) -> String {
        format!("oai:{}:research-output/{id}", self.namespace)
    }

    /// The record of an identifier that [`Settings::identifier`] made.
    fn id_of(&self, identifier: &str) -> Option<sea_orm::prelude::Uuid> {
        let rest = identifier.strip_prefix("oai:")?.strip_prefix(self.namespace.as_str())?;
        let text = rest.strip_prefix(":research-output/")?;
        // In the one way in which we write it: two identifiers would be two records to a harvester.
        sea_orm::prelude::Uuid::try_parse(text).ok().filter(|id| id.to_string() == text)
    }
}
