//! Every door at which something of an output could be heard, knocked at by everybody outside of its office.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use zhanjian::{
    ids::{GlobalId, NodeKind, new_id},
    scalars::RevisionScalar,
};

use super::{HIDDEN, HIDDEN_NAME, NEED, OFFICE_MAIL};
use crate::{
    doors::DOORS,
    support::{House, Member, Reply},
};

/// Whom a door tells of an output that is public.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    Everybody,
    /// Those who may see the matches of a station's need.
    Stations,
}

/// Doors that tell of an output once it is out, by its id or its words. `ONE` stands for its id, `NEED` for the need's.
const TELLING: [(&str, Whom, &str); 14] = [
    ("node", Whom::Everybody, "node(id: ONE) { id ... on ResearchOutput { title contact { email } } }"),
    ("nodes", Whom::Everybody, "nodes(ids: [ONE]) { id }"),
    ("list", Whom::Everybody, "researchOutputs(first: 100) { totalCount nodes { id title } }"),
    (
        "list of the office",
        Whom::Everybody,
        "researchOutputs(first: 100, filter: { organizations: [\"demo-univ\"], areas: [\"FLD-3-05\"] }) {
            totalCount nodes { externalId } }",
    ),
    (
        "search",
        Whom::Everybody,
        "search(query: \"磁控溅射\", first: 50) { totalCount didYouMean facets { field buckets { value count } }
            edges { score highlights { fragments { text } } node { ... on ResearchOutput { id } } } }",
    ),
    (
        "search, Latin",
        Whom::Everybody,
        "search(query: \"quonzarite\", first: 50) { totalCount didYouMean edges { score highlights { fragments { text } } } }",
    ),
    (
        "search for what it is like",
        Whom::Everybody,
        "search(query: TEXT, first: 50, filter: { kinds: [RESEARCH_OUTPUT] }) { totalCount
            edges { node { ... on ResearchOutput { id } } } }",
    ),
    (
        "search by its area",
        Whom::Everybody,
        "search(query: \"\", first: 50, filter: { kinds: [RESEARCH_OUTPUT], areas: [\"FLD-3-05\"] }) { totalCount
            nodes { ... on ResearchOutput { id } } }",
    ),
    ("suggest", Whom::Everybody, "suggest(text: \"心血管支架磁\", first: 50) { text }"),
    (
        "changes",
        Whom::Everybody,
        "changes(since: BEGINNING, kinds: [RESEARCH_OUTPUT], first: 100) { changes { type nodeId } }",
    ),
    (
        "matchPartners of the need",
        Whom::Stations,
        "matchPartners(need: NEED, first: 50) { totalCount edges { score state terms { term weight }
            node { ... on ResearchOutput { id } } } }",
    ),
    (
        "matchPartners of a text",
        Whom::Stations,
        "matchPartners(text: \"磁控溅射\", first: 50) { totalCount edges { score node { ... on ResearchOutput { id } } } }",
    ),
    ("matches", Whom::Stations, "matches(first: 50) { totalCount nodes { state score target { ... on ResearchOutput { id } } } }"),
    (
        "matches of it",
        Whom::Stations,
        "matches(filter: { target: ONE }) { totalCount nodes { target { ... on ResearchOutput { id } } } }",
    ),
];

/// Doors that count it once it is out, without a word of it.
const COUNTING: [(&str, &str); 2] = [
    ("facets", "search(query: \"\") { totalCount facets { field buckets { value count } } }"),
    ("count", "researchOutputs { totalCount }"),
];

/// Doors that have nothing to tell, asked in its words.
const SILENT: [(&str, &str); 4] = [
    ("misspelt", "search(query: \"quonzarit\") { totalCount didYouMean }"),
    ("exact", "search(query: \"\\\"磁控溅射\\\"\") { totalCount }"),
    ("contact", "search(query: \"\\\"secret-office@demo-univ.example\\\"\") { totalCount }"),
    ("introductions about it", "introductions(filter: { aboutId: ONE }) { totalCount }"),
];

