//! How the stations that should be asked look from outside.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use sea_orm::prelude::Uuid;
use zhanjian_index as index;

use super::{
    area_graphql::StationMatchPart,
    suggested::{Suggested, Wanted, node_of, suggested},
    terms::TouchedBy,
    weights,
    whom::{Near, Ranked, Touched, Witness},
};
use crate::{
    answers::{self, AnsweredQuestionNode},
    app::Ctx,
    error::{Error, Fault, Result},
    expertise::{ExpertiseAreaNode, LocalizedText, unknown_area},
    ids::{GlobalId, NodeKind},
    language::Text,
    search::{Highlight, SimilarAnsweredQuestion, key, passages},
    stations::{self, StationNode},
};

/// The most stations that are given at once.
const MAX_STATIONS: i32 = 50;

/// The stations that should be asked, and what the text was taken to be about.
pub(super) struct StationMatches {
    found: Arc<Suggested>,
    matches: Vec<StationMatch>,
}

/// The stations that should be asked about a text, and what the text was taken to be about. Everything is computed from
/// what the viewer may see.
#[Object]
impl StationMatches {
    /// The name of the formula; it changes when the formula does.
    async fn algorithm_version(&self) -> &str {
        weights::MATCH_VERSION
    }

    /// The areas that the text touches, the weightiest first.
    async fn touched_areas(&self) -> Vec<TouchedArea> {
        let found = &self.found;
        let touched = |touched: &Touched| {
            let area = found.tree.by_id(touched.area)?;
            let area = ExpertiseAreaNode::new(area, &found.tree);
            Some(TouchedArea { area, weight: touched.weight, by: touched.by })
        };
        found.touched.iter().filter_map(touched).collect()
    }

    /// The stations, the best first.
    async fn matches(&self) -> &[StationMatch] {
        &self.matches
    }
}

/// An area that a text touches.
#[derive(SimpleObject)]
pub(super) struct TouchedArea {
    /// The area.
    area: ExpertiseAreaNode,
    /// How much of the text is about it, from 0 to 1.
    weight: f64,
    /// How that is known.
    by: TouchedBy,
}

/// A station that should be asked, and why.
#[derive(Clone)]
pub struct StationMatch {
    found: Arc<Suggested>,
    ranked: Ranked,
    station: StationNode,
}

/// A station that should be asked, and why.
#[Object]
impl StationMatch {
    /// The station.
    async fn station(&self) -> &StationNode {
        &self.station
    }

    /// How much speaks for it, from 0 to 1: the sum of what the components add. How much it has to do at present is no
    /// part of it.
    async fn score(&self) -> f64 {
        self.ranked.score
    }

    /// The components of the score, each of which can be computed from the evidence and the areas.
    async fn components(&self) -> Vec<StationMatchPart> {
        self.ranked.parts.iter().copied().map(Into::into).collect()
    }

    /// How many of the similar answered questions are its.
    async fn similar_count(&self) -> usize {
        self.ranked.similar
    }

    /// Its answered questions that are most like the text, the best first.
    async fn evidence(&self) -> Vec<StationMatchEvidence> {
        let evidence = |witness: &Witness| {
            let found = Arc::clone(&self.found);
            StationMatchEvidence { found, witness: *witness }
        };
        self.ranked.witnesses.iter().map(evidence).collect()
    }

    /// The touched areas that it declares, or near which it declares one.
    async fn areas(&self) -> Vec<StationMatchArea> {
        let tree = &self.found.tree;
        let area = |near: &Near| {
            Some(StationMatchArea {
                touched: ExpertiseAreaNode::new(tree.by_id(near.touched)?, tree),
                declared: ExpertiseAreaNode::new(tree.by_id(near.declared)?, tree),
                nearness: near.nearness,
            })
        };
        self.ranked.areas.iter().filter_map(area).collect()
    }

    /// The same in one sentence, of which each part can be checked.
    async fn reason(&self) -> LocalizedText {
        let reason = self.sentence();
        LocalizedText::new(&reason.zh, Some(&reason.en))
    }
}

