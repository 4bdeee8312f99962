//! The way of a consultation: one table of what may follow what, and what must hold for it. Nothing here reads or writes.
//!
//! Invariants, which the tests walk through at random: whatever is with another (`WITH_*`) has an assignee and a due date;
//! what is closed has a reply or a reason for being closed; tiers only rise, except by giving a case back, taking it back
//! or taking it up again.

use super::{Level, State, Step};

/// What is known of a case and of a step, as far as the way depends on it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of independent facts, each with its name"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether areas, level and kind of product are known.
    pub(super) classified: bool,
    /// How far up the question has to go.
    pub(super) level: Option<Level>,
    /// Where it stood before the company was asked for details.
    pub(super) before_info: Option<State>,
    /// Whether it has ever been handed up or across.
    pub(super) handed_on: bool,
    /// Whether another station reads it without knowing who asked.
    pub(super) asker_held_back: bool,
    /// Whether who asked has been erased.
    pub(super) asker_erased: bool,
    /// How many days ago the company was told or the case closed.
    pub(super) days_since_end: Option<i64>,
    /// Whether somebody of its station follows it.
    pub(super) assigned: bool,
    /// Whether whoever asks is the one who follows it.
    pub(super) by_assignee: bool,
    /// Whether a counterpart at the next tier is named.
    pub(super) counterpart: bool,
    /// Whether a summary is there.
    pub(super) summary: bool,
    /// Whether a reason or a note is given.
    pub(super) note: bool,
    /// Whether a reply is given, in words or by answered questions.
    pub(super) reply: bool,
}

/// What must hold for a step beside the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Areas, level and kind of product are known.
    Classified,
    /// It is a basic question.
    Basic,
    /// A reason or a note is given.
    Note,
    /// The same, once it has been handed up or across.
    NoteOnceHandedOn,
    /// A reply is given.
    Reply,
    /// Somebody of its station follows it.
    Assigned,
    /// Whoever asks is that somebody.
    ByAssignee,
    /// A summary is there.
    Summary,
    /// A counterpart at the next tier is named.
    Counterpart,
    /// Another station reads it without knowing who asked.
    AskerHeldBack,
    /// Who asked is still known.
    AskerKnown,
    /// It ended no longer ago than it may be taken up again.
    Recent,
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not from this state.
    WrongState(State),
    /// Something else is missing.
    Missing(Guard),
}

/// How many days after its end a case may be taken up again.
pub(super) const REOPEN_DAYS: i64 = 90;

/// Where a step leads.
#[derive(Clone, Copy, Debug)]
enum To {
    /// To a state.
    Is(State),
    /// Nowhere: the case stays where it is.
    Same,
    /// To where it stood before the company was asked for details.
    Back,
    /// To the beginning: classified or not.
    Beginning,
}

/// A line of the table.
struct Line {
    from: &'static [State],
    to: To,
    guards: &'static [Guard],
}

/// The table.
fn line(step: Step) -> Line {
    use Guard as G;
    use State as S;
    // What has just been received comes first: it is classified, and not classified anew.
    const OPEN: &[State] = &[
        S::Received,
        S::Triaged,
        S::NeedsInfo,
        S::WithStation,
        S::WithDistrict,
        S::WithMunicipal,
        S::Referred,
        S::ReplyReceived,
    ];
    const WITH: &[State] = &[S::WithStation, S::WithDistrict, S::WithMunicipal];
    let (from, to, guards): (&[State], To, &[Guard]) = match step {
        Step::Record => (&[], To::Is(S::Received), &[]),
        Step::Classify => (&[S::Received], To::Is(S::Triaged), &[G::Classified]),
        Step::Reclassify => (&OPEN[1..], To::Same, &[G::Classified, G::NoteOnceHandedOn]),
        Step::Assign => (OPEN, To::Same, &[G::NoteOnceHandedOn]),
        Step::AskForDetails => (
            &[S::Received, S::Triaged, S::WithStation, S::WithDistrict, S::WithMunicipal],
            To::Is(S::NeedsInfo),
            &[G::Note],
        ),
        Step::GiveDetails => (&[S::NeedsInfo], To::Back, &[G::Note]),
        Step::AnswerDirectly => (&[S::Triaged], To::Is(S::Replied), &[G::Basic, G::Reply]),
        Step::ReferAcross => (&[S::Triaged], To::Is(S::WithStation), &[G::Note, G::Assigned]),
        Step::ReleaseAsker => (OPEN, To::Same, &[G::AskerKnown, G::AskerHeldBack]),
        Step::ReleaseReferral => (&[S::WithStation], To::Is(S::Triaged), &[G::Note]),
        Step::EscalateToDistrict => {
            (&[S::Triaged], To::Is(S::WithDistrict), &[G::Assigned, G::Summary])
        }
        Step::EscalateToMunicipal => {
            (&[S::WithDistrict], To::Is(S::WithMunicipal), &[G::Assigned, G::Counterpart])
        }
        Step::ReferNational => (&[S::WithMunicipal], To::Is(S::Referred), &[G::Note]),
        Step::Return => (WITH, To::Is(S::Triaged), &[G::Note]),
        Step::TierReply => (
            &[S::WithStation, S::WithDistrict, S::WithMunicipal, S::Referred],
            To::Is(S::ReplyReceived),
            &[G::Reply],
        ),
        Step::Reply => (&[S::ReplyReceived], To::Is(S::Replied), &[G::ByAssignee]),
        Step::Confirm | Step::NoObjection => (&[S::Replied], To::Is(S::Closed), &[]),
        Step::Reopen => {
            (&[S::Replied, S::Closed], To::Beginning, &[G::Note, G::Recent, G::AskerKnown])
        }
        Step::MarkDuplicate | Step::Withdraw => (OPEN, To::Is(S::Closed), &[]),
        Step::EraseAsker => (&[S::Closed], To::Same, &[G::Note, G::AskerKnown]),
    };
    Line { from, to, guards }
}

