//! What introductions make of pairs, and of what the past says of those who offer.

use std::time::Duration;

use serde_json::{Value, json};

use super::{KEPT, heard, keep, need, output, partners, publish};
use crate::{
    consultations::work::Desk,
    introductions::{asking, done, mutate, take},
    support::{House, Member, on_both_engines},
};

on_both_engines!(
    who_is_invited_hears_of_it,
    a_pair_stands_where_its_introduction_has_come_to,
    the_past_of_an_organization_counts_from_three_introductions_on,
    an_office_sees_for_which_needs_its_outputs_fit,
);

/// Waits until a pair stands somewhere.
pub async fn stands(member: &Member<'_>, need: &Value, target: &Value, state: &str) -> Value {
    let mut last = String::new();
    for _ in 0..300 {
        let reply =
            member.run(KEPT, json!({ "filter": { "need": need["id"], "target": target } })).await;
        let pair = &reply.at("/matches/nodes")[0];
        if pair["state"] == state {
            assert_eq!(reply.at("/matches/totalCount"), 1);
            return pair.clone();
        }
        last = reply.text;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the pair is not {state}: {last}");
}

async fn id_of(house: &House, external: &str) -> Value {
    let all = house.ask("{ researchOutputs(first: 50) { nodes { id externalId } } }").await;
    let nodes = all.at("/researchOutputs/nodes").as_array().unwrap();
    nodes.iter().find(|node| node["externalId"] == external).unwrap()["id"].clone()
}

/// Asks for contact about a thing for a need.
async fn asked(member: &Member<'_>, need: &Value, about: &Value) -> Value {
    let mut input = asking(about);
    input["needId"] = need["id"].clone();
    done(&mutate(member, "requestIntroduction", input).await)
}

/// Gives contact.
async fn accepted(desk: &Desk<'_>, introduction: &Value) {
    let contact = json!({ "contact": { "name": "示例成果乙", "email": "owner@lab.example" } });
    take(&desk.transfer, "acceptIntroduction", introduction, contact).await;
}

/// Says what came of an accepted introduction.
async fn said(member: &Member<'_>, introduction: &Value, outcome: &str) {
    let reason = (outcome == "FAILED").then_some("TOO_EARLY");
    let word = json!({ "outcome": outcome, "reason": reason });
    take(member, "recordIntroductionOutcome", introduction, word).await;
}

async fn who_is_invited_hears_of_it(house: &House) {
    house.places().await;
    publish(house, &[output("A", json!({}))]).await;
    let desk = Desk::of(house).await;
    let need = need(&desk.staff, "PARTNERS").await;
    heard(&desk.transfer, &need, &["A"]).await;
    let target = id_of(house, "A").await;
    let pair = json!({ "needId": need["id"], "targetId": target });
    let reply = keep(&desk.staff, "inviteMatch", pair.clone()).await;
    assert_eq!(reply.at("/it/match/state"), "INVITED", "{}", reply.text);
    assert_eq!(
        stands(&desk.transfer, &need, &target, "INVITED").await["score"]
            .as_f64()
            .map(|it| it > 0.0),
        Some(true)
    );
    let query = "query($id: ID!) { node(id: $id) { ... on Need { state } } }";
    let seen = desk.staff.run(query, json!({ "id": need["id"] })).await;
    assert_eq!(seen.at("/node/state"), "MATCHED");
    // Nobody is invited twice, and what the matchmaker finds later does not undo it.
    let mut again = pair;
    again["version"] = reply.at("/it/match/version").clone();
    let twice = keep(&desk.staff, "inviteMatch", again).await;
    assert_eq!(twice.at("/it/userErrors/0/code"), "WRONG_STATE");
    publish(house, &[output("A", json!({ "trl": 8 })), output("B", json!({}))]).await;
    heard(&desk.staff, &need, &["A", "B"]).await;
    stands(&desk.staff, &need, &target, "INVITED").await;
}

async fn a_pair_stands_where_its_introduction_has_come_to(house: &House) {
    house.places().await;
    // The third has little to do with the need: nobody proposed it.
    let far = json!({ "title": "示例听力筛查软件", "abstract": "新生儿听力筛查。", "areas": [], "trl": 2 });
    publish(house, &[output("A", json!({})), output("B", json!({})), output("FAR", far)]).await;
    let desk = Desk::of(house).await;
    let need = need(&desk.staff, "PARTNERS").await;
    heard(&desk.staff, &need, &["A", "B"]).await;
    let (a, b, far) = (id_of(house, "A").await, id_of(house, "B").await, id_of(house, "FAR").await);

    let first = asked(&desk.staff, &need, &a).await;
    stands(&desk.staff, &need, &a, "INTRODUCED").await;
    stands(&desk.transfer, &need, &a, "INTRODUCED").await;
    // An introduction is its two sides' alone: nobody else learns of it from the pair.
    for other in [&desk.elsewhere, &desk.municipal] {
        let pair = json!({ "filter": { "need": need["id"], "target": a } });
        assert_eq!(other.run(KEPT, pair).await.at("/matches/totalCount"), 0);
        let filter = json!({ "targets": ["RESEARCH_OUTPUT"] });
        let shown = partners(other, json!({ "need": need["id"], "filter": filter })).await;
        let edges = shown.at("/matchPartners/edges").as_array().unwrap();
        let edge = edges.iter().find(|edge| edge["node"]["externalId"] == "A").unwrap();
        assert_eq!((&edge["state"], &edge["match"]), (&Value::Null, &Value::Null), "{edge}");
    }
    take(&desk.staff, "withdrawIntroduction", &first, json!({})).await;
    stands(&desk.staff, &need, &a, "SHORTLISTED").await;
    let second = asked(&desk.staff, &need, &a).await;
    stands(&desk.staff, &need, &a, "INTRODUCED").await;
    take(&desk.transfer, "declineIntroduction", &second, json!({ "reason": "TOO_EARLY" })).await;
    stands(&desk.staff, &need, &a, "FAILED").await;

    let third = asked(&desk.staff, &need, &b).await;
    accepted(&desk, &third).await;
    said(&desk.staff, &third, "IN_TALKS").await;
    stands(&desk.staff, &need, &b, "INTRODUCED").await;
    // What the other side says of itself does not count.
    said(&desk.transfer, &third, "CONTRACT_SIGNED").await;
    let last = asked(&desk.staff, &need, &far).await;
    stands(&desk.staff, &need, &far, "INTRODUCED").await;
    stands(&desk.staff, &need, &b, "INTRODUCED").await;
    said(&desk.staff, &third, "CONTRACT_SIGNED").await;
    stands(&desk.staff, &need, &b, "SUCCEEDED").await;

    // Nobody answers the last.
    house.clock.advance_days(60);
    zhanjian::introductions::tick(&house.service.app).await.unwrap();
    let staff = house.signed_in(zhanjian::access::Role::Staff, "SH-PD").await;
    stands(&staff, &need, &far, "FAILED").await;
    drop(last);
}

async fn the_past_of_an_organization_counts_from_three_introductions_on(house: &House) {
    house.places().await;
    let names = ["A", "B", "C"];
    publish(house, &names.map(|name| output(name, json!({})))).await;
    let desk = Desk::of(house).await;
    let need = need(&desk.staff, "PARTNERS").await;
    heard(&desk.staff, &need, &names).await;
    let record = async || {
        let filter = json!({ "targets": ["RESEARCH_OUTPUT"] });
        let reply = partners(&desk.staff, json!({ "need": need["id"], "filter": filter })).await;
        let parts = reply.at("/matchPartners/edges/0/components").as_array().unwrap().clone();
        parts.into_iter().find(|part| part["name"] == "TRACK_RECORD").unwrap()["value"].clone()
    };
    for (name, outcome) in names.into_iter().zip(["CONTRACT_SIGNED", "FAILED", "CONTRACT_SIGNED"]) {
        assert_eq!(record().await, Value::Null);
        // Those that were asked for without a need count as well.
        let input = asking(&id_of(house, name).await);
        let introduction = done(&mutate(&desk.staff, "requestIntroduction", input).await);
        accepted(&desk, &introduction).await;
        said(&desk.staff, &introduction, outcome).await;
    }
    assert_eq!(record().await, 0.7);
}

async fn an_office_sees_for_which_needs_its_outputs_fit(house: &House) {
    house.places().await;
    publish(house, &[output("A", json!({})), output("B", json!({}))]).await;
    let desk = Desk::of(house).await;
    let shared = need(&desk.staff, "PARTNERS").await;
    // What its office may not read it is not told of, in figures neither.
    let hidden = need(&desk.elsewhere, "NETWORK").await;
    heard(&desk.staff, &shared, &["A", "B"]).await;
    heard(&desk.elsewhere, &hidden, &["A", "B"]).await;
    let (a, b) = (id_of(house, "A").await, id_of(house, "B").await);
    let pair = json!({ "needId": shared["id"], "targetId": b, "reason": "已有自研方案" });
    assert_eq!(keep(&desk.staff, "dismissMatch", pair).await.at("/it/match/state"), "DISMISSED");
    let query = "{ publisherDashboard { matches { states { state count } mostMatched { count researchOutput { id } } } } }";
    let board = desk.transfer.ask(query).await;
    let expected = json!({
        "states": [{ "state": "PROPOSED", "count": 1 }, { "state": "DISMISSED", "count": 1 }],
        "mostMatched": [{ "count": 1, "researchOutput": { "id": a } }],
    });
    assert_eq!(board.at("/publisherDashboard/matches"), &expected, "{}", board.text);
}
