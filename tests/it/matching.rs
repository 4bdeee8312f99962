//! Matching: partners for a need or a text, with scores that can be computed again; needs for an offer; pairs that are
//! proposed without being asked for, and what people do with them.

use std::time::Duration;

use serde_json::{Value, json};
use zhanjian::access::Role;

use crate::{
    consultations::work::Desk,
    following::{
        listener::{Listener, served},
        present,
    },
    support::{House, Member, Reply, on_both_engines},
};

mod anything;
pub mod introduced;
mod makers;

on_both_engines!(
    partners_are_found_and_every_score_can_be_computed_again,
    what_is_hidden_changes_nothing_and_appears_on_its_day,
    pairs_are_proposed_by_themselves_and_both_sides_hear,
    a_pair_is_shortlisted_invited_and_dismissed,
);

/// All that a score is made of.
const WHY: &str = "score components { name weight value contribution explanation { zh en } }
    terms { term weight value inNeed { field start end } passages { field item text start end } }
    enough reason { zh en } algorithmVersion";

/// What a partner says, as far as a passage may lie in it.
const SAYS: &str = "__typename
    ... on ResearchOutput { id externalId title abstract advantages clinicalStage }
    ... on Resource { id name description capabilities }
    ... on Organization { id full: name { zh } areas { label { zh } } }
    ... on Station { id name areas { label { zh } } serviceModel }";