/// Files that are taken away, with the token of whoever asks; all tell of it once it is out.
const FILES: [&str; 8] = [
    "/exports/research-outputs?format=datacite",
    "/exports/research-outputs?format=csl",
    "/exports/research-outputs?format=bibtex",
    "/exports/research-outputs?format=ris",
    "/exports/research-outputs?format=csv",
    "/exports/research-outputs?format=jsonl",
    "/exports/research-outputs?format=jsonl&organization=demo-univ&area=FLD-3-05",
    "/exports/research-outputs/ONE?format=csl",
];

/// Pages and lists that anybody reads; all tell of it once it is out.
const PAGES: [&str; 7] = [
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/oai?verb=ListRecords&metadataPrefix=oai_datacite&set=organization:demo-univ",
    "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc",
    "/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost.localdomain:research-output/UUID",
    "/research-outputs/ONE",
    "/research-outputs/ONE/linkset",
    "/research-outputs/ONE/metadata.jsonld",
];

/// An output by its ids, and the need that it fits.
pub struct Sought {
    id: String,
    uuid: String,
    need: String,
}

impl Sought {
    pub fn of(output: &Value, need: &Value) -> Self {
        let id = output["id"].as_str().unwrap().to_owned();
        let uuid = GlobalId::decode_as("id", &id, NodeKind::ResearchOutput).unwrap().to_string();
        Self { id, uuid, need: need["id"].as_str().unwrap().to_owned() }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// One that there never was.
    pub fn unknown(&self) -> Self {
        let uuid = new_id();
        let id = GlobalId::encode(NodeKind::ResearchOutput, uuid).0;
        Self { id, uuid: uuid.to_string(), need: self.need.clone() }
    }

    /// A door's question. The doors of all things hold other words; they are asked in ours.
    fn asked(&self, door: &str) -> String {
        let beginning = async_graphql::ScalarType::to_value(&RevisionScalar(0)).to_string();
        let quoted = |text: &str| json!(text).to_string();
        let query = put_in(&door.replace("辅助生殖", HIDDEN), |word| match word {
            "ONE" | "IDS" | "LEFT" | "FILE" => Some(quoted(&self.id)),
            "NEED" => Some(quoted(&self.need)),
            "TEXT" => Some(quoted(NEED)),
            "BEGINNING" => Some(beginning.clone()),
            _ => None,
        });
        format!("{{ it: {query} }}")
    }

    fn path(&self, path: &str) -> String {
        put_in(path, |word| match word {
            "ONE" => Some(self.id.clone()),
            "UUID" => Some(self.uuid.clone()),
            _ => None,
        })
    }

    /// Whether a text tells of it.
    fn is_told(&self, text: &str) -> bool {
        let words = [HIDDEN, HIDDEN_NAME, "uonzarite", OFFICE_MAIL, &self.id, &self.uuid];
        words.iter().any(|word| text.contains(word))
    }
}

/// A text with other words in the place of some: whole ones, for an id may hold any letters.
fn put_in(text: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let is_of_word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let mut put = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|ch| !is_of_word(ch)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        put += &other(word).unwrap_or_else(|| word.to_owned());
        let next = behind.find(is_of_word).unwrap_or(behind.len());
        put += &behind[..next];
        rest = &behind[next..];
    }
    put
}

/// What was heard at each door by each of them: the whole, and whether it tells of the output.
pub type Heard = BTreeMap<(String, String), (Value, bool)>;

