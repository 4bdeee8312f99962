//! Random things, and a model of who may see them that knows nothing of the service.

use std::collections::BTreeMap;

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};
use zhanjian::{answers::AnsweredQuestions, organizations::Resources, research::ResearchOutputs};

use crate::{research::owner_token, support::House};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Answer,
    Output,
    Resource,
}

/// One thing that may be shown or hidden.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    /// The id that files give it.
    pub(super) name: String,
    /// The word that no other thing has.
    pub(super) word: String,
    /// Which of the stations or organizations it belongs to.
    owner: usize,
    audience: usize,
    /// Whether its state lets its audience see it.
    released: bool,
    /// Days from the first day on which its audience sees it.
    embargo: Option<i32>,
    /// What took its place.
    pub(super) superseded_by: Option<String>,
    words: Vec<&'static str>,
}

const STATIONS: [(&str, &str); 3] = [("SH-PD", "PD"), ("SH-XH", "XH"), ("SH-MH", "MH")];
/// Organizations, and the district where there is one.
const ORGANIZATIONS: [(&str, Option<&str>); 3] =
    [("fudan", None), ("ecust", Some("XH")), ("sari-cas", Some("PD"))];
const AUDIENCES: [&str; 5] = ["PUBLIC", "PARTNERS", "NETWORK", "DISTRICT", "OWNER"];
const WORDS: [&str; 14] = [
    "导管",
    "支架",
    "凝胶",
    "试剂盒",
    "冷链运输",
    "影像软件",
    "穿刺针",
    "灭菌验证",
    "随访",
    "胰岛素泵",
    "骨科植入物",
    "catheter",
    "stent",
    "验收",
];

/// What is drawn of a thing: its kind, owner, audience, release, embargo, what it supersedes, its words.
type Drawn = (Kind, usize, usize, bool, Option<i32>, bool, Vec<&'static str>);

pub(super) fn things() -> impl Strategy<Value = Vec<Drawn>> {
    let kind = select(vec![Kind::Answer, Kind::Answer, Kind::Output, Kind::Resource]);
    let embargo = option::weighted(0.4, -30..40);
    let thing = (
        kind,
        0..3_usize,
        0..5_usize,
        prop::bool::weighted(0.8),
        embargo,
        prop::bool::weighted(0.15),
        vec(select(WORDS.to_vec()), 3..9),
    );
    vec(thing, 60..90)
}

/// New audiences and states of some of the things.
pub(super) fn changes(many: usize) -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    vec((0..many, 0..5_usize, any::<bool>()), many / 3)
}

/// Any set of tokens, the empty one included.
pub(super) fn viewers(tokens: &[String]) -> impl Strategy<Value = Vec<String>> + use<> {
    prop::sample::subsequence(tokens.to_vec(), 0..=tokens.len().min(4))
}

/// Nothing, words, the word of a thing, a slip in it, a beginning of it, and words together with it.
pub(super) fn queries(things: &[Thing]) -> impl Strategy<Value = String> + use<> {
    let own: Vec<String> = things.iter().map(|thing| thing.word.clone()).collect();
    let slips = own.iter().map(|word| word.replacen(&word[4..5], "x", 1)).collect::<Vec<_>>();
    prop_oneof![
        1 => Just(String::new()),
        3 => vec(select(WORDS.to_vec()), 1..4).prop_map(|words| words.join(" ")),
        3 => select(own.clone()),
        3 => select(slips),
        1 => select(own.clone()).prop_map(|word| word[..6].to_owned()),
        2 => (select(own), select(WORDS.to_vec())).prop_map(|(own, word)| format!("{word} \"{own}\"")),
    ]
}

pub(super) struct World {
    pub(super) things: Vec<Thing>,
    /// All tokens that anybody may hold.
    pub(super) tokens: Vec<String>,
    owners: [String; 3],
    /// Days since the first day.
    pub(super) today: i32,
}

impl World {
    pub(super) async fn new(drawn: Vec<Drawn>, house: &House) -> Self {
        let mut owners = [const { String::new() }; 3];
        for (place, (code, _)) in ORGANIZATIONS.iter().enumerate() {
            owners[place] = owner_token(house, code).await;
        }
        let mut tokens: Vec<String> = ["partners", "network"].map(str::to_owned).into();
        tokens.extend(STATIONS.iter().map(|(code, _)| format!("station:{code}")));
        tokens.extend(STATIONS.iter().map(|(_, district)| format!("district:{district}")));
        tokens.extend(owners.clone());
        let mut things: Vec<Thing> = Vec::new();
        for (place, (kind, owner, audience, released, embargo, superseded, words)) in
            drawn.into_iter().enumerate()
        {
            let embargo = embargo.filter(|_| kind == Kind::Output);
            // The answer of the same station before it took its place.
            let heir =
                things.iter().rev().find(|heir| heir.kind == Kind::Answer && heir.owner == owner);
            // A resource has no states.
            let released = released || kind == Kind::Resource;
            let superseded = superseded && released && kind == Kind::Answer;
            let superseded_by = heir.filter(|_| superseded).map(|heir| heir.name.clone());
            let (name, word) = (format!("thing-{place}-"), word(place));
            things.push(Thing {
                kind,
                name,
                word,
                owner,
                audience,
                released,
                embargo,
                superseded_by,
                words,
            });
        }
        Self { things, tokens, owners, today: 0 }
    }