pub async fn partners(member: &Member<'_>, variables: Value) -> Reply {
    let query = format!(
        "query($need: ID, $text: String, $filter: MatchFilter, $first: Int, $after: String) {{
            matchPartners(need: $need, text: $text, filter: $filter, first: $first, after: $after, byKind: true) {{
                totalCount algorithmVersion edges {{ cursor state match {{ id state version }} {WHY} node {{ {SAYS} }} }}
                byKind {{ kind totalCount edges {{ score node {{ __typename }} }} }}
                pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    member.run(&query, variables).await
}

/// The text of a partner that a passage lies in.
fn text_of(node: &Value, passage: &Value) -> String {
    let item = passage["item"].as_u64().unwrap() as usize;
    let text = match passage["field"].as_str().unwrap() {
        "TITLE" => &node["title"],
        "ABSTRACT" => &node["abstract"],
        "ADVANTAGES" => &node["advantages"],
        "CLINICAL_STAGE" => &node["clinicalStage"],
        "NAME" if node["full"].is_object() => &node["full"]["zh"],
        "NAME" => &node["name"],
        "DESCRIPTION" => &node["description"],
        "CAPABILITIES" => &node["capabilities"][item],
        "SERVICE_MODEL" => &node["serviceModel"],
        "AREAS" => {
            let areas = node["areas"].as_array().unwrap().iter();
            let mut labels = areas.map(|area| area["label"]["zh"].as_str().unwrap());
            let label = labels.find(|label| label.contains(passage["text"].as_str().unwrap()));
            return label.unwrap().to_owned();
        }
        other => panic!("no field {other}"),
    };
    text.as_str()
        .unwrap_or_else(|| panic!("{passage} lies in a text that is not shown: {node}"))
        .to_owned()
}

fn cut(text: &str, place: &Value) -> String {
    let at = |field: &str| place[field].as_u64().unwrap() as usize;
    text.chars().skip(at("start")).take(at("end") - at("start")).collect()
}

/// Computes a score again from what is shown, and finds every word where it is shown to stand.
#[track_caller]
pub fn check(edge: &Value, need: &[(&str, &str)]) {
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} is not {b}: {edge}");
    let number = |value: &Value| value.as_f64().unwrap();
    let (mut sum, mut weights) = (0.0, 0.0);
    for part in edge["components"].as_array().unwrap() {
        let value = part["value"].as_f64();
        assert!(value.is_none_or(|value| (0.0..=1.0).contains(&value)), "{part}");
        near(number(&part["contribution"]), number(&part["weight"]) * value.unwrap_or(0.0));
        assert!(value.is_some() || number(&part["weight"]) == 0.0);
        sum += number(&part["contribution"]);
        weights += number(&part["weight"]);
        if part["name"] == "TEXT" {
            let terms = edge["terms"].as_array().unwrap().iter();
            let met: f64 = terms.map(|term| number(&term["weight"]) * number(&term["value"])).sum();
            near(value.unwrap(), (met / number(&edge["enough"])).min(1.0));
        }
        assert!(!part["explanation"]["zh"].as_str().unwrap().is_empty());
    }
    near(sum, number(&edge["score"]));
    near(weights, 1.0);
    for term in edge["terms"].as_array().unwrap() {
        for place in term["inNeed"].as_array().unwrap() {
            let (_, text) = need.iter().find(|(field, _)| place["field"] == *field).unwrap();
            assert!(!cut(text, place).is_empty());
        }
        let (_, text) =
            need.iter().find(|(field, _)| term["inNeed"][0]["field"] == *field).unwrap();
        assert_eq!(cut(text, &term["inNeed"][0]), term["term"].as_str().unwrap());
        assert!(!term["passages"].as_array().unwrap().is_empty());
        for passage in term["passages"].as_array().unwrap() {
            let text = text_of(&edge["node"], passage);
            let shown = passage["text"].as_str().unwrap();
            if passage["field"] == "AREAS" {
                assert!(text.contains(shown));
            } else {
                assert_eq!(cut(&text, passage), shown, "{passage}");
            }
        }
    }
    check_sentence(edge);
}

/// What the sentence says of words is so: they stand in both texts, or the other side's own are named beside.
#[track_caller]
fn check_sentence(edge: &Value) {
    let reason = edge["reason"]["zh"].as_str().unwrap();
    assert!(reason.ends_with('。'), "{reason}");
    let met = |word: &str, passage: &str| {
        let mut terms = edge["terms"].as_array().unwrap().iter();
        let term =
            terms.find(|term| term["term"] == word).unwrap_or_else(|| panic!("{word}: {edge}"));
        let mut passages = term["passages"].as_array().unwrap().iter();
        passages.any(|at| at["text"].as_str().unwrap().to_lowercase() == passage.to_lowercase())
    };
    let clause = |after: &str, until: &str| {
        let (_, rest) = reason.split_once(after)?;
        rest.split_once(until).map(|(clause, _)| clause.to_owned())
    };
    for word in clause("都谈到“", "”，")
        .or_else(|| clause("都谈到“", "”。"))
        .iter()
        .flat_map(|words| words.split("”“"))
    {
        assert!(met(word, word), "{reason}: {edge}");
    }
    if let Some(word) = clause("所需的“", "”，对方") {
        let instead = clause("对方写作“", "”").unwrap();
        assert!(met(&word, &instead) && !met(&word, &word), "{reason}: {edge}");
    }
}

async fn partners_are_found_and_every_score_can_be_computed_again(house: &House) {
    house.demo().await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let file = include_str!("../../index/judged/matching/needs-a.jsonl");
    let needs: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut first = Vec::new();
    for need in needs.iter().filter(|need| need["half"] == "tuning") {
        let filter = json!({ "kind": need["kind"], "areas": need["areas"], "minTrl": need["minTrl"],
            "modes": need["modes"], "district": need["district"] });
        let text = need["text"].as_str().unwrap();
        let variables = json!({ "text": text, "filter": filter, "first": 100 });
        let reply = partners(&staff, variables.clone()).await;
        let edges = reply.at("/matchPartners/edges").as_array().unwrap();
        assert_eq!(reply.at("/matchPartners/totalCount"), edges.len(), "{}", reply.text);
        edges.iter().for_each(|edge| check(edge, &[("TEXT", text)]));
        let scores: Vec<f64> = edges.iter().map(|edge| edge["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b));
        // The same again, and page by page.
        assert_eq!(partners(&staff, variables).await.data(), reply.data());
        let (mut paged, mut after) = (Vec::new(), Value::Null);
        loop {
            let variables = json!({ "text": text, "filter": filter, "first": 7, "after": after });
            let page = partners(&staff, variables).await;
            paged.extend(page.at("/matchPartners/edges").as_array().unwrap().clone());
            if page.at("/matchPartners/pageInfo/hasNextPage") == false {
                break;
            }
            after = page.at("/matchPartners/pageInfo/endCursor").clone();
        }
        assert_eq!(&paged, edges);
        let query = "query($text: String, $filter: MatchFilter) { matchPartners(text: $text, filter: $filter, last: 3) {
            edges { cursor } } }";
        let reply = staff.run(query, json!({ "text": text, "filter": filter })).await;
        let ends = reply.texts("/matchPartners/edges", "/cursor");
        let cursors: Vec<&str> =
            edges.iter().map(|edge| edge["cursor"].as_str().unwrap()).collect();
        assert_eq!(ends, cursors[cursors.len().saturating_sub(3)..]);
        first.push((
            need["id"].clone(),
            edges.first().map(|edge| edge["node"]["externalId"].clone()),
        ));
    }
    // Where what fits is among the sample data, it stands first.
    for (need, output) in
        [("need-a07", "demo-ro-001"), ("need-a11", "demo-ro-016"), ("need-a17", "demo-ro-020")]
    {
        assert!(first.contains(&(json!(need), Some(json!(output)))), "{first:?}");
    }
    // Who may not raise needs sees no matches; a wrong question is told.
    let transfer = house.signed_in(Role::TechTransfer, "demo-univ").await;
    assert_eq!(partners(&transfer, json!({ "text": "支架" })).await.code(), "FORBIDDEN");
    assert_eq!(
        partners(&house.anybody(), json!({ "text": "支架" })).await.code(),
        "UNAUTHENTICATED"
    );
    for wrong in [
        json!({}),
        json!({ "text": " " }),
        json!({ "text": "支架", "filter": { "areas": ["NO-SUCH"] } }),
        json!({ "text": "支架", "filter": { "minTrl": 12 } }),
        json!({ "text": "支架", "after": "x" }),
    ] {
        assert_eq!(partners(&staff, wrong).await.code(), "BAD_USER_INPUT");
    }
}

/// An output of Fudan's, as a file has it.
fn output(id: &str, more: Value) -> Value {
    let mut row = json!({ "externalId": id, "organization": "fudan", "kind": "KNOW_HOW", "audience": "PUBLIC",
        "state": "PUBLISHED", "title": format!("可吸收心血管支架的药物涂层 {id}"), "trl": 6, "areas": ["FLD-3-02"],
        "cooperationModes": ["LICENSE"], "abstract": "冠脉支架表面的载药可降解涂层，已完成动物试验。" });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

async fn publish(house: &House, rows: &[Value]) {
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    let kind = zhanjian::research::ResearchOutputs::default();
    house.import(&kind, "outputs.jsonl", lines.join("\n")).await;
    house.settle().await;
}

async fn what_is_hidden_changes_nothing_and_appears_on_its_day(house: &House) {
    house.places().await;
    publish(house, &[output("A", json!({})), output("B", json!({ "trl": 3 }))]).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let variables = json!({ "text": "找可吸收的心血管支架涂层，已有动物试验", "first": 50,
        "filter": { "kind": "TECHNOLOGY", "areas": ["FLD-3-02"], "minTrl": 5, "targets": ["RESEARCH_OUTPUT"] } });
    let before = partners(&staff, variables.clone()).await;
    assert_eq!(
        before.texts("/matchPartners/edges", "/node/externalId"),
        ["A", "B"],
        "{}",
        before.text
    );
    let hidden = json!({ "embargoUntil": "2026-12-01" });
    publish(
        house,
        &[
            output("EMBARGO", hidden),
            output("OWN", json!({ "audience": "ORGANIZATION" })),
            output("DRAFT", json!({ "state": "DRAFT" })),
        ],
    )
    .await;
    assert_eq!(partners(&staff, variables.clone()).await.data(), before.data());
    house.clock.advance_days(9);
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let after = partners(&staff, variables).await;
    let shown = after.texts("/matchPartners/edges", "/node/externalId");
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert!(shown.contains(&"EMBARGO".to_owned()));
}

/// A need for what [`output`] offers, open.
async fn need(member: &Member<'_>, audience: &str) -> Value {
    let content = json!({ "kind": "TECHNOLOGY", "title": "可吸收支架涂层", "areas": ["FLD-3-02"], "minTrl": 5,
        "wantedModes": ["LICENSE"], "text": "寻找心血管支架的可降解药物涂层，希望已有动物试验数据。" });
    let query = "mutation($input: RaiseNeedInput!) { it: raiseNeed(input: $input) { need { id version title text }
        userErrors { message } } }";
    let reply =
        member.run(query, json!({ "input": { "content": content, "audience": audience } })).await;
    let draft = reply.at("/it/need").clone();
    let query = "mutation($input: OpenNeedInput!) { it: openNeed(input: $input) { need { id version title text state }
        userErrors { message } } }";
    let input = json!({ "id": draft["id"], "version": draft["version"] });
    let reply = member.run(query, json!({ "input": input })).await;
    assert_eq!(reply.at("/it/need/state"), "OPEN", "{}", reply.text);
    reply.at("/it/need").clone()
}

