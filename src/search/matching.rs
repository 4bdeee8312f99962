//! Whether some answered questions are among what a search finds, asked without going through all of it.

use std::collections::HashSet;

use sea_orm::prelude::Uuid;
use zhanjian_index::{Filter, Key, Kind, Page, SearchRequest, Sort};

use super::{
    filter::SearchFilter,
    graphql::{named_in, shortened},
    key,
};
use crate::{access::IndexScope, app::Ctx, error::Result};

/// Those of some answered questions that a search finds today, for this viewer.
///
/// How much of a query a hit must meet is judged over everything that the viewer may see, as in a search: what is given
/// here is what the search would give, no more and no less.
pub async fn matching(
    ctx: &Ctx,
    query: &str,
    filter: SearchFilter,
    among: &[Uuid],
) -> Result<HashSet<Uuid>> {
    if among.is_empty() {
        return Ok(HashSet::new());
    }
    let only: Vec<Key> = among.iter().map(|id| key(Kind::AnsweredQuestion, *id)).collect();
    let IndexScope { tokens, today } = ctx.index_scope();
    let request = SearchRequest {
        tokens,
        today,
        as_of: today,
        named: named_in(query),
        text: shortened(query.to_owned()),
        page: Page::First { limit: only.len(), after: None },
        filter: Filter { only, ..filter.into_index(ctx).await? },
        // Which of them, and not how well: then nothing is scored.
        sort: Sort::Newest,
        facets: Vec::new(),
        total: false,
    };
    let found = ctx.ask_index(move |index| index.search(&request)).await?;
    Ok(found.hits.iter().map(|hit| Uuid::from_u128(hit.key.id)).collect())
}
