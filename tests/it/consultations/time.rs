//! What time does: working days, a clock that stands, replies that nobody objects to, askers whose time is over.

use serde_json::{Value, json};
use zhanjian::consultations;

use super::work::{COMPANY, Desk, heard};
use crate::support::{Engine, House, on_both_engines};

on_both_engines!(
    what_nobody_objects_to_is_closed_by_the_day,
    an_asker_is_erased_when_its_time_is_over,
);

#[tokio::test]
async fn a_clock_stands_while_the_company_is_asked_and_holidays_do_not_count() {
    // A Monday; from Thursday on it is National Day, and Saturday the 10th is worked.
    let house = House::opened_at(Engine::Sqlite, "2026-09-28T02:00:00Z").await;
    house.places().await;
    let mut desk = Desk::of(&house).await;
    let mut case = desk.triaged("DISTRICT").await;
    assert_eq!(case.seen["dueOn"], "2026-10-10");
    desk.days_later(1).await;
    case.take(&desk.staff, "askForDetails", json!({ "question": "请补充材料" })).await;
    let read =
        case.read(&desk.staff, "state clockStopped daysLeft dueOn isOverdue firstResponseAt").await;
    assert_eq!(
        read,
        json!({ "state": "NEEDS_INFO", "clockStopped": true, "daysLeft": 4, "dueOn": null, "isOverdue": false,
            "firstResponseAt": "2026-09-29T02:00:00+00:00" })
    );
    desk.days_later(10).await;
    case.take(&desk.staff, "giveDetails", json!({ "details": "已补充" })).await;
    assert_eq!((case.state(), &case.seen["dueOn"]), ("TRIAGED", &json!("2026-10-14")));
    // A key project has three days in place of five, so two fewer are left.
    case.take(&desk.staff, "reclassifyConsultation", json!({ "priority": "KEY" })).await;
    assert_eq!(case.seen["dueOn"], "2026-10-12");
    desk.days_later(4).await;
    let read = case.read(&desk.staff, "isOverdue dueIsEstimated").await;
    assert_eq!(read, json!({ "isOverdue": true, "dueIsEstimated": false }));
    // Stopped and resumed beyond its day, it is as late as before.
    case.take(&desk.staff, "askForDetails", json!({ "question": "再补充" })).await;
    assert_eq!(case.read(&desk.staff, "daysLeft").await["daysLeft"], -1);
    case.take(&desk.staff, "giveDetails", json!({ "details": "已补充" })).await;
    assert_eq!(case.seen["dueOn"], "2026-10-12");
    house.leave().await;
}

#[tokio::test]
async fn beyond_the_calendar_a_date_says_that_it_is_an_estimate() {
    let house = House::opened_at(Engine::Sqlite, "2026-12-29T02:00:00Z").await;
    house.places().await;
    let desk = Desk::of(&house).await;
    let case = desk.triaged("DISTRICT").await;
    let read = case.read(&desk.staff, "dueOn dueIsEstimated").await;
    assert_eq!(read, json!({ "dueOn": "2027-01-05", "dueIsEstimated": true }));
    let app = &house.service.app;
    // Nothing more is known, so nothing changes.
    assert_eq!(consultations::tick(app).await.unwrap().counted, 0);
    house.leave().await;
}

async fn what_nobody_objects_to_is_closed_by_the_day(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    let mut case = desk.triaged("BASIC").await;
    case.take(&desk.staff, "answerDirectly", json!({ "text": "答复", "toldBy": "PHONE" })).await;
    let until = case.read(&desk.staff, "objectionUntil state").await;
    assert_eq!(until, json!({ "objectionUntil": "2026-11-27", "state": "REPLIED" }));
    desk.days_later(5).await;
    assert_eq!(case.read(&desk.staff, "state").await["state"], "REPLIED");
    desk.days_later(1).await;
    let fields = "state closure closedAt version timeline { step actor { name } at }";
    let shown = case.read(&desk.staff, fields).await;
    assert_eq!(shown["state"], "CLOSED");
    assert_eq!(shown["closure"], "NO_OBJECTION");
    assert_eq!(shown["closedAt"], "2026-11-27T16:00:00+00:00");
    let closed = "{ consultations(filter: { states: [CLOSED] }) { totalCount } }";
    assert_eq!(desk.staff.ask(closed).await.at("/consultations/totalCount"), 1);
    let replied = "{ consultations(filter: { states: [REPLIED] }) { totalCount } }";
    assert_eq!(desk.staff.ask(replied).await.at("/consultations/totalCount"), 0);
    assert_eq!(heard(&case.attempt(&desk.staff, "confirmReply", json!({})).await), "WRONG_STATE");

    // Written down, it reads the same, and whoever saw it before has seen the right version.
    let app = &house.service.app;
    assert_eq!(consultations::tick(app).await.unwrap().closed, 1);
    assert_eq!(consultations::tick(app).await.unwrap().closed, 0);
    assert_eq!(case.read(&desk.staff, fields).await, shown);
    case.take(&desk.staff, "reopenConsultation", json!({ "reason": "企业提出异议" })).await;
    assert_eq!(case.state(), "TRIAGED");

    // The same where nobody wrote it down before.
    let mut other = desk.triaged("BASIC").await;
    other.take(&desk.staff, "answerDirectly", json!({ "text": "答复", "toldBy": "PHONE" })).await;
    desk.days_later(20).await;
    other.take(&desk.staff, "reopenConsultation", json!({ "reason": "企业提出异议" })).await;
    let read = other.read(&desk.staff, "timeline { step fromState }").await;
    assert_eq!(read["timeline"][3], json!({ "step": "NO_OBJECTION", "fromState": "REPLIED" }));
    assert_eq!(read["timeline"][4], json!({ "step": "REOPEN", "fromState": "CLOSED" }));
    other.take(&desk.staff, "withdrawConsultation", json!({})).await;
    desk.days_later(91).await;
    let late = other.attempt(&desk.staff, "reopenConsultation", json!({ "reason": "太迟" })).await;
    assert_eq!(heard(&late), "WRONG_STATE");
}

async fn an_asker_is_erased_when_its_time_is_over(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    let mut case = desk.triaged("BASIC").await;
    case.take(&desk.staff, "withdrawConsultation", json!({})).await;
    let app = &house.service.app;
    desk.days_later(1_000).await;
    assert_eq!(consultations::tick(app).await.unwrap().erased, 0);
    desk.days_later(100).await;
    assert_eq!(consultations::tick(app).await.unwrap().erased, 1);
    assert_eq!(consultations::tick(app).await.unwrap().erased, 0);
    let read = case
        .read(&desk.staff, "asker { company } askerErasedAt text timeline { step actor { name } }")
        .await;
    assert_eq!(read["asker"], Value::Null);
    assert!(read["askerErasedAt"].is_string());
    assert!(!read["text"].as_str().unwrap().contains("心脉"));
    let events = read["timeline"].as_array().unwrap();
    assert_eq!(
        events.last().unwrap(),
        &json!({ "step": "ERASE_ASKER", "actor": { "name": "service" } })
    );
    let find =
        "query($name: String) { consultations(filter: { askerName: $name }) { totalCount } }";
    let found = desk.staff.run(find, json!({ "name": COMPANY })).await;
    assert_eq!(found.at("/consultations/totalCount"), 0);
}
