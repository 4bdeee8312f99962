//! What a change of the law would touch, and what it then does.

use std::collections::BTreeMap;

use proptest::{prelude::*, sample::select, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};
use zhanjian::{access::Role, answers::AnsweredQuestions};

use super::{answer, done, relate, relation, rules};
use crate::support::{House, Member, Reply, chance::runner, on_both_engines};

on_both_engines!(
    what_is_foreseen_is_what_happens,
    a_preview_counts_nothing_that_the_viewer_may_not_see,
    one_thing_is_asked_about_at_a_time,
);

const FORESEEN: &str = "query($input: AffectedByInput!) { affectedBy(input: $input) {
    totalCount complete byStation { station { code } count uses }
    answers(first: 100) { answeredQuestion { externalId reuseCount } before { status day } after { status day } } } }";

/// Verdicts by external id: the status and its day.
type Verdicts = BTreeMap<String, (Value, Value)>;

async fn verdicts(member: &Member<'_>) -> Verdicts {
    let all = "{ answeredQuestions(first: 100) { nodes { externalId currency { status day } } } }";
    let reply = member.ask(all).await;
    let nodes = reply.at("/answeredQuestions/nodes").as_array().unwrap().iter();
    nodes.map(|node| (text(&node["externalId"]), pair(&node["currency"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn pair(currency: &Value) -> (Value, Value) {
    (currency["status"].clone(), currency["day"].clone())
}

fn foreseen(reply: &Reply, side: &str) -> Verdicts {
    let answers = reply.at("/affectedBy/answers").as_array().unwrap().iter();
    answers.map(|it| (text(&it["answeredQuestion"]["externalId"]), pair(&it[side]))).collect()
}

fn draw<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

/// Relations between seven rules, of all kinds, on days around today.
fn relations() -> impl Strategy<Value = Value> {
    let kinds = vec!["REPLACES", "REPLACES", "REPLACES", "AMENDS", "ADJUSTS", "SUPPLEMENTS"];
    let days = vec!["2026-01-01", "2026-11-22", "2026-11-23", "2027", "2027-05"];
    let articles = proptest::collection::vec(select(vec!["第一条", "2", "第三条"]), 0..2);
    let scopes = select(vec!["FULL", "FULL", "PARTIAL", "STAGED"]);
    (0..7_usize, 0..7_usize, select(kinds), scopes, articles, proptest::option::of(select(days))).prop_map(
        |(from, to, kind, scope, articles, on)| {
            json!({ "from": format!("r{from}"), "to": format!("r{to}"), "kind": kind, "scope": scope,
                "articles": articles, "effectiveOn": on })
        },
    )
}

async fn what_is_foreseen_is_what_happens(house: &House) {
    let mut runner = runner();
    house.places().await;
    // Known to the year alone, so that each may act on each.
    let keys: Vec<String> = (0..7).map(|number| format!("r{number}")).collect();
    rules(house, &keys.iter().map(|key| (key.as_str(), "2025")).collect::<Vec<_>>()).await;
    let mut answers = Vec::new();
    for number in 0..30_usize {
        let rule = format!("r{}", number % 7);
        let articles: &[&str] = [&[][..], &["第一条"], &["第二条", "第三条"]][number % 3];
        let mut row =
            answer(&format!("a{number}"), &rule, articles, i32::try_from(number % 5).unwrap());
        if number % 4 == 0 {
            let checked = format!("r{}", (number + 1) % 7);
            row["confirmations"] = json!([{ "regulation": checked, "on": "2026-01-01" }]);
        }
        answers.push(row);
    }
    house.answers(answers).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let (mut recorded, mut touched) = (0, 0);
    for round in 0..40 {
        let relation = draw(&mut runner, &relations());
        let before = verdicts(&officer).await;
        let preview = officer.run(FORESEEN, json!({ "input": { "relation": relation } })).await;
        let reply = relate(&officer, relation.clone()).await;
        let after = verdicts(&officer).await;
        if let Some(refused) = reply.at("/it/userErrors").get(0) {
            // What may not be recorded is not foreseen either, for the same reason.
            assert_eq!(preview.message(), refused["message"], "{relation}");
            assert_eq!(after, before);
            continue;
        }
        let changed = |id: &&String| before[*id] != after[*id];
        let ids: Vec<&String> = before.keys().filter(changed).collect();
        let only = |all: &Verdicts| -> Verdicts {
            ids.iter().map(|id| ((*id).clone(), all[*id].clone())).collect()
        };
        assert_eq!(foreseen(&preview, "before"), only(&before), "round {round}: {relation}");
        assert_eq!(foreseen(&preview, "after"), only(&after), "round {round}: {relation}");
        assert_eq!(preview.at("/affectedBy/totalCount"), &json!(ids.len()));
        let uses = preview.at("/affectedBy/answers").as_array().unwrap().iter();
        let uses: Vec<i64> =
            uses.map(|it| it["answeredQuestion"]["reuseCount"].as_i64().unwrap()).collect();
        assert!(uses.is_sorted_by(|one, next| one >= next), "{uses:?}");
        recorded += 1;
        touched += ids.len();
    }
    assert!(recorded > 3 && touched > 0, "recorded {recorded}, touched {touched}");
    // Looking back at all that one of them does.
    let back =
        officer.run(FORESEEN, json!({ "input": { "recorded": "r1", "asOf": "2027-12-31" } })).await;
    assert!(back.at("/affectedBy/totalCount").is_number());
}

async fn a_preview_counts_nothing_that_the_viewer_may_not_see(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01"), ("new", "2026-01-01")]).await;
    let mut lines = Vec::new();
    for (station, audience, uses) in [
        ("SH-PD", "PUBLIC", 5),
        ("SH-PD", "NETWORK", 1),
        ("SH-PD", "DISTRICT", 9),
        ("SH-PD", "STATION", 7),
        ("SH-XH", "PUBLIC", 2),
        ("SH-XH", "STATION", 3),
    ] {
        let mut row = answer(&format!("{station} {audience}"), "old", &[], uses);
        row["station"] = json!(station);
        row["audience"] = json!(audience);
        lines.push(row.to_string());
    }
    house.import(&AnsweredQuestions::default(), "answers.jsonl", lines.join("\n")).await;
    let input =
        json!({ "input": { "relation": relation("new", "REPLACES", "old", "2026-01-01") } });
    let mut seen = BTreeMap::new();
    for (name, member) in super::everybody(house).await {
        let reply = member.run(FORESEEN, input.clone()).await;
        if reply.body.get("errors").is_some() {
            seen.insert(name, reply.code().to_owned());
            continue;
        }
        let loads = reply.at("/affectedBy/byStation").as_array().unwrap().iter();
        let load = |load: &Value| {
            format!("{} {}/{}", text(&load["station"]["code"]), load["count"], load["uses"])
        };
        let loads: Vec<String> = loads.map(load).collect();
        let total = reply.at("/affectedBy/totalCount").as_u64().unwrap();
        assert_eq!(foreseen(&reply, "after").len() as u64, total);
        seen.insert(name, loads.join(", "));
    }
    let seen: String = seen.iter().map(|(name, loads)| format!("{name}: {loads}\n")).collect();
    // Both engines give the same.
    insta::allow_duplicates! {
    insta::assert_snapshot!(seen, @"
    admin: SH-PD 1/5, SH-XH 1/2
    anonymous: UNAUTHENTICATED
    district: SH-PD 3/15, SH-XH 1/2
    elsewhere: SH-PD 2/6, SH-XH 1/2
    head: SH-PD 4/22, SH-XH 1/2
    municipal: SH-PD 3/15, SH-XH 1/2
    portal: FORBIDDEN
    staff: SH-PD 4/22, SH-XH 1/2
    transfer: FORBIDDEN
    ");
    }
}

async fn one_thing_is_asked_about_at_a_time(house: &House) {
    house.places().await;
    let officer = house.signed_in(Role::DistrictOfficer, "PD").await;
    for input in [
        json!({}),
        json!({ "recorded": "sc-739", "relation": relation("sc-797", "AMENDS", "sc-739", "2025") }),
    ] {
        let reply = officer.run(FORESEEN, json!({ "input": input })).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT");
    }
    let unknown = officer.run(FORESEEN, json!({ "input": { "recorded": "nowhere" } })).await;
    assert_eq!(unknown.code(), "BAD_USER_INPUT");
    // What the new rules of practice did, once their day had come.
    house.answers([answer("gmp", "cfda-2014-64", &[], 4)]).await;
    let back = |day: &str| json!({ "input": { "recorded": "nmpa-2025-107", "asOf": day } });
    let after = officer.run(FORESEEN, back("2026-11-01")).await;
    assert_eq!(foreseen(&after, "after")["gmp"], (json!("STALE"), json!("2026-11-01")));
    done(
        &relate(
            &house.signed_in(Role::MunicipalOfficer, "").await,
            relation("nmpa-2025-107", "SUPPLEMENTS", "sc-739", "2026-11-01"),
        )
        .await,
    );
    let same = officer.run(FORESEEN, back("2026-11-01")).await;
    assert_eq!(same.at("/affectedBy"), after.at("/affectedBy"));
    // Before it was made known, its old one was about to end without an heir.
    let early = officer.run(FORESEEN, back("2025-01-01")).await;
    assert_eq!(foreseen(&early, "before")["gmp"], (json!("UPCOMING"), json!("2026-11-01")));
    assert_eq!(foreseen(&early, "after")["gmp"], (json!("CURRENT"), Value::Null));
}
