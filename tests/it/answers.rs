//! Answered questions in lists: filters, orders, pages, versions.

use serde_json::{Value, json};

use crate::support::{
    House, Member, on_both_engines,
    sample::{self, EVERY_STATION, text},
};

on_both_engines!(
    filters_give_what_the_files_say,
    orders_go_both_ways_and_page_without_gap_or_repeat,
    a_list_pages_on_where_it_was_though_rows_come_and_go,
    a_change_keeps_what_was_said_before,
    an_older_version_is_seen_by_whom_it_was_for,
    a_hidden_successor_does_not_exist,
    a_cursor_made_up_by_hand_is_refused,
);

const LIST: &str = "
    query List($filter: AnsweredQuestionFilter, $order: AnsweredQuestionOrder! = NEWEST, $first: Int, $after: String,
            $last: Int, $before: String) {
        answeredQuestions(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
            totalCount
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            nodes { id externalId number answeredOn reuseCount }
        }
    }";

/// All of a list, from the front or from the back.
async fn whole(viewer: &Member<'_>, asked: Value, size: u64, backwards: bool) -> Vec<Value> {
    let (how_many, from, edge, more) = if backwards {
        ("last", "before", "startCursor", "hasPreviousPage")
    } else {
        ("first", "after", "endCursor", "hasNextPage")
    };
    let mut all: Vec<Value> = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let mut variables = asked.clone();
        variables[how_many] = json!(size);
        variables[from] = cursor.clone();
        let reply = viewer.run(LIST, variables).await;
        let page = reply.at("/answeredQuestions/nodes").as_array().unwrap().clone();
        let place = if backwards { 0 } else { all.len() };
        all.splice(place..place, page);
        let info = reply.at("/answeredQuestions/pageInfo");
        if info[more] == false {
            assert_eq!(reply.at("/answeredQuestions/totalCount"), &json!(all.len()));
            return all;
        }
        cursor = info[edge].clone();
    }
}

fn external_ids(rows: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().map(|row| text(row, "externalId").to_owned()).collect();
    ids.sort_unstable();
    ids
}

fn under(row: &Value, area: &str) -> bool {
    let below = format!("{area}-");
    let areas = row["areas"].as_array().into_iter().flatten().filter_map(Value::as_str);
    areas.into_iter().any(|code| code == area || code.starts_with(&below))
}

fn cites(row: &Value, key: &str) -> bool {
    let citations = row["citations"].as_array().into_iter().flatten();
    citations.into_iter().any(|citation| citation["regulation"] == key)
}

async fn filters_give_what_the_files_say(house: &House) {
    house.demo().await;
    let viewer = house.member_of(EVERY_STATION);
    let sample = sample::rows(sample::ANSWERS);
    type Model = fn(&Value) -> bool;
    let cases: [(Value, Model); 14] = [
        (json!({}), |_| true),
        (json!({ "stations": ["SH-PD", "SH-XH"] }), |row| {
            matches!(text(row, "station"), "SH-PD" | "SH-XH")
        }),
        (json!({ "stations": [] }), |_| false),
        (json!({ "stations": ["nowhere"] }), |_| false),
        (json!({ "areas": ["REG-1"] }), |row| under(row, "REG-1")),
        (json!({ "areas": ["CAT-09", "SVC"] }), |row| under(row, "CAT-09") || under(row, "SVC")),
        (json!({ "productKinds": ["IVD"] }), |row| row["productKind"] == "IVD"),
        (json!({ "deviceClasses": ["II", "III"] }), |row| {
            matches!(text(row, "deviceClass"), "II" | "III")
        }),
        (json!({ "states": ["SUPERSEDED"] }), |row| row["state"] == "SUPERSEDED"),
        (json!({ "audiences": ["DISTRICT", "STATION"] }), |row| {
            matches!(text(row, "audience"), "DISTRICT" | "STATION")
        }),
        (json!({ "regulations": ["cfda-2014-64"] }), |row| cites(row, "cfda-2014-64")),
        (json!({ "answeredFrom": "2024-01-01", "answeredTo": "2024-12-31" }), |row| {
            text(row, "answeredOn").starts_with("2024")
        }),
        (json!({ "externalIds": ["demo-aq-001", "demo-aq-134", "none"] }), |row| {
            matches!(text(row, "externalId"), "demo-aq-001" | "demo-aq-134")
        }),
        (json!({ "stations": ["SH-XH"], "areas": ["REG"], "productKinds": ["DEVICE"] }), |row| {
            row["station"] == "SH-XH" && under(row, "REG") && row["productKind"] == "DEVICE"
        }),
    ];
    for (filter, model) in cases {
        let found = whole(&viewer, json!({ "filter": filter }), 40, false).await;
        let expected: Vec<Value> = sample.iter().filter(|row| model(row)).cloned().collect();
        assert_eq!(external_ids(&found), external_ids(&expected), "{filter}");
    }
    let numbers = json!({ "filter": { "externalIds": ["demo-aq-007"] } });
    let one = whole(&viewer, numbers, 1, false).await.remove(0);
    let by_number = json!({ "filter": { "numbers": [one["number"]] } });
    assert_eq!(whole(&viewer, by_number, 1, false).await, [one]);
    let unknown = viewer.run(LIST, json!({ "filter": { "areas": ["REG-99"] } })).await;
    assert_eq!(unknown.code(), "BAD_USER_INPUT");
}

