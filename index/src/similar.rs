//! Documents like a text: the same search, asked leniently and without orders in the text.

use crate::{
    analysis::fold,
    collect::{Wanted, most_by_relevance},
    cursor::Cursor,
    error::Result,
    facets::Facets,
    filter::{Filter, Viewer},
    highlight::Highlighter,
    query::Query,
    ranking,
    request::{Hit, SimilarRequest, Sort},
    scan::Prepared,
    search::Look,
    view::View,
};

/// The documents most like a text.
pub(crate) fn similar(view: &View, request: &SimilarRequest) -> Result<Vec<Hit>> {
    let query = query_of(view, &request.text);
    if query.everything || query.terms.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query { long: true, ..query };
    let viewer = Viewer { tokens: &request.tokens, today: request.today, as_of: request.as_of };
    let filter = Filter {
        kinds: request.kinds.clone(),
        include_superseded: request.include_superseded,
        ..Filter::default()
    };
    let prepared = Prepared::new(view, &query)?;
    let look = Look {
        view,
        query: &query,
        prepared: &prepared,
        identified: &[],
        viewer,
        filter: &filter,
        exclude: request.exclude,
    };
    let wanted = Wanted {
        sort: Sort::Relevance,
        most: most_by_relevance(false),
        from_behind: false,
        beyond: None,
        until: None,
        counted: false,
    };
    let (pass, collected) = look.relaxing(&ranking::LONG_STEPS, wanted, &|| Facets::new(&[]))?;
    let mut kept = collected.kept;
    look.score_again(&pass, &mut kept)?;
    kept.truncate(request.limit);
    let best = kept.first().map_or(0.0, |hit| hit.score);
    let hit = |kept: &crate::collect::Kept| Hit {
        key: kept.key,
        score: if best > 0.0 { kept.score / best } else { 1.0 },
        cursor: Cursor { snapshot: view.id, rank: kept.rank, key: kept.key },
    };
    Ok(kept.iter().map(hit).collect())
}

/// Marks in a text what of another text is in it.
pub(crate) fn highlighter(view: &View, text: &str) -> Highlighter {
    Highlighter::new(&view.analyzer, &query_of(view, text))
}

/// Quotes and minus signs in a pasted text are no orders.
fn query_of(view: &View, text: &str) -> Query {
    let plain: String =
        text.chars().map(|ch| if is_order(ch) { fold::PART_BREAK } else { ch }).collect();
    Query::parse(&view.analyzer, &plain)
}

fn is_order(ch: char) -> bool {
    matches!(ch, '"' | '＂' | '“' | '”' | '「' | '」' | '『' | '』')
        || ch.is_control() && !ch.is_whitespace()
}
