//! What has changed: told as it happens, and pulled in pages; to those whom it concerns, and to nobody else.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use zhanjian::{
    answers::AnsweredQuestions,
    http::Lasting,
    outbox::{self, Note, Subject},
    research::ResearchOutputs,
};

use crate::{
    gate::support::line::{Line, Served},
    support::{House, Reply, on_both_engines},
};

mod cases;
pub mod listener;
mod searches;
mod sign_in;
mod wandering;

use listener::{Listener, served};

on_both_engines!(
    a_change_is_told_as_it_happens_to_those_whom_it_concerns,
    what_is_withdrawn_or_shared_with_fewer_leaves_a_tombstone,
    changes_are_pulled_in_pages_and_each_thing_comes_once,
    an_embargo_is_kept_until_its_day,
    whoever_comes_again_is_told_what_they_missed,
    a_revision_that_the_log_does_not_reach_is_refused,
    a_case_is_told_to_its_readers_only,
    a_stream_of_events_tells_the_same,
    an_import_larger_than_what_is_remembered_reaches_a_slow_reader_whole,
);

pub const CHANGED: &str =
    "{ revision kind type nodeId node { id ... on AnsweredQuestion { externalId question } } }";

/// Writes one answer of Pudong's.
pub async fn write(house: &House, id: &str, audience: &str, text: &str) {
    answer(
        house,
        json!({ "externalId": id, "question": text, "answer": "答", "audience": audience }),
    )
    .await;
}

pub async fn answer(house: &House, row: Value) {
    let kind = AnsweredQuestions { station: Some("SH-PD".to_owned()), audience: None };
    house.import(&kind, "answers.jsonl", row.to_string()).await;
}

/// The present revision, as anybody gets it.
pub async fn present(house: &House) -> String {
    let reply = house.ask("{ changes { revision hasMore changes { kind } } }").await;
    assert_eq!(reply.at("/changes/changes"), &json!([]));
    assert_eq!(reply.at("/changes/hasMore"), &json!(false));
    reply.at("/changes/revision").as_str().unwrap().to_owned()
}

/// A page of what has changed.
async fn pull(house: &House, tokens: &[&str], since: &str, first: usize) -> Reply {
    let query = format!(
        "query($since: Revision, $first: Int) {{ changes(since: $since, first: $first) {{
            revision hasMore changes {CHANGED} }} }}"
    );
    let viewer = house.member_of(tokens.iter().copied());
    viewer.run(&query, json!({ "since": since, "first": first })).await
}

/// What is told of each thing: `PUT` with its id in files, or `GONE`.
fn told(reply: &Reply) -> Vec<String> {
    reply.at("/changes/changes").as_array().unwrap().iter().map(said).collect()
}

fn said(change: &Value) -> String {
    match change["type"].as_str().unwrap() {
        "PUT" => {
            assert_eq!(change["node"]["id"], change["nodeId"]);
            format!("PUT {}", change["node"]["externalId"].as_str().unwrap_or_default())
        }
        other => {
            assert!(change["node"].is_null());
            other.to_owned()
        }
    }
}

async fn a_change_is_told_as_it_happens_to_those_whom_it_concerns(house: &House) {
    house.places().await;
    let served = served(house).await;
    let since = present(house).await;
    let all = format!("changed(since: {since:?}) {CHANGED}");
    let answers = format!("changed(kinds: [ANSWERED_QUESTION], since: {since:?}) {CHANGED}");
    let others = format!("changed(kinds: [RESEARCH_OUTPUT, STATION], since: {since:?}) {{ kind }}");
    let mut anybody = Listener::holding(&served, &[], &answers).await;
    let mut station = Listener::holding(&served, &["network"], &all).await;
    let mut outputs = Listener::holding(&served, &["network"], &others).await;

    write(house, "open", "PUBLIC", "公开的问题").await;
    let event = anybody.event().await;
    assert_eq!(said(&event), "PUT open");
    assert_eq!(
        (event["kind"].as_str(), event["node"]["question"].as_str()),
        (Some("ANSWERED_QUESTION"), Some("公开的问题"))
    );
    assert_ne!(event["revision"], since.as_str());
    assert_eq!(station.event().await, event);

    write(house, "inside", "NETWORK", "站内的问题").await;
    assert_eq!(said(&station.event().await), "PUT inside");
    write(house, "own", "STATION", "本站的问题").await;
    anybody.hears_nothing().await;
    station.hears_nothing().await;
    outputs.hears_nothing().await;

    // Both go on.
    write(house, "open", "PUBLIC", "公开的问题，改过").await;
    assert_eq!(anybody.event().await["node"]["question"], "公开的问题，改过");
    assert_eq!(station.event().await["node"]["question"], "公开的问题，改过");
}

