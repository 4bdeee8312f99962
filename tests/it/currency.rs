//! Whether the law that an answer rests on still stands, on the days before and after it changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use zhanjian::regulations::{RegulationRelations, Regulations};

use crate::support::{House, on_both_engines, sample::EVERY_STATION};

on_both_engines!(
    a_replaced_rule_is_announced_for_a_year_and_stale_from_its_day,
    an_amendment_touches_the_articles_it_names_and_no_others,
    a_rule_replaced_in_stages_leaves_answers_partly_stale,
    a_chain_is_followed_to_its_end_and_a_sunset_without_heir_breaks,
    a_supplement_changes_nothing,
    field_filter_and_facet_agree_on_every_day,
    a_recorded_relation_flips_the_answers_it_touches_without_touching_them,
    a_check_clears_what_it_was_made_against_and_a_day_of_review_passes,
);

const CURRENCY: &str = "
    query Currency($ids: [String!]!, $asOf: Date) {
        answeredQuestions(filter: { externalIds: $ids }) {
            nodes {
                version updatedAt
                currency(asOf: $asOf) {
                    status asOf day
                    path { event on regulation { key } }
                    notes { explanation { en } }
                    explanation { zh en }
                }
            }
        }
    }";

/// What is said of one answer on a day.
async fn currency(house: &House, id: &str, day: &str) -> Value {
    let viewer = house.member_of(EVERY_STATION);
    let reply = viewer.run(CURRENCY, json!({ "ids": [id], "asOf": day })).await;
    let currency = reply.at("/answeredQuestions/nodes/0/currency").clone();
    assert_eq!(currency["asOf"], day);
    currency
}

fn path(currency: &Value) -> Vec<(&str, &str)> {
    let steps = currency["path"].as_array().unwrap().iter();
    steps
        .map(|step| (step["event"].as_str().unwrap(), step["regulation"]["key"].as_str().unwrap()))
        .collect()
}

async fn statuses(house: &House, id: &str, days: &[(&str, &str)]) {
    for (day, status) in days {
        let found = currency(house, id, day).await;
        assert_eq!(found["status"], *status, "{id} on {day}: {found}");
    }
}

async fn a_replaced_rule_is_announced_for_a_year_and_stale_from_its_day(house: &House) {
    house.demo().await;
    let days = [
        ("2025-11-03", "CURRENT"),
        ("2025-11-04", "UPCOMING"),
        ("2026-10-31", "UPCOMING"),
        ("2026-11-01", "STALE"),
        ("2026-11-22", "STALE"),
    ];
    statuses(house, "demo-aq-053", &days).await;
    let announced = currency(house, "demo-aq-053", "2026-10-31").await;
    assert_eq!(announced["day"], "2026-11-01");
    let stale = currency(house, "demo-aq-053", "2026-11-22").await;
    assert_eq!(stale["day"], "2026-11-01");
    assert_eq!(path(&stale), [("CITES", "cfda-2014-64"), ("REPLACED_BY", "nmpa-2025-107")]);
    assert_eq!(stale["path"][1]["on"], "2026-11-01");
    let english = stale["explanation"]["en"].as_str().unwrap();
    assert!(english.starts_with("cites 总局公告2014年第64号"), "{english}");
    assert!(
        english.ends_with("replaced on 2026-11-01 by 国家药监局公告2025年第107号"),
        "{english}"
    );
    let chinese = stale["explanation"]["zh"].as_str().unwrap();
    assert!(chinese.ends_with("自2026-11-01起被国家药监局公告2025年第107号代替"), "{chinese}");
    // What only refers to it does not fall with it.
    statuses(house, "demo-aq-064", &[("2026-11-22", "CURRENT")]).await;
}

async fn an_amendment_touches_the_articles_it_names_and_no_others(house: &House) {
    house.demo().await;
    // The articles are not recorded: said in a note, and the answer stands.
    for day in ["2025-01-20", "2026-11-22"] {
        let amended = currency(house, "demo-aq-001", day).await;
        assert_eq!(amended["status"], "CURRENT");
        let note = amended["notes"][0]["explanation"]["en"].as_str().unwrap();
        assert!(note.contains("amended on 2025-01-20 by 国务院令第797号"), "{note}");
    }
    let relation = "from,to,kind,scope,articles,effectiveOn\nsc-797,sc-739,AMENDS,PARTIAL,第六十条,2025-01-20\n";
    house.import(&RegulationRelations, "relations.csv", relation).await;
    statuses(house, "demo-aq-001", &[("2026-11-22", "CURRENT")]).await;
    let days =
        [("2024-12-05", "CURRENT"), ("2025-01-19", "UPCOMING"), ("2025-01-20", "PARTLY_STALE")];
    statuses(house, "demo-aq-101", &days).await;
    let touched = currency(house, "demo-aq-101", "2026-11-22").await;
    assert_eq!(path(&touched), [("CITES", "sc-739"), ("AMENDED_BY", "sc-797")]);
}

