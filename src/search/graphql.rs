//! How searching looks from outside.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::{Context, Enum, Object, SelectionField, SimpleObject, Value};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use zhanjian_index as index;

use super::{
    Found,
    filter::SearchFilter,
    highlights::{Highlight, Highlights},
    key, load,
};
use crate::{
    access::IndexScope,
    app::Ctx,
    clock::day_number,
    error::{Fault, Result},
    expertise::LocalizedText,
    ids::{GlobalId, NodeKind},
    organizations,
    page::{Page, PageInfo, wrong_cursor},
    scalars::{Date, RevisionScalar},
    stations,
};

/// How hits are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SearchSort {
    /// The best first; where nothing was typed, the newest first.
    #[default]
    Relevance,
    /// The newest first, what has no day last.
    Newest,
    /// The oldest first, what has no day last.
    Oldest,
    /// The most reused first.
    MostReused,
}

impl From<SearchSort> for index::Sort {
    fn from(sort: SearchSort) -> Self {
        match sort {
            SearchSort::Relevance => Self::Relevance,
            SearchSort::Newest => Self::Newest,
            SearchSort::Oldest => Self::Oldest,
            SearchSort::MostReused => Self::MostReused,
        }
    }
}

/// By what hits can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "index::FacetField")]
pub enum FacetField {
    /// By kind.
    Kind,
    /// By station.
    Station,
    /// By organization.
    Organization,
    /// By area; a hit counts for its area and for everything above.
    Area,
    /// By year.
    Year,
    /// By currency on the day of `asOf`.
    Currency,
    /// By kind of product.
    ProductKind,
    /// By class of device.
    DeviceClass,
}

/// All there are, in the order in which they come when none are named.
const ALL_FACETS: [FacetField; 8] = [
    FacetField::Kind,
    FacetField::Station,
    FacetField::Organization,
    FacetField::Area,
    FacetField::Year,
    FacetField::Currency,
    FacetField::ProductKind,
    FacetField::DeviceClass,
];

/// The hits of a search, counted by one field.
#[derive(SimpleObject)]
pub(super) struct Facet {
    /// By what they are counted.
    field: FacetField,
    /// The values that occur, the most frequent first.
    buckets: Vec<FacetBucket>,
}

/// How many hits have one value.
#[derive(SimpleObject)]
pub(super) struct FacetBucket {
    /// The value, as a filter takes it.
    value: String,
    /// How people call it, where the value is a code.
    label: Option<LocalizedText>,
    /// How many hits have it.
    count: u64,
}

/// A page of what was found.
pub(super) struct SearchConnection {
    edges: Vec<SearchEdge>,
    page_info: PageInfo,
    found: index::Found,
}

/// A page of what was found. Total, facets and pages speak of one and the same set of hits.
#[Object]
impl SearchConnection {
    /// How many hits there are.
    async fn total_count(&self) -> u64 {
        self.found.total
    }

    /// The hits, counted by several fields.
    async fn facets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which fields; all where nothing is said.")] fields: Option<
            Vec<FacetField>,
        >,
    ) -> Result<Vec<Facet>, Fault> {
        let wanted = fields.unwrap_or_else(|| ALL_FACETS.to_vec());
        let labels = Labels::load(ctx.data_unchecked::<Ctx>(), &self.found.facets).await?;
        let facet = |facet: &index::Facet| {
            let field = FacetField::from(facet.field);
            let bucket = |(value, count): &(String, u64)| FacetBucket {
                value: value.clone(),
                label: labels.of(field, value),
                count: *count,
            };
            Facet { field, buckets: facet.buckets.iter().map(bucket).collect() }
        };
        let facets = self.found.facets.iter().map(facet);
        Ok(facets.filter(|facet| wanted.contains(&facet.field)).collect())
    }

    /// The hits of this page, each with its score and the reasons why it was found.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// The hits of this page.
    async fn nodes(&self) -> Vec<&Found> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where this page stands in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// Another spelling that finds something, where this one finds little.
    async fn did_you_mean(&self) -> Option<&str> {
        self.found.did_you_mean.as_deref()
    }

    /// The revision up to which the index had come.
    async fn revision(&self) -> RevisionScalar {
        RevisionScalar(i64::try_from(self.found.watermark).unwrap_or(i64::MAX))
    }
}

