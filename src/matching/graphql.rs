//! How matching looks from outside: partners for a need or a text, and what is kept of a pair.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, SimpleObject, Union};
use sea_orm::prelude::Uuid;
use zhanjian_index::matching::Part;

use super::{
    MatchComponentName, MatchField, MatchNode, MatchState, MatchTargetKind, algorithm_version,
    filter::MatchFilter,
    finding::{Eyes, Pair},
    kept_graphql::nodes,
    reason::explained,
    sides::Sought,
    store,
};
use crate::{
    access::{self, Action},
    app::Ctx,
    error::{Error, Fault, Result},
    expertise::{LocalizedText, Tree},
    ids::{GlobalId, NodeKind},
    language::Text,
    needs,
    organizations::{self, OrganizationNode, ResourceNode},
    page::{Page, PageInfo, wrong_cursor},
    research::{self, ResearchOutputNode},
    stations::{self, StationNode},
};

/// What can fit a need.
#[derive(Clone, Union)]
pub(super) enum MatchTarget {
    /// A research output.
    ResearchOutput(ResearchOutputNode),
    /// A resource.
    Resource(ResourceNode),
    /// An organization.
    Organization(OrganizationNode),
    /// A station.
    Station(StationNode),
}

/// Targets by what they are.
pub(super) type TargetNodes = HashMap<(MatchTargetKind, Uuid), MatchTarget>;

/// Loads what the viewer may see of these, kind by kind.
pub(super) async fn target_nodes(
    ctx: &Ctx,
    keys: impl IntoIterator<Item = (MatchTargetKind, Uuid)>,
) -> Result<TargetNodes> {
    fn wrap<T>(
        kind: MatchTargetKind,
        found: HashMap<Uuid, T>,
        node: fn(T) -> MatchTarget,
    ) -> impl Iterator<Item = ((MatchTargetKind, Uuid), MatchTarget)> {
        found.into_iter().map(move |(id, thing)| ((kind, id), node(thing)))
    }
    let mut by_kind: HashMap<MatchTargetKind, Vec<Uuid>> = HashMap::new();
    for (kind, id) in keys {
        by_kind.entry(kind).or_default().push(id);
    }
    let mut found = HashMap::new();
    for (kind, ids) in by_kind {
        match kind {
            MatchTargetKind::ResearchOutput => {
                let nodes = research::nodes_by_id(ctx, ids).await?;
                found.extend(wrap(kind, nodes, MatchTarget::ResearchOutput));
            }
            MatchTargetKind::Resource => {
                let nodes = organizations::resource_nodes_by_id(ctx, ids).await?;
                found.extend(wrap(kind, nodes, MatchTarget::Resource));
            }
            MatchTargetKind::Organization => {
                let nodes = organizations::nodes_by_id(ctx, ids).await?;
                found.extend(wrap(kind, nodes, MatchTarget::Organization));
            }
            MatchTargetKind::Station => {
                let nodes = stations::nodes_by_id(ctx, ids).await?;
                found.extend(wrap(kind, nodes, MatchTarget::Station));
            }
        }
    }
    Ok(found)
}

/// One component of a score.
#[derive(Clone, SimpleObject)]
pub(super) struct MatchComponent {
    /// Which.
    name: MatchComponentName,
    /// How much it counts in this pair, 0 to 1; the weights of a pair add up to 1.
    weight: f64,
    /// How well both fit in it, 0 to 1; null where a side does not say what it is judged by.
    value: Option<f64>,
    /// Weight × value: what it adds to the score.
    contribution: f64,
    /// What it says, in a sentence.
    explanation: LocalizedText,
}

impl MatchComponent {
    fn of(part: &Part) -> Self {
        Self {
            name: part.component.into(),
            weight: part.weight,
            value: part.value,
            contribution: part.weight * part.value.unwrap_or_default(),
            explanation: localized(&explained(part)),
        }
    }
}

fn localized(text: &Text) -> LocalizedText {
    LocalizedText::new(&text.zh, Some(&text.en))
}

/// A place in a text of what is looked for.
#[derive(Clone, SimpleObject)]
pub(super) struct MatchPlace {
    /// The title or the text of a need; of a text that was given, the text.
    field: MatchField,
    /// Its first character, counted in Unicode scalar values from 0.
    start: usize,
    /// The first character behind it.
    end: usize,
}

/// A place in a text of what is offered.
#[derive(Clone, SimpleObject)]
pub(super) struct MatchPassage {
    /// Which text.
    field: MatchField,
    /// Of a field with several texts, which of them, counted from 0.
    item: usize,
    /// What stands there.
    text: String,
    /// Its first character, counted in Unicode scalar values from 0.
    start: usize,
    /// The first character behind it.
    end: usize,
}

/// A word of what is looked for that the offer meets.
#[derive(Clone, SimpleObject)]
pub(super) struct MatchTerm {
    /// The word, as it is looked for.
    term: String,
    /// How much it says, as part of all that is said.
    weight: f64,
    /// How well it is met, 0 to 1: less under another name, in part, or outside of the title.
    value: f64,
    /// Where it is looked for.
    in_need: Vec<MatchPlace>,
    /// Where it is met.
    passages: Vec<MatchPassage>,
}

