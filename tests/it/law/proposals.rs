//! Proposing the law and deciding on it.

use serde_json::{Value, json};
use zhanjian::access::Role;

use super::{answer, done, faults, relate, relation, rules, status};
use crate::support::{House, Member, Reply, on_both_engines};

on_both_engines!(
    a_proposal_is_recorded_when_it_is_accepted,
    a_proposal_is_rejected_with_a_reason_and_decided_once,
    a_proposal_that_the_law_has_overtaken_is_not_recorded,
    who_may_not_propose_sees_no_proposals,
);

const PROPOSE: &str =
    "mutation($input: ProposeRegulationInput!) { it: proposeRegulation(input: $input) {
    proposal { id version state kind } revision userErrors { code path message } } }";
const PROPOSE_RELATION: &str = "mutation($input: ProposeRegulationRelationInput!) {
    it: proposeRegulationRelation(input: $input) {
        proposal { id version state kind } userErrors { code path message } } }";
const DECIDE: &str = "mutation($input: DecideRegulationProposalInput!) {
    it: decideRegulationProposal(input: $input) {
        proposal { id version state reason recordedId decidedBy { id } decidedAt } revision
        userErrors { code path message currentVersion } } }";

async fn decide(
    member: &Member<'_>,
    id: &Value,
    version: i64,
    accept: bool,
    reason: Value,
) -> Reply {
    let input = json!({ "proposalId": id, "version": version, "accept": accept, "reason": reason });
    member.run(DECIDE, json!({ "input": input })).await
}

fn new(key: &str) -> Value {
    json!({ "input": { "regulation": { "key": key, "title": "示例新办法", "region": "SH", "issuedOn": "2026-10-01",
        "effectiveOn": "2026-11-01" }, "relations": [{ "to": "old", "kind": "REPLACES", "scope": "FULL",
        "note": "自施行之日起" }] } })
}

async fn a_proposal_is_recorded_when_it_is_accepted(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01")]).await;
    house.answers([answer("touched", "old", &[], 1)]).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let reply = staff.run(PROPOSE, new("new")).await;
    let proposal = &done(&reply)["proposal"];
    assert_eq!((&proposal["state"], &proposal["kind"]), (&json!("PROPOSED"), &json!("REGULATION")));
    // Nothing is recorded yet.
    assert_eq!(
        house.ask("{ regulation(key: \"new\") { key } }").await.at("/regulation"),
        &Value::Null
    );
    assert_eq!(status(house, "touched").await, "CURRENT");
    const LIST: &str =
        "query($filter: RegulationProposalFilter) { regulationProposals(filter: $filter) {
        totalCount nodes { id state regulation { key title { zh } region issuedOn }
            relations { from { key } to { key } kind scope note } proposedBy { id } } } }";
    let waiting = officer.run(LIST, json!({ "filter": { "states": ["PROPOSED"] } })).await;
    assert_eq!(
        waiting.at("/regulationProposals/nodes/0"),
        &json!({
            "id": proposal["id"], "state": "PROPOSED",
            "regulation": { "key": "new", "title": { "zh": "示例新办法" }, "region": "SH", "issuedOn": "2026-10-01" },
            "relations": [{ "from": null, "to": { "key": "old" }, "kind": "REPLACES", "scope": "FULL", "note": "自施行之日起" }],
            "proposedBy": { "id": staff.id },
        })
    );
    // What would follow can be seen before it is decided.
    const FORESEEN: &str = "query($id: ID!) { affectedBy(input: { proposal: $id }) {
        totalCount complete byStation { station { code } count uses }
        answers { answeredQuestion { externalId } before { status } after { status day path { event regulation { key } } } } } }";
    let foreseen = officer.run(FORESEEN, json!({ "id": proposal["id"] })).await;
    assert_eq!(
        foreseen.at("/affectedBy"),
        &json!({
            "totalCount": 1, "complete": true,
            "byStation": [{ "station": { "code": "SH-PD" }, "count": 1, "uses": 1 }],
            "answers": [{ "answeredQuestion": { "externalId": "touched" }, "before": { "status": "CURRENT" },
                "after": { "status": "STALE", "day": "2026-11-01", "path": [
                    { "event": "CITES", "regulation": { "key": "old" } },
                    { "event": "REPLACED_BY", "regulation": { "key": "new" } }] } }],
        })
    );
    let accepted = decide(&officer, &proposal["id"], 1, true, Value::Null).await;
    let decided = &done(&accepted)["proposal"];
    assert_eq!((&decided["state"], &decided["version"]), (&json!("ACCEPTED"), &json!(2)));
    assert_eq!(decided["decidedBy"]["id"], officer.id);
    let recorded = house.ask("{ regulation(key: \"new\") { id } }").await;
    assert_eq!(recorded.at("/regulation/id"), &decided["recordedId"]);
    assert_eq!(status(house, "touched").await, "STALE");
    assert!(done(&accepted)["revision"].is_string());
    let mine =
        staff.run(LIST, json!({ "filter": { "mine": true, "kinds": ["REGULATION"] } })).await;
    assert_eq!(mine.texts("/regulationProposals/nodes", "/state"), ["ACCEPTED"]);
    let none = officer.run(LIST, json!({ "filter": { "mine": true } })).await;
    assert_eq!(none.at("/regulationProposals/totalCount"), &json!(0));
}

