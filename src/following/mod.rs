//! Following: what has changed since a revision, pulled in pages or told as it happens.
//!
//! Both are read from the log of changes, so that every node tells of what any node has done, and whoever comes again with
//! the last revision they saw misses nothing. The log says who could see a thing before and after a change; what is there
//! now is read anew, through the viewer's own scope, and decides what is told:
//! - what the viewer can see now has been put;
//! - what they cannot see any more, but could before the change, is gone: it was withdrawn, or is shared with fewer;
//! - of what they could see neither before nor now they hear nothing, not even that there is something.
//!
//! Within a page, what is gone is found by the tokens of *before*. So the log must never name somebody there to whom the
//! thing was hidden: of an output under embargo it names its owner alone ([`crate::access::opened_by`]).

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{
    access::{self, Action, Reach, Viewer},
    app::Ctx,
    error::{Error, Result},
    ids::{GlobalId, NodeKind},
    node::{self, Node},
    outbox::{self, After, Revision, Subject, Told},
};

mod feed;
mod follow;
mod found;
mod graphql;
mod saved;
pub(crate) mod saved_entity;
mod saved_graphql;

pub use feed::Feed;
pub use graphql::{FollowingQuery, FollowingSubscription};
pub use saved::{SavedSearch, by_ids as saved_searches_by_id};
pub use saved_graphql::{SavedSearchMutation, SavedSearchNode, SavedSearchQuery};

/// The most entries of the log that are looked at for one page.
const LOOKED_AT: u64 = 2_000;

/// Things that are there, by their ids.
type Nodes = HashMap<GlobalId, Node>;

/// Some kinds of things that the log tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subjects(u16);

impl Subjects {
    /// All kinds.
    pub const ALL: Self = Self(u16::MAX);

    /// These kinds.
    pub fn of(subjects: impl IntoIterator<Item = Subject>) -> Self {
        Self(subjects.into_iter().fold(0, |bits, subject| bits | Self::bit(subject)))
    }

    fn has(self, subject: Subject) -> bool {
        self.0 & Self::bit(subject) != 0
    }

    fn bit(subject: Subject) -> u16 {
        1 << (subject as u16)
    }
}

/// The id of what an entry tells of.
fn global_id(row: &Told) -> GlobalId {
    let kind = match row.entry.subject {
        Subject::AnsweredQuestion => NodeKind::AnsweredQuestion,
        Subject::ResearchOutput => NodeKind::ResearchOutput,
        Subject::Resource => NodeKind::Resource,
        Subject::Organization => NodeKind::Organization,
        Subject::Station => NodeKind::Station,
        Subject::Regulation => NodeKind::Regulation,
        Subject::ExpertiseArea => NodeKind::ExpertiseArea,
        Subject::Consultation => NodeKind::Consultation,
        Subject::Need => NodeKind::Need,
        Subject::Introduction => NodeKind::Introduction,
    };
    GlobalId { kind, id: row.entry.id }
}

/// Whether an entry may be told to a viewer, as far as the log knows.
fn concerns(viewer: &Viewer, row: &Told) -> bool {
    let may_read = row.entry.subject != Subject::Consultation
        || viewer.reach_now(Action::ReadConsultation) != Reach::No;
    may_read && (viewer.holds_any(&row.before) || viewer.holds_any(&row.after))
}

/// What the viewer can see now of the things that some entries tell of.
async fn load(ctx: &Ctx, rows: &[Arc<Told>]) -> Result<Nodes> {
    let wanted: Vec<GlobalId> = rows.iter().map(|row| global_id(row)).collect();
    node::find(ctx, &wanted).await
}

/// Where the log stands for a viewer who wants to know what changes from now on.
pub async fn present(ctx: &Ctx) -> Result<Revision> {
    outbox::head(ctx.db()).await
}

/// Something that happened to a thing, as far as the viewer may know.
#[derive(Clone)]
pub struct Change {
    /// The position in the log.
    pub revision: Revision,
    /// What kind of thing it is.
    pub subject: Subject,
    /// Which one.
    pub id: GlobalId,
    /// The thing as it is now; none when it is gone.
    pub node: Option<Node>,
}

/// A part of the log, as a viewer sees it.
pub struct ChangePage {
    /// The position to go on from: all up to it was looked at.
    pub revision: Revision,
    /// Whether there may be more.
    pub has_more: bool,
    /// What changed, each thing once, in the order of their last changes.
    pub changes: Vec<Change>,
}

/// What happened to one thing within a page.
struct Gathered {
    revision: Revision,
    subject: Subject,
    was_visible: bool,
}

/// What has changed after a revision, at most `first` things of these kinds.
///
/// # Errors
/// [`Error::RevisionExpired`] where the log does not reach back so far.
pub async fn changes(
    ctx: &Ctx,
    since: Revision,
    subjects: Subjects,
    first: usize,
) -> Result<ChangePage> {
    let rows = match outbox::told_after(ctx.db(), since, LOOKED_AT).await? {
        After::Entries(rows) => rows,
        After::Expired => return Err(Error::RevisionExpired),
    };
    let mut has_more = rows.len() as u64 == LOOKED_AT;
    let mut revision = since;
    let mut gathered: HashMap<GlobalId, Gathered> = HashMap::new();
    for row in rows {
        if subjects.has(row.entry.subject) && concerns(&ctx.viewer, &row) {
            let id = global_id(&row);
            if gathered.len() >= first && !gathered.contains_key(&id) {
                has_more = true;
                break;
            }
            let was_visible = ctx.viewer.holds_any(&row.before);
            let subject = row.entry.subject;
            let known = gathered.entry(id).or_insert(Gathered { revision, subject, was_visible });
            known.revision = row.entry.revision;
            known.was_visible |= was_visible;
        }
        revision = row.entry.revision;
    }
    let wanted: Vec<GlobalId> = gathered.keys().copied().collect();
    let mut nodes = node::find(ctx, &wanted).await?;
    let mut changes = BTreeMap::new();
    for (id, Gathered { revision, subject, was_visible }) in gathered {
        let node = nodes.remove(&id);
        if node.is_some() || was_visible {
            changes.insert(revision, Change { revision, subject, id, node });
        }
    }
    Ok(ChangePage { revision, has_more, changes: changes.into_values().collect() })
}

/// Whether a viewer may follow consultations at all.
fn may_follow_consultations(viewer: &Viewer) -> Result<()> {
    access::check_at_all(viewer, Action::ReadConsultation)
}
