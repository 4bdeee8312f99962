//! The table of the way, read aloud, and its invariants on random ways.

use std::fmt::Write as _;

use proptest::{collection::vec, prelude::*};
use sea_orm::Iterable as _;

use super::{
    Closure, Level, State, Step,
    state::{Clock, Facts, Guard, REOPEN_DAYS, Refusal, clock, next, seat},
};

/// All that any step could need.
fn everything() -> Facts {
    Facts {
        classified: true,
        level: Some(Level::Basic),
        before_info: Some(State::WithDistrict),
        handed_on: true,
        asker_held_back: true,
        asker_erased: false,
        days_since_end: Some(0),
        assigned: true,
        by_assignee: true,
        counterpart: true,
        summary: true,
        note: true,
        reply: true,
    }
}

#[test]
fn the_table_is_that_of_the_domain() {
    let mut table = String::new();
    for step in Step::iter() {
        for state in State::iter() {
            if let Ok(to) = next(state, step, &everything()) {
                writeln!(table, "{step:?} {state:?} -> {to:?}").expect("a text takes any line");
            }
        }
    }
    insta::assert_snapshot!(table, @"
    Classify Received -> Triaged
    Reclassify Triaged -> Triaged
    Reclassify NeedsInfo -> NeedsInfo
    Reclassify WithStation -> WithStation
    Reclassify WithDistrict -> WithDistrict
    Reclassify WithMunicipal -> WithMunicipal
    Reclassify Referred -> Referred
    Reclassify ReplyReceived -> ReplyReceived
    AskForDetails Received -> NeedsInfo
    AskForDetails Triaged -> NeedsInfo
    AskForDetails WithStation -> NeedsInfo
    AskForDetails WithDistrict -> NeedsInfo
    AskForDetails WithMunicipal -> NeedsInfo
    GiveDetails NeedsInfo -> WithDistrict
    AnswerDirectly Triaged -> Replied
    ReferAcross Triaged -> WithStation
    ReleaseAsker Received -> Received
    ReleaseAsker Triaged -> Triaged
    ReleaseAsker NeedsInfo -> NeedsInfo
    ReleaseAsker WithStation -> WithStation
    ReleaseAsker WithDistrict -> WithDistrict
    ReleaseAsker WithMunicipal -> WithMunicipal
    ReleaseAsker Referred -> Referred
    ReleaseAsker ReplyReceived -> ReplyReceived
    ReleaseReferral WithStation -> Triaged
    EscalateToDistrict Triaged -> WithDistrict
    EscalateToMunicipal WithDistrict -> WithMunicipal
    ReferNational WithMunicipal -> Referred
    Assign Received -> Received
    Assign Triaged -> Triaged
    Assign NeedsInfo -> NeedsInfo
    Assign WithStation -> WithStation
    Assign WithDistrict -> WithDistrict
    Assign WithMunicipal -> WithMunicipal
    Assign Referred -> Referred
    Assign ReplyReceived -> ReplyReceived
    Return WithStation -> Triaged
    Return WithDistrict -> Triaged
    Return WithMunicipal -> Triaged
    TierReply WithStation -> ReplyReceived
    TierReply WithDistrict -> ReplyReceived
    TierReply WithMunicipal -> ReplyReceived
    TierReply Referred -> ReplyReceived
    Reply ReplyReceived -> Replied
    Confirm Replied -> Closed
    NoObjection Replied -> Closed
    Reopen Replied -> Triaged
    Reopen Closed -> Triaged
    MarkDuplicate Received -> Closed
    MarkDuplicate Triaged -> Closed
    MarkDuplicate NeedsInfo -> Closed
    MarkDuplicate WithStation -> Closed
    MarkDuplicate WithDistrict -> Closed
    MarkDuplicate WithMunicipal -> Closed
    MarkDuplicate Referred -> Closed
    MarkDuplicate ReplyReceived -> Closed
    Withdraw Received -> Closed
    Withdraw Triaged -> Closed
    Withdraw NeedsInfo -> Closed
    Withdraw WithStation -> Closed
    Withdraw WithDistrict -> Closed
    Withdraw WithMunicipal -> Closed
    Withdraw Referred -> Closed
    Withdraw ReplyReceived -> Closed
    EraseAsker Closed -> Closed
    ");
}

/// A state, a step, what is taken away from all that it needs, and what is then missing.
type Case = (State, Step, fn(&mut Facts), Guard);

#[test]
fn what_is_missing_is_named() {
    let without = |change: fn(&mut Facts)| {
        let mut facts = everything();
        change(&mut facts);
        facts
    };
    let cases: [Case; 17] = [
        (State::Received, Step::Classify, |it| it.classified = false, Guard::Classified),
        (State::Triaged, Step::AnswerDirectly, |it| it.level = Some(Level::District), Guard::Basic),
        (State::Triaged, Step::AnswerDirectly, |it| it.reply = false, Guard::Reply),
        (State::Triaged, Step::ReferAcross, |it| it.note = false, Guard::Note),
        (State::Triaged, Step::ReferAcross, |it| it.assigned = false, Guard::Assigned),
        (State::WithDistrict, Step::Assign, |it| it.note = false, Guard::NoteOnceHandedOn),
        (State::WithDistrict, Step::Reclassify, |it| it.note = false, Guard::NoteOnceHandedOn),
        (State::Triaged, Step::EscalateToDistrict, |it| it.assigned = false, Guard::Assigned),
        (State::Triaged, Step::EscalateToDistrict, |it| it.summary = false, Guard::Summary),
        (
            State::WithDistrict,
            Step::EscalateToMunicipal,
            |it| it.counterpart = false,
            Guard::Counterpart,
        ),
        (State::WithMunicipal, Step::ReferNational, |it| it.note = false, Guard::Note),
        (State::WithStation, Step::Return, |it| it.note = false, Guard::Note),
        (State::Referred, Step::TierReply, |it| it.reply = false, Guard::Reply),
        (State::ReplyReceived, Step::Reply, |it| it.by_assignee = false, Guard::ByAssignee),
        (
            State::Closed,
            Step::Reopen,
            |it| it.days_since_end = Some(REOPEN_DAYS + 1),
            Guard::Recent,
        ),
        (State::Closed, Step::Reopen, |it| it.asker_erased = true, Guard::AskerKnown),
        (
            State::WithStation,
            Step::ReleaseAsker,
            |it| it.asker_held_back = false,
            Guard::AskerHeldBack,
        ),
    ];
    for (state, step, change, guard) in cases {
        let refusal = next(state, step, &without(change));
        assert_eq!(refusal, Err(Refusal::Missing(guard)), "{step:?}");
    }
    let early = next(State::Received, Step::TierReply, &everything());
    assert_eq!(early, Err(Refusal::WrongState(State::Received)));
}

#[test]
fn before_anything_was_handed_on_no_reason_is_asked_for() {
    let facts = Facts { note: false, handed_on: false, ..everything() };
    assert_eq!(next(State::Triaged, Step::Assign, &facts), Ok(State::Triaged));
}

/// A case as far as the invariants speak of it.
#[derive(Debug, Default)]
struct Walk {
    state: Option<State>,
    before_info: Option<State>,
    due: bool,
    left: bool,
    replied: bool,
    closure: Option<Closure>,
}

impl Walk {
    fn take(&mut self, step: Step, facts: &Facts) {
        let from = self.state.unwrap_or(State::Received);
        let facts = Facts { before_info: self.before_info, ..*facts };
        let Ok(to) = next(from, step, &facts) else { return };
        match clock(step, from, to) {
            Clock::GoesOn | Clock::Reweighed => {}
            Clock::Anew => self.due = true,
            Clock::Stops => (self.due, self.left) = (false, true),
            Clock::Resumes => {
                assert!(self.left, "a clock goes on that never stopped");
                (self.due, self.left) = (true, false);
            }
            Clock::Ends => (self.due, self.left) = (false, false),
        }
        if to == State::NeedsInfo && from != State::NeedsInfo {
            self.before_info = Some(from);
        } else if to != State::NeedsInfo {
            self.before_info = None;
        }
        match step {
            Step::AnswerDirectly | Step::Reply => self.replied = true,
            Step::Confirm => self.closure = Some(Closure::Confirmed),
            Step::NoObjection => self.closure = Some(Closure::NoObjection),
            Step::MarkDuplicate => self.closure = Some(Closure::Duplicate),
            Step::Withdraw => self.closure = Some(Closure::Withdrawn),
            Step::Reopen => (self.replied, self.closure) = (false, None),
            _ => {}
        }
        self.check(step, from, to, &facts);
        self.state = Some(to);
    }

    fn check(&self, step: Step, from: State, to: State, facts: &Facts) {
        let with = |state| tier(state).is_some();
        if with(to) && !with(from) && from != State::NeedsInfo {
            assert!(facts.assigned, "{step:?} hands on what nobody follows");
        }
        if with(to) {
            assert!(self.due, "{step:?} leads to {to:?} without a due date");
        }
        if to == State::Closed {
            assert!(self.replied || self.closure.is_some(), "closed without a reply or a reason");
        }
        assert_eq!(to == State::NeedsInfo, self.before_info.is_some());
        if let (Some(before), Some(after)) = (tier(from), tier(to)) {
            assert!(after >= before, "{step:?} lets a tier fall");
        }
        if tier(from).is_some() && to == State::Triaged {
            assert!(matches!(step, Step::Return | Step::ReleaseReferral), "{step:?}");
        }
    }
}

fn tier(state: State) -> Option<u8> {
    match state {
        State::WithStation | State::WithDistrict => Some(1),
        State::WithMunicipal => Some(2),
        State::Referred => Some(3),
        _ => None,
    }
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let levels = proptest::sample::select(Level::iter().collect::<Vec<_>>());
    (any::<[bool; 10]>(), levels, 0..200_i64).prop_map(|(bits, level, days)| Facts {
        classified: bits[0],
        level: Some(level),
        before_info: None,
        handed_on: bits[1],
        asker_held_back: bits[2],
        asker_erased: bits[3],
        days_since_end: bits[4].then_some(days),
        assigned: bits[5],
        by_assignee: bits[6],
        counterpart: bits[7],
        summary: bits[8],
        note: bits[9],
        reply: bits[4],
    })
}

proptest! {
    #[test]
    fn the_invariants_hold_on_every_way(
        steps in vec((proptest::sample::select(Step::iter().collect::<Vec<_>>()), any_facts()), 0..60)
    ) {
        let mut walk = Walk::default();
        for (step, facts) in steps {
            walk.take(step, &facts);
        }
    }

    #[test]
    fn whoever_asked_for_details_has_it_in_hand_meanwhile(at in 0_usize..10) {
        let states: Vec<State> = State::iter().collect();
        let before = states[at];
        prop_assert_eq!(seat(State::NeedsInfo, Some(before)), seat(before, None));
    }
}