async fn a_proposal_is_rejected_with_a_reason_and_decided_once(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01"), ("later", "2021-01-01")]).await;
    let head = house.signed_in(Role::Head, "SH-XH").await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let input =
        json!({ "input": { "relation": relation("later", "REPLACES", "old", "2021-01-01") } });
    let reply = head.run(PROPOSE_RELATION, input).await;
    let id = done(&reply)["proposal"]["id"].clone();
    assert_eq!(
        faults(&decide(&officer, &id, 1, false, Value::Null).await),
        ["INVALID input.reason"]
    );
    let late = decide(&officer, &id, 7, false, json!("旧件仍然有效")).await;
    assert_eq!(faults(&late), ["CONFLICT input.version"]);
    assert_eq!(decide(&head, &id, 1, true, Value::Null).await.code(), "FORBIDDEN");
    let rejected = decide(&officer, &id, 1, false, json!("旧件仍然有效")).await;
    assert_eq!(done(&rejected)["proposal"]["reason"], "旧件仍然有效");
    assert_eq!(done(&rejected)["proposal"]["recordedId"], Value::Null);
    let again = decide(&officer, &id, 2, true, Value::Null).await;
    assert_eq!(faults(&again), ["WRONG_STATE input.proposalId"]);
    let acts = house.ask("{ regulation(key: \"later\") { actsOn { kind } } }").await;
    assert_eq!(acts.at("/regulation/actsOn"), &json!([]));
    // Whoever proposed it reads why, and finds it by its id.
    let node = "query($id: ID!) { node(id: $id) { ... on RegulationProposal { state reason } } }";
    let seen = head.run(node, json!({ "id": id })).await;
    assert_eq!(seen.at("/node"), &json!({ "state": "REJECTED", "reason": "旧件仍然有效" }));
    let hidden = house.anybody().run(node, json!({ "id": id })).await;
    assert_eq!(hidden.at("/node"), &Value::Null);
}

async fn a_proposal_that_the_law_has_overtaken_is_not_recorded(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01"), ("later", "2021-01-01")]).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let input =
        json!({ "input": { "relation": relation("later", "REPLACES", "old", "2021-01-01") } });
    let one = staff.run(PROPOSE_RELATION, input.clone()).await;
    let other = staff.run(PROPOSE_RELATION, input.clone()).await;
    done(&decide(&officer, &done(&one)["proposal"]["id"], 1, true, Value::Null).await);
    let overtaken = decide(&officer, &done(&other)["proposal"]["id"], 1, true, Value::Null).await;
    assert_eq!(faults(&overtaken), ["WRONG_STATE input.accept"]);
    assert_eq!(overtaken.at("/it/proposal/state"), &json!("PROPOSED"));
    // Nor can it be proposed any more, or recorded twice.
    let third = staff.run(PROPOSE_RELATION, input).await;
    assert_eq!(faults(&third), ["ALREADY_THERE input.relation.to"]);
    let twice = relate(&officer, relation("later", "REPLACES", "old", "2021-01-01")).await;
    assert_eq!(faults(&twice), ["ALREADY_THERE input.relation.to"]);
}

async fn who_may_not_propose_sees_no_proposals(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01")]).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let id = done(&staff.run(PROPOSE, new("new")).await)["proposal"]["id"].clone();
    for (name, member) in super::everybody(house).await {
        let reply = member.ask("{ regulationProposals { totalCount } }").await;
        let decided = decide(&member, &id, 9, true, Value::Null).await;
        match name {
            "anonymous" => assert_eq!(reply.code(), "UNAUTHENTICATED"),
            "portal" | "transfer" => assert_eq!(reply.code(), "FORBIDDEN", "{name}"),
            _ => assert_eq!(reply.at("/regulationProposals/totalCount"), &json!(1), "{name}"),
        }
        // Hidden and absent are never told apart.
        if ["anonymous", "portal", "transfer"].contains(&name) {
            assert_eq!(decided.code(), "NOT_FOUND", "{name}");
        }
    }
}
