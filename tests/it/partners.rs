//! A tech-transfer office's day: a template filled in, faults shown by cell and mended, outputs published with one under
//! embargo, a station's need that finds the right two, introductions to their end; and nothing of what is under embargo
//! to be found at any door before its day, when it appears by itself.

use std::time::Duration;

use async_graphql::ScalarType as _;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use zhanjian::{
    access::{ClientScope, Role},
    scalars::RevisionScalar,
};

use crate::{
    consultations::work::{self, Desk, again, heard},
    following::{
        listener::{Listener, served},
        present,
    },
    gate::support::line::Served,
    introductions::{self, take},
    matching::{self, introduced::stands},
    needs,
    publishing::{at, step, well},
    support::{House, Member, on_both_engines},
};

mod everywhere;
mod sheet;

use everywhere::{
    Heard, People, Sought, everything_is_told, knock, nothing_differs, nothing_is_told,
};

on_both_engines!(an_office_s_day);

/// A word, and the office's number, that stand in nothing but what is under embargo.
pub const HIDDEN: &str = "磁控溅射";
pub const HIDDEN_NAME: &str = "day-5-hidden";

/// How to reach the office, which nobody else sees before it says so.
pub const OFFICE_MAIL: &str = "secret-office@demo-univ.example";

/// How to reach those who ask.
const ASKER_MAIL: &str = "asker@pump.example";

/// What a company looks for, as its station may tell it.
pub const NEED: &str = "企业寻找可降解心血管支架的药物缓释涂层，希望载体可吸收、已有动物试验数据，可许可或合作开发，预算约300万元。";

async fn an_office_s_day(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    let mut office = Office::of(house).await;
    let drafts = sheet::a_sheet_is_filled_in_mended_and_taken_in(house, &office).await;
    let shown = all_but_one_are_published(&office, &drafts).await;

    let served = served(house).await;
    let since = present(house).await;
    let mut ear = office_s_ear(&served, &office, &since).await;
    let need = a_station_raises_a_need(house, &desk).await;
    both_sides_hear_of_the_pairs(&desk, &office, &need, &mut ear).await;

    let sought = Sought::of(&drafts[4], &need);
    let before = knock(house, &outsiders(&desk, &house.anybody()), &sought).await;
    nothing_is_told(&before);
    let since = present(house).await;
    let hidden = one_is_published_under_embargo(house, &office, &drafts[4]).await;
    let embargoed = knock(house, &outsiders(&desk, &house.anybody()), &sought).await;
    nothing_is_told(&embargoed);
    nothing_differs(&before, &embargoed);
    let unknown = knock(house, &outsiders(&desk, &house.anybody()), &sought.unknown()).await;
    nothing_differs(&unknown, &embargoed);
    nothing_can_be_done_with_it(&desk, &need, &hidden).await;
    // Nor does anybody hear of it who follows, not even the office of a match that is not to be.
    office_s_ear(&served, &office, &since).await.hears_nothing().await;
    anybody_s_ear(&served, &since).await.hears_nothing().await;

    the_need_finds_the_right_two(&desk, &need, &shown).await;
    let asked = a_contact_is_released_to_who_asked(house, &desk, &office, &need, &shown[0]).await;
    another_is_declined_and_the_publisher_sees_why(&desk, &office, &shown[1]).await;

    // The last day before, and its day: nobody does anything.
    days_later(house, &mut desk, &mut office, 8).await;
    let heard = knock(house, &outsiders(&desk, &house.anybody()), &sought).await;
    nothing_is_told(&heard);
    days_later(house, &mut desk, &mut office, 1).await;
    it_appears_by_itself(house, (&desk, &office, &need), &sought, &heard, (&served, &since)).await;
    something_comes_of_it(&desk, &office, (&need, &shown[0]), &asked).await;
}

/// The two people of the office.
pub struct Office<'a> {
    pub author: Member<'a>,
    second: Member<'a>,
}

impl<'a> Office<'a> {
    async fn of(house: &'a House) -> Self {
        Self {
            author: house.signed_in(Role::TechTransfer, "demo-univ").await,
            second: house.signed_in(Role::TechTransfer, "demo-univ").await,
        }
    }

