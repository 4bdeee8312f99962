//! How completing, and comparing with what was asked before, look from outside.

use async_graphql::{Context, ID, Object, SimpleObject};
use zhanjian_index as index;

use super::{
    Found,
    filter::SearchKind,
    graphql::shortened,
    highlights::{HighlightFragment, cut},
    key, load,
};
use crate::{
    access::IndexScope,
    answers::AnsweredQuestionNode,
    app::Ctx,
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    language::Text,
};

/// A text that completes what has been typed.
#[derive(SimpleObject)]
pub(super) struct Suggestion {
    /// The text.
    text: String,
    /// The text again, cut where what was typed begins and ends, in characters, pinyin or initials.
    fragments: Vec<HighlightFragment>,
    /// What it is the name of.
    kind: SearchKind,
    /// The thing itself.
    node: Found,
}

/// An answered question that is like another.
#[derive(SimpleObject)]
pub struct SimilarAnsweredQuestion {
    /// How like it is, as a part of the most similar one's (1.0).
    score: f32,
    /// Whether it is the same question, so that its answer answers the text too. Said only where that is all but
    /// certain; the same in quite other words is not recognised.
    is_same_question: bool,
    /// The answered question.
    node: AnsweredQuestionNode,
}

impl SimilarAnsweredQuestion {
    /// The answered question.
    pub fn answered(&self) -> &AnsweredQuestionNode {
        &self.node
    }

    /// Whether it is the same question.
    pub fn is_the_same(&self) -> bool {
        self.is_same_question
    }
}

/// The most suggestions and similar questions that are given at once.
const MAX_LIST: i32 = 50;

/// The entry points to what helps while something is typed or asked.
#[derive(Default)]
pub struct SuggestQuery;

#[Object]
impl SuggestQuery {
    /// Completes what is being typed with the names of what the viewer may see: Chinese from any place on, pinyin and
    /// its initials too.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed so far.")] text: String,
        #[graphql(desc = "Names of these kinds; all where nothing is said.")] kinds: Option<
            Vec<SearchKind>,
        >,
        #[graphql(desc = "How many at most.", default = 10)] first: i32,
    ) -> Result<Vec<Suggestion>, Fault> {
        let limit = list_size(first)?;
        let ctx = ctx.data_unchecked::<Ctx>();
        let IndexScope { tokens, today } = ctx.index_scope();
        let kinds: Vec<index::Kind> = kinds.into_iter().flatten().map(Into::into).collect();
        let text = shortened(text);
        let typed = ctx.app.index.typed(&text);
        let suggestions =
            ctx.ask_index(move |index| index.suggest(&tokens, today, &text, &kinds, limit)).await?;
        let keys: Vec<index::Key> = suggestions.iter().map(|suggestion| suggestion.key).collect();
        let mut found = load(ctx, &keys).await?;
        let named = keys.into_iter().filter_map(|key| {
            let node = found.remove(&key)?;
            let text = node.name().to_owned();
            let fragments = cut(&text, &typed.marks(&text));
            Some(Suggestion { text, fragments, kind: key.kind.into(), node })
        });
        Ok(named.collect())
    }

    /// Answered questions like a text or like another answered question: to see whether a question has been answered
    /// before it is asked.
    async fn similar_answered_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A question, a description, an e-mail. Give this or an id.")] text: Option<
            String,
        >,
        #[graphql(desc = "The id of an answered question. Give this or a text.")] id: Option<ID>,
        #[graphql(desc = "How many at most.", default = 10)] first: i32,
        #[graphql(desc = "Those whose place another has taken, too.", default)]
        include_superseded: bool,
    ) -> Result<Vec<SimilarAnsweredQuestion>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        list_size(first)?;
        let (text, exclude) = like_what(ctx, text, id).await?;
        Ok(similar_answered_questions(ctx, text, exclude, first, include_superseded).await?)
    }
}

/// The answered questions that a viewer may see and that are most like a text.
pub async fn similar_answered_questions(
    ctx: &Ctx,
    text: String,
    exclude: Option<index::Key>,
    first: i32,
    include_superseded: bool,
) -> Result<Vec<SimilarAnsweredQuestion>> {
    let limit = list_size(first)?;
    let IndexScope { tokens, today } = ctx.index_scope();
    let text = shortened(text);
    let asked = ctx.app.index.asked(&text);
    let request = index::SimilarRequest {
        tokens,
        today,
        as_of: today,
        text,
        exclude,
        kinds: vec![index::Kind::AnsweredQuestion],
        limit,
        include_superseded,
    };
    let hits = ctx.ask_index(move |index| index.similar(&request)).await?;
    let keys: Vec<index::Key> = hits.iter().map(|hit| hit.key).collect();
    let mut found = load(ctx, &keys).await?;
    let similar = hits.into_iter().filter_map(|hit| match found.remove(&hit.key)? {
        Found::AnsweredQuestion(node) => {
            let is_same_question = asked.is_the_same_as(&node.row().question);
            Some(SimilarAnsweredQuestion { score: hit.score, is_same_question, node })
        }
        _ => None,
    });
    Ok(similar.collect())
}

/// The text to compare with, and what it is the text of.
async fn like_what(
    ctx: &Ctx,
    text: Option<String>,
    id: Option<ID>,
) -> Result<(String, Option<index::Key>)> {
    match (text, id) {
        (Some(text), None) => Ok((shortened(text), None)),
        (None, Some(id)) => {
            let id = GlobalId::decode_as("id", &id, NodeKind::AnsweredQuestion)?;
            let found = crate::answers::by_ids(ctx.db(), &ctx.scope(), vec![id]).await?;
            let answered = found.get(&id).ok_or(Error::NotFound)?;
            let key = key(index::Kind::AnsweredQuestion, id);
            Ok((answered.question.clone(), Some(key)))
        }
        _ => Err(Error::invalid(
            "text",
            Text::new("give a text or an id, one of the two", "text 与 id 须给出其中一个"),
        )),
    }
}

fn list_size(first: i32) -> Result<usize> {
    let size = usize::try_from(first).ok().filter(|_| first <= MAX_LIST);
    size.ok_or_else(|| {
        let reason = Text::new(
            format!("{first} is out of range; 0 to {MAX_LIST} can be had"),
            format!("{first} 超出范围，可取 0 至 {MAX_LIST}"),
        );
        Error::invalid("first", reason)
    })
}
