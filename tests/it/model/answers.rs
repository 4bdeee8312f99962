//! What the model knows of an answer, and what it says of everything that can be done with it.

use std::collections::BTreeSet;

use super::{
    Obstacles,
    cases::Reader,
    people::{Person, Post},
};

/// What an answer says. Texts of the same number are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub number: u32,
    /// A word that stands in no other text.
    pub word: String,
    pub complete: bool,
    /// Whether it names who asked.
    pub leaks: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    Network,
    Partners,
    Public,
}

impl Audience {
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Network, "NETWORK"), (Self::Partners, "PARTNERS"), (Self::Public, "PUBLIC")];

    pub fn holds(self, person: &Person<'_>) -> bool {
        match self {
            Self::Network => person.is_of_the_network(),
            Self::Partners => person.post != Post::Anybody,
            Self::Public => true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing of it was ever shown.
    New,
    Published(Audience),
    /// Withdrawn or archived.
    Gone,
}

/// The work on an answer.
#[derive(Clone, Debug)]
pub struct Draft {
    pub text: Text,
    pub version: i64,
    pub in_review: bool,
    pub writers: BTreeSet<usize>,
    /// Who sees it from its beginning, beside its station.
    pub home: Reader,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub id: String,
    pub station: &'static str,
    pub district: &'static str,
    /// The case that it comes from, by its place.
    pub case: Option<usize>,
    pub state: State,
    pub version: i64,
    pub text: Text,
    pub writers: BTreeSet<usize>,
    pub draft: Option<Draft>,
    /// Who sees it while it is new.
    pub home: Reader,
    /// The numbers of the texts that were cleared to leave the station, and to go further.
    pub cleared: BTreeSet<u32>,
    pub cleared_wider: BTreeSet<u32>,
    /// What it said before, and to whom.
    pub former: Vec<(Text, Audience)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Edit,
    Submit,
    Return,
    Discard,
    Clear,
    ClearWider,
    Publish,
    Revise,
    Widen(Audience),
    Withdraw,
    Archive,
    Rate,
}

impl Work {
    pub const ALL: [Self; 13] = [
        Self::Edit,
        Self::Submit,
        Self::Return,
        Self::Discard,
        Self::Clear,
        Self::ClearWider,
        Self::Publish,
        Self::Revise,
        Self::Widen(Audience::Partners),
        Self::Widen(Audience::Public),
        Self::Withdraw,
        Self::Archive,
        Self::Rate,
    ];

    fn posts(self) -> &'static [Post] {
        use Post::{Administrator, District, Head, Municipal, Portal, Staff};
        match self {
            Self::ClearWider | Self::Widen(_) => &[District, Municipal],
            Self::Publish | Self::Archive => &[Head, District, Municipal],
            Self::Withdraw => &[Head, District, Municipal, Administrator],
            Self::Rate => &[Portal, Staff, Head, District, Municipal],
            _ => &[Staff, Head, District, Municipal],
        }
    }
}

impl Answer {
    /// Whether somebody is of its station, of its district's officers or of the municipal level.
    fn is_near(&self, person: &Person<'_>) -> bool {
        person.works_at(self.station) || self.is_over(person)
    }

    fn is_over(&self, person: &Person<'_>) -> bool {
        person.is_officer_of(self.district) || person.post == Post::Municipal
    }

    /// Whether the text under way may be seen outside of where it is written.
    fn is_open(&self) -> bool {
        self.draft
            .as_ref()
            .is_some_and(|draft| draft.in_review && self.cleared.contains(&draft.text.number))
    }

    pub fn is_seen_by(&self, person: &Person<'_>) -> bool {
        person.works_at(self.station)
            || match self.state {
                State::Published(audience) => audience.holds(person),
                State::New => self.home.is(person) || (self.is_open() && self.is_near(person)),
                State::Gone => false,
            }
    }

    pub fn draft_seen_by(&self, person: &Person<'_>) -> Option<&Draft> {
        let seen = |draft: &&Draft| {
            person.works_at(self.station)
                || draft.home.is(person)
                || (self.is_open() && self.is_near(person))
        };
        self.draft.as_ref().filter(seen).filter(|_| self.is_seen_by(person))
    }