    /// One hands in, the other publishes; what the office has then, and the revision since which it stands so.
    async fn publishes(&self, draft: &Value) -> (Value, Value) {
        let submitted = well(&step(&self.author, "submitResearchOutput", at(draft)).await);
        let reply = step(&self.second, "publishResearchOutput", at(&submitted)).await;
        (well(&reply), reply.at("/it/revision").clone())
    }
}

/// Everybody outside of the office.
fn outsiders<'a, 'b>(desk: &'b Desk<'a>, anybody: &'b Member<'a>) -> People<'a, 'b> {
    vec![
        ("anybody", anybody),
        ("portal", &desk.portal),
        ("other portal", &desk.other_portal),
        ("staff", &desk.staff),
        ("head", &desk.head),
        ("elsewhere", &desk.elsewhere),
        ("district", &desk.district),
        ("other district", &desk.other_district),
        ("municipal", &desk.municipal),
        ("another office", &desk.transfer),
        ("administrator", &desk.administrator),
    ]
}

/// Listens to the office's matches and introductions.
async fn office_s_ear(served: &Served, office: &Office<'_>, since: &str) -> Listener {
    let own = format!(
        "changed(kinds: [MATCH, INTRODUCTION], since: {since:?}) {{ kind type nodeId node {{ ... on Match {{ state
            need {{ id }} target {{ ... on ResearchOutput {{ externalId }} }} }} }} }}"
    );
    Listener::signed_in(served, office.author.token(), &own).await
}

/// Listens to what comes out for everybody.
async fn anybody_s_ear(served: &Served, since: &str) -> Listener {
    let out = format!("changed(kinds: [RESEARCH_OUTPUT], since: {since:?}) {{ type nodeId }}");
    Listener::holding(served, &[], &out).await
}

async fn all_but_one_are_published(office: &Office<'_>, drafts: &[Value]) -> Vec<Value> {
    let submitted = well(&step(&office.author, "submitResearchOutput", at(&drafts[0])).await);
    let alone = step(&office.author, "publishResearchOutput", at(&submitted)).await;
    assert_eq!(heard(&alone), "SECOND_PERSON_NEEDED", "who brought the file has written it");
    let mut shown =
        vec![well(&step(&office.second, "publishResearchOutput", at(&submitted)).await)];
    for draft in &drafts[1..4] {
        shown.push(office.publishes(draft).await.0);
    }
    assert!(shown.iter().all(|output| output["state"] == "PUBLISHED"), "{shown:?}");
    shown
}

/// What would tell whose need it is is found; the telephone is taken out, the amount is harmless by a second person's word.
async fn a_station_raises_a_need(house: &House, desk: &Desk<'_>) -> Value {
    let content = |text: &str| {
        json!({ "kind": "TECHNOLOGY", "title": "可降解心血管支架药物涂层", "text": text,
            "areas": ["FLD-3-02"], "minTrl": 5, "wantedModes": ["LICENSE", "JOINT"] })
    };
    let text = format!("{NEED}请回电 021-55550123。");
    let input = json!({ "audience": "PARTNERS", "content": content(&text) });
    let need = needs::done(&needs::mutate(&desk.staff, "raiseNeed", input).await);
    let kinds: Vec<&Value> =
        need["findings"].as_array().unwrap().iter().map(|finding| &finding["kind"]).collect();
    assert_eq!(kinds, ["AMOUNT", "TELEPHONE"]);
    let early = needs::mutate(&desk.staff, "openNeed", needs::step(&need, json!({}))).await;
    assert_eq!(heard(&early), "FINDINGS_OPEN");
    let rewritten = needs::step(&need, json!({ "content": content(NEED) }));
    let need = needs::done(&needs::mutate(&desk.staff, "updateNeed", rewritten).await);
    let finding = &need["findings"][0];
    let harmless = json!({ "findings": [{ "field": finding["field"], "kind": finding["kind"],
        "start": finding["start"], "end": finding["end"], "reason": "仅为预算量级" }] });
    let cleared = needs::step(&need, harmless);
    let alone = needs::mutate(&desk.staff, "clearNeedFindings", cleared.clone()).await;
    assert_eq!(heard(&alone), "SECOND_PERSON_NEEDED");
    let need = needs::done(&needs::mutate(&desk.head, "clearNeedFindings", cleared).await);
    house.settle().await;
    let opened = needs::mutate(&desk.staff, "openNeed", needs::step(&need, json!({}))).await;
    matchmaker_is_past(house, opened.at("/it/revision")).await;
    needs::done(&opened)
}