impl StationMatch {
    fn sentence(&self) -> Text {
        let name = self.station.name_text();
        let likes = || self.ranked.witnesses.iter().filter_map(|it| self.found.likes.get(it.like));
        let nearest = self.ranked.witnesses.first().and_then(|it| node_of(&self.found, it.like));
        let sound = likes().filter(|like| weights::standing(like.currency) >= 1.0).count();
        let uses: u64 = likes().map(|like| like.uses).sum();
        let (mut en, mut zh) = match nearest {
            None => (
                format!("{name} has no published answer like the text"),
                format!("{name}没有与之相近的已发布答案"),
            ),
            Some(nearest) => {
                let number = &nearest.row().number;
                let (similar, shown) = (self.ranked.similar, self.ranked.witnesses.len());
                (
                    format!(
                        "{name} has {similar} answered questions like the text, the nearest is {number}; of the best \
                         {shown}, {sound} rest on what is in force, and other stations reused them {uses} times"
                    ),
                    format!(
                        "{name}有{similar}条相近的已答问题，最相近的是{number}；其中最相近的{shown}条里，{sound}条依据现行有效，\
                         被其他工作站复用{uses}次"
                    ),
                )
            }
        };
        let labels = |own: fn(&crate::expertise::ExpertiseArea) -> String| {
            let areas =
                self.ranked.areas.iter().filter_map(|near| self.found.tree.by_id(near.declared));
            let mut labels: Vec<String> = areas.map(|area| own(area)).collect();
            labels.dedup();
            labels
        };
        let chinese = labels(|area| area.label.clone());
        if !chinese.is_empty() {
            let english =
                labels(|area| area.label_en.clone().unwrap_or_else(|| area.label.clone()));
            zh = format!("{zh}；申报的专业领域有{}", chinese.join("、"));
            en = format!("{en}; it declares {}", english.join(", "));
        }
        Text::new(format!("{en}."), format!("{zh}。"))
    }
}

/// A touched area, and what a station declares there.
#[derive(SimpleObject)]
pub(super) struct StationMatchArea {
    /// The touched area.
    touched: ExpertiseAreaNode,
    /// The nearest area that the station declares.
    declared: ExpertiseAreaNode,
    /// How near it is: 1 the same, 0.8 below it, 0.6 above it, 0.3 beside it.
    nearness: f64,
}

/// An answered question that speaks for a station.
pub(super) struct StationMatchEvidence {
    found: Arc<Suggested>,
    witness: Witness,
}

/// An answered question that speaks for a station.
#[Object]
impl StationMatchEvidence {
    /// How much of what the text says it says too, from 0 to 1; judged by the language alone.
    async fn score(&self) -> f64 {
        self.found.likes.get(self.witness.like).map_or(0.0, |like| like.score)
    }

    /// What it counts among the station's.
    async fn weight(&self) -> f64 {
        self.witness.weight
    }

    /// Whether it is the same question, so that its answer answers the text too. Said only where that is all but certain.
    async fn is_same_question(&self) -> bool {
        self.found.similar.get(self.witness.like).is_some_and(SimilarAnsweredQuestion::is_the_same)
    }

    /// The answered question.
    async fn answered_question(&self) -> Option<&AnsweredQuestionNode> {
        node_of(&self.found, self.witness.like)
    }

    /// The pieces of it that show why it was found.
    async fn passages(&self) -> Result<Vec<Highlight>, Fault> {
        let Some(node) = node_of(&self.found, self.witness.like) else { return Ok(Vec::new()) };
        let (node, marks) = (node.clone(), Arc::clone(&self.found.marks));
        let cut = tokio::task::spawn_blocking(move || passages(&node, &marks)).await;
        Ok(cut.map_err(Error::from)?)
    }
}

/// The entry point to whom to ask.
#[derive(Default)]
pub struct StationMatchQuery;