/// Why two fit: all that the score is made of.
#[derive(Clone, SimpleObject)]
pub(super) struct MatchExplanation {
    /// The components; the score is the sum of their contributions.
    components: Vec<MatchComponent>,
    /// The words that are met, the weightiest first. The value of TEXT is the sum of their weights × values, divided by
    /// `enough`, and 1 at most.
    terms: Vec<MatchTerm>,
    /// How much of what is said is as good as all of it.
    enough: f64,
    /// Why, in one sentence.
    reason: LocalizedText,
    /// The name and version of the arithmetic.
    algorithm_version: String,
}

impl MatchExplanation {
    pub(super) fn of(pair: &Pair, tree: &Tree) -> Self {
        let Pair { sought, target, score } = pair;
        let in_need = |range: &std::ops::Range<usize>| {
            if range.start < sought.title {
                // The line break behind the title is nothing that is shown.
                let end = range.end.min(sought.title - 1);
                return MatchPlace { field: MatchField::Title, start: range.start, end };
            }
            let (start, end) = (range.start - sought.title, range.end - sought.title);
            MatchPlace { field: MatchField::Text, start, end }
        };
        let passage = |at: &zhanjian_index::matching::MetAt| {
            let text = &target.texts[at.text];
            MatchPassage {
                field: text.field,
                item: text.item,
                text: text.text.chars().skip(at.range.start).take(at.range.len()).collect(),
                start: at.range.start,
                end: at.range.end,
            }
        };
        let term = |met: &zhanjian_index::matching::Met| MatchTerm {
            term: met.text.clone(),
            weight: met.weight,
            value: met.value,
            in_need: met.in_need.iter().map(in_need).collect(),
            passages: met.passages.iter().map(passage).collect(),
        };
        Self {
            components: score.parts.iter().map(MatchComponent::of).collect(),
            terms: score.words.iter().map(term).collect(),
            enough: zhanjian_index::matching::ENOUGH,
            reason: localized(&pair.reason(tree)),
            algorithm_version: algorithm_version(),
        }
    }
}

/// A partner in a list.
#[derive(Clone, SimpleObject)]
pub(super) struct MatchEdge {
    /// Where it stands in the list; good for `after` and `before`.
    cursor: String,
    /// How well it fits, 0 to 1.
    score: f64,
    /// Why.
    #[graphql(flatten)]
    explanation: MatchExplanation,
    /// What is kept of this pair, where something is.
    #[graphql(name = "match")]
    kept: Option<MatchNode>,
    /// What became of the pair; null where nobody has proposed it yet.
    state: Option<MatchState>,
    /// What may fit.
    node: MatchTarget,
}

/// The partners of one kind.
#[derive(Clone, SimpleObject)]
pub(super) struct MatchGroup {
    /// Which kind.
    kind: MatchTargetKind,
    /// How many there are.
    total_count: usize,
    /// The best of them, at most as many as a page has.
    edges: Vec<MatchEdge>,
}

/// Partners, the best first.
#[derive(SimpleObject)]
pub(super) struct MatchConnection {
    /// How many fit well enough to be shown.
    total_count: usize,
    /// This page of them.
    edges: Vec<MatchEdge>,
    /// Where this page stands in the list.
    page_info: PageInfo,
    /// The best of each kind, where `byKind` was asked for.
    by_kind: Option<Vec<MatchGroup>>,
    /// The name and version of the arithmetic.
    algorithm_version: String,
}

/// The most characters of what partners are looked for with; the rest is not read.
const MAX_TEXT: usize = 4_000;

/// The entry point to partners.
#[derive(Default)]
pub struct MatchQuery;

