//! What the model knows of a case, and what it says of every step.

use super::{
    Obstacles,
    people::{Person, Post},
};

/// Somebody who reads a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Station(&'static str),
    Bureau(&'static str),
    Municipal,
    Portal(&'static str),
}

impl Reader {
    pub fn is(self, person: &Person<'_>) -> bool {
        match self {
            Self::Station(code) => person.works_at(code),
            Self::Bureau(district) => person.is_officer_of(district),
            Self::Municipal => person.post == Post::Municipal,
            Self::Portal(name) => person.name == name,
        }
    }
}

/// What would tell who asked, and what was asked.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub company: String,
    /// The part of the company's name that no other has.
    pub short: String,
    pub contact: String,
    pub telephone: String,
    /// A word of the question that stands nowhere else.
    pub word: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Received,
    Triaged,
    NeedsInfo,
    WithStation,
    WithDistrict,
    WithMunicipal,
    Referred,
    ReplyReceived,
    Replied,
    Closed,
}

impl State {
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Received, "RECEIVED"),
        (Self::Triaged, "TRIAGED"),
        (Self::NeedsInfo, "NEEDS_INFO"),
        (Self::WithStation, "WITH_STATION"),
        (Self::WithDistrict, "WITH_DISTRICT"),
        (Self::WithMunicipal, "WITH_MUNICIPAL"),
        (Self::Referred, "REFERRED"),
        (Self::ReplyReceived, "REPLY_RECEIVED"),
        (Self::Replied, "REPLIED"),
        (Self::Closed, "CLOSED"),
    ];

    pub fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    fn is_open(self) -> bool {
        !matches!(self, Self::Replied | Self::Closed)
    }
}

pub const LEVELS: [&str; 4] = ["BASIC", "DISTRICT", "MUNICIPAL", "NATIONAL"];

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: String,
    pub version: i64,
    pub station: &'static str,
    pub district: &'static str,
    pub state: State,
    pub before_info: Option<State>,
    /// The place among [`LEVELS`].
    pub level: Option<usize>,
    pub assignee: Option<usize>,
    /// The station that it was referred to last.
    pub referred: Option<&'static str>,
    pub released: bool,
    pub handed_on: bool,
    pub is_duplicate: bool,
    pub erased: bool,
    pub recorder: Reader,
    /// Each with whether they are told who asked.
    pub readers: Vec<(Reader, bool)>,
    pub secrets: Secrets,
}

/// What can be done with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Classify,
    Reclassify,
    Assign,
    AskForDetails,
    GiveDetails,
    AnswerDirectly,
    Refer,
    ReleaseAsker,
    ReleaseReferral,
    EscalateToDistrict,
    EscalateToMunicipal,
    ReferNational,
    Return,
    TierReply,
    Reply,
    Confirm,
    Reopen,
    MarkDuplicate,
    Withdraw,
    EraseAsker,
}

impl Step {
    pub const ALL: [Self; 20] = [
        Self::Classify,
        Self::Reclassify,
        Self::Assign,
        Self::AskForDetails,
        Self::GiveDetails,
        Self::AnswerDirectly,
        Self::Refer,
        Self::ReleaseAsker,
        Self::ReleaseReferral,
        Self::EscalateToDistrict,
        Self::EscalateToMunicipal,
        Self::ReferNational,
        Self::Return,
        Self::TierReply,
        Self::Reply,
        Self::Confirm,
        Self::Reopen,
        Self::MarkDuplicate,
        Self::Withdraw,
        Self::EraseAsker,
    ];

    /// The posts that may ever take it.
    fn posts(self) -> &'static [Post] {
        use Post::{District, Head, Municipal, Portal, Staff};
        match self {
            Self::EscalateToDistrict => &[Staff, Head],
            Self::EscalateToMunicipal => &[District],
            Self::ReferNational => &[Municipal],
            Self::EraseAsker => &[Head],
            step if step.relays() => &[Portal, Staff, Head],
            _ => &[Staff, Head, District, Municipal],
        }
    }

    /// Whether it passes the company's word on.
    fn relays(self) -> bool {
        matches!(self, Self::GiveDetails | Self::Confirm | Self::MarkDuplicate | Self::Withdraw)
    }

    /// Whether it is taken by whoever has the case in hand.
    fn is_for_the_holder(self) -> bool {
        matches!(
            self,
            Self::Reclassify | Self::Assign | Self::AskForDetails | Self::Return | Self::TierReply
        )
    }

    fn may_follow(self, state: State) -> bool {
        use State as S;
        let with = matches!(state, S::WithStation | S::WithDistrict | S::WithMunicipal);
        match self {
            Self::Classify => state == S::Received,
            Self::Reclassify => state.is_open() && state != S::Received,
            Self::Assign | Self::ReleaseAsker | Self::MarkDuplicate | Self::Withdraw => {
                state.is_open()
            }
            Self::AskForDetails => with || matches!(state, S::Received | S::Triaged),
            Self::GiveDetails => state == S::NeedsInfo,
            Self::AnswerDirectly | Self::Refer | Self::EscalateToDistrict => state == S::Triaged,
            Self::ReleaseReferral => state == S::WithStation,
            Self::EscalateToMunicipal => state == S::WithDistrict,
            Self::ReferNational => state == S::WithMunicipal,
            Self::Return => with,
            Self::TierReply => with || state == S::Referred,
            Self::Reply => state == S::ReplyReceived,
            Self::Confirm => state == S::Replied,
            Self::Reopen => !state.is_open(),
            Self::EraseAsker => state == S::Closed,
        }
    }
}

