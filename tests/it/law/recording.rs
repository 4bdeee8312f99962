//! An officer records the law and mends what was recorded.

use serde_json::{Value, json};
use zhanjian::{access::Role, regulations::RegulationRelations, transfer::Import};

use super::{RECORD, answer, done, faults, relate, relation, rules, status, verdict};
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_recorded_regulation_flips_what_it_touches_at_once_everywhere,
    an_amendment_touches_its_articles_once_they_are_known_and_nothing_when_it_is_taken_back,
    a_regulation_is_mended_and_what_is_left_out_stays,
    what_does_not_fit_into_the_law_is_refused_with_its_place,
    two_who_record_at_once_close_no_ring,
    a_file_closes_no_ring_either,
    the_later_of_two_who_mend_is_told_and_a_repeated_change_is_done_once,
);

async fn a_recorded_regulation_flips_what_it_touches_at_once_everywhere(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01"), ("other", "2020-01-01")]).await;
    house
        .answers([answer("touched", "old", &["第三条"], 1), answer("untouched", "other", &[], 1)])
        .await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let input = json!({ "input": {
        "regulation": { "key": "new", "title": "示例新办法", "titleEn": "Sample measures", "number": "示例〔2026〕1号",
            "region": "SH", "issuedOn": "2026-10", "effectiveOn": "2026-11-01", "source": "示例" },
        "relations": [{ "to": "old", "kind": "REPLACES", "scope": "FULL" },
            { "to": "other", "kind": "SUPPLEMENTS", "scope": "PARTIAL" }],
    } });
    let reply = officer.run(RECORD, input).await;
    let recorded = done(&reply);
    assert_eq!(recorded["regulation"]["key"], "new");
    assert_eq!(verdict(house, "touched").await, ("STALE".to_owned(), json!("2026-11-01")));
    assert_eq!(status(house, "untouched").await, "CURRENT");
    // Searched for at the revision of the change, it is stale as well, and the regulation is found.
    const FOUND: &str = "query($atLeast: Revision) {
        stale: search(query: \"\", atLeast: $atLeast, filter: { kinds: [ANSWERED_QUESTION], currency: [STALE] }) {
            nodes { ... on AnsweredQuestion { externalId } } }
        rule: search(query: \"示例〔2026〕1号\", first: 1, atLeast: $atLeast, filter: { kinds: [REGULATION] }) {
            nodes { ... on Regulation { key actsOn { to { key } kind } } } } }";
    let found = house.anybody().run(FOUND, json!({ "atLeast": recorded["revision"] })).await;
    assert_eq!(found.texts("/stale/nodes", "/externalId"), ["touched"]);
    let acts = found.at("/rule/nodes/0/actsOn").as_array().unwrap();
    assert_eq!((found.at("/rule/nodes/0/key"), acts.len()), (&json!("new"), 2));
}

const AMEND_RELATION: &str = "mutation($input: AmendRegulationRelationInput!) {
    it: amendRegulationRelation(input: $input) {
        relation { id version articles note } userErrors { code path message currentVersion } } }";
const REMOVE: &str = "mutation($input: RemoveRegulationRelationInput!) {
    it: removeRegulationRelation(input: $input) {
        regulation { key actedUponBy { kind } } userErrors { code path message currentVersion } } }";

/// The regulations on devices (国令739) were amended by 797, which keeps their number.
async fn an_amendment_touches_its_articles_once_they_are_known_and_nothing_when_it_is_taken_back(
    house: &House,
) {
    house.places().await;
    house
        .answers([
            answer("touched", "sc-739", &["第六十条"], 1),
            answer("other article", "sc-739", &["第二十三条"], 1),
            answer("whole", "sc-739", &[], 1),
        ])
        .await;
    let all = async || {
        [
            status(house, "touched").await,
            status(house, "other article").await,
            status(house, "whole").await,
        ]
    };
    assert_eq!(all().await, ["CURRENT", "CURRENT", "CURRENT"]);
    let reply = house.ask("{ regulation(key: \"sc-797\") { actsOn { id version } } }").await;
    let (id, version) = (
        reply.at("/regulation/actsOn/0/id").clone(),
        reply.at("/regulation/actsOn/0/version").clone(),
    );
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let amended = json!({ "input": { "relationId": id, "version": version,
        "relation": { "articles": ["第六十条", "61"] } } });
    let reply = officer.run(AMEND_RELATION, amended.clone()).await;
    assert_eq!(done(&reply)["relation"]["articles"], json!(["第六十条", "61"]));
    // What was left out has stayed.
    assert!(done(&reply)["relation"]["note"].is_string());
    assert_eq!(all().await, ["PARTLY_STALE", "CURRENT", "CURRENT"]);
    let again = officer.run(AMEND_RELATION, amended).await;
    assert_eq!(faults(&again), ["CONFLICT input.version"]);
    let version = done(&reply)["relation"]["version"].clone();
    let input = |reason: &str| json!({ "input": { "relationId": id, "version": version, "reason": reason } });
    let silent = officer.run(REMOVE, input("  ")).await;
    assert_eq!(faults(&silent), ["INVALID input.reason"]);
    let removed = officer.run(REMOVE, input("录入有误")).await;
    assert_eq!(done(&removed)["regulation"], json!({ "key": "sc-739", "actedUponBy": [] }));
    assert_eq!(all().await, ["CURRENT", "CURRENT", "CURRENT"]);
    let gone = officer.run(REMOVE, input("录入有误")).await;
    assert_eq!(gone.code(), "NOT_FOUND");
}

