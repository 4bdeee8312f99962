//! A research output as anybody reads it, with what belongs to it: for pages, feeds and files. It has no contact, for
//! what is not here cannot be let out.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use super::{
    OutputKind, ResearchOutput,
    content_graphql::{Contributor, Identifier, Patent, items},
};
use crate::{
    access::Scope,
    error::Result,
    expertise::Tree,
    ids::{GlobalId, NodeKind},
    organizations::{self, Organization},
};

/// A research output as anybody reads it.
#[derive(Clone, Debug)]
pub struct Published {
    /// Which one.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// What it does better than others.
    pub advantages: Option<String>,
    /// What kind of output it is.
    pub kind: OutputKind,
    /// Who offers it.
    pub organization: Organization,
    /// Who took part.
    pub contributors: Vec<Contributor>,
    /// Its areas: code, label, English label.
    pub areas: Vec<(String, String, Option<String>)>,
    /// When it was published.
    pub published_on: Option<NaiveDate>,
    /// When it was completed.
    pub completed_on: Option<NaiveDate>,
    /// When it came here.
    pub created_at: DateTime<Utc>,
    /// Its DOI.
    pub doi: Option<String>,
    /// Further identifiers.
    pub identifiers: Vec<Identifier>,
    /// Its patents.
    pub patents: Vec<Patent>,
    /// The numbers of its trials.
    pub trial_ids: Vec<String>,
}

impl Published {
    /// Its page, under the address of the service.
    pub fn url(&self, base: &str) -> String {
        format!("{base}/research-outputs/{}", self.global_id())
    }

    /// Its DOI as an address.
    pub fn doi_url(&self) -> Option<String> {
        self.doi.as_deref().map(|doi| format!("https://doi.org/{}", escaped(doi)))
    }

    /// Its id as clients see it.
    pub fn global_id(&self) -> String {
        GlobalId::encode(NodeKind::ResearchOutput, self.id).0
    }

    /// The year in which it came out: it was published, or else completed, or else came here.
    pub fn year(&self) -> i32 {
        let day = self.published_on.or(self.completed_on);
        day.unwrap_or_else(|| self.created_at.date_naive()).year()
    }

    /// The one sentence by which it is cited.
    pub fn citation(&self) -> String {
        let mut names: Vec<&str> =
            self.contributors.iter().map(|contributor| contributor.name.as_str()).collect();
        if names.is_empty() {
            names.push(&self.organization.name);
        }
        let names = names.join(", ");
        let doi = self.doi_url().map(|doi| format!(" {doi}")).unwrap_or_default();
        let (year, title, publisher) = (self.year(), &self.title, &self.organization.name);
        format!("{names} ({year}). {title}. {publisher}.{doi}")
    }
}

/// A DOI may hold signs that an address may not.
fn escaped(doi: &str) -> String {
    use std::fmt::Write as _;
    doi.bytes().fold(String::with_capacity(doi.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // A text takes whatever is written to it.
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

/// What a scope may see of these, with what belongs to them, by id.
pub async fn published(
    db: &impl ConnectionTrait,
    scope: &Scope,
    tree: &Tree,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Published>> {
    let rows = super::by_ids(db, scope, ids).await?;
    let mut areas = super::area_ids(db, rows.keys().copied().collect()).await?;
    let owners = rows.values().map(|row| row.organization_id).collect();
    let owners = organizations::by_ids(db, owners).await?;
    let published = rows.into_values().filter_map(|row| {
        let organization = owners.get(&row.organization_id)?.clone();
        let areas = areas.remove(&row.id).unwrap_or_default();
        Some((row.id, of_row(row, organization, labels(tree, &areas))))
    });
    Ok(published.collect())
}

fn labels(tree: &Tree, ids: &[Uuid]) -> Vec<(String, String, Option<String>)> {
    let mut areas: Vec<_> = ids.iter().filter_map(|id| tree.by_id(*id)).collect();
    areas.sort_unstable_by(|one, other| one.code.cmp(&other.code));
    let label = |area: &&std::sync::Arc<crate::expertise::ExpertiseArea>| {
        (area.code.clone(), area.label.clone(), area.label_en.clone())
    };
    areas.iter().map(label).collect()
}

fn of_row(
    row: ResearchOutput,
    organization: Organization,
    areas: Vec<(String, String, Option<String>)>,
) -> Published {
    Published {
        id: row.id,
        title: row.title,
        summary: row.r#abstract,
        advantages: row.advantages,
        kind: row.kind,
        organization,
        contributors: items(&row.contributors),
        areas,
        published_on: row.published_on,
        completed_on: row.completed_on,
        created_at: row.created_at,
        doi: row.doi,
        identifiers: items(&row.identifiers),
        patents: items(&row.patents),
        trial_ids: crate::json::texts(&row.trial_ids),
    }
}