async fn orders_go_both_ways_and_page_without_gap_or_repeat(house: &House) {
    house.demo().await;
    // Many that are equal in what the orders go by, and some without a day.
    let more = (0..30).map(|number| {
        let day = (number % 3 > 0).then_some("2024-05-20");
        json!({ "externalId": format!("more-{number}"), "question": format!("第{number}个问题"), "answer": "答",
            "answeredOn": day, "reuseCount": number % 2 })
    });
    house.answers(more).await;
    let viewer = house.member_of(EVERY_STATION);
    let day = |row: &Value| text(row, "answeredOn").to_owned();
    let reused = |row: &Value| row["reuseCount"].as_i64().unwrap();
    for order in ["NEWEST", "OLDEST", "MOST_REUSED", "NUMBER"] {
        let asked = json!({ "order": order });
        let all = whole(&viewer, asked.clone(), 100, false).await;
        assert_eq!(all.len(), 164);
        let in_order = all.windows(2).all(|pair| match order {
            "NEWEST" => day(&pair[0]) >= day(&pair[1]),
            "OLDEST" => day(&pair[0]) <= day(&pair[1]),
            "MOST_REUSED" => reused(&pair[0]) >= reused(&pair[1]),
            _ => text(&pair[0], "number") < text(&pair[1], "number"),
        });
        assert!(in_order, "{order}");
        for size in [1, 7, 33] {
            assert_eq!(whole(&viewer, asked.clone(), size, false).await, all, "{order} {size}");
            assert_eq!(whole(&viewer, asked.clone(), size, true).await, all, "{order} {size}");
        }
    }
}

async fn a_list_pages_on_where_it_was_though_rows_come_and_go(house: &House) {
    house.demo().await;
    let viewer = house.anybody();
    let before = whole(&viewer, json!({}), 100, false).await;
    let (mut all, mut after, mut round) = (Vec::new(), Value::Null, 0);
    loop {
        let reply = viewer.run(LIST, json!({ "first": 10, "after": after })).await;
        all.extend(reply.at("/answeredQuestions/nodes").as_array().unwrap().clone());
        let info = reply.at("/answeredQuestions/pageInfo");
        if info["hasNextPage"] == false {
            break;
        }
        after = info["endCursor"].clone();
        round += 1;
        // Newer than everything: in front of what has been read, so it shifts nothing.
        let row = json!({ "externalId": format!("new-{round}"), "question": format!("新问题{round}"), "answer": "答",
            "answeredOn": "2026-11-21" });
        house.answers([row]).await;
    }
    assert_eq!(all, before);
}

const VERSIONS: &str = "
    query Versions($id: [String!]!) {
        answeredQuestions(filter: { externalIds: $id }) {
            nodes { question version updatedAt versions { version question answer writtenAt replacedAt } }
        }
    }";

