//! Loads what stations are ranked by for a text: answered questions like it that the viewer may see, and the areas that
//! the stations declare.

use std::{collections::HashMap, sync::Arc};

use sea_orm::prelude::Uuid;
use zhanjian_index::{Highlighter, Key};

use super::{
    weights,
    whom::{self, Candidate, Like, Ranked, Touched},
};
use crate::{
    answers::{self, AnsweredQuestionNode},
    app::Ctx,
    error::Result,
    expertise::Tree,
    regulations::currency::Currency,
    search::{SimilarAnsweredQuestion, similar_answered_questions},
    stations::{self, Station},
};

/// What a station is wanted for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// What is asked.
    pub text: String,
    /// The answered question that the text is of.
    pub exclude: Option<Key>,
    /// The areas that were given.
    pub areas: Vec<Uuid>,
    /// The stations that are left out, by their codes.
    pub except: Vec<String>,
    /// The station that asks, which is left out, too.
    pub own: Option<Uuid>,
}

/// The stations that were ranked, and all that their scores rest on.
pub(super) struct Suggested {
    pub likes: Vec<Like>,
    pub similar: Vec<SimilarAnsweredQuestion>,
    pub touched: Vec<Touched>,
    pub ranked: Vec<Ranked>,
    pub stations: HashMap<Uuid, Station>,
    pub tree: Arc<Tree>,
    pub marks: Arc<Highlighter>,
}

/// Ranks the stations at work for a text.
pub(super) async fn suggested(ctx: &Ctx, wanted: Wanted) -> Result<Suggested> {
    let tree = ctx.tree().await?;
    let marks = Arc::new(ctx.app.index.marks_of(&wanted.text));
    let most = i32::try_from(weights::LOOKED_AT).unwrap_or(i32::MAX);
    let mut similar =
        similar_answered_questions(ctx, wanted.text.clone(), wanted.exclude, most, false).await?;
    let mut there: Vec<Station> = stations::with_districts(ctx.db())
        .await?
        .into_values()
        .map(|(station, _)| station)
        .collect();
    there.retain(|station| {
        station.state != stations::State::Delisted
            && wanted.own != Some(station.id)
            && !wanted.except.contains(&station.code)
    });
    // Drafts of one's own station are no evidence.
    similar.retain(|similar| {
        let row = similar.answered().row();
        row.state == answers::State::Published
            && there.iter().any(|station| station.id == row.station_id)
    });
    let (similar, scores) = scored(ctx, &wanted.text, similar).await?;
    let likes = likes(ctx, &similar, &scores).await?;
    let mut declared = stations::area_ids(ctx.db(), there.iter().map(|it| it.id).collect()).await?;
    let touched = whom::touched(&wanted.text, &wanted.areas, &likes, &tree);
    let candidate = |station: &Station| Candidate {
        id: station.id,
        code: station.code.clone(),
        declared: declared.remove(&station.id).unwrap_or_default(),
    };
    let candidates: Vec<Candidate> = there.iter().map(candidate).collect();
    let ranked = whom::rank(&likes, &touched, &candidates, &tree);
    let stations = there.into_iter().map(|station| (station.id, station)).collect();
    Ok(Suggested { likes, similar, touched, ranked, stations, tree, marks })
}

/// Judges how like the text each is, by the language alone, so that nothing hidden has a part in it; the best first,
/// equals in the order in which they were found.
async fn scored(
    ctx: &Ctx,
    text: &str,
    similar: Vec<SimilarAnsweredQuestion>,
) -> Result<(Vec<SimilarAnsweredQuestion>, Vec<f64>)> {
    let asked = ctx.app.index.asked(text);
    let judge = move || {
        let score = |similar: SimilarAnsweredQuestion| {
            let row = similar.answered().row();
            (f64::from(asked.met_in(&row.question, &row.answer)), similar)
        };
        let mut judged: Vec<(f64, SimilarAnsweredQuestion)> =
            similar.into_iter().map(score).filter(|(score, _)| *score > 0.0).collect();
        judged.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let (scores, similar) = judged.into_iter().unzip();
        (similar, scores)
    };
    Ok(tokio::task::spawn_blocking(judge).await?)
}

/// The similar answers as they are judged: two statements for their areas and their currency, whatever their number.
async fn likes(
    ctx: &Ctx,
    similar: &[SimilarAnsweredQuestion],
    scores: &[f64],
) -> Result<Vec<Like>> {
    let rows: Vec<&answers::AnsweredQuestion> =
        similar.iter().map(|similar| similar.answered().row()).collect();
    let graph = ctx.graph().await?;
    let verdicts = answers::verdicts(ctx.db(), &rows, &graph, &[ctx.today]).await?;
    let mut areas = answers::area_ids(ctx.db(), rows.iter().map(|row| row.id).collect()).await?;
    let like = |(similar, score): (&SimilarAnsweredQuestion, &f64)| {
        let row = similar.answered().row();
        let mut areas = areas.remove(&row.id).unwrap_or_default();
        areas.sort_unstable();
        let verdict = verdicts.get(&row.id).and_then(|verdicts| verdicts.first().copied());
        Like {
            id: row.id,
            station_id: row.station_id,
            score: *score,
            currency: verdict.unwrap_or(Currency::Unverified).into(),
            uses: u64::try_from(row.reuse_count).unwrap_or(0),
            areas,
        }
    };
    Ok(similar.iter().zip(scores).map(like).collect())
}

/// The answered question behind a witness.
pub(super) fn node_of(suggested: &Suggested, like: usize) -> Option<&AnsweredQuestionNode> {
    suggested.similar.get(like).map(SimilarAnsweredQuestion::answered)
}
