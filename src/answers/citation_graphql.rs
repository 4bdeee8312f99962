//! How what an answer rests on looks from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object};
use sea_orm::prelude::Uuid;

use super::{Citation, CitationRole, Confirmation};
use crate::{
    app::Ctx,
    batch::{Batch, Shared},
    error::Fault,
    regulations::{self, RegulationNode},
    scalars::Date,
};

/// A citation among the others of its page.
#[derive(Clone)]
pub(super) struct CitationNode {
    citation: Arc<Citation>,
    regulations: Shared<Uuid, RegulationNode>,
}

/// All citations of a page, by answered question.
pub(super) fn citation_nodes(
    loaded: &HashMap<Uuid, Vec<Citation>>,
) -> HashMap<Uuid, Vec<CitationNode>> {
    let cited = loaded.values().flatten().map(|citation| citation.regulation_id);
    let regulations = Arc::new(Batch::new(cited));
    let node = |citation: &Citation| CitationNode {
        citation: Arc::new(citation.clone()),
        regulations: Arc::clone(&regulations),
    };
    loaded.iter().map(|(id, citations)| (*id, citations.iter().map(node).collect())).collect()
}

/// A pointer from an answer to the articles it rests on.
#[Object(name = "Citation")]
impl CitationNode {
    /// The document that is cited.
    async fn regulation(&self, ctx: &Context<'_>) -> Result<RegulationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| regulations::nodes_by_id(ctx, ids);
        Ok(self.regulations.require(&self.citation.regulation_id, load).await?.clone())
    }

    /// The articles of it; none where the whole document is meant.
    async fn articles(&self) -> Vec<String> {
        crate::json::texts(&self.citation.articles)
    }

    /// The words that matter.
    async fn quote(&self) -> Option<&str> {
        self.citation.quote.as_deref()
    }

    /// Whether the answer rests on it.
    async fn role(&self) -> CitationRole {
        self.citation.role
    }

    /// When the citation was last checked.
    async fn checked_on(&self) -> Option<Date> {
        self.citation.checked_on.map(Date)
    }
}

/// A check against a later regulation, among the others of its page.
#[derive(Clone)]
pub(super) struct ConfirmationNode {
    confirmation: Arc<Confirmation>,
    regulations: Shared<Uuid, RegulationNode>,
}

/// All checks of a page, by answered question.
pub(super) fn confirmation_nodes(
    loaded: &HashMap<Uuid, Vec<Confirmation>>,
) -> HashMap<Uuid, Vec<ConfirmationNode>> {
    let checked = loaded.values().flatten().map(|row| row.regulation_id);
    let regulations = Arc::new(Batch::new(checked));
    let node = |row: &Confirmation| ConfirmationNode {
        confirmation: Arc::new(row.clone()),
        regulations: Arc::clone(&regulations),
    };
    loaded.iter().map(|(id, rows)| (*id, rows.iter().map(node).collect())).collect()
}

/// A check by which an answer was found to stand under a later regulation.
#[Object(name = "Confirmation")]
impl ConfirmationNode {
    /// The regulation that it was checked against.
    async fn regulation(&self, ctx: &Context<'_>) -> Result<RegulationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| regulations::nodes_by_id(ctx, ids);
        Ok(self.regulations.require(&self.confirmation.regulation_id, load).await?.clone())
    }

    /// When it was checked.
    async fn confirmed_on(&self) -> Date {
        Date(self.confirmation.confirmed_on)
    }

    /// What was found.
    async fn note(&self) -> Option<&str> {
        self.confirmation.note.as_deref()
    }
}
