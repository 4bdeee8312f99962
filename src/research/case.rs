//! A research output on its way, and what may be done with it: by whom, and in which state.
//!
//! One table of steps answers both the rules that refuse and the list of what a viewer could do now, so that the two
//! cannot disagree. What is shown is never changed under its readers: a revision stands beside it until that is published,
//! and goes the same way there as a draft.

use std::collections::HashMap;

use sea_orm::{QueryFilter, entity::prelude::*};

use super::{ResearchOutput, State, Step, entity};
use crate::{
    access::{Action, Guarded, Holding, MemberIdentity, Viewer, check, check_at_all, may},
    accounts,
    app::Ctx,
    change::{Change, check_version},
    error::{Error, Result, RuleCode},
    language::Text,
};

/// Which output at which version a step is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    /// The research output.
    pub(super) id: Uuid,
    /// The version that the caller has seen.
    pub(super) version: i32,
}

/// A research output that the viewer may see.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) row: ResearchOutput,
    /// How many people its organization has on the register who could publish.
    pub(super) people: u64,
}

/// The right that every step needs.
const RIGHT: Action = Action::WriteResearchOutput;

/// Who asks, where only a member of the register can.
pub(super) fn member(viewer: &Viewer) -> Result<&MemberIdentity> {
    let refused = || if viewer.is_anonymous() { Error::Unauthenticated } else { Error::Forbidden };
    viewer.member().ok_or_else(refused)
}

/// The organization that a member writes for.
pub(super) fn own_organization(viewer: &Viewer) -> Result<Uuid> {
    check_at_all(viewer, RIGHT)?;
    member(viewer)?.organization.ok_or(Error::Forbidden)
}

/// Whose an output is, as far as rights go.
fn holding(row: &ResearchOutput) -> Holding {
    Holding::of(row.owner_token.clone(), None)
}

/// Whether the viewer is of those who write an output: sees its revision, its contact, what may be done with it.
pub(super) fn is_own(viewer: &Viewer, row: &ResearchOutput) -> bool {
    may(viewer, RIGHT, &holding(row))
}

/// Begins a change of an output: right, version and state, in this order.
pub(super) async fn at(ctx: &Ctx, about: About, step: Step) -> Result<(Change<'_>, Case)> {
    let (change, case) = of_own(ctx, about.id).await?;
    check_version(case.row.version, about.version)?;
    case.ready(&ctx.viewer, step)?;
    Ok((change, case))
}

/// The same, whatever others have done to it since it was read.
pub(super) async fn at_any_version(ctx: &Ctx, id: Uuid, step: Step) -> Result<(Change<'_>, Case)> {
    let (change, case) = of_own(ctx, id).await?;
    case.ready(&ctx.viewer, step)?;
    Ok((change, case))
}

async fn of_own(ctx: &Ctx, id: Uuid) -> Result<(Change<'_>, Case)> {
    check_at_all(&ctx.viewer, RIGHT)?;
    let change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, id).await?;
    check(&ctx.viewer, RIGHT, &holding(&case.row))?;
    Ok((change, case))
}

impl Case {
    /// Finds one that the viewer may see.
    pub(super) async fn find(ctx: &Ctx, db: &impl ConnectionTrait, id: Uuid) -> Result<Self> {
        let row = entity::Entity::visible_to(&ctx.scope()).filter(entity::Column::Id.eq(id));
        let row = row.one(db).await?.ok_or(Error::NotFound)?;
        let mut people = publishers(db, vec![row.organization_id]).await?;
        let people = people.remove(&row.organization_id).unwrap_or_default();
        Ok(Self { row, people })
    }

    /// Whether something is shown that a draft stands beside.
    pub(super) fn is_revised(&self) -> bool {
        self.row.state.is_shown() && self.row.revision.is_some()
    }

    /// How far the text under work has come: the draft, or the revision beside what is shown.
    fn under_work(&self) -> Option<State> {
        if self.row.state.is_shown() { self.row.revision_state } else { Some(self.row.state) }
    }