/// Waits until the matchmaker has looked at all up to a revision, whether it proposed anything or not.
async fn matchmaker_is_past(house: &House, revision: &Value) {
    let revision = async_graphql::Value::from(revision.as_str().unwrap());
    let RevisionScalar(revision) = RevisionScalar::parse(revision).unwrap();
    let db = house.db().read();
    let sql = "SELECT revision FROM matchmakers";
    for _ in 0..600 {
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await;
        if let Some(row) = row.unwrap()
            && row.try_get::<i64>("", "revision").unwrap() >= revision
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the matchmaker does not come past {revision}");
}

/// The office's numbers of its outputs among the matches that somebody sees of a need, in their order.
async fn proposed(member: &Member<'_>, need: &Value) -> Vec<String> {
    let query =
        "query($need: ID!) { matches(filter: { need: $need, states: [PROPOSED] }, first: 100) {
        nodes { target { ... on ResearchOutput { externalId } } } } }";
    let reply = member.run(query, json!({ "need": need["id"] })).await;
    let nodes = reply.at("/matches/nodes").as_array().unwrap().iter();
    let mut names: Vec<String> =
        nodes.filter_map(|node| node["target"]["externalId"].as_str()).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// Nobody has asked: both sides' lists show the pairs, and the office has heard of each of its own.
async fn both_sides_hear_of_the_pairs(
    desk: &Desk<'_>,
    office: &Office<'_>,
    need: &Value,
    ear: &mut Listener,
) {
    let pairs = proposed(&desk.staff, need).await;
    assert!(pairs.starts_with(&["day-1".to_owned(), "day-2".to_owned()]), "{pairs:?}");
    assert_eq!(proposed(&office.second, need).await, pairs);
    assert_eq!(proposed(&desk.transfer, need).await, [""; 0], "another office has no part in them");
    let mut told = Vec::new();
    while let Some(event) = ear.event_within(Duration::from_secs(1)).await {
        assert_eq!((&event["kind"], &event["node"]["need"]["id"]), (&json!("MATCH"), &need["id"]));
        // The university itself is among the partners, too.
        let name = event["node"]["target"]["externalId"].as_str();
        told.extend(name.map(str::to_owned));
    }
    told.sort_unstable();
    assert_eq!(told, pairs);
}

async fn one_is_published_under_embargo(
    house: &House,
    office: &Office<'_>,
    draft: &Value,
) -> Value {
    let (hidden, revision) = office.publishes(draft).await;
    assert_eq!(hidden["state"], "PUBLISHED");
    matchmaker_is_past(house, &revision).await;
    let query = "query($id: ID!) { node(id: $id) { ... on ResearchOutput { title embargoUntil } }
        publisherDashboard { underEmbargo } }";
    let own = office.author.run(query, json!({ "id": hidden["id"] })).await;
    assert!(own.at("/node/title").as_str().unwrap().contains(HIDDEN));
    assert_eq!(
        (own.at("/node/embargoUntil"), own.at("/publisherDashboard/underEmbargo")),
        (&json!("2026-12-01"), &json!(1))
    );
    hidden
}

/// Whoever has its id from somewhere gets nowhere with it.
async fn nothing_can_be_done_with_it(desk: &Desk<'_>, need: &Value, hidden: &Value) {
    let pair = json!({ "needId": need["id"], "targetId": hidden["id"] });
    let shortlisted = matching::keep(&desk.staff, "shortlistMatch", pair).await;
    assert_eq!(shortlisted.code(), "NOT_FOUND");
    for member in [&desk.staff, &desk.portal] {
        let asked = introductions::mutate(member, "requestIntroduction", asking(hidden)).await;
        assert_eq!(heard(&asked), "NOT_FOUND");
    }
    let withdrawn = json!({ "id": hidden["id"], "reason": "示例" });
    let withdrawn = step(&desk.transfer, "withdrawResearchOutput", withdrawn).await;
    assert_eq!(heard(&withdrawn), "NOT_FOUND");
}