/// Whether a step can ever be taken from a state.
pub(super) fn may_follow(state: State, step: Step) -> bool {
    line(step).from.contains(&state)
}

/// Where a step leads from a state, or why it cannot be taken.
pub(super) fn next(state: State, step: Step, facts: &Facts) -> Result<State, Refusal> {
    let Line { from, to, guards } = line(step);
    if !from.contains(&state) {
        return Err(Refusal::WrongState(state));
    }
    if let Some(guard) = guards.iter().find(|guard| !holds(**guard, facts)) {
        return Err(Refusal::Missing(*guard));
    }
    Ok(match to {
        To::Is(state) => state,
        To::Same => state,
        To::Back => facts.before_info.unwrap_or(State::Received),
        To::Beginning if facts.classified => State::Triaged,
        To::Beginning => State::Received,
    })
}

fn holds(guard: Guard, facts: &Facts) -> bool {
    match guard {
        Guard::Classified => facts.classified,
        Guard::Basic => facts.level == Some(Level::Basic),
        Guard::Note => facts.note,
        Guard::NoteOnceHandedOn => facts.note || !facts.handed_on,
        Guard::Reply => facts.reply,
        Guard::Assigned => facts.assigned,
        Guard::ByAssignee => facts.by_assignee,
        Guard::Summary => facts.summary,
        Guard::Counterpart => facts.counterpart,
        Guard::AskerHeldBack => facts.asker_held_back,
        Guard::AskerKnown => !facts.asker_erased,
        Guard::Recent => facts.days_since_end.is_some_and(|days| days <= REOPEN_DAYS),
    }
}

/// What a step does to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Goes on as before.
    GoesOn,
    /// Begins anew: the case has come to somebody else.
    Anew,
    /// Stops; the days that are left are kept.
    Stops,
    /// Goes on with the days that were left.
    Resumes,
    /// Counts what was allowed anew, and what was used as before.
    Reweighed,
    /// Ends.
    Ends,
}

/// What a step from one state to another does to the clock.
pub(super) fn clock(step: Step, from: State, to: State) -> Clock {
    match (step, to) {
        (_, State::Replied | State::Closed) => Clock::Ends,
        (Step::Reclassify, _) => Clock::Reweighed,
        (Step::AskForDetails, _) => Clock::Stops,
        (Step::GiveDetails, _) => Clock::Resumes,
        _ if from == to => Clock::GoesOn,
        _ => Clock::Anew,
    }
}

/// Who has a case in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    /// Its own station.
    Owner,
    /// The station that it was referred to.
    Referred,
    /// The bureau of its district.
    District,
    /// The municipal level.
    Municipal,
}

/// Who has a case of this state in hand. While the company is asked for details it is whoever asked.
pub(super) fn seat(state: State, before_info: Option<State>) -> Seat {
    match before_info.filter(|_| state == State::NeedsInfo).unwrap_or(state) {
        State::WithStation => Seat::Referred,
        State::WithDistrict => Seat::District,
        State::WithMunicipal | State::Referred => Seat::Municipal,
        State::Received
        | State::Triaged
        | State::NeedsInfo
        | State::ReplyReceived
        | State::Replied
        | State::Closed => Seat::Owner,
    }
}