    /// Whether the state is right, and the person another than those who wrote it where that is needed.
    pub(super) fn ready(&self, viewer: &Viewer, step: Step) -> Result<()> {
        use State::{Draft, Negotiating, Published, Returned, Submitted, Transferred};
        let text = |wanted: &[State]| match self.under_work() {
            Some(state) if wanted.contains(&state) => Ok(()),
            _ => Err(self.wrong_state()),
        };
        let shown = |wanted: &[State]| {
            if wanted.contains(&self.row.state) { Ok(()) } else { Err(self.wrong_state()) }
        };
        match step {
            Step::Edit => text(&[Draft, Returned]),
            Step::Submit => text(&[Draft]),
            Step::Return => text(&[Submitted]),
            Step::Publish => {
                text(&[Submitted])?;
                self.second_person(viewer)
            }
            Step::Discard if self.row.state.is_shown() => text(&[Draft, Returned, Submitted]),
            Step::Discard => text(&[Draft, Returned]),
            Step::Withdraw => shown(&[Published, Negotiating, Transferred]),
            Step::Negotiate => shown(&[Published]),
            Step::Resume | Step::Transfer => shown(&[Negotiating]),
            Step::ChangeEmbargo => shown(&[Published, Negotiating]),
            Step::Revise => {
                shown(&[Published, Negotiating])?;
                if self.is_revised() { Err(revised_already()) } else { Ok(()) }
            }
        }
    }

    /// What the viewer could do now.
    pub(super) fn possible(&self, viewer: &Viewer) -> Vec<Step> {
        use sea_orm::Iterable as _;
        if !is_own(viewer, &self.row) {
            return Vec::new();
        }
        Step::iter().filter(|step| self.ready(viewer, *step).is_ok()).collect()
    }

    /// Whether the viewer had a hand in the text that is to be published.
    fn has_written(&self, viewer: &Viewer) -> bool {
        let Some(member) = viewer.member() else { return false };
        if self.is_revised() {
            return people(self.row.revision_writers.as_ref()).contains(&member.id);
        }
        self.row.author_id == Some(member.id)
            || people(self.row.writers.as_ref()).contains(&member.id)
    }

    /// Publishing takes another person than those who wrote it, where the organization has one.
    fn second_person(&self, viewer: &Viewer) -> Result<()> {
        if self.people < 2 || !self.has_written(viewer) {
            return Ok(());
        }
        let reason = Text::new(
            "you had a hand in writing it: another member of your office must publish it",
            "您参与了撰写，须由本机构另一名成员发布",
        );
        Err(Error::rule(RuleCode::SecondPersonNeeded, "", reason))
    }

    fn wrong_state(&self) -> Error {
        let state = self.row.state.to_value();
        let state = match self.row.revision_state.filter(|_| self.is_revised()) {
            Some(revision) => {
                format!("{state}, with a revision in the state {}", revision.to_value())
            }
            None => state,
        };
        let reason = Text::new(
            format!(
                "it is in the state {state}, in which this cannot be done; possibleActions tells what can"
            ),
            format!("当前状态为 {state}，不能进行此操作；可进行的操作见 possibleActions"),
        );
        Error::rule(RuleCode::WrongState, "", reason)
    }
}

fn revised_already() -> Error {
    let reason = Text::new(
        "somebody is revising it already: there is one revision at a time",
        "已有修订正在进行，同一时间只能有一份修订",
    );
    Error::rule(RuleCode::AlreadyThere, "", reason)
}

/// How many people these organizations have who could publish.
pub(super) async fn publishers(
    db: &impl ConnectionTrait,
    organizations: Vec<Uuid>,
) -> Result<HashMap<Uuid, u64>> {
    accounts::active_publishers(db, organizations).await
}

/// The members in a column of writers.
pub(super) fn people(writers: Option<&Json>) -> Vec<Uuid> {
    let writers = writers.map(crate::json::texts).unwrap_or_default();
    writers.iter().filter_map(|id| Uuid::try_parse(id).ok()).collect()
}

/// These members and one more, each once, as a column keeps them.
pub(super) fn with_writer(writers: Option<&Json>, one_more: Uuid) -> Json {
    let mut all = people(writers);
    if !all.contains(&one_more) {
        all.push(one_more);
    }
    all.iter().map(Uuid::to_string).collect::<Vec<_>>().into()
}
