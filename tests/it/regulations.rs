//! Regulations, as facts with dates that are known to a day, a month or a year.

use serde_json::{Value, json};

use crate::support::{House, on_both_engines, sample};

on_both_engines!(
    a_regulation_shows_what_it_does_and_what_is_done_to_it,
    regulations_in_force_on_a_day_are_found,
    regulations_page_by_their_keys,
);

async fn a_regulation_shows_what_it_does_and_what_is_done_to_it(house: &House) {
    house.places().await;
    let reply = house
        .ask(
            "{ regulation(key: \"sh-c2prio-2020\") {
                key number region issuedOn effectiveOn endsOn title { zh en }
                actsOn { kind scope effectiveOn to { key } from { key } }
                actedUponBy { kind scope effectiveOn from { key } to { key } }
            } missing: regulation(key: \"none\") { key } }",
        )
        .await;
    assert_eq!(
        reply.data(),
        &json!({
            "regulation": {
                "key": "sh-c2prio-2020",
                "number": "沪药监规〔2020〕1号",
                "region": "SH",
                "issuedOn": "2020-01",
                "effectiveOn": "2020",
                "endsOn": "2025",
                "title": {
                    "zh": "上海市第二类医疗器械优先审批程序(2020)",
                    "en": "Shanghai Class II priority approval (2020)",
                },
                "actsOn": [{ "kind": "REPLACES", "scope": "FULL", "effectiveOn": "2020",
                    "to": { "key": "sh-c2prio-2017" }, "from": { "key": "sh-c2prio-2020" } }],
                "actedUponBy": [{ "kind": "REPLACES", "scope": "FULL", "effectiveOn": "2025",
                    "from": { "key": "sh-c2prio-2025" }, "to": { "key": "sh-c2prio-2020" } }],
            },
            "missing": null,
        })
    );
}

async fn keys(house: &House, filter: Value) -> Vec<String> {
    const LIST: &str = "query($filter: RegulationFilter) {
        regulations(filter: $filter, first: 100) { totalCount nodes { key } } }";
    let reply = house.anybody().run(LIST, json!({ "filter": filter })).await;
    let keys = reply.texts("/regulations/nodes", "/key");
    assert_eq!(reply.at("/regulations/totalCount"), &json!(keys.len()));
    keys
}

async fn regulations_in_force_on_a_day_are_found(house: &House) {
    house.places().await;
    let among = ["sh-c2prio-2017", "sh-c2prio-2020", "cfda-2014-64", "nmpa-2025-107"];
    for (day, expected) in [
        ("2017-08-31", &["cfda-2014-64"][..]),
        ("2017-09-01", &["cfda-2014-64", "sh-c2prio-2017"]),
        ("2019-12-31", &["cfda-2014-64", "sh-c2prio-2017"]),
        ("2020-01-01", &["cfda-2014-64", "sh-c2prio-2020"]),
        ("2024-12-31", &["cfda-2014-64", "sh-c2prio-2020"]),
        ("2025-01-01", &["cfda-2014-64"]),
        ("2026-10-31", &["cfda-2014-64"]),
        ("2026-11-01", &["nmpa-2025-107"]),
    ] {
        assert_eq!(
            keys(house, json!({ "keys": among, "inForceOn": day })).await,
            expected,
            "{day}"
        );
    }
    assert_eq!(keys(house, json!({ "number": "国务院令第739号" })).await, ["sc-739"]);
    assert!(keys(house, json!({ "regions": ["SH"] })).await.contains(&"smpa-2024-25".to_owned()));
    assert!(keys(house, json!({ "regions": ["SH"], "keys": ["sc-739"] })).await.is_empty());
    assert!(keys(house, json!({ "levels": ["部门规章"] })).await.contains(&"samr-47".to_owned()));
}

async fn regulations_page_by_their_keys(house: &House) {
    house.places().await;
    let mut expected: Vec<&str> =
        sample::REGULATIONS.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    expected.sort_unstable();
    assert_eq!(keys(house, json!({})).await, expected);
    const PAGE: &str = "query($before: String) {
        regulations(last: 9, before: $before) { nodes { key } pageInfo { hasPreviousPage startCursor } } }";
    let (mut all, mut before) = (Vec::new(), Value::Null);
    loop {
        let reply = house.anybody().run(PAGE, json!({ "before": before })).await;
        all.splice(0..0, reply.texts("/regulations/nodes", "/key"));
        if reply.at("/regulations/pageInfo/hasPreviousPage") == false {
            break;
        }
        before = reply.at("/regulations/pageInfo/startCursor").clone();
    }
    assert_eq!(all, expected);
}
