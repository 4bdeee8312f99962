//! What becomes of the answered questions that a saved search finds.

use std::{collections::VecDeque, time::Duration};

use chrono::{DateTime, Days, NaiveDate, Utc};
use futures_util::{Stream, stream};
use sea_orm::prelude::Uuid;
use tokio::time::sleep;
use tracing::warn;

use super::{Change, SavedSearch, Subjects, follow::Follower};
use crate::{
    answers::{self, AnsweredQuestion, AnsweredQuestionNode, State},
    app::Ctx,
    clock::day_of,
    error::{Error, Result},
    ids::{GlobalId, NodeKind},
    node::Node,
    outbox::{Revision, Subject, Told},
    regulations,
    search::{self, SearchFilter},
};

/// Why somebody is told of an answered question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has come into view.
    Published,
    /// It was changed.
    Revised,
    /// The law that it rests on moved on.
    CurrencyChanged,
    /// It is no longer there.
    Gone,
}

/// Something that happened to an answered question that a saved search finds.
#[derive(Clone)]
pub(super) struct Finding {
    pub(super) revision: Revision,
    pub(super) why: Why,
    pub(super) id: GlobalId,
    /// The answered question as it is now; none when it is gone.
    pub(super) node: Option<AnsweredQuestionNode>,
}

/// How far back the day lies with which a verdict is compared: who tells of verdicts that change may be late.
const LATE: Days = Days::new(7);

/// How long recording a relation may take until the log tells of it.
const RECORDING: Duration = Duration::from_mins(1);

/// Answers that are looked at together.
const AT_ONCE: usize = 500;

/// How long to wait after a failure of ours before the same is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// One who follows a saved search.
struct Searcher {
    follower: Follower,
    saved: SavedSearch,
    ready: VecDeque<Finding>,
}

/// Follows a saved search: after a revision, or from now on. It ends with the first fault that is not ours to mend.
pub(super) async fn follow(
    ctx: &Ctx,
    saved: SavedSearch,
    since: Option<Revision>,
) -> Result<impl Stream<Item = Result<Finding>> + Send + use<>> {
    // A relation between regulations changes what answers are worth without any of them being touched.
    let subjects = Subjects::of([Subject::AnsweredQuestion, Subject::Regulation]);
    let follower = Follower::begin(ctx, subjects, since).await?.after_index();
    let searcher = Searcher { follower, saved, ready: VecDeque::new() };
    Ok(stream::unfold(Some(searcher), |searcher| async move {
        let mut searcher = searcher?;
        match searcher.next().await {
            Ok(finding) => Some((Ok(finding), Some(searcher))),
            Err(fault) => Some((Err(fault), None)),
        }
    }))
}

impl Searcher {
    async fn next(&mut self) -> Result<Finding> {
        loop {
            if let Some(finding) = self.ready.pop_front() {
                return Ok(finding);
            }
            let (row, change) = self.follower.next().await?;
            self.ready = loop {
                match self.findings(&row, &change).await {
                    Ok(findings) => break findings.into(),
                    Err(fault @ Error::Internal(_)) => {
                        warn!(error = %fault, "a saved search cannot be followed for now; trying again");
                        sleep(PAUSE).await;
                    }
                    Err(fault) => return Err(fault),
                }
            };
        }
    }

    async fn findings(&self, row: &Told, change: &Change) -> Result<Vec<Finding>> {
        let ctx = self.follower.ctx();
        if change.subject == Subject::Regulation {
            return self.moved(&ctx, row).await;
        }
        let node = match &change.node {
            Some(Node::AnsweredQuestion(node)) => Some(node.clone()),
            _ => None,
        };
        Ok(self.finding(&ctx, row, change.id, node).await?.into_iter().collect())
    }