    /// Every text of it that somebody may be shown.
    pub fn texts_for(&self, person: &Person<'_>) -> Vec<&Text> {
        let mut texts = Vec::new();
        if self.is_seen_by(person) {
            texts.push(&self.text);
            let own = person.works_at(self.station);
            let former = self.former.iter().filter(|(_, audience)| own || audience.holds(person));
            texts.extend(former.map(|(text, _)| text));
        }
        texts.extend(self.draft_seen_by(person).map(|draft| &draft.text));
        texts
    }

    /// Every text of it.
    pub fn texts(&self) -> Vec<&Text> {
        let former = self.former.iter().map(|(text, _)| text);
        former.chain([&self.text]).chain(self.draft.as_ref().map(|draft| &draft.text)).collect()
    }

    /// The version by which somebody names it for this.
    pub fn version_for(&self, person: &Person<'_>, work: Work) -> i64 {
        let draft = self.draft_seen_by(person);
        match work {
            Work::Revise | Work::Widen(_) | Work::Archive | Work::Withdraw | Work::Rate => {
                self.version
            }
            Work::ClearWider => {
                draft.filter(|draft| draft.in_review).map_or(self.version, |draft| draft.version)
            }
            Work::Clear => match draft {
                Some(draft) if draft.in_review => draft.version,
                _ => self.version,
            },
            _ => draft.map_or(self.version, |draft| draft.version),
        }
    }

    /// Whether a version that is past is noticed.
    pub fn looks_at_versions(&self, person: &Person<'_>, work: Work) -> bool {
        match work {
            Work::Withdraw | Work::Rate => false,
            Work::Revise | Work::Widen(_) | Work::Archive | Work::Clear | Work::ClearWider => true,
            _ => self.draft_seen_by(person).is_some(),
        }
    }

