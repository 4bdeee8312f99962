//! The documents that answers rest on, and what became of them: which replaces, amends, adjusts or supplements which.
//!
//! Everybody may read them. From them follows, for any day, whether an answer still stands ([`currency`]).

use std::collections::HashMap;

use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};

use crate::{
    access::{Guarded, Scope},
    error::Result,
    kept::{self, Stamp},
};

mod content;
pub mod currency;
mod currency_graphql;
pub(crate) mod entity;
mod graph;
mod graphql;
mod import;
mod input_graphql;
mod preview;
pub(crate) mod proposal_entity;
mod proposal_graphql;
mod proposals;
mod recording;
mod recording_graphql;
pub(crate) mod relation_entity;
mod replacements;
mod terms;

pub use content::Content;
pub(crate) use currency_graphql::explanation;
pub use currency_graphql::{CurrencyNode, Verdicts};
pub use entity::Model as Regulation;
pub use graphql::{
    RegulationNode, RegulationQuery, RegulationRelationNode, nodes, nodes_by_id,
    relation_nodes_by_id,
};
pub use import::{RegulationRelations, Regulations};
pub use input_graphql::{NewRegulationInput, RegulationActInput, RegulationRelationInput};
pub use preview::{Preview, foresee, look_back};
pub use proposal_entity::Model as RegulationProposal;
pub use proposal_graphql::{
    RegulationProposalMutation, RegulationProposalNode, RegulationProposalQuery,
    proposal_nodes_by_id,
};
pub use proposals::{content_of, find as find_proposal};
pub use recording::named;
pub use recording_graphql::RegulationMutation;
pub use relation_entity::Model as RegulationRelation;
pub use replacements::Replacements;
pub use terms::{ProposalKind, ProposalState, Region, RelationKind, RelationScope};

use currency::{Graph, Relation};

impl Regulation {
    /// How the document is named in a sentence: by its number where it has one.
    pub fn name(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.title)
    }
}

/// Tell whether [`graph()`] is as it was.
pub async fn stamps(db: &impl ConnectionTrait) -> Result<Vec<Stamp>> {
    use {entity::Column as Own, relation_entity::Column as Between};
    Ok(vec![
        kept::stamp::<entity::Entity>(db, Own::Version, Own::UpdatedAt).await?,
        kept::stamp::<relation_entity::Entity>(db, Between::Version, Between::UpdatedAt).await?,
    ])
}

/// Loads all that is known of what replaces what.
///
/// These are some hundreds of rows that nearly every answer needs; two statements fetch them all.
pub async fn graph<C: ConnectionTrait>(connection: &C) -> Result<Graph> {
    let regulations = entity::Entity::visible_to(&Scope::Service).all(connection).await?;
    let relations = relation_entity::Entity::visible_to(&Scope::Service).all(connection).await?;
    Ok(drawn(&regulations, &relations))
}

/// The same without the relations that were recorded from an instant on; none where there are no such relations.
pub async fn graph_before(
    connection: &impl ConnectionTrait,
    recorded_from: DateTimeUtc,
) -> Result<Option<Graph>> {
    let mut relations =
        relation_entity::Entity::visible_to(&Scope::Service).all(connection).await?;
    let all = relations.len();
    relations.retain(|relation| relation.created_at < recorded_from);
    if relations.len() == all {
        return Ok(None);
    }
    let regulations = entity::Entity::visible_to(&Scope::Service).all(connection).await?;
    Ok(Some(drawn(&regulations, &relations)))
}

fn drawn(regulations: &[Regulation], relations: &[RegulationRelation]) -> Graph {
    Graph::new(
        regulations.iter().map(|row| currency::Document {
            id: row.id,
            name: row.name().to_owned(),
            issued_on: date(row.issued_on.as_deref()),
            effective_on: date(row.effective_on.as_deref()),
            ends_on: date(row.ends_on.as_deref()),
        }),
        relations.iter().map(|row| Relation {
            from: row.from_id,
            to: row.to_id,
            kind: row.kind,
            scope: row.scope,
            articles: crate::json::texts(&row.articles),
            effective_on: date(row.effective_on.as_deref()),
            note: row.note.clone(),
        }),
    )
}

/// A date as a column keeps it. What is stored was parsed once, so what does not parse now is no date.
pub(crate) fn date(text: Option<&str>) -> Option<crate::partial_date::PartialDate> {
    text.and_then(|text| text.parse().ok())
}

/// Loads regulations by id.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Regulation>> {
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::Id.is_in(ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds the ids of regulations by their keys; a key without one is left out.
pub async fn ids_by_key(
    db: &impl ConnectionTrait,
    keys: Vec<String>,
) -> Result<HashMap<String, Uuid>> {
    let rows: Vec<(String, Uuid)> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([entity::Column::Key, entity::Column::Id])
        .filter(entity::Column::Key.is_in(keys))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The ids of all regulations by their keys.
pub async fn all_ids_by_key(db: &impl ConnectionTrait) -> Result<HashMap<String, Uuid>> {
    let rows: Vec<(String, Uuid)> = entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .columns([entity::Column::Key, entity::Column::Id])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Loads regulations with what the index needs of them.
pub async fn documents(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<Vec<zhanjian_index::Document>> {
    let select = entity::Entity::visible_to(&Scope::Service).filter(entity::Column::Id.is_in(ids));
    let document = |regulation: Regulation| {
        let issued = date(regulation.issued_on.as_deref());
        let body = [&regulation.title_en, &regulation.issuer, &regulation.level];
        zhanjian_index::Document {
            title: regulation.title.clone(),
            body: body.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n"),
            keywords: regulation.number.iter().cloned().collect(),
            identifiers: regulation
                .number
                .iter()
                .cloned()
                .chain([regulation.key.clone()])
                .collect(),
            year: issued.map(crate::partial_date::PartialDate::in_year),
            dated_on: issued.map(|date| crate::clock::day_number(date.first_day())),
            ..crate::search::public_document(zhanjian_index::Kind::Regulation, regulation.id)
        }
    };
    Ok(select.all(db).await?.into_iter().map(document).collect())
}

/// The ids of the regulations that follow one, at most so many, in their order.
pub async fn ids_after(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let all = entity::Entity::visible_to(&Scope::Service);
    crate::db::ids_after(db, all, entity::Column::Id, after, limit).await
}
