//! How saved searches look from outside.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    saved::{self, NewSearch, SavedSearch},
    saved_entity::{Column, Entity},
};
use crate::{
    access::Guarded as _,
    app::Ctx,
    audit::Entry,
    change::{Once, UserError, answered, payload},
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::RevisionScalar,
    search::SearchFilter,
};

/// A search that its owner keeps.
#[derive(Clone)]
pub struct SavedSearchNode(pub SavedSearch);

/// A search that somebody keeps, to run it again or to hear of what it newly finds. Only its owner sees it.
#[Object(name = "SavedSearch")]
impl SavedSearchNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::SavedSearch, self.0.id)
    }

    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What is looked for, as `search(query:)` takes it.
    async fn query(&self) -> &str {
        &self.0.query
    }

    /// What is searched among, as JSON in the words of `SearchFilter`: good as the variable for `search(filter:)`.
    async fn filter(&self) -> String {
        self.0.filter.to_string()
    }

    /// How often it has been changed, counted from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

connection!(
    SavedSearchConnection,
    SavedSearchEdge,
    SavedSearchNode,
    "A page of saved searches.",
    "A saved search in a list, with its cursor."
);

/// The entry point to saved searches.
#[derive(Default)]
pub struct SavedSearchQuery;

#[Object]
impl SavedSearchQuery {
    /// The searches that the viewer keeps, by name. Nobody who has not signed in keeps any.
    async fn saved_searches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
    ) -> Result<SavedSearchConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let select = Entity::visible_to(&ctx.scope());
        let count = counter(ctx.db(), &select);
        let keyset = Keyset {
            name: "savedSearches/NAME",
            column: Column::Name,
            id: Column::Id,
            descending: false,
            place: |row: &SavedSearch| (Place::Text(row.name.clone()), row.id),
        };
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        let nodes = |rows: Vec<SavedSearch>| rows.into_iter().map(SavedSearchNode).collect();
        Ok(SavedSearchConnection::new(slice, count, nodes))
    }
}

/// Which search to keep.
#[derive(InputObject)]
struct SaveSearchInput {
    /// What to call it; no two of one owner have the same name.
    name: String,
    /// What is looked for, as `search(query:)` takes it; where empty, everything.
    #[graphql(default)]
    query: String,
    /// What is searched among; all where nothing is said.
    filter: Option<SearchFilter>,
    /// The client's own id for this change; asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

payload!(SaveSearchPayload { saved_search: SavedSearchNode = "The search as it is kept." });

/// Which search to forget.
#[derive(InputObject)]
struct DeleteSavedSearchInput {
    /// The search.
    saved_search_id: ID,
    /// The version that was read.
    version: i32,
    /// The client's own id for this change; asked for again under it, it is done once.
    client_mutation_id: Option<String>,
}

/// What came of forgetting a search.
#[derive(SimpleObject)]
struct DeleteSavedSearchPayload {
    /// The id of the search that is no more; absent where it was not forgotten.
    deleted_saved_search_id: Option<ID>,
    /// Why nothing was changed; empty where it was.
    user_errors: Vec<UserError>,
    /// Saved searches are not in the log of changes: always absent.
    revision: Option<RevisionScalar>,
    /// The id that the client gave to this change.
    client_mutation_id: Option<String>,
}

/// Keeping searches.
#[derive(Default)]
pub struct SavedSearchMutation;

#[Object]
impl SavedSearchMutation {
    /// Keeps a search under a name.
    async fn save_search(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which search to keep.")] input: SaveSearchInput,
    ) -> Result<SaveSearchPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let SaveSearchInput { name, query, filter, client_mutation_id } = input;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let new = NewSearch { name, query, filter: filter.unwrap_or_default() };
        let outcome = saved::save(ctx, new).await;
        let load =
            async |id| Ok(saved::by_ids(ctx, vec![id]).await?.remove(&id).map(SavedSearchNode));
        let answered = answered(ctx, Entry::new("saveSearch"), None, outcome, load).await?;
        Ok(SaveSearchPayload::new(answered, client_mutation_id))
    }

    /// Forgets a search. Who follows it hears nothing more once they come again.
    async fn delete_saved_search(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which search to forget.")] input: DeleteSavedSearchInput,
    ) -> Result<DeleteSavedSearchPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let DeleteSavedSearchInput { saved_search_id, version, client_mutation_id } = input;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = GlobalId::decode_as("savedSearchId", &saved_search_id, NodeKind::SavedSearch)?;
        let refused = Entry::new("deleteSavedSearch").of(NodeKind::SavedSearch, id);
        let outcome = saved::delete(ctx, id, version).await;
        let load = async |id| Ok::<_, Error>(Some(GlobalId::encode(NodeKind::SavedSearch, id)));
        let answered = answered(ctx, refused, None, outcome, load).await?;
        Ok(DeleteSavedSearchPayload {
            deleted_saved_search_id: answered.node,
            user_errors: answered.user_errors,
            revision: answered.revision,
            client_mutation_id,
        })
    }
}
