//! How introductions look from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, SimpleObject, Union};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{
    DeclineReason, Introduction, IntroductionOutcome, IntroductionOutcomeKind, IntroductionPurpose,
    IntroductionSide, IntroductionState, IntroductionStep, IntroductionSubjectKind,
    contact::{self, Contact, Contacts},
    outcomes, steps,
};
use crate::{
    accounts::{self, MemberNode},
    app::Ctx,
    batch::{Batch, Shared},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    needs::{self, NeedNode},
    node::{self, Node},
    organizations::{self, OrganizationNode, ResourceNode},
    research::ResearchOutputNode,
    scalars::Date,
    stations::{self, StationNode},
};

/// An introduction among the others of its page.
#[derive(Clone)]
pub struct IntroductionNode {
    row: Arc<Introduction>,
    page: Arc<IntroductionPage>,
}

struct IntroductionPage {
    rows: Vec<Arc<Introduction>>,
    subjects: Shared<(IntroductionSubjectKind, Uuid), IntroductionSubject>,
    organizations: Shared<Uuid, OrganizationNode>,
    needs: Shared<Uuid, NeedNode>,
    stations: Shared<Uuid, StationNode>,
    portals: Shared<Uuid, String>,
    members: Shared<Uuid, MemberNode>,
    contacts: Shared<Uuid, Contacts>,
    outcomes: Shared<Uuid, Vec<IntroductionOutcome>>,
}

/// Introductions that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(rows: impl IntoIterator<Item = Introduction>) -> Vec<IntroductionNode> {
    let rows: Vec<Arc<Introduction>> = rows.into_iter().map(Arc::new).collect();
    let ids = || rows.iter().map(|row| row.id);
    let members = rows.iter().flat_map(|row| [row.asked_by_id, row.answered_by_id]);
    let page = Arc::new(IntroductionPage {
        subjects: Arc::new(Batch::new(rows.iter().map(|row| (row.about_kind, row.about_id)))),
        organizations: Arc::new(Batch::new(rows.iter().map(|row| row.organization_id))),
        needs: Arc::new(Batch::new(rows.iter().filter_map(|row| row.need_id))),
        stations: Arc::new(Batch::new(rows.iter().filter_map(|row| row.station_id))),
        portals: Arc::new(Batch::new(rows.iter().filter_map(|row| row.client_id))),
        members: Arc::new(Batch::new(members.flatten())),
        contacts: Arc::new(Batch::new(ids())),
        outcomes: Arc::new(Batch::new(ids())),
        rows: rows.clone(),
    });
    let node = |row| IntroductionNode { row, page: Arc::clone(&page) };
    rows.into_iter().map(node).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, IntroductionNode>> {
    let rows = super::by_ids(ctx.db(), &ctx.scope(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.row.id, node)).collect())
}

/// What an introduction is about.
#[derive(Clone, Union)]
pub(super) enum IntroductionSubject {
    /// A research output.
    ResearchOutput(ResearchOutputNode),
    /// A resource.
    Resource(ResourceNode),
}

/// Loads what the viewer sees of the things that introductions are about.
async fn subjects(
    ctx: &Ctx,
    wanted: Vec<(IntroductionSubjectKind, Uuid)>,
) -> Result<HashMap<(IntroductionSubjectKind, Uuid), IntroductionSubject>> {
    let ids: Vec<GlobalId> =
        wanted.iter().map(|(kind, id)| GlobalId { kind: kind.node(), id: *id }).collect();
    let found = node::find(ctx, &ids).await?;
    let subject = |(id, node): (GlobalId, Node)| match node {
        Node::ResearchOutput(node) => Some((
            (IntroductionSubjectKind::ResearchOutput, id.id),
            IntroductionSubject::ResearchOutput(node),
        )),
        Node::Resource(node) => {
            Some(((IntroductionSubjectKind::Resource, id.id), IntroductionSubject::Resource(node)))
        }
        _ => None,
    };
    Ok(found.into_iter().filter_map(subject).collect())
}

/// Whom to talk to.
#[derive(SimpleObject)]
struct IntroductionContact {
    /// The person.
    name: Option<String>,
    /// The organization, where it was named.
    organization: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// A postal address.
    address: Option<String>,
}

impl From<Contact> for IntroductionContact {
    fn from(contact: Contact) -> Self {
        let Contact { name, organization, phone, email, address } = contact;
        Self { name, organization, phone, email, address }
    }
}

/// What came of an introduction, by the word of one side.
#[derive(SimpleObject)]
#[graphql(name = "IntroductionOutcome")]
struct OutcomeNode {
    /// Whose word it is.
    side: IntroductionSide,
    /// What came of it.
    outcome: IntroductionOutcomeKind,
    /// Why it failed, where it did.
    reason: Option<DeclineReason>,
    /// What was noted with it, for the side that noted it.
    note: Option<String>,
    /// When it was said.
    recorded_at: DateTime<Utc>,
}

impl IntroductionNode {
    fn side_of(&self, ctx: &Ctx) -> Option<IntroductionSide> {
        self.row.side_of(&ctx.viewer)
    }

    async fn member(&self, ctx: &Ctx, id: Option<Uuid>) -> Result<Option<MemberNode>, Fault> {
        let Some(id) = id else { return Ok(None) };
        let load = |ids| accounts::nodes_by_id(ctx, ids);
        Ok(self.page.members.get(&id, load).await?.cloned())
    }

    async fn contacts(&self, ctx: &Ctx) -> Result<Option<&Contacts>, Fault> {
        let rows: Vec<&Introduction> = self.page.rows.iter().map(Arc::as_ref).collect();
        let load = async |_| contact::read(ctx, &rows).await;
        Ok(self.page.contacts.get(&self.row.id, load).await?)
    }
}