#[Object]
impl MatchQuery {
    /// Partners for a need, or for a text: research outputs, resources, organizations and stations, the best first, each
    /// with all that its score is made of.
    ///
    /// Only what the viewer may see is looked at, and a pair is judged by what both sides say and by nothing else. What
    /// was dismissed for a need is left out until a side says something else.
    #[expect(clippy::too_many_arguments, reason = "these are the contract's")]
    async fn match_partners(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A need. Give this or a text.")] need: Option<ID>,
        #[graphql(desc = "What is looked for, in free words. Give this or a need.")] text: Option<
            String,
        >,
        #[graphql(desc = "What is looked for beside a text, and among what.")] filter: Option<
            MatchFilter,
        >,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Also the best of each kind by itself.", default)] by_kind: bool,
    ) -> Result<MatchConnection, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        access::check_at_all(&ctx.viewer, Action::RaiseNeed)?;
        let filter = filter.unwrap_or_default();
        let kinds = filter.kinds();
        let tree = ctx.tree().await?;
        let sought = match (need, text) {
            (Some(id), None) => of_need(ctx, &id, &filter, &tree).await?,
            (None, Some(text)) => filter.sought(shortened(text)?, &ctx.viewer, &tree)?,
            _ => return Err(one_of_two().into()),
        };
        let sought = Arc::new(sought);
        let eyes = eyes(ctx, &tree);
        let mut pairs = eyes.partners(Arc::clone(&sought), &kinds).await?;
        let need = sought.need.as_ref().map(|need| need.id);
        let kept = store::kept(ctx.db(), need.into_iter().collect()).await?;
        let kept_of = |pair: &Pair| {
            let (kind, id) = pair.target.key();
            need.and_then(|need| kept.get(&(need, kind, id)))
        };
        pairs.retain(|pair| kept_of(pair).is_none_or(|row| !store::is_dismissed(row, pair)));
        let (start, end) = bounds(&page, &pairs)?;
        let mut shown: Vec<&Pair> = pairs[start..end].iter().collect();
        let groups: Vec<(MatchTargetKind, Vec<&Pair>)> = kinds
            .iter()
            .filter(|_| by_kind)
            .map(|kind| (*kind, pairs.iter().filter(|pair| pair.target.kind == *kind).collect()))
            .collect();
        for (_, of_kind) in &groups {
            shown.extend(of_kind.iter().take(page.limit()));
        }
        let targets = target_nodes(ctx, shown.iter().map(|pair| pair.target.key())).await?;
        let told = |pair: &Pair| {
            let need = sought.need.as_ref()?;
            kept_of(pair).filter(|row| row.is_told(need, &ctx.viewer))
        };
        let rows = shown.iter().filter_map(|pair| told(pair).cloned()).collect();
        let matches = nodes(rows);
        let edge = |pair: &Pair| {
            let row = told(pair);
            Some(MatchEdge {
                cursor: cursor(pair),
                score: pair.score.score,
                explanation: MatchExplanation::of(pair, &tree),
                state: row.map(|row| row.state),
                kept: row.and_then(|row| matches.get(&row.id).cloned()),
                node: targets.get(&pair.target.key())?.clone(),
            })
        };
        let edges: Vec<MatchEdge> = pairs[start..end].iter().filter_map(edge).collect();
        let group = |(kind, of_kind): (MatchTargetKind, Vec<&Pair>)| MatchGroup {
            kind,
            total_count: of_kind.len(),
            edges: of_kind.into_iter().take(page.limit()).filter_map(edge).collect(),
        };
        let page_info = PageInfo {
            has_next_page: end < pairs.len(),
            has_previous_page: start > 0,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(MatchConnection {
            total_count: pairs.len(),
            page_info,
            by_kind: by_kind.then(|| groups.into_iter().map(group).collect()),
            algorithm_version: algorithm_version(),
            edges,
        })
    }
}

/// For whom this request looks.
pub(super) fn eyes<'a>(ctx: &'a Ctx, tree: &Arc<Tree>) -> Eyes<'a> {
    Eyes { app: &ctx.app, scope: ctx.scope(), index: ctx.index_scope(), tree: Arc::clone(tree) }
}

async fn of_need(ctx: &Ctx, id: &ID, filter: &MatchFilter, tree: &Tree) -> Result<Sought> {
    let id = GlobalId::decode_as("need", id, NodeKind::Need)?;
    let need = needs::find(ctx.db(), &ctx.scope(), id).await?;
    needs::check_matches(&ctx.viewer, &need)?;
    filter.check_beside_need()?;
    let areas = needs::area_ids(ctx.db(), vec![id]).await?.remove(&id);
    Ok(Sought::of_need(need, areas.unwrap_or_default(), tree))
}

fn shortened(mut text: String) -> Result<String> {
    if text.trim().is_empty() {
        return Err(Error::invalid("text", Text::new("say what is looked for", "请写明要找什么")));
    }
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
    }
    Ok(text)
}

fn one_of_two() -> Error {
    Error::invalid(
        "need",
        Text::new("give either a need or a text", "need 与 text 必须且只能给出一个"),
    )
}

/// A cursor says how well a pair fits and which it is, so that a list goes on there whatever has changed.
fn cursor(pair: &Pair) -> String {
    let (kind, id) = pair.target.key();
    format!("{:016x}{:x}{}", pair.score.score.to_bits(), kind as u8, id.simple())
}

/// Which of the pairs are on a page.
fn bounds(page: &Page, pairs: &[Pair]) -> Result<(usize, usize)> {
    let (field, edge) = page.cursor();
    let Some(edge) = edge else {
        return Ok(match page {
            Page::First { limit, .. } => (0, (*limit).min(pairs.len())),
            Page::Last { limit, .. } => (pairs.len().saturating_sub(*limit), pairs.len()),
        });
    };
    if edge.len() != 49 || !edge.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong_cursor(field));
    }
    // Larger scores come first; of equal ones the smaller kind and id.
    let (score, place) = edge.split_at(16);
    let in_front = |pair: &Pair, too: bool| {
        let here = cursor(pair);
        let (ours, ours_place) = here.split_at(16);
        ours > score || (ours == score && (ours_place < place || (too && ours_place == place)))
    };
    Ok(match page {
        Page::First { limit, .. } => {
            let start = pairs.partition_point(|pair| in_front(pair, true));
            (start, (start + limit).min(pairs.len()))
        }
        Page::Last { limit, .. } => {
            let end = pairs.partition_point(|pair| in_front(pair, false));
            (end.saturating_sub(*limit), end)
        }
    })
}
