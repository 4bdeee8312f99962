//! Regulations by their names, for lists to choose from and for what is typed.

use serde::Deserialize;

use super::{
    Localized,
    whole::{Part, whole},
};
use crate::console::{api::documents, gate::Guest, texts::Texts, trouble::Trouble};

documents! {
    LAWS: Laws = ["laws.graphql", "law.graphql", "page.graphql"];
}

/// A regulation by its name.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::console) struct Law {
    pub key: String,
    pub number: Option<String>,
    pub title: Localized,
}

#[derive(Deserialize)]
struct Laws {
    regulations: Part<Law>,
}

/// All that are recorded.
pub(in crate::console) async fn recorded(guest: &Guest) -> Result<Vec<Law>, Trouble> {
    whole(guest, &LAWS, |page| page.regulations).await
}

impl Law {
    /// Whether this is what somebody wrote: its key, its number or its title.
    pub(in crate::console) fn is_meant_by(&self, written: &str) -> bool {
        let bare = written.trim_matches(['《', '》']);
        self.key == written || self.number.as_deref() == Some(written) || self.title.zh == bare
    }

    /// What it is called, with its number.
    pub(in crate::console) fn called(&self, text: &Texts) -> String {
        let number = self.number.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
        format!("《{}》{number}", self.title.of(text))
    }
}

/// The key of what somebody wrote; what is written where it is none of these.
pub(in crate::console) fn key_of<'a>(laws: &'a [Law], written: &'a str) -> &'a str {
    let law = laws.iter().find(|law| law.is_meant_by(written));
    law.map_or(written, |law| law.key.as_str())
}