    pub(super) fn change(&mut self, changes: Vec<(usize, usize, bool)>) {
        for (place, audience, released) in changes {
            let thing = &mut self.things[place];
            thing.audience = audience;
            thing.released =
                released || thing.superseded_by.is_some() || thing.kind == Kind::Resource;
        }
    }

    /// Whether a thing is to be seen by who holds these tokens.
    pub(super) fn shows(&self, thing: &Thing, tokens: &[String]) -> bool {
        let holds = |token: &str| token == "public" || tokens.iter().any(|held| held == token);
        let (owner, district) = match thing.kind {
            Kind::Answer => {
                (format!("station:{}", STATIONS[thing.owner].0), Some(STATIONS[thing.owner].1))
            }
            _ => (self.owners[thing.owner].clone(), ORGANIZATIONS[thing.owner].1),
        };
        if holds(&owner) {
            return true;
        }
        let free = thing.embargo.is_none_or(|day| day <= self.today);
        let audience = match AUDIENCES[thing.audience] {
            "PUBLIC" => "public".to_owned(),
            "PARTNERS" => "partners".to_owned(),
            "NETWORK" => "network".to_owned(),
            "DISTRICT" => district.map_or(owner, |district| format!("district:{district}")),
            _ => owner,
        };
        thing.released && free && holds(&audience)
    }

    /// Brings all things in as they are now.
    pub(super) async fn import(&self, house: &House) {
        let of = |kind: Kind| {
            let rows = self
                .things
                .iter()
                .filter(|thing| thing.kind == kind)
                .map(|thing| thing.row().to_string());
            rows.collect::<Vec<_>>().join("\n")
        };
        house.import(&AnsweredQuestions::default(), "answers.jsonl", of(Kind::Answer)).await;
        house.import(&ResearchOutputs::default(), "outputs.jsonl", of(Kind::Output)).await;
        house.import(&Resources::default(), "resources.jsonl", of(Kind::Resource)).await;
        house.settle().await;
    }

    /// The global ids of all things, by name.
    pub(super) async fn ids(&self, house: &House) -> BTreeMap<String, String> {
        let reply = house
            .member_of(self.tokens.iter().map(String::as_str))
            .ask(
                "{ a: answeredQuestions(first: 100) { nodes { id name: externalId } }
                    b: researchOutputs(first: 100) { nodes { id name: externalId } }
                    c: resources(first: 100) { nodes { id name } } }",
            )
            .await;
        let mut ids = BTreeMap::new();
        for list in ["a", "b", "c"] {
            for node in reply.at(&format!("/{list}/nodes")).as_array().unwrap() {
                let said = node["name"].as_str().unwrap();
                let thing = self
                    .things
                    .iter()
                    .find(|thing| said == thing.name || said.ends_with(&thing.word));
                ids.insert(thing.unwrap().name.clone(), node["id"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(ids.len(), self.things.len());
        ids
    }
}

impl Thing {
    fn row(&self) -> Value {
        let text = format!("{} {}", self.words.join(""), self.word);
        let audience = match (AUDIENCES[self.audience], self.kind) {
            ("OWNER", Kind::Answer) => "STATION",
            ("OWNER", _) => "ORGANIZATION",
            (audience, _) => audience,
        };
        let mut row = json!({ "externalId": self.name, "audience": audience });
        let more = match self.kind {
            Kind::Answer => {
                json!({ "station": STATIONS[self.owner].0, "question": text, "answer": format!("答复 {text}"),
                "supersededBy": self.superseded_by,
                "state": match (&self.superseded_by, self.released) {
                    (Some(_), _) => "SUPERSEDED",
                    (None, true) => "PUBLISHED",
                    (None, false) => "WITHDRAWN",
                } })
            }
            Kind::Output => {
                json!({ "organization": ORGANIZATIONS[self.owner].0, "kind": "PROTOTYPE", "title": text,
                "abstract": format!("摘要 {text}"), "state": if self.released { "PUBLISHED" } else { "DRAFT" },
                "embargoUntil": self.embargo.map(day) })
            }
            Kind::Resource => {
                json!({ "organization": ORGANIZATIONS[self.owner].0, "kind": "TESTING", "name": text,
                "description": format!("说明 {text}") })
            }
        };
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    }

    /// Under which value of a facet it is counted.
    pub(super) fn counted_as(&self, facet: &str) -> Option<&'static str> {
        match (facet, self.kind) {
            ("KIND", Kind::Answer) => Some("ANSWERED_QUESTION"),
            ("KIND", Kind::Output) => Some("RESEARCH_OUTPUT"),
            ("KIND", Kind::Resource) => Some("RESOURCE"),
            ("STATION", Kind::Answer) => Some(STATIONS[self.owner].0),
            ("ORGANIZATION", Kind::Output | Kind::Resource) => Some(ORGANIZATIONS[self.owner].0),
            _ => None,
        }
    }
}

/// The day that is so many days after the first.
fn day(after: i32) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    (first + chrono::Duration::days(after.into())).to_string()
}

/// A word of Latin letters that no other thing has and no dictionary knows.
fn word(place: usize) -> String {
    const SYLLABLES: [&str; 10] =
        ["bak", "ved", "lom", "muz", "zir", "rof", "tep", "nuj", "vug", "piq"];
    format!(
        "zq{}{}{}",
        SYLLABLES[place / 10 % 10],
        SYLLABLES[place % 10],
        SYLLABLES[(place * 7 + 3) % 10]
    )
}