const AMEND: &str = "mutation($input: AmendRegulationInput!) { it: amendRegulation(input: $input) {
    regulation { key version title { zh en } number endsOn } userErrors { code path message currentVersion } } }";

async fn id_of(house: &House, key: &str) -> (Value, i64) {
    let query = "query($key: String!) { regulation(key: $key) { id version } }";
    let reply = house.anybody().run(query, json!({ "key": key })).await;
    (reply.at("/regulation/id").clone(), reply.at("/regulation/version").as_i64().unwrap())
}

async fn a_regulation_is_mended_and_what_is_left_out_stays(house: &House) {
    house.places().await;
    house.answers([answer("resting", "samr-47", &[], 1)]).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let (id, version) = id_of(house, "samr-47").await;
    let amend = async |version: i64, changes: Value| {
        let input =
            json!({ "input": { "regulationId": id, "version": version, "regulation": changes } });
        officer.run(AMEND, input).await
    };
    let reply = amend(version, json!({ "titleEn": null, "endsOn": "2026-11-22" })).await;
    let mended = &done(&reply)["regulation"];
    assert_eq!(mended["title"]["zh"], "医疗器械注册与备案管理办法");
    assert_eq!((&mended["title"]["en"], &mended["endsOn"]), (&Value::Null, &json!("2026-11-22")));
    assert_eq!(mended["number"], "国家市场监督管理总局令第47号");
    assert_eq!(mended["version"], version + 1);
    assert_eq!(status(house, "resting").await, "BROKEN");
    let reply = amend(version + 1, json!({ "effectiveOn": "2021-08" })).await;
    assert_eq!(done(&reply)["regulation"]["version"], version + 2);
    let reply = amend(version + 2, json!({ "effectiveOn": "2021-07" })).await;
    assert_eq!(faults(&reply), ["INVALID input.regulation.effectiveOn"]);
    let reply = amend(version + 2, json!({ "endsOn": "2021-07" })).await;
    assert_eq!(faults(&reply), ["INVALID input.regulation.endsOn"]);
    // Nothing new is no change.
    let reply = amend(version + 2, json!({ "endsOn": "2026-11-22" })).await;
    assert_eq!(done(&reply)["regulation"]["version"], version + 2);
}

async fn what_does_not_fit_into_the_law_is_refused_with_its_place(house: &House) {
    house.places().await;
    rules(house, &[("a", "2020-01-01"), ("b", "2021-01-01"), ("c", "2022"), ("d", "2022-06")])
        .await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&officer, relation("b", "REPLACES", "a", "2021-01-01")).await);
    done(&relate(&officer, relation("c", "REPLACES", "b", "2022-01-01")).await);
    for (refused, expected) in [
        // The same again.
        (relation("b", "REPLACES", "a", "2023-01-01"), "ALREADY_THERE input.relation.to"),
        // The older one would act.
        (relation("a", "AMENDS", "c", "2023-01-01"), "INVALID input.relation.to"),
        (relation("d", "REPLACES", "d", "2023-01-01"), "INVALID input.relation.to"),
        (relation("d", "REPLACES", "nowhere", "2023-01-01"), "INVALID input.relation.to"),
        (relation("nowhere", "REPLACES", "a", "2023-01-01"), "INVALID input.relation.from"),
        (relation("d", "REPLACES", "c", "2022-05-31"), "INVALID input.relation.effectiveOn"),
    ] {
        let reply = relate(&officer, refused.clone()).await;
        assert_eq!(faults(&reply), [expected], "{refused}");
    }
    // Dates that are known to the year only hide who was first: the ring is found all the same.
    done(&relate(&officer, relation("d", "REPLACES", "c", "2022-07-01")).await);
    let ring = relate(&officer, relation("c", "REPLACES", "d", "2022-12-01")).await;
    assert_eq!(faults(&ring), ["INVALID input.relation.to"]);
    let told = ring.at("/it/userErrors/0/message").as_str().unwrap();
    assert!(told.contains("come back to where it began"), "{told}");

    let regulation = |fields: Value, relations: Value| {
        let mut regulation =
            json!({ "key": "new", "title": "示例", "region": "CN", "issuedOn": "2026-01-01" });
        regulation.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "input": { "regulation": regulation, "relations": relations } })
    };
    let to = |to: &str| json!({ "to": to, "kind": "REPLACES", "scope": "FULL" });
    for (refused, expected) in [
        (regulation(json!({ "key": "a" }), json!([])), "ALREADY_THERE input.regulation.key"),
        (regulation(json!({ "key": "a b" }), json!([])), "INVALID input.regulation.key"),
        (regulation(json!({ "title": " " }), json!([])), "INVALID input.regulation.title"),
        (
            regulation(json!({ "title": "长".repeat(501) }), json!([])),
            "INVALID input.regulation.title",
        ),
        (
            regulation(json!({ "effectiveOn": "2025" }), json!([])),
            "INVALID input.regulation.effectiveOn",
        ),
        (
            regulation(json!({ "endsOn": "2025-12-31" }), json!([])),
            "INVALID input.regulation.endsOn",
        ),
        (regulation(json!({}), json!([to("d"), to("nowhere")])), "INVALID input.relations.1.to"),
        (regulation(json!({}), json!([to("d"), to("d")])), "ALREADY_THERE input.relations.1.to"),
        (regulation(json!({}), json!([to("new")])), "INVALID input.relations.0.to"),
        (
            regulation(json!({ "issuedOn": "2021" }), json!([to("d")])),
            "INVALID input.relations.0.to",
        ),
    ] {
        let reply = officer.run(RECORD, refused.clone()).await;
        assert_eq!(faults(&reply), [expected], "{refused}");
    }
    // Nothing of it was recorded.
    assert_eq!(
        house.ask("{ regulation(key: \"new\") { key } }").await.at("/regulation"),
        &Value::Null
    );
    // Regulations are named by their ids as well.
    let (id, _) = id_of(house, "d").await;
    let named = regulation(
        json!({}),
        json!([{ "to": id, "kind": "AMENDS", "scope": "PARTIAL", "articles": ["3"] }]),
    );
    done(&officer.run(RECORD, named).await);
    let acts = house.ask("{ regulation(key: \"new\") { actsOn { to { key } articles } } }").await;
    assert_eq!(
        acts.at("/regulation/actsOn"),
        &json!([{ "to": { "key": "d" }, "articles": ["3"] }])
    );
}