impl Case {
    pub fn is_read_by(&self, person: &Person<'_>) -> bool {
        self.readers.iter().any(|(reader, _)| reader.is(person))
    }

    pub fn tells_who_asked_to(&self, person: &Person<'_>) -> bool {
        self.readers.iter().any(|(reader, told)| *told && reader.is(person))
    }

    /// Who takes the next step.
    pub fn holder(&self) -> Reader {
        match self.before_info.filter(|_| self.state == State::NeedsInfo).unwrap_or(self.state) {
            State::WithStation => Reader::Station(self.referred.unwrap_or_default()),
            State::WithDistrict => Reader::Bureau(self.district),
            State::WithMunicipal | State::Referred => Reader::Municipal,
            _ => Reader::Station(self.station),
        }
    }

    /// Why somebody cannot take a step that says all it must say, where they cannot.
    pub fn obstacles(&self, who: usize, person: &Person<'_>, step: Step) -> Obstacles {
        if let Some(code) = person.kept_out(step.posts()) {
            return vec![code];
        }
        if !self.is_read_by(person) {
            return vec!["NOT_FOUND"];
        }
        let own = person.works_at(self.station);
        let permitted = match step {
            step if step.is_for_the_holder() => true,
            step if step.relays() => own || self.recorder.is(person),
            Step::EscalateToMunicipal => person.is_officer_of(self.district),
            Step::ReferNational => true,
            _ => own,
        };
        if !permitted {
            return vec!["FORBIDDEN"];
        }
        if !step.may_follow(self.state) || (step.is_for_the_holder() && !self.holder().is(person)) {
            return vec!["WRONG_STATE"];
        }
        let missing = match step {
            Step::AnswerDirectly if self.level != Some(0) => Some("WRONG_STATE"),
            Step::Reply if self.assignee != Some(who) => Some("WRONG_STATE"),
            Step::ReleaseAsker if self.erased || self.referred.is_none() || self.released => {
                Some("WRONG_STATE")
            }
            Step::Reopen | Step::EraseAsker if self.erased => Some("WRONG_STATE"),
            Step::Reclassify if self.level.is_none() => Some("INVALID"),
            Step::Refer | Step::EscalateToDistrict | Step::EscalateToMunicipal
                if self.assignee.is_none() =>
            {
                Some("INVALID")
            }
            _ => None,
        };
        missing.into_iter().collect()
    }

    /// Takes a step that was taken.
    pub fn take(&mut self, step: Step) {
        use State as S;
        let from = self.state;
        self.state = match step {
            Step::Classify | Step::ReleaseReferral | Step::Return => S::Triaged,
            Step::Reclassify | Step::Assign | Step::ReleaseAsker | Step::EraseAsker => from,
            Step::AskForDetails => S::NeedsInfo,
            Step::GiveDetails => self.before_info.unwrap(),
            Step::AnswerDirectly | Step::Reply => S::Replied,
            Step::Refer => S::WithStation,
            Step::EscalateToDistrict => S::WithDistrict,
            Step::EscalateToMunicipal => S::WithMunicipal,
            Step::ReferNational => S::Referred,
            Step::TierReply => S::ReplyReceived,
            Step::Confirm | Step::MarkDuplicate | Step::Withdraw => S::Closed,
            Step::Reopen if self.level.is_some() => S::Triaged,
            Step::Reopen => S::Received,
        };
        if self.state == S::NeedsInfo && from != S::NeedsInfo {
            self.before_info = Some(from);
        } else if self.state != S::NeedsInfo {
            self.before_info = None;
        }
        match step {
            Step::EscalateToDistrict => self.rise(1, Reader::Bureau(self.district)),
            Step::EscalateToMunicipal => self.rise(2, Reader::Municipal),
            Step::ReferNational => self.rise(3, Reader::Municipal),
            Step::MarkDuplicate => self.is_duplicate = true,
            Step::Reopen => self.is_duplicate = false,
            Step::EraseAsker => self.erased = true,
            Step::ReleaseAsker => {
                self.released = true;
                let referred = Reader::Station(self.referred.unwrap());
                for (_, told) in self.readers.iter_mut().filter(|(reader, _)| *reader == referred) {
                    *told = true;
                }
            }
            _ => {}
        }
    }

    fn rise(&mut self, tier: usize, reader: Reader) {
        self.level = self.level.max(Some(tier));
        self.handed_on = true;
        self.let_read(reader, true);
    }

    /// Lets another station handle it.
    pub fn refer_to(&mut self, station: &'static str) {
        let reader = Reader::Station(station);
        self.referred = Some(station);
        self.handed_on = true;
        self.released = self.readers.iter().any(|(one, told)| *one == reader && *told);
        self.let_read(reader, false);
    }

    fn let_read(&mut self, reader: Reader, told: bool) {
        if self.readers.iter().all(|(one, _)| *one != reader) {
            self.readers.push((reader, told));
        }
    }
}