async fn a_change_keeps_what_was_said_before(house: &House) {
    house.places().await;
    let row = |answer: &str| json!({ "externalId": "a", "question": "问", "answer": answer });
    assert_eq!(house.answers([row("一")]).await.tally.added, 1);
    house.clock.advance_days(1);
    assert_eq!(house.answers([row("二")]).await.tally.updated, 1);
    assert_eq!(house.answers([row("二")]).await.tally.unchanged, 1);
    house.clock.advance_days(1);
    assert_eq!(house.answers([row("三")]).await.tally.updated, 1);
    let reply = house.anybody().run(VERSIONS, json!({ "id": ["a"] })).await;
    let node = reply.at("/answeredQuestions/nodes/0");
    assert_eq!(
        node,
        &json!({
            "question": "问",
            "version": 3,
            "updatedAt": "2026-11-24T04:00:00+00:00",
            "versions": [
                { "version": 2, "question": "问", "answer": "二", "writtenAt": "2026-11-23T04:00:00+00:00",
                  "replacedAt": "2026-11-24T04:00:00+00:00" },
                { "version": 1, "question": "问", "answer": "一", "writtenAt": "2026-11-22T04:00:00+00:00",
                  "replacedAt": "2026-11-23T04:00:00+00:00" },
            ],
        })
    );
}

async fn an_older_version_is_seen_by_whom_it_was_for(house: &House) {
    house.places().await;
    for (answer, audience) in [("只给本站", "STATION"), ("给网络", "NETWORK"), ("给大家", "PUBLIC")]
    {
        let row =
            json!({ "externalId": "a", "question": "问", "answer": answer, "audience": audience });
        house.answers([row]).await;
    }
    let seen = async |tokens: &[&str]| {
        let viewer = house.member_of(tokens.iter().copied());
        let reply = viewer.run(VERSIONS, json!({ "id": ["a"] })).await;
        reply.texts("/answeredQuestions/nodes/0/versions", "/answer")
    };
    assert_eq!(seen(&[]).await, Vec::<String>::new());
    assert_eq!(seen(&["partners"]).await, Vec::<String>::new());
    assert_eq!(seen(&["network", "station:SH-XH"]).await, ["给网络"]);
    assert_eq!(seen(&["network", "station:SH-PD"]).await, ["给网络", "只给本站"]);
}

async fn a_hidden_successor_does_not_exist(house: &House) {
    house.places().await;
    house
        .answers([
            json!({ "externalId": "old", "question": "旧", "answer": "旧", "supersededBy": "new" }),
            json!({ "externalId": "new", "question": "新", "answer": "新", "audience": "NETWORK" }),
        ])
        .await;
    const SUCCESSOR: &str = "{ answeredQuestions(filter: { externalIds: [\"old\"] }) {
        nodes { state supersededBy { externalId supersededBy { externalId } } } } }";
    let hidden = house.ask(SUCCESSOR).await;
    let shown = house.member_of(["network"]).ask(SUCCESSOR).await;
    let at = "/answeredQuestions/nodes/0";
    assert_eq!(hidden.at(at), &json!({ "state": "SUPERSEDED", "supersededBy": null }));
    let successor = json!({ "externalId": "new", "supersededBy": null });
    assert_eq!(shown.at(at), &json!({ "state": "SUPERSEDED", "supersededBy": successor }));
}

/// A cursor is opaque, not secret: whoever writes one by hand must not reach the database with it.
async fn a_cursor_made_up_by_hand_is_refused(house: &House) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    house.demo().await;
    let id = "00000000-0000-7000-8000-000000000000";
    for (order, place) in [
        ("NEWEST", json!({ "text": "x" })),
        ("NEWEST", json!({ "number": 1 })),
        ("NEWEST", json!("id")),
        ("NEWEST", json!({ "date": "-200000-01-01" })),
        ("NEWEST", json!({ "date": "+200000-01-01" })),
        ("NUMBER", json!({ "date": "2024-01-01" })),
        ("NUMBER", json!({ "text": "\u{0}" })),
        ("MOST_REUSED", json!({ "text": "1" })),
        ("MOST_REUSED", json!({ "number": 9_000_000_000_i64 })),
    ] {
        let made_up = json!({ "l": format!("answeredQuestions/{order}"), "p": place, "i": id });
        let cursor = URL_SAFE_NO_PAD.encode(made_up.to_string());
        let reply = house.anybody().run(LIST, json!({ "order": order, "after": cursor })).await;
        let fine = reply.body.get("errors").is_none() || reply.code() == "BAD_USER_INPUT";
        assert!(fine, "{order} {place}: {}", reply.text);
    }
}