/// The right two stand first in one list of all kinds; what they score can be computed again from what is shown, and each
/// word stands where it is said to stand.
async fn the_need_finds_the_right_two(desk: &Desk<'_>, need: &Value, shown: &[Value]) {
    let reply = matching::partners(&desk.staff, json!({ "need": need["id"], "first": 50 })).await;
    let edges = reply.at("/matchPartners/edges").as_array().unwrap();
    let mut first: Vec<&Value> = edges[..2].iter().map(|edge| &edge["node"]["id"]).collect();
    first.sort_by_key(|id| id.to_string());
    let mut right: Vec<&Value> = shown[..2].iter().map(|output| &output["id"]).collect();
    right.sort_by_key(|id| id.to_string());
    assert_eq!(first, right, "{}", reply.text);
    let said =
        [("TITLE", need["title"].as_str().unwrap()), ("TEXT", need["text"].as_str().unwrap())];
    edges.iter().for_each(|edge| matching::check(edge, &said));
    for edge in &edges[..2] {
        assert_eq!(edge["state"], "PROPOSED");
        let terms = edge["terms"].as_array().unwrap();
        assert!(terms.iter().any(|it| it["term"].as_str().unwrap().contains("支架")), "{edge}");
    }
    // The other way round, the office sees whom its output would help, with the same score.
    let query = "query($id: ID!) { matchNeeds(target: $id) { score node { id } } }";
    let best = &edges[0];
    let office = desk.house.signed_in(Role::TechTransfer, "demo-univ").await;
    let reply = office.run(query, json!({ "id": best["node"]["id"] })).await;
    assert_eq!(reply.at("/matchNeeds/0/node/id"), &need["id"]);
    let (there, here) = (reply.at("/matchNeeds/0/score").as_f64(), best["score"].as_f64());
    assert!((there.unwrap() - here.unwrap()).abs() < 0.2, "{there:?} {here:?}");
}

fn asking(about: &Value) -> Value {
    json!({ "aboutId": about["id"], "purpose": "TECHNOLOGY_TRANSFER", "message": "希望了解涂层的许可条件。",
        "contact": { "name": "示例联络人", "phone": "021-66660123", "email": ASKER_MAIL } })
}

/// All that could tell of a contact.
const CONTACTS: &str = "query($id: ID!, $about: ID!) {
    node(id: $id) { ... on Introduction { askingContact { name email phone } askedContact { name email phone } } }
    about: node(id: $about) { ... on ResearchOutput { contact { name email phone } } }
    introductions { nodes { askingContact { email } askedContact { email } } } }";

/// Who reads which contact: of each its names, and whether they see the asker's and the office's.
async fn contacts_are_seen(
    house: &House,
    desk: &Desk<'_>,
    office: &Office<'_>,
    of: (&Value, &Value),
    released: bool,
) {
    let anybody = house.anybody();
    let mut everybody = outsiders(desk, &anybody);
    everybody.extend([("author", &office.author), ("second", &office.second)]);
    for (name, member) in everybody {
        let reply = member.run(CONTACTS, json!({ "id": of.0["id"], "about": of.1["id"] })).await;
        reply.data();
        let seen = (reply.text.contains(ASKER_MAIL), reply.text.contains(OFFICE_MAIL));
        let expected = match name {
            "staff" | "head" => (true, released),
            "author" | "second" => (released, true),
            _ => (false, false),
        };
        assert_eq!(seen, expected, "{name}: {}", reply.text);
    }
}

