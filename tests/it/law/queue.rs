//! What a station has to look at again.

use serde_json::{Value, json};
use zhanjian::{access::Role, answers::AnsweredQuestions};

use super::{answer, done, everybody, relate, relation, rules};
use crate::support::{House, Member, on_both_engines};

on_both_engines!(
    the_list_is_of_ones_own_the_most_used_first,
    each_row_says_why,
    pages_go_on_where_they_ended_in_both_directions,
    a_filter_narrows_the_list,
    a_page_costs_few_statements_however_long_it_is,
);

const QUEUE: &str = "query($first: Int, $after: String, $last: Int, $before: String, $filter: ReviewQueueFilter) {
    reviewQueue(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { answeredQuestion { externalId reuseCount station { code } } currency { status } day dueTo { key } } }
    reviewLoads(filter: $filter) { station { code } count uses } }";

/// Old rules and what became of them, and answers of two stations that rest on them.
async fn furnish(house: &House) {
    house.places().await;
    let old = [
        ("gone", "2019-01-01"),
        ("parts", "2019-01-01"),
        ("soon", "2019-01-01"),
        ("stands", "2019-01-01"),
    ];
    rules(house, &old).await;
    rules(house, &[("heir", "2026-01-01"), ("next", "2026-10-01")]).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&officer, relation("heir", "REPLACES", "gone", "2026-02-01")).await);
    let mut parts = relation("heir", "AMENDS", "parts", "2026-03-01");
    parts["articles"] = json!(["第五条"]);
    done(&relate(&officer, parts).await);
    done(&relate(&officer, relation("next", "REPLACES", "soon", "2027-01-15")).await);
    let mut lines = Vec::new();
    for (id, rule, articles, uses, station, audience, more) in [
        ("stale", "gone", &[][..], 3, "SH-PD", "PUBLIC", json!({})),
        ("stale, own", "gone", &["第一条"], 8, "SH-PD", "STATION", json!({})),
        (
            "stale, checked",
            "gone",
            &[],
            9,
            "SH-PD",
            "PUBLIC",
            json!({ "confirmations": [{ "regulation": "heir", "on": "2026-01-10" }] }),
        ),
        ("partly", "parts", &["第五条"], 3, "SH-PD", "NETWORK", json!({})),
        ("other article", "parts", &["第六条"], 9, "SH-PD", "PUBLIC", json!({})),
        ("upcoming", "soon", &[], 5, "SH-PD", "PUBLIC", json!({})),
        ("review", "stands", &[], 1, "SH-PD", "PUBLIC", json!({ "reviewBy": "2026-11-21" })),
        ("review today", "stands", &[], 9, "SH-PD", "PUBLIC", json!({ "reviewBy": "2026-11-22" })),
        ("draft", "gone", &[], 9, "SH-PD", "PUBLIC", json!({ "state": "DRAFT" })),
        ("elsewhere", "gone", &[], 4, "SH-XH", "NETWORK", json!({})),
        ("elsewhere, own", "gone", &[], 6, "SH-XH", "STATION", json!({})),
    ] {
        let mut row = answer(id, rule, articles, uses);
        let fields = row.as_object_mut().unwrap();
        fields.extend([
            ("station".to_owned(), json!(station)),
            ("audience".to_owned(), json!(audience)),
        ]);
        fields.extend(more.as_object().unwrap().clone());
        lines.push(row.to_string());
    }
    house.import(&AnsweredQuestions::default(), "answers.jsonl", lines.join("\n")).await;
}

async fn listed(member: &Member<'_>, variables: Value) -> Vec<String> {
    let reply = member.run(QUEUE, variables).await;
    reply.texts("/reviewQueue/nodes", "/answeredQuestion/externalId")
}