#[Object]
impl StationMatchQuery {
    /// Which station should be asked: ranked by the answered questions that are like a text and that the viewer may see,
    /// by the areas that the stations declare, and by how far those answers stand and were reused.
    async fn match_stations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be asked. Give this or an id, or areas alone.")] text: Option<
            String,
        >,
        #[graphql(desc = "The id of an answered question that is like it. Give this or a text.")]
        id: Option<ID>,
        #[graphql(desc = "The codes of areas that it is about, besides those found in the text.")]
        areas: Option<Vec<String>>,
        #[graphql(desc = "The codes of stations that are left out, such as one's own.")]
        except_stations: Option<Vec<String>>,
        #[graphql(desc = "How many stations at most.", default = 5)] first: i32,
    ) -> Result<StationMatches, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let limit = list_size(first)?;
        let (text, exclude) = like_what(ctx, text, id, areas.is_some()).await?;
        let tree = ctx.tree().await?;
        let mut given = Vec::new();
        for code in areas.iter().flatten() {
            given.push(tree.by_code(code).ok_or_else(|| unknown_area("areas", code))?.id);
        }
        let except = except_stations.unwrap_or_default();
        let wanted = Wanted { text, exclude, areas: given, except, own: None };
        let (found, matches) = matches(ctx, wanted, limit).await?;
        Ok(StationMatches { found, matches })
    }
}

/// The stations that should be asked about a text that is confidential to the caller: nothing of it is kept. The caller's
/// own station is left out.
pub async fn suggestions_for(
    ctx: &Ctx,
    text: String,
    areas: Vec<Uuid>,
    own: Uuid,
    first: i32,
) -> Result<Vec<StationMatch>> {
    let limit = list_size(first)?;
    let wanted = Wanted { text, areas, own: Some(own), ..Wanted::default() };
    Ok(matches(ctx, wanted, limit).await?.1)
}

async fn matches(
    ctx: &Ctx,
    wanted: Wanted,
    limit: usize,
) -> Result<(Arc<Suggested>, Vec<StationMatch>)> {
    let mut found = suggested(ctx, wanted).await?;
    let mut ranked = std::mem::take(&mut found.ranked);
    ranked.truncate(limit);
    let found = Arc::new(found);
    let rows = ranked.iter().filter_map(|ranked| found.stations.get(&ranked.station).cloned());
    // They come in the order of the rows, and stand in one page.
    let nodes = stations::nodes(rows);
    let explained = |(ranked, station)| StationMatch { found: Arc::clone(&found), ranked, station };
    let matches = ranked.into_iter().zip(nodes).map(explained).collect();
    Ok((found, matches))
}

async fn like_what(
    ctx: &Ctx,
    text: Option<String>,
    id: Option<ID>,
    has_areas: bool,
) -> Result<(String, Option<index::Key>)> {
    match (text, id) {
        (Some(text), None) => Ok((text, None)),
        (None, Some(id)) => {
            let id = GlobalId::decode_as("id", &id, NodeKind::AnsweredQuestion)?;
            let found = answers::by_ids(ctx.db(), &ctx.scope(), vec![id]).await?;
            let answered = found.get(&id).ok_or(Error::NotFound)?;
            Ok((answered.question.clone(), Some(key(index::Kind::AnsweredQuestion, id))))
        }
        (None, None) if has_areas => Ok((String::new(), None)),
        _ => Err(Error::invalid(
            "text",
            Text::new(
                "give a text or an id, one of the two, or areas alone",
                "text 与 id 须给出其中一个，或仅给出 areas",
            ),
        )),
    }
}

fn list_size(first: i32) -> Result<usize> {
    let size = usize::try_from(first).ok().filter(|_| first <= MAX_STATIONS);
    size.ok_or_else(|| {
        let reason = Text::new(
            format!("{first} is out of range; 0 to {MAX_STATIONS} can be had"),
            format!("{first} 超出范围，可取 0 至 {MAX_STATIONS}"),
        );
        Error::invalid("first", reason)
    })
}