    /// What happened to one answered question, if it concerns the search.
    async fn finding(
        &self,
        ctx: &Ctx,
        row: &Told,
        id: GlobalId,
        node: Option<AnsweredQuestionNode>,
    ) -> Result<Option<Finding>> {
        let revision = row.entry.revision;
        let gone = Finding { revision, why: Why::Gone, id, node: None };
        // The index has forgotten what it said, so whether it was found cannot be told any more: the viewer could see it
        // before, and drops it if they have it.
        let Some(node) = node else { return Ok(Some(gone)) };
        match node.row().state {
            State::Draft | State::InReview => return Ok(None),
            state if !state.is_shown() => return Ok(Some(gone)),
            _ => {}
        }
        if self.matching(ctx, &[id.id]).await?.is_empty() {
            return Ok(None);
        }
        let owner = &node.row().owner_token;
        let shared = |tokens: &[String]| tokens.iter().any(|token| token != owner);
        let new =
            !ctx.viewer.holds_any(&row.before) || (!shared(&row.before) && shared(&row.after));
        let why = if new {
            Why::Published
        } else if has_another_verdict(ctx, node.row(), row.noted_at).await? {
            Why::CurrencyChanged
        } else {
            Why::Revised
        };
        Ok(Some(Finding { revision, why, id, node: Some(node) }))
    }

    /// Which of these the search finds.
    async fn matching(&self, ctx: &Ctx, ids: &[Uuid]) -> Result<Vec<Uuid>> {
        let filter = SearchFilter::from_json(&self.saved.filter)?;
        let found = search::matching(ctx, &self.saved.query, filter, ids).await?;
        Ok(ids.iter().copied().filter(|id| found.contains(id)).collect())
    }

    /// The answers that the search finds and that a relation, recorded just then, has given another verdict.
    async fn moved(&self, ctx: &Ctx, row: &Told) -> Result<Vec<Finding>> {
        let graph = ctx.graph().await?;
        let touched = graph.upstream(row.entry.id).into_iter().collect();
        let citing = answers::citing(ctx.db(), touched).await?;
        if citing.is_empty() {
            return Ok(Vec::new());
        }
        let recorded = row.noted_at - RECORDING;
        let Some(before) = regulations::graph_before(ctx.db(), recorded).await? else {
            return Ok(Vec::new());
        };
        let day = day_of(row.noted_at);
        let mut findings = Vec::new();
        for some in citing.chunks(AT_ONCE) {
            let found = self.matching(ctx, some).await?;
            let mut nodes = answers::nodes_by_id(ctx, found).await?;
            nodes.retain(|_, node| node.row().state.is_shown());
            let rows: Vec<&AnsweredQuestion> =
                nodes.values().map(AnsweredQuestionNode::row).collect();
            let then = answers::verdicts(ctx.db(), &rows, &before, &[day]).await?;
            let now = answers::verdicts(ctx.db(), &rows, &graph, &[day]).await?;
            nodes.retain(|id, _| then.get(id) != now.get(id));
            findings.extend(nodes.into_iter().map(|(id, node)| {
                let id = GlobalId { kind: NodeKind::AnsweredQuestion, id };
                let revision = row.entry.revision;
                Finding { revision, why: Why::CurrencyChanged, id, node: Some(node) }
            }));
        }
        // One entry tells of all of them: whoever goes on after any but the last is told of it once more.
        findings.sort_unstable_by_key(|finding| finding.id.id);
        let others = findings.len().saturating_sub(1);
        findings.iter_mut().take(others).for_each(|finding| finding.revision -= 1);
        Ok(findings)
    }
}

/// Whether an answer's verdict on the day of a note is another than on the days before, since it was last written.
async fn has_another_verdict(
    ctx: &Ctx,
    answered: &AnsweredQuestion,
    noted_at: DateTime<Utc>,
) -> Result<bool> {
    let day = day_of(noted_at);
    let yesterday = day.pred_opt().unwrap_or(NaiveDate::MIN);
    let earliest = day.checked_sub_days(LATE).unwrap_or(NaiveDate::MIN);
    let earlier = day_of(answered.updated_at).max(earliest).min(yesterday);
    let graph = ctx.graph().await?;
    let verdicts = answers::verdicts(ctx.db(), &[answered], &graph, &[earlier, day]).await?;
    Ok(verdicts.get(&answered.id).is_some_and(|days| days.first() != days.last()))
}