/// Asked for by the station, seen by nobody before, released by the office to exactly who asked, and written down.
async fn a_contact_is_released_to_who_asked(
    house: &House,
    desk: &Desk<'_>,
    office: &Office<'_>,
    need: &Value,
    output: &Value,
) -> Value {
    let mut input = asking(output);
    input["needId"] = need["id"].clone();
    let asked = introductions::done(
        &introductions::mutate(&desk.staff, "requestIntroduction", input).await,
    );
    assert_eq!(
        (&asked["state"], &asked["need"]["state"]),
        (&json!("REQUESTED"), &json!("MATCHED"))
    );
    for side in [&desk.staff, &office.author] {
        stands(side, need, &output["id"], "INTRODUCED").await;
    }
    contacts_are_seen(house, desk, office, (&asked, output), false).await;
    let seen = take(&office.author, "acknowledgeIntroduction", &asked, json!({})).await;
    assert_eq!(
        (&seen["state"], &seen["station"]["code"]),
        (&json!("ACKNOWLEDGED"), &json!("SH-PD"))
    );
    contacts_are_seen(house, desk, office, (&asked, output), false).await;
    let released = take(&office.second, "acceptIntroduction", &seen, json!({})).await;
    assert_eq!(released["state"], "CONTACT_RELEASED");
    contacts_are_seen(house, desk, office, (&asked, output), true).await;

    // Each release and each reading stands in the audit log with who did it, and nothing of what was released.
    let query = "query($id: ID!) { auditEvents(first: 100, filter: { targetId: $id }) {
        nodes { action actor { member { id } } target { nodeId } detail } } }";
    let log = desk.municipal.run(query, json!({ "id": asked["id"] })).await;
    let events = log.at("/auditEvents/nodes").as_array().unwrap();
    let by = |action: &str| -> Vec<&Value> {
        let events = events.iter().filter(|event| event["action"] == action);
        events.map(|event| &event["actor"]["member"]["id"]).collect()
    };
    assert_eq!(by("releaseContact"), [&json!(office.second.id); 2], "{}", log.text);
    let readers = by("readIntroductionContact");
    assert!(readers.contains(&&json!(desk.staff.id)), "{}", log.text);
    let sides = [&desk.staff.id, &desk.head.id, &office.author.id, &office.second.id];
    assert!(
        readers.iter().all(|reader| sides.iter().any(|id| **reader == id.as_str())),
        "{}",
        log.text
    );
    assert!(!log.text.contains(OFFICE_MAIL) && !log.text.contains(ASKER_MAIL));
    released
}

/// A portal asks about the other; it is told a reason, and the office's own page counts it.
async fn another_is_declined_and_the_publisher_sees_why(
    desk: &Desk<'_>,
    office: &Office<'_>,
    output: &Value,
) {
    let asked = introductions::mutate(&desk.portal, "requestIntroduction", asking(output)).await;
    let asked = introductions::done(&asked);
    let why = json!({ "reason": "TOO_EARLY", "note": "内部：待专利授权" });
    let declined = take(&office.author, "declineIntroduction", &asked, why).await;
    assert_eq!(declined["askingContact"], Value::Null);
    let told = introductions::seen(&desk.portal, &asked).await;
    assert_eq!(
        (&told["state"], &told["declineReason"], &told["declineNote"], &told["askedContact"]),
        (&json!("DECLINED"), &json!("TOO_EARLY"), &Value::Null, &Value::Null)
    );
    // The one that contact was asked for is counted by itself.
    let query = "{ publisherDashboard { matches { states { state count } mostMatched { researchOutput { id } count } } } }";
    let board = office.second.ask(query).await;
    let board = board.at("/publisherDashboard/matches");
    let states = board["states"].as_array().unwrap();
    assert!(states.contains(&json!({ "state": "INTRODUCED", "count": 1 })), "{board}");
    let pairs: u64 = states.iter().map(|state| state["count"].as_u64().unwrap()).sum();
    assert_eq!(board["mostMatched"].as_array().unwrap().len() as u64, pairs, "{board}");
    let query = "{ publisherDashboard { states { state count } underEmbargo introductions { states { state count }
        declineReasons { reason count } declined { researchOutput { id } reasons { reason count } } } } }";
    let board = office.second.ask(query).await;
    let reasons = json!([{ "reason": "TOO_EARLY", "count": 1 }]);
    assert_eq!(
        board.at("/publisherDashboard"),
        &json!({
            "states": [{ "state": "PUBLISHED", "count": 5 }],
            "underEmbargo": 1,
            "introductions": {
                "states": [{ "state": "CONTACT_RELEASED", "count": 1 }, { "state": "DECLINED", "count": 1 }],
                "declineReasons": reasons,
                "declined": [{ "researchOutput": { "id": output["id"] }, "reasons": reasons }],
            },
        })
    );
}

