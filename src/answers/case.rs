//! An answered question with the draft under way, and what may be done with it: by whom, and in which state.
//!
//! One table of steps answers both the rules that refuse and the list of what a viewer could do now, so that the two
//! cannot disagree. Whose right reaches how far is `access`'s to say; what is said here is only who is a second person,
//! and which state a step needs.

use std::collections::HashMap;

use sea_orm::{QueryFilter, entity::prelude::*};

use super::{
    AnswerDraft, AnsweredQuestion, DeidentificationPurpose, State, Step, draft_entity, entity,
};
use crate::{
    access::{Action, Guarded, Holding, MemberIdentity, Viewer, check, district_token},
    app::Ctx,
    error::{Error, Result, RuleCode},
    language::Text,
    stations,
};

/// An answered question that the viewer may see, with the draft of it where they may see that.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) row: AnsweredQuestion,
    pub(super) draft: Option<AnswerDraft>,
    /// The code of its station's district.
    pub(super) district: String,
}

/// Who asks, where only a member of the register can.
pub(super) fn member(viewer: &Viewer) -> Result<&MemberIdentity> {
    let refused = || if viewer.is_anonymous() { Error::Unauthenticated } else { Error::Forbidden };
    viewer.member().ok_or_else(refused)
}

impl Step {
    /// The right that the step needs.
    pub(super) fn action(self) -> Action {
        match self {
            Self::Revise | Self::EditDraft | Self::DiscardDraft | Self::SubmitForReview => {
                Action::DraftAnswer
            }
            // Beside reviewers, whoever wrote a draft takes it back.
            Self::ClearForStationExit | Self::ReturnDraft => Action::CheckDeidentification,
            Self::ClearForWider | Self::Widen => Action::WidenAnswer,
            Self::Publish | Self::Archive | Self::Supersede => Action::ReviewAnswer,
            Self::Withdraw => Action::WithdrawAnswer,
            Self::Confirm => Action::ConfirmAnswer,
            Self::Rate | Self::ReportError => Action::RateAnswer,
        }
    }

    /// Whether the step belongs to the work on an answer, which is its station's and its officers' only.
    fn is_work(self) -> bool {
        !matches!(self, Self::Rate | Self::ReportError | Self::Withdraw)
    }

    /// The step by which a text is cleared.
    pub(super) fn clearing(purpose: DeidentificationPurpose) -> Self {
        match purpose {
            DeidentificationPurpose::StationExit => Self::ClearForStationExit,
            DeidentificationPurpose::Wider => Self::ClearForWider,
        }
    }
}

impl Case {
    /// Finds one that the viewer may see.
    pub(super) async fn find(ctx: &Ctx, db: &impl ConnectionTrait, id: Uuid) -> Result<Self> {
        let row = entity::Entity::visible_to(&ctx.scope()).filter(entity::Column::Id.eq(id));
        let row = row.one(db).await?.ok_or(Error::NotFound)?;
        let mut cases = Self::all(ctx, db, vec![row]).await?;
        cases.remove(&id).ok_or(Error::NotFound)
    }

    /// Puts many together, with three statements.
    pub(super) async fn all(
        ctx: &Ctx,
        db: &impl ConnectionTrait,
        rows: Vec<AnsweredQuestion>,
    ) -> Result<HashMap<Uuid, Self>> {
        let ids = rows.iter().map(|row| row.id);
        let drafts = draft_entity::Entity::visible_to(&ctx.scope())
            .filter(draft_entity::Column::AnsweredQuestionId.is_in(ids))
            .all(db)
            .await?;
        let mut drafts: HashMap<Uuid, AnswerDraft> =
            drafts.into_iter().map(|draft| (draft.answered_question_id, draft)).collect();
        let districts = district_codes(db, rows.iter().map(|row| row.station_id)).await?;
        let case = |row: AnsweredQuestion| {
            let draft = drafts.remove(&row.id);
            let district = districts.get(&row.station_id).cloned().unwrap_or_default();
            (row.id, Self { row, draft, district })
        };
        Ok(rows.into_iter().map(case).collect())
    }

    /// Whose it is, as far as rights go.
    pub(super) fn holding(&self) -> Holding {
        Holding::of(self.row.owner_token.clone(), Some(&self.district))
    }

    /// Whether the viewer is of its station, of its district's officers, or of the bureau that writes the draft.
    pub(super) fn is_inside(&self, viewer: &Viewer) -> bool {
        self.writes(viewer) || viewer.holds(&district_token(&self.district))
    }

    /// Whether the viewer is of those who write the draft, and do not only look at it.
    fn writes(&self, viewer: &Viewer) -> bool {
        let home = self.draft.as_ref().is_some_and(|draft| viewer.holds(&draft.home_token));
        home || viewer.holds(&self.row.owner_token)
    }

    /// Whether the viewer takes part in the work on it: sees drafts, findings, checks and reports.
    pub(super) fn may_work(&self, viewer: &Viewer) -> bool {
        self.is_inside(viewer)
            && check(viewer, Action::CheckDeidentification, &self.holding()).is_ok()
    }

    /// The draft under way.
    pub(super) fn draft(&self) -> Result<&AnswerDraft> {
        self.draft.as_ref().ok_or_else(no_draft)
    }

    /// Whether nothing of it has been shown yet, so that what is shown to its own people is the draft.
    pub(super) fn is_new(&self) -> bool {
        matches!(self.row.state, State::Draft | State::InReview)
    }