async fn a_rule_replaced_in_stages_leaves_answers_partly_stale(house: &House) {
    house.demo().await;
    let days = [
        ("2024-05-10", "CURRENT"),
        ("2024-05-11", "UPCOMING"),
        ("2024-12-31", "UPCOMING"),
        ("2025-01-01", "PARTLY_STALE"),
        ("2026-11-22", "PARTLY_STALE"),
    ];
    statuses(house, "demo-aq-091", &days).await;
    let staged = currency(house, "demo-aq-091", "2026-11-22").await;
    assert_eq!(path(&staged), [("CITES", "ivdcat-2013"), ("REPLACED_BY", "ivdcat-2024")]);
}

async fn a_chain_is_followed_to_its_end_and_a_sunset_without_heir_breaks(house: &House) {
    house.demo().await;
    // Of the dates only years are known: the first day is taken.
    let days = [("2019-12-31", "CURRENT"), ("2020-01-01", "STALE"), ("2026-11-22", "STALE")];
    statuses(house, "demo-aq-036", &days).await;
    let chain = currency(house, "demo-aq-036", "2026-11-22").await;
    assert_eq!(
        path(&chain),
        [
            ("CITES", "sh-c2prio-2017"),
            ("REPLACED_BY", "sh-c2prio-2020"),
            ("REPLACED_BY", "sh-c2prio-2025")
        ]
    );
    let middle = currency(house, "demo-aq-036", "2023-06-01").await;
    assert_eq!(path(&middle), [("CITES", "sh-c2prio-2017"), ("REPLACED_BY", "sh-c2prio-2020")]);

    let rule = "key,title,region,issuedOn,effectiveOn,endsOn\nsunset,示例试行办法,SH,2020-01-01,2020-02-01,2024-06-30\n";
    house.import(&Regulations, "regulations.csv", rule).await;
    house
        .answers([json!({ "externalId": "sunset", "question": "试行办法还能用吗", "answer": "答",
            "citations": [{ "regulation": "sunset" }] })])
        .await;
    statuses(house, "sunset", &[("2024-06-30", "BROKEN"), ("2026-11-22", "BROKEN")]).await;
    let before = currency(house, "sunset", "2024-06-29").await;
    assert_ne!(before["status"], "BROKEN", "{before}");
    let broken = currency(house, "sunset", "2026-11-22").await;
    assert_eq!(path(&broken), [("CITES", "sunset"), ("ENDED", "sunset")]);
}

async fn a_supplement_changes_nothing(house: &House) {
    house.demo().await;
    house
        .answers([json!({ "externalId": "plan", "question": "工作站怎么建", "answer": "答",
            "citations": [{ "regulation": "smpa-2022-144" }, { "regulation": "smpa-2024-25" }] })])
        .await;
    for day in ["2024-01-23", "2024-01-24", "2026-11-22", "2030-01-01"] {
        let stands = currency(house, "plan", day).await;
        assert_eq!((&stands["status"], &stands["path"]), (&json!("CURRENT"), &json!([])), "{day}");
        assert_eq!(stands["explanation"], Value::Null);
    }
}

/// What each way of asking says of all answers on a day, as external ids by status.
async fn by_field(house: &House, day: &str) -> BTreeMap<String, BTreeSet<String>> {
    const ALL: &str = "query($asOf: Date, $after: String) {
        answeredQuestions(first: 100, after: $after) {
            pageInfo { hasNextPage endCursor } nodes { externalId currency(asOf: $asOf) { status } } } }";
    let viewer = house.member_of(EVERY_STATION);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let reply = viewer.run(ALL, json!({ "asOf": day, "after": after })).await;
        for node in reply.at("/answeredQuestions/nodes").as_array().unwrap() {
            let status = node["currency"]["status"].as_str().unwrap().to_owned();
            let id = node["externalId"].as_str().unwrap().to_owned();
            found.entry(status).or_default().insert(id);
        }
        let info = reply.at("/answeredQuestions/pageInfo");
        if info["hasNextPage"] == false {
            return found;
        }
        after = info["endCursor"].clone();
    }
}

async fn by_filter(house: &House, day: &str, status: &str) -> BTreeSet<String> {
    const NARROWED: &str = "query($asOf: Date, $status: Currency!, $after: String) {
        search(query: \"\", asOf: $asOf, first: 100, after: $after,
                filter: { kinds: [ANSWERED_QUESTION], currency: [$status], includeSuperseded: true }) {
            totalCount pageInfo { hasNextPage endCursor }
            nodes { ... on AnsweredQuestion { externalId currency(asOf: $asOf) { status } } } } }";
    let viewer = house.member_of(EVERY_STATION);
    let (mut found, mut after) = (BTreeSet::new(), Value::Null);
    loop {
        let asked = json!({ "asOf": day, "status": status, "after": after });
        let reply = viewer.run(NARROWED, asked).await;
        found.extend(reply.texts("/search/nodes", "/externalId"));
        let info = reply.at("/search/pageInfo");
        if info["hasNextPage"] == false {
            assert_eq!(reply.at("/search/totalCount"), &json!(found.len()));
            return found;
        }
        after = info["endCursor"].clone();
    }
}