async fn what_is_withdrawn_or_shared_with_fewer_leaves_a_tombstone(house: &House) {
    house.places().await;
    let served = served(house).await;
    let since = present(house).await;
    write(house, "narrowed", "PUBLIC", "先公开").await;
    write(house, "withdrawn", "PUBLIC", "先公开").await;
    write(house, "hidden", "STATION", "从未公开").await;
    let then = present(house).await;
    let mut anybody =
        Listener::holding(&served, &[], &format!("changed(since: {then:?}) {CHANGED}")).await;
    let mut station =
        Listener::holding(&served, &["network"], &format!("changed(since: {then:?}) {CHANGED}"))
            .await;
    assert_eq!(told(&pull(house, &[], &since, 10).await), ["PUT narrowed", "PUT withdrawn"]);

    write(house, "narrowed", "NETWORK", "先公开").await;
    let row = json!({ "externalId": "withdrawn", "question": "先公开", "answer": "答", "audience": "PUBLIC", "state": "WITHDRAWN" });
    answer(house, row).await;
    write(house, "hidden", "STATION", "从未公开，改过").await;

    let (first, second) = (anybody.event().await, anybody.event().await);
    assert_eq!((said(&first), said(&second)), ("GONE".to_owned(), "GONE".to_owned()));
    anybody.hears_nothing().await;
    assert_eq!(said(&station.event().await), "PUT narrowed");
    assert_eq!(said(&station.event().await), "GONE");
    station.hears_nothing().await;

    // Pulled, it is the same, from before and from in between; to its own station nothing is gone.
    for since in [&since, &then] {
        let reply = pull(house, &[], since, 10).await;
        assert_eq!(told(&reply), ["GONE", "GONE"]);
        let ids = reply.texts("/changes/changes", "/nodeId");
        assert_eq!(ids, [first["nodeId"].as_str().unwrap(), second["nodeId"].as_str().unwrap()]);
    }
    let own = pull(house, &["station:SH-PD"], &since, 10).await;
    assert_eq!(told(&own), ["PUT narrowed", "PUT withdrawn", "PUT hidden"]);
    // Who reads only what was hidden from the first learns nothing at all.
    let reply = pull(house, &["organization:nobody"], &then, 10).await;
    assert_eq!(told(&reply), ["GONE", "GONE"]);
}

async fn changes_are_pulled_in_pages_and_each_thing_comes_once(house: &House) {
    house.places().await;
    let since = present(house).await;
    for round in 0..3 {
        for id in 0..5 {
            let audience = if id == 4 { "STATION" } else { "PUBLIC" };
            write(house, &format!("a{id}"), audience, &format!("第{round}次")).await;
        }
    }
    let whole = pull(house, &[], &since, 100).await;
    assert_eq!(told(&whole), ["PUT a0", "PUT a1", "PUT a2", "PUT a3"]);
    assert_eq!(whole.at("/changes/hasMore"), &json!(false));
    assert_eq!(whole.at("/changes/revision").as_str().unwrap(), present(house).await);

    // In small pages a thing comes once in each page that it changed in; the last revision is the same.
    let (mut at, mut seen, mut pages) = (since, Vec::new(), 0);
    loop {
        let reply = pull(house, &[], &at, 3).await;
        let page = told(&reply);
        assert!(page.len() <= 3);
        let mut once = page.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), page.len());
        seen.extend(page);
        at = reply.at("/changes/revision").as_str().unwrap().to_owned();
        pages += 1;
        if reply.at("/changes/hasMore") == &json!(false) {
            break;
        }
        assert!(pages < 20);
    }
    assert_eq!(at, present(house).await);
    for id in ["PUT a0", "PUT a1", "PUT a2", "PUT a3"] {
        assert!(seen.contains(&id.to_owned()));
    }
    let kinds = "query($since: Revision) { changes(since: $since, kinds: [STATION]) { hasMore changes { kind } } }";
    let reply = house.anybody().run(kinds, json!({ "since": at })).await;
    assert_eq!(reply.at("/changes/changes"), &json!([]));
    for first in [101, 5_000] {
        assert_eq!(pull(house, &[], &at, first).await.code(), "BAD_USER_INPUT");
    }
    let garbage = house.ask("{ changes(since: \"abc\") { revision } }").await;
    assert_eq!(garbage.code(), "BAD_USER_INPUT");
}