const KEPT: &str = "query($filter: MatchListFilter) { matches(filter: $filter, first: 100) { totalCount
    nodes { id state version score need { id } target { ... on ResearchOutput { externalId } } reason } } }";

/// Waits until the matches that somebody sees of a need are as many as these.
async fn heard(member: &Member<'_>, need: &Value, targets: &[&str]) -> Reply {
    let mut reply = None;
    for _ in 0..300 {
        let filter = json!({ "filter": { "need": need["id"] } });
        let now = member.run(KEPT, filter).await;
        let mut seen: Vec<String> = now.texts("/matches/nodes", "/target/externalId");
        seen.retain(|id| !id.is_empty());
        seen.sort();
        if seen == targets {
            return now;
        }
        reply = Some(now);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{targets:?} are not all proposed: {}", reply.unwrap().text);
}

async fn pairs_are_proposed_by_themselves_and_both_sides_hear(house: &House) {
    house.places().await;
    publish(house, &[output("A", json!({}))]).await;
    let desk = Desk::of(house).await;
    let since = present(house).await;
    let served = served(house).await;
    let subscription = format!(
        "changed(kinds: [MATCH], since: {since:?}) {{ type node {{ ... on Match {{ need {{ id }} }} }} }}"
    );
    let mut ours = Listener::signed_in(&served, desk.staff.token(), &subscription).await;
    let mut theirs = Listener::signed_in(&served, desk.transfer.token(), &subscription).await;
    let mut strangers = Listener::signed_in(&served, desk.portal.token(), &subscription).await;
    let need = need(&desk.staff, "PARTNERS").await;
    // A need that is opened finds what is there,
    heard(&desk.staff, &need, &["A"]).await;
    heard(&desk.transfer, &need, &["A"]).await;
    // what is published finds the need, unless who raised it may not see it,
    publish(
        house,
        &[
            output("B", json!({})),
            output("OWN", json!({ "audience": "ORGANIZATION" })),
            output("EMBARGO", json!({ "embargoUntil": "2026-12-01" })),
        ],
    )
    .await;
    heard(&desk.staff, &need, &["A", "B"]).await;
    let own = heard(&desk.transfer, &need, &["A", "B"]).await;
    assert!(
        own.at("/matches/nodes").as_array().unwrap().iter().all(|node| node["state"] == "PROPOSED")
    );
    // and those who follow are told, each of what they may see.
    let told = "query($since: Revision) { changes(since: $since, kinds: [MATCH]) { changes { type node { ... on Match {
        target { ... on ResearchOutput { externalId } } } } } } }";
    for (member, is_told) in [
        (&desk.staff, true),
        (&desk.transfer, true),
        (&desk.portal, false),
        (&house.anybody(), false),
    ] {
        let reply = member.run(told, json!({ "since": since })).await;
        let mut outputs = reply.texts("/changes/changes", "/node/target/externalId");
        outputs.retain(|id| !id.is_empty());
        outputs.sort();
        outputs.dedup();
        assert_eq!(outputs, if is_told { vec!["A", "B"] } else { Vec::new() }, "{}", reply.text);
    }
    let mut hears = Vec::new();
    for listener in [&mut ours, &mut theirs] {
        let event = listener.event().await;
        assert_eq!(event["type"], "PUT", "{event}");
        hears.push(event["node"]["need"]["id"].clone());
    }
    assert_eq!(hears, [need["id"].clone(), need["id"].clone()]);
    strangers.hears_nothing().await;
    // The other way round: its publisher sees the need, with all that the score is made of.
    let target = own.at("/matches/nodes/0/target/externalId").clone();
    let ids = house.ask("{ researchOutputs(first: 20) { nodes { id externalId } } }").await;
    let nodes = ids.at("/researchOutputs/nodes").as_array().unwrap();
    let id = nodes.iter().find(|node| node["externalId"] == target).unwrap()["id"].clone();
    let query = format!(
        "query($id: ID!) {{ matchNeeds(target: $id) {{ {WHY} node {{ id title text }} }} }}"
    );
    for member in [&desk.transfer, &desk.staff, &desk.elsewhere] {
        let reply = member.run(&query, json!({ "id": id })).await;
        assert_eq!(reply.at("/matchNeeds/0/node/id"), &need["id"], "{}", reply.text);
    }
    let reply = desk.portal.run(&query, json!({ "id": id })).await;
    assert_eq!(reply.at("/matchNeeds"), &json!([]), "{}", reply.text);
    assert_eq!(desk.administrator.run(&query, json!({ "id": id })).await.code(), "FORBIDDEN");
    // The embargo ends: it appears by itself.
    house.clock.advance_days(9);
    zhanjian::transitions::tell(&house.service.app).await.unwrap();
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    heard(&staff, &need, &["A", "B", "EMBARGO"]).await;
    // Who may not see the matches of a need sees none.
    let portal = house.signed_in(Role::Administrator, "").await;
    assert_eq!(portal.run(KEPT, json!({})).await.code(), "FORBIDDEN");
}