async fn the_list_is_of_ones_own_the_most_used_first(house: &House) {
    furnish(house).await;
    let mut table = String::new();
    for (name, member) in everybody(house).await {
        let reply = member.run(QUEUE, json!({})).await;
        if reply.body.get("errors").is_some() {
            table += &format!("{name}: {}\n", reply.code());
            continue;
        }
        let nodes = reply.at("/reviewQueue/nodes").as_array().unwrap();
        let row = |node: &Value| {
            let answered = &node["answeredQuestion"];
            format!("{}×{}", answered["externalId"].as_str().unwrap(), answered["reuseCount"])
        };
        let rows: Vec<String> = nodes.iter().map(row).collect();
        let loads = reply.at("/reviewLoads").as_array().unwrap();
        let load = |load: &Value| {
            format!(
                "{} {}/{}",
                load["station"]["code"].as_str().unwrap(),
                load["count"],
                load["uses"]
            )
        };
        let loads: Vec<String> = loads.iter().map(load).collect();
        table += &match rows.as_slice() {
            [] => format!("{name}: nothing\n"),
            rows => format!("{name}: {} | {}\n", rows.join(", "), loads.join(", ")),
        };
        // The count, the list and the loads speak of the same.
        assert_eq!(reply.at("/reviewQueue/totalCount"), &json!(nodes.len()));
    }
    // Both engines give the same.
    insta::allow_duplicates! {
    insta::assert_snapshot!(table, @"
    anonymous: UNAUTHENTICATED
    portal: FORBIDDEN
    staff: stale, own×8, upcoming×5, partly×3, stale×3, review×1 | SH-PD 5/20
    head: stale, own×8, upcoming×5, partly×3, stale×3, review×1 | SH-PD 5/20
    district: upcoming×5, partly×3, stale×3, review×1 | SH-PD 4/12
    elsewhere: elsewhere×4 | SH-XH 1/4
    municipal: upcoming×5, elsewhere×4, partly×3, stale×3, review×1 | SH-PD 4/12, SH-XH 1/4
    transfer: nothing
    admin: FORBIDDEN
    ");
    }
}

async fn each_row_says_why(house: &House) {
    furnish(house).await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let reply = head.run(QUEUE, json!({})).await;
    let rows = reply.at("/reviewQueue/nodes").as_array().unwrap().iter();
    let why = |row: &Value| {
        let key = row["dueTo"]["key"].as_str().unwrap_or("nothing");
        let id = row["answeredQuestion"]["externalId"].as_str().unwrap();
        let status = row["currency"]["status"].as_str().unwrap();
        format!("{id}: {status}, {}, {key}\n", row["day"].as_str().unwrap())
    };
    let why: String = rows.map(why).collect();
    // Both engines give the same.
    insta::allow_duplicates! {
    insta::assert_snapshot!(why, @"
    stale, own: STALE, 2026-02-01, heir
    upcoming: UPCOMING, 2027-01-15, next
    partly: PARTLY_STALE, 2026-03-01, heir
    stale: STALE, 2026-02-01, heir
    review: REVIEW_DUE, 2026-11-22, nothing
    ");
    }
}

async fn pages_go_on_where_they_ended_in_both_directions(house: &House) {
    house.places().await;
    rules(house, &[("gone", "2019-01-01"), ("heir", "2026-01-01")]).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&officer, relation("heir", "REPLACES", "gone", "2026-02-01")).await);
    // Every third has been checked, so that a page has to look further than it shows.
    let row = |number: i32| {
        let mut row = answer(&format!("a{number}"), "gone", &[], number % 4);
        if number % 3 == 0 {
            row["confirmations"] = json!([{ "regulation": "heir", "on": "2026-01-10" }]);
        }
        row
    };
    house.answers((0..270).map(row)).await;
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let reply = officer.run(QUEUE, json!({ "first": 50, "after": after })).await;
        assert_eq!(reply.at("/reviewQueue/totalCount"), &json!(180));
        all.extend(reply.texts("/reviewQueue/nodes", "/answeredQuestion/externalId"));
        assert_eq!(reply.at("/reviewQueue/pageInfo/hasPreviousPage"), &json!(!after.is_null()));
        if reply.at("/reviewQueue/pageInfo/hasNextPage") == false {
            break;
        }
        after = reply.at("/reviewQueue/pageInfo/endCursor").clone();
    }
    assert_eq!(all.len(), 180);
    let (mut back, mut before) = (Vec::new(), Value::Null);
    loop {
        let reply = officer.run(QUEUE, json!({ "last": 70, "before": before })).await;
        back.splice(0..0, reply.texts("/reviewQueue/nodes", "/answeredQuestion/externalId"));
        if reply.at("/reviewQueue/pageInfo/hasPreviousPage") == false {
            break;
        }
        before = reply.at("/reviewQueue/pageInfo/startCursor").clone();
    }
    assert_eq!(back, all);
    let wrong = officer.run(QUEUE, json!({ "first": 5, "after": "x" })).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}

async fn a_filter_narrows_the_list(house: &House) {
    furnish(house).await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let filter = |filter: Value| json!({ "filter": filter });
    assert_eq!(listed(&staff, filter(json!({ "statuses": ["REVIEW_DUE"] }))).await, ["review"]);
    assert_eq!(
        listed(&staff, filter(json!({ "statuses": ["PARTLY_STALE", "CURRENT"] }))).await,
        ["partly"]
    );
    assert_eq!(listed(&staff, filter(json!({ "statuses": ["CURRENT"] }))).await, [""; 0]);
    let near = filter(json!({ "statuses": ["UPCOMING"], "upcomingWithinDays": 53 }));
    assert_eq!(listed(&staff, near).await, [""; 0]);
    let far = filter(json!({ "statuses": ["UPCOMING"], "upcomingWithinDays": 54 }));
    assert_eq!(listed(&staff, far).await, ["upcoming"]);
    assert_eq!(listed(&officer, filter(json!({ "stations": ["SH-XH"] }))).await, ["elsewhere"]);
    // A station that is not one's own is not on one's list.
    assert_eq!(listed(&staff, filter(json!({ "stations": ["SH-XH"] }))).await, [""; 0]);
    let wrong = staff.run(QUEUE, filter(json!({ "upcomingWithinDays": -1 }))).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}

async fn a_page_costs_few_statements_however_long_it_is(house: &House) {
    house.places().await;
    rules(house, &[("gone", "2019-01-01"), ("heir", "2026-01-01")]).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&officer, relation("heir", "REPLACES", "gone", "2026-02-01")).await);
    house.answers((0..90).map(|number| answer(&format!("a{number}"), "gone", &[], number))).await;
    for query in [
        "query($first: Int) { reviewQueue(first: $first) { nodes { day dueTo { key }
            currency { status path { regulation { key } } } answeredQuestion { station { code } citations { regulation { key } } } } } }",
        "query($first: Int! = 5) { affectedBy(input: { recorded: \"heir\" }) { totalCount byStation { station { code } }
            answers(first: $first) { after { path { regulation { key } } } before { status }
                answeredQuestion { station { code } } } } }",
    ] {
        let few = house.cost(&officer, query, json!({ "first": 5 })).await;
        let many = house.cost(&officer, query, json!({ "first": 80 })).await;
        assert_eq!(few, many, "{query}");
        assert!(many <= 24, "{many} statements: {query}");
    }
}