async fn an_embargo_is_kept_until_its_day(house: &House) {
    house.places().await;
    let owner = crate::research::owner_token(house, "fudan").await;
    let served = served(house).await;
    let since = present(house).await;
    let changed = format!("changed(kinds: [RESEARCH_OUTPUT], since: {since:?}) {CHANGED}");
    let mut anybody = Listener::holding(&served, &[], &changed).await;
    let mut own = Listener::holding(&served, &[&owner], &changed).await;
    let output = async |title: &str| {
        let row = json!({ "externalId": "e", "organization": "fudan", "kind": "PROTOTYPE", "audience": "PUBLIC",
            "title": title, "abstract": "样机", "embargoUntil": "2026-11-24" });
        house.import(&ResearchOutputs::default(), "outputs.jsonl", row.to_string()).await;
    };
    output("示例样机").await;
    output("示例样机，改过").await;
    assert_eq!(own.event().await["type"], "PUT");
    assert_eq!(own.event().await["type"], "PUT");
    anybody.hears_nothing().await;
    // The log itself names nobody else: not even that there is something can be found out.
    assert_eq!(told(&pull(house, &[], &since, 10).await), Vec::<String>::new());
    assert_eq!(told(&pull(house, &[&owner], &since, 10).await), ["PUT "]);
    zhanjian::transitions::tell(&house.service.app).await.unwrap();
    house.clock.advance_days(1);
    zhanjian::transitions::tell(&house.service.app).await.unwrap();
    anybody.hears_nothing().await;

    house.clock.advance_days(1);
    zhanjian::transitions::tell(&house.service.app).await.unwrap();
    let event = anybody.event().await;
    assert_eq!(event["type"], "PUT");
    assert_eq!(own.event().await, event);
    assert_eq!(told(&pull(house, &[], &since, 10).await), ["PUT "]);
    // From then on it is gone when it is gone.
    let row = json!({ "externalId": "e", "organization": "fudan", "kind": "PROTOTYPE", "audience": "ORGANIZATION",
        "title": "示例样机", "abstract": "样机", "embargoUntil": "2026-11-24" });
    house.import(&ResearchOutputs::default(), "outputs.jsonl", row.to_string()).await;
    assert_eq!(anybody.event().await["type"], "GONE");
    assert_eq!(own.event().await["type"], "PUT");
}

async fn whoever_comes_again_is_told_what_they_missed(house: &House) {
    house.places().await;
    let served = served(house).await;
    // From now on, where no revision is given: what was before is not told.
    write(house, "before", "PUBLIC", "零").await;
    let changed = format!("changed {CHANGED}");
    let mut listener = Listener::holding(&served, &[], &changed).await;
    listener.hears_nothing().await;
    write(house, "a", "PUBLIC", "一").await;
    let seen = listener.event().await["revision"].as_str().unwrap().to_owned();
    drop(listener);
    for id in 0..40 {
        write(house, &format!("missed{id}"), "PUBLIC", "二").await;
    }
    let again = format!("changed(since: {seen:?}) {CHANGED}");
    let mut listener = Listener::holding(&served, &[], &again).await;
    for id in 0..40 {
        assert_eq!(said(&listener.event().await), format!("PUT missed{id}"));
    }
    write(house, "b", "PUBLIC", "三").await;
    assert_eq!(said(&listener.event().await), "PUT b");
    listener.hears_nothing().await;
    // Each gets its own, from where it was.
    let mut second = Listener::holding(&served, &[], &again).await;
    assert_eq!(said(&second.event().await), "PUT missed0");
}

async fn a_revision_that_the_log_does_not_reach_is_refused(house: &House) {
    house.places().await;
    let served = served(house).await;
    let since = present(house).await;
    write(house, "a", "PUBLIC", "一").await;
    write(house, "b", "PUBLIC", "二").await;
    house.settle().await;
    let write_ = house.db().write().await.unwrap();
    let soon = house.clock.now() + chrono::Duration::minutes(1);
    assert!(outbox::prune(&write_, soon).await.unwrap() > 0);
    write_.commit(house.clock.now()).await.unwrap();

    assert_eq!(pull(house, &[], &since, 10).await.code(), "REVISION_EXPIRED");
    let again = format!("changed(since: {since:?}) {CHANGED}");
    let mut listener = Listener::holding(&served, &[], &again).await;
    assert_eq!(listener.refusal().await, "REVISION_EXPIRED");
    assert_eq!(listener.line.hear().await["type"], "complete");
    // A revision that has never been, as after a database was put back.
    let later = zhanjian::scalars::RevisionScalar(9_000_000);
    let later = async_graphql::ScalarType::to_value(&later).to_string();
    let later = later.trim_matches('"');
    assert_eq!(pull(house, &[], later, 10).await.code(), "REVISION_EXPIRED");
    // From the present revision it goes on.
    let now = present(house).await;
    let mut listener =
        Listener::holding(&served, &[], &format!("changed(since: {now:?}) {CHANGED}")).await;
    write(house, "c", "PUBLIC", "三").await;
    assert_eq!(said(&listener.event().await), "PUT c");
}