async fn by_facet(house: &House, day: &str) -> BTreeMap<String, usize> {
    const FACET: &str = "query($asOf: Date) { search(query: \"\", asOf: $asOf, first: 0,
        filter: { kinds: [ANSWERED_QUESTION], includeSuperseded: true }) {
            facets(fields: [CURRENCY]) { field buckets { value count } } } }";
    let reply = house.member_of(EVERY_STATION).run(FACET, json!({ "asOf": day })).await;
    let buckets = reply.at("/search/facets/0/buckets").as_array().unwrap().iter();
    let count = |bucket: &Value| usize::try_from(bucket["count"].as_u64().unwrap()).unwrap();
    buckets.map(|bucket| (bucket["value"].as_str().unwrap().to_owned(), count(bucket))).collect()
}

async fn field_filter_and_facet_agree_on_every_day(house: &House) {
    house.demo().await;
    let mut seen = BTreeSet::new();
    for day in [
        "2017-08-31",
        "2019-12-31",
        "2020-01-01",
        "2021-06-01",
        "2024-05-10",
        "2024-05-11",
        "2025-01-01",
        "2025-11-03",
        "2025-11-04",
        "2026-05-15",
        "2026-06-30",
        "2026-07-01",
        "2026-10-31",
        "2026-11-01",
        "2026-11-22",
        "2027-04-01",
        "2030-01-01",
    ] {
        let by_field = by_field(house, day).await;
        let counted = by_field.iter().map(|(status, ids)| (status.clone(), ids.len())).collect();
        assert_eq!(by_facet(house, day).await, counted, "{day}");
        for status in
            ["CURRENT", "UPCOMING", "REVIEW_DUE", "PARTLY_STALE", "STALE", "BROKEN", "UNVERIFIED"]
        {
            let expected = by_field.get(status).cloned().unwrap_or_default();
            assert_eq!(by_filter(house, day, status).await, expected, "{status} on {day}");
        }
        seen.extend(by_field.into_keys());
    }
    assert!(seen.len() >= 6, "the sample shows only {seen:?}");
}

async fn a_recorded_relation_flips_the_answers_it_touches_without_touching_them(house: &House) {
    house.demo().await;
    let stale = async || by_filter(house, "2026-11-22", "STALE").await;
    let untouched = async || {
        let viewer = house.member_of(EVERY_STATION);
        let all =
            json!({ "ids": ["demo-aq-101", "demo-aq-001", "demo-aq-002"], "asOf": "2020-01-01" });
        viewer.run(CURRENCY, all).await.data().clone()
    };
    let (before, rows) = (stale().await, untouched().await);
    assert!(!before.contains("demo-aq-001"));
    let rule =
        "key,title,region,issuedOn,effectiveOn\nnew-law,示例医疗器械法,CN,2026-09-01,2026-11-22\n";
    house.import(&Regulations, "regulations.csv", rule).await;
    let relation = "from,to,kind,scope,effectiveOn\nnew-law,sc-739,REPLACES,FULL,2026-11-22\n";
    house.import(&RegulationRelations, "relations.csv", relation).await;
    house.settle().await;
    let after = stale().await;
    assert!(after.is_superset(&before));
    let flipped: BTreeSet<&String> = after.difference(&before).collect();
    assert!(flipped.len() >= 25, "{flipped:?}");
    assert!(flipped.contains(&"demo-aq-001".to_owned()));
    assert_eq!(untouched().await, rows, "no version, no date of change, no earlier day is touched");
    // On its day and not before.
    statuses(house, "demo-aq-001", &[("2026-11-21", "UPCOMING"), ("2026-11-22", "STALE")]).await;
    // Hits show it as well.
    let hit = house
        .ask(
            "{ search(query: \"低温等离子皮肤治疗设备\", first: 1) {
                nodes { ... on AnsweredQuestion { externalId currency { status } } } } }",
        )
        .await;
    let expected = json!({ "externalId": "demo-aq-001", "currency": { "status": "STALE" } });
    assert_eq!(hit.at("/search/nodes/0"), &expected);
}

async fn a_check_clears_what_it_was_made_against_and_a_day_of_review_passes(house: &House) {
    house.demo().await;
    // Checked against the new rule, ahead of its day.
    let days = [("2026-10-31", "CURRENT"), ("2026-11-01", "CURRENT"), ("2028-04-01", "REVIEW_DUE")];
    statuses(house, "demo-aq-061", &days).await;
    // To be looked at again by 2026-06-30.
    statuses(house, "demo-aq-005", &[("2026-06-30", "CURRENT"), ("2026-07-01", "REVIEW_DUE")])
        .await;
    house
        .answers([
            json!({ "externalId": "experience", "question": "经验", "answer": "答" }),
            json!({ "externalId": "overdue", "question": "经验二", "answer": "答", "reviewBy": "2026-01-01" }),
        ])
        .await;
    statuses(house, "experience", &[("2026-11-22", "UNVERIFIED")]).await;
    statuses(house, "overdue", &[("2026-01-01", "UNVERIFIED"), ("2026-01-02", "REVIEW_DUE")]).await;
}