/// Does something with a pair.
pub async fn keep(member: &Member<'_>, name: &str, input: Value) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ it: {name}(input: $input) {{ match {{ id state version reason }} revision
            userErrors {{ code path message currentVersion }} }} }}"
    );
    member.run(&query, json!({ "input": input })).await
}

async fn a_pair_is_shortlisted_invited_and_dismissed(house: &House) {
    house.places().await;
    publish(house, &[output("A", json!({})), output("B", json!({}))]).await;
    let desk = Desk::of(house).await;
    let need = need(&desk.staff, "NETWORK").await;
    heard(&desk.staff, &need, &["A", "B"]).await;
    let ids = house.ask("{ researchOutputs(first: 20) { nodes { id externalId } } }").await;
    let nodes = ids.at("/researchOutputs/nodes").as_array().unwrap().clone();
    let id =
        |name: &str| nodes.iter().find(|node| node["externalId"] == name).unwrap()["id"].clone();
    let pair = |name: &str| json!({ "needId": need["id"], "targetId": id(name) });
    // Whose need it is not may look and not touch; who does not see it finds nothing.
    assert_eq!(keep(&desk.elsewhere, "shortlistMatch", pair("A")).await.code(), "FORBIDDEN");
    assert_eq!(keep(&desk.transfer, "shortlistMatch", pair("A")).await.code(), "NOT_FOUND");
    assert_eq!(keep(&house.anybody(), "shortlistMatch", pair("A")).await.code(), "NOT_FOUND");
    let reply = keep(&desk.staff, "shortlistMatch", pair("A")).await;
    assert_eq!(reply.at("/it/match/state"), "SHORTLISTED", "{}", reply.text);
    let version = reply.at("/it/match/version").clone();
    // The publisher may not read the need: it is not told, and cannot be invited yet.
    let unseen = desk.transfer.run(KEPT, json!({})).await;
    assert_eq!(unseen.at("/matches/totalCount"), 0);
    let mut input = pair("A");
    input["version"] = version.clone();
    let refused = keep(&desk.staff, "inviteMatch", input.clone()).await;
    assert_eq!(refused.at("/it/userErrors/0/code"), "WRONG_STATE", "{}", refused.text);
    // A stale step is told.
    input["version"] = json!(1);
    let stale = keep(&desk.staff, "shortlistMatch", input).await;
    assert_eq!(stale.at("/it/userErrors/0/currentVersion"), &version, "{}", stale.text);
    // Dismissed, it is shown and proposed no more,
    let mut input = pair("B");
    input["reason"] = json!("已有自研方案");
    let reply = keep(&desk.staff, "dismissMatch", input).await;
    assert_eq!(reply.at("/it/match/state"), "DISMISSED", "{}", reply.text);
    let shown = partners(
        &desk.staff,
        json!({ "need": need["id"], "filter": { "targets": ["RESEARCH_OUTPUT"] } }),
    )
    .await;
    assert_eq!(shown.texts("/matchPartners/edges", "/node/externalId"), ["A"], "{}", shown.text);
    assert_eq!(shown.at("/matchPartners/edges/0/state"), "SHORTLISTED");
    let edges = shown.at("/matchPartners/edges").as_array().unwrap();
    let (title, text) = (need["title"].as_str().unwrap(), need["text"].as_str().unwrap());
    edges.iter().for_each(|edge| check(edge, &[("TITLE", title), ("TEXT", text)]));
    // until a side says something else.
    publish(house, &[output("A", json!({})), output("B", json!({ "trl": 7 }))]).await;
    let query = json!({ "filter": { "need": need["id"], "states": ["PROPOSED"] } });
    for round in 0.. {
        let reply = desk.staff.run(KEPT, query.clone()).await;
        if reply.texts("/matches/nodes", "/target/externalId").contains(&"B".to_owned()) {
            break;
        }
        assert!(round < 300, "{}", reply.text);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
