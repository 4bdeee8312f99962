//! How following looks from outside.

use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt as _};

use super::{
    Subjects,
    follow::Follower,
    found::{self, Why},
};
use crate::{
    answers::AnsweredQuestionNode,
    app::Ctx,
    consultations::{ConsultationNode, ConsultationQueues},
    error::{Error, Fault, Result},
    ids::{GlobalId, NodeKind},
    node::{self, Node},
    outbox::Subject,
    page::Page,
    scalars::RevisionScalar,
};

/// The kinds of things whose changes can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "Subject")]
pub enum ChangeKind {
    /// Answered questions.
    AnsweredQuestion,
    /// Research outputs.
    ResearchOutput,
    /// Resources.
    Resource,
    /// Organizations.
    Organization,
    /// Stations.
    Station,
    /// Regulations.
    Regulation,
    /// Areas of expertise.
    ExpertiseArea,
    /// Consultations.
    Consultation,
    /// Needs.
    Need,
    /// Introductions.
    Introduction,
}

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ChangeType {
    /// It is there: new, changed, or shared with the viewer since. Put it in the place of what you have.
    Put,
    /// It is no longer there for the viewer: withdrawn, or shared with fewer. Forget what you have.
    Gone,
}

/// Something that happened to a thing.
#[derive(SimpleObject)]
pub(super) struct Change {
    /// The position of the change. Whoever goes on from here misses nothing.
    revision: RevisionScalar,
    /// What kind of thing it is.
    kind: ChangeKind,
    /// What became of it.
    r#type: ChangeType,
    /// The global id of the thing.
    node_id: ID,
    /// The thing as it is now, which may be later than the change; absent when it is gone.
    node: Option<Node>,
}

impl From<super::Change> for Change {
    fn from(change: super::Change) -> Self {
        Self {
            revision: RevisionScalar(change.revision),
            kind: change.subject.into(),
            r#type: type_of(change.node.as_ref()),
            node_id: GlobalId::encode(change.id.kind, change.id.id),
            node: change.node,
        }
    }
}

fn type_of<T>(there: Option<&T>) -> ChangeType {
    if there.is_some() { ChangeType::Put } else { ChangeType::Gone }
}

/// A part of what has changed, each thing once, with its last change in this part.
#[derive(SimpleObject)]
pub(super) struct ChangePage {
    /// The position to go on from. Keep it with what you have taken in.
    revision: RevisionScalar,
    /// Whether there may be more already; ask on at once. There may be, even where this part is empty.
    has_more: bool,
    /// What changed, in the order of the changes.
    changes: Vec<Change>,
}

/// A consultation in a queue of the viewer has changed, has come in, or has left.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct QueueChange {
    /// The position of the change. Whoever goes on from here misses nothing.
    revision: RevisionScalar,
    /// What became of the consultation, as far as the viewer may see it.
    r#type: ChangeType,
    /// The global id of the consultation.
    consultation_id: ID,
    /// The consultation as it is now; absent where the viewer may no longer see it.
    consultation: Option<ConsultationNode>,
}

#[ComplexObject]
impl QueueChange {
    /// How many wait in each queue now.
    async fn queues(&self, ctx: &Context<'_>) -> Result<ConsultationQueues, Fault> {
        Ok(ConsultationQueues::of(ctx.data_unchecked::<Ctx>()).await?)
    }
}

/// A consultation has changed.
#[derive(SimpleObject)]
pub(super) struct ConsultationChange {
    /// The position of the change. Whoever goes on from here misses nothing.
    revision: RevisionScalar,
    /// What became of the consultation, as far as the viewer may see it.
    r#type: ChangeType,
    /// The global id of the consultation.
    consultation_id: ID,
    /// The consultation as it is now; absent where the viewer may no longer see it.
    consultation: Option<ConsultationNode>,
}

/// Why somebody is told of an answered question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Why")]
pub enum FoundReason {
    /// It has come into view: it was published, or shared with the viewer.
    Published,
    /// It was changed.
    Revised,
    /// Whether it still stands is judged otherwise now: a day has come, or a regulation was recorded.
    CurrencyChanged,
    /// It was withdrawn, or is shared with fewer. Whether the search had found it is no longer known: drop it if you
    /// have it.
    Gone,
}

/// Something has happened to an answered question that a saved search finds.
#[derive(SimpleObject)]
pub(super) struct AnsweredQuestionFound {
    /// The position of the change. Whoever goes on from here misses nothing; what one and the same entry of the log tells
    /// of several answered questions may come again.
    revision: RevisionScalar,
    /// What has happened.
    reason: FoundReason,
    /// The global id of the answered question.
    answered_question_id: ID,
    /// The answered question as it is now; absent when it is gone.
    answered_question: Option<AnsweredQuestionNode>,
}

fn subjects(kinds: Option<Vec<ChangeKind>>) -> Subjects {
    kinds.map_or(Subjects::ALL, |kinds| Subjects::of(kinds.into_iter().map(Subject::from)))
}

/// The entry point to what has changed.
#[derive(Default)]
pub struct FollowingQuery;