async fn two_who_record_at_once_close_no_ring(house: &House) {
    house.places().await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let keys: Vec<String> = (0..12).map(|number| format!("r{number}")).collect();
    rules(house, &keys.iter().map(|key| (key.as_str(), "2020")).collect::<Vec<_>>()).await;
    for pair in keys.chunks(2) {
        let there = relate(&officer, relation(&pair[0], "REPLACES", &pair[1], "2021-01-01"));
        let back = relate(&officer, relation(&pair[1], "REPLACES", &pair[0], "2021-01-01"));
        let (there, back) = tokio::join!(there, back);
        let refused = [faults(&there), faults(&back)].concat();
        assert_eq!(refused, ["INVALID input.relation.to"]);
    }
}

async fn a_file_closes_no_ring_either(house: &House) {
    house.places().await;
    rules(house, &[("a", "2020"), ("b", "2020"), ("c", "2020")]).await;
    let file = "from,to,kind,scope\nb,a,REPLACES,FULL\nc,b,REPLACES,FULL\na,c,REPLACES,FULL\n";
    let kind = RegulationRelations;
    let refused = house.import_with(&kind, "ring.csv", file, Import::default()).await;
    let faults: Vec<String> = refused.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("come back to where it began"), "{faults:?}");
    let chain = "from,to,kind,scope\nb,a,REPLACES,FULL\nc,b,REPLACES,FULL\n";
    for _ in 0..2 {
        house.import(&kind, "chain.csv", chain).await;
    }
    let back = "from,to,kind,scope\na,c,REPLACES,PARTIAL\n";
    let refused = house.import_with(&kind, "back.csv", back, Import::default()).await;
    assert_eq!(refused.faults.len(), 1, "what is recorded counts as what stands in the file");
}

async fn the_later_of_two_who_mend_is_told_and_a_repeated_change_is_done_once(house: &House) {
    house.places().await;
    let one = house.signed_in(Role::MunicipalOfficer, "").await;
    let other = house.signed_in(Role::Administrator, "").await;
    let (id, version) = id_of(house, "samr-47").await;
    let amend = |level: &str| {
        json!({ "input": { "regulationId": id, "version": version, "regulation": { "level": level },
            "clientMutationId": "once" } })
    };
    done(&one.run(AMEND, amend("规章")).await);
    let late = other.run(AMEND, amend("部门规章二")).await;
    assert_eq!(faults(&late), ["CONFLICT input.version"]);
    assert_eq!(late.at("/it/userErrors/0/currentVersion"), &json!(version + 1));
    assert_eq!(late.at("/it/regulation/version"), &json!(version + 1));
    // Asked for again, the first change is not made twice.
    let again = one.run(AMEND, amend("规章")).await;
    assert_eq!(done(&again)["regulation"]["version"], version + 1);
    let new = json!({ "input": { "clientMutationId": "new",
        "regulation": { "key": "new", "title": "示例", "region": "CN" } } });
    let first = one.run(RECORD, new.clone()).await;
    let second = one.run(RECORD, new).await;
    assert_eq!(done(&first)["regulation"]["id"], done(&second)["regulation"]["id"]);
    assert_eq!(done(&second)["revision"], Value::Null, "nothing was written the second time");
}