/// A hit.
#[derive(Clone)]
pub(super) struct SearchEdge {
    cursor: String,
    score: f32,
    node: Found,
    key: index::Key,
    highlights: Arc<Highlights>,
}

/// A hit: what was found, how well it fits, and why.
#[Object]
impl SearchEdge {
    /// Where it stands in the list; good for `after` and `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// How well it fits, as a part of the best hit's (1.0).
    async fn score(&self) -> f32 {
        self.score
    }

    /// The pieces of its text that show why it was found.
    async fn highlights(&self) -> Result<&[Highlight], Fault> {
        Ok(self.highlights.of(self.key).await?)
    }

    /// What was found.
    async fn node(&self) -> &Found {
        &self.node
    }
}

/// How long a search waits for the index to reach the revision that it must have.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most characters of what is searched for; the rest is not read.
const MAX_TEXT: usize = 20_000;

/// The entry points to searching.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Finds answered questions, research outputs, resources, organizations, stations and regulations.
    ///
    /// What is typed may be words in any order, an "exact phrase", a document number, an id, -words to leave out, or a
    /// pasted paragraph; it is never a syntax error.
    #[expect(clippy::too_many_arguments, reason = "these are the contract's")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is looked for; where empty, everything.")] query: String,
        #[graphql(desc = "What is searched among; all where nothing is said.")] filter: Option<
            SearchFilter,
        >,
        #[graphql(desc = "In which order.", default)] sort: SearchSort,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "The day for which currency is judged; today where nothing is said.")]
        as_of: Option<Date>,
        #[graphql(desc = "Wait until the index has taken in this revision.")] at_least: Option<
            RevisionScalar,
        >,
    ) -> Result<SearchConnection, Fault> {
        let facets = wanted_facets(&ctx.field());
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let filter = filter.unwrap_or_default().into_index(ctx).await?;
        if let Some(revision) = at_least {
            ctx.app.progress.reach(revision.0, PATIENCE).await?;
        }
        let IndexScope { tokens, today } = ctx.index_scope();
        let request = index::SearchRequest {
            tokens,
            today,
            as_of: as_of.map_or(today, |Date(day)| day_number(day)),
            named: named_in(&query),
            text: shortened(query),
            filter,
            sort: sort.into(),
            page: index_page(&page)?,
            facets,
            total: true,
        };
        let started = std::time::Instant::now();
        let found = ctx.ask_index(move |index| index.search(&request)).await?;
        crate::telemetry::figures::search_run(started.elapsed());
        let edges = edges(ctx, &found).await?;
        let page_info = PageInfo {
            has_next_page: found.has_next,
            has_previous_page: found.has_previous,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(SearchConnection { edges, page_info, found })
    }
}

/// What a text names by ids of ours.
pub(super) fn named_in(text: &str) -> Vec<index::Key> {
    let named = GlobalId::all_in(text).filter_map(|GlobalId { kind, id }| {
        let kind = match kind {
            NodeKind::AnsweredQuestion => index::Kind::AnsweredQuestion,
            NodeKind::ResearchOutput => index::Kind::ResearchOutput,
            NodeKind::Resource => index::Kind::Resource,
            NodeKind::Organization => index::Kind::Organization,
            NodeKind::Station => index::Kind::Station,
            NodeKind::Regulation => index::Kind::Regulation,
            _ => return None,
        };
        Some(key(kind, id))
    });
    named.collect()
}

pub(super) fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
    }
    text
}

