//! What readers say: whether an answer helped, and errors that reach its station.

use serde_json::{Value, json};

use super::{
    desk::{People, ask, change, in_public, in_the_network, seen, text},
    rights::portal,
};
use crate::support::{House, Member, on_both_engines};

on_both_engines!(
    everybody_rates_once_and_may_think_again,
    a_report_reaches_its_station_s_queue_and_is_dealt_with,
);

async fn everybody_rates_once_and_may_think_again(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = in_public(&people, text("有帮助的答复")).await;
    let rate = async |who: &Member<'_>, helpful: bool| {
        let input = json!({ "id": answered["id"], "helpful": helpful });
        let rated = change(who, "rateAnsweredQuestion", input).await.done();
        (rated["helpful"].as_i64().unwrap(), rated["unhelpful"].as_i64().unwrap())
    };
    let portal = portal(house).await;
    assert_eq!(rate(&people.stranger, true).await, (1, 0));
    assert_eq!(rate(&people.stranger, true).await, (1, 0));
    assert_eq!(rate(&portal, true).await, (2, 0));
    assert_eq!(rate(&people.stranger, false).await, (1, 1));
    assert_eq!(rate(&people.stranger, false).await, (1, 1));
    assert_eq!(rate(&people.stranger, true).await, (2, 0));
    let version = seen(&people.stranger, &answered["id"]).await["version"].clone();
    assert_eq!(version, answered["version"], "a rating is no change of the answer");
    let (one, other) = tokio::join!(rate(&people.author, false), rate(&people.head, false));
    assert_eq!(one.1.max(other.1), 2);
}

const QUEUE: &str = "query($filter: AnswerReportFilter) { answerReports(filter: $filter) {
    totalCount nodes { id version text state resolution resolvedBy { id } answeredQuestion { number } } } }";

async fn a_report_reaches_its_station_s_queue_and_is_dealt_with(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = in_the_network(&people, text("有错误的答复")).await;
    let input = json!({ "id": answered["id"], "text": "第五条应为第六条" });
    let reported = change(&people.stranger, "reportAnswerError", input).await.done();
    assert_eq!(reported["openReportCount"], Value::Null, "it is not the reporter's queue");
    let queue = async |who: &Member<'_>, filter: Value| {
        who.run(QUEUE, json!({ "filter": filter })).await.at("/answerReports").clone()
    };
    for outside in [&people.stranger, &house.anybody(), &portal(house).await] {
        assert_eq!(queue(outside, json!({})).await["totalCount"], 0);
    }
    for inside in [&people.author, &people.head, &people.officer] {
        let seen = queue(inside, json!({ "states": ["OPEN"], "stations": ["SH-PD"] })).await;
        assert_eq!(seen["totalCount"], 1);
        assert_eq!(seen["nodes"][0]["text"], "第五条应为第六条");
        assert_eq!(seen["nodes"][0]["answeredQuestion"]["number"], answered["number"]);
    }
    assert_eq!(seen(&people.author, &answered["id"]).await["openReportCount"], 1);
    let report = queue(&people.author, json!({})).await["nodes"][0].clone();
    let input = json!({ "reportId": report["id"], "version": 1, "note": "已修订" });
    let shown = "report { id state resolution resolvedBy { id } }";
    let hidden = ask(&people.stranger, "resolveAnswerReport", input.clone(), shown).await;
    assert_eq!(hidden.word(), "NOT_FOUND");
    let resolved = ask(&people.author, "resolveAnswerReport", input.clone(), shown).await;
    let told = resolved.reply.at("/resolveAnswerReport/report");
    assert_eq!((&told["state"], &told["resolution"]), (&json!("RESOLVED"), &json!("已修订")));
    assert_eq!(told["resolvedBy"]["id"], people.author.id.as_str());
    let again = ask(&people.head, "resolveAnswerReport", input, shown).await;
    assert_eq!(again.word(), "CONFLICT");
    assert_eq!(queue(&people.head, json!({ "states": ["OPEN"] })).await["totalCount"], 0);
    assert_eq!(seen(&people.author, &answered["id"]).await["openReportCount"], 0);
    let by_id = people.head.run(
        "query($id: ID!) { node(id: $id) { ... on AnswerReport { state } } }",
        json!({ "id": report["id"] }),
    );
    assert_eq!(by_id.await.at("/node/state"), "RESOLVED");
}