/// Tokens are short-lived: everybody signs in again.
async fn days_later<'a>(house: &'a House, desk: &mut Desk<'a>, office: &mut Office<'a>, days: u64) {
    desk.days_later(days).await;
    for member in
        [&mut office.author, &mut office.second, &mut desk.transfer, &mut desk.administrator]
    {
        *member = again(house, member).await;
    }
    let today = house.clock.today();
    desk.portal = work::portal(house, &format!("示例园区 {today}"), &ClientScope::ALL).await;
    desk.other_portal = work::portal(house, &format!("示例协会 {today}"), &ClientScope::ALL).await;
}

/// Whatever is asked is answered by the clock alone; what is kept and told is written down by the round that a running
/// service makes each minute.
async fn it_appears_by_itself(
    house: &House,
    (desk, office, need): (&Desk<'_>, &Office<'_>, &Value),
    sought: &Sought,
    before: &Heard,
    served: (&Served, &str),
) {
    let anybody = house.anybody();
    let people = outsiders(desk, &anybody);
    let heard = knock(house, &people, sought).await;
    everything_is_told(&heard, before, &["changes", "matches", "matches of it"]);
    let mut ear = anybody_s_ear(served.0, served.1).await;
    ear.hears_nothing().await;
    assert!(zhanjian::transitions::tell(&house.service.app).await.unwrap() > 0);
    let event = ear.event().await;
    assert_eq!((&event["type"], &event["nodeId"]), (&json!("PUT"), &json!(sought.id())));
    and_is_proposed_for_the_need(desk, office, need).await;
    let heard = knock(house, &people, sought).await;
    everything_is_told(&heard, before, &[]);
}

/// A new pair for the need, on both sides' lists, without anybody's asking.
async fn and_is_proposed_for_the_need(desk: &Desk<'_>, office: &Office<'_>, need: &Value) {
    let name = HIDDEN_NAME.to_owned();
    for round in 0.. {
        let pairs = proposed(&desk.staff, need).await;
        if pairs.contains(&name) {
            break;
        }
        assert!(round < 600, "only {pairs:?} are proposed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(proposed(&office.author, need).await.contains(&name));
}

/// What came of the introduction, by the words of both sides; the need ends by the word of those who raised it.
async fn something_comes_of_it(
    desk: &Desk<'_>,
    office: &Office<'_>,
    (need, output): (&Value, &Value),
    asked: &Value,
) {
    let signed = json!({ "outcome": "CONTRACT_SIGNED" });
    let talks = json!({ "outcome": "IN_TALKS" });
    let told = take(&office.author, "recordIntroductionOutcome", asked, signed.clone()).await;
    assert_eq!(told["need"]["state"], "MATCHED");
    let told = take(&desk.staff, "recordIntroductionOutcome", asked, talks).await;
    assert_eq!(told["need"]["state"], "IN_TALKS");
    let told = take(&desk.staff, "recordIntroductionOutcome", asked, signed).await;
    assert_eq!(told["need"]["state"], "FULFILLED");
    stands(&desk.staff, need, &output["id"], "SUCCEEDED").await;
    let said: Vec<&Value> =
        told["outcomes"].as_array().unwrap().iter().map(|word| &word["outcome"]).collect();
    assert_eq!(said, ["CONTRACT_SIGNED", "IN_TALKS", "CONTRACT_SIGNED"]);
    // Nobody else sees the need any more.
    let query = "query($id: ID!) { node(id: $id) { id } }";
    let gone = desk.portal.run(query, json!({ "id": need["id"] })).await;
    assert_eq!(gone.at("/node"), &Value::Null);
}
