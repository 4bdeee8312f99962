//! One box over all of it: the index proposes, the database decides.
//!
//! What the index finds is loaded again through the viewer's scope, so that a late index may miss a hit but can never
//! show one that the viewer may not see.

use std::collections::HashMap;

use sea_orm::prelude::Uuid;
use zhanjian_index::{Document, Key, Kind};

use crate::{
    access::PUBLIC,
    answers::{self, AnsweredQuestionNode},
    app::Ctx,
    error::Result,
    organizations::{self, OrganizationNode, ResourceNode},
    regulations::{self, RegulationNode},
    research::{self, ResearchOutputNode},
    stations::{self, StationNode},
};

mod filter;
mod graphql;
mod highlights;
mod matching;
mod suggest;

pub use filter::SearchFilter;
pub use graphql::SearchQuery;
pub use highlights::{Highlight, passages};
pub use matching::matching;
pub use suggest::{SimilarAnsweredQuestion, SuggestQuery, similar_answered_questions};

/// The key of a thing in the index.
pub fn key(kind: Kind, id: Uuid) -> Key {
    Key { kind, id: id.as_u128() }
}

/// A document that everybody may find, to be filled with what is to be found.
pub fn public_document(kind: Kind, id: Uuid) -> Document {
    Document { audience: vec![PUBLIC.to_owned()], ..Document::new(key(kind, id)) }
}

/// Something that can be found.
#[derive(Clone, async_graphql::Union)]
#[graphql(name = "SearchResult")]
pub enum Found {
    /// An answered question.
    AnsweredQuestion(AnsweredQuestionNode),
    /// A research output.
    ResearchOutput(ResearchOutputNode),
    /// A resource.
    Resource(ResourceNode),
    /// An organization.
    Organization(OrganizationNode),
    /// A station.
    Station(StationNode),
    /// A regulation.
    Regulation(RegulationNode),
}

/// Loads what was found, as far as the viewer may see it, kind by kind.
pub async fn load(ctx: &Ctx, keys: &[Key]) -> Result<HashMap<Key, Found>> {
    fn wrap<T>(kind: Kind, found: HashMap<Uuid, T>, node: fn(T) -> Found) -> Vec<(Key, Found)> {
        found.into_iter().map(|(id, thing)| (key(kind, id), node(thing))).collect()
    }
    let mut by_kind: HashMap<Kind, Vec<Uuid>> = HashMap::new();
    for key in keys {
        by_kind.entry(key.kind).or_default().push(Uuid::from_u128(key.id));
    }
    let mut found = HashMap::with_capacity(keys.len());
    for (kind, ids) in by_kind {
        found.extend(match kind {
            Kind::AnsweredQuestion => {
                wrap(kind, answers::nodes_by_id(ctx, ids).await?, Found::AnsweredQuestion)
            }
            Kind::ResearchOutput => {
                wrap(kind, research::nodes_by_id(ctx, ids).await?, Found::ResearchOutput)
            }
            Kind::Resource => {
                wrap(kind, organizations::resource_nodes_by_id(ctx, ids).await?, Found::Resource)
            }
            Kind::Organization => {
                wrap(kind, organizations::nodes_by_id(ctx, ids).await?, Found::Organization)
            }
            Kind::Station => wrap(kind, stations::nodes_by_id(ctx, ids).await?, Found::Station),
            Kind::Regulation => {
                wrap(kind, regulations::nodes_by_id(ctx, ids).await?, Found::Regulation)
            }
        });
    }
    Ok(found)
}