fn index_page(page: &Page) -> Result<index::Page> {
    let (field, cursor) = page.cursor();
    let cursor = cursor.map(|text| read_cursor(field, text)).transpose()?;
    Ok(match page {
        Page::First { limit, .. } => index::Page::First { limit: *limit, after: cursor },
        Page::Last { limit, .. } => index::Page::Last { limit: *limit, before: cursor },
    })
}

fn read_cursor(field: &str, text: &str) -> Result<index::Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| wrong_cursor(field))
}

async fn edges(ctx: &Ctx, found: &index::Found) -> Result<Vec<SearchEdge>> {
    let keys: Vec<index::Key> = found.hits.iter().map(|hit| hit.key).collect();
    let mut nodes = load(ctx, &keys).await?;
    let highlights = Arc::new(Highlights::new(nodes.clone(), found.highlighter.clone()));
    let edge = |hit: &index::Hit| {
        Some(SearchEdge {
            cursor: URL_SAFE_NO_PAD.encode(hit.cursor.to_string()),
            score: hit.score,
            node: nodes.remove(&hit.key)?,
            key: hit.key,
            highlights: Arc::clone(&highlights),
        })
    };
    Ok(found.hits.iter().filter_map(edge).collect())
}

/// The facets that the query selects: what is not asked for is not counted.
fn wanted_facets(search: &SelectionField<'_>) -> Vec<index::FacetField> {
    let mut wanted: Vec<FacetField> = Vec::new();
    for field in search.selection_set().filter(|field| field.name() == "facets") {
        let arguments = field.arguments().unwrap_or_default();
        let fields =
            arguments.into_iter().find(|(name, _)| name == "fields").map(|(_, value)| value);
        match fields {
            Some(Value::List(names)) => wanted.extend(names.iter().filter_map(facet_named)),
            Some(name @ Value::Enum(_)) => wanted.extend(facet_named(&name)),
            _ => wanted.extend(ALL_FACETS),
        }
    }
    ALL_FACETS.into_iter().filter(|facet| wanted.contains(facet)).map(Into::into).collect()
}

fn facet_named(name: &Value) -> Option<FacetField> {
    async_graphql::InputType::parse(Some(name.clone())).ok()
}

/// How people call the codes in facets.
#[derive(Default)]
struct Labels {
    tree: Arc<crate::expertise::Tree>,
    stations: HashMap<String, String>,
    organizations: HashMap<String, (String, Option<String>)>,
}

impl Labels {
    async fn load(ctx: &Ctx, facets: &[index::Facet]) -> Result<Self> {
        let mut labels = Self { tree: ctx.tree().await?, ..Self::default() };
        for facet in facets {
            let values = || facet.buckets.iter().map(|(value, _)| value.clone()).collect();
            match facet.field {
                index::FacetField::Station => {
                    labels.stations = stations::names(ctx.db(), values()).await?;
                }
                index::FacetField::Organization => {
                    let found = organizations::by_codes(ctx.db(), values()).await?;
                    let named =
                        found.into_iter().map(|(code, row)| (code, (row.name, row.name_en)));
                    labels.organizations = named.collect();
                }
                _ => {}
            }
        }
        Ok(labels)
    }

    fn of(&self, field: FacetField, value: &str) -> Option<LocalizedText> {
        match field {
            FacetField::Area => {
                let area = self.tree.by_code(value)?;
                Some(LocalizedText::new(&area.label, area.label_en.as_deref()))
            }
            FacetField::Station => {
                self.stations.get(value).map(|name| LocalizedText::new(name, None))
            }
            FacetField::Organization => {
                let (zh, en) = self.organizations.get(value)?;
                Some(LocalizedText::new(zh, en.as_deref()))
            }
            _ => None,
        }
    }
}

impl Found {
    /// What people call it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::AnsweredQuestion(node) => &node.row().question,
            Self::ResearchOutput(node) => &node.row().title,
            Self::Resource(node) => &node.row().name,
            Self::Organization(node) => node.name_text(),
            Self::Station(node) => node.name_text(),
            Self::Regulation(node) => node.title_text(),
        }
    }
}