    /// Why somebody cannot do it, where they cannot.
    pub fn obstacles(&self, who: usize, person: &Person<'_>, work: Work, stale: bool) -> Obstacles {
        if let Some(code) = person.kept_out(work.posts()) {
            return vec![code];
        }
        if !self.is_seen_by(person) {
            return vec!["NOT_FOUND"];
        }
        let draft = self.draft_seen_by(person);
        let writes = person.works_at(self.station) || draft.is_some_and(|it| it.home.is(person));
        let inside = writes || self.is_near(person);
        let reviews =
            (person.post == Post::Head && person.works_at(self.station)) || self.is_over(person);
        let reviewed = draft.filter(|draft| draft.in_review);
        let wrote_draft = draft.is_some_and(|draft| draft.writers.contains(&who));
        let permitted = match work {
            Work::Rate => true,
            Work::Withdraw => reviews || person.post == Post::Administrator,
            Work::Edit | Work::Submit | Work::Discard => writes,
            Work::Revise | Work::Clear => inside,
            Work::Return => {
                let wrote = if draft.is_some() { wrote_draft } else { self.writers.contains(&who) };
                inside && (reviews || wrote)
            }
            Work::ClearWider | Work::Widen(_) => self.is_over(person),
            Work::Publish | Work::Archive => inside && reviews,
        };
        if !permitted {
            return vec!["FORBIDDEN"];
        }
        if stale && self.looks_at_versions(person, work) {
            return vec!["CONFLICT"];
        }
        let published = matches!(self.state, State::Published(_));
        let first_of = |obstacles: &[(bool, &'static str)]| {
            let first = obstacles.iter().find(|(there, _)| *there);
            first.map(|(_, code)| *code).into_iter().collect()
        };
        match work {
            Work::Edit => first_of(&[(draft.is_none_or(|it| it.in_review), "WRONG_STATE")]),
            Work::Submit => first_of(&[
                (draft.is_none_or(|it| it.in_review), "WRONG_STATE"),
                (draft.is_some_and(|it| !it.text.complete), "INVALID"),
            ]),
            Work::Discard => first_of(&[(draft.is_none(), "WRONG_STATE")]),
            Work::Return => first_of(&[(reviewed.is_none(), "WRONG_STATE")]),
            Work::Clear => first_of(&[
                (reviewed.is_none(), "WRONG_STATE"),
                (wrote_draft, "SECOND_PERSON_NEEDED"),
                (reviewed.is_some_and(|it| it.text.leaks), "FINDINGS_OPEN"),
            ]),
            Work::Publish => first_of(&[
                (reviewed.is_none(), "WRONG_STATE"),
                (wrote_draft, "SECOND_PERSON_NEEDED"),
                (
                    reviewed.is_some_and(|it| !self.cleared.contains(&it.text.number)),
                    "FINDINGS_OPEN",
                ),
            ]),
            Work::ClearWider => match reviewed {
                Some(draft) => first_of(&[
                    (wrote_draft, "SECOND_PERSON_NEEDED"),
                    (draft.text.leaks, "FINDINGS_OPEN"),
                ]),
                // Whoever wrote what is shown does not clear it, whoever is at work on the next version.
                None => first_of(&[
                    (!published, "WRONG_STATE"),
                    (self.writers.contains(&who), "SECOND_PERSON_NEEDED"),
                ]),
            },
            Work::Revise => {
                first_of(&[(self.draft.is_some(), "ALREADY_THERE"), (!published, "WRONG_STATE")])
            }
            Work::Widen(audience) => first_of(&[
                (!published, "WRONG_STATE"),
                (self.state >= State::Published(audience), "INVALID"),
                (!self.cleared_wider.contains(&self.text.number), "FINDINGS_OPEN"),
            ]),
            Work::Withdraw | Work::Archive | Work::Rate => first_of(&[(!published, "WRONG_STATE")]),
        }
    }

    fn is_new(&self) -> bool {
        self.state == State::New
    }

    /// Does what was done. An edit brings its text along.
    pub fn take(&mut self, who: usize, person: &Person<'_>, work: Work, text: Option<Text>) {
        let of_review = self.draft_seen_by(person).is_some_and(|draft| draft.in_review);
        match work {
            Work::Edit => {
                let draft = self.draft.as_mut().unwrap();
                draft.text = text.unwrap();
                draft.writers.insert(who);
                self.work_went_on();
            }
            Work::Submit => {
                self.draft.as_mut().unwrap().in_review = true;
                self.work_went_on();
            }
            Work::Return => {
                self.draft.as_mut().unwrap().in_review = false;
                self.work_went_on();
            }
            Work::Discard => {
                self.draft = None;
                if self.is_new() {
                    self.end();
                }
            }
            Work::Clear => {
                self.cleared.insert(self.draft.as_ref().unwrap().text.number);
                self.work_went_on();
            }
            Work::ClearWider if of_review => {
                self.cleared_wider.insert(self.draft.as_ref().unwrap().text.number);
                self.work_went_on();
            }
            Work::ClearWider => {
                self.cleared_wider.insert(self.text.number);
                self.version += 1;
            }
            Work::Publish => {
                let draft = self.draft.take().unwrap();
                if let State::Published(audience) = self.state {
                    self.former.push((self.text.clone(), audience));
                }
                self.text = draft.text;
                self.writers.extend(draft.writers);
                self.state = State::Published(Audience::Network);
                self.version += 1;
            }
            Work::Revise => {
                let home = match person.post {
                    Post::District => Reader::Bureau(person.district.unwrap()),
                    Post::Municipal => Reader::Municipal,
                    _ => Reader::Station(self.station),
                };
                let writers = BTreeSet::from([who]);
                let text = self.text.clone();
                self.draft = Some(Draft { text, version: 1, in_review: false, writers, home });
            }
            Work::Widen(audience) => {
                self.state = State::Published(audience);
                self.version += 1;
            }
            Work::Withdraw | Work::Archive => {
                self.draft = None;
                self.end();
            }
            Work::Rate => {}
        }
    }

    /// A change of the draft is one of the answer too, while nothing else is shown of it.
    fn work_went_on(&mut self) {
        let new = self.is_new();
        let draft = self.draft.as_mut().unwrap();
        draft.version += 1;
        if new {
            self.text = draft.text.clone();
            self.version += 1;
        }
    }

    fn end(&mut self) {
        self.state = State::Gone;
        self.version += 1;
    }
}

impl PartialOrd for State {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Published(one), Self::Published(other)) => one.partial_cmp(other),
            _ => None,
        }
    }
}