/// Whom somebody is, with their token where they have one.
pub type People<'a, 'b> = Vec<(&'static str, &'b Member<'a>)>;

/// One of each kind knocks at the doors of all things and takes files away as well.
const ONE_OF_EACH: [&str; 4] = ["anybody", "portal", "staff", "another office"];

/// Everybody knocks at every door.
pub async fn knock(house: &House, people: &People<'_, '_>, sought: &Sought) -> Heard {
    house.settle().await;
    let mut heard = Heard::new();
    let telling = TELLING.iter().map(|(name, _, door)| (*name, *door));
    let all = telling.chain(COUNTING).chain(SILENT).map(|(name, door)| (name.to_owned(), door));
    let all: Vec<(String, &str)> = all.collect();
    // Who does what is for the officers' eyes, with the ids of what it was done to.
    let others = DOORS.iter().filter(|(name, _)| *name != "auditEvents");
    let others: Vec<(String, &str)> =
        others.map(|(name, door)| (format!("{name}, as all doors"), *door)).collect();
    for (who, member) in people {
        let is_chosen = ONE_OF_EACH.contains(who);
        let others = if is_chosen { others.as_slice() } else { &[] };
        for (name, door) in all.iter().chain(others) {
            let reply = member.ask(&sought.asked(door)).await;
            let said = json!([reply.body["data"], reply.code(), reply.status.as_u16()]);
            heard.insert((name.clone(), (*who).to_owned()), (said, sought.is_told(&reply.text)));
        }
        for path in FILES.iter().filter(|_| is_chosen) {
            let reply = fetched(house, &sought.path(path), Some(member)).await;
            heard.insert(((*path).to_owned(), (*who).to_owned()), page(&reply, sought));
        }
    }
    for path in PAGES {
        let reply = fetched(house, &sought.path(path), None).await;
        heard.insert((path.to_owned(), "anybody".to_owned()), page(&reply, sought));
    }
    heard
}

/// A page; what is asked of it stands in the answers of `/oai`, and is no news.
fn page(reply: &Reply, sought: &Sought) -> (Value, bool) {
    let said = match reply.text.split_once("<request ") {
        Some((_, rest)) => rest.split_once("</request>").map_or("", |(_, said)| said),
        None => &reply.text,
    };
    let kept = if reply.status.is_success() { said } else { "" };
    (json!([reply.status.as_u16(), kept]), sought.is_told(said))
}

async fn fetched(house: &House, path: &str, member: Option<&Member<'_>>) -> Reply {
    let mut request = Request::get(path).header(header::ACCEPT_LANGUAGE, "zh-CN");
    if let Some(token) = member.and_then(Member::bearer) {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    house.send(request.body(Body::empty()).unwrap()).await
}

/// Nobody hears of it.
#[track_caller]
pub fn nothing_is_told(heard: &Heard) {
    for ((door, who), (said, told)) in heard {
        assert!(!told, "{who} hears of it at {door}: {said}");
    }
}

/// What is heard is the same.
#[track_caller]
pub fn nothing_differs(one: &Heard, other: &Heard) {
    assert_eq!(one.len(), other.len());
    for (place, (said, _)) in one {
        assert_eq!(said, &other[place].0, "{place:?}");
    }
}

/// It is told at every door that tells of what is public; nothing of its contact is.
#[track_caller]
pub fn everything_is_told(heard: &Heard, before: &Heard, except: &[&str]) {
    let stations = ["staff", "head", "elsewhere", "district", "other district", "municipal"];
    let mut doors = 0;
    for ((door, who), (said, told)) in heard {
        assert!(
            !said.to_string().contains(OFFICE_MAIL),
            "{who} hears of the contact at {door}: {said}"
        );
        if except.contains(&door.as_str()) {
            continue;
        }
        let telling = TELLING.iter().find(|(name, ..)| name == door);
        let is_file = FILES.contains(&door.as_str()) || PAGES.contains(&door.as_str());
        if is_file
            || telling.is_some_and(|(_, whom, _)| {
                *whom == Whom::Everybody || stations.contains(&who.as_str())
            })
        {
            assert!(told, "{who} hears nothing of it at {door}: {said}");
            doors += 1;
        }
        if COUNTING.iter().any(|(name, _)| name == door) {
            assert_ne!(said, &before[&(door.clone(), who.clone())].0, "{who} at {door}");
            doors += 1;
        }
    }
    assert!(doors > 150, "only {doors} doors");
}