    /// Whether the right is there.
    pub(super) fn may(&self, viewer: &Viewer, step: Step) -> Result<()> {
        check(viewer, step.action(), &self.holding())?;
        let inside = match step {
            Step::EditDraft | Step::SubmitForReview | Step::DiscardDraft => self.writes(viewer),
            _ => !step.is_work() || self.is_inside(viewer),
        };
        let own = step == Step::ReturnDraft && self.has_written(viewer, step);
        let returns = step != Step::ReturnDraft
            || own
            || check(viewer, Action::ReviewAnswer, &self.holding()).is_ok();
        if inside && returns { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Whether the state is right, and the person another than those who wrote it where that is needed.
    pub(super) fn ready(&self, viewer: &Viewer, step: Step) -> Result<()> {
        let draft = self.draft.as_ref().map(|draft| draft.state);
        let state = self.row.state;
        match step {
            Step::Revise => match (draft, state) {
                (None, State::Draft | State::InReview | State::Published) => Ok(()),
                (Some(_), _) => Err(draft_there()),
                (None, _) => Err(wrong_state(state)),
            },
            Step::EditDraft | Step::SubmitForReview => in_state(draft, State::Draft),
            Step::DiscardDraft => draft.map(drop).ok_or_else(no_draft),
            Step::ReturnDraft => in_state(draft, State::InReview),
            Step::Publish | Step::ClearForStationExit => {
                in_state(draft, State::InReview)?;
                // A file may have ended it meanwhile.
                one_of(state, &[State::Draft, State::InReview, State::Published])?;
                self.second_person(viewer, step)
            }
            Step::ClearForWider => {
                if draft != Some(State::InReview) {
                    one_of(state, &[State::Published])?;
                }
                self.second_person(viewer, step)
            }
            Step::Widen | Step::Supersede | Step::Confirm => one_of(state, &[State::Published]),
            Step::Withdraw | Step::Archive | Step::Rate | Step::ReportError => {
                one_of(state, &[State::Published, State::Superseded])
            }
        }
    }

    /// What the viewer could do now.
    pub(super) fn possible(&self, viewer: &Viewer) -> Vec<Step> {
        use sea_orm::Iterable as _;
        let possible =
            |step: &Step| self.may(viewer, *step).is_ok() && self.ready(viewer, *step).is_ok();
        Step::iter().filter(possible).collect()
    }

    /// Whether the viewer had a hand in the text that a step looks at: the draft, or what is shown. It is what is shown
    /// that is cleared to go further while the next version is still being written.
    fn has_written(&self, viewer: &Viewer, step: Step) -> bool {
        let Some(member) = viewer.member() else { return false };
        let looked_at =
            |draft: &&AnswerDraft| step != Step::ClearForWider || draft.state == State::InReview;
        let (author, writers) = match self.draft.as_ref().filter(looked_at) {
            Some(draft) => (draft.author_id, Some(&draft.writers)),
            None => (self.row.author_id, self.row.writers.as_ref()),
        };
        author == Some(member.id) || people(writers).contains(&member.id)
    }

    fn second_person(&self, viewer: &Viewer, step: Step) -> Result<()> {
        if !self.has_written(viewer, step) {
            return Ok(());
        }
        let reason = Text::new(
            "you had a hand in writing it: another person must look at it",
            "您参与了撰写，须由另一人审核",
        );
        Err(Error::rule(RuleCode::SecondPersonNeeded, "", reason))
    }
}

/// The members in a column of writers.
pub(super) fn people(writers: Option<&Json>) -> Vec<Uuid> {
    let writers = writers.map(crate::json::texts).unwrap_or_default();
    writers.iter().filter_map(|id| Uuid::try_parse(id).ok()).collect()
}

/// These members and one more, each once, as a column keeps them.
pub(super) fn with_writers(writers: Option<&Json>, more: impl IntoIterator<Item = Uuid>) -> Json {
    let mut all = people(writers);
    for id in more {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all.iter().map(Uuid::to_string).collect::<Vec<_>>().into()
}

/// The codes of the districts of stations, by station.
pub(super) async fn district_codes(
    db: &impl ConnectionTrait,
    station_ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>> {
    let mut ids: Vec<Uuid> = station_ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let stations = stations::by_ids(db, ids).await?;
    let districts = stations.values().map(|station| station.district_id).collect();
    let districts = stations::districts(db, districts).await?;
    let code = |(id, station): (Uuid, stations::Station)| {
        Some((id, districts.get(&station.district_id)?.code.clone()))
    };
    Ok(stations.into_iter().filter_map(code).collect())
}

fn in_state(draft: Option<State>, wanted: State) -> Result<()> {
    let draft = draft.ok_or_else(no_draft)?;
    one_of(draft, &[wanted])
}

fn one_of(state: State, wanted: &[State]) -> Result<()> {
    if wanted.contains(&state) { Ok(()) } else { Err(wrong_state(state)) }
}

fn wrong_state(state: State) -> Error {
    let state = state.to_value();
    let reason = Text::new(
        format!(
            "it is in the state {state}, in which this cannot be done; possibleActions tells what can"
        ),
        format!("当前状态为 {state}，不能进行此操作；可进行的操作见 possibleActions"),
    );
    Error::rule(RuleCode::WrongState, "", reason)
}

fn no_draft() -> Error {
    let reason = Text::new(
        "there is no draft of it under way; reviseAnsweredQuestion begins one",
        "没有正在撰写的草稿，可用 reviseAnsweredQuestion 开始修订",
    );
    Error::rule(RuleCode::WrongState, "", reason)
}

/// The refusal of a second draft.
pub(super) fn draft_there() -> Error {
    let reason = Text::new(
        "somebody is working on it already: there is one draft at a time",
        "已有修订草稿正在进行，同一时间只能有一份草稿",
    );
    Error::rule(RuleCode::AlreadyThere, "", reason)
}

/// Refuses a version that is not the present one.
pub(super) fn at_version(given: i32, present: i32) -> Result<()> {
    if given == present { Ok(()) } else { Err(Error::Conflict { present }) }
}