#[Object]
impl FollowingQuery {
    /// What has changed since a revision, as far as the viewer may know.
    ///
    /// Begin without `since`: the answer is the present revision and nothing else. Then read what you want to keep, and
    /// from then on ask for what changed since the revision that you were given last. An error with the code
    /// `REVISION_EXPIRED` means that the log no longer reaches back so far: begin anew.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The revision to go on from; where nothing is said, the present one.")]
        since: Option<RevisionScalar>,
        #[graphql(desc = "Changes of these kinds; of all where nothing is said.")] kinds: Option<
            Vec<ChangeKind>,
        >,
        #[graphql(desc = "How many things at most.")] first: Option<i32>,
    ) -> Result<ChangePage, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let first = Page::new(ctx.app.paging, first, None, None, None)?.limit();
        let Some(RevisionScalar(since)) = since else {
            let revision = RevisionScalar(super::present(ctx).await?);
            return Ok(ChangePage { revision, has_more: false, changes: Vec::new() });
        };
        let page = super::changes(ctx, since, subjects(kinds), first).await?;
        Ok(ChangePage {
            revision: RevisionScalar(page.revision),
            has_more: page.has_more,
            changes: page.changes.into_iter().map(Change::from).collect(),
        })
    }
}

/// What can be followed as it happens.
#[derive(Default)]
pub struct FollowingSubscription;

/// Over `graphql-transport-ws` or server-sent events. Each event carries a revision: begun again with `since`, a
/// subscription first tells what was missed, and then goes on.
#[Subscription]
impl FollowingSubscription {
    /// Tells of everything that changes, as far as the viewer may know. Open to everybody.
    async fn changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Changes of these kinds; of all where nothing is said.")] kinds: Option<
            Vec<ChangeKind>,
        >,
        #[graphql(desc = "The revision to go on from; where nothing is said, from now on.")]
        since: Option<RevisionScalar>,
    ) -> Result<impl Stream<Item = Result<Change, Fault>> + use<>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let since = since.map(|RevisionScalar(since)| since);
        let follower = Follower::begin(ctx, subjects(kinds), since).await?;
        Ok(follower.changes().map(|change| Ok(change?.into())))
    }

    /// Tells of the consultations in the viewer's queues: those of their station, of their bureau, of their client.
    async fn queue_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The revision to go on from; where nothing is said, from now on.")]
        since: Option<RevisionScalar>,
    ) -> Result<impl Stream<Item = Result<QueueChange, Fault>> + use<>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let follower = consultations(ctx, since).await?;
        Ok(follower.changes().map(|change| {
            let Change { revision, r#type, node_id, node, .. } = change?.into();
            let consultation = case(node);
            Ok(QueueChange { revision, r#type, consultation_id: node_id, consultation })
        }))
    }

    /// Tells of one consultation.
    async fn consultation_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the consultation.")] id: ID,
        #[graphql(desc = "The revision to go on from; where nothing is said, from now on.")]
        since: Option<RevisionScalar>,
    ) -> Result<impl Stream<Item = Result<ConsultationChange, Fault>> + use<>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        super::may_follow_consultations(&ctx.viewer)?;
        let id = GlobalId::decode_as("id", &id, NodeKind::Consultation)?;
        let id = GlobalId { kind: NodeKind::Consultation, id };
        node::find(ctx, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
        let follower = consultations(ctx, since).await?;
        let of_it = follower.changes().filter(move |change| {
            let other = change.as_ref().is_ok_and(|change| change.id != id);
            std::future::ready(!other)
        });
        Ok(of_it.map(|change| {
            let Change { revision, r#type, node_id, node, .. } = change?.into();
            let consultation = case(node);
            Ok(ConsultationChange { revision, r#type, consultation_id: node_id, consultation })
        }))
    }

    /// Tells of the answered questions that a saved search finds: what is published, revised, judged otherwise, or gone.
    async fn answered_question_found(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of a saved search of the viewer's own.")] saved_search: ID,
        #[graphql(desc = "The revision to go on from; where nothing is said, from now on.")]
        since: Option<RevisionScalar>,
    ) -> Result<impl Stream<Item = Result<AnsweredQuestionFound, Fault>> + use<>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let id = GlobalId::decode_as("savedSearch", &saved_search, NodeKind::SavedSearch)?;
        let saved = super::saved::own(ctx, id).await?;
        let since = since.map(|RevisionScalar(since)| since);
        let findings = found::follow(ctx, saved, since).await?;
        Ok(findings.map(|finding| {
            let finding = finding?;
            Ok(AnsweredQuestionFound {
                revision: RevisionScalar(finding.revision),
                reason: finding.why.into(),
                answered_question_id: GlobalId::encode(finding.id.kind, finding.id.id),
                answered_question: finding.node,
            })
        }))
    }
}

/// The consultation that a node is.
fn case(node: Option<Node>) -> Option<ConsultationNode> {
    match node {
        Some(Node::Consultation(node)) => Some(node),
        _ => None,
    }
}

/// One who follows consultations.
async fn consultations(ctx: &Ctx, since: Option<RevisionScalar>) -> Result<Follower> {
    super::may_follow_consultations(&ctx.viewer)?;
    let since = since.map(|RevisionScalar(since)| since);
    Follower::begin(ctx, Subjects::of([Subject::Consultation]), since).await
}