/// A request for contact between those who look for something and those who offer it, and what came of it. Only these two
/// sides see it.
#[Object(name = "Introduction")]
impl IntroductionNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Introduction, self.row.id)
    }

    /// The side that the viewer is on.
    async fn side(&self, ctx: &Context<'_>) -> Option<IntroductionSide> {
        self.side_of(ctx.data_unchecked::<Ctx>())
    }

    /// What it is about, where the viewer still sees that.
    async fn about(&self, ctx: &Context<'_>) -> Result<Option<IntroductionSubject>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let key = (self.row.about_kind, self.row.about_id);
        let load = |wanted| subjects(ctx, wanted);
        Ok(self.page.subjects.get(&key, load).await?.cloned())
    }

    /// The organization that is asked.
    async fn organization(&self, ctx: &Context<'_>) -> Result<OrganizationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| organizations::nodes_by_id(ctx, ids);
        Ok(self.page.organizations.require(&self.row.organization_id, load).await?.clone())
    }

    /// The need for which contact is asked, where the viewer sees it.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<NeedNode>, Fault> {
        let Some(id) = &self.row.need_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| needs::nodes_by_id(ctx, ids);
        Ok(self.page.needs.get(id, load).await?.cloned())
    }

    /// What contact is wanted for.
    async fn purpose(&self) -> IntroductionPurpose {
        self.row.purpose
    }

    /// What those who ask say, without naming a company.
    async fn message(&self) -> &str {
        &self.row.message
    }

    /// The station that asks, where a station does.
    async fn station(&self, ctx: &Context<'_>) -> Result<Option<StationNode>, Fault> {
        let Some(id) = &self.row.station_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| stations::nodes_by_id(ctx, ids);
        Ok(self.page.stations.get(id, load).await?.cloned())
    }

    /// The name of the partner portal that asks, where a portal does.
    async fn portal(&self, ctx: &Context<'_>) -> Result<Option<&str>, Fault> {
        let Some(id) = &self.row.client_id else { return Ok(None) };
        let db = ctx.data_unchecked::<Ctx>().db();
        let load = |ids| accounts::client_names(db, ids);
        Ok(self.page.portals.get(id, load).await?.map(String::as_str))
    }

    /// The member who asks, where the viewer may see that colleague.
    async fn asked_by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        self.member(ctx.data_unchecked::<Ctx>(), self.row.asked_by_id).await
    }

    /// Where it stands today.
    async fn state(&self, ctx: &Context<'_>) -> IntroductionState {
        self.row.state_on(ctx.data_unchecked::<Ctx>().today)
    }

    /// The last day for an answer.
    async fn due_on(&self) -> Date {
        Date(self.row.due_on)
    }

    /// When contact was asked for.
    async fn requested_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// When it was acknowledged.
    async fn acknowledged_at(&self) -> Option<DateTime<Utc>> {
        self.row.acknowledged_at
    }

    /// When it was accepted or declined.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.row.answered_at
    }

    /// Who accepted or declined it, where the viewer may see that colleague.
    async fn answered_by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        self.member(ctx.data_unchecked::<Ctx>(), self.row.answered_by_id).await
    }

    /// Why it was declined.
    async fn decline_reason(&self) -> Option<DeclineReason> {
        self.row.decline_reason
    }

    /// What was noted when it was declined, for those who declined it.
    async fn decline_note(&self, ctx: &Context<'_>) -> Option<&str> {
        let own = self.side_of(ctx.data_unchecked::<Ctx>()) == Some(IntroductionSide::Asked);
        self.row.decline_note.as_deref().filter(|_| own)
    }

    /// Whom to talk to on the side that asks: for that side, and once it has been released for the other, for as long as
    /// what it is about is offered. Each reading by the other side is entered into the audit log.
    async fn asking_contact(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<IntroductionContact>, Fault> {
        let contacts = self.contacts(ctx.data_unchecked::<Ctx>()).await?;
        Ok(contacts.and_then(|it| it.asking.clone()).map(IntroductionContact::from))
    }

    /// Whom to talk to on the side that is asked: for that side, and once it has been released for the other, for as long
    /// as what it is about is offered. Each reading by the other side is entered into the audit log.
    async fn asked_contact(&self, ctx: &Context<'_>) -> Result<Option<IntroductionContact>, Fault> {
        let contacts = self.contacts(ctx.data_unchecked::<Ctx>()).await?;
        Ok(contacts.and_then(|it| it.asked.clone()).map(IntroductionContact::from))
    }

    /// What came of it, by the words of both sides, in the order in which they were said.
    async fn outcomes(&self, ctx: &Context<'_>) -> Result<Vec<OutcomeNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| outcomes::of(ctx.db(), ids);
        let said = self.page.outcomes.get(&self.row.id, load).await?;
        let own = self.side_of(ctx);
        let node = |word: &IntroductionOutcome| OutcomeNode {
            side: word.side,
            outcome: word.outcome,
            reason: word.reason,
            note: word.note.clone().filter(|_| own == Some(word.side)),
            recorded_at: word.recorded_at,
        };
        Ok(said.into_iter().flatten().map(node).collect())
    }

    /// What the viewer could do with it now.
    async fn possible_actions(&self, ctx: &Context<'_>) -> Vec<IntroductionStep> {
        let ctx = ctx.data_unchecked::<Ctx>();
        steps::possible(&ctx.viewer, &self.row, ctx.today)
    }

    /// How often it has been changed, counted from 1; for saying what a change is made to.
    async fn version(&self) -> i32 {
        self.row.version
    }
}