async fn a_case_is_told_to_its_readers_only(house: &House) {
    house.places().await;
    let served = served(house).await;
    let staff = house.signed_in(zhanjian::access::Role::Staff, "SH-PD").await;
    let other = house.signed_in(zhanjian::access::Role::Staff, "SH-XH").await;
    let office = house.signed_in(zhanjian::access::Role::TechTransfer, "fudan").await;
    let since = present(house).await;
    let queue = format!(
        "queueChanged(since: {since:?}) {{ revision type consultationId consultation {{ id }} }}"
    );
    let queue = queue.as_str();
    let mut ours = Listener::signed_in(&served, staff.token(), queue).await;
    let mut theirs = Listener::signed_in(&served, other.token(), queue).await;
    let mut refused = Listener::signed_in(&served, office.token(), queue).await;
    assert_eq!(refused.refusal().await, "FORBIDDEN");
    let mut unknown = Listener::holding(&served, &[], queue).await;
    assert_eq!(unknown.refusal().await, "UNAUTHENTICATED");
    let nothing = zhanjian::ids::GlobalId::encode(
        zhanjian::ids::NodeKind::Consultation,
        zhanjian::ids::new_id(),
    );
    let one = format!("consultationChanged(id: {:?}) {{ revision }}", nothing.0);
    let mut unknown = Listener::signed_in(&served, staff.token(), &one).await;
    assert_eq!(unknown.refusal().await, "NOT_FOUND");

    // A case that was taken away from its station: there it is gone, elsewhere it never was.
    let mut write = house.db().write().await.unwrap();
    let before = vec!["station:SH-PD".to_owned()];
    let id = zhanjian::ids::new_id();
    write.note(Note {
        subject: Subject::Consultation,
        id,
        before,
        after: vec!["bureau:municipal".to_owned()],
    });
    write.commit(house.clock.now()).await.unwrap();
    let event = ours.event().await;
    assert_eq!((&event["type"], &event["consultation"]), (&json!("GONE"), &Value::Null));
    theirs.hears_nothing().await;
}

async fn a_stream_of_events_tells_the_same(house: &House) {
    house.places().await;
    let served = served(house).await;
    let staff = house.signed_in(zhanjian::access::Role::Staff, "SH-PD").await;
    let since = present(house).await;
    write(house, "own", "STATION", "本站的问题").await;
    let query = format!("subscription {{ changed(since: {since:?}) {CHANGED} }}");
    let body = json!({ "query": query }).to_string();
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
         authorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{body}",
        served.address,
        staff.token(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let mut until = async |word: &str| {
        let reading = async {
            let mut piece = [0; 4096];
            while !heard.contains(word) {
                let length = stream.read(&mut piece).await.unwrap();
                assert!(length > 0, "{heard}");
                heard.push_str(&String::from_utf8_lossy(&piece[..length]));
            }
        };
        tokio::time::timeout(Duration::from_secs(10), reading).await.expect("it must come");
    };
    until("本站的问题").await;
    write(house, "own", "STATION", "本站的问题，改过").await;
    until("本站的问题，改过").await;
    assert!(heard.starts_with("HTTP/1.1 200"), "{heard}");
    assert!(heard.contains("event: next\ndata: {"), "{heard}");
}

/// More entries at once than a circle remembers, while somebody listens who does not read.
async fn an_import_larger_than_what_is_remembered_reaches_a_slow_reader_whole(house: &House) {
    const MANY: usize = 4_500;
    house.places().await;
    let lasting = Lasting { patience: Duration::from_mins(2), ..Lasting::default() };
    let served = Served::new(house.front(lasting).await).await;
    let mut line = Line::open(served.address, &[]).await.unwrap();
    line.init(json!({})).await;
    let since = present(house).await;
    let changed = format!(
        "changed(since: {since:?}) {{ node {{ ... on AnsweredQuestion {{ externalId }} }} }}"
    );
    let mut listener = Listener::on(line, &changed).await;
    let rows = (0..MANY).map(|row| {
        json!({ "externalId": format!("m{row:05}"), "question": "很多", "answer": "答", "audience": "PUBLIC" }).to_string()
    });
    let kind = AnsweredQuestions { station: Some("SH-PD".to_owned()), audience: None };
    house.import(&kind, "answers.jsonl", rows.collect::<Vec<_>>().join("\n")).await;
    for row in 0..MANY {
        assert_eq!(listener.event().await["node"]["externalId"], format!("m{row:05}"));
    }
    listener.hears_nothing().await;
}
